"""Whom a breach touched: the people whose data were shown to an account, or in given events."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.shown import unshown
from katip.core.usecase import use_case
from katip.identity.models import Person

MOST = 1_000_000
_CHUNK = 5_000

_LOOKED_AT = """
SELECT person_id, count(*), min(at), max(at), array_agg(DISTINCT occasion)
FROM audit_look
WHERE at >= %(since)s AND at < %(until)s
  AND (actor_id = ANY(%(accounts)s) OR event_id = ANY(%(events)s))
GROUP BY person_id ORDER BY person_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Touched:
    """One person: how often their data were shown, first and last, and on which occasions (`audit.looks.Occasion`)."""

    person_id: int
    name: str
    email: str
    looks: int
    first: datetime
    last: datetime
    occasions: tuple[str, ...]


@use_case
def breach_people(
    *,
    actor: Actor,
    at: datetime,
    since: datetime,
    until: datetime,
    accounts: Collection[int] = (),
    events: Collection[int] = (),
) -> list[Touched]:
    """The people whose data were shown to these `accounts` (ids of persons) or in these `events`, in this time.

    What was shown is known from the record of who looked; what somebody read past the pages (the database, a backup) it
    cannot know. That the list was made is recorded.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOKED_AT,
            {"since": since, "until": until, "accounts": list(accounts), "events": list(events), "most": MOST},
        )
        rows = cursor.fetchall()
    names: dict[int, tuple[str, str]] = {}
    with unshown():
        for start in range(0, len(rows), _CHUNK):
            people = Person.objects.filter(pk__in=[row[0] for row in rows[start : start + _CHUNK]])
            for number, given, family, email in people.values_list("pk", "given_name", "family_name", "email"):
                names[number] = (f"{given} {family}", email)
    told = {"people": len(rows), "accounts": list(accounts), "events": len(events), "since": since.isoformat()}
    record(actor, at, Happening("keeping:breach:listed", None, told))
    return [
        Touched(number, *names.get(number, ("", "")), count, first, last, tuple(occasions))
        for number, count, first, last, occasions in rows
    ]
