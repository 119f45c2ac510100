"""A second step that is recent enough for a weighty act."""

from datetime import datetime, timedelta

from django.conf import settings

from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError


def require_fresh(actor: Actor, at: datetime) -> None:
    """Raise `PermissionRefusedError` unless the actor's second step is younger than the operator's step-up age."""
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
    if at - actor.proof.at > timedelta(minutes=settings.KATIP.step_up_minutes):
        raise PermissionRefusedError("second_step_old")
