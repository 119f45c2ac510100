"""Until when a step should be answered: a setting of the operator, in working days of Turkey."""

from datetime import date, datetime
from functools import lru_cache

import holidays
from django.conf import settings

from katip.core.clock import day_of
from katip.registry.models import AdministrativeLeave
from katip.rules import working_day_add, working_days_between


@lru_cache(maxsize=16)
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays (Law 2429) of `year` and the next; their eves count as working days."""
    return frozenset(holidays.country_holidays("TR", years=[year, year + 1]))


def free_days(first: date) -> frozenset[date]:
    """Public holidays and the operator's days of administrative leave, from `first` to the end of the next year."""
    leave = AdministrativeLeave.objects.filter(day__gte=first, day__year__lte=first.year + 1)
    return public_holidays(first.year) | set(leave.values_list("day", flat=True))


def deadlines_lapse() -> bool:
    """Whether what was not answered in time falls; else a last day only reminds."""
    days: int = settings.KATIP.approval_deadline_days
    return days > 0


def due_on(at: datetime) -> date | None:
    """The last day to answer a step that waits from `at`; None where the operator sets no deadline."""
    if not deadlines_lapse():
        return None
    day = day_of(at)
    return working_day_add(day, settings.KATIP.approval_deadline_days, holidays=free_days(day))


def has_lapsed(due: date | None, at: datetime) -> bool:
    """Whether a step whose last day is `due` can no longer be answered."""
    return due is not None and due < day_of(at) and deadlines_lapse()


def working_days_left(due: date, at: datetime) -> int:
    """Working days from `at` to `due`, the last day included; negative when it has passed.

    Only the public holidays count here: a page's figure, not a refusal.
    """
    today = day_of(at)
    first, last = min(today, due), max(today, due)
    days = working_days_between(first, last, holidays=public_holidays(first.year))
    return days if due >= today else min(-days, -1)  # a weekend after the last day is past it, too
