"""What of an event goes into the log: 32 bytes over its canonical text. The log itself names nobody and tells nothing.

The text holds ids, tag, moment and the salted hash of the detail, never the detail. It is shown to parties, as the
opened form of their entry; the log's public files hold its hash alone. `ENTRY_SQL` is the same in PostgreSQL, for
sequencing by set; a test holds the two together.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Protocol

HEADER = "katip event v1\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventLike(Protocol):
    """An event's columns; `katip.audit.models.Event` has them."""

    @property
    def pk(self) -> int:
        """Its number."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def tag(self) -> str:
        """What happened."""

    @property
    def actor_id(self) -> int | None:
        """Whose doing it was."""

    @property
    def capacity(self) -> str:
        """In which quality."""

    @property
    def organisation_id(self) -> int | None:
        """For whom."""

    @property
    def subject_id(self) -> int | None:
        """To what."""

    @property
    def detail_hash(self) -> bytes | memoryview:
        """The salted hash of its detail."""


def event_text(event: EventLike) -> str:
    """The canonical text: a header line, then JSON with sorted keys, no spaces and no escapes that are not needed.

    `at` is in microseconds since 1970 (UTC), `detail_hash` in hexadecimal digits.
    """
    fields = {
        "actor_id": event.actor_id,
        "at": (event.at - _EPOCH) // timedelta(microseconds=1),
        "capacity": event.capacity,
        "detail_hash": bytes(event.detail_hash).hex(),
        "id": event.pk,
        "organisation_id": event.organisation_id,
        "subject_id": event.subject_id,
        "tag": event.tag,
    }
    return HEADER + json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def event_entry(event: EventLike) -> bytes:
    """The event's entry in the log (32 bytes): SHA-256 of its canonical text."""
    return hashlib.sha256(event_text(event).encode()).digest()


ENTRY_SQL = r"""sha256(convert_to(
    E'katip event v1\n{"actor_id":' || coalesce(event.actor_id::text, 'null')
    || ',"at":' || (extract(epoch FROM event.at) * 1000000)::bigint::text
    || ',"capacity":' || to_json(event.capacity::text)::text
    || ',"detail_hash":"' || encode(event.detail_hash, 'hex')
    || '","id":' || event.id::text
    || ',"organisation_id":' || coalesce(event.organisation_id::text, 'null')
    || ',"subject_id":' || coalesce(event.subject_id::text, 'null')
    || ',"tag":' || to_json(event.tag::text)::text || '}', 'UTF8'))"""
"""the entry of the row `event`, as an expression"""
