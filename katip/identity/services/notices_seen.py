"""A person has opened what they were told."""

from collections.abc import Sequence
from datetime import datetime

from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.identity.models import SecurityNotice


@use_case
def notices_seen(*, actor: Actor, at: datetime, notice_ids: Sequence[int]) -> int:
    """Mark these of the actor's notices as seen; returns how many were not."""
    unseen = SecurityNotice.objects.filter(person_id=actor.person, seen_at=None, pk__in=notice_ids)
    return unseen.update(seen_at=at)
