"""Minutes of service that the law asks of a workplace, per profession and month.

The figures are rows with a first and a last day, each beside its source; code holds only the arithmetic. Travel time
is never part of these minutes. Student apprentices and interns do not count (İSG Hizm. Yön. m.6/4): the caller leaves
them out of `employees`.

The current figures of all three professions apply since 01.01.2016. The superseded ones (6/8/12 and 4/6/8 minutes,
thresholds 2000/1500/1000) are kept because history is judged by them; for other health personnel no earlier figure
was found, so that table begins with the current row. Dates before a table's first row raise `no_rule_for_date`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from katip.rules.values import Citation, HazardClass, Profession, RuleViolation


class Exemption(StrEnum):
    """Why nothing is required."""

    NO_EMPLOYEES = "no_employees"
    DUTY_NOT_IN_FORCE = "duty_not_in_force"
    """the duty did not yet bind a workplace of this size and class on that day"""
    HAZARD_CLASS = "hazard_class"
    """other health personnel: only çok tehlikeli workplaces need them"""
    TOO_FEW_EMPLOYEES = "too_few_employees"
    """other health personnel: fewer than 10 employees"""
    FULL_TIME_PHYSICIAN = "full_time_physician"
    """other health personnel: a full-time workplace physician serves there"""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one profession owes one workplace in a month.

    `full_time_persons` whole persons for the whole month, and beside them `minutes` minutes a month, which are
    `remainder_employees` × `per_employee`. All are 0 where `required` is false; `exemption_reason` then says why.
    `full_time_per` employees are one full-time person's; None where the profession knows no such rule, or nothing is
    required.
    """

    full_time_persons: int
    minutes: int
    per_employee: int
    remainder_employees: int
    required: bool
    citation: Citation
    exemption_reason: Exemption | None = None
    full_time_per: int | None = None


@dataclass(frozen=True, slots=True)
class MinutesRow:
    """Figures of a profession in one class and headcount band, `since` to `until`, both days included.

    `full_time_per` employees are served by one full-time person (None: the profession knows no such rule);
    `to_employees` and `until` are None where open.
    """

    profession: Profession
    hazard: HazardClass
    minutes_per_employee: int
    full_time_per: int | None
    citation: Citation
    since: date
    until: date | None = None
    from_employees: int = 1
    to_employees: int | None = None

    def holds(self, employees: int, as_of: date) -> bool:
        """Whether the row speaks of this headcount on this day."""
        return (
            self.from_employees <= employees
            and (self.to_employees is None or employees <= self.to_employees)
            and self.since <= as_of
            and (self.until is None or as_of <= self.until)
        )


@dataclass(frozen=True, slots=True)
class DutyRow:
    """From `since` on, workplaces of class `hazard` with at least `from_employees` must have the services."""

    hazard: HazardClass
    from_employees: int
    since: date


_SPECIALIST = "İş Güvenliği Uzmanlarının Görev, Yetki, Sorumluluk ve Eğitimleri Hakkında Yönetmelik"
_HEALTH = "İşyeri Hekimi ve Diğer Sağlık Personelinin Görev, Yetki, Sorumluluk ve Eğitimleri Hakkında Yönetmelik"

_NOW = date(2016, 1, 1)
_LAST_OLD_DAY = date(2015, 12, 31)
_SPECIALIST_FIRST = date(2012, 12, 29)  # RG 29.12.2012/28512
_HEALTH_FIRST = date(2013, 7, 20)  # RG 20.07.2013/28713

IGU_12 = Citation("İGU Yön. m.12", f"{_SPECIALIST} m.12", _NOW)
IGU_12_OLD = Citation("İGU Yön. m.12 (eski)", f"{_SPECIALIST} m.12 (01.01.2016 öncesi)", _SPECIALIST_FIRST)
IH_12 = Citation("İH-DSP Yön. m.12", f"{_HEALTH} m.12", _NOW)
IH_12_OLD = Citation("İH-DSP Yön. m.12 (eski)", f"{_HEALTH} m.12 (01.01.2016 öncesi)", _HEALTH_FIRST)
DSP_19 = Citation("İH-DSP Yön. m.19", f"{_HEALTH} m.19", _NOW)
DUTY_6331 = Citation("6331 s.K. m.6, m.38", "6331 sayılı İş Sağlığı ve Güvenliği Kanunu m.6 ve m.38", date(2013, 1, 1))

_IGU, _IH, _DSP = Profession.SAFETY_SPECIALIST, Profession.WORKPLACE_PHYSICIAN, Profession.OTHER_HEALTH_PERSONNEL
_AZ, _TEH, _COK = HazardClass.LOW, HazardClass.HAZARDOUS, HazardClass.VERY_HAZARDOUS

MINUTES: tuple[MinutesRow, ...] = (
    # İGU Yön. m.12, in force since 01.01.2016
    MinutesRow(_IGU, _AZ, 10, 1000, IGU_12, _NOW),
    MinutesRow(_IGU, _TEH, 20, 500, IGU_12, _NOW),
    MinutesRow(_IGU, _COK, 40, 250, IGU_12, _NOW),
    # İGU Yön. m.12 as first published, RG 29.12.2012/28512; superseded on 01.01.2016
    MinutesRow(_IGU, _AZ, 6, 2000, IGU_12_OLD, _SPECIALIST_FIRST, _LAST_OLD_DAY),
    MinutesRow(_IGU, _TEH, 8, 1500, IGU_12_OLD, _SPECIALIST_FIRST, _LAST_OLD_DAY),
    MinutesRow(_IGU, _COK, 12, 1000, IGU_12_OLD, _SPECIALIST_FIRST, _LAST_OLD_DAY),
    # İH-DSP Yön. m.12, in force since 01.01.2016
    MinutesRow(_IH, _AZ, 5, 2000, IH_12, _NOW),
    MinutesRow(_IH, _TEH, 10, 1000, IH_12, _NOW),
    MinutesRow(_IH, _COK, 15, 750, IH_12, _NOW),
    # İH-DSP Yön. m.12 as first published, RG 20.07.2013/28713; superseded on 01.01.2016
    MinutesRow(_IH, _AZ, 4, 2000, IH_12_OLD, _HEALTH_FIRST, _LAST_OLD_DAY),
    MinutesRow(_IH, _TEH, 6, 1500, IH_12_OLD, _HEALTH_FIRST, _LAST_OLD_DAY),
    MinutesRow(_IH, _COK, 8, 1000, IH_12_OLD, _HEALTH_FIRST, _LAST_OLD_DAY),
    # İH-DSP Yön. m.19: bands of headcount, çok tehlikeli only; the whole headcount is served at its band's figure
    MinutesRow(_DSP, _COK, 10, None, DSP_19, _NOW, from_employees=10, to_employees=49),
    MinutesRow(_DSP, _COK, 15, None, DSP_19, _NOW, from_employees=50, to_employees=249),
    MinutesRow(_DSP, _COK, 20, None, DSP_19, _NOW, from_employees=250),
)

# 6331 m.38. Private workplaces: public bodies stand in the clause whose date the Constitutional Court annulled
# (E.2024/54, K.2025/163, 22.07.2025); the effect is not settled, so no row here speaks of them.
DUTY: tuple[DutyRow, ...] = (
    DutyRow(_AZ, 50, date(2013, 1, 1)),
    DutyRow(_TEH, 50, date(2013, 1, 1)),
    DutyRow(_COK, 50, date(2013, 1, 1)),
    DutyRow(_TEH, 1, date(2014, 1, 1)),
    DutyRow(_COK, 1, date(2014, 1, 1)),
    DutyRow(_AZ, 1, date(2025, 1, 1)),
)

_DEFAULT_CITATION = {_IGU: IGU_12, _IH: IH_12, _DSP: DSP_19}
_DSP_FROM_EMPLOYEES = min(row.from_employees for row in MINUTES if row.profession is _DSP)


def required_minutes(
    profession: Profession,
    *,
    hazard: HazardClass,
    employees: int,
    as_of: date,
    full_time_physician: bool = False,
) -> Requirement:
    """Say what the law asks of a private workplace for one profession in a month.

    `employees` is the headcount of the SGK number, in whole persons. `full_time_physician` says whether a full-time
    workplace physician serves there; it matters for other health personnel only. For each full threshold of employees
    one full-time person is owed, the remainder is served at the table's minutes.

    Raises ValueError for a negative headcount, RuleViolation `no_rule_for_date` (facts: profession, as_of) where no
    row covers the day.
    Sources: İGU Yön. m.12, İH-DSP Yön. m.12 and m.19, 6331 m.6 and m.38.
    """
    if employees < 0:
        raise ValueError(f"a headcount cannot be negative: {employees}")
    exemption = _exemption(profession, hazard, employees, as_of, full_time_physician=full_time_physician)
    if exemption is not None:
        citation = DUTY_6331 if exemption is Exemption.DUTY_NOT_IN_FORCE else _DEFAULT_CITATION[profession]
        return Requirement(0, 0, 0, 0, required=False, citation=citation, exemption_reason=exemption)
    row = _row(profession, hazard, employees, as_of)
    persons, remainder = divmod(employees, row.full_time_per) if row.full_time_per else (0, employees)
    return Requirement(
        full_time_persons=persons,
        minutes=remainder * row.minutes_per_employee,
        per_employee=row.minutes_per_employee,
        remainder_employees=remainder,
        required=True,
        citation=row.citation,
        full_time_per=row.full_time_per,
    )


def _exemption(
    profession: Profession, hazard: HazardClass, employees: int, as_of: date, *, full_time_physician: bool
) -> Exemption | None:
    if employees == 0:
        return Exemption.NO_EMPLOYEES
    if not any(row.hazard is hazard and row.from_employees <= employees and row.since <= as_of for row in DUTY):
        return Exemption.DUTY_NOT_IN_FORCE
    if profession is not Profession.OTHER_HEALTH_PERSONNEL:
        return None
    if hazard is not HazardClass.VERY_HAZARDOUS:
        return Exemption.HAZARD_CLASS
    if employees < _DSP_FROM_EMPLOYEES:
        return Exemption.TOO_FEW_EMPLOYEES
    return Exemption.FULL_TIME_PHYSICIAN if full_time_physician else None


def _row(profession: Profession, hazard: HazardClass, employees: int, as_of: date) -> MinutesRow:
    for row in MINUTES:
        if row.profession is profession and row.hazard is hazard and row.holds(employees, as_of):
            return row
    raise RuleViolation("no_rule_for_date", facts={"profession": profession, "as_of": as_of})
