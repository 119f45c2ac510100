"""What a feed changes: the frames decide as a register would that takes one line after the other."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.updates.feed.merge import LINE, merge

NOW = {"workplace": pl.Int64, "now": pl.Int16}
Figures = tuple[int, int | None]
"""employees, activity"""
Lines = dict[tuple[int, int], Figures]
"""by workplace and month"""


class Register:
    """Rows of figures, activities, and the months told: as tables have them. Takes feeds by `merge`."""

    def __init__(self, activities: dict[int, int]) -> None:
        self.rows: Lines = {}
        self.now = dict(activities)
        self.told: set[int] = set()

    def take(self, lines: Lines) -> None:
        named = {workplace for workplace, _ in lines}
        merged = merge(
            frame(lines),
            frame({key: value for key, value in self.rows.items() if key[0] in named}),
            pl.DataFrame([(one, self.now[one]) for one in sorted(named)], schema=NOW, orient="row"),
            sorted(self.told),
        )
        for workplace, period, *figures in merged.added.iter_rows():
            assert (workplace, period) not in self.rows
            self.rows[workplace, period] = (figures[0], figures[1])
        for workplace, period, *figures in merged.changed.iter_rows():
            assert (workplace, period) in self.rows
            self.rows[workplace, period] = (figures[0], figures[1])
        self.now.update(dict(merged.moved.iter_rows()))
        self.told |= {period for _, period in lines}

    def filled(self, months: Sequence[int]) -> dict[tuple[int, int], Figures | None]:
        """The figures of every workplace and month, whether a row stands there or before."""
        found: dict[tuple[int, int], Figures | None] = {}
        for workplace in self.now:
            for month in months:
                until = [period for one, period in self.rows if one == workplace and period <= month]
                found[workplace, month] = self.rows[workplace, max(until)] if until else None
        return found


class Plain(Register):
    """The same, by the sentences of docs/feed.md: month by month, line by line."""

    def take(self, lines: Lines) -> None:
        for workplace, month in sorted(lines, key=lambda key: (key[1], key[0])):
            self._line(workplace, month, *lines[workplace, month])
        self.told |= {period for _, period in lines}

    def _line(self, workplace: int, month: int, employees: int, activity: int | None) -> None:
        own = sorted(period for one, period in self.rows if one == workplace)
        before = [period for period in own if period <= month]
        later = [period for period in own if period > month]
        following = min((period for period in self.told if period > month), default=None)
        had, did = self.rows[workplace, before[-1]] if before else (None, None)
        current = self.now[workplace]
        known = current if following is None and not later else (did if did is not None else current)
        if had == employees and activity in {None, known}:
            return
        kept = following is not None and had is not None and not any(period <= following for period in later)
        if kept and following is not None and had is not None:
            self.rows[workplace, following] = (had, did if did is not None else current)
        told = (activity, did, current)
        self.rows[workplace, month] = (employees, next(each for each in told if each is not None))
        if activity is not None and not later and not kept:
            self.now[workplace] = activity


def frame(lines: Lines) -> pl.DataFrame:
    rows = [(workplace, period, *figures) for (workplace, period), figures in sorted(lines.items())]
    return pl.DataFrame(rows, schema=LINE, orient="row")


WORKPLACES, MONTHS = range(1, 5), range(24310, 24315)
ACTIVITIES = st.fixed_dictionaries(dict.fromkeys(WORKPLACES, st.integers(0, 2)))
FIGURES = st.tuples(st.integers(0, 2), st.none() | st.integers(0, 2))
LINES = st.dictionaries(st.tuples(st.sampled_from(WORKPLACES), st.sampled_from(MONTHS)), FIGURES, max_size=8)


@settings(max_examples=300, deadline=None)
@given(ACTIVITIES, st.lists(st.tuples(st.booleans(), LINES), max_size=6))
def test_frames_decide_as_line_by_line(activities: dict[int, int], feeds: list[tuple[bool, Lines]]) -> None:
    ours, plain = Register(activities), Plain(activities)
    for whole, lines in feeds:
        month = min((period for _, period in lines), default=None)
        lines = lines if whole else {key: value for key, value in lines.items() if key[1] == month}  # noqa: PLW2901 -- of one month
        if not lines:
            continue
        ours.take(lines)
        plain.take(lines)
        assert ours.filled(MONTHS) == plain.filled(MONTHS)
        assert ours.now == plain.now


COMPLETE = st.fixed_dictionaries(
    dict.fromkeys(
        MONTHS, st.fixed_dictionaries(dict.fromkeys(WORKPLACES, st.tuples(st.integers(0, 3), st.integers(0, 2))))
    )
)


@settings(max_examples=200, deadline=None)
@given(ACTIVITIES, COMPLETE, st.permutations(list(MONTHS)), st.lists(st.integers(1, 3), max_size=5))
def test_months_may_come_in_any_order(
    activities: dict[int, int], content: dict[int, dict[int, Any]], order: list[int], sizes: list[int]
) -> None:
    ours = Register(activities)
    waiting = list(order)
    for size in [*sizes, *[1] * len(order)]:
        months, waiting = waiting[:size], waiting[size:]
        if months:
            ours.take({(one, month): content[month][one] for month in months for one in WORKPLACES})
    assert ours.filled(MONTHS) == {(one, month): content[month][one] for one in WORKPLACES for month in MONTHS}
    assert ours.now == {one: content[max(MONTHS)][one][1] for one in WORKPLACES}


@given(ACTIVITIES, LINES)
@settings(max_examples=100, deadline=None)
def test_the_same_again_writes_nothing(activities: dict[int, int], lines: Lines) -> None:
    if not lines:
        return
    ours = Register(activities)
    ours.take(lines)
    rows, now = dict(ours.rows), dict(ours.now)
    named = {workplace for workplace, _ in lines}
    merged = merge(
        frame(lines),
        frame({key: value for key, value in rows.items() if key[0] in named}),
        pl.DataFrame([(one, now[one]) for one in sorted(named)], schema=NOW, orient="row"),
        sorted(ours.told),
    )
    assert (merged.added.height, merged.changed.height, merged.moved.height) == (0, 0, 0)


def test_rows_stand_only_where_figures_change() -> None:
    ours = Register({1: 0})
    for month, employees in zip(MONTHS, (5, 5, 7, 7, 5), strict=True):
        ours.take({(1, month): (employees, 0)})
    assert sorted(ours.rows) == [(1, MONTHS[0]), (1, MONTHS[2]), (1, MONTHS[4])]


def test_a_file_of_many_late_months_leaves_no_row_that_repeats_the_one_before() -> None:
    ours = Register({1: 0})
    ours.take({(1, MONTHS[0]): (5, 0)})
    ours.take({(1, MONTHS[3]): (5, 0)})
    ours.take({(1, MONTHS[1]): (9, 0), (1, MONTHS[2]): (9, 0), (1, MONTHS[3]): (9, 0)})
    assert ours.rows == {(1, MONTHS[0]): (5, 0), (1, MONTHS[1]): (9, 0)}


def test_a_late_month_corrects_itself_only() -> None:
    ours = Register({1: 0})
    ours.take({(1, MONTHS[0]): (5, 0)})
    ours.take({(1, MONTHS[2]): (5, 0)})
    ours.take({(1, MONTHS[1]): (9, 2)})
    assert ours.rows == {(1, MONTHS[0]): (5, 0), (1, MONTHS[1]): (9, 2), (1, MONTHS[2]): (5, 0)}
    assert ours.now == {1: 0}
