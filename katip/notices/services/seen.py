"""A person has opened what they were told."""

from collections.abc import Sequence
from datetime import datetime

from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.notices.models import Notice


@use_case
def told_seen(*, actor: Actor, at: datetime, notice_ids: Sequence[int] | None = None) -> int:
    """Mark these of the actor's notices as seen, or (None) all of them; returns how many were not."""
    unseen = Notice.objects.filter(person_id=actor.person, seen_at=None)
    if notice_ids is not None:
        unseen = unseen.filter(pk__in=notice_ids)
    return unseen.update(seen_at=at)
