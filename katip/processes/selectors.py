"""Reading what waits, for whom. Every read is bounded and filtered by who asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.turkish import fold
from katip.processes.models import PartyKind, Process, ProcessState

WAITING_SHOWN = 1_000
"""Counting stops here: a larger number tells nobody more."""


def waiting_count(actor: Actor) -> int:
    """How many open processes wait for the actor in this capacity, at most `WAITING_SHOWN`."""
    waiting = Process.objects.filter(state=ProcessState.OPEN)
    if actor.capacity == Capacity.INDIVIDUAL:
        waiting = waiting.filter(waits_for_person_id=actor.person)
    elif actor.capacity == Capacity.WORKPLACE:
        waiting = waiting.filter(waits_for=PartyKind.EMPLOYER, workplace_id=actor.organisation)
    elif actor.capacity == Capacity.PROVIDER:
        waiting = waiting.filter(waits_for=PartyKind.PROVIDER, provider_id=actor.organisation)
    else:
        return 0
    return len(waiting.values_list("pk")[:WAITING_SHOWN])


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


_COMPANIES = """
WITH waiting AS (
    SELECT process.workplace_id, count(*) AS n FROM processes_process AS process
    WHERE process.state = 'open' AND process.waits_for = 'employer' AND process.workplace_id IN (
        SELECT workplace_id FROM registry_mandate WHERE person_id = %(person)s AND workplace_id IS NOT NULL)
    GROUP BY process.workplace_id
), company AS (
    SELECT CASE WHEN workplace.id IS NULL THEN 'provider' ELSE 'workplace' END AS kind,
           COALESCE(workplace.id, provider.id) AS id,
           COALESCE(workplace.title, provider.title) AS title,
           COALESCE(workplace.title_sort, provider.title_sort) AS title_sort,
           COALESCE(workplace.title_search, provider.title_search) AS title_search,
           COALESCE(workplace.sgk_number, '') AS sgk_number, mandate.capacity,
           province.name AS province, district.name AS district, COALESCE(waiting.n, 0) AS n
    FROM registry_mandate AS mandate
    LEFT JOIN registry_workplace AS workplace ON workplace.id = mandate.workplace_id
    LEFT JOIN registry_provider AS provider ON provider.id = mandate.provider_id
    JOIN registry_province AS province ON province.code = COALESCE(workplace.province_id, provider.province_id)
    JOIN registry_district AS district ON district.id = COALESCE(workplace.district_id, provider.district_id)
    LEFT JOIN waiting ON waiting.workplace_id = workplace.id
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
        "like": f"%{_like(fold(search))}%",
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


def _like(text: str) -> str:
    """`text` for LIKE, with its wildcards taken literally."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
