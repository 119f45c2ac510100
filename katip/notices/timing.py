"""When something leaves: quiet hours, the day's one message, and the window in which things go together. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from katip.core.clock import ISTANBUL
from katip.notices.models.notice import QUIET_FROM, QUIET_TO, Habit, Language, Rhythm

WINDOW = timedelta(minutes=2)
"""what one address is told within it goes as one message"""
DAILY_AT = time(8, 30)


@dataclass(frozen=True, slots=True)
class Habits:
    """When and how an addressee is told; as it stands here where they chose nothing."""

    rhythm: str = Rhythm.AT_ONCE
    quiet_from: time = QUIET_FROM
    quiet_to: time = QUIET_TO
    language: str = Language.BOTH


def habits_of(row: Habit | None) -> Habits:
    """What a person chose, or the usual."""
    return Habits(row.rhythm, row.quiet_from, row.quiet_to, row.language) if row else Habits()


def leaves_at(at: datetime, habits: Habits, *, optional: bool) -> datetime:
    """The earliest moment at which something told at `at` leaves; what is not `optional` waits for nothing."""
    if not optional:
        return at
    if habits.rhythm == Rhythm.DAILY:
        return _awake(_next(at, DAILY_AT), habits)
    return _awake(at + WINDOW, habits)


def _awake(at: datetime, habits: Habits) -> datetime:
    """`at`, or the end of the quiet hours that it falls into."""
    clock = at.astimezone(ISTANBUL).time()
    begin, end = habits.quiet_from, habits.quiet_to
    quiet = begin <= clock < end if begin <= end else clock >= begin or clock < end
    return _next(at, end) if quiet else at


def _next(at: datetime, clock: time) -> datetime:
    """The next moment after `at` at which clocks in Turkey show `clock`."""
    here = at.astimezone(ISTANBUL)
    found = here.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return (found if found > here else found + timedelta(days=1)).astimezone(at.tzinfo)


def remind_step(due_on: date, today: date, days: Iterable[int]) -> int | None:
    """Which of the operator's reminders is the one of today: the smallest that `due_on` is not farther off than.

    None before the first of them and once the day has passed. So a day on which nothing ran is made up for.
    """
    left = (due_on - today).days
    return min((one for one in days if one >= left), default=None) if left >= 0 else None
