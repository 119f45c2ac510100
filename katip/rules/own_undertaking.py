"""An employer who takes the duty of the safety specialist and the physician on personally (6331 m.6/1).

Allowed in small az tehlikeli workplaces to a person with training and exam whom SGK registers as employer, partner,
deputy or manager; whoever only files the e-Bildirge is none of them. Health examinations and tests are never part of
it: a physician must be found for them. It holds from the day of its registration on. Training, exam, SGK's register,
that a deputy works there full-time, and that the other workplaces are az tehlikeli and the same employer's, are the
caller's to know. Before 21.05.2018 the limits were others; they were not found, and those days are not answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from katip.rules.values import Citation, HazardClass, RuleViolation


class UndertakerQuality(StrEnum):
    """As what SGK registers the person who undertakes."""

    EMPLOYER = "employer"
    """işveren"""
    PARTNER = "partner"
    """ortak"""
    DEPUTY = "deputy"
    """işveren vekili"""
    MANAGER = "manager"
    """müdür"""


@dataclass(frozen=True, slots=True)
class OtherWorkplace:
    """Another workplace that the same person already undertakes: province (plate code) and headcount."""

    province: int
    employees: int


@dataclass(frozen=True, slots=True)
class UndertakingRow:
    """Limits of an own undertaking, `since` to `until`, both days included; None is open.

    Workplaces up to `highest` with fewer than `below_employees`; several of one province only for the qualities in
    `several`, and with fewer than `together_below` in sum; at least `minutes_per_employee` a month.
    """

    highest: HazardClass
    below_employees: int
    together_below: int
    minutes_per_employee: int
    several: frozenset[UndertakerQuality]
    citation: Citation
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OwnUndertaking:
    """An undertaking that the law allows. `minimum` is the least minutes a month for this workplace.

    `health_examinations_included` is always false and stands here to be shown: examinations stay a physician's.
    """

    minimum: int
    per_employee: int
    citation: Citation
    health_examinations_included: bool = False


_REGULATION = (
    "İşyerlerinde İşveren veya İşveren Vekili Tarafından Yürütülecek İş Sağlığı ve Güvenliği Hizmetlerine İlişkin "
    "Yönetmelik"
)
_SINCE = date(2018, 5, 21)
UNDERTAKING = Citation("RG 21.05.2018/30427", f"{_REGULATION}, RG 21.05.2018/30427", _SINCE)

UNDERTAKINGS: tuple[UndertakingRow, ...] = (
    # The ministry's answers to frequent questions put the sum of several workplaces at fewer than 50, as for one; other
    # summaries read "up to 50". That a partner counts as an employer here, and a manager as a deputy, is inferred.
    UndertakingRow(
        HazardClass.LOW,
        50,
        50,
        10,
        frozenset({UndertakerQuality.EMPLOYER, UndertakerQuality.PARTNER}),
        UNDERTAKING,
        _SINCE,
    ),
)


def check_own_undertaking(
    *,
    hazard: HazardClass,
    employees: int,
    quality: UndertakerQuality,
    other_workplaces: Sequence[OtherWorkplace],
    province: int,
    minutes: int,
    as_of: date,
) -> OwnUndertaking:
    """Refuse an own undertaking of `minutes` a month that the law does not allow; else say its least minutes.

    `employees` is the workplace's headcount and `province` its plate code; `other_workplaces` those that the same
    person already undertakes.

    Raises ValueError for negative figures, RuleViolation with citation: `undertaking_hazard_class` (fact hazard),
    `undertaking_deputy_one` (quality, others), `undertaking_other_province` (province, other_province),
    `undertaking_too_large` (employees, together, limit: the headcount that is already too large),
    `undertaking_minutes` (minutes, minimum, per_employee); without one, `no_rule_for_date` (as_of).
    Source: RG 21.05.2018/30427.
    """
    if min(employees, minutes, *(other.employees for other in other_workplaces)) < 0:
        raise ValueError("headcounts and minutes cannot be negative")
    row = _row(as_of)
    if hazard > row.highest:
        raise RuleViolation("undertaking_hazard_class", row.citation, {"hazard": hazard})
    if other_workplaces and quality not in row.several:
        facts = {"quality": quality, "others": len(other_workplaces)}
        raise RuleViolation("undertaking_deputy_one", row.citation, facts)
    for other in other_workplaces:
        if other.province != province:
            facts = {"province": province, "other_province": other.province}
            raise RuleViolation("undertaking_other_province", row.citation, facts)
    _require_small(row, employees, employees + sum(other.employees for other in other_workplaces))
    minimum = employees * row.minutes_per_employee
    if minutes < minimum:
        facts = {"minutes": minutes, "minimum": minimum, "per_employee": row.minutes_per_employee}
        raise RuleViolation("undertaking_minutes", row.citation, facts)
    return OwnUndertaking(minimum, row.minutes_per_employee, row.citation)


def _row(as_of: date) -> UndertakingRow:
    for row in UNDERTAKINGS:
        if row.since <= as_of and (row.until is None or as_of <= row.until):
            return row
    raise RuleViolation("no_rule_for_date", facts={"as_of": as_of})


def _require_small(row: UndertakingRow, employees: int, together: int) -> None:
    limit = row.below_employees if employees >= row.below_employees else row.together_below
    if max(employees, together) >= limit:
        facts = {"employees": employees, "together": together, "limit": limit}
        raise RuleViolation("undertaking_too_large", row.citation, facts)
