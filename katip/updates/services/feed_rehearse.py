"""A dry run of a feed: what taking it and carrying its month out would do. Nothing of it stays."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from katip.core.actor import Actor
from katip.core.imports.reader import Progress
from katip.core.usecase import use_case
from katip.counter.permissions import require_operator
from katip.updates.models import Feed, FeedState
from katip.updates.services.feed_parts import FeedError, find_feed, parts_delivery
from katip.updates.services.feed_take import Delivery, FeedResult, delivery_take_within, file_delivery, told_of_file
from katip.updates.services.month_plan import month_plan_within


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What became of the feed, and the summary of the month that it would bring (`MonthRun.summary`).

    `period` and `summary` are None where the feed would be refused, is known, or tells of past months only.
    """

    feed: FeedResult
    period: date | None = None
    summary: dict[str, Any] | None = None


def feed_rehearse(
    *,
    actor: Actor,
    at: datetime,
    path: Path,
    progress: Progress | None = None,
    bad_limit: int | None = None,
    limit: int = 20,
) -> Rehearsal:
    """Take the file and plan its month, then take everything back; faults are told as `feed_take` tells them.

    Raises as `feed_take`.
    """
    require_operator(actor)
    with told_of_file(path, limit):
        delivery = file_delivery(path, progress, limit)
        rehearsal: Rehearsal = _rehearse(actor=actor, at=at, delivery=delivery, bad_limit=bad_limit)
    return rehearsal


def parts_rehearse(*, actor: Actor, at: datetime, key_id: int, feed_id: int) -> Rehearsal:
    """The same with the parts of an open feed, which stays open. Raises `FeedError`."""
    require_operator(actor)
    feed = find_feed(key_id, feed_id)
    if feed.state != FeedState.OPEN:
        raise FeedError("not_open")
    rehearsal: Rehearsal = _rehearse(actor=actor, at=at, delivery=parts_delivery(feed, key_id), bad_limit=None)
    return rehearsal


@use_case
def _rehearse(*, actor: Actor, at: datetime, delivery: Delivery, bad_limit: int | None) -> Rehearsal:
    try:
        fed = delivery_take_within(actor, at, delivery, bad_limit)
        return _planned(actor, at, fed)
    finally:
        transaction.set_rollback(True)


def _planned(actor: Actor, at: datetime, fed: FeedResult) -> Rehearsal:
    if fed.known or fed.state != FeedState.TAKEN or not fed.periods:
        return Rehearsal(fed)
    newest = Feed.objects.filter(state=FeedState.TAKEN).order_by("-last_period").values_list("last_period").first()
    if newest != (fed.periods[-1],):
        return Rehearsal(fed)
    run = month_plan_within(actor, at, fed.periods[-1])
    return Rehearsal(fed, run.period, run.summary)
