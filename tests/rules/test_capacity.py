"""A professional's minutes."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.rules import (
    END_CODES,
    FULL_TIME_MONTH_MINUTES,
    Block,
    EndReason,
    RuleViolation,
    assignable,
    blocked_until,
    blocks_minutes,
    capacity_on,
    check_capacity,
    check_full_time,
    usable,
)

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


@settings(max_examples=50)
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


@settings(max_examples=50)
@given(minutes, minutes, minutes, minutes, st.integers(0, 11_700))
def test_what_was_let_through_never_leaves_less_than_nothing(
    staff: list[int], active: list[int], blocked: list[int], pending: list[int], requested: int
) -> None:
    try:
        check_capacity(requested, staff=staff, active=active, blocked=blocked, pending=pending)
    except RuleViolation:
        assert assignable(staff, [*active, requested], blocked, pending) < 0
    else:
        assert assignable(staff, [*active, requested], blocked, pending) >= 0


@settings(max_examples=50)
@given(st.lists(st.integers(1, 4_000), max_size=6), st.integers(0, 11_700))
def test_offers_one_after_the_other_never_take_more_than_there_is(asked: list[int], staff: int) -> None:
    taken: list[int] = []
    for requested in asked:
        try:
            check_capacity(requested, staff=[staff], active=[], blocked=[], pending=taken)
        except RuleViolation:
            continue
        taken.append(requested)
    assert sum(taken) <= staff


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 11, 22), date(2026, 11, 30)),
        (date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2026, 2, 10), date(2026, 2, 28)),
        (date(2028, 2, 10), date(2028, 2, 29)),
    ],
)
def test_blocks_end_with_the_month(day: date, last: date) -> None:
    assert blocked_until(day) == last


def test_capacity_on_a_day_and_what_frees_up_when() -> None:
    december = date(2026, 12, 31)
    blocks = [Block(100, december), Block(60, MONTH_END), Block(40, MONTH_END), Block(500, date(2026, 10, 31))]
    capacity = capacity_on(
        date(2026, 11, 30), staff=[5_000, 6_700], active=[4_800, 240], blocks=blocks, pending=[60, 40]
    )
    assert (capacity.blocked, capacity.usable, capacity.assignable) == (200, 6_460, 6_360)
    assert capacity.frees_up == (Block(100, MONTH_END), Block(100, december))
    later = capacity_on(date(2026, 12, 1), staff=[11_700], active=[5_040], blocks=blocks, pending=[])
    assert (later.blocked, later.usable, later.assignable) == (100, 6_560, 6_560)
    short = capacity_on(MONTH_END, staff=[], active=[10], blocks=[], pending=[5])
    assert (short.usable, short.assignable, short.frees_up) == (-10, -15, ())


BY = EndReason


@pytest.mark.parametrize(
    ("started", "ended", "reason", "as_of", "blocked"),
    [
        ((11, 10), (11, 20), BY.BY_PROVIDER, (11, 20), True),
        ((11, 10), (11, 20), BY.BY_EMPLOYER, (11, 22), True),
        ((11, 10), (11, 20), BY.BY_PROFESSIONAL, (11, 30), True),
        ((11, 10), (11, 20), BY.BY_PROVIDER, (12, 1), False),  # the next month
        ((11, 10), (11, 20), BY.BY_PROVIDER, (11, 19), False),  # still served
        ((11, 10), (11, 20), BY.HEADCOUNT_ZERO, (11, 22), False),
        ((11, 10), (11, 20), BY.WORKPLACE_CLOSED, (11, 22), False),
        ((11, 10), (11, 20), BY.OTHER, (11, 22), False),
        ((11, 1), (11, 30), BY.BY_EMPLOYER, (11, 30), True),  # 30 days, the first and the last counted
        ((10, 31), (11, 30), BY.BY_EMPLOYER, (11, 30), False),  # 31 days
        ((10, 25), (11, 3), BY.BY_EMPLOYER, (11, 22), True),  # begun in the month before
        ((11, 20), (11, 20), BY.BY_EMPLOYER, (11, 20), True),  # one day
    ],
)
def test_minutes_of_short_contracts_stay_blocked(
    started: tuple[int, int], ended: tuple[int, int], reason: EndReason, as_of: tuple[int, int], blocked: bool
) -> None:
    assert blocks_minutes(date(2026, *started), date(2026, *ended), reason, date(2026, *as_of)) is blocked


def test_a_contract_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before"):
        blocks_minutes(MONTH_END, MONTH_END - timedelta(days=1), BY.BY_EMPLOYER, MONTH_END)


def test_the_codes_of_reasons_are_told_only_where_they_are_known() -> None:
    assert set(END_CODES) == {100131, 100132}
    assert END_CODES[100131] == END_CODES[100132] == {BY.BY_PROVIDER, BY.BY_EMPLOYER, BY.BY_PROFESSIONAL}
    assert {reason.export_code for reason in EndReason} == {None}
    assert {reason for reason in EndReason if reason.by_a_party} == END_CODES[100131]


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(days, st.integers(0, 90), st.sampled_from(EndReason), st.integers(0, 62))
def test_a_block_lies_in_the_month_of_the_end(start: date, lasted: int, reason: EndReason, later: int) -> None:
    ended = start + timedelta(days=lasted)
    as_of = ended + timedelta(days=later)
    same_month = (ended.year, ended.month) == (as_of.year, as_of.month)
    by_party = reason in {BY.BY_PROVIDER, BY.BY_EMPLOYER, BY.BY_PROFESSIONAL}
    assert blocks_minutes(start, ended, reason, as_of) is (same_month and by_party and lasted < 30)


@pytest.mark.parametrize(("minutes", "refused"), [(1, True), (7_800, True), (7_801, False), (11_700, False)])
def test_full_time_is_more_than_two_thirds_of_a_full_month(minutes: int, refused: bool) -> None:
    if not refused:
        check_full_time(minutes)
        return
    with pytest.raises(RuleViolation, match="full_time_too_short") as error:
        check_full_time(minutes)
    assert error.value.facts == {"minutes": minutes, "least": 7_801}
    assert error.value.citation is not None
