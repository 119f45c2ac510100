"""Required minutes: the law's worked cases, hand-computed rows, and what must hold for every headcount."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.rules import Exemption, HazardClass, Profession, RuleViolation, required_minutes
from katip.rules.minutes import MINUTES, MinutesRow

IGU, IH, DSP = Profession.SAFETY_SPECIALIST, Profession.WORKPLACE_PHYSICIAN, Profession.OTHER_HEALTH_PERSONNEL
AZ, TEH, COK = HazardClass.LOW, HazardClass.HAZARDOUS, HazardClass.VERY_HAZARDOUS
TODAY = date(2026, 11, 1)
OLD = date(2015, 12, 31)

# profession, class, employees, day, full-time persons, minutes: computed by hand
WORKED = [
    (IGU, COK, 620, TODAY, 2, 4_800),
    (IH, COK, 620, TODAY, 0, 9_300),
    (DSP, COK, 620, TODAY, 0, 12_400),
    (IGU, TEH, 12, TODAY, 0, 240),
    (IH, TEH, 12, TODAY, 0, 120),
    (DSP, TEH, 12, TODAY, 0, 0),
    (IGU, AZ, 7, TODAY, 0, 70),
    (IH, AZ, 7, TODAY, 0, 35),
    (DSP, AZ, 7, TODAY, 0, 0),
    (IGU, AZ, 1, TODAY, 0, 10),
    (IGU, AZ, 999, TODAY, 0, 9_990),
    (IGU, AZ, 1000, TODAY, 1, 0),
    (IGU, AZ, 1001, TODAY, 1, 10),
    (IGU, TEH, 499, TODAY, 0, 9_980),
    (IGU, TEH, 500, TODAY, 1, 0),
    (IGU, TEH, 1499, TODAY, 2, 9_980),
    (IGU, COK, 249, TODAY, 0, 9_960),
    (IGU, COK, 250, TODAY, 1, 0),
    (IGU, COK, 251, TODAY, 1, 40),
    (IH, AZ, 1999, TODAY, 0, 9_995),
    (IH, AZ, 2000, TODAY, 1, 0),
    (IH, TEH, 999, TODAY, 0, 9_990),
    (IH, TEH, 2300, TODAY, 2, 3_000),
    (IH, COK, 749, TODAY, 0, 11_235),
    (IH, COK, 750, TODAY, 1, 0),
    (IH, COK, 760, TODAY, 1, 150),
    (DSP, COK, 9, TODAY, 0, 0),
    (DSP, COK, 10, TODAY, 0, 100),
    (DSP, COK, 49, TODAY, 0, 490),
    (DSP, COK, 50, TODAY, 0, 750),
    (DSP, COK, 249, TODAY, 0, 3_735),
    (DSP, COK, 250, TODAY, 0, 5_000),
    # by the figures that ended on 31.12.2015
    (IGU, AZ, 100, OLD, 0, 600),
    (IGU, AZ, 1999, OLD, 0, 11_994),
    (IGU, AZ, 2000, OLD, 1, 0),
    (IGU, TEH, 1500, OLD, 1, 0),
    (IGU, COK, 620, OLD, 0, 7_440),
    (IGU, COK, 1010, OLD, 1, 120),
    (IH, AZ, 2010, OLD, 1, 40),
    (IH, TEH, 50, OLD, 0, 300),
    (IH, COK, 50, OLD, 0, 400),
    # and on the first day of the present ones
    (IGU, COK, 620, date(2016, 1, 1), 2, 4_800),
    (IH, COK, 50, date(2016, 1, 1), 0, 750),
]


@pytest.mark.parametrize(("profession", "hazard", "employees", "as_of", "persons", "minutes"), WORKED)
def test_worked_cases(  # noqa: PLR0917 - one row of the table
    profession: Profession, hazard: HazardClass, employees: int, as_of: date, persons: int, minutes: int
) -> None:
    requirement = required_minutes(profession, hazard=hazard, employees=employees, as_of=as_of)
    assert (requirement.full_time_persons, requirement.minutes) == (persons, minutes)
    assert requirement.required is (requirement.exemption_reason is None)
    assert requirement.required is bool(persons or minutes)


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
