"""Reading what happened."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

_ABOUT = """
SELECT event.id, event.at, event.tag, detail.body
FROM unnest(%s::text[]) AS wanted (tag)
CROSS JOIN LATERAL (
    SELECT id, at, tag FROM audit_event
    WHERE tag = wanted.tag AND subject_id = %s AND (%s::bigint IS NULL OR id < %s)
    ORDER BY id DESC LIMIT %s
) AS event
LEFT JOIN audit_eventdetail detail ON detail.event_id = event.id
ORDER BY event.id DESC LIMIT %s
"""
"""tag by tag by the index of subjects: one scan over all of them might read everybody's events"""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event; `detail` is empty where the law has deleted it."""

    id: int
    at: datetime
    tag: str
    detail: Mapping[str, Any]


def events_about(subject_id: int, tags: Sequence[str], *, most: int, before: int | None = None) -> list[Happened]:
    """The newest events of these tags about one subject, at `most` so many, older than the event `before`."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOUT, [list(tags), subject_id, before, before, most, most])
        rows = cursor.fetchall()
    return [
        Happened(number, at, tag, json.loads(body) if isinstance(body, str) else body or {})
        for number, at, tag, body in rows
    ]
