"""What stands in the log's tables beside the log: found by set, the first of each kind by name."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from katip.audit.log.erased import Reaches
from katip.audit.log.findings import Finding, Tell

_MOST = 1000
"""so many of a kind are named"""

_BEYOND = "SELECT position FROM audit_logentry WHERE position < 0 OR position >= %s ORDER BY position LIMIT %s"
_TILES = """
SELECT level, no FROM audit_logtile
WHERE no < 0 OR level NOT BETWEEN 0 AND 6 OR no >= %s::bigint >> (8 * (level + 1))
ORDER BY level, no LIMIT %s
"""
_UNPLACED = """
SELECT event.id, event.at, queue.since FROM audit_event event
LEFT JOIN audit_logentry entry ON entry.event_id = event.id
LEFT JOIN audit_logqueue queue ON queue.event_id = event.id
WHERE entry.event_id IS NULL AND (queue.since IS NULL OR queue.since < %s)
ORDER BY event.id LIMIT %s
"""
_QUEUE = """
SELECT queue.event_id, entry.position FROM audit_logqueue queue
LEFT JOIN audit_event event ON event.id = queue.event_id
LEFT JOIN audit_logentry entry ON entry.event_id = queue.event_id
WHERE event.id IS NULL OR entry.position IS NOT NULL
ORDER BY queue.event_id LIMIT %s
"""


# A look recorded once stands for the same look of the quarter of an hour that follows: the event then names the person,
# and the row is an earlier event's. What was destroyed by a rule takes the rows first: older ones are not asked for.
_LOOKS_GONE = """
SELECT event.id, named.person FROM audit_event event
JOIN audit_eventdetail detail ON detail.event_id = event.id
CROSS JOIN LATERAL (
    SELECT person::bigint FROM jsonb_array_elements_text(detail.body -> 'persons') AS every (person)
) AS named
WHERE event.tag = 'person:data:read' AND event.at >= %s AND NOT EXISTS (
    SELECT FROM audit_look look
    WHERE look.person_id = named.person AND look.at BETWEEN event.at - interval '15 minutes' AND event.at
      AND look.actor_id IS NOT DISTINCT FROM event.actor_id AND look.capacity = event.capacity
      AND look.organisation_id IS NOT DISTINCT FROM event.organisation_id
      AND look.occasion = detail.body ->> 'occasion'
)
ORDER BY event.id, named.person LIMIT %s
"""
_LOOKS_FOREIGN = """
SELECT look.event_id, look.person_id FROM audit_look look
LEFT JOIN audit_event event ON event.id = look.event_id AND event.tag = 'person:data:read' AND event.at = look.at
    AND event.actor_id IS NOT DISTINCT FROM look.actor_id AND event.capacity = look.capacity
    AND event.organisation_id IS NOT DISTINCT FROM look.organisation_id
LEFT JOIN audit_eventdetail detail ON detail.event_id = event.id
WHERE look.at >= %s
  AND (event.id IS NULL OR NOT COALESCE(detail.body -> 'persons' @> to_jsonb(look.person_id), true))
ORDER BY look.event_id, look.person_id LIMIT %s
"""
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


def looks_check(reaches: Reaches, tell: Tell) -> None:
    """Hold the rows by which people find who looked at them against the events that they repeat, both ways."""
    since = reaches.until("person:data:read") or _FIRST
    for event_id, person in _rows("look_gone", _LOOKS_GONE, [since], tell):
        tell(Finding("look_gone", f"event {event_id} tells of a look at person {person} that is not shown to them"))
    for event_id, person in _rows("look_foreign", _LOOKS_FOREIGN, [since], tell):
        tell(Finding("look_foreign", f"a look at person {person} is shown that event {event_id} does not tell of"))


def strays_check(size: int, tell: Tell) -> None:
    """Tell of entries and tiles beyond a log of this size."""
    for (position,) in _rows("position_foreign", _BEYOND, [size], tell):
        tell(Finding("position_foreign", f"position {position}: no checkpoint knows of an entry there"))
    for level, no in _rows("tile_foreign", _TILES, [size], tell):
        tell(Finding("tile_foreign", f"tile {level}/{no}: the log is not so large"))


def waiting_check(since: datetime, tell: Tell) -> int:
    """Tell of events that have no position, and will get none or wait since before `since`; returns how many wait."""
    for event_id, at, waits in _rows("event_unplaced", _UNPLACED, [since], tell):
        where = f"event {event_id} of {at:%Y-%m-%d %H:%M} UTC"
        if waits is None:
            tell(Finding("event_unplaced", f"{where} has no place in the log and waits for none: it was slipped in"))
        else:
            tell(Finding("event_stalled", f"{where} waits for its place since {waits:%Y-%m-%d %H:%M} UTC"))
    for event_id, position in _rows("queue_foreign", _QUEUE, [], tell):
        why = "is not there" if position is None else f"has its place, {position}"
        tell(Finding("queue_foreign", f"event {event_id} waits for a place in the log, but {why}"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_logqueue")
        return int(cursor.fetchone()[0])


def _rows(code: str, statement: str, parameters: list[Any], tell: Tell) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, _MOST + 1])
        rows = cursor.fetchall()
    if len(rows) > _MOST:
        tell(Finding(code, f"more than {_MOST:,} of these; the first ones follow"))
    return list(rows[:_MOST])
