"""Everything that waits for one person: in their own name, and for every organisation whose mandate holds now.

One statement reads three indexes (`waits_for_employer`, `waits_for_provider`, `waits_for_person`), each of which holds
waiting processes only: what it costs follows from what the person has to do, not from the size of the register. Whoever
asks need not have chosen a capacity; every row says in which one it is decided. What can no longer be answered is left
out, though the sweep has not closed it yet.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.turkish import fold
from katip.processes.deadlines import deadlines_lapse
from katip.processes.models import Process
from katip.processes.selectors import like_escaped

MOST = 10_000
"""How many rows are taken together; what lies beyond is narrowed first."""
_GONE_THROUGH = 100_000
"""so many rows of one person are looked at, whatever is asked for"""
COUNTED = 1_000
"""Counting for the header stops here: a larger number tells nobody more."""
FACETS = 100
"""How many companies, providers and kinds a filter offers; where there are more companies, one searches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What narrows the inbox; what is empty narrows nothing.

    `search` is a part of the company's title (the provider's, where there is no workplace) or of a professional's name
    in any Turkish spelling, or digits of an SGK number. `due_from` lets through what has no last day, too: that is the
    latest of all.
    """

    search: str = ""
    workplace_id: int | None = None
    provider_id: int | None = None
    code: int | None = None
    capacity: Capacity | None = None
    due_from: date | None = None
    due_to: date | None = None


EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One step that waits: the process as it stands, and the capacity in which this person decides it.

    `organisation_id` is a workplace's or a provider's id, None in one's own name.
    """

    process_id: int
    version: int
    terms_hash: str
    code: int
    capacity: Capacity
    organisation_id: int | None
    workplace_id: int | None
    provider_id: int | None
    due_on: date | None
    waiting_since: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page begins: after the process with this last day (None: none), waiting since this day."""

    due_on: date | None
    since: date
    process_id: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many steps wait: `all` for the person, `here` in the capacity chosen; both end at `COUNTED`."""

    all: int
    here: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What waits under a filter.

    `digest` is `inbox_hash` of exactly those rows. `today`, `soon` and `later` are counted as if no last day were asked
    for. `workplaces`, `providers`, `codes` and `capacities` (with how many each) are of everything that waits, the
    first two by title. Of workplaces there are `FACETS` + 1 where a list of them would be too long.
    """

    everything: int
    here: int
    rows: int
    companies: int
    digest: str
    undated: bool
    today: int
    soon: int
    later: int
    workplaces: list[tuple[int, str, int]]
    providers: list[tuple[int, str, int]]
    codes: list[tuple[int, int]]
    capacities: dict[Capacity, int]


_COLUMNS = """process.id, process.version, process.terms_hash, process.code, process.workplace_id, process.provider_id,
           process.due_on, process.waiting_since"""
_HELD = """mandate.person_id = %(person)s AND mandate.valid_from <= %(day)s
      AND (mandate.valid_to IS NULL OR mandate.valid_to >= %(day)s)"""
_ALIVE = """process.state = 'open'
      AND (%(alive_from)s::date IS NULL OR process.due_on IS NULL OR process.due_on >= %(alive_from)s::date)"""
_MINE = f"""
    SELECT process.*, 'workplace' AS capacity, process.workplace_id AS organisation_id
    FROM registry_mandate AS mandate CROSS JOIN LATERAL (
        SELECT {_COLUMNS} FROM processes_process AS process
        WHERE process.workplace_id = mandate.workplace_id AND process.waits_for = 'employer' AND {_ALIVE}
        OFFSET 0) AS process
    WHERE {_HELD} AND mandate.workplace_id IS NOT NULL
    UNION ALL
    SELECT process.*, 'provider', process.provider_id
    FROM registry_mandate AS mandate CROSS JOIN LATERAL (
        SELECT {_COLUMNS} FROM processes_process AS process
        WHERE process.provider_id = mandate.provider_id AND process.waits_for = 'provider' AND {_ALIVE}
        OFFSET 0) AS process
    WHERE {_HELD} AND mandate.provider_id IS NOT NULL
    UNION ALL
    SELECT {_COLUMNS}, 'individual', NULL
    FROM processes_process AS process
    WHERE process.waits_for_person_id = %(person)s AND {_ALIVE}
"""  # noqa: S608 -- constants of this module
# OFFSET 0 keeps the planner from turning the join round: from the person's mandates to what waits there, never from all
# that waits in the register, whatever it believes to know of the tables.
_NAMED = """
    FROM mine
    LEFT JOIN registry_workplace AS workplace ON workplace.id = mine.workplace_id
    LEFT JOIN registry_provider AS provider ON provider.id = mine.provider_id
"""
_FIND = f"""
WITH mine AS ({_MINE}), sorted AS (
    SELECT mine.*, COALESCE(mine.due_on, 'infinity') AS last_day,
           (mine.waiting_since AT TIME ZONE 'Europe/Istanbul')::date AS since,
           COALESCE(workplace.title_sort, provider.title_sort, '') COLLATE "C" AS title,
           COALESCE(mine.workplace_id, 0) AS place
    {_NAMED} WHERE {{conditions}}
), after AS (
    SELECT COALESCE(workplace.title_sort, provider.title_sort, '') COLLATE "C" AS title,
           COALESCE(workplace.id, 0) AS place
    FROM processes_process AS process
    LEFT JOIN registry_workplace AS workplace ON workplace.id = process.workplace_id
    LEFT JOIN registry_provider AS provider ON provider.id = process.provider_id
    WHERE process.id = %(after_id)s
)
SELECT id, version, terms_hash, code, capacity, organisation_id, workplace_id, provider_id, due_on, waiting_since
FROM sorted
WHERE %(after_id)s::bigint IS NULL OR ROW(last_day, since, title, place, id) > ROW(
    COALESCE(%(after_day)s::date, 'infinity'), %(after_since)s::date, COALESCE((SELECT title FROM after), ''),
    COALESCE((SELECT place FROM after), 0), %(after_id)s::bigint)
ORDER BY last_day, since, title, place, id
LIMIT %(limit)s
"""  # noqa: S608 -- constants of this module
_SUMMARY = f"""
WITH mine AS ({_MINE} LIMIT %(limit)s), asked AS (
    SELECT mine.*, {{in_time}} AS in_time {_NAMED} WHERE {{conditions}}
), taken AS (SELECT * FROM asked WHERE in_time)
SELECT (SELECT count(*) FROM mine),
    (SELECT count(*) FROM mine
     WHERE capacity = %(here)s AND organisation_id IS NOT DISTINCT FROM %(here_id)s::bigint),
    (SELECT count(*) FROM taken),
    (SELECT count(DISTINCT (capacity, organisation_id)) FROM taken),
    (SELECT encode(sha256(convert_to(COALESCE(string_agg(
         id || ':' || version || ':' || terms_hash || chr(10), '' ORDER BY id), ''), 'UTF8')), 'hex') FROM taken),
    (SELECT count(*) FROM mine WHERE due_on IS NOT NULL) = 0,
    count(*) FILTER (WHERE due_on <= %(today)s),
    count(*) FILTER (WHERE due_on > %(today)s AND due_on <= %(soon)s),
    count(*) FILTER (WHERE due_on > %(soon)s OR due_on IS NULL),
    (SELECT COALESCE(json_agg(json_build_array(found.id, found.title, found.n)
                     ORDER BY found.title_sort COLLATE "C", found.id), '[]')
     FROM (SELECT workplace.id, workplace.title, workplace.title_sort, mine.n
           FROM (SELECT workplace_id, count(*) AS n FROM mine WHERE workplace_id IS NOT NULL
                 GROUP BY workplace_id LIMIT %(facets)s + 1) AS mine
           JOIN registry_workplace AS workplace ON workplace.id = mine.workplace_id) AS found),
    (SELECT COALESCE(json_agg(json_build_array(found.id, found.short_title, found.n)
                     ORDER BY found.title_sort COLLATE "C", found.id), '[]')
     FROM (SELECT provider.id, provider.short_title, provider.title_sort, mine.n
           FROM (SELECT provider_id, count(*) AS n FROM mine WHERE provider_id IS NOT NULL
                 GROUP BY provider_id ORDER BY n DESC, provider_id LIMIT %(facets)s) AS mine
           JOIN registry_provider AS provider ON provider.id = mine.provider_id) AS found),
    (SELECT COALESCE(json_agg(json_build_array(code, n) ORDER BY code), '[]')
     FROM (SELECT code, count(*) AS n FROM mine GROUP BY code ORDER BY n DESC LIMIT %(facets)s) AS found),
    (SELECT COALESCE(json_object_agg(capacity, n), '{{{{}}}}')
     FROM (SELECT capacity, count(*) AS n FROM mine GROUP BY capacity) AS found)
FROM asked
"""  # noqa: S608 -- constants of this module
_COUNTS = f"""
SELECT (SELECT count(*) FROM (SELECT FROM ({_MINE}) AS mine LIMIT %(most)s) AS counted),
       (SELECT count(*) FROM (SELECT FROM processes_process AS process WHERE {{here}} LIMIT %(most)s) AS counted)
"""  # noqa: S608 -- constants of this module
_HERE = {
    Capacity.INDIVIDUAL: "process.state = 'open' AND process.waits_for_person_id = %(person)s",
    Capacity.WORKPLACE: "process.state = 'open' AND process.waits_for = 'employer'"
    " AND process.workplace_id = %(organisation)s",
    Capacity.PROVIDER: "process.state = 'open' AND process.waits_for = 'provider'"
    " AND process.provider_id = %(organisation)s",
}


def inbox_find(
    person_id: int, at: datetime, filters: Filters = EVERYTHING, *, after: Place | None = None, limit: int
) -> list[Waiting]:
    """What waits for the person, most urgent first, `limit` + 1 rows at most (one more tells of a next page).

    By last day (none at the end), then by the day since when it waits, then by company, so that those of one company
    and day stand together.
    """
    return _find(person_id, at, *_conditions(filters), after=after, limit=limit + 1)


def inbox_all(person_id: int, at: datetime, filters: Filters = EVERYTHING, *, most: int = MOST) -> list[Waiting]:
    """All that waits under a filter, in the same order, at most `most` rows."""
    return _find(person_id, at, *_conditions(filters), limit=most)


def inbox_named(person_id: int, at: datetime, process_ids: Collection[int]) -> list[Waiting]:
    """Of the processes named, those that wait for the person now, in whichever capacity; at most `MOST`."""
    named = {"named": list(process_ids)}
    return _find(person_id, at, ["mine.id = ANY(%(named)s)"], named, limit=MOST)


def processes_of(rows: Sequence[Waiting], *, related: Collection[str] = ()) -> list[Process]:
    """The processes of rows that were read for a person, in their order; `related` names what is read along."""
    found = Process.objects.select_related(*related, "workplace__province", "provider__province")
    by_number = found.in_bulk([row.process_id for row in rows])
    return [by_number[row.process_id] for row in rows]


def inbox_hash(rows: Iterable[Waiting]) -> str:
    """SHA-256 (64 hex digits) over exactly these rows, whatever their order: which processes, as they stood."""
    lines = sorted((row.process_id, row.version, row.terms_hash) for row in rows)
    text = "".join(f"{number}:{version}:{digest}\n" for number, version, digest in lines)
    return hashlib.sha256(text.encode()).hexdigest()


def inbox_count(person_id: int, at: datetime, *, most: int = COUNTED) -> int:
    """How many steps wait for the person in all, counted to `most`."""
    return inbox_counts(Actor(person_id), at, most=most).all


def inbox_counts(actor: Actor, at: datetime, *, most: int = COUNTED) -> Counts:
    """How many steps wait for the acting person, in all and in the capacity in which they act; one statement."""
    parameters = _person(actor.person, at) | {"most": most, "organisation": actor.organisation_id}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(here=_HERE.get(actor.capacity, "false")), parameters)
        [(everything, here)] = cursor.fetchall()
    return Counts(everything, here)


def inbox_summary(actor: Actor, at: datetime, filters: Filters, *, soon: date) -> Summary:
    """What waits for the acting person under a filter, and what the filters can offer; one statement.

    `soon` is the last of the days that are near.
    """
    conditions, parameters = _conditions(filters, timed=False)
    in_time, times = _in_time(filters)
    parameters |= times | _person(actor.person, at)
    parameters |= {"limit": _GONE_THROUGH, "facets": FACETS, "today": day_of(at), "soon": soon}
    parameters |= {"here": actor.capacity, "here_id": actor.organisation_id}
    statement = _SUMMARY.format(conditions=_all(conditions), in_time=_all(in_time))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        [row] = cursor.fetchall()
    *figures, workplaces, providers, codes, capacities = row
    everything, here, rows, companies, digest, undated, today, near, later = figures
    return Summary(
        everything=everything,
        here=here,
        rows=rows,
        companies=companies,
        digest=digest,
        undated=undated,
        today=today,
        soon=near,
        later=later,
        workplaces=[(number, title, count) for number, title, count in workplaces],
        providers=[(number, title, count) for number, title, count in providers],
        codes=[(code, count) for code, count in codes],
        capacities={Capacity(name): count for name, count in capacities.items()},
    )


def _find(
    person_id: int,
    at: datetime,
    conditions: list[str],
    parameters: dict[str, Any],
    *,
    after: Place | None = None,
    limit: int,
) -> list[Waiting]:
    place = {
        "after_id": after.process_id if after else None,
        "after_day": after.due_on if after else None,
        "after_since": after.since if after else None,
    }
    with connection.cursor() as cursor:
        statement = _FIND.format(conditions=_all(conditions))
        cursor.execute(statement, _person(person_id, at) | parameters | place | {"limit": limit})
        rows = cursor.fetchall()
    return [
        Waiting(number, version, digest, code, Capacity(capacity), *whose)
        for number, version, digest, code, capacity, *whose in rows
    ]


def _person(person_id: int, at: datetime) -> dict[str, Any]:
    day = day_of(at)
    return {"person": person_id, "day": day, "alive_from": day if deadlines_lapse() else None}


def _conditions(filters: Filters, *, timed: bool = True) -> tuple[list[str], dict[str, Any]]:
    """What a row must fulfil, and the values; without `timed`, whatever its last day."""
    found, parameters = _in_time(filters) if timed else ([], {})
    for name, value in (
        ("workplace_id", filters.workplace_id),
        ("provider_id", filters.provider_id),
        ("code", filters.code),
        ("capacity", filters.capacity),
    ):
        if value is not None:
            found.append(f"mine.{name} = %({name})s")
            parameters[name] = value
    words = fold(filters.search)
    digits = "".join(character for character in filters.search if character.isdecimal())
    searched = []
    if words:
        parameters["like"] = f"%{like_escaped(words)}%"
        searched.append("COALESCE(workplace.title_search, provider.title_search) LIKE %(like)s")
        searched.append(
            "EXISTS (SELECT FROM processes_process AS process WHERE process.id = mine.id AND"
            " katip_search_key(process.terms -> 'professional' ->> 'name') LIKE %(like)s)"
        )
    if digits:
        parameters["digits"] = f"%{digits}%"
        searched.append("workplace.sgk_number LIKE %(digits)s")
    if searched:
        found.append(f"({' OR '.join(searched)})")
    return found, parameters


def _in_time(filters: Filters) -> tuple[list[str], dict[str, Any]]:
    found = []
    if filters.due_from is not None:
        found.append("(mine.due_on >= %(due_from)s OR mine.due_on IS NULL)")
    if filters.due_to is not None:
        found.append("mine.due_on <= %(due_to)s")
    return found, {"due_from": filters.due_from, "due_to": filters.due_to}


def _all(conditions: Collection[str]) -> str:
    return " AND ".join(conditions) or "true"
