"""The pure parts of the benches; nothing here is timed."""

from datetime import date

import polars as pl
import pytest

from katip.cli.bench.beside import percentile
from katip.cli.bench.beside_country import CHANGED, feed_next, month_after


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([5.0], 0.99, 5.0), ([3.0, 1.0, 2.0], 0.5, 2.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0)],
)
def test_percentile_is_one_of_the_values(values: list[float], share: float, found: float) -> None:
    assert percentile(values, share) == found


def test_of_400_values_four_lie_above_the_99th_percentile() -> None:
    assert percentile([float(number) for number in range(1, 401)], 0.99) == 396.0


def test_the_month_after_december_is_january() -> None:
    assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert month_after(date(2026, 10, 1)) == date(2026, 11, 1)


def test_the_next_feed_changes_an_eighth_of_those_who_employ_people() -> None:
    numbers = range(2_000)
    told = pl.DataFrame(
        {
            "sgk_number": [f"{number:026}" for number in numbers],
            "period": ["2026-10"] * len(numbers),
            "employees": [number % 40 for number in numbers],
            "nace": ["22.22.43"] * len(numbers),
        }
    )

    following = feed_next(told, date(2026, 11, 1), 7)

    assert following.columns == told.columns
    assert set(following["period"]) == {"2026-11"}
    assert following["sgk_number"].to_list() == told["sgk_number"].to_list()
    pairs = list(zip(told["employees"].to_list(), following["employees"].to_list(), strict=True))
    assert abs(sum(before != after for before, after in pairs) / len(pairs) - CHANGED) < 0.03
    assert all(bool(before) == bool(after) for before, after in pairs)
    assert following.equals(feed_next(told, date(2026, 11, 1), 7))
    assert not following.equals(feed_next(told, date(2026, 11, 1), 8))
