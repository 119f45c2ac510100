"""What officials read of a month: its runs, what each came to by province and class, which contracts, who is missing.

Every read asks the office first and ends at the border of its province. Sums come from `MonthFigure`, which is counted
once; lists go through an index, a stretch at a time.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import F, Model, Q, QuerySet, Sum

from katip.contracts.models import MonthChange
from katip.contracts.overview import Where
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.registry.models import Official, OfficialRole, Provider
from katip.registry.permissions import require_office
from katip.rules import HazardClass, MonthOutcome, MonthReason, Profession
from katip.updates.models import (
    ChunkState,
    Feed,
    FeedFault,
    FeedState,
    Missing,
    MonthChunk,
    MonthFigure,
    MonthProvider,
    MonthRun,
    RunState,
)

READING = (OfficialRole.INSPECTOR, OfficialRole.DIRECTORATE, OfficialRole.OPERATOR)
STRETCH = 50_000
"""How many rows one page of a list looks at, at most: where few of them are sought a page may be short."""
FEEDS_SHOWN = 12
PLANS_SHOWN = 10
COUNTED_TO = 1_000
"""Open processes of a provider are counted no further: a larger number tells nobody more."""
COUNTRY = Where()
CONFLICTS = (MonthOutcome.PROVIDER, MonthOutcome.PERSON)
UNSETTLED = (RunState.PLANNING, RunState.PLANNED, RunState.APPLYING, RunState.CLOSING)
MOVING = (RunState.APPLYING, RunState.CLOSING)


def reading(actor: Actor) -> Official:
    """The office in which the actor reads; raises `PermissionRefusedError` for others and for the counter."""
    return require_office(actor, *READING)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a month came to: contracts by outcome, workplaces touched, professions newly missing, minutes a month."""

    workplaces: int = 0
    amended: int = 0
    asked: int = 0
    conflicts: int = 0
    ended: int = 0
    missing: int = 0
    minutes_before: int = 0
    minutes_after: int = 0

    @property
    def changes(self) -> int:
        """How many contracts the month touched."""
        return self.amended + self.asked + self.conflicts + self.ended


_SUMMED = tuple(field.name for field in fields(Sums))


def sums_of(parts: Iterable[Sums]) -> Sums:
    """All of them together."""
    rows = list(parts)
    return Sums(*(sum(getattr(row, name) for row in rows) for name in _SUMMED))


def sums_read(kept: Mapping[str, Any]) -> Sums:
    """The counts that a run keeps of its plan, or a chunk of what it wrote (see `MonthRun`, `MonthChunk`)."""
    known = {name: int(kept.get(name) or 0) for name in _SUMMED}
    known["conflicts"] = sum(int(kept.get(name) or 0) for name in ("provider", "person"))
    return Sums(**known)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, and what it came to as far as the office may know: None where nothing is counted for its province yet."""

    run: MonthRun
    sums: Sums | None


def runs_find(actor: Actor, *, after: tuple[date, int] | None, limit: int) -> list[RunRow]:
    """The newest month first, of a month the newest run; at most `limit` + 1. `after` is a month and a run's id."""
    office = reading(actor)
    runs = _runs(office)
    if after is not None:
        runs = runs.filter(Q(period__lt=after[0]) | Q(period=after[0], pk__lt=after[1]))
    found = list(runs.order_by("-period", "-pk")[: limit + 1])
    counted = _counted(office, [run.pk for run in found])
    return [RunRow(run, run_sums(office, run, counted.get(run.pk))) for run in found]


def run_find(actor: Actor, run_id: int) -> RunRow | None:
    """One run, if the office may see it."""
    office = reading(actor)
    run = _runs(office).filter(pk=run_id).first()
    return None if run is None else RunRow(run, run_sums(office, run, _counted(office, [run.pk]).get(run.pk)))


def runs_unsettled(actor: Actor) -> list[MonthRun]:
    """Plans that wait and the run that is carried out, which comes first; the newest before others, at most a few."""
    reading(actor)
    found = MonthRun.objects.filter(state__in=UNSETTLED).order_by("-period", "-pk")[:PLANS_SHOWN]
    return sorted(found, key=lambda run: run.state not in MOVING)


def run_sums(office: Official, run: MonthRun, counted: Sums | None) -> Sums | None:
    """What to tell of a run: what was counted when it closed, else the plan's or the chunks' for the whole country."""
    if run.state == RunState.DONE:
        return counted or Sums()
    if office.province_id is not None:
        return None
    if run.state in MOVING:
        return replace(written_sums(run.pk), missing=int(run.summary.get("missing") or 0))
    return sums_read(run.summary) if run.summary else None


def written_sums(run_id: int) -> Sums:
    """What the chunks wrote so far."""
    done = MonthChunk.objects.filter(run_id=run_id, state=ChunkState.DONE)
    return sums_of(sums_read(totals) for totals in done.values_list("totals", flat=True))


def _runs(office: Official) -> QuerySet[MonthRun]:
    runs = MonthRun.objects.select_related("begun_by")
    return runs if office.role == OfficialRole.OPERATOR else runs.exclude(state=RunState.DROPPED)


def _counted(office: Official, run_ids: Collection[int]) -> dict[int, Sums]:
    found = MonthFigure.objects.filter(_within(office), run_id__in=run_ids)
    named: Any = found.values("run_id").annotate(**{f"sum_{name}": Sum(name) for name in _SUMMED})
    sums = named.order_by("run_id")
    return {row["run_id"]: Sums(*(int(row[f"sum_{name}"]) for name in _SUMMED)) for row in sums}


def _within(office: Official) -> Q:
    return Q() if office.province_id is None else Q(province_id=office.province_id)


def figures_of(actor: Actor, run_id: int) -> dict[tuple[int, HazardClass], Sums]:
    """What the month came to, by province and hazard class: the office's own province only, where it has one."""
    found = MonthFigure.objects.filter(_within(reading(actor)), run_id=run_id)
    rows = found.order_by("province_id", "hazard_class").values_list("province_id", "hazard_class", *_SUMMED)
    return {(row[0], HazardClass(row[1])): Sums(*row[2:]) for row in rows}


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider's month: all its contracts, wherever they serve. `open` still wait, counted to `COUNTED_TO`."""

    provider: Provider
    sums: Sums
    open: int


_OPEN = """
SELECT provider.id, (SELECT count(*) FROM (
    SELECT DISTINCT process.id FROM contracts_monthchange AS change
    JOIN processes_process AS process ON process.id = change.process_id AND process.state = 'open'
    WHERE change.provider_id = provider.id AND change.run = %(run)s LIMIT %(limit)s
) AS waiting)
FROM unnest(%(providers)s::bigint[]) AS provider (id)
"""


def providers_of(actor: Actor, run_id: int, where: Where, *, limit: int | None = None) -> list[ProviderRow]:
    """The providers whom the month asked most, at most `limit`; those of the office's or the chosen province.

    Without `limit` all of them, and what is still open is not counted: it is 0.
    """
    province = where.within(reading(actor)).province
    found = MonthProvider.objects.filter(run_id=run_id).select_related("provider__province")
    if province is not None:
        found = found.filter(provider__province_id=province)
    rows = list(found.order_by(-(F("asked") + F("conflicts")), "provider_id")[:limit])
    waiting: dict[int, int] = {}
    if limit is not None and rows:
        with connection.cursor() as cursor:
            ids = [row.provider_id for row in rows]
            cursor.execute(_OPEN, {"run": run_id, "providers": ids, "limit": COUNTED_TO})
            waiting = dict(cursor.fetchall())
    names = [name for name in _SUMMED if name not in {"workplaces", "missing"}]
    return [
        ProviderRow(row.provider, Sums(**{name: getattr(row, name) for name in names}), waiting.get(row.provider_id, 0))
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which changes: of these outcomes (none: all), for a reason, at a place, of a provider."""

    outcomes: tuple[MonthOutcome, ...] = ()
    reason: MonthReason | None = None
    where: Where = COUNTRY
    provider: int | None = None


Row = TypeVar("Row", bound=Model)
Key = tuple[int, int | str]
"""the place of a row in a list, by its two keys"""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A page of a list; `after` is where the next one begins, None at the end."""

    rows: list[Row]
    after: Key | None


def changes_find(
    actor: Actor, run_id: int, sought: Sought, *, after: Key | None = None, limit: int
) -> Page[MonthChange]:
    """Changes of a month in the order in which they were planned, at most `limit`. `after`: a chunk and a place."""
    where = sought.where.within(reading(actor))
    asked: dict[str, Any] = {
        "outcome__in": sought.outcomes,
        "reason": sought.reason,
        "workplace__province_id": where.province,
        "hazard_after": where.hazard,
    }
    every = MonthChange.objects.filter(run=run_id).select_related("workplace__province", "provider")
    if sought.provider is not None:  # few enough to be put in order
        every = every.filter(provider_id=sought.provider)
    conditions = Q(**{name: value for name, value in asked.items() if value})
    return _stretch(every, conditions, ("chunk", "place"), after, limit)


def missing_find(
    actor: Actor, run_id: int, where: Where, profession: Profession | None, *, after: Key | None = None, limit: int
) -> Page[Missing]:
    """Who lacks a profession since this month, by workplace, at most `limit`. `after`: a workplace and a profession."""
    province = where.within(reading(actor)).province
    asked = {"workplace__province_id": province, "profession": profession}
    every = Missing.objects.filter(run_id=run_id).select_related("workplace__province", "workplace__district")
    conditions = Q(**{name: value for name, value in asked.items() if value})
    return _stretch(every, conditions, ("workplace_id", "profession"), after, limit)


def _stretch(every: QuerySet[Row], conditions: Q, keys: tuple[str, str], after: Key | None, limit: int) -> Page[Row]:
    """The next rows of `every` that fulfil the conditions, of as many as `STRETCH` that are looked at."""
    first, second = keys
    every = every.order_by(*keys)
    if after is not None:  # the first condition is the index's; the second tells within it
        every = every.filter(Q(**{f"{first}__gte": after[0]}))
        every = every.filter(Q(**{f"{first}__gt": after[0]}) | Q(**{f"{second}__gt": after[1]}))
    end: Key | None = None
    if conditions:
        end = every.values_list(*keys)[STRETCH - 1 : STRETCH].first()
    if end is not None:
        every = every.filter(Q(**{f"{first}__lte": end[0]}))
        every = every.filter(Q(**{f"{first}__lt": end[0]}) | Q(**{f"{second}__lte": end[1]}))
    rows = list(every.filter(conditions)[: limit + 1])
    if len(rows) <= limit:
        return Page(rows, end)
    last = rows[limit - 1]
    return Page(rows[:limit], (getattr(last, first), getattr(last, second)))


def feeds_behind(actor: Actor, run: MonthRun) -> list[Feed]:
    """The feeds that told the month and were taken before it was planned, the newest first, at most `FEEDS_SHOWN`."""
    reading(actor)
    found = Feed.objects.filter(
        state=FeedState.TAKEN,
        first_period__lte=run.period,
        last_period__gte=run.period,
        taken_at__lte=run.planned_at,
    )
    return list(found.order_by("-taken_at", "-pk")[:FEEDS_SHOWN])


def feeds_newest(actor: Actor, *, limit: int) -> list[Feed]:
    """What came last, taken or not."""
    reading(actor)
    return list(Feed.objects.order_by("-pk")[:limit])


def month_told(actor: Actor) -> date | None:
    """The month up to which the country was told, or None before the first feed."""
    reading(actor)
    newest = Feed.objects.filter(state=FeedState.TAKEN, last_period__isnull=False).order_by("-last_period", "-pk")
    return newest.values_list("last_period", flat=True).first()


def feed_find(actor: Actor, feed_id: int) -> Feed | None:
    """One feed. Its lines are of the whole country: raises `PermissionRefusedError` for an office of one province."""
    if reading(actor).province_id is not None:
        raise PermissionRefusedError("no_office")
    return Feed.objects.filter(pk=feed_id).first()


def faults_find(
    actor: Actor, feed_id: int, *, after: tuple[int, int, int] | None = None, limit: int
) -> list[FeedFault]:
    """The lines of a feed that were set aside, in the order of the file, at most `limit` + 1.

    `after` is a part, a line and a fault's id: a line has several faults where several of its cells are wrong.
    """
    if feed_find(actor, feed_id) is None:
        return []
    found = FeedFault.objects.filter(feed_id=feed_id)
    if after is not None:
        part, line, number = after
        later = Q(line__gt=line) | Q(line=line, pk__gt=number)
        found = found.filter(Q(part__gt=part) | (Q(part=part) & later))
    return list(found.order_by("part", "line", "pk")[: limit + 1])
