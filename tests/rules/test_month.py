"""What a month's figures do to contracts, case by case, with the reckoning beside each figure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.rules import (
    Figures,
    GroupPlan,
    HazardClass,
    Increase,
    MonthOutcome,
    MonthReason,
    Profession,
    Requirement,
    Running,
    minutes_owed,
    minutes_target,
    month_plan,
    overdrawn,
    required_minutes,
)

IGU, IH, DSP = Profession.SAFETY_SPECIALIST, Profession.WORKPLACE_PHYSICIAN, Profession.OTHER_HEALTH_PERSONNEL
AZ, TEH, COK = HazardClass.LOW, HazardClass.HAZARDOUS, HazardClass.VERY_HAZARDOUS
KEPT, AMENDED, ASKED = MonthOutcome.KEPT, MonthOutcome.AMENDED, MonthOutcome.ASKED
PERSON, ENDED = MonthOutcome.PERSON, MonthOutcome.ENDED
TODAY = date(2026, 11, 1)
SINCE = date(2024, 3, 1)


def contract(key: int = 1, minutes: int = 240, **terms: Any) -> Running:
    return Running(key, minutes, terms.pop("since", SINCE), **terms)


def plan(
    before: tuple[int, HazardClass],
    after: tuple[int, HazardClass],
    *running: Running,
    profession: Profession = IGU,
    consent: bool = True,
    **more: Any,
) -> GroupPlan:
    return month_plan(
        profession,
        before=Figures(*before),
        after=Figures(*after),
        running=running,
        consent=consent,
        as_of=more.pop("as_of", TODAY),
        **more,
    )


def comes_to(planned: GroupPlan) -> tuple[MonthOutcome, Mapping[int, int] | None]:
    return planned.outcome, planned.minutes


@pytest.mark.parametrize(
    ("profession", "before", "after", "runs", "becomes"),
    [
        (IGU, (12, TEH), (15, TEH), 240, 300),  # 12 × 20 → 15 × 20
        (IGU, (15, TEH), (12, TEH), 300, 240),
        (IH, (12, TEH), (15, TEH), 120, 150),  # 12 × 10 → 15 × 10
        (IGU, (12, TEH), (12, COK), 240, 480),  # 12 × 40
        (IGU, (12, TEH), (12, AZ), 240, 120),  # 12 × 10
        (IH, (12, COK), (9, TEH), 180, 90),  # 12 × 15 → 9 × 10
        (DSP, (49, COK), (50, COK), 490, 750),  # 49 × 10 → 50 × 15: the next band
        (DSP, (250, COK), (249, COK), 5000, 3735),  # 250 × 20 → 249 × 15: the band before
        (IGU, (12, TEH), (12, TEH), 240, None),
        (IGU, (1, AZ), (2, AZ), 10, 20),
    ],
)
def test_exactly_at_the_minimum_follows_it_up_and_down(
    profession: Profession,
    before: tuple[int, HazardClass],
    after: tuple[int, HazardClass],
    runs: int,
    becomes: int | None,
) -> None:
    planned = plan(before, after, contract(minutes=runs), profession=profession)
    assert comes_to(planned) == ((KEPT, None) if becomes is None else (AMENDED, {1: becomes}))
    assert planned.required_before == runs
    assert planned.required_after == (becomes or runs)


def test_without_consent_the_employer_is_asked_for_the_same() -> None:
    with_consent = plan((12, TEH), (15, TEH), contract())
    without = plan((12, TEH), (15, TEH), contract(), consent=False)
    assert comes_to(without) == (ASKED, {1: 300})
    assert (without.minutes, without.agreed, without.reason) == (with_consent.minutes, with_consent.agreed, None)


@pytest.mark.parametrize(
    ("employees", "becomes"),
    [
        (15, None),  # 300 of 300: still enough
        (16, 320),  # 16 × 20: fell below, is raised to the minimum and not above it
        (10, None),  # 200: never lowered
    ],
)
def test_agreed_above_the_minimum_is_raised_when_below_and_never_lowered(employees: int, becomes: int | None) -> None:
    planned = plan((12, TEH), (employees, TEH), contract(minutes=300))
    assert comes_to(planned) == ((KEPT, None) if becomes is None else (AMENDED, {1: becomes}))
    if becomes:
        assert planned.agreed == {1: 300}


@pytest.mark.parametrize(("employees", "becomes"), [(15, 300), (12, 240), (11, 220), (10, None)])
def test_below_the_minimum_is_raised_and_never_lowered(employees: int, becomes: int | None) -> None:
    assert comes_to(plan((12, TEH), (employees, TEH), contract(minutes=200))) == (
        (KEPT, None) if becomes is None else (AMENDED, {1: becomes})
    )


def months(start: int, runs: int, *employees: int) -> list[int]:
    """The minutes of one contract, tehlikeli, after each month; every change comes into force."""
    measured, running, told = start, contract(minutes=runs), []
    for count in employees:
        planned = plan((measured, TEH), (count, TEH), running)
        if planned.minutes:
            assert planned.agreed is not None
            running = contract(minutes=planned.minutes[1], agreed=planned.agreed[1])
            measured = count
        told.append(running.minutes)
    return told


def test_minutes_agreed_above_stay_a_floor_over_many_months() -> None:
    # 300 agreed for 12 employees (240): raised with 20 (400), never under 300 with 10 (200), raised again with 16 (320)
    assert months(12, 300, 20, 10, 16, 15, 14, 25) == [400, 300, 320, 300, 300, 500]
    assert months(12, 240, 20, 10, 16, 15, 14, 25) == [400, 200, 320, 300, 280, 500]


@given(st.integers(1, 60), st.integers(0, 900), st.lists(st.integers(1, 60), max_size=8))
def test_what_was_agreed_above_is_the_floor_of_every_later_month(start: int, more: int, counts: list[int]) -> None:
    agreed = start * 20 + more
    told = months(start, agreed, *counts)
    for minutes, count in zip(told, counts, strict=True):
        floor = agreed if more else 0
        assert minutes >= max(count * 20, floor)
        if not more:
            assert minutes == count * 20


def test_several_contracts_share_by_their_minutes_and_the_sum_is_exact() -> None:
    # 300 of 240: 160 → 200, 80 → 100
    assert plan((12, TEH), (15, TEH), contract(1, 160), contract(2, 80)).minutes == {1: 200, 2: 100}
    # 260 of 240 by 80, 80, 80: 86 each, and 2 left over for the oldest
    younger = contract(1, 80, since=date(2025, 1, 1))
    planned = plan((12, TEH), (13, TEH), younger, contract(3, 80), contract(2, 80))
    assert planned.minutes == {1: 86, 2: 88, 3: 86}
    # what is left over goes to the largest before the oldest: 260 × 121 // 240 = 131, 260 × 119 // 240 = 128, 1 over
    larger = contract(1, 121, since=date(2025, 1, 1))
    assert plan((12, TEH), (13, TEH), larger, contract(2, 119)).minutes == {1: 132, 2: 128}


def test_a_contract_whose_part_stays_is_not_among_the_minutes() -> None:
    # 260 × 1 // 240 = 1
    assert plan((12, TEH), (13, TEH), contract(1, 239), contract(2, 1)).minutes == {1: 259}


def test_the_minimum_is_judged_on_the_sum() -> None:
    assert comes_to(plan((12, TEH), (11, TEH), contract(1, 200), contract(2, 100)))[0] == KEPT
    assert plan((12, TEH), (11, TEH), contract(1, 200), contract(2, 40)).minutes == {1: 184, 2: 36}
    floor = plan((15, TEH), (12, TEH), contract(1, 150, agreed=140), contract(2, 150, agreed=130))
    assert floor.minutes == {1: 135, 2: 135}  # 270 in all
    assert floor.agreed == {1: 140, 2: 130}


def test_nobody_employed_ends_whatever_else_holds() -> None:
    planned = plan((12, TEH), (0, COK), contract(serves=False, valid=False), undertaken=True, consent=False)
    assert planned == GroupPlan(ENDED, MonthReason.HEADCOUNT_ZERO, required_before=240)
    assert plan((0, TEH), (0, TEH), contract()).outcome == ENDED


@pytest.mark.parametrize(
    ("profession", "hazard", "before", "after"),
    [
        (IGU, TEH, 499, 500),
        (IGU, TEH, 500, 499),
        (IGU, COK, 499, 500),
        (IGU, AZ, 1999, 1000),
        (IH, TEH, 999, 1000),
        (IH, COK, 750, 749),
    ],
)
def test_a_full_time_threshold_asks_for_a_person_up_and_down(
    profession: Profession, hazard: HazardClass, before: int, after: int
) -> None:
    old, new = (required_minutes(profession, hazard=hazard, employees=one, as_of=TODAY) for one in (before, after))
    planned = plan((before, hazard), (after, hazard), contract(minutes=5000), profession=profession)
    if old.full_time_persons == new.full_time_persons:
        assert planned.outcome == KEPT
    else:
        assert planned == GroupPlan(
            PERSON,
            MonthReason.FULL_TIME_THRESHOLD,
            required_before=old.minutes,
            required_after=new.minutes,
        )


def test_a_threshold_is_a_number_of_persons_and_not_of_minutes() -> None:
    # tehlikeli 500 → 999: one person both times, 0 → 499 × 20 minutes beside
    full = contract(1, 11_700, full_time=True)
    assert comes_to(plan((501, TEH), (999, TEH), full, contract(2, 20))) == (AMENDED, {2: 9980})
    assert plan((999, TEH), (1000, TEH), full, contract(2, 9980)).reason == MonthReason.FULL_TIME_THRESHOLD
    assert plan((500, TEH), (250, COK), full, contract(2, 40)).outcome == KEPT  # 1 person, 0 minutes, both times


def test_a_class_that_moves_the_threshold_asks_for_a_person() -> None:
    assert plan((300, TEH), (300, COK), contract(minutes=6000)).reason == MonthReason.FULL_TIME_THRESHOLD


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"serves": False}, MonthReason.CERTIFICATE_UNFIT),
        ({"valid": False}, MonthReason.CERTIFICATE_EXPIRED),
        ({"serves": False, "valid": False}, MonthReason.CERTIFICATE_UNFIT),
    ],
)
def test_one_certificate_that_does_not_serve_holds_the_group(terms: dict[str, bool], reason: MonthReason) -> None:
    planned = plan((12, TEH), (15, TEH), contract(1, 120), contract(2, 120, **terms))
    assert (planned.outcome, planned.reason, planned.minutes) == (PERSON, reason, None)
    assert (planned.required_before, planned.required_after) == (240, 300)


def test_persons_are_asked_before_certificates() -> None:
    planned = plan((499, TEH), (500, TEH), contract(minutes=9980, serves=False))
    assert planned.reason == MonthReason.FULL_TIME_THRESHOLD


def test_where_the_employer_serves_in_person_nothing_moves() -> None:
    assert plan((12, AZ), (49, AZ), contract(minutes=120), undertaken=True).outcome == KEPT
    assert plan((12, AZ), (49, AZ), contract(minutes=120, serves=False), undertaken=True).outcome == KEPT
    health = plan((12, COK), (15, COK), contract(minutes=120), profession=DSP, undertaken=True)
    assert comes_to(health) == (AMENDED, {1: 150})  # nobody undertakes what other health personnel do


def test_other_health_personnel_are_freed_by_a_full_time_physician() -> None:
    # nothing is owed any longer: what runs goes on, only the parties end it
    planned = plan((12, COK), (15, COK), contract(minutes=150), profession=DSP, full_time_physician=True)
    assert comes_to(planned) == (KEPT, None)
    assert (planned.required_before, planned.required_after) == (0, 0)
    assert comes_to(plan((12, COK), (15, COK), contract(minutes=120), profession=DSP)) == (AMENDED, {1: 150})


@pytest.mark.parametrize("after", [(9, COK), (12, TEH)])
def test_where_nothing_is_owed_any_longer_the_minutes_stay(after: tuple[int, HazardClass]) -> None:
    planned = plan((12, COK), after, contract(minutes=120), profession=DSP)
    assert comes_to(planned) == (KEPT, None)
    assert (planned.required_before, planned.required_after) == (120, 0)


def test_where_nothing_is_owed_minutes_fall_to_what_was_agreed_above() -> None:
    planned = plan((15, COK), (9, COK), contract(minutes=150, agreed=130), profession=DSP)
    assert comes_to(planned) == (AMENDED, {1: 130})


def test_a_part_that_would_be_nothing_keeps_all() -> None:
    # 10 minutes for eleven contracts of 20 and less: one would get 0
    many = [contract(key, 20) for key in range(1, 12)]
    assert sum(one.minutes for one in many) == 220
    assert comes_to(plan((22, AZ), (1, AZ), *many)) == (KEPT, None)


def test_a_full_time_person_more_than_owed_serves_the_remainder() -> None:
    full = contract(1, 11_700, full_time=True)
    assert comes_to(plan((12, TEH), (15, TEH), full)) == (KEPT, None)
    # beside it nothing is owed: a part-time contract stands above, and stays
    assert comes_to(plan((12, TEH), (15, TEH), full, contract(2, 100))) == (KEPT, None)


def test_minutes_owed_where_nobody_serves_part_time_need_a_person() -> None:
    full = contract(1, 11_700, full_time=True)
    planned = plan((500, TEH), (510, TEH), full)  # 1 person; 0 → 200 minutes beside
    assert (planned.outcome, planned.reason) == (PERSON, MonthReason.NO_PART_TIME)
    assert plan((510, TEH), (505, TEH), full).outcome == KEPT  # fewer minutes: nobody is looked for anew


def test_a_full_time_month_counts_where_the_profession_knows_no_threshold() -> None:
    # çok tehlikeli, 620 × 20 = 12 400 less 11 700 = 700; 630 × 20 = 12 600 less 11 700 = 900
    full = contract(1, 11_700, full_time=True)
    assert comes_to(plan((620, COK), (630, COK), full, contract(2, 700), profession=DSP)) == (AMENDED, {2: 900})


def test_the_day_decides_by_which_figures() -> None:
    # 12 × 8 = 96 → 15 × 8 = 120 until 31.12.2015; 12 × 20 → 15 × 20 since
    old = plan((12, TEH), (15, TEH), contract(minutes=96), as_of=date(2015, 12, 31))
    assert comes_to(old) == (AMENDED, {1: 120})
    assert comes_to(plan((12, TEH), (15, TEH), contract(minutes=96))) == (AMENDED, {1: 300})


def test_a_group_has_contracts() -> None:
    with pytest.raises(ValueError, match="has contracts"):
        plan((12, TEH), (15, TEH))


@pytest.mark.parametrize(
    ("total", "agreed", "before", "after", "target"),
    [
        (240, 0, 240, 300, 300),
        (240, 0, 240, 200, 200),
        (240, 0, 240, 0, 240),
        (240, 230, 240, 200, 230),
        (240, 230, 240, 0, 230),
        (300, 0, 240, 200, 300),
        (300, 300, 240, 320, 320),
        (200, 0, 240, 220, 220),
        (200, 0, 240, 180, 200),
    ],
)
def test_targets(total: int, agreed: int, before: int, after: int, target: int) -> None:
    assert minutes_target(total, agreed, before, after) == target


@pytest.mark.parametrize(
    ("profession", "employees", "full_time", "owed"),
    [
        (IGU, 620, 0, 4800),  # çok tehlikeli: 2 persons and 120 × 40
        (IGU, 620, 2, 4800),
        (IGU, 620, 3, 0),  # one more serves the remainder
        (DSP, 620, 0, 12_400),
        (DSP, 620, 1, 700),
        (DSP, 620, 2, 0),
    ],
)
def test_minutes_owed_beside_full_time_persons(
    profession: Profession, employees: int, full_time: int, owed: int
) -> None:
    need: Requirement = required_minutes(profession, hazard=COK, employees=employees, as_of=TODAY)
    assert minutes_owed(need, full_time) == owed


def increase(group: int, who: int, minutes: int) -> Increase:
    return Increase((group, IGU), (who, 1), minutes)


def test_increases_up_to_the_free_minutes_are_taken() -> None:
    assert overdrawn([increase(1, 7, 60), increase(2, 7, 40)], {(7, 1): 100}) == (set(), set())


def test_one_minute_too_many_sends_every_group_of_the_professional_whole() -> None:
    asked = [increase(1, 7, 60), increase(1, 8, 10), increase(2, 7, 41), increase(3, 8, 5), increase(4, 7, 0)]
    assert overdrawn(asked, {(7, 1): 100, (8, 1): 100}) == ({(7, 1)}, {(1, IGU), (2, IGU), (4, IGU)})


def test_whoever_is_not_known_has_no_minutes_and_minutes_of_one_provider_serve_no_other() -> None:
    assert overdrawn([increase(1, 7, 1)], {(7, 2): 100}) == ({(7, 1)}, {(1, IGU)})


def test_who_is_asked_for_nothing_is_never_short() -> None:
    assert overdrawn([increase(1, 7, 0)], {(7, 1): -50}) == (set(), set())


@given(st.permutations([increase(group, who, 10 * group) for group in range(1, 5) for who in (7, 8)]))
def test_the_order_does_not_matter(asked: list[Increase]) -> None:
    assert overdrawn(asked, {(7, 1): 99, (8, 1): 100})[0] == {(7, 1)}
