"""What officials read: how workplaces are served, which lack a professional, what became of offers.

Every read asks the office first and ends at the border of its province. Sums come from what the sweep counted; lists
go through an index, a stretch at a time.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Q, Sum

from katip.contracts.fitness import WorkplaceFitness, fitness_of
from katip.contracts.models import AssignmentType, Contract, Coverage, OfferFunnel, ProviderCoverage, Undertaking
from katip.contracts.selectors import minutes_now
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.registry.models import Official, OfficialRole, Provider, Workplace
from katip.registry.permissions import require_office
from katip.rules import HazardClass, Profession

WATCHING = (OfficialRole.INSPECTOR, OfficialRole.DIRECTORATE)
STRETCH = 5_000
"""How many workplaces one page of `lacking_find` looks at, at most: where few lack anything a page may be short."""
MONTHS_SHOWN = 12
COUNTED_TO = 1_000
_SUMS = ("workplaces", "employees", "served", "with_specialist", "with_physician", "waiting", "short")


def watching(actor: Actor) -> Official:
    """The office in which the actor reads; raises `PermissionRefusedError` for others and for the counter."""
    return require_office(actor, *WATCHING)


@dataclass(frozen=True, slots=True)
class Where:
    """What the figures are narrowed to: a province's plate code, a hazard class."""

    province: int | None = None
    hazard: HazardClass | None = None

    def within(self, office: Official) -> "Where":
        """The same, within the office's own province."""
        return Where(office.province_id or self.province, self.hazard)


def _narrowed(where: Where) -> Q:
    found = Q()
    if where.province is not None:
        found &= Q(province_id=where.province)
    if where.hazard is not None:
        found &= Q(hazard_class=where.hazard)
    return found


@dataclass(frozen=True, slots=True)
class Served:
    """How many open workplaces with employees there are, and how they are served.

    `served` have a specialist and a physician, or an own undertaking.
    """

    workplaces: int = 0
    employees: int = 0
    served: int = 0
    with_specialist: int = 0
    with_physician: int = 0
    waiting: int = 0
    short: int = 0

    @property
    def percent(self) -> int | None:
        """The share of served ones, rounded down, or None where there is no workplace."""
        return 100 * self.served // self.workplaces if self.workplaces else None


def counted_on(actor: Actor, at: datetime) -> date | None:
    """The newest day that was counted."""
    watching(actor)
    newest: date | None = Coverage.objects.filter(day__lte=day_of(at)).aggregate(day=Max("day"))["day"]
    return newest


def coverage_by(actor: Actor, day: date, where: Where, field: str) -> dict[Any, Served]:
    """Coverage as counted on `day`, by `province_id` or `hazard_class`."""
    found = Coverage.objects.filter(_narrowed(where.within(watching(actor))), day=day)
    sums = found.values(field).annotate(**{f"sum_{name}": Sum(name) for name in _SUMS}).order_by(field)
    return {row[field]: Served(*(int(row[f"sum_{name}"]) for name in _SUMS)) for row in sums}


def coverage_months(actor: Actor, day: date, where: Where) -> dict[int, list[int]]:
    """The share of served workplaces in percent by province: the last counted day of each month, oldest first."""
    found = Coverage.objects.filter(_narrowed(where.within(watching(actor))), day__lte=day)
    ends = found.values("day__year", "day__month").annotate(last=Max("day")).order_by("-last")
    days = [row["last"] for row in ends[:MONTHS_SHOWN]]
    sums = found.filter(day__in=days).values("province_id", "day").annotate(all=Sum("workplaces"), good=Sum("served"))
    months: dict[int, list[int]] = {}
    for row in sums.order_by("province_id", "day"):
        months.setdefault(row["province_id"], []).append(100 * row["good"] // row["all"] if row["all"] else 0)
    return months


@dataclass(frozen=True, slots=True)
class ProviderSums:
    """A provider's contracts at the workplaces looked at."""

    provider: Provider
    workplaces: int
    active: int
    waiting: int
    short: int


def providers_by(actor: Actor, where: Where, *, sort: str, limit: int) -> list[ProviderSums]:
    """The providers with the most `short`, `waiting` or `active` contracts there."""
    found = ProviderCoverage.objects.filter(
        _narrowed(where.within(watching(actor))), Q(active__gt=0) | Q(waiting__gt=0)
    )
    sums = found.values("provider_id").annotate(
        places=Sum("workplaces"), running=Sum("active"), open=Sum("waiting"), lacking=Sum("short")
    )
    column = {"short": "-lacking", "waiting": "-open", "active": "-running"}[sort]
    rows = list(sums.order_by(column, "provider_id")[:limit])
    providers = Provider.objects.select_related("province").in_bulk([row["provider_id"] for row in rows])
    return [
        ProviderSums(providers[row["provider_id"]], row["places"], row["running"], row["open"], row["lacking"])
        for row in rows
    ]


_FUNNEL = (
    "offered",
    "accepted",
    "approved",
    "rejected_first",
    "rejected_second",
    "lapsed_first",
    "lapsed_second",
    "withdrawn_first",
    "withdrawn_second",
)


def funnel_of(actor: Actor, where: Where) -> dict[str, int]:
    """What became of the offers lately made there, by the field names of `OfferFunnel`."""
    found = OfferFunnel.objects.filter(_narrowed(where.within(watching(actor))))
    sums = found.aggregate(**{f"sum_{name}": Sum(name) for name in _FUNNEL})
    return {name: int(sums[f"sum_{name}"] or 0) for name in _FUNNEL}


_LACKING = """
WITH stretch AS (
    SELECT id, activity_id FROM registry_workplace
    WHERE {province} id > %(after)s ORDER BY {order} LIMIT %(stretch)s
), lacking AS (
    SELECT stretch.id FROM stretch
    JOIN registry_workplace AS workplace ON workplace.id = stretch.id
    CROSS JOIN LATERAL (
        SELECT hazard_class FROM registry_activityhazard AS hazard
        WHERE hazard.activity_id = stretch.activity_id AND hazard.valid_from <= %(day)s
          AND (hazard.valid_to IS NULL OR hazard.valid_to >= %(day)s)
        ORDER BY hazard.valid_from DESC LIMIT 1
    ) AS hazard
    CROSS JOIN LATERAL (
        SELECT employees FROM registry_headcount AS headcount
        WHERE headcount.workplace_id = stretch.id AND headcount.period <= %(day)s
        ORDER BY headcount.period DESC LIMIT 1
    ) AS headcount
    WHERE (workplace.closed_on IS NULL OR workplace.closed_on > %(day)s) AND headcount.employees >= %(least)s
      AND (%(hazard)s = '' OR hazard.hazard_class = %(hazard)s)
      AND NOT EXISTS (
          SELECT FROM contracts_contract AS contract
          WHERE contract.workplace_id = stretch.id AND contract.state = 'active'
            AND contract.profession = %(profession)s)
      AND (%(health)s OR NOT EXISTS (
          SELECT FROM contracts_undertaking AS own WHERE own.workplace_id = stretch.id AND own.state = 'active'))
    ORDER BY stretch.id LIMIT %(limit)s
)
SELECT (SELECT COALESCE(array_agg(id ORDER BY id), '{{}}') FROM lacking),
       (SELECT count(*) FROM stretch), (SELECT max(id) FROM stretch)
"""
_HEALTH_EMPLOYEES = 10
"""other health personnel are never required below this number (İH-DSP Yön. m.19): spares the judging"""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A workplace where nobody of a profession serves though the law asks for one."""

    workplace: Workplace
    fitness: WorkplaceFitness


@dataclass(frozen=True, slots=True)
class LackingPage:
    """One page; `after` is where the next one begins, None at the end. `looked_at` workplaces were gone through."""

    rows: list[Lacking]
    after: int | None
    looked_at: int


def lacking_find(
    actor: Actor, at: datetime, where: Where, profession: Profession, *, after: int, limit: int
) -> LackingPage:
    """Workplaces without anybody of the profession in force, an own undertaking counting as specialist and physician.

    In the order of their ids, from `after` on. One page goes through at most `STRETCH` workplaces, so that it stays
    quick where hardly any is lacking; it may then be short and still have a next one.
    """
    where = where.within(watching(actor))
    health = profession == Profession.OTHER_HEALTH_PERSONNEL
    hazard = HazardClass.VERY_HAZARDOUS if health and where.hazard is None else where.hazard
    statement = _LACKING.format(
        province="" if where.province is None else "province_id = %(province)s AND",
        order="id" if where.province is None else "province_id, id",
    )
    parameters = {
        "after": after,
        "province": where.province,
        "stretch": STRETCH,
        "day": day_of(at),
        "hazard": hazard or "",
        "least": _HEALTH_EMPLOYEES if health else 1,
        "profession": str(profession),
        "health": health,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        [(found, looked_at, last)] = cursor.fetchall()
    shown = found[:limit]
    following = None
    if len(found) > limit:
        following = shown[-1]
    elif looked_at == STRETCH:
        following = last
    return LackingPage(_judged(shown, at, profession), following, looked_at)


def _judged(workplace_ids: list[int], at: datetime, profession: Profession) -> list[Lacking]:
    """Those of the workplaces where the law does ask for the profession."""
    workplaces = Workplace.objects.select_related("province", "district").in_bulk(workplace_ids)
    fitness = fitness_of(workplace_ids, at)
    rows = []
    for number in workplace_ids:
        judged = fitness[number].judged[profession]
        if judged is not None and judged.requirement.required:
            rows.append(Lacking(workplaces[number], fitness[number]))
    return rows


def workplace_seen(actor: Actor, workplace_id: int) -> Workplace | None:
    """The workplace, if the office reaches it."""
    office = watching(actor)
    found = Workplace.objects.select_related("province", "district", "activity").filter(pk=workplace_id)
    if office.province_id is not None:
        found = found.filter(province_id=office.province_id)
    return found.first()


def workplace_numbered(actor: Actor, sgk_number: str) -> Workplace | None:
    """The workplace with this SGK number, if the office reaches it."""
    found = Workplace.objects.filter(sgk_number=sgk_number).values_list("pk", flat=True).first()
    return workplace_seen(actor, found) if found is not None else None


def contracts_at(actor: Actor, at: datetime, workplace_id: int, *, after: int | None, limit: int) -> list[Contract]:
    """The contracts of a workplace that the office reaches, newest first, at most `limit` + 1."""
    office = watching(actor)
    found = Contract.objects.filter(workplace_id=workplace_id)
    if office.province_id is not None:
        found = found.filter(workplace__province_id=office.province_id)
    if after is not None:
        found = found.filter(pk__lt=after)
    related = found.select_related("process", "professional__person", "provider", "workplace__province")
    return list(related.annotate(minutes_now=minutes_now(at)).order_by("-pk")[: limit + 1])


def serving_at(actor: Actor, at: datetime, workplace_id: int) -> dict[Profession, tuple[int, int]]:
    """Part-time minutes a month and full-time persons in force there, by profession."""
    if workplace_seen(actor, workplace_id) is None:
        return {}
    running = Contract.objects.filter(workplace_id=workplace_id, state="active").annotate(minutes_now=minutes_now(at))
    serving = dict.fromkeys(Profession, (0, 0))
    for word, kind, minutes in running.values_list("profession", "assignment_type", "minutes_now")[:COUNTED_TO]:
        part_time, persons = serving[Profession(word)]
        whole = kind == AssignmentType.FULL_TIME
        serving[Profession(word)] = (part_time + (0 if whole else minutes), persons + whole)
    return serving


def undertaking_at(actor: Actor, workplace_id: int) -> Undertaking | None:
    """The employer's own undertaking in force there, if the office reaches the workplace."""
    if workplace_seen(actor, workplace_id) is None:
        return None
    return Undertaking.objects.filter(workplace_id=workplace_id, state="active").select_related("person").first()


def running_number(subject: Provider | Any) -> int:
    """How many contracts of a provider or professional are in force, counted to `COUNTED_TO`."""
    mine = {"provider": subject} if isinstance(subject, Provider) else {"professional": subject}
    return Contract.objects.filter(state="active", **mine)[:COUNTED_TO].count()
