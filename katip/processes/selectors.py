"""Reading what waits, for whom. Every read is bounded and filtered by who asks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.compiled import Compiled
from katip.core.turkish import fold
from katip.core.usecase import whole_register
from katip.processes.models import PartyKind, Process, ProcessState, Step
from katip.registry.models import Mandate
from katip.registry.permissions import holds_on


def _waiting(actor: Actor) -> QuerySet[Process]:
    """Open processes whose step is the actor's to decide, in the capacity chosen; each side has an index of its own."""
    waiting = Process.objects.filter(state=ProcessState.OPEN)
    if actor.capacity == Capacity.INDIVIDUAL:
        return waiting.filter(waits_for_person_id=actor.person)
    if actor.capacity == Capacity.WORKPLACE:
        return waiting.filter(waits_for=PartyKind.EMPLOYER, workplace_id=actor.organisation)
    if actor.capacity == Capacity.PROVIDER:
        return waiting.filter(waits_for=PartyKind.PROVIDER, provider_id=actor.organisation)
    return waiting.none()


@dataclass(frozen=True, slots=True)
class WaitingAfter:
    """Where the next page of an inbox begins: after the process with this last day (None: no deadline) and id."""

    due_on: date | None
    id: int


def processes_waiting(
    actor: Actor, *, after: WaitingAfter | None = None, limit: int, related: Collection[str] = ()
) -> list[Process]:
    """What waits for the actor, of every kind, most urgent first: `limit` + 1 at most (one more tells of a next page).

    `related` names what is read along.
    """
    if after is None and actor.capacity == Capacity.WORKPLACE:
        return _first_waiting(tuple(related), limit).rows(workplace_id=actor.organisation)
    waiting = _waiting_told(actor, related)
    if after is not None and after.due_on is None:
        waiting = waiting.filter(due_on__isnull=True, pk__gt=after.id)
    elif after is not None:
        later = Q(due_on__gt=after.due_on) | Q(due_on=after.due_on, pk__gt=after.id) | Q(due_on__isnull=True)
        waiting = waiting.filter(later)
    return list(waiting[: limit + 1])


def _waiting_told(actor: Actor, related: Collection[str]) -> QuerySet[Process]:
    told = _waiting(actor).select_related(*related, "workplace__province", "provider__province")
    return told.order_by(F("due_on").asc(nulls_last=True), "pk")


@cache
def _first_waiting(related: tuple[str, ...], limit: int) -> Compiled[Process]:
    """What waits for an employer, as the first page after each sign-in has it."""

    def build(workplace_id: int) -> QuerySet[Process]:
        return _waiting_told(Actor(None, Capacity.WORKPLACE, workplace_id), related)[: limit + 1]

    return Compiled(build, workplace_id=int)


def processes_named(
    actor: Actor, process_ids: Collection[int], *, waiting: bool, related: Collection[str] = ()
) -> list[Process]:
    """Of the processes named, those that the actor's side takes part in, by code and number.

    With `waiting`, only those whose step is the actor's to decide now; `related` names what is read along.
    """
    named = _waiting(actor) if waiting else _of_side(actor)
    named = named.select_related(*related, "workplace__province", "provider__province")
    return list(named.filter(pk__in=process_ids).order_by("code", "pk"))


def _of_side(actor: Actor) -> QuerySet[Process]:
    if actor.capacity == Capacity.INDIVIDUAL:
        return Process.objects.filter(steps__person_id=actor.person).distinct()
    if actor.capacity == Capacity.WORKPLACE:
        return Process.objects.filter(workplace_id=actor.organisation)
    if actor.capacity == Capacity.PROVIDER:
        return Process.objects.filter(provider_id=actor.organisation)
    return Process.objects.none()


_IN_PERSON = (PartyKind.PROFESSIONAL, PartyKind.PERSON)


def process_seen(person_id: int, process_id: int, at: datetime, *, related: Collection[str] = ()) -> Process | None:
    """The process, if this person is a party to it, or of the side that proposed it, in any capacity.

    `sees_as_employer`, `sees_as_provider` and `sees_as_person` say in which. `related` names what is read along.
    """
    return _seen(tuple(related)).first(person_id=person_id, process_id=process_id, today=day_of(at))


@cache
def _seen(related: tuple[str, ...]) -> Compiled[Process]:
    """Compiled once for each page that reads other things along: no page of a process goes without it."""

    def build(person_id: int, process_id: int, today: date) -> QuerySet[Process]:
        mandates = Mandate.objects.filter(holds_on(today), person_id=person_id)
        steps = Step.objects.filter(process_id=OuterRef("pk"))
        employer = Exists(mandates.filter(workplace_id=OuterRef("workplace_id"))) & (
            Q(proposed_by=PartyKind.EMPLOYER) | Exists(steps.filter(party=PartyKind.EMPLOYER))
        )
        provider = Exists(mandates.filter(provider_id=OuterRef("provider_id"))) & (
            Q(proposed_by=PartyKind.PROVIDER) | Exists(steps.filter(party=PartyKind.PROVIDER))
        )
        person = Exists(steps.filter(person_id=person_id)) | Q(proposed_by__in=_IN_PERSON, created_by_id=person_id)
        return (
            Process.objects.filter(pk=process_id)
            .select_related(*related, "workplace__province", "provider__province", "created_by")
            .annotate(sees_as_employer=employer, sees_as_provider=provider, sees_as_person=person)
            .filter(Q(sees_as_employer=True) | Q(sees_as_provider=True) | Q(sees_as_person=True))
        )

    return Compiled(build, person_id=int, process_id=int, today=date)


@whole_register("whoever had a mandate for it is told that it ended")
def was_party(person_id: int, process_id: int, at: datetime) -> bool:
    """Whether the person had a mandate for the process's workplace or provider that has ended by `at`."""
    ended = Mandate.objects.filter(person_id=person_id, valid_to__lt=day_of(at))
    of_process = Q(workplace_id=OuterRef("workplace_id")) | Q(provider_id=OuterRef("provider_id"))
    return Process.objects.filter(Exists(ended.filter(of_process)), pk=process_id).exists()


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation that a person may act for. `waiting` counts the processes that wait for its approval."""

    kind: str
    id: int
    title: str
    title_sort: str
    sgk_number: str
    capacity: str
    province: str
    district: str
    waiting: int


# Counted for each company by itself: joined, all that waits in the country may be read, which is taken for few rows.
_COMPANIES = """
WITH company AS (
    SELECT CASE WHEN workplace.id IS NULL THEN 'provider' ELSE 'workplace' END AS kind,
           COALESCE(workplace.id, provider.id) AS id,
           COALESCE(workplace.title, provider.title) AS title,
           COALESCE(workplace.title_sort, provider.title_sort) AS title_sort,
           COALESCE(workplace.title_search, provider.title_search) AS title_search,
           COALESCE(workplace.sgk_number, '') AS sgk_number, mandate.capacity,
           province.name AS province, district.name AS district, waiting.n
    FROM registry_mandate AS mandate
    LEFT JOIN registry_workplace AS workplace ON workplace.id = mandate.workplace_id
    LEFT JOIN registry_provider AS provider ON provider.id = mandate.provider_id
    JOIN registry_province AS province ON province.code = COALESCE(workplace.province_id, provider.province_id)
    JOIN registry_district AS district ON district.id = COALESCE(workplace.district_id, provider.district_id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM processes_process AS process
        WHERE process.state = 'open' AND process.waits_for = 'employer' AND process.workplace_id = workplace.id
    ) AS waiting
    WHERE mandate.person_id = %(person)s AND mandate.valid_from <= %(day)s
      AND (mandate.valid_to IS NULL OR mandate.valid_to >= %(day)s)
)
SELECT kind, id, title, title_sort, sgk_number, capacity, province, district, n, count(*) OVER () AS total
FROM company
WHERE (%(search)s = '' OR title_search LIKE %(like)s OR (%(digits)s <> '' AND sgk_number LIKE %(digits_like)s))
  AND (%(after)s IS NULL OR
       ROW((n = 0)::int, title_sort, kind, id) > ROW(%(after_rank)s, %(after)s, %(after_kind)s, %(after_id)s))
ORDER BY (n = 0)::int, title_sort COLLATE "C", kind, id
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class CompanyKey:
    """Where the next page begins: after this row."""

    rank: int
    title_sort: str
    kind: str
    id: int


def companies_find(
    *, person_id: int, at: datetime, search: str = "", after: CompanyKey | None = None, limit: int = 50
) -> tuple[list[Company], int]:
    """The organisations the person may act for at `at`, those with waiting work first, then by title.

    `search` is a part of the title in any Turkish spelling, or of the SGK number. Also returns how many rows match
    from here on.
    """
    digits = "".join(character for character in search if character.isdecimal())
    parameters: dict[str, Any] = {
        "person": person_id,
        "day": day_of(at),
        "search": search,
        "like": f"%{like_escaped(fold(search))}%",
        "digits": digits,
        "digits_like": f"%{digits}%",
        "after": after.title_sort if after else None,
        "after_rank": after.rank if after else 0,
        "after_kind": after.kind if after else "",
        "after_id": after.id if after else 0,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COMPANIES, parameters)
        rows = cursor.fetchall()
    return [Company(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def like_escaped(text: str) -> str:
    """`text` for LIKE, with its wildcards taken literally."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
