"""Which details may be gone: those that a recorded destruction reaches, as the law asks for. Others were taken.

Which events tell of a destruction, and what they say of it, an upper room knows: it registers how to read them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from katip.audit.log.rows import Recorded

_TOLD = """
SELECT event.at, detail.body FROM audit_event event JOIN audit_eventdetail detail ON detail.event_id = event.id
WHERE event.tag = %s ORDER BY event.id
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a rule destroyed: the details of events whose tag `fits` and that happened before `until`."""

    rule: str
    fits: Callable[[str], bool]
    until: datetime


Read = Callable[[Mapping[str, Any]], Reach | None]
_readers: dict[str, Read] = {}


def destruction_reader(tag: str, read: Read) -> None:
    """Say that events of this tag tell of a destruction, and how their detail is read: None where it is none.

    An upper room does so when it starts.
    """
    _readers[tag] = read


class Reaches:
    """How far each rule's destructions reached, by what was recorded of them, also what waits for its position."""

    def __init__(self) -> None:
        self._furthest: dict[str, Reach] = {}
        for tag, read in _readers.items():
            with connection.cursor() as cursor:
                cursor.execute(_TOLD, [tag])
                for at, body in cursor.fetchall():
                    self._take(read(json.loads(body) if isinstance(body, str) else body), at)

    def _take(self, reach: Reach | None, at: datetime) -> None:
        """Nothing is destroyed that has not happened yet: what says so is not believed."""
        if reach is None or reach.until > at:
            return
        known = self._furthest.get(reach.rule)
        if known is None or known.until < reach.until:
            self._furthest[reach.rule] = reach

    def until(self, tag: str) -> datetime | None:
        """Before which moment details of events of this tag were destroyed; None where none were."""
        return max((one.until for one in self._furthest.values() if one.fits(tag)), default=None)

    def covers(self, event: Recorded) -> bool:
        """Whether the event's detail is among what was destroyed."""
        return any(event.at < one.until and one.fits(event.tag) for one in self._furthest.values())
