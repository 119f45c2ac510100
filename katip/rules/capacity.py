"""A professional's capacity, in minutes a month.

`usable = Σ staff − Σ active − Σ blocked` and `assignable = usable − Σ pending`: staff contracts give minutes, running
contracts take them, contracts ended early block them until the month's end, offers that wait reserve them. This is how
the register has been seen to count, not a text of law; nothing here is cited, therefore.
"""

from collections.abc import Iterable
from datetime import date

from katip.rules.values import RuleViolation

FULL_TIME_MONTH_MINUTES = 11_700
"""195 hours: 45 h × 52 / 12 (4857 m.63). The default of a full-time staff contract, not a cap in law."""


def usable(staff: Iterable[int], active: Iterable[int], blocked: Iterable[int]) -> int:
    """Minutes a month that are neither served nor blocked; negative where more was promised than there is."""
    return sum(staff) - sum(active) - sum(blocked)


def assignable(staff: Iterable[int], active: Iterable[int], blocked: Iterable[int], pending: Iterable[int]) -> int:
    """Minutes a month that a new offer may take; negative where more was promised than there is."""
    return usable(staff, active, blocked) - sum(pending)


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
