"""What a month's new headcount or hazard class does to the contracts of one profession at one workplace.

A rule of this register: no official text says more of *otomatik güncelleme* than that contracts follow by themselves.
Persons and minutes are two debts (see `rules.compliance`); a month moves minutes only. The order of questions is the
order of this module: nobody employed, the employer serves in person, a person too many or too few, a certificate that
does not serve, then minutes. Capacity is asked last and of all groups at once (`overdrawn`), so that the outcome
depends on no order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from katip.rules.capacity import FULL_TIME_MONTH_MINUTES
from katip.rules.minutes import Requirement, required_minutes
from katip.rules.shares import Share, split_minutes
from katip.rules.values import HazardClass, Profession


class MonthOutcome(StrEnum):
    """What becomes of a group of contracts."""

    KEPT = "kept"
    """nothing changes"""
    AMENDED = "amended"
    """new minutes by themselves, by the consent given in advance"""
    ASKED = "asked"
    """new minutes wait for the employer"""
    PROVIDER = "provider"
    """new minutes wait for the provider: a professional has too few"""
    PERSON = "person"
    """the provider must find a person; minutes stay"""
    ENDED = "ended"
    """nobody is employed any more"""


class MonthReason(StrEnum):
    """Why a group goes to the provider, or ends."""

    CAPACITY_SHORT = "capacity_short"
    CERTIFICATE_UNFIT = "certificate_unfit"
    CERTIFICATE_EXPIRED = "certificate_expired"
    FULL_TIME_THRESHOLD = "full_time_threshold"
    NO_PART_TIME = "no_part_time"
    """minutes are owed, and no contract runs that could take them"""
    HEADCOUNT_ZERO = "headcount_zero"


@dataclass(frozen=True, slots=True)
class Figures:
    """Headcount and hazard class of a workplace."""

    employees: int
    hazard: HazardClass


@dataclass(frozen=True, slots=True)
class Running:
    """A contract in force. `minutes` a month; `since` orders equals; `agreed` are minutes agreed above the minimum.

    `serves` says whether its certificate may serve the new class, `valid` whether it is in force.
    """

    key: int
    minutes: int
    since: date
    full_time: bool = False
    agreed: int = 0
    serves: bool = True
    valid: bool = True


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What becomes of a group: the outcome, why, and the minutes of each part-time contract that change.

    `agreed` are the minutes of each contract below which a later month must not go. `required_before` and
    `required_after` are the minutes a month that the law asks of the group.
    """

    outcome: MonthOutcome
    reason: MonthReason | None = None
    minutes: Mapping[int, int] | None = None
    agreed: Mapping[int, int] | None = None
    required_before: int = 0
    required_after: int = 0


def month_plan(
    profession: Profession,
    *,
    before: Figures,
    after: Figures,
    running: Sequence[Running],
    consent: bool,
    as_of: date,
    undertaken: bool = False,
    full_time_physician: bool = False,
) -> GroupPlan:
    """Decide for the contracts `running` of one profession at one workplace; capacity is not asked here.

    `before` are the figures by which the newest terms of the group were measured. `undertaken`: the employer serves in
    person and still may, by the new figures. `full_time_physician`: one serves there, which frees from other health
    personnel. A group at the legal minimum follows it, one above it is raised but never lowered below what was agreed,
    one below it is raised. Raises ValueError without contracts.
    """
    if not running:
        raise ValueError("a group has contracts")
    old, new = (_required(profession, figures, as_of, full_time_physician) for figures in (before, after))
    full_time = sum(one.full_time for one in running)
    owed_before, owed_after = minutes_owed(old, full_time), minutes_owed(new, full_time)

    def plan(outcome: MonthOutcome, reason: MonthReason | None = None) -> GroupPlan:
        return GroupPlan(outcome, reason, required_before=owed_before, required_after=owed_after)

    if after.employees == 0:
        return plan(MonthOutcome.ENDED, MonthReason.HEADCOUNT_ZERO)
    if undertaken and profession is not Profession.OTHER_HEALTH_PERSONNEL:
        return plan(MonthOutcome.KEPT)
    if old.full_time_persons != new.full_time_persons:
        return plan(MonthOutcome.PERSON, MonthReason.FULL_TIME_THRESHOLD)
    if not all(one.serves for one in running):
        return plan(MonthOutcome.PERSON, MonthReason.CERTIFICATE_UNFIT)
    if not all(one.valid for one in running):
        return plan(MonthOutcome.PERSON, MonthReason.CERTIFICATE_EXPIRED)
    part_time = [one for one in running if not one.full_time]
    if not part_time:
        missing = owed_after > owed_before
        return plan(MonthOutcome.PERSON, MonthReason.NO_PART_TIME) if missing else plan(MonthOutcome.KEPT)
    total = sum(one.minutes for one in part_time)
    target = minutes_target(total, sum(one.agreed for one in part_time), owed_before, owed_after)
    shares = [Share(one.key, one.minutes, one.since) for one in part_time]
    parts = split_minutes(target, shares)
    if target == total or min(parts.values()) == 0:
        return plan(MonthOutcome.KEPT)
    above = total > owed_before
    return GroupPlan(
        MonthOutcome.AMENDED if consent else MonthOutcome.ASKED,
        None,
        {one.key: parts[one.key] for one in part_time if parts[one.key] != one.minutes},
        {one.key: one.minutes if above else one.agreed for one in part_time},
        owed_before,
        owed_after,
    )


def minutes_target(total: int, agreed: int, owed_before: int, owed_after: int) -> int:
    """The minutes a month that a group of `total` comes to. `agreed` are those agreed above an earlier minimum.

    Where nothing is owed any longer, what runs goes on: minutes of 0 are no contract, and only the parties end one.
    """
    if total == owed_before:
        return max(owed_after, agreed) or total
    return max(owed_after, total)


def minutes_owed(requirement: Requirement, full_time: int) -> int:
    """Minutes a month that part-time contracts owe beside `full_time` persons; see `rules.compliance`."""
    extra = max(0, full_time - requirement.full_time_persons)
    if extra and requirement.full_time_per is None:
        return max(0, requirement.minutes - extra * FULL_TIME_MONTH_MINUTES)
    return 0 if extra else requirement.minutes


@dataclass(frozen=True, slots=True)
class Increase:
    """Minutes a month that a group's plan asks more of a professional with a provider; `whose` names the two."""

    group: tuple[int, Profession]
    whose: tuple[int, int]
    minutes: int


def overdrawn(
    increases: Iterable[Increase], free: Mapping[tuple[int, int], int]
) -> tuple[set[tuple[int, int]], set[tuple[int, Profession]]]:
    """Professionals whose increases together exceed their free minutes, and every group that contains one of them.

    Decreases are given as increases of 0: they name who is in the group and free nothing, so that no group depends on
    what becomes of another. `free` is `rules.usable` at the snapshot; who is not in it has none.
    """
    asked = list(increases)
    sums: dict[tuple[int, int], int] = {}
    for one in asked:
        sums[one.whose] = sums.get(one.whose, 0) + one.minutes
    short = {whose for whose, minutes in sums.items() if minutes and minutes > free.get(whose, 0)}
    return short, {one.group for one in asked if one.whose in short}


def _required(profession: Profession, figures: Figures, as_of: date, full_time_physician: bool) -> Requirement:  # noqa: FBT001 -- passed on as it came
    return required_minutes(
        profession,
        hazard=figures.hazard,
        employees=figures.employees,
        as_of=as_of,
        full_time_physician=full_time_physician,
    )
