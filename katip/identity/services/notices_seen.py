"""A person has opened what they were told."""

from datetime import datetime

from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.identity.models import SecurityNotice


@use_case
def notices_seen(*, actor: Actor, at: datetime, newest: int) -> int:
    """Mark the actor's notices up to the number `newest` as seen: what came after was not on the page."""
    unseen = SecurityNotice.objects.filter(person_id=actor.person, seen_at=None, pk__lte=newest)
    return unseen.update(seen_at=at)
