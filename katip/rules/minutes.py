"""Minutes of service that the law asks of a workplace, per profession and month.

The figures are rows with a first and a last day, each beside its source; code holds only the arithmetic. Travel time
is never part of these minutes. Student apprentices and interns do not count (İSG Hizm. Yön. m.6/4): the caller leaves
them out of `employees`.

Public bodies: the duty's start stands in a clause whose date the Constitutional Court annulled. What follows from that
is not settled; the row from that day on says so, and so does every `Requirement` drawn from it (`settled`).

The current figures of all three professions apply since 01.01.2016. The superseded ones (6/8/12 and 4/6/8 minutes,
thresholds 2000/1500/1000) are kept because history is judged by them; for other health personnel no earlier figure
was found, so that table begins with the current row. Dates before a table's first row raise `no_rule_for_date`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
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
    required. `settled` is false where it is disputed whether the duty is in force: show the figures with that caution.
    """

    full_time_persons: int
    minutes: int
    per_employee: int
    remainder_employees: int
    required: bool
    citation: Citation
    exemption_reason: Exemption | None = None
    full_time_per: int | None = None
    settled: bool = True


@dataclass(frozen=True, slots=True)
class RequiredPersons:
    """Full-time persons that one profession owes one workplace: one for each full `full_time_per` employees.

    The `remainder_employees` are served by minutes. `full_time_per` is None where no such rule applies.
    """

    persons: int
    full_time_per: int | None
    remainder_employees: int
    citation: Citation


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
            and _in_force(self.since, self.until, as_of)
        )


@dataclass(frozen=True, slots=True)
class DutyRow:
    """Workplaces of class `hazard` with at least `from_employees` must have the services, `since` to `until`.

    Both days are included, None is open. `settled` is false where it is disputed whether the row holds.
    """

    hazard: HazardClass
    from_employees: int
    since: date
    citation: Citation
    until: date | None = None
    public_bodies: bool = False
    settled: bool = True


@dataclass(frozen=True, slots=True)
class PlannedStart:
    """A first day of the duty that the law once named and put off; `written_in` is None where the text is not known."""

    start: date
    written_in: str | None = None


@dataclass(frozen=True, slots=True)
class ExemptionRow:
    """Who need not have other health personnel, `since` to `until`, both days included; None is open.

    Exactly one of the three grounds is set: a class below `below_hazard`, fewer than `below_employees`, or a full-time
    workplace physician.
    """

    reason: Exemption
    citation: Citation
    since: date
    until: date | None = None
    below_hazard: HazardClass | None = None
    below_employees: int | None = None
    full_time_physician: bool = False

    def holds(self, hazard: HazardClass, employees: int, as_of: date, *, full_time_physician: bool) -> bool:
        """Whether the row frees such a workplace on this day."""
        if not _in_force(self.since, self.until, as_of):
            return False
        if self.below_hazard is not None:
            return hazard < self.below_hazard
        if self.below_employees is not None:
            return employees < self.below_employees
        return self.full_time_physician and full_time_physician


def _in_force(since: date, until: date | None, as_of: date) -> bool:
    return since <= as_of and (until is None or as_of <= until)


_SPECIALIST = "İş Güvenliği Uzmanlarının Görev, Yetki, Sorumluluk ve Eğitimleri Hakkında Yönetmelik"
_HEALTH = "İşyeri Hekimi ve Diğer Sağlık Personelinin Görev, Yetki, Sorumluluk ve Eğitimleri Hakkında Yönetmelik"

_LAW = "6331 sayılı İş Sağlığı ve Güvenliği Kanunu"

_NOW = date(2016, 1, 1)
_LAST_OLD_DAY = date(2015, 12, 31)
_SPECIALIST_FIRST = date(2012, 12, 29)  # RG 29.12.2012/28512
_HEALTH_FIRST = date(2013, 7, 20)  # RG 20.07.2013/28713

IGU_12 = Citation("İGU Yön. m.12", f"{_SPECIALIST} m.12", _NOW)
IGU_12_OLD = Citation("İGU Yön. m.12 (eski)", f"{_SPECIALIST} m.12 (01.01.2016 öncesi)", _SPECIALIST_FIRST)
IH_12 = Citation("İH-DSP Yön. m.12", f"{_HEALTH} m.12", _NOW)
IH_12_OLD = Citation("İH-DSP Yön. m.12 (eski)", f"{_HEALTH} m.12 (01.01.2016 öncesi)", _HEALTH_FIRST)
DSP_19 = Citation("İH-DSP Yön. m.19", f"{_HEALTH} m.19", _NOW)
DUTY_6331 = Citation("6331 s.K. m.6, m.38", f"{_LAW} m.6 ve m.38", date(2013, 1, 1))
ANNULLED = Citation(
    "AYM E.2024/54, K.2025/163",
    f"{_LAW} m.38; Anayasa Mahkemesinin 22.07.2025 tarihli, E.2024/54, K.2025/163 sayılı iptal kararı",
    date(2025, 7, 22),
)

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

# İH-DSP Yön. m.19: in this order, the first that holds is the reason given
EXEMPTIONS: tuple[ExemptionRow, ...] = (
    ExemptionRow(Exemption.HAZARD_CLASS, DSP_19, _NOW, below_hazard=_COK),
    ExemptionRow(Exemption.TOO_FEW_EMPLOYEES, DSP_19, _NOW, below_employees=10),
    ExemptionRow(Exemption.FULL_TIME_PHYSICIAN, DSP_19, _NOW, full_time_physician=True),
)

_ALL_IN = date(2025, 1, 1)
_ANNULMENT = ANNULLED.since

# 6331 m.38
DUTY: tuple[DutyRow, ...] = (
    DutyRow(_AZ, 50, date(2013, 1, 1), DUTY_6331),
    DutyRow(_TEH, 50, date(2013, 1, 1), DUTY_6331),
    DutyRow(_COK, 50, date(2013, 1, 1), DUTY_6331),
    DutyRow(_TEH, 1, date(2014, 1, 1), DUTY_6331),
    DutyRow(_COK, 1, date(2014, 1, 1), DUTY_6331),
    DutyRow(_AZ, 1, _ALL_IN, DUTY_6331),
    # Public bodies of every size and class, from the same clause as the row above. The court annulled the date in it;
    # no source says what holds since, so the duty is taken to go on and is marked as not settled.
    *(
        DutyRow(hazard, 1, since, citation, until, public_bodies=True, settled=settled)
        for since, until, citation, settled in (
            (_ALL_IN, _ANNULMENT - timedelta(days=1), DUTY_6331, True),
            (_ANNULMENT, None, ANNULLED, False),
        )
        for hazard in HazardClass
    ),
)

# 6331 m.38/1-a-1: earlier dates for az tehlikeli workplaces below 50 and for public bodies. None of them became law in
# force; texts that name them are out of date.
PLANNED_STARTS: tuple[PlannedStart, ...] = (
    PlannedStart(date(2016, 7, 1), "6495 s.K. m.56, RG 02.08.2013/28726"),
    PlannedStart(date(2017, 7, 1)),
    PlannedStart(date(2020, 7, 1)),
    PlannedStart(date(2023, 12, 31), "7252 s.K. m.10, RG 28.07.2020/31199"),
)

_DEFAULT_CITATION = {_IGU: IGU_12, _IH: IH_12, _DSP: DSP_19}


def required_minutes(
    profession: Profession,
    *,
    hazard: HazardClass,
    employees: int,
    as_of: date,
    full_time_physician: bool = False,
    public_body: bool = False,
) -> Requirement:
    """Say what the law asks of a workplace for one profession in a month.

    `employees` is the headcount of the SGK number, in whole persons. `full_time_physician` says whether a full-time
    workplace physician serves there; it matters for other health personnel only. `public_body` asks for a public body
    instead of a private workplace. For each full threshold of employees one full-time person is owed, the remainder is
    served at the table's minutes.

    Raises ValueError for a negative headcount, RuleViolation `no_rule_for_date` (facts: profession, as_of) where no
    row covers the day.
    Sources: İGU Yön. m.12, İH-DSP Yön. m.12 and m.19, 6331 m.6 and m.38.
    """
    if employees < 0:
        raise ValueError(f"a headcount cannot be negative: {employees}")
    if employees == 0:
        return _nothing(Exemption.NO_EMPLOYEES, _DEFAULT_CITATION[profession])
    duty = _duty(hazard, employees, as_of, public_body=public_body)
    if duty is None:
        return _nothing(Exemption.DUTY_NOT_IN_FORCE, DUTY_6331)
    if profession is Profession.OTHER_HEALTH_PERSONNEL:
        for free in EXEMPTIONS:
            if free.holds(hazard, employees, as_of, full_time_physician=full_time_physician):
                return _nothing(free.reason, free.citation)
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
        settled=duty.settled,
    )


def required_persons(
    profession: Profession, *, hazard: HazardClass, employees: int, as_of: date, public_body: bool = False
) -> RequiredPersons:
    """Say how many full-time persons the law asks of a workplace for one profession; arguments as `required_minutes`.

    Other health personnel know no such rule: always 0. Sources: İGU Yön. m.12, İH-DSP Yön. m.12.
    """
    need = required_minutes(profession, hazard=hazard, employees=employees, as_of=as_of, public_body=public_body)
    return RequiredPersons(need.full_time_persons, need.full_time_per, need.remainder_employees, need.citation)


def duty_in_force(hazard: HazardClass, *, employees: int, as_of: date, public_body: bool = False) -> DutyRow | None:
    """The row by which a workplace must have a specialist and a physician on this day, or None before its duty.

    Source: 6331 m.6 and m.38. Raises ValueError for a negative headcount.
    """
    if employees < 0:
        raise ValueError(f"a headcount cannot be negative: {employees}")
    return _duty(hazard, employees, as_of, public_body=public_body)


def _duty(hazard: HazardClass, employees: int, as_of: date, *, public_body: bool) -> DutyRow | None:
    for row in DUTY:
        speaks = row.hazard is hazard and row.public_bodies == public_body and row.from_employees <= employees
        if speaks and _in_force(row.since, row.until, as_of):
            return row
    return None


def _nothing(reason: Exemption, citation: Citation) -> Requirement:
    return Requirement(0, 0, 0, 0, required=False, citation=citation, exemption_reason=reason)


def _row(profession: Profession, hazard: HazardClass, employees: int, as_of: date) -> MinutesRow:
    for row in MINUTES:
        if row.profession is profession and row.hazard is hazard and row.holds(employees, as_of):
            return row
    raise RuleViolation("no_rule_for_date", facts={"profession": profession, "as_of": as_of})
