"""How many work at a workplace, month by month: rows stand where figures change, and hold until the next one."""

from datetime import date

from katip.registry.models import Headcount

_MONTHS = 12
MOST_MONTHS = 600


def headcounts_by_month(workplace_id: int, first: date, last: date) -> list[tuple[date, int, str | None]]:
    """Every month from `first` to `last` (any days of them): its first day, employees, activity code.

    Months before the first known figures are left out; an activity that was not told is the one told before, or None.
    At most 600 months.
    """
    rows = Headcount.objects.filter(workplace_id=workplace_id, period__lte=last).order_by("-period")
    known = list(reversed(rows.values_list("period", "employees", "activity_id")[:MOST_MONTHS]))
    found: list[tuple[date, int, str | None]] = []
    figures: tuple[int, str | None] | None = None
    for month in _months(first, last):
        while known and known[0][0] <= month:
            _, employees, activity = known.pop(0)
            figures = (employees, activity or (figures[1] if figures else None))
        if figures is not None:
            found.append((month, *figures))
    return found


def _months(first: date, last: date) -> list[date]:
    start, end = (day.year * _MONTHS + day.month - 1 for day in (first, last))
    numbers = range(max(start, end - MOST_MONTHS + 1), end + 1)
    return [date(number // _MONTHS, number % _MONTHS + 1, 1) for number in numbers]
