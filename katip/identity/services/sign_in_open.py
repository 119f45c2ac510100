"""Sign-in opened at one go, without a code: for sample casts, which have their passwords and secrets in a file.

Everybody else gets a code: `katip.identity.services.activation`.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.identity.models import Person


@use_case
def password_set(*, actor: Actor, at: datetime, person_id: int, password: str) -> None:
    """Set a person's password. Raises `PermissionRefusedError` for anyone but the operator."""
    _require_operator(actor)
    _password_set(actor, at, person_id, password)


@use_case
def second_step_open(*, actor: Actor, at: datetime, person_id: int, secret: str) -> None:
    """Make two-step login active with a code app's `secret` (base32). Raises `PermissionRefusedError` as above."""
    _require_operator(actor)
    _second_step_open(actor, at, person_id, secret)


def _password_set(actor: Actor, at: datetime, person_id: int, password: str) -> None:
    person = Person.objects.get(pk=person_id)
    person.set_password(password)
    person.save(update_fields=["password"])
    record(actor, at, Happening("identity:password:set", person_id))


def _second_step_open(actor: Actor, at: datetime, person_id: int, secret: str) -> None:
    person = Person.objects.get(pk=person_id)
    Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(person, secret)
    record(actor, at, Happening("identity:second_step:opened", person_id, {"method": "totp"}))


def _require_operator(actor: Actor) -> None:
    if actor.capacity != Capacity.OPERATOR:
        raise PermissionRefusedError("operator_only")
