"""Required minutes: the law's worked cases, hand-computed rows, and what must hold for every headcount."""

import csv
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from katip.rules import (
    Exemption,
    HazardClass,
    Profession,
    RuleViolation,
    duty_in_force,
    required_minutes,
    required_persons,
)
from katip.rules.minutes import DUTY, EXEMPTIONS, MINUTES, PLANNED_STARTS, MinutesRow

IGU, IH, DSP = Profession.SAFETY_SPECIALIST, Profession.WORKPLACE_PHYSICIAN, Profession.OTHER_HEALTH_PERSONNEL
AZ, TEH, COK = HazardClass.LOW, HazardClass.HAZARDOUS, HazardClass.VERY_HAZARDOUS
TODAY = date(2026, 11, 1)
OLD = date(2015, 12, 31)

PROFESSIONS = {"igu": IGU, "ih": IH, "dsp": DSP}
HAZARDS = {"az": AZ, "teh": TEH, "cok": COK}

# computed by hand from the articles, each with its reckoning
with Path(__file__).with_name("cases.csv").open(encoding="utf-8") as _file:
    CASES = list(csv.DictReader(_file))


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(list(case.values())[:4]))
def test_hand_computed_cases(case: dict[str, str]) -> None:
    requirement = required_minutes(
        PROFESSIONS[case["profession"]],
        hazard=HAZARDS[case["class"]],
        employees=int(case["employees"]),
        as_of=date.fromisoformat(case["day"]),
    )
    assert (requirement.full_time_persons, requirement.minutes) == (int(case["persons"]), int(case["minutes"]))
    assert requirement.required is (requirement.exemption_reason is None)
    assert requirement.required is bool(requirement.full_time_persons or requirement.minutes)


def test_there_are_enough_cases_and_none_twice() -> None:
    keys = {(case["profession"], case["class"], case["employees"], case["day"]) for case in CASES}
    assert len(keys) == len(CASES) >= 60
    assert {(case["profession"], case["class"]) for case in CASES} == set(product(PROFESSIONS, HAZARDS))


def test_a_requirement_tells_how_its_minutes_come_about() -> None:
    requirement = required_minutes(IGU, hazard=COK, employees=620, as_of=TODAY)
    assert (requirement.remainder_employees, requirement.per_employee) == (120, 40)
    assert requirement.citation.short == "İGU Yön. m.12"
    assert requirement.citation.full == (
        "İş Güvenliği Uzmanlarının Görev, Yetki, Sorumluluk ve Eğitimleri Hakkında Yönetmelik m.12"
    )
    assert requirement.citation.since == date(2016, 1, 1)
    assert required_minutes(IH, hazard=AZ, employees=1, as_of=TODAY).citation.short == "İH-DSP Yön. m.12"
    assert required_minutes(DSP, hazard=COK, employees=10, as_of=TODAY).citation.short == "İH-DSP Yön. m.19"
    assert required_minutes(IGU, hazard=COK, employees=9, as_of=OLD).citation.since == date(2012, 12, 29)


ARTICLE = {
    (Exemption.NO_EMPLOYEES, IGU): "İGU Yön. m.12",
    (Exemption.NO_EMPLOYEES, IH): "İH-DSP Yön. m.12",
    (Exemption.NO_EMPLOYEES, DSP): "İH-DSP Yön. m.19",
    (Exemption.HAZARD_CLASS, DSP): "İH-DSP Yön. m.19",
    (Exemption.TOO_FEW_EMPLOYEES, DSP): "İH-DSP Yön. m.19",
    (Exemption.FULL_TIME_PHYSICIAN, DSP): "İH-DSP Yön. m.19",
    (Exemption.DUTY_NOT_IN_FORCE, IGU): "6331 s.K. m.6, m.38",
}


@pytest.mark.parametrize(
    ("profession", "hazard", "employees", "as_of", "full_time_physician", "reason"),
    [
        (IGU, COK, 0, TODAY, False, Exemption.NO_EMPLOYEES),
        (IH, AZ, 0, TODAY, False, Exemption.NO_EMPLOYEES),
        (DSP, COK, 0, TODAY, False, Exemption.NO_EMPLOYEES),
        (DSP, TEH, 5000, TODAY, False, Exemption.HAZARD_CLASS),
        (DSP, AZ, 9, TODAY, True, Exemption.HAZARD_CLASS),
        (DSP, COK, 9, TODAY, False, Exemption.TOO_FEW_EMPLOYEES),
        (DSP, COK, 800, TODAY, True, Exemption.FULL_TIME_PHYSICIAN),
        (IGU, AZ, 49, date(2024, 12, 31), False, Exemption.DUTY_NOT_IN_FORCE),
        (IGU, TEH, 49, date(2013, 12, 31), False, Exemption.DUTY_NOT_IN_FORCE),
    ],
)
def test_exemptions(  # noqa: PLR0917 - one row of the table
    profession: Profession,
    hazard: HazardClass,
    employees: int,
    as_of: date,
    full_time_physician: bool,
    reason: Exemption,
) -> None:
    requirement = required_minutes(
        profession, hazard=hazard, employees=employees, as_of=as_of, full_time_physician=full_time_physician
    )
    assert requirement.exemption_reason is reason
    assert not requirement.required
    assert (requirement.full_time_persons, requirement.minutes, requirement.per_employee) == (0, 0, 0)
    assert requirement.citation.short == ARTICLE[reason, profession]


def test_a_full_time_physician_matters_to_other_health_personnel_only() -> None:
    for profession in (IGU, IH):
        with_one = required_minutes(profession, hazard=COK, employees=800, as_of=TODAY, full_time_physician=True)
        assert with_one == required_minutes(profession, hazard=COK, employees=800, as_of=TODAY)


@pytest.mark.parametrize(
    ("hazard", "employees", "first_day"),
    [(AZ, 49, date(2025, 1, 1)), (TEH, 49, date(2014, 1, 1)), (COK, 1, date(2014, 1, 1)), (AZ, 50, date(2013, 1, 1))],
)
def test_the_duty_begins_on_its_day(hazard: HazardClass, employees: int, first_day: date) -> None:
    eve = date.fromordinal(first_day.toordinal() - 1)
    assert required_minutes(IGU, hazard=hazard, employees=employees, as_of=first_day).required
    assert not required_minutes(IGU, hazard=hazard, employees=employees, as_of=eve).required


def test_public_bodies_have_the_duty_since_the_same_day_and_it_is_disputed_since_the_annulment() -> None:
    def ask(day: date) -> tuple[bool, int, bool]:
        need = required_minutes(IGU, hazard=TEH, employees=10, as_of=day, public_body=True)
        return need.required, need.minutes, need.settled

    assert ask(date(2024, 12, 31)) == (False, 0, True)
    assert ask(date(2025, 1, 1)) == (True, 200, True)
    assert ask(date(2025, 7, 21)) == (True, 200, True)
    assert ask(date(2025, 7, 22)) == (True, 200, False)
    assert ask(TODAY) == (True, 200, False)
    private = required_minutes(IGU, hazard=TEH, employees=10, as_of=TODAY)
    assert (private.minutes, private.settled) == (200, True)


def test_the_row_of_the_duty_is_told() -> None:
    row = duty_in_force(AZ, employees=10, as_of=TODAY)
    assert row is not None
    assert (row.since, row.from_employees, row.citation.short) == (date(2025, 1, 1), 1, "6331 s.K. m.6, m.38")
    assert duty_in_force(AZ, employees=49, as_of=date(2024, 12, 31)) is None
    disputed = duty_in_force(COK, employees=1, as_of=TODAY, public_body=True)
    assert disputed is not None
    assert (disputed.settled, disputed.citation.short) == (False, "AYM E.2024/54, K.2025/163")
    with pytest.raises(ValueError, match="-1"):
        duty_in_force(AZ, employees=-1, as_of=TODAY)


def test_starts_that_were_put_off_stand_apart_from_those_that_came() -> None:
    starts = [planned.start for planned in PLANNED_STARTS]
    assert starts == [date(2016, 7, 1), date(2017, 7, 1), date(2020, 7, 1), date(2023, 12, 31)]
    assert not {row.since for row in DUTY} & set(starts)
    for start in starts:
        assert not required_minutes(IGU, hazard=AZ, employees=10, as_of=start + timedelta(days=1)).required


def test_full_time_persons_by_themselves() -> None:
    owed = required_persons(IGU, hazard=COK, employees=620, as_of=TODAY)
    assert (owed.persons, owed.full_time_per, owed.remainder_employees) == (2, 250, 120)
    assert owed.citation.short == "İGU Yön. m.12"
    health = required_persons(DSP, hazard=COK, employees=3000, as_of=TODAY)
    assert (health.persons, health.full_time_per) == (0, None)
    assert required_persons(IGU, hazard=AZ, employees=2000, as_of=OLD).full_time_per == 2000


def test_a_day_before_the_first_row_is_refused_and_not_guessed() -> None:
    with pytest.raises(RuleViolation) as refusal:
        required_minutes(DSP, hazard=COK, employees=50, as_of=OLD)
    assert refusal.value.code == "no_rule_for_date"
    assert refusal.value.facts == {"profession": DSP, "as_of": OLD}


def test_a_negative_headcount_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="-1"):
        required_minutes(IGU, hazard=AZ, employees=-1, as_of=TODAY)


professions = st.sampled_from(Profession)
hazards = st.sampled_from(HazardClass)
days = st.dates(date(2016, 1, 1), date(2035, 1, 1)) | st.sampled_from([TODAY])
headcounts = st.integers(0, 12_000)


@given(professions, hazards, days, headcounts, st.integers(0, 400))
def test_more_employees_never_need_less(
    profession: Profession, hazard: HazardClass, as_of: date, employees: int, more: int
) -> None:
    fewer = required_minutes(profession, hazard=hazard, employees=employees, as_of=as_of)
    greater = required_minutes(profession, hazard=hazard, employees=employees + more, as_of=as_of)
    assert (fewer.full_time_persons, fewer.minutes) <= (greater.full_time_persons, greater.minutes)


@given(st.sampled_from([IGU, IH]), hazards, days, st.integers(1, 12_000))
def test_persons_and_remainder_make_up_the_headcount(
    profession: Profession, hazard: HazardClass, as_of: date, employees: int
) -> None:
    need = required_minutes(profession, hazard=hazard, employees=employees, as_of=as_of)
    assume(need.required)
    assert need.full_time_per is not None
    assert need.full_time_persons * need.full_time_per + need.remainder_employees == employees
    assert 0 <= need.remainder_employees < need.full_time_per
    assert need.minutes == need.remainder_employees * need.per_employee


@given(professions, headcounts, days)
def test_a_higher_hazard_never_needs_less(profession: Profession, employees: int, as_of: date) -> None:
    owed = [
        (need.full_time_persons, need.minutes)
        for need in (required_minutes(profession, hazard=h, employees=employees, as_of=as_of) for h in HazardClass)
    ]
    assert owed == sorted(owed)


@pytest.mark.parametrize("row", [row for row in MINUTES if row.full_time_per], ids=str)
@given(times=st.integers(1, 5))
def test_the_remainder_turns_over_at_every_threshold(row: MinutesRow, times: int) -> None:
    assert row.full_time_per is not None
    as_of = row.until or TODAY
    edge = times * row.full_time_per
    below, at, above = (
        required_minutes(row.profession, hazard=row.hazard, employees=n, as_of=as_of)
        for n in (edge - 1, edge, edge + 1)
    )
    assert (below.full_time_persons, below.remainder_employees) == (times - 1, row.full_time_per - 1)
    assert below.minutes == (row.full_time_per - 1) * row.minutes_per_employee
    assert (at.full_time_persons, at.remainder_employees, at.minutes) == (times, 0, 0)
    assert (above.full_time_persons, above.minutes) == (times, row.minutes_per_employee)


@given(professions, hazards, days, headcounts)
def test_exactly_one_row_answers(profession: Profession, hazard: HazardClass, as_of: date, employees: int) -> None:
    rows = [
        r for r in MINUTES if r.profession is profession and r.hazard is hazard and r.holds(max(employees, 1), as_of)
    ]
    if profession is DSP and (hazard is not COK or employees < 10):
        assert rows == []
    else:
        assert len(rows) == 1


def test_a_row_of_exemption_has_one_ground_and_dates_in_order() -> None:
    for row in EXEMPTIONS:
        grounds = [row.below_hazard is not None, row.below_employees is not None, row.full_time_physician]
        assert sum(grounds) == 1
        assert row.until is None or row.since <= row.until


def test_rows_that_were_superseded_end_on_the_eve_of_the_next() -> None:
    for row in MINUTES:
        if row.until is not None:
            after = [
                next_row
                for next_row in MINUTES
                if (next_row.profession, next_row.hazard) == (row.profession, row.hazard)
                and next_row.since == row.until + timedelta(days=1)
            ]
            assert len(after) == 1
    for duty in DUTY:
        if duty.until is not None:
            assert any(
                (other.hazard, other.public_bodies, other.since)
                == (duty.hazard, duty.public_bodies, duty.until + timedelta(days=1))
                for other in DUTY
            )
