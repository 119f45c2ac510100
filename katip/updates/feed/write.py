"""Writing what a feed came to: rows that are ready go through COPY into their tables, changed ones by one statement."""

from collections.abc import Iterable, Sequence
from itertools import islice

import polars as pl
from django.db import connection

from katip.core.frames import frame_write
from katip.updates.feed.faults import Aside
from katip.updates.feed.merge import Merged

FAULTS_KEPT = 100_000
_COLUMN, _VALUE = 40, 120
"""characters that a fault keeps"""

_UPDATE = """
UPDATE registry_headcount AS headcount
SET employees = feed_row.employees, activity_id = feed_row.activity_id, feed = feed_row.feed
FROM feed_row WHERE headcount.workplace_id = feed_row.workplace_id AND headcount.period = feed_row.period
"""
_MOVE = """
UPDATE registry_workplace AS workplace SET activity_id = feed_move.activity_id
FROM feed_move WHERE workplace.id = feed_move.workplace_id
"""


def merged_write(merged: Merged, feed: int, codes: Sequence[str]) -> None:
    """Write the rows, marked with the feed that told them, and the workplaces' activities.

    No foreign key is asked row by row: workplaces and codes were read from the register in this transaction, and
    neither are ever deleted.
    """
    with connection.cursor() as cursor:
        frame_write("registry_headcount", _rows(merged.added, feed, codes))
        if merged.changed.height:
            cursor.execute(
                "CREATE TEMPORARY TABLE feed_row (workplace_id bigint, period date, employees integer, "
                "activity_id varchar(8), feed bigint) ON COMMIT DROP"
            )
            frame_write("feed_row", _rows(merged.changed, feed, codes))
            cursor.execute("ANALYZE feed_row")
            cursor.execute(_UPDATE)
        if merged.moved.height:
            cursor.execute(
                "CREATE TEMPORARY TABLE feed_move (workplace_id bigint, activity_id varchar(8)) ON COMMIT DROP"
            )
            frame_write("feed_move", _coded(merged.moved.sort("workplace"), codes, "workplace"))
            cursor.execute("ANALYZE feed_move")
            cursor.execute(_MOVE)


def faults_write(feed: int, found: Iterable[Aside]) -> None:
    """Keep the first of the lines that were set aside."""
    with (
        connection.cursor() as cursor,
        cursor.copy('COPY updates_feedfault (feed_id, part, line, "column", code, value) FROM STDIN') as into,
    ):
        for each in islice(found, FAULTS_KEPT):
            value = each.value.replace("\x00", "")[:_VALUE]
            into.write_row((feed, each.part, each.line, each.column[:_COLUMN], each.code, value))


def _rows(frame: pl.DataFrame, feed: int, codes: Sequence[str]) -> pl.DataFrame:
    day = pl.date(pl.col("period") // 12, pl.col("period") % 12 + 1, 1).alias("period")
    rows = _coded(frame.sort("workplace", "period"), codes, "workplace", day, "employees")
    return rows.with_columns(pl.lit(feed).alias("feed"))


def _coded(frame: pl.DataFrame, codes: Sequence[str], *others: str | pl.Expr) -> pl.DataFrame:
    """The frame as its table names it, activities as their codes again."""
    words = pl.Series("activity_id", codes, pl.String).gather(frame["activity"].cast(pl.UInt32))
    return frame.with_columns(words).select(*others, "activity_id").rename({"workplace": "workplace_id"})
