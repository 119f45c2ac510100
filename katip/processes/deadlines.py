"""Until when a step should be answered: a setting of the operator, in working days of Turkey."""

from datetime import date, datetime
from functools import lru_cache

import holidays
from django.conf import settings

from katip.core.clock import day_of
from katip.rules import working_day_add, working_days_between


@lru_cache(maxsize=16)
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays (Law 2429) of `year` and the next; their eves count as working days."""
    return frozenset(holidays.country_holidays("TR", years=[year, year + 1]))


def due_on(at: datetime) -> date | None:
    """The last day to answer a step that waits from `at`; None where the operator sets no deadline."""
    days: int = settings.KATIP.approval_deadline_days
    if days <= 0:
        return None
    day = day_of(at)
    return working_day_add(day, days, holidays=public_holidays(day.year))


def working_days_left(due: date, at: datetime) -> int:
    """Working days from `at` to `due`, the last day included; negative when it has passed."""
    today = day_of(at)
    first, last = min(today, due), max(today, due)
    days = working_days_between(first, last, holidays=public_holidays(first.year))
    return days if due >= today else min(-days, -1)  # a weekend after the last day is past it, too
