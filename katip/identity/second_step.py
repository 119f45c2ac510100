"""What the session shows of a person's second step."""

from datetime import UTC, datetime
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from katip.core.actor import Proof
from katip.identity.models import Person

OIDC = "oidc"
"""the method of a sign-in at a provider, as the session keeps it"""


def second_step_of(request: HttpRequest, person: Person) -> Proof | None:
    """The newest second step in this session of this very person, or None: then the register stays closed."""
    taken = [
        (moment, _method(entry))
        for entry in get_authentication_records(request, person)
        if (moment := _taken_at(entry)) is not None
    ]
    if not taken:
        return None
    moment, method = max(taken)
    return Proof(method, datetime.fromtimestamp(moment, UTC))


def _taken_at(entry: dict[str, Any]) -> float | None:
    """When a second step was taken: here, or at a provider of whom two steps are demanded. None: it was none."""
    if entry.get("method") == "mfa":
        return float(entry["at"])
    return float(entry["auth_time"]) if entry.get("method") == OIDC and entry.get("two_steps") else None


def _method(entry: dict[str, Any]) -> str:
    """`totp`, `webauthn`, `recovery_codes`, `oidc`; `webauthn_alone` where a passkey stood for the password too."""
    kind = str(entry.get("type", ""))
    return "webauthn_alone" if kind == "webauthn" and entry.get("passwordless") else kind
