"""Sharing minutes among contracts."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.rules import Share, split_minutes

OLD, NEW = date(2024, 1, 1), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (300, [Share(1, 100, OLD), Share(2, 200, OLD)], {1: 100, 2: 200}),
        (301, [Share(1, 100, OLD), Share(2, 200, OLD)], {1: 100, 2: 201}),
        # 100 × 1/3 is 33: the one left over goes to the oldest of equals
        (100, [Share(1, 50, NEW), Share(2, 50, OLD), Share(3, 50, NEW)], {1: 33, 2: 34, 3: 33}),
        # and to the least key of equally old ones
        (100, [Share(3, 50, OLD), Share(2, 50, OLD), Share(1, 50, OLD)], {1: 34, 2: 33, 3: 33}),
        # the largest comes before the oldest: 101 × 60/160 = 37, 101 × 50/160 = 31 twice; 2 are left over
        (101, [Share(1, 50, OLD), Share(2, 60, NEW), Share(3, 50, OLD)], {1: 31, 2: 39, 3: 31}),
        (0, [Share(1, 50, OLD), Share(2, 60, NEW)], {1: 0, 2: 0}),
        (1, [Share(1, 50, OLD), Share(2, 60, NEW)], {1: 0, 2: 1}),
        (4800, [Share(7, 1, OLD)], {7: 4800}),
    ],
)
def test_hand_computed_splits(total: int, shares: list[Share], parts: dict[int, int]) -> None:
    assert split_minutes(total, shares) == parts
    assert split_minutes(total, shares[::-1]) == parts


@pytest.mark.parametrize(
    ("total", "shares"),
    [
        (-1, [Share(1, 1, OLD)]),
        (10, []),
        (10, [Share(1, 0, OLD)]),
        (10, [Share(1, 5, OLD), Share(1, 5, NEW)]),
    ],
)
def test_what_cannot_be_split_is_a_mistake(total: int, shares: list[Share]) -> None:
    with pytest.raises(ValueError, match=r"split|twice"):
        split_minutes(total, shares)


shares = st.lists(
    st.builds(Share, st.integers(1, 99), st.integers(1, 11_700), st.dates(date(2020, 1, 1), date(2026, 1, 1))),
    min_size=1,
    max_size=6,
    unique_by=lambda share: share.key,
)


@settings(max_examples=50)
@given(st.integers(0, 100_000), shares, st.permutations(range(6)))
def test_parts_add_up_are_proportional_and_do_not_depend_on_order(
    total: int, given_shares: list[Share], order: list[int]
) -> None:
    parts = split_minutes(total, given_shares)
    assert sum(parts.values()) == total
    assert list(parts) == sorted(share.key for share in given_shares)
    weight = sum(share.minutes for share in given_shares)
    largest = max(share.minutes for share in given_shares)
    for share in given_shares:
        exact = total * share.minutes / weight
        assert exact - 1 < parts[share.key] < exact + len(given_shares)
        if share.minutes < largest:
            assert parts[share.key] <= exact + 1e-6
    assert split_minutes(total, [given_shares[n] for n in order if n < len(given_shares)]) == parts
