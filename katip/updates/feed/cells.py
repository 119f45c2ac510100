"""From text to figures, whole blocks at a time.

Two short cuts in a data frame know the usual ways to write a line; what they do not know is read, line by line, by the
readers of `columns`, which alone decide what is right and say what is wrong. That a short cut never reads anything else
than they do is held by a test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import polars as pl

from katip.core.imports import Column
from katip.core.imports.reader import BadLine
from katip.rules import FormatError
from katip.updates.feed.columns import COLUMNS, MOST_EMPLOYEES, key_of, key_split, month_no
from katip.updates.feed.faults import Faults

COLUMNS_BY_NAME = {column.name: column for column in COLUMNS}
REST = "rest"
"""the frame's column that is "" where a line has as many cells as the header"""
SCHEMA = {
    "part": pl.UInt16,
    "line": pl.UInt32,
    "key": pl.Int64,
    "check": pl.Int32,
    "period": pl.Int32,
    "employees": pl.Int32,
    "activity": pl.Int16,
}
"""a line as figures: `key` and `check` are the SGK number, `activity` counts in the codes, null where it is not told"""

Cells = Callable[[Sequence[int]], Sequence[Sequence[str] | BadLine]]
"""The cells of some lines of a block, counted from 0, as the header names them."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a line is held against: the newest month that may be told, and the register's activity codes."""

    newest: int
    codes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines. `frame` holds their cells as text by the names of columns, with `line` and `rest`; empty is ""."""

    part: int
    frame: pl.DataFrame
    columns: Sequence[Column]
    names: Sequence[str]
    """the columns in the file's order, and what the file calls them"""
    cells: Cells


def block_read(block: Block, known: Known, faults: Faults) -> tuple[pl.DataFrame, int]:
    """The block's good lines in `SCHEMA`, and how many lines it has in all; what is wrong goes to `faults`."""
    frame = block.frame.with_row_index("at")
    if "nace" not in frame.columns:
        frame = frame.with_columns(pl.lit("").alias("nace"))
    read = _figures(frame, known)
    parts = [read.filter("good")]
    odd = read.filter(~pl.col("good"))
    if odd.height:
        again = _figures(frame[odd["at"]].with_columns(_plainly()), known)
        parts.append(again.filter("good"))
        odd = again.filter(~pl.col("good"))
    numbered = [part.select(pl.lit(block.part, pl.UInt16).alias("part"), *list(SCHEMA)[1:]) for part in parts]
    count = sum(part.height for part in numbered)
    if odd.height:
        slow, slowly = _slowly(block, odd, known, faults)
        numbered.append(slow)
        count += slowly
    return pl.concat(numbered), count


def _figures(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    """The figures of lines that are written plainly, and which those are (`good`)."""
    numbered = pl.col("sgk_number").str.contains(r"^[0-9]{26}$")
    whole = pl.col("employees").str.contains(r"^[0-9]{1,8}$")
    figures = frame.select(
        "at",
        pl.col("line").cast(pl.UInt32),
        *key_of(pl.when(numbered).then(pl.col("sgk_number")).cast(pl.Int128, strict=False)),
        _by_word(frame["period"], lambda cell: _month(cell, known), pl.Int32()).alias("period"),
        pl.when(whole).then(pl.col("employees")).cast(pl.Int32, strict=False).alias("employees"),
        _by_word(frame["nace"], lambda cell: _activity(cell, known), pl.Int16()).alias("activity"),
        (pl.col(REST) == "").alias("whole"),
        (pl.col("nace") == "").alias("untold"),
    )
    good = (
        pl.col("whole")
        & pl.col("key").is_not_null()
        & pl.col("period").is_not_null()
        & (pl.col("employees") <= MOST_EMPLOYEES)
        & (pl.col("activity").is_not_null() | pl.col("untold"))
    )
    return figures.with_columns(good.fill_null(value=False).alias("good"))


def _plainly() -> list[pl.Expr]:
    """Cells without quotation marks and outer blanks, numbers without what stands between their groups."""
    cells = {
        name: pl.col(name).str.strip_chars(" \t").str.replace(r'^"([^"]*)"$', "${1}").str.strip_chars(" \t")
        for name in ("sgk_number", "period", "employees", "nace")
    }
    cells["sgk_number"] = cells["sgk_number"].str.replace_all("[ -]", "")
    thousands = cells["employees"].str.contains(r"^[0-9]{1,3}(\.[0-9]{3})+$")
    dotless = cells["employees"].str.replace_all(".", "", literal=True)
    cells["employees"] = pl.when(thousands).then(dotless).otherwise(cells["employees"])
    return [cell.alias(name) for name, cell in cells.items()]


def _by_word(cells: pl.Series, read: Callable[[str], int | None], kind: pl.DataType) -> pl.Series:
    """Read each distinct cell once: months and codes are few. Null where `read` does not know one."""
    words = {word: value for word in cells.unique() if (value := read(word)) is not None}
    if not words:
        return pl.Series([None], dtype=kind).new_from_index(0, len(cells))
    return cells.replace_strict(list(words), list(words.values()), default=None, return_dtype=kind)


def _month(cell: str, known: Known) -> int | None:
    column = COLUMNS_BY_NAME["period"]
    try:
        number = month_no(cast("date", column.parse(cell)))
    except FormatError:
        return None
    return number if number <= known.newest else None


def _activity(cell: str, known: Known) -> int | None:
    try:
        return known.codes.get(cast("str", COLUMNS_BY_NAME["nace"].parse(cell))) if cell else None
    except FormatError:
        return None


def _slowly(block: Block, odd: pl.DataFrame, known: Known, faults: Faults) -> tuple[pl.DataFrame, int]:
    """Lines that no short cut knows, one by one; returns the good ones, and how many are not empty."""
    good: list[tuple[int | None, ...]] = []
    count = 0
    for line, cells in zip(odd["line"], block.cells(odd["at"].to_list()), strict=True):
        if not isinstance(cells, BadLine) and not any(cells):
            continue
        count += 1
        if isinstance(cells, BadLine):
            faults.add(block.part, line, "", "", cells.code, **cells.facts)
            continue
        figures = _line(block, line, cells, known, faults)
        if figures is not None:
            good.append((block.part, line, *figures))
    return pl.DataFrame(good, schema=SCHEMA, orient="row"), count


def _line(block: Block, line: int, cells: Sequence[str], known: Known, faults: Faults) -> tuple[int | None, ...] | None:
    """The figures of one line, or None where it has faults."""
    values: dict[str, Any] = {"nace": None}
    for column, name, cell in zip(block.columns, block.names, cells, strict=False):
        try:
            values[column.name] = _value(column, cell, known)
        except FormatError as error:
            faults.add(block.part, line, name, cell, error.code, **error.facts)
            values.pop(column.name, None)
    if len(values) < len(COLUMNS):
        return None
    return *key_split(int(values["sgk_number"])), values["period"], values["employees"], values["nace"]


def _value(column: Column, cell: str, known: Known) -> object:
    """What a cell says. Raises `FormatError`, also for a month that has not begun and an unknown activity."""
    if not cell:
        if column.required:
            raise FormatError("empty")
        return None
    value = column.parse(cell)
    if isinstance(value, date):
        if month_no(value) > known.newest:
            raise FormatError("in_future")
        return month_no(value)
    if column.name == "nace":
        if value not in known.codes:
            raise FormatError("unknown_activity")
        return known.codes[cast("str", value)]
    return value
