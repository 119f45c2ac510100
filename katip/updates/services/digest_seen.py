"""A person has opened a month's digest."""

from datetime import datetime

from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.updates.models import Digest


@use_case
def digest_seen(*, actor: Actor, at: datetime, digest_id: int) -> int:
    """Mark the actor's own digest as seen; returns how many were not: 1 or 0."""
    return Digest.objects.filter(person_id=actor.person, pk=digest_id, seen_at=None).update(seen_at=at)
