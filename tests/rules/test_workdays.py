"""Counting in working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.rules import is_working_day, working_day_add, working_days_between

FRIDAY = date(2026, 10, 23)
REPUBLIC_DAY = date(2026, 10, 29)  # a Thursday; its eve is free from 13:00
HOLIDAYS = {REPUBLIC_DAY}


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, date(2026, 10, 26)),
        (FRIDAY, 3, date(2026, 10, 28)),  # the eve counts
        (FRIDAY, 4, date(2026, 10, 30)),  # the holiday does not
        (FRIDAY, 5, date(2026, 11, 2)),
        (date(2026, 10, 24), 0, date(2026, 10, 26)),
        (date(2026, 10, 24), 1, date(2026, 10, 26)),
        (date(2026, 10, 25), 1, date(2026, 10, 26)),
        (REPUBLIC_DAY, 0, date(2026, 10, 30)),
    ],
)
def test_adding(start: date, days: int, end: date) -> None:
    assert working_day_add(start, days, holidays=HOLIDAYS) == end


def test_a_caller_may_close_the_eve() -> None:
    eve = REPUBLIC_DAY - timedelta(days=1)
    assert working_day_add(FRIDAY, 3, holidays=HOLIDAYS | {eve}) == date(2026, 10, 30)


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        (FRIDAY, FRIDAY, 0),
        (FRIDAY, date(2026, 10, 25), 0),
        (FRIDAY, date(2026, 10, 30), 4),
        (REPUBLIC_DAY, date(2026, 10, 30), 1),
    ],
)
def test_between(a: date, b: date, count: int) -> None:
    assert working_days_between(a, b, holidays=HOLIDAYS) == count


def test_backwards_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="negative"):
        working_day_add(FRIDAY, -1, holidays=())
    with pytest.raises(ValueError, match="before"):
        working_days_between(FRIDAY, FRIDAY - timedelta(days=1), holidays=())


dates = st.dates(date(2026, 1, 1), date(2026, 6, 30))


@settings(max_examples=50)
@given(dates, st.integers(0, 60), st.sets(dates, max_size=8))
def test_between_undoes_adding(start: date, days: int, holidays: set[date]) -> None:
    end = working_day_add(start, days, holidays=holidays)
    assert is_working_day(end, holidays=holidays)
    if days:
        assert working_days_between(start, end, holidays=holidays) == days


@settings(max_examples=50)
@given(dates, st.integers(1, 60), st.lists(dates, max_size=8))
def test_the_order_of_holidays_does_not_matter(start: date, days: int, holidays: list[date]) -> None:
    forward = working_day_add(start, days, holidays=holidays)
    assert forward == working_day_add(start, days, holidays=holidays[::-1])
    assert forward >= working_day_add(start, days, holidays=())
