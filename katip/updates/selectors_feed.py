"""Reading feeds: up to which month the country was told, and what became of a delivery."""

from datetime import date

from katip.updates.models import Feed, FeedFault, FeedPart, FeedState

FAULTS_SHOWN = 200


def told_until() -> date | None:
    """The newest month that a feed told, as its first day; None before the first."""
    taken = Feed.objects.filter(state=FeedState.TAKEN, last_period__isnull=False)
    return taken.order_by("-last_period", "-id").values_list("last_period", flat=True).first()


def faults_of(feed_id: int, after: int = 0) -> list[FeedFault]:
    """What was set aside of a feed, 200 faults from the one after `after` (an id) on, in the order of lines."""
    return list(FeedFault.objects.filter(feed_id=feed_id, pk__gt=after).order_by("pk")[:FAULTS_SHOWN])


def parts_of(feed_id: int) -> tuple[int, int]:
    """How many parts of a feed have come, and their lines."""
    rows = list(FeedPart.objects.filter(feed_id=feed_id).values_list("rows", flat=True))
    return len(rows), sum(rows)
