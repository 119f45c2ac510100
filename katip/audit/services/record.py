"""Recording what happened, in the transaction in which it happens."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from katip.core.actor import Actor
from katip.core.metrics import happened

_INSERT = """
WITH given AS (
    SELECT * FROM unnest(%s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[], %s::jsonb[])
        AS given (no, tag, subject_id, organisation_id, hash, salt, body)
), numbered AS (
    SELECT nextval(pg_get_serial_sequence('audit_event', 'id')) AS id, given.* FROM given ORDER BY no
), event AS (
    INSERT INTO audit_event (id, at, tag, actor_id, capacity, organisation_id, subject_id, detail_hash)
    OVERRIDING SYSTEM VALUE
    SELECT id, %s, tag, %s, %s, organisation_id, subject_id, hash FROM numbered
)
INSERT INTO audit_eventdetail (event_id, salt, body) SELECT id, salt, body FROM numbered
"""
# Nothing is returned: whoever may not read an event, as the door that records a failed sign-in, may write it.


@dataclass(frozen=True, slots=True)
class Happening:
    """One event to record: tag `subject:thing:verb`, the subject's id, and the detail (plain JSON values).

    `organisation_id` is whose it is, where the actor acts for several of a kind at once.
    """

    tag: str
    subject_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    organisation_id: int | None = None


def detail_hash(salt: bytes, body: Mapping[str, Any]) -> bytes:
    """The 32 bytes that an event keeps of its detail."""
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(salt + canonical.encode()).digest()


def record(actor: Actor, at: datetime, *happenings: Happening) -> None:
    """Insert the events and their details with one statement, inside the caller's transaction.

    Raises `RuntimeError` outside a transaction: an event without its state change would be a lie.
    """
    if not connection.in_atomic_block:
        message = "audit.record belongs into the transaction of the change it records"
        raise RuntimeError(message)
    salts = [secrets.token_bytes(16) for _ in happenings]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                list(range(len(happenings))),
                [happening.tag for happening in happenings],
                [happening.subject_id for happening in happenings],
                [happening.organisation_id or actor.organisation_id for happening in happenings],
                [detail_hash(salt, happening.detail) for salt, happening in zip(salts, happenings, strict=True)],
                salts,
                [json.dumps(dict(happening.detail), ensure_ascii=False) for happening in happenings],
                at,
                actor.person_id,
                actor.capacity,
            ],
        )
    happened(happening.tag for happening in happenings)
