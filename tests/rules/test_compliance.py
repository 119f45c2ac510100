"""Uygun, asgari sürenin üzerinde, uygun değil: persons and minutes, and never one for the other."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.rules import (
    FULL_TIME_MONTH_MINUTES,
    HazardClass,
    Profession,
    Requirement,
    Verdict,
    judge_compliance,
    minimum_part_time,
    required_minutes,
)

IGU, IH, DSP = Profession.SAFETY_SPECIALIST, Profession.WORKPLACE_PHYSICIAN, Profession.OTHER_HEALTH_PERSONNEL
AZ, TEH, COK = HazardClass.LOW, HazardClass.HAZARDOUS, HazardClass.VERY_HAZARDOUS
TODAY = date(2026, 11, 1)


def need(profession: Profession, hazard: HazardClass, employees: int) -> Requirement:
    return required_minutes(profession, hazard=hazard, employees=employees, as_of=TODAY)


# profession, class, employees, part-time minutes, full-time persons;
# verdict, missing minutes, missing persons, surplus minutes, surplus persons, minimum of one more part-time contract
CASES = [
    # 240 minutes are owed
    (IGU, TEH, 12, [240], 0, "fit", 0, 0, 0, 0, 1),
    (IGU, TEH, 12, [120, 120], 0, "fit", 0, 0, 0, 0, 1),
    (IGU, TEH, 12, [239], 0, "short", 1, 0, 0, 0, 1),
    (IGU, TEH, 12, [], 0, "short", 240, 0, 0, 0, 240),
    (IGU, TEH, 12, [100, 40], 0, "short", 100, 0, 0, 0, 100),
    (IGU, TEH, 12, [241], 0, "above", 0, 0, 1, 0, 1),
    # a full-time person although none is owed serves the 240 minutes
    (IGU, TEH, 12, [], 1, "fit", 0, 0, 0, 0, 1),
    (IGU, TEH, 12, [60], 1, "above", 0, 0, 60, 0, 1),
    (IGU, TEH, 12, [], 2, "above", 0, 0, 0, 1, 1),
    # two persons and 4 800 minutes are owed
    (IGU, COK, 620, [4800], 2, "fit", 0, 0, 0, 0, 1),
    (IGU, COK, 620, [], 2, "short", 4800, 0, 0, 0, 4800),
    (IGU, COK, 620, [4800], 1, "short", 0, 1, 0, 0, 1),
    (IGU, COK, 620, [], 0, "short", 4800, 2, 0, 0, 4800),
    (IGU, COK, 620, [4799], 2, "short", 1, 0, 0, 0, 1),
    (IGU, COK, 620, [5000], 2, "above", 0, 0, 200, 0, 1),
    (IGU, COK, 620, [], 3, "fit", 0, 0, 0, 0, 1),
    (IGU, COK, 620, [], 4, "above", 0, 0, 0, 1, 1),
    # minutes worth many persons do not make a person
    (IGU, COK, 620, [11700, 11700, 11700], 1, "short", 0, 1, 30300, 0, 1),
    # one person and nothing else is owed
    (IGU, COK, 250, [], 1, "fit", 0, 0, 0, 0, 1),
    (IGU, COK, 250, [], 0, "short", 0, 1, 0, 0, 1),
    (IGU, COK, 250, [10000], 0, "short", 0, 1, 10000, 0, 1),
    (IGU, COK, 250, [], 2, "above", 0, 0, 0, 1, 1),
    (IH, COK, 760, [150], 1, "fit", 0, 0, 0, 0, 1),
    (IH, COK, 760, [100], 1, "short", 50, 0, 0, 0, 50),
    # other health personnel: minutes only, 12 400 and 750; a full-time person brings 11 700
    (DSP, COK, 620, [12400], 0, "fit", 0, 0, 0, 0, 1),
    (DSP, COK, 620, [], 1, "short", 700, 0, 0, 0, 700),
    (DSP, COK, 620, [700], 1, "fit", 0, 0, 0, 0, 1),
    (DSP, COK, 50, [], 1, "above", 0, 0, 10950, 0, 1),
    # nothing is owed
    (DSP, TEH, 12, [], 0, "fit", 0, 0, 0, 0, 1),
    (DSP, TEH, 12, [30], 0, "above", 0, 0, 30, 0, 1),
    (IGU, AZ, 0, [70], 0, "above", 0, 0, 70, 0, 1),
    (IGU, AZ, 0, [], 1, "above", 0, 0, 11700, 0, 1),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(str(part) for part in case[:5]))
def test_hand_computed_cases(
    case: tuple[Profession, HazardClass, int, list[int], int, str, int, int, int, int, int],
) -> None:
    profession, hazard, employees, part_time, persons, *expected = case
    requirement = need(profession, hazard, employees)
    judged = judge_compliance(requirement, part_time=part_time, full_time_persons=persons)
    least = minimum_part_time(requirement, part_time=part_time, full_time_persons=persons)
    assert [
        str(judged.verdict),
        judged.missing_minutes,
        judged.missing_persons,
        judged.surplus_minutes,
        judged.surplus_persons,
        least,
    ] == expected
    assert judged.requirement is requirement
    assert judged.citation is requirement.citation


def test_negative_figures_are_mistakes() -> None:
    with pytest.raises(ValueError, match="-5"):
        judge_compliance(need(IGU, TEH, 12), part_time=[300, -5], full_time_persons=0)
    with pytest.raises(ValueError, match="-1"):
        minimum_part_time(need(IGU, TEH, 12), part_time=[], full_time_persons=-1)


professions, hazards = st.sampled_from(Profession), st.sampled_from(HazardClass)
minutes = st.lists(st.integers(0, 12_000), max_size=4)


@settings(max_examples=60)
@given(professions, hazards, st.integers(0, 3_000), minutes, st.integers(0, 5))
def test_the_minimum_repairs_the_minutes_and_one_less_does_not(
    profession: Profession, hazard: HazardClass, employees: int, part_time: list[int], persons: int
) -> None:
    requirement = need(profession, hazard, employees)
    before = judge_compliance(requirement, part_time=part_time, full_time_persons=persons)
    least = minimum_part_time(requirement, part_time=part_time, full_time_persons=persons)
    after = judge_compliance(requirement, part_time=[*part_time, least], full_time_persons=persons)
    assert least >= 1
    assert after.missing_minutes == 0
    assert after.missing_persons == before.missing_persons
    assert (after.verdict is Verdict.SHORT) is (before.missing_persons > 0)
    if before.missing_minutes:
        less = judge_compliance(requirement, part_time=[*part_time, least - 1], full_time_persons=persons)
        assert (less.verdict, less.missing_minutes) == (Verdict.SHORT, 1)


@settings(max_examples=60)
@given(professions, hazards, st.integers(0, 3_000), minutes, st.integers(0, 5))
def test_the_order_of_contracts_does_not_matter_and_figures_agree(
    profession: Profession, hazard: HazardClass, employees: int, part_time: list[int], persons: int
) -> None:
    requirement = need(profession, hazard, employees)
    judged = judge_compliance(requirement, part_time=part_time, full_time_persons=persons)
    assert judged == judge_compliance(requirement, part_time=sorted(part_time), full_time_persons=persons)
    assert not (judged.missing_minutes and judged.surplus_minutes)
    assert not (judged.missing_persons and judged.surplus_persons)
    short, above = (
        judged.missing_minutes or judged.missing_persons,
        judged.surplus_minutes or judged.surplus_persons,
    )
    assert judged.verdict is (Verdict.SHORT if short else Verdict.ABOVE if above else Verdict.FIT)


@settings(max_examples=60)
@given(st.sampled_from([IGU, IH]), hazards, st.integers(1, 6_000), st.integers(0, 100_000))
def test_minutes_never_make_a_person(profession: Profession, hazard: HazardClass, employees: int, many: int) -> None:
    requirement = need(profession, hazard, employees)
    for fewer in range(requirement.full_time_persons):
        judged = judge_compliance(requirement, part_time=[many], full_time_persons=fewer)
        assert judged.verdict is Verdict.SHORT
        assert judged.missing_persons == requirement.full_time_persons - fewer
        assert judged.missing_minutes == max(0, requirement.minutes - many)


@given(st.sampled_from([IGU, IH]), hazards, st.integers(1, 6_000))
def test_one_person_more_serves_the_remainder(profession: Profession, hazard: HazardClass, employees: int) -> None:
    requirement = need(profession, hazard, employees)
    assert requirement.minutes < FULL_TIME_MONTH_MINUTES  # one month is enough for any remainder
    judged = judge_compliance(requirement, part_time=[], full_time_persons=requirement.full_time_persons + 1)
    assert judged.missing_minutes == judged.missing_persons == 0
