"""A person changes their own password."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import KatipError
from katip.core.usecase import use_case
from katip.identity.models import NoticeKind, Person
from katip.identity.sign_in_ends import sessions_close
from katip.identity.step_up import require_fresh
from katip.identity.telling import tell


class WrongPasswordError(KatipError):
    """What was typed as the present password is not it."""


@use_case
def password_change(*, actor: Actor, at: datetime, old: str, new: str, keep: str) -> Person:
    """Replace the actor's password; every session but `keep` ends, and the person is told.

    Returns the person, whose sessions are bound to the new password from now on. Raises `PermissionRefusedError`
    without a recent second step, `WrongPasswordError`, `django.core.exceptions.ValidationError` when the new one does
    not do.
    """
    require_fresh(actor, at)
    person = Person.objects.select_for_update().get(pk=actor.person)
    if not person.check_password(old):
        raise WrongPasswordError
    validate_password(new, person)
    person.set_password(new)
    person.save(update_fields=["password"])
    closed = sessions_close(person.pk, keep=keep)
    record(actor, at, Happening("identity:password:changed", person.pk, {"sessions_ended": closed}))
    tell(person.pk, at, NoticeKind.PASSWORD_SET)
    return person


@use_case
def password_change_failed(*, actor: Actor, at: datetime) -> None:
    """Keep that someone in the person's session did not know the password."""
    record(actor, at, Happening("identity:password:failed", actor.person))
