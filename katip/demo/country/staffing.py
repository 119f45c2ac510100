"""Who serves whom: contracts of exactly what the law asks, or more, and professionals enough to serve them.

What is owed is asked of `katip.rules`, once for each headcount and class that occurs. A provider's professionals take
contract after contract until their month is as full as it shall be; the last ones of each kind have a part-time staff
contract that fits what is left for them.
"""

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from katip.demo.country.draws import key_of, unit
from katip.demo.country.workplaces import HAZARDS, PROFESSIONALS, Plan, Skeleton
from katip.rules import FULL_TIME_MONTH_MINUTES, HazardClass, Profession, Requirement, required_minutes

PROFESSIONS = tuple(Profession)
ABOVE, SHARED = 0.08, 0.015
"""shares of groups agreed above the minimum, and of those that two professionals share"""
_LEAST_SHARED, _MOST_ALONE, _MOST_ABOVE = 60, 10_800, 6_000
_SPECIALIST, _PHYSICIAN, _HEALTH = range(3)
_VERY_HAZARDOUS = HAZARDS.index(HazardClass.VERY_HAZARDOUS)
_POOLS = ("A", "B", "C", "none", "none")
_PHYSICIANS, _OTHERS = 3, 4
_FULL_ENOUGH = 78
"""percent of the staff contract"""
_OPEN = 5
"""so many professionals of a kind and provider are looked at for a contract"""
_MONTHS = {
    # minutes a month of staff contracts, as often as they stand here
    _PHYSICIANS: (11_700, 11_700, 11_700, 11_700, 7_800, 7_800, 5_850, 5_850, 3_900, 3_900),
    _OTHERS: (11_700, 11_700, 7_800, 5_850),
}
_MONTHS_SPECIALIST = (*(11_700,) * 8, 7_800, 5_850)


@dataclass(slots=True)
class Staff:
    """The professionals, by number from 1: provider (0 for none), kind and minutes a month of the staff contract."""

    provider: "array[int]" = field(default_factory=lambda: array("H"))
    pool: "array[int]" = field(default_factory=lambda: array("B"))
    minutes: "array[int]" = field(default_factory=lambda: array("H"))
    served: "array[int]" = field(default_factory=lambda: array("H"))

    def add(self, provider: int, pool: int, minutes: int, served: int) -> int:
        """Add one and return their number."""
        for column, value in ((self.provider, provider), (self.pool, pool), (self.minutes, minutes)):
            column.append(value)
        self.served.append(served)
        return len(self.pool)


@dataclass(frozen=True, slots=True)
class Service:
    """The contracts in order of workplaces, what is owed by key, and the professionals.

    `requirements` has a text for the terms beside the figures: the requirement as JSON before and after the activity.
    """

    contracts: pl.DataFrame
    requirements: pl.DataFrame
    professionals: pl.DataFrame


def service(country: Skeleton) -> Service:
    """Make the contracts that run before the feed comes, and the professionals who serve by them."""
    plan = country.plan
    requirements = _requirements(country)
    contracts = _contracts(country, requirements)
    staff, whose = _staffed(contracts, plan)
    contracts = contracts.with_columns(pl.Series("professional", whose, dtype=pl.UInt32)).sort(
        "n", "profession", "part"
    )
    return Service(contracts.drop("pool"), requirements, _professionals(staff, plan))


# ------------------------------------------------------------------------------------------------------ what is owed


def _requirements(country: Skeleton) -> pl.DataFrame:
    """What the law asks, for every headcount and class that occurs: `key` names them for `_key`."""
    plan, rows = country.plan, []
    seen = country.workplaces.select("hazard", "employees").unique().sort("hazard", "employees")
    for hazard, employees in seen.iter_rows():
        for place, profession in enumerate(PROFESSIONS):
            for beside in (False, True) if place == _HEALTH else (False,):
                asked = required_minutes(
                    profession,
                    hazard=HAZARDS[hazard],
                    employees=employees,
                    as_of=plan.period,
                    full_time_physician=beside,
                )
                before, after = _requirement_json(asked, HAZARDS[hazard], employees, plan.before.isoformat())
                key = _key_of(hazard, employees, place, full_time_physician=beside)
                rows.append((key, asked.full_time_persons, asked.minutes, before, after))
    types = {
        "key": pl.UInt32,
        "persons": pl.UInt8,
        "required": pl.UInt32,
        "before_nace": pl.String,
        "after_nace": pl.String,
    }
    return pl.DataFrame(rows, schema=types, orient="row")


def _key_of(hazard: int, employees: int, profession: int, *, full_time_physician: bool) -> int:
    return ((employees * 4 + hazard) * 4 + profession) * 2 + full_time_physician


def _requirement_json(asked: Requirement, hazard: str, employees: int, period: str) -> tuple[str, str]:
    """The requirement as `contracts.terms` writes it, canonical, cut where the activity stands."""
    cut = "\u0001"
    terms = {
        "employees": employees,
        "period": period,
        "nace": cut,
        "hazard": hazard,
        "required": asked.required,
        "full_time_persons": asked.full_time_persons,
        "per_employee": asked.per_employee,
        "remainder_employees": asked.remainder_employees,
        "minutes": asked.minutes,
        "running": 0,
        "citation": {
            "short": asked.citation.short,
            "full": asked.citation.full,
            "since": asked.citation.since.isoformat(),
        },
        "exemption": asked.exemption_reason,
    }
    before, after = json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":")).split(
        json.dumps(cut)[1:-1]
    )
    return before, after


# ---------------------------------------------------------------------------------------------------------- contracts


def _contracts(country: Skeleton, requirements: pl.DataFrame) -> pl.DataFrame:
    """Every contract without its professional: full-time persons as owed, and one or two who share the minutes."""
    seed, owed = country.plan.seed, requirements.select("key", "persons", "required")
    employees, hazard = pl.col("employees").cast(pl.UInt32), pl.col("hazard").cast(pl.UInt32)
    groups = []
    physicians = pl.DataFrame()
    for place in (_PHYSICIAN, _SPECIALIST, _HEALTH):
        has = "has_specialist" if place == _SPECIALIST else "has_physician"
        provider = "provider" if place == _SPECIALIST else "health_provider"
        frame = country.workplaces.filter(pl.col(has)).select(
            "n", "hazard", "employees", pl.col(provider).alias("provider")
        )
        beside = pl.lit(0, pl.UInt32)
        if place == _HEALTH:
            frame = frame.filter(pl.col("hazard") == _VERY_HAZARDOUS, pl.col("employees") >= 10)  # noqa: PLR2004 -- fewer owe none, and the table would say so
            frame = frame.with_columns(pl.col("n").is_in(physicians["n"].implode()).alias("beside"))
            beside = pl.col("beside").cast(pl.UInt32)
        frame = frame.with_columns(
            (((employees * 4 + hazard) * 4 + place) * 2 + beside).alias("key"),
            pl.lit(place, pl.UInt8).alias("profession"),
        ).join(owed, on="key", how="left", maintain_order="left")
        if place == _PHYSICIAN:
            physicians = frame.filter(pl.col("persons") > 0).select("n")
        groups.append(frame.select("n", "hazard", "provider", "key", "profession", "persons", "required"))
    group = pl.concat(groups)
    number = pl.col("n").cast(pl.UInt64) * 4 + pl.col("profession")
    above = (unit(number, key_of(seed, "above")) < ABOVE) & (pl.col("required") <= _MOST_ABOVE)
    more = (pl.col("required") * (0.05 + 0.45 * unit(number, key_of(seed, "more")))).floor().cast(
        pl.UInt16
    ) // 10 * 10 + 10
    group = group.filter((pl.col("persons") > 0) | (pl.col("required") > 0)).with_columns(
        _pool(number, seed),
        pl.when(above & (pl.col("required") > 0))
        .then(pl.col("required") + more)
        .otherwise(pl.col("required"))
        .cast(pl.UInt16)
        .alias("total"),
        (unit(number, key_of(seed, "shared")) < SHARED).alias("shared"),
    )
    shared = (pl.col("shared") & (pl.col("total") >= _LEAST_SHARED)) | (pl.col("total") > _MOST_ALONE)
    group = group.with_columns(
        shared.alias("shared"),
        (pl.col("total") > pl.col("required")).alias("above"),
    )
    return pl.concat([_full_time(group), *_part_time(group)]).drop("hazard").sort("provider", "pool", "n", "part")


def _pool(number: pl.Expr, seed: int) -> pl.Expr:
    """The kind of professional: specialists' classes fit, and some serve below what their certificate allows."""
    drawn, hazard = unit(number, key_of(seed, "class")), pl.col("hazard")
    specialist = (
        pl.when(hazard == _VERY_HAZARDOUS)
        .then(0)
        .when(hazard == 1)
        .then(pl.when(drawn < 0.7).then(1).otherwise(0))  # noqa: PLR2004 -- shares
        .otherwise(pl.when(drawn < 0.5).then(2).when(drawn < 0.8).then(1).otherwise(0))  # noqa: PLR2004 -- shares
    )
    profession = pl.col("profession")
    return pl.when(profession == _SPECIALIST).then(specialist).otherwise(profession + 2).cast(pl.UInt8).alias("pool")


def _full_time(group: pl.DataFrame) -> pl.DataFrame:
    """A row for each person owed."""
    owed = group.filter(pl.col("persons") > 0)
    rows = owed.with_columns(pl.int_ranges(0, pl.col("persons")).alias("part")).explode("part", empty_as_null=True)
    return _shaped(rows, pl.lit(FULL_TIME_MONTH_MINUTES), full_time=True)


def _part_time(group: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The minutes: of one contract, or of two that share them six to four. Parts are numbered behind the persons."""
    owed = group.filter(pl.col("total") > 0).with_columns((pl.col("persons") + 100).cast(pl.Int64).alias("part"))
    alone, both = owed.filter(~pl.col("shared")), owed.filter(pl.col("shared"))
    larger = pl.col("total").cast(pl.UInt32) * 6 // 10
    yield _shaped(alone, pl.col("total"), full_time=False)
    yield _shaped(both, pl.col("total").cast(pl.UInt32) - larger, full_time=False)
    yield _shaped(both.with_columns(pl.col("part") + 1), larger, full_time=False)


def _shaped(rows: pl.DataFrame, minutes: pl.Expr, *, full_time: bool) -> pl.DataFrame:
    return rows.select(
        "n",
        "hazard",
        "provider",
        "key",
        "profession",
        "pool",
        "required",
        "above",
        pl.col("part").cast(pl.UInt8),
        minutes.cast(pl.UInt16).alias("minutes"),
        pl.lit(full_time).alias("full_time"),
    )


# ------------------------------------------------------------------------------------------------------ professionals


def _staffed(contracts: pl.DataFrame, plan: Plan) -> "tuple[Staff, array[int]]":
    """A professional for each contract, in the order of `contracts`: by provider and kind."""
    staff, whose = Staff(), array("I")
    key = key_of(plan.seed, "staff")
    for (provider, pool), rows in contracts.group_by("provider", "pool", maintain_order=True):
        whose.extend(_served_by(staff, int(provider), int(pool), rows, key))
    return staff, whose


def _served_by(staff: Staff, provider: int, pool: int, rows: pl.DataFrame, key: int) -> "array[int]":
    """Give each contract to one who has room for it; a group's contracts go to different people."""
    found, open_ones = array("I"), list[list[int]]()
    drawn = _Drawn(key ^ (provider * 8 + pool) * 0x9E3779B97F4A7C15)
    columns = (rows[name].to_list() for name in ("n", "minutes", "full_time"))
    for n, minutes, full_time in zip(*columns, strict=True):
        if full_time:
            found.append(staff.add(provider, pool, FULL_TIME_MONTH_MINUTES, FULL_TIME_MONTH_MINUTES))
            continue
        for one in open_ones:
            if one[0] >= minutes and one[2] != n:
                break
        else:
            month = _MONTHS.get(pool, _MONTHS_SPECIALIST)[drawn.below(10) % len(_MONTHS.get(pool, _MONTHS_SPECIALIST))]
            room = month * (80 + drawn.below(21)) // 100
            if room < minutes:
                month, room = FULL_TIME_MONTH_MINUTES, max(minutes, FULL_TIME_MONTH_MINUTES * 9 // 10)
            one = [room, staff.add(provider, pool, month, 0), 0]
            open_ones.append(one)
            if len(open_ones) > _OPEN:
                open_ones.remove(min(open_ones))
        one[0] -= minutes
        one[2] = n
        staff.served[one[1] - 1] += minutes
        found.append(one[1])
    _fit(staff, {one[1] for one in open_ones}, drawn)
    return found


def _fit(staff: Staff, numbers: set[int], drawn: "_Drawn") -> None:
    """Make the staff contract of those who were left with room as long as what they serve asks for."""
    for number in sorted(numbers):
        served = staff.served[number - 1]
        if served * 100 >= staff.minutes[number - 1] * _FULL_ENOUGH:
            continue
        fitting = -(-served * 100 // (80 + drawn.below(20)) // 60) * 60
        staff.minutes[number - 1] = min(staff.minutes[number - 1], fitting)


class _Drawn:
    """Whole numbers for the one loop that goes contract by contract: the same sequence as `draws.bits` would give."""

    def __init__(self, key: int) -> None:
        self._state = key & _MASK

    def below(self, count: int) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = ((self._state ^ (self._state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return (z ^ (z >> 31)) % count


_MASK = (1 << 64) - 1


def _professionals(staff: Staff, plan: Plan) -> pl.DataFrame:
    """Everybody who is certified: those who serve, and as many more as the country has, who are with no provider."""
    busy = len(staff.pool)
    count = max(plan.share_of(PROFESSIONALS, 0), busy + busy // 10)
    idle = pl.int_range(busy, count, eager=True)
    drawn = unit(pl.col("n"), key_of(plan.seed, "idle"))
    pool = pl.when(drawn < 0.2).then(0).when(drawn < 0.42).then(1).when(drawn < 0.72).then(2).when(drawn < 0.95).then(3)  # noqa: PLR2004 -- shares
    more = idle.to_frame("n").select(pool.otherwise(4).cast(pl.UInt8)).to_series()
    none = pl.zeros(len(idle), dtype=pl.UInt16, eager=True)
    return pl.DataFrame(
        {
            "professional": pl.int_range(1, count + 1, dtype=pl.UInt32, eager=True),
            "staff_provider": pl.concat([pl.Series(staff.provider, dtype=pl.UInt16), none]),
            "pool": pl.concat([pl.Series(staff.pool, dtype=pl.UInt8), more]),
            "staff_minutes": pl.concat([pl.Series(staff.minutes, dtype=pl.UInt16), none]),
        }
    ).with_columns(
        pl.col("pool").replace_strict(list(range(5)), list(_POOLS), return_dtype=pl.String).alias("class"),
        pl.col("pool")
        .replace_strict(list(range(5)), [str(PROFESSIONS[max(0, place - 2)]) for place in range(5)])
        .alias("profession_word"),
    )
