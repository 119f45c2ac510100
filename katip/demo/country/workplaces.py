"""The workplaces as plain columns, all of the country at once: a few dozen bytes each, no text."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from katip.demo.country.draws import below, even, evened, key_of, pick, unit
from katip.demo.country.shape import POPULATION, Trade, size_weights, trades
from katip.rules import HazardClass

VERSION = 2
"""of the generator: a country of another version is made anew"""
PERIOD = date(2026, 10, 1)
"""the month of the feed"""

PROVIDERS, PROFESSIONALS, WHOLE = 3_000, 150_000, 2_200_000
"""so many providers and certified professionals belong to so many workplaces"""
PROVINCE_WORKPLACES = 400
"""a smaller country has fewer provinces, so that its providers are not too small to be true"""
PER_PERSON = 8
"""workplaces for one e-Bildirge user, in the mean"""

CHANGED, RECLASSED, EMPTIED = 0.12, 0.005, 0.003
"""shares of workplaces of which the feed tells something new: at all, another activity, nobody employed any more"""
CONSENTING, DECLINING = 0.70, 0.15
UNSERVED, ONE_MISSING = 0.012, 0.012
"""shares of workplaces that nobody serves, and where either the specialist or the physician is missing"""
ANOTHER_PHYSICIAN = 0.12
"""the share of workplaces whose physician comes from another provider than the specialist"""

HAZARDS = tuple(HazardClass)


@dataclass(frozen=True, slots=True)
class Plan:
    """What country is wanted. `period` is the month of the feed; what was known before is of the month before."""

    workplaces: int
    seed: int
    period: date

    @property
    def before(self) -> date:
        """The month that everything in the register is measured by."""
        return date(self.period.year - (self.period.month == 1), (self.period.month - 2) % 12 + 1, 1)

    @property
    def provinces(self) -> list[int]:
        """Plate codes of the provinces that there are, those with most people first."""
        count = min(len(POPULATION), max(2, self.workplaces // PROVINCE_WORKPLACES))
        return sorted(range(1, len(POPULATION) + 1), key=lambda code: -POPULATION[code - 1])[:count]

    def share_of(self, whole: int, least: int) -> int:
        """What a country of this size has of something of which the whole has `whole`."""
        return max(least, round(whole * self.workplaces / WHOLE))


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The workplaces, by number from 1, and what their columns refer to.

    `providers` are the plate codes of the provinces of the providers, `people` of the e-Bildirge users, both by number
    from 1.
    """

    plan: Plan
    trades: list[Trade]
    providers: list[int]
    people: list[int]
    workplaces: pl.DataFrame


def skeleton(plan: Plan, districts: dict[int, int]) -> Skeleton:
    """Draw the workplaces; `districts` says how many there are in each province, by plate code."""
    seed, number = plan.seed, pl.int_range(1, plan.workplaces + 1, dtype=pl.UInt32, eager=True).alias("n")
    listed, codes = trades(), plan.provinces
    weights = [POPULATION[code - 1] for code in codes]
    place = pick(even(number, key_of(seed, "province")), weights)
    trade = pick(even(number, key_of(seed, "trade")), [one.weight for one in listed])
    employees = pick(_sizes(number, trade, listed, seed), size_weights()) + 1
    frame = pl.DataFrame({"n": number, "place": place.cast(pl.UInt8), "trade": trade.cast(pl.UInt16)}).with_columns(
        employees.cast(pl.UInt16).alias("employees"),
        _by_place(place, codes).alias("province"),
        *(even(number, key_of(seed, name)).alias(name) for name in ("fate", "served", "consent")),
    )
    providers = _shared_out(plan.share_of(PROVIDERS, len(codes)), weights)
    counts = frame.group_by("place").len().sort("place")
    there = dict(counts.iter_rows())
    people = [max(1, round(there.get(place, 0) / PER_PERSON)) for place in range(len(codes))]
    frame = frame.with_columns(
        _one_of(seed, "district", 1.4, [districts[code] for code in codes]).cast(pl.UInt8).alias("district"),
        (_one_of(seed, "person", 1.5, people) + _firsts(people)).cast(pl.UInt32).alias("person"),
        (_one_of(seed, "provider", 1.6, providers) + _firsts(providers)).cast(pl.UInt16).alias("provider"),
        (_one_of(seed, "other", 1.6, providers) + _firsts(providers)).cast(pl.UInt16).alias("other"),
    )
    frame = frame.with_columns(_consent(), *_served(), *_other_provider(seed))
    frame = _told(frame, seed, listed)
    return Skeleton(plan, listed, _spread(providers, codes), _spread(people, codes), frame)


def _sizes(number: pl.Series, trade: pl.Series, listed: list[Trade], seed: int) -> pl.Series:
    """A number between 0 and 1 for the size of each workplace: higher ones more often where the trade is of large ones.

    At the very top there are some of every trade.
    """
    larger = trade.replace_strict(list(range(len(listed))), [one.larger for one in listed], return_dtype=pl.Float64)
    drawn = number.to_frame("n").select(unit(pl.col("n"), key_of(seed, "size"))).to_series()
    return evened(drawn + larger * drawn * (1 - drawn))


def _by_place(place: pl.Series, codes: list[int]) -> pl.Series:
    return place.replace_strict(list(range(len(codes))), codes, return_dtype=pl.UInt8)


def _shared_out(count: int, weights: list[int]) -> list[int]:
    """Share `count` out by weight, at least one for each; what rounding leaves goes to the first."""
    left, whole = count - len(weights), sum(weights)
    parts = [1 + left * weight // whole for weight in weights]
    parts[0] += count - sum(parts)
    return parts


def _spread(counts: list[int], codes: list[int]) -> list[int]:
    return [code for count, code in zip(counts, codes, strict=True) for _ in range(count)]


def _firsts(counts: list[int]) -> pl.Expr:
    """The number before the first one of each place."""
    before = [sum(counts[:place]) for place in range(len(counts))]
    return _of_place(before)


def _of_place(values: list[int]) -> pl.Expr:
    return pl.col("place").replace_strict(list(range(len(values))), values, return_dtype=pl.UInt32)


def _one_of(seed: int, stream: str, power: float, counts: list[int]) -> pl.Expr:
    """One of the counted things of a place, from 0 for districts and 1 for others; early ones more often."""
    drawn = unit(pl.col("n"), key_of(seed, stream))
    # a power of two roots and products only: the same bits on every machine
    shape = {1.4: drawn * (0.6 + 0.4 * drawn), 1.5: drawn * drawn.sqrt(), 1.6: drawn * (0.4 + 0.6 * drawn)}[power]
    place = (shape * _of_place(counts)).floor().cast(pl.UInt32)
    return place if stream == "district" else place + 1


def _consent() -> pl.Expr:
    """True, False or nothing declared."""
    drawn = pl.col("consent")
    return (
        pl.when(drawn < CONSENTING)
        .then(statement=True)
        .when(drawn < CONSENTING + DECLINING)
        .then(statement=False)
        .otherwise(None)
        .alias("consent")
    )


def _served() -> list[pl.Expr]:
    drawn = pl.col("served")
    half = UNSERVED + ONE_MISSING / 2
    physician = ((drawn >= UNSERVED) & (drawn < half)) | (drawn >= UNSERVED + ONE_MISSING)
    return [(drawn >= half).alias("has_specialist"), physician.alias("has_physician")]


def _other_provider(seed: int) -> list[pl.Expr]:
    other = unit(pl.col("n"), key_of(seed, "another")) < ANOTHER_PHYSICIAN
    return [pl.when(other).then(pl.col("other")).otherwise(pl.col("provider")).alias("health_provider")]


def _told(frame: pl.DataFrame, seed: int, listed: list[Trade]) -> pl.DataFrame:
    """Add what the feed tells: employees and trade of the month, mostly those of the month before."""
    fate, n, employees = pl.col("fate"), pl.col("n"), pl.col("employees").cast(pl.Int32)
    drawn = unit(n, key_of(seed, "step"))
    most = (employees.cast(pl.Float64) * (0.02 + 0.24 * drawn * drawn)).floor().cast(pl.Int32) + 1
    grows = unit(n, key_of(seed, "direction")) < 0.52  # noqa: PLR2004 -- a little more than half
    moved = pl.when(grows | (employees <= most)).then(employees + most).otherwise(employees - most)
    reclassed = (fate >= EMPTIED) & (fate < EMPTIED + RECLASSED)
    both = below(n, key_of(seed, "both"), 2) == 1
    after = (
        pl.when(fate < EMPTIED)
        .then(0)
        .when((fate < CHANGED) & (~reclassed | both))
        .then(moved)
        .otherwise(employees)
        .cast(pl.UInt16)
    )
    follower = _followers(listed)
    trade = pl.col("trade").replace_strict(list(range(len(follower))), follower, return_dtype=pl.UInt16)
    hazards = [HAZARDS.index(one.hazard) for one in listed]
    return frame.with_columns(
        after.alias("employees_after"),
        pl.when(reclassed).then(trade).otherwise(pl.col("trade")).alias("trade_after"),
        pl.col("trade").replace_strict(list(range(len(hazards))), hazards, return_dtype=pl.UInt8).alias("hazard"),
    ).drop("fate", "served", "other")


def _followers(listed: list[Trade]) -> list[int]:
    """The activity that a workplace of each one turns to: one of the same division, of another class if there is."""
    by_division: dict[str, list[int]] = {}
    for place, one in enumerate(listed):
        by_division.setdefault(one.code[:2], []).append(place)
    found = []
    for place, one in enumerate(listed):
        own = by_division[one.code[:2]]
        order = own[own.index(place) + 1 :] + own[: own.index(place)]
        others = [other for other in order if listed[other].hazard is not one.hazard]
        found.append((others or order or [(place + 1) % len(listed)])[0])
    return found
