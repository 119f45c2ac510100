"""Sign-in leaves a trace: what happened, to which account, never with which number or code."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import acting_as
from katip.identity.factors import has_second_step
from katip.identity.models import Person
from katip.identity.second_step import second_step_of
from katip.identity.sessions import expired_clear_hourly

NOBODY = Actor(None)
"""Behind a sign-in that did not succeed stands nobody known: the account is what it is about, not who did it."""


def _record(actor: Actor, tag: str, person_id: int | None, **detail: Any) -> None:
    with acting_as(actor):
        record(actor, timezone.now(), Happening(tag, person_id, detail))


def _about(tag: str, credentials: dict[str, Any]) -> None:
    person = Person.objects.filter(national_id_key=credentials.get("username", "")).only("pk").first()
    _record(NOBODY, tag, person.pk if person else None)


@receiver(user_logged_in)
def signed_in(request: Any, user: Person, **_: Any) -> None:
    """Password and, where the account has one, second step were right."""
    proof = second_step_of(request, user)
    _record(Actor(user.pk), "identity:sign_in:completed", user.pk, second_step=proof.method if proof else None)
    expired_clear_hourly()


@receiver(authentication_step_completed)
def step_completed(user: Person, method: str, **more: Any) -> None:
    """A right password that still lacks the code says that someone knows it; a step-up stands behind what follows."""
    if method == "password" and has_second_step(user.pk):
        _record(NOBODY, "identity:password:accepted", user.pk)
    elif more.get("reauthenticated"):
        _record(Actor(user.pk), "identity:second_step:repeated", user.pk, method=more.get("type"))


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """A number nobody has is recorded too, without the number."""
    _about("identity:sign_in:failed", credentials)


def attempt_refused(credentials: dict[str, Any]) -> None:
    """The limit refused to try at all; called by the adapter, as there is no signal for it."""
    _about("identity:sign_in:refused", credentials)


@receiver(authentication_failed)
def second_step_failed(user: Person, reauthentication: bool, **_: Any) -> None:  # noqa: FBT001 -- the signal's word
    """A code was wrong, old or used."""
    _record(NOBODY, "identity:second_step:failed", user.pk, again=reauthentication)


def second_step_refused(person_id: int) -> None:
    """The limit refused to look at a second step at all; called by the forms, as there is no signal for it."""
    _record(NOBODY, "identity:second_step:refused", person_id)


def passkey_failed(person_id: int | None, purpose: str, code: str) -> None:
    """A passkey's answer did not show what was asked for; `code` as `passkeys.PasskeyRefusedError` has it."""
    _record(NOBODY, "identity:passkey:refused", person_id, **{"for": purpose, "code": code})


def session_foreign(request: Any) -> None:
    """Another browser shows the cookie of a session: it ends for both; called by the middleware."""
    _record(NOBODY, "identity:session:foreign", request.user.pk)
    request.session.flush()


@receiver(user_logged_out)
def signed_out(request: Any, user: Person | None, **_: Any) -> None:
    """The person left; or was away too long, and the program closed the session."""
    if user is None:
        return
    if getattr(request, "session_expired", False):
        _record(NOBODY, "identity:session:expired", user.pk)
    else:
        _record(Actor(user.pk), "identity:sign_out:done", user.pk)
