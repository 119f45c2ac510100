"""Writing what a feed came to: rows that are ready go through COPY into their tables, changed ones by one statement."""

from collections.abc import Iterable, Sequence
from itertools import islice

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

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
    columns = "workplace_id, period, employees, activity_id, feed"
    with connection.cursor() as cursor:
        copy(cursor, f"registry_headcount ({columns})", _rows(merged.added, feed, codes))
        if merged.changed.height:
            cursor.execute(
                "CREATE TEMPORARY TABLE feed_row (workplace_id bigint, period date, employees integer, "
                "activity_id varchar(8), feed bigint) ON COMMIT DROP"
            )
            copy(cursor, f"feed_row ({columns})", _rows(merged.changed, feed, codes))
            cursor.execute("ANALYZE feed_row")
            cursor.execute(_UPDATE)
        if merged.moved.height:
            cursor.execute(
                "CREATE TEMPORARY TABLE feed_move (workplace_id bigint, activity_id varchar(8)) ON COMMIT DROP"
            )
            copy(cursor, "feed_move (workplace_id, activity_id)", _coded(merged.moved.sort("workplace"), codes))
            cursor.execute("ANALYZE feed_move")
            cursor.execute(_MOVE)


def copy(cursor: CursorWrapper, target: str, frame: pl.DataFrame) -> None:
    """COPY a frame, in the order of its columns, as text that polars makes; null is NULL."""
    if not frame.height:
        return
    with cursor.copy(f"COPY {target} FROM STDIN (FORMAT csv)") as into:
        for part in frame.iter_slices(100_000):
            into.write(part.write_csv(include_header=False))


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
    day = pl.date(pl.col("period") // 12, pl.col("period") % 12 + 1, 1)
    rows = frame.sort("workplace", "period").select("workplace", day.alias("period"), "employees", "activity")
    return _coded(rows, codes).with_columns(pl.lit(feed).alias("feed"))


def _coded(frame: pl.DataFrame, codes: Sequence[str]) -> pl.DataFrame:
    """Activities as their codes again."""
    words = pl.Series("code", codes, pl.String)
    return frame.with_columns(words.gather(frame["activity"].cast(pl.UInt32)).alias("activity"))
