"""What a month decides by set is, row by row, what the rules decide: one group at a time, then professionals.

Countries are small and random: several workplaces, contracts, professionals with few minutes left, and things that
wait. Each is made from one number, which Hypothesis draws; `KATIP_THOROUGH=1` tries very many more of them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from random import Random
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from katip.rules import (
    Figures,
    GroupPlan,
    Increase,
    MonthOutcome,
    MonthReason,
    Profession,
    Running,
    certificate_serves,
    judge_compliance,
    month_plan,
    overdrawn,
    required_minutes,
)
from katip.updates.plan.decide import Decided, decide
from katip.updates.plan.lines import COLUMNS, chunks_of, lines_of, lines_pack, lines_unpack
from katip.updates.plan.snapshot import CONTRACTS, FREE, WORKPLACES, Snapshot
from katip.updates.plan.tables import CLASSES, HAZARDS, PROFESSIONS

THOROUGH = bool(os.environ.get("KATIP_THOROUGH"))
COUNTRIES = 40
"""in one example, decided at once: what happens in one must not reach another"""
EXAMPLES = 2_000 if THOROUGH else 50
DAYS = (date(2026, 11, 23), date(2025, 6, 2), date(2016, 3, 1))
EPOCH = date(2000, 1, 1)
DSP = Profession.OTHER_HEALTH_PERSONNEL
MOVES = {MonthOutcome.AMENDED, MonthOutcome.ASKED, MonthOutcome.PROVIDER}

Row = dict[str, Any]
Group = tuple[int, int]


@dataclass
class Country:
    """Rows as a snapshot has them, by their columns' names."""

    as_of: date
    workplaces: list[Row] = field(default_factory=list)
    contracts: list[Row] = field(default_factory=list)
    free: list[Row] = field(default_factory=list)


def some_headcount(random: Random) -> int:
    """Mostly small; often about where the law changes its mind."""
    edge = random.choice((0, 1, 10, 50, 250, 500, 750, 1000, 2000))
    return random.choice(
        (random.randint(0, 30), random.randint(1, 12), max(0, edge + random.randint(-2, 2)), random.randint(0, 1100))
    )


def country(number: int, place: int, as_of: date) -> Country:
    """A small country; `place` keeps its keys apart from those of others."""
    random = Random(f"{number}/{place}")  # noqa: S311 -- a test's draw
    made = Country(as_of)
    first = place * 1_000
    people = [first + one for one in range(random.randint(1, 4))]
    for provider, who in [(provider, who) for provider in (first, first + 1) for who in people]:
        if random.random() < 0.8:
            free = random.choice((random.randint(-200, 300), random.randint(0, 5_000), 50_000))
            made.free.append({"professional": who, "provider": provider, "staff": 11_700, "free": free})
    for one in range(random.randint(1, 5)):
        _workplace(random, made, first + one, people)
    return made


def _workplace(random: Random, made: Country, key: int, people: list[int]) -> None:
    employees, hazard = some_headcount(random), random.randrange(len(HAZARDS))
    known = random.choice((None, employees, some_headcount(random)))
    undertaking = random.random() < 0.15
    made.workplaces.append(
        {
            "workplace": key,
            "employees_after": employees,
            "hazard_after": hazard,
            "employees_known": known,
            "hazard_known": None if known is None else random.randrange(len(HAZARDS)),
            "consent": random.choice((0, 1, 1)),
            "undertaking": undertaking,
            "undertaken": undertaking and random.random() < 0.6,
        }
    )
    for profession in range(len(PROFESSIONS)):
        if random.random() < 0.6:
            _group(random, made, profession, people)


def _group(random: Random, made: Country, profession: int, people: list[int]) -> None:
    workplace = made.workplaces[-1]
    figures = random.choice((some_headcount(random), workplace["employees_after"], workplace["employees_after"] + 3))
    hazard = random.choice((workplace["hazard_after"], random.randrange(len(HAZARDS))))
    need = required_minutes(PROFESSIONS[profession], hazard=HAZARDS[hazard], employees=figures, as_of=made.as_of)
    count = random.choice((1, 1, 1, 2, 2, 3))
    whole = max(count, need.minutes + random.choice((0, 0, 0, 0, 40, -15, random.randint(-300, 900))))
    cuts = sorted(random.randint(1, max(1, whole - 1)) for _ in range(count - 1))
    parts = [max(1, after - before) for before, after in zip([0, *cuts], [*cuts, whole], strict=True)]
    reasons = [str(reason) for reason in MonthReason]
    shortage = None if random.random() < 0.85 else len(made.contracts) + made.workplaces[0]["workplace"] + 500_000
    wanted = random.choice(reasons)
    provider = random.choice((None, people[0], people[0], people[0] + 1))
    whole_days = 1.0 if random.random() < 0.15 else 0.12  # of full-time persons
    for minutes in parts:
        key = made.workplaces[0]["workplace"] + len(made.contracts)
        waits = random.random() < 0.2
        at_times = random.random() < 0.1
        made.contracts.append(
            {
                "contract": key,
                "workplace": workplace["workplace"],
                "professional": random.choice(people),
                "provider": provider if not at_times else people[0],
                "profession": profession,
                "full_time": int(random.random() < whole_days),
                "since": random.randint(7_000, 7_003),
                "version": random.randint(1, 4),
                "measured": random.randint(1, 3),
                "minutes": minutes,
                "agreed": random.choice((0, 0, 0, minutes, max(0, minutes - 20))),
                "employees_before": random.choice((figures, figures, figures, some_headcount(random))),
                "hazard_before": hazard,
                "class": random.choice((0, 0, 0, 1, 2, 3)) if profession == 0 else CLASSES.index("none"),
                "valid": int(random.random() < 0.95),
                "fit": random.choice(("fit", "above", "short", "unknown")),
                "open_update": key + 700_000 if waits else None,
                "open_minutes": random.choice((minutes, need.minutes, need.minutes + 60)) if waits else None,
                "open_reason": random.choice(("-", "", "capacity_short")) if waits else "-",
                "open_shortage": None if provider is None and at_times else shortage,
                "shortage_reason": None if shortage is None or (provider is None and at_times) else wanted,
            }
        )


def snapshot_of(countries: list[Country]) -> Snapshot:
    """The frames of all of them together."""
    given_ = {name: kind for name, kind in WORKPLACES.items() if name != "own_minutes"}
    workplaces = {**given_, "undertaken": pl.Boolean, "undertaking": pl.Boolean}
    return Snapshot(
        pl.DataFrame([row for one in countries for row in one.workplaces], schema=workplaces, orient="row"),
        pl.DataFrame([row for one in countries for row in one.contracts], schema=dict(CONTRACTS), orient="row"),
        pl.DataFrame([row for one in countries for row in one.free], schema=dict(FREE), orient="row"),
    )


# ------------------------------------------------------------------------- the rules, one group at a time


@dataclass
class Judged:
    """A group, its plan by the rules, and what it was made of."""

    key: Group
    rows: list[Row]
    workplace: Row
    before: Figures
    after: Figures
    physician: bool
    plan: GroupPlan


def judged(made: Country) -> Iterator[Judged]:
    """Each group that is to be looked at, before capacity."""
    where = {row["workplace"]: row for row in made.workplaces}
    name = itemgetter("workplace", "profession")
    for key, members in groupby(sorted(made.contracts, key=name), name):
        rows, workplace, profession = list(members), where[key[0]], PROFESSIONS[key[1]]
        newest = max(rows, key=itemgetter("measured", "contract"))
        before = Figures(newest["employees_before"], HAZARDS[newest["hazard_before"]])
        after = Figures(workplace["employees_after"], HAZARDS[workplace["hazard_after"]])
        update_waits = any(row["open_update"] is not None and row["open_reason"] != "-" for row in rows)
        shortage_waits = any(row["open_shortage"] is not None for row in rows)
        if before == after and not update_waits and not shortage_waits:
            continue
        physician = any(
            one["workplace"] == key[0]
            and one["full_time"]
            and PROFESSIONS[one["profession"]] == Profession.WORKPLACE_PHYSICIAN
            for one in made.contracts
        )
        planned = month_plan(
            profession,
            before=before,
            after=after,
            running=[_running(row, profession, after, made.as_of) for row in rows],
            consent=bool(workplace["consent"]),
            as_of=made.as_of,
            undertaken=workplace["undertaken"],
            full_time_physician=physician,
        )
        yield Judged(key, rows, workplace, before, after, physician, planned)


def _running(row: Row, profession: Profession, after: Figures, as_of: date) -> Running:
    return Running(
        row["contract"],
        row["minutes"],
        EPOCH + timedelta(days=row["since"]),
        full_time=bool(row["full_time"]),
        agreed=row["agreed"],
        serves=certificate_serves(profession, CLASSES[row["class"]], after.hazard, as_of).ok,
        valid=bool(row["valid"]),
    )


def with_capacity(groups: list[Judged], made: Country) -> list[Judged]:
    """The groups, of which those with somebody overdrawn go to the provider whole."""
    asked = [
        Increase(
            (one.key[0], PROFESSIONS[one.key[1]]),
            (row["professional"], row["provider"]),
            max(0, (one.plan.minutes or {}).get(row["contract"], row["minutes"]) - row["minutes"]),
        )
        for one in groups
        if one.plan.outcome == MonthOutcome.AMENDED
        for row in one.rows
        if row["provider"] is not None and not row["full_time"]
    ]
    free = {(row["professional"], row["provider"]): row["free"] for row in made.free}
    _, short = overdrawn(asked, free)
    for one in groups:
        if one.plan.outcome == MonthOutcome.AMENDED and (one.key[0], PROFESSIONS[one.key[1]]) in short:
            one.plan = replace(one.plan, outcome=MonthOutcome.PROVIDER, reason=MonthReason.CAPACITY_SHORT)
    return groups


def fit_of(one: Judged, as_of: date) -> str:
    """What the group is worth afterwards."""
    profession = PROFESSIONS[one.key[1]]
    if one.workplace["undertaken"] and profession != DSP:
        return "above"
    moved = (one.plan.minutes or {}) if one.plan.outcome == MonthOutcome.AMENDED else {}
    need = required_minutes(
        profession,
        hazard=one.after.hazard,
        employees=one.after.employees,
        as_of=as_of,
        full_time_physician=one.physician,
    )
    part_time = [moved.get(row["contract"], row["minutes"]) for row in one.rows if not row["full_time"]]
    full_time = sum(row["full_time"] for row in one.rows)
    return str(judge_compliance(need, part_time=part_time, full_time_persons=full_time).verdict)


def line_of(one: Judged, row: Row, fit: str) -> tuple[Any, ...] | None:
    """The line of a contract, or None where nothing is to be done about it."""
    planned, outcome = one.plan, one.plan.outcome
    reason = str(planned.reason or "")
    after = (planned.minutes or {}).get(row["contract"], row["minutes"])
    agreed = (planned.agreed or {}).get(row["contract"], row["agreed"])
    update, shortage = row["open_update"], row["open_shortage"]
    of_month = update is not None and row["open_reason"] != "-"
    waits = of_month and (row["open_minutes"], row["open_reason"]) == (after, reason)
    if waits and outcome in {MonthOutcome.ASKED, MonthOutcome.PROVIDER}:  # for just this, already
        outcome, update = MonthOutcome.KEPT, None
    floor = outcome == MonthOutcome.AMENDED and agreed != row["agreed"]  # noted by a version, though minutes stay
    if outcome in MOVES and after == row["minutes"] and not floor:
        outcome = MonthOutcome.KEPT
    if outcome == MonthOutcome.PERSON and shortage is not None and row["shortage_reason"] == reason:
        outcome, shortage = MonthOutcome.KEPT, None
    if not of_month and (outcome not in MOVES | {MonthOutcome.ENDED}):
        update = None  # what a side proposed goes on waiting
    if outcome == MonthOutcome.KEPT and fit == row["fit"] and update is None and shortage is None:
        return None
    return str(outcome), reason, row["minutes"], after, agreed, fit, update, shortage


def lines_expected(made: Country) -> dict[int, tuple[Any, ...]]:
    """By contract, what its line says."""
    told = {}
    for one in with_capacity(list(judged(made)), made):
        fit = fit_of(one, made.as_of)
        for row in one.rows:
            line = line_of(one, row, fit)
            if line is not None:
                told[row["contract"]] = (*line, one.plan.required_before, one.plan.required_after)
    return told


def missing_expected(made: Country) -> set[Group]:
    """Professions owed by the new figures and not by the old, or served in person before, and nobody for them."""
    told = set()
    for row in made.workplaces:
        here = [one for one in made.contracts if one["workplace"] == row["workplace"]]
        physician = any(
            one["full_time"] and PROFESSIONS[one["profession"]] == Profession.WORKPLACE_PHYSICIAN for one in here
        )
        for number, profession in enumerate(PROFESSIONS):
            own = row["undertaking"] and profession != DSP
            old_hazard = row["hazard_after"] if row["hazard_known"] is None else row["hazard_known"]
            before, after = (
                required_minutes(
                    profession,
                    hazard=HAZARDS[hazard],
                    employees=employees,
                    as_of=made.as_of,
                    full_time_physician=physician,
                ).required
                for employees, hazard in (
                    (row["employees_known"] or 0, old_hazard),
                    (row["employees_after"], row["hazard_after"]),
                )
            )
            served = own and row["undertaken"]
            nobody = all(one["profession"] != number for one in here)
            if after and (not before or own) and not served and nobody:
                told.add((row["workplace"], number))
    return told


# ------------------------------------------------------------------------------------------- held together

NAMES = (
    *("outcome", "reason", "minutes_before", "minutes_after", "agreed_after", "fit_after", "open_update"),
    *("open_shortage", "required_before", "required_after"),
)
several = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # a number is as good as its neighbour: nothing to shrink
)
numbers = st.integers(0, 2**63)


def told_of(lines: pl.DataFrame) -> dict[int, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in lines.select("contract", *NAMES).iter_rows()}


def _agreed(line: tuple[Any, ...]) -> tuple[Any, ...]:
    """A line; of one that moves no minutes, what is agreed says nothing."""
    return line if line[0] in MOVES else (*line[:4], None, *line[5:])


@several
@given(numbers, st.sampled_from(DAYS))
def test_every_line_is_what_the_rules_decide(number: int, as_of: date) -> None:
    countries = [country(number, place, as_of) for place in range(1, COUNTRIES + 1)]
    decided = decide(snapshot_of(countries), as_of)
    told = told_of(lines_of(decided))
    missing = set(decided.missing.select("workplace", "profession").iter_rows())
    for made in countries:
        mine = {row["contract"]: told.pop(row["contract"], None) for row in made.contracts}
        expected = lines_expected(made)
        for contract, line in mine.items():
            want = expected.get(contract)
            assert (line and _agreed(line)) == (want and _agreed(want)), (contract, made)
        owed = missing_expected(made)
        assert owed == {one for one in missing if one[0] in {row["workplace"] for row in made.workplaces}}, made
    assert told == {}


@settings(several, max_examples=max(5, EXAMPLES // 10))
@given(numbers, st.integers(1, 40))
def test_lines_are_the_same_however_they_are_cut_and_stored(number: int, workplaces: int) -> None:
    snapshot = snapshot_of([country(number, place, DAYS[0]) for place in range(1, 8)])
    lines = lines_of(decide(snapshot, DAYS[0]))
    pieces = list(chunks_of(lines, workplaces))
    assert all(piece["workplace"].n_unique() <= workplaces for piece in pieces)
    assert sum(piece["workplace"].n_unique() for piece in pieces) == lines["workplace"].n_unique()
    stored = [lines_unpack(*lines_pack(piece)) for piece in pieces]
    assert [row for piece in stored for row in piece.iter_rows()] == list(lines.iter_rows())
    assert lines.columns == list(COLUMNS)


@settings(several, max_examples=max(5, EXAMPLES // 10))
@given(numbers, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(number: int, random: Random) -> None:
    countries = [country(number, place, DAYS[0]) for place in range(1, 8)]
    first = decide(snapshot_of(countries), DAYS[0])
    for made in countries:
        for rows in (made.workplaces, made.contracts, made.free):
            random.shuffle(rows)
    random.shuffle(countries)
    again = decide(snapshot_of(countries), DAYS[0])
    assert lines_of(again).equals(lines_of(first))
    assert again.missing.equals(first.missing)


def test_the_countries_have_what_is_to_be_held() -> None:
    counted: dict[tuple[str, str], int] = {}
    missing = 0
    for number in range(10):
        countries = [country(number, place, DAYS[0]) for place in range(1, COUNTRIES + 1)]
        decided: Decided = decide(snapshot_of(countries), DAYS[0])
        missing += decided.missing.height
        for outcome, reason in lines_of(decided).select("outcome", "reason").iter_rows():
            counted[outcome, reason] = counted.get((outcome, reason), 0) + 1
    wanted = [
        *[("amended", ""), ("asked", ""), ("kept", ""), ("ended", "headcount_zero"), ("provider", "capacity_short")],
        *[("person", str(one)) for one in MonthReason if one not in {"capacity_short", "headcount_zero"}],
    ]
    assert {pair: counted.get(pair, 0) for pair in wanted if counted.get(pair, 0) < 5} == {}
    assert missing > 5
