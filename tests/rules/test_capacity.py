"""A professional's minutes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.rules import FULL_TIME_MONTH_MINUTES, RuleViolation, assignable, check_capacity, usable

MONTH_END = date(2026, 11, 30)


def test_the_formula() -> None:
    assert usable([11_700], [4_800, 240], [120]) == 6_540
    assert assignable([11_700], [4_800, 240], [120], [40]) == 6_500
    assert usable([], [], []) == 0
    assert usable([100], [150], []) == -50
    assert FULL_TIME_MONTH_MINUTES == 195 * 60


def test_exactly_the_free_minutes_fit() -> None:
    check_capacity(60, staff=[100], active=[10], blocked=[10], pending=[20])
    with pytest.raises(RuleViolation) as refusal:
        check_capacity(61, staff=[100], active=[10], blocked=[10], pending=[20], blocked_until=MONTH_END)
    assert refusal.value.code == "capacity_short"
    assert refusal.value.facts == {
        "requested": 61,
        "assignable": 60,
        "short_by": 1,
        "blocked": 10,
        "blocked_until": MONTH_END,
    }


def test_no_day_is_promised_where_nothing_is_blocked() -> None:
    with pytest.raises(RuleViolation) as refusal:
        check_capacity(10, staff=[], active=[], blocked=[], pending=[], blocked_until=MONTH_END)
    assert refusal.value.facts["blocked_until"] is None
    assert refusal.value.facts["short_by"] == 10


def test_negative_minutes_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="-1"):
        check_capacity(-1, staff=[], active=[], blocked=[], pending=[])


minutes = st.lists(st.integers(0, 11_700), max_size=3)


@given(minutes, minutes, minutes, minutes, st.integers(0, 11_700))
def test_order_does_not_matter_and_the_shortage_is_exact(
    staff: list[int],
    active: list[int],
    blocked: list[int],
    pending: list[int],
    requested: int,
) -> None:
    free = assignable(staff, active, blocked, pending)
    assert assignable(staff[::-1], sorted(active), blocked[::-1], sorted(pending)) == free
    if requested <= free:
        check_capacity(requested, staff=staff, active=active, blocked=blocked, pending=pending)
        return
    with pytest.raises(RuleViolation) as refusal:
        check_capacity(requested, staff=staff, active=active, blocked=blocked, pending=pending)
    short_by = refusal.value.facts["short_by"]
    assert isinstance(short_by, int)
    check_capacity(requested, staff=[*staff, short_by], active=active, blocked=blocked, pending=pending)
