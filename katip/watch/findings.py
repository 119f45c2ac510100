"""What is wrong with the installation, judged by the same limits as the alerts (`deploy/alerts/katip.yml`).

`LIMITS` are seconds, and a test holds the alerts to them. A finding's code is the name of its page in docs/runbooks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from katip.watch.queues import ChannelState, Waiting, channels_read, hands_now, jobs_waiting_by_queue, places_waiting
from katip.watch.register import (
    Backup,
    DatabaseState,
    FeedNews,
    LogState,
    MonthState,
    backup_last,
    database_read,
    feed_read,
    log_read,
    month_read,
    swept_last,
)

MINUTE, HOUR, DAY = 60, 3_600, 86_400
LIMITS = {
    "jobs-old": 15 * MINUTE,
    "documents-old": 15 * MINUTE,
    "receipts-old": 15 * MINUTE,
    "run-still": 10 * MINUTE,
    "webhooks-old": HOUR,
    "timestamps-old": DAY,
    "messages-old": 30 * MINUTE,
    "channel-failing": 15 * MINUTE,
    "log-waits": MINUTE,
    "log-reader-behind": 5 * MINUTE,
    "sweep-missed": 10 * MINUTE,
    "backup-old": 26 * HOUR,
    "month-still": 15 * MINUTE,
    "replica-behind": 30,
}
FULL = 0.85
"""the share of a server's connections from which on it is called full"""
_PLACES = {
    "documents": "documents-old",
    "receipts": "receipts-old",
    "runs": "run-still",
    "hooks": "webhooks-old",
    "timestamps": "timestamps-old",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything that is read of it, at one moment."""

    at: datetime
    hands: int
    queues: list[Waiting]
    places: list[Waiting]
    channels: list[ChannelState]
    log: LogState
    backup: Backup | None
    swept: datetime | None
    feed: FeedNews
    month: MonthState | None
    database: DatabaseState


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `place` is the queue, channel or reader that it is about; `urgent`: people feel it."""

    code: str
    urgent: bool = False
    place: str = ""
    count: int = 0
    since: datetime | None = None


def installation_read(at: datetime) -> Installation:
    """Some twenty statements."""
    return Installation(
        at=at,
        hands=hands_now(at),
        queues=jobs_waiting_by_queue(at),
        places=places_waiting(at),
        channels=channels_read(at),
        log=log_read(),
        backup=backup_last(),
        swept=swept_last(),
        feed=feed_read(),
        month=month_read(),
        database=database_read(),
    )


def findings(found: Installation) -> list[Finding]:
    """What is wrong, the urgent first."""
    return sorted((*_work(found), *_register(found), *_database(found)), key=lambda one: not one.urgent)


def _work(found: Installation) -> Iterator[Finding]:
    if not found.hands:
        yield Finding("no-hands", urgent=True)
    for queue in found.queues:
        if _over(found, "jobs-old", queue.since):
            yield Finding("jobs-old", place=queue.name, count=queue.count, since=queue.since)
        if queue.failing:
            yield Finding("jobs-failing", place=queue.name, count=queue.failing)
    for place in found.places:
        code = _PLACES.get(place.name)
        if code and _over(found, code, place.since):
            yield Finding(code, place=place.name, count=place.count, since=place.since)
    for channel in found.channels:
        name, due = channel.waiting.name, channel.waiting
        if _over(found, "channel-failing", channel.failing_since):
            yield Finding("channel-failing", place=name, count=due.count, since=channel.failing_since)
        elif channel.is_open and _over(found, "messages-old", due.since):
            yield Finding("messages-old", place=name, count=due.count, since=due.since)


def _register(found: Installation) -> Iterator[Finding]:
    if _over(found, "log-waits", found.log.since):
        yield Finding("log-waits", urgent=True, count=found.log.waiting, since=found.log.since)
    for reader in found.log.readers:
        if _over(found, "log-reader-behind", reader.since):
            yield Finding("log-reader-behind", place=reader.name, count=reader.behind, since=reader.since)
    if found.swept is None or _over(found, "sweep-missed", found.swept):
        yield Finding("sweep-missed", urgent=True, since=found.swept)
    if found.backup is None or _over(found, "backup-old", found.backup.at):
        yield Finding("backup-old", since=found.backup.at if found.backup else None)
    if found.month is not None and found.month.under_way and _over(found, "month-still", found.month.moved_at):
        yield Finding("month-still", urgent=True, since=found.month.moved_at)
    if found.feed.refused and found.feed.last is not None:
        yield Finding("feed-refused", since=found.feed.last.taken_at or found.feed.last.begun_at)


def _database(found: Installation) -> Iterator[Finding]:
    for replica in found.database.replicas:
        if replica.lag is not None and replica.lag > LIMITS["replica-behind"]:
            yield Finding("replica-behind", place=replica.name, count=round(replica.lag))
    if found.database.connections > FULL * found.database.most_connections:
        yield Finding("connections-full", urgent=True, count=found.database.connections)


def _over(found: Installation, code: str, since: datetime | None) -> bool:
    return since is not None and (found.at - since).total_seconds() > LIMITS[code]
