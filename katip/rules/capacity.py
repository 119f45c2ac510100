"""A professional's capacity, in minutes a month.

`usable = Σ staff − Σ active − Σ blocked` and `assignable = usable − Σ pending`: staff contracts give minutes, running
contracts take them, contracts ended early block them until the month's end, offers that wait reserve them. This is how
the register has been seen to count, not a text of law; nothing here is cited, therefore.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from katip.rules.values import Citation, RuleViolation

FULL_TIME_MONTH_MINUTES = 11_700
"""195 hours: 45 h × 52 / 12 (4857 m.63). The default of a full-time staff contract, not a cap in law."""

PART_TIME_UP_TO_MINUTES = FULL_TIME_MONTH_MINUTES * 2 // 3
"""Up to two thirds of a comparable full-time worker's time is part-time work; whoever serves full time serves more."""

PART_TIME_WORK = Citation(
    "Çalışma Süreleri Yön. m.6",
    "İş Kanununa İlişkin Çalışma Süreleri Yönetmeliği m.6, RG 06.04.2004/25425",
    date(2004, 4, 6),
)

SHORT_CONTRACT_DAYS = 30
"""A contract that lasted no longer than this blocks its minutes when a party ends it. Observed, not a text of law."""


class EndReason(StrEnum):
    """Why a contract ended."""

    BY_PROVIDER = "by_provider"
    BY_EMPLOYER = "by_employer"
    BY_PROFESSIONAL = "by_professional"
    HEADCOUNT_ZERO = "headcount_zero"
    WORKPLACE_CLOSED = "workplace_closed"
    OTHER = "other"

    @property
    def by_a_party(self) -> bool:
        """Whether one of the contract's parties ended it."""
        return self in _BY_A_PARTY

    @property
    def export_code(self) -> int | None:
        """The ministry's code for exactly this reason; None while no code is known to mean it alone."""
        return next((code for code, reasons in END_CODES.items() if reasons == {self}), None)


_BY_A_PARTY = frozenset({EndReason.BY_PROVIDER, EndReason.BY_EMPLOYER, EndReason.BY_PROFESSIONAL})

END_CODES: Mapping[int, frozenset[EndReason]] = MappingProxyType({100131: _BY_A_PARTY, 100132: _BY_A_PARTY})
"""The ministry's codes of reasons, and the reasons that each may mean.

Both are seen where a party ended a contract; which of them stands for which party is not known. Who learns it narrows
the sets here, and `EndReason.export_code` answers.
"""


@dataclass(frozen=True, slots=True)
class Block:
    """Minutes a month of an ended contract that stay taken; `until` is the last day of it."""

    minutes: int
    until: date


@dataclass(frozen=True, slots=True)
class Capacity:
    """A professional's minutes a month on one day, and the blocks that still hold, by their last day."""

    staff: int
    active: int
    pending: int
    blocks: tuple[Block, ...]

    @property
    def blocked(self) -> int:
        """Minutes a month that are blocked."""
        return sum(block.minutes for block in self.blocks)

    @property
    def usable(self) -> int:
        """What is neither served nor blocked; negative where more was promised than there is."""
        return usable([self.staff], [self.active], [self.blocked])

    @property
    def assignable(self) -> int:
        """What a new offer may take; negative where more was promised than there is."""
        return self.usable - self.pending

    @property
    def frees_up(self) -> tuple[Block, ...]:
        """What frees up after which day: one entry for each last day, the earliest first."""
        by_day: dict[date, int] = {}
        for block in self.blocks:
            by_day[block.until] = by_day.get(block.until, 0) + block.minutes
        return tuple(Block(minutes, until) for until, minutes in by_day.items())


def capacity_on(
    as_of: date, *, staff: Iterable[int], active: Iterable[int], blocks: Iterable[Block], pending: Iterable[int]
) -> Capacity:
    """Reckon the capacity on a day; blocks that have ended by then do not count. Minutes a month, in any order."""
    holding = sorted(
        (block for block in blocks if as_of <= block.until), key=lambda block: (block.until, block.minutes)
    )
    return Capacity(sum(staff), sum(active), sum(pending), tuple(holding))


def blocked_until(ended_on: date) -> date:
    """The last day on which the minutes of a contract that ended on `ended_on` can be blocked: its month's end."""
    return (ended_on.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def blocks_minutes(started_on: date, ended_on: date, reason: EndReason, as_of: date) -> bool:
    """Whether the minutes of an ended contract are blocked for its professional on `as_of`.

    They are from `ended_on`, the last day served, to that month's end, when a party ended it after at most
    `SHORT_CONTRACT_DAYS` days, first and last day counted (that both count is inferred). A headcount of 0, a closed
    workplace and other reasons block nothing. Raises ValueError where `ended_on` lies before `started_on`.
    """
    if ended_on < started_on:
        raise ValueError(f"{ended_on} lies before {started_on}")
    lasted = (ended_on - started_on).days + 1
    return reason.by_a_party and lasted <= SHORT_CONTRACT_DAYS and ended_on <= as_of <= blocked_until(ended_on)


def usable(staff: Iterable[int], active: Iterable[int], blocked: Iterable[int]) -> int:
    """Minutes a month that are neither served nor blocked; negative where more was promised than there is."""
    return sum(staff) - sum(active) - sum(blocked)


def assignable(staff: Iterable[int], active: Iterable[int], blocked: Iterable[int], pending: Iterable[int]) -> int:
    """Minutes a month that a new offer may take; negative where more was promised than there is."""
    return usable(staff, active, blocked) - sum(pending)


def check_full_time(minutes: int) -> None:
    """Refuse `minutes` a month that are too few for a person to count as serving full time.

    Raises RuleViolation `full_time_too_short` (facts: minutes, least). That a professional's service is measured by the
    rule for employees is inferred. Source: İş Kanununa İlişkin Çalışma Süreleri Yönetmeliği m.6.
    """
    if minutes <= PART_TIME_UP_TO_MINUTES:
        facts = {"minutes": minutes, "least": PART_TIME_UP_TO_MINUTES + 1}
        raise RuleViolation("full_time_too_short", PART_TIME_WORK, facts)


def check_capacity(
    requested: int,
    *,
    staff: Iterable[int],
    active: Iterable[int],
    blocked: Iterable[int],
    pending: Iterable[int],
    blocked_until: date | None = None,
) -> None:
    """Refuse `requested` minutes a month that exceed what is assignable.

    An offer that is being approved must not stand in `pending` itself. `blocked_until` is the last day of the block.

    Raises ValueError when `requested` is negative, RuleViolation `capacity_short` with facts in minutes: `requested`,
    `assignable`, `short_by`, `blocked`, and `blocked_until`, a date only where something is blocked.
    """
    if requested < 0:
        raise ValueError(f"minutes cannot be negative: {requested}")
    blocked_minutes = sum(blocked)
    free = assignable(staff, active, [blocked_minutes], pending)
    if requested > free:
        raise RuleViolation(
            "capacity_short",
            facts={
                "requested": requested,
                "assignable": free,
                "short_by": requested - free,
                "blocked": blocked_minutes,
                "blocked_until": blocked_until if blocked_minutes else None,
            },
        )
