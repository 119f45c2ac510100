"""`reason_give`: an official says why they are about to look people up."""

from datetime import datetime

from katip.audit.looks import Given, Reason
from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.registry.models import OfficialRole
from katip.registry.permissions import require_office

WHO_ASK = (OfficialRole.INSPECTOR, OfficialRole.DIRECTORATE)
"""Who may look anybody up, and so has to say why. At the counter the application is the reason."""
MATTER_LENGTH = 200


@use_case
def reason_give(*, actor: Actor, at: datetime, reason: Reason, matter: str) -> Given:
    """Record the reason; `matter` are the official's own words, such as a file's number, 1–`MATTER_LENGTH` signs.

    Raises `PermissionRefusedError` for whoever holds no office of these, `ValueError` for no words or too many.
    """
    require_office(actor, *WHO_ASK)
    if not 1 <= len(matter) <= MATTER_LENGTH:
        message = "a matter is told in a few words"
        raise ValueError(message)
    record(actor, at, Happening("official:reason:given", actor.organisation, {"reason": str(reason), "matter": matter}))
    return Given(reason, matter, at)
