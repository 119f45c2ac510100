"""Reading the log in its order, each reader from where it stopped: what follows from an event is done from here.

The log is the outbox. An event has a position about a second after its commit, positions are gapless, and whoever acts
pays nothing for what follows. A reader's handling of entries and the new place of the reader are one transaction:
killed in the middle, it never was. Any number of processes may read for the same reader; one works, the others go on.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

LIMIT = 500
"""most entries that are handled in one transaction"""
_SILENT = "60s"
"""so long a reader's place may be held by a process that says nothing: its machine may be gone without a word"""

_LOCK = "SELECT position FROM audit_logreader WHERE name = %s FOR UPDATE SKIP LOCKED"
_NEW = """
INSERT INTO audit_logreader (name, position) SELECT %s, coalesce(max(position), -1) + 1 FROM audit_logentry
ON CONFLICT DO NOTHING
"""
_END = "SELECT least(coalesce(max(position), -1) + 1, %s) FROM audit_logentry"
_READ = """
SELECT entry.position, entry.event_id, event.at, event.tag, event.actor_id, event.capacity,
    event.organisation_id, event.subject_id,
    (SELECT body FROM audit_eventdetail WHERE event_id = entry.event_id)
FROM audit_logentry entry
CROSS JOIN LATERAL (SELECT * FROM audit_event WHERE id = entry.event_id OFFSET 0) AS event
WHERE entry.position >= %(start)s AND entry.position < %(end)s
    AND (%(tags)s::text[] IS NULL OR event.tag = ANY(%(tags)s))
ORDER BY entry.position
"""
"""by key, as the log's other readers: a join through whole tables would be made again for every piece"""

log = logging.getLogger("katip.stream")


@dataclass(frozen=True, slots=True)
class Streamed:
    """An event as it comes out of the log; `detail` is None where the law had it erased."""

    position: int
    event_id: int
    at: datetime
    tag: str
    actor_id: int | None
    capacity: str
    organisation_id: int | None
    subject_id: int | None
    detail: dict[str, Any] | None


Handle = Callable[[Sequence[Streamed], datetime], None]
"""Takes entries in their order and the present moment, inside the reader's transaction: plain reads and inserts, no use
case. Nothing leaves the database from here. It should bear an entry that it has met before."""


@dataclass(frozen=True, slots=True)
class _Reader:
    handle: Handle
    tags: frozenset[str] | None


_readers: dict[str, _Reader] = {}


def reader_register(name: str, handle: Handle, *, tags: frozenset[str] | None = None) -> None:
    """Have `handle` called with whatever gets a position from now on, of these tags only where some are given.

    A room does so when it starts, under a name (up to 40 characters) that stays: by it the place is kept.
    """
    _readers[name] = _Reader(handle, tags)


def streams_run(at: datetime, stopping: Callable[[], bool]) -> int:
    """Let every registered reader read to the end of the log, or until it is to stop; returns how many entries passed.

    A reader that fails stays before what it failed at, is told of in the server's log and keeps no other one waiting.
    Raises `OperationalError` where the database is away.
    """
    passed = 0
    for name, reader in tuple(_readers.items()):
        try:
            while not stopping() and (count := stream_consume(name, reader.handle, at, tags=reader.tags)):
                passed += count
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            log.exception("The reader %s of the log stands still; it tries again.", name)
    return passed


def stream_consume(
    name: str, handle: Handle, at: datetime, *, tags: frozenset[str] | None = None, limit: int = LIMIT
) -> int:
    """Hand the reader's next entries to `handle` and move its place behind them, in one transaction of its own.

    Returns how many positions it moved, other tags included: 0 at the end of the log, and where another process reads
    under this name just now. A new reader begins at the end: what is old is no news. `at` is now. Where entries cannot
    be handled together, they are handed over one at a time, so that only what is wrong stays; that error is raised.
    """
    try:
        return _consume(name, handle, at, tags, limit)
    except (InterfaceError, OperationalError):
        raise
    except Exception:
        if limit == 1:
            raise
        log.warning("The reader %s could not take %s entries at once; one at a time.", name, limit)
    passed = 0
    while passed < limit and _consume(name, handle, at, tags, 1):
        passed += 1
    return passed


def reader_begin(name: str, position: int) -> None:
    """Have a reader that is not there yet begin at a position: for an installation that starts with old news."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_logreader (name, position) VALUES (%s, %s) ON CONFLICT DO NOTHING", [name, position]
        )


def _consume(name: str, handle: Handle, at: datetime, tags: frozenset[str] | None, limit: int) -> int:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [_SILENT])
        cursor.execute(_LOCK, [name])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_NEW, [name])
            return 0
        start = int(row[0])
        cursor.execute(_END, [start + limit])
        end = int(cursor.fetchone()[0])
        if end <= start:
            return 0
        cursor.execute(_READ, {"start": start, "end": end, "tags": None if tags is None else sorted(tags)})
        entries = [_streamed(columns) for columns in cursor.fetchall()]
        if entries:
            handle(entries, at)
        cursor.execute("UPDATE audit_logreader SET position = %s WHERE name = %s", [end, name])
    return end - start


def _streamed(columns: tuple[Any, ...]) -> Streamed:
    position, event_id, at, tag, actor_id, capacity, organisation_id, subject_id, body = columns
    detail = json.loads(body) if isinstance(body, str) else body
    return Streamed(position, event_id, at, tag, actor_id, capacity, organisation_id, subject_id, detail)
