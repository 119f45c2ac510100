"""What the session shows of a person's second step."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from katip.core.actor import Proof
from katip.identity.models import Person


def second_step_of(request: HttpRequest, person: Person) -> Proof | None:
    """The newest second step in this session of this very person, or None: then the register stays closed."""
    records = [entry for entry in get_authentication_records(request, person) if entry.get("method") == "mfa"]
    if not records:
        return None
    newest = max(records, key=lambda entry: entry["at"])
    return Proof(str(newest.get("type", "")), datetime.fromtimestamp(newest["at"], UTC))
