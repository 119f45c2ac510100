"""How the register itself is: its log, feed and month, its backups, its database."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from katip.audit.models import Event, LogQueue
from katip.audit.services.backup_note import MADE
from katip.core.actor import OPERATOR
from katip.core.facts import fact_find
from katip.core.usecase import acting_as
from katip.updates.models import Feed, FeedState, MonthRun
from katip.updates.selectors import UNFINISHED, Progress, run_newest, run_progress
from katip.updates.selectors_feed import told_until
from katip.watch.queues import MOST

SWEEP = "turn:sweep"


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader of the log: how many entries it has still to read, and of when the next one is."""

    name: str
    behind: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class LogState:
    """The log of events: its size, its last signed head, and what waits for its place."""

    size: int
    checkpoint_at: datetime | None
    waiting: int
    since: datetime | None
    readers: tuple[Reader, ...]


_HEAD = "SELECT size, at FROM audit_checkpoint ORDER BY size DESC LIMIT 1"
_READERS = """
SELECT name, greatest((SELECT coalesce(max(position), -1) + 1 FROM audit_logentry) - position, 0),
       (SELECT at FROM audit_event WHERE id = (SELECT event_id FROM audit_logentry
                                               WHERE audit_logentry.position = audit_logreader.position))
FROM audit_logreader ORDER BY name
"""


def log_read() -> LogState:
    """The log as it is; nothing is checked (`katip audit verify` does)."""
    waiting = list(LogQueue.objects.order_by("event_id").values_list("since", flat=True)[:MOST])
    with connection.cursor() as cursor:
        cursor.execute(_HEAD)
        size, at = cursor.fetchone() or (0, None)
        cursor.execute(_READERS)
        readers = tuple(Reader(*row) for row in cursor.fetchall())
    return LogState(size, at, len(waiting), waiting[0] if waiting else None, readers)


@dataclass(frozen=True, slots=True)
class Backup:
    """The last copy that `katip backup` put away; `detail` names its archive."""

    at: datetime
    detail: dict[str, Any]


def backup_last() -> Backup | None:
    """None where none was ever made by Katip's own command: the database's own tools tell us nothing."""
    made = Event.objects.filter(tag=MADE, subject_id=None).order_by("-pk").select_related("detail").first()
    if made is None:
        return None
    detail = getattr(made, "detail", None)
    return Backup(made.at, dict(detail.body) if detail else {})


def swept_last() -> datetime | None:
    """When what the days bring was done last (`katip.cli.sweep`)."""
    fact = fact_find(SWEEP)
    return fact.at if fact else None


@dataclass(frozen=True, slots=True)
class MonthState:
    """The month that is carried out, else the one planned last; `progress` while it is under way."""

    run: MonthRun
    under_way: bool
    progress: Progress | None

    @property
    def moved_at(self) -> datetime | None:
        """When it was last seen to move."""
        return (self.progress.last_at if self.progress else None) or self.run.at


def month_read() -> MonthState | None:
    """None where no month was ever planned."""
    run = run_newest()
    if run is None:
        return None
    under_way = run.state in UNFINISHED
    return MonthState(run, under_way, run_progress(run.pk) if under_way else None)


@dataclass(frozen=True, slots=True)
class FeedNews:
    """The delivery that came last, whatever became of it, and up to which month figures are told."""

    last: Feed | None
    told_until: date | None

    @property
    def refused(self) -> bool:
        """Nothing of the last one was taken."""
        return self.last is not None and self.last.state == FeedState.REFUSED


def feed_read() -> FeedNews:
    """Two statements."""
    return FeedNews(Feed.objects.order_by("-pk").first(), told_until())


@dataclass(frozen=True, slots=True)
class Replica:
    """A server that follows the one asked. `lag` in seconds: None where our login may not see it."""

    name: str
    state: str
    sync: str
    lag: float | None


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The server that answers. `connections` of all databases, as far as our login may count them."""

    version: str
    size: int
    connections: int
    most_connections: int
    oldest_xid: int
    replicas: tuple[Replica, ...]


_DATABASE = """
SELECT current_setting('server_version'), pg_database_size(current_database()),
       (SELECT sum(numbackends)::int FROM pg_stat_database), current_setting('max_connections')::int,
       (SELECT max(age(datfrozenxid)) FROM pg_database)
"""
_REPLICAS = """
SELECT coalesce(application_name, ''), coalesce(state, ''), coalesce(sync_state, ''),
       CASE WHEN state IS NULL THEN NULL ELSE coalesce(extract(epoch FROM replay_lag), 0)::float END
FROM pg_stat_replication ORDER BY application_name LIMIT 50
"""


def database_read() -> DatabaseState:
    """A handful of statements. The replicas' names and lag are seen with `pg_read_all_stats`, which the house has."""
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE)
        version, size, sessions, most, oldest = cursor.fetchone()
        with acting_as(OPERATOR):
            cursor.execute(_REPLICAS)
            replicas = tuple(Replica(*row) for row in cursor.fetchall())
    return DatabaseState(version.split(" ")[0], size, sessions, most, oldest, replicas)
