"""The log's rows as they are held against each other: read in pieces, each by its key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from katip.audit.log.tiles import WIDTH

CHUNK = 16 * WIDTH
"""positions that are read at once"""
_CHECKPOINTS = 500

_PLACED = """
SELECT entry.position, entry.event_id, entry.entry, event.id, event.at, event.tag, event.actor_id, event.capacity,
    event.organisation_id, event.subject_id, event.detail_hash, detail.salt, detail.body
FROM audit_logentry entry
LEFT JOIN LATERAL (SELECT * FROM audit_event WHERE id = entry.event_id OFFSET 0) AS event ON true
LEFT JOIN LATERAL (SELECT * FROM audit_eventdetail WHERE event_id = entry.event_id OFFSET 0) AS detail ON true
WHERE entry.position >= %s AND entry.position < %s
ORDER BY entry.position
"""
"""by key: a join through whole tables would be made again for every piece"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event's columns, as `katip.audit.log.entries` wants them."""

    pk: int
    at: datetime
    tag: str
    actor_id: int | None
    capacity: str
    organisation_id: int | None
    subject_id: int | None
    detail_hash: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands at a position: the entry, its event and its detail, as far as they are there."""

    position: int
    event_id: int
    entry: bytes
    event: Recorded | None
    salt: bytes | None
    body: Any


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint's row."""

    size: int
    root: bytes
    note: str
    at: datetime


def placed_read(start: int, end: int) -> Iterator[Placed]:
    """What stands at these positions, in their order; a position may be missing."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACED, [start, end])
        for position, event_id, entry, *event, salt, body in cursor.fetchall():
            loaded = json.loads(body) if isinstance(body, str) else body
            yield Placed(position, event_id, bytes(entry), _recorded(event), salt and bytes(salt), loaded)


def _recorded(columns: list[Any]) -> Recorded | None:
    number, at, tag, actor_id, capacity, organisation_id, subject_id, detail_hash = columns
    if number is None:
        return None
    return Recorded(number, at, tag, actor_id, capacity, organisation_id, subject_id, bytes(detail_hash))


def positions_end() -> int:
    """The position after the last one that is taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), -1) + 1 FROM audit_logentry")
        return int(cursor.fetchone()[0])


def tiles_stored(level: int, start: int, end: int) -> dict[int, tuple[bytes, bytes]]:
    """The complete tiles of a level from `start` to before `end`: hashes and root by number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT no, hashes, root FROM audit_logtile WHERE level = %s AND no >= %s AND no < %s", [level, start, end]
        )
        return {no: (bytes(hashes), bytes(root)) for no, hashes, root in cursor.fetchall()}


def signed_read(*, newest_first: bool = False) -> Iterator[Signed]:
    """Every checkpoint, the smallest first, or the largest."""
    beyond = (1 << 63) - 1 if newest_first else -1 << 63
    order = "size < %s ORDER BY size DESC" if newest_first else "size > %s ORDER BY size"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT size, root, note, at FROM audit_checkpoint WHERE {order} LIMIT %s",  # noqa: S608 -- constants
                [beyond, _CHECKPOINTS],
            )
            rows = cursor.fetchall()
        for size, root, note, at in rows:
            yield Signed(size, bytes(root), note, at)
        if len(rows) < _CHECKPOINTS:
            return
        beyond = rows[-1][0]
