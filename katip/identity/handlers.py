"""Sign-in leaves a trace: what happened, to which account, never with which number or code."""

from typing import Any

from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.identity.models import Person
from katip.identity.second_step import second_step_of


def _record(tag: str, person_id: int | None, **detail: Any) -> None:
    with transaction.atomic():
        record(Actor(person_id), timezone.now(), Happening(tag, person_id, detail))


@receiver(user_logged_in)
def signed_in(request: Any, user: Person, **_: Any) -> None:
    """Password and, where the account has one, second step were right."""
    proof = second_step_of(request, user)
    _record("identity:sign_in:completed", user.pk, second_step=proof.method if proof else None)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """A number nobody has is recorded too, without the number."""
    person = Person.objects.filter(national_id_key=credentials.get("username", "")).only("pk").first()
    _record("identity:sign_in:failed", person.pk if person else None)


@receiver(authentication_failed)
def second_step_failed(user: Person, reauthentication: bool, **_: Any) -> None:  # noqa: FBT001 -- the signal's word
    """A code was wrong, old or used."""
    _record("identity:second_step:failed", user.pk, again=reauthentication)


@receiver(user_logged_out)
def signed_out(user: Person | None, **_: Any) -> None:
    """The person left, or was idle too long."""
    if user is not None:
        _record("identity:sign_out:done", user.pk)
