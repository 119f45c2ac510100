"""Who looked: reading another person's data is an event, one for each page, with a row for each person on it.

What counts, and what does not, is told in `docs/looks.md`.
"""

import json
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction
from django.db.models import Q

from katip.audit.models import Look
from katip.audit.services.record import detail_hash
from katip.core.actor import Actor

TAG = "person:data:read"
WINDOW = timedelta(minutes=15)
"""Within it, the same actor looking at the same person on the same occasion is one look."""
KEPT_MONTHS = 36
"""so far back a person can look; what is older is deleted as the retention table has it"""
MOST = 5_000
"""persons of one event; a file with more makes several"""
_KNOWN_MOST = 100_000

_RECORD = """
WITH new AS (
    SELECT given.person_id FROM unnest(%(persons)s::bigint[]) AS given (person_id)
    WHERE NOT EXISTS (
        SELECT FROM audit_look look
        WHERE look.person_id = given.person_id AND look.at > %(since)s AND look.occasion = %(occasion)s
          AND look.actor_id IS NOT DISTINCT FROM %(actor)s::bigint AND look.capacity = %(capacity)s
          AND look.organisation_id IS NOT DISTINCT FROM %(organisation)s::bigint AND look.reason = %(reason)s
    )
), event AS (
    INSERT INTO audit_event (at, tag, actor_id, capacity, organisation_id, subject_id, detail_hash)
    SELECT %(at)s, %(tag)s, %(actor)s, %(capacity)s, %(organisation)s, NULL, %(hash)s WHERE EXISTS (SELECT FROM new)
    RETURNING id
), detail AS (
    INSERT INTO audit_eventdetail (event_id, salt, body) SELECT id, %(salt)s, %(body)s::jsonb FROM event
)
INSERT INTO audit_look (person_id, event_id, at, actor_id, capacity, organisation_id, occasion, reason)
SELECT new.person_id, event.id, %(at)s, %(actor)s, %(capacity)s, %(organisation)s, %(occasion)s, %(reason)s
FROM event CROSS JOIN new
RETURNING person_id
"""


class Occasion(StrEnum):
    """On what occasion somebody's data were shown."""

    LIST = "list"
    """a list of contracts, or of what waits"""
    CONTRACT = "contract"
    PROCESS = "process"
    CARD = "card"
    """the workplace's card, and who serves there"""
    STAFF = "staff"
    """a provider's staff and their minutes"""
    OFFER = "offer"
    """choosing whom to offer"""
    MONTH = "month"
    """what a month's figures changed"""
    SEARCH = "search"
    """an official's search"""
    PERSON = "person"
    """an official's page of the person"""
    WORKPLACE = "workplace"
    """an official's page of a workplace"""
    PROVIDER = "provider"
    """an official's page of a provider"""
    COUNTER = "counter"
    """an application at a branch"""
    REQUEST = "request"
    """a person's request about their own data"""
    OFFICE = "office"
    """who works in which office"""
    EXPORT = "export"
    DOCUMENT = "document"
    OTHER = "other"


class Reason(StrEnum):
    """Why an official looks: the category that the person is told."""

    INSPECTION = "inspection"
    """an inspection that was planned"""
    COMPLAINT = "complaint"
    AUTHORISATION = "authorisation"
    """a certificate or authorisation is being dealt with"""
    REQUEST = "request"
    """the person or a party asked for it"""
    ORDER = "order"
    """a court, a prosecutor or another authority asked for it"""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Given:
    """The reason an official gave: its category, the matter in their own words, and when."""

    reason: Reason
    matter: str
    at: datetime


@dataclass(frozen=True, slots=True)
class After:
    """Where the next page of looks begins."""

    at: datetime
    event_id: int


_Key = tuple[int | None, str, int | None, str, str, int]
_known: dict[_Key, datetime] = {}
"""Looks that this process has committed, by actor and person: what stands here needs no statement."""


def looks_record(
    actor: Actor, at: datetime, persons: Collection[int], occasion: Occasion, given: Given | None = None
) -> None:
    """Record that the actor was shown data of these persons, themself left out; at most one statement for `MOST`.

    One event for all of them, unless each was recorded within `WINDOW` and since the reason was given. Belongs into the
    transaction of the page or the file. Raises `RuntimeError` outside of one.
    """
    if not connection.in_atomic_block:
        message = "looks_record belongs into the transaction of what is shown"
        raise RuntimeError(message)
    since = at - WINDOW if given is None else max(at - WINDOW, given.at - timedelta(microseconds=1))
    reason = str(given.reason) if given is not None else ""
    head = (actor.person_id, str(actor.capacity), actor.organisation_id, str(occasion), reason)
    wanted = sorted(
        person for person in persons if person != actor.person_id and _known.get((*head, person), since) <= since
    )
    for start in range(0, len(wanted), MOST):
        inserted = _insert(actor, at, wanted[start : start + MOST], occasion, given, since=since)
        keys: list[_Key] = [(*head, person) for person in inserted]
        if keys:
            transaction.on_commit(lambda keys=keys: _remember(keys, at))  # type: ignore[misc] # bound now


def _insert(
    actor: Actor, at: datetime, persons: list[int], occasion: Occasion, given: Given | None, *, since: datetime
) -> list[int]:
    body: dict[str, object] = {"occasion": str(occasion), "persons": persons}
    if given is not None:
        body |= {"reason": str(given.reason), "matter": given.matter}
    salt = secrets.token_bytes(16)
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "persons": persons,
                "since": since,
                "at": at,
                "tag": TAG,
                "actor": actor.person_id,
                "capacity": str(actor.capacity),
                "organisation": actor.organisation_id,
                "occasion": str(occasion),
                "reason": str(given.reason) if given is not None else "",
                "hash": detail_hash(salt, body),
                "salt": salt,
                "body": json.dumps(body, ensure_ascii=False),
            },
        )
        return [person for (person,) in cursor.fetchall()]


def _remember(keys: list[_Key], at: datetime) -> None:
    if len(_known) + len(keys) > _KNOWN_MOST:
        _known.clear()
    _known.update(dict.fromkeys(keys, at))


def looks_forget() -> None:
    """Let the next look ask the database again, as a new process does."""
    _known.clear()


def looks_at(
    person_id: int, *, since: datetime, until: datetime | None = None, after: After | None = None, limit: int
) -> list[Look]:
    """Who looked at this person from `since` on and before `until`, newest first, at most `limit` + 1."""
    found = Look.objects.filter(person_id=person_id, at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    if after is not None:
        found = found.filter(at__lte=after.at).filter(Q(at__lt=after.at) | Q(event_id__lt=after.event_id))
    return list(found.order_by("-at", "-event_id")[: limit + 1])


def looks_of_person(person_id: int, *, most: int) -> Iterator[Look]:
    """The newest looks at this person, for the download of their own data."""
    return Look.objects.filter(person_id=person_id).order_by("-at", "-event_id")[:most].iterator(chunk_size=2_000)
