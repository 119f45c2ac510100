"""A person's second steps, as pages list them."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

PASSKEY, CODE_APP, RECOVERY_CODES = "webauthn", "totp", "recovery_codes"
"""The kinds of second step, as they are kept and as a session's records name them."""
SECOND_STEPS = (PASSKEY, CODE_APP)
"""What a second step may rest on alone; recovery codes only ever stand in for one of these."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One second step. `name` is the person's own word for a passkey, else empty.

    `passwordless`: a passkey that may sign in without the password. `left`: how many recovery codes are unused.
    """

    kind: str
    id: int
    name: str
    added_at: datetime
    last_used_at: datetime | None
    passwordless: bool = False
    left: int = 0


def factors_of(person_id: int) -> list[Factor]:
    """The person's passkeys, code app and recovery codes, in this order; passkeys oldest first."""
    rows = Authenticator.objects.filter(user_id=person_id).order_by("pk")
    order = (PASSKEY, CODE_APP, RECOVERY_CODES)
    return sorted((_factor(row) for row in rows), key=lambda factor: order.index(factor.kind))


def factor_of(person_id: int, number: int) -> Factor | None:
    """One of the person's second steps by its id, or None."""
    row = Authenticator.objects.filter(user_id=person_id, pk=number).first()
    return _factor(row) if row else None


def has_second_step(person_id: int) -> bool:
    """Whether a passkey or a code app guards the person's sign-in."""
    return bool(Authenticator.objects.filter(user_id=person_id, type__in=SECOND_STEPS).exists())


def _factor(row: Authenticator) -> Factor:
    return Factor(
        kind=str(row.type),
        id=row.pk,
        name=str(row.data.get("name", "")),
        added_at=row.created_at,
        last_used_at=row.last_used_at,
        passwordless=row.data.get("passwordless") is True,
        left=len(row.data.get("keys", [])),
    )
