"""Counting in working days.

Saturdays, Sundays and the given holidays are no working days. The eve of a holiday, free from 13:00 (Law 2429 m.2),
counts as a working day: a deadline counted in days still leaves its morning to act, and a caller that thinks otherwise
passes the eve as a holiday. Holidays and administrative leave come from the caller; no calendar lives here.
"""

from collections.abc import Collection
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def is_working_day(day: date, *, holidays: Collection[date]) -> bool:
    """Whether `day` is neither a weekend nor one of `holidays` (a set is fastest)."""
    return day.weekday() < _SATURDAY and day not in holidays


def working_day_add(start: date, days: int, *, holidays: Collection[date]) -> date:
    """Return the working day that is `days` working days after `start`; `start` itself does not count.

    With 0 it is `start`, or the first working day after it. Raises ValueError for negative `days`.
    """
    if days < 0:
        raise ValueError(f"days cannot be negative: {days}")
    day = start
    if days == 0:
        while not is_working_day(day, holidays=holidays):
            day += _ONE_DAY
    left = days
    while left:
        day += _ONE_DAY
        left -= is_working_day(day, holidays=holidays)
    return day


def working_days_between(a: date, b: date, *, holidays: Collection[date]) -> int:
    """Count the working days after `a` up to and including `b`.

    Raises ValueError when `b` lies before `a`.
    """
    if b < a:
        raise ValueError(f"{b} lies before {a}")
    days = (a + timedelta(days=n) for n in range(1, (b - a).days + 1))
    return sum(is_working_day(day, holidays=holidays) for day in days)
