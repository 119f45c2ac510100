"""From blocks of lines to the good ones, each with its workplace; the others are set aside, with the reason."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from katip.core.imports.faults import FileFaultError
from katip.updates.feed.cells import SCHEMA, Block, Known, block_read
from katip.updates.feed.columns import REASONS
from katip.updates.feed.faults import Aside, Faults
from katip.updates.feed.register import FEW, Register, figures_read, register_read, register_read_named

MOST_LINES = 10_000_000
"""lines of a feed: they are held, 38 bytes each, until all are compared"""
_SGK = "sgk_number"
_LINE = ("workplace", "period", "employees", "activity")
_DIGITS = 26


@dataclass(frozen=True, slots=True)
class Intake:
    """A feed read: `rows` lines in all, the good ones once each (as `merge.LINE`), and the register as it stands."""

    rows: int
    lines: pl.DataFrame
    register: Register


def intake(blocks: Iterable[Block], known: Known, codes: Sequence[str], faults: Faults, *, large: bool) -> Intake:
    """Read all blocks, and the register meanwhile where the feed is `large`.

    Raises what the blocks raise, and `FileFaultError` `too_many_lines`.
    """
    with ThreadPoolExecutor(1, "feed") as beside:
        reading = beside.submit(_read, blocks, known, faults)
        register = register_read(codes, known.newest) if large else None
        rows, lines = reading.result()
    if not lines.height:
        return Intake(rows, lines.select(pl.lit(0).alias("workplace"), *_LINE[1:]).clear(), _nothing(codes))
    earliest: int = lines["period"].to_physical().min()  # type: ignore[assignment] # a column of numbers
    if register is not None:
        register = _since(register, codes, earliest)
    elif lines["key"].n_unique() <= FEW:
        register = register_read_named(lines["key"].unique().to_list(), codes, earliest)
    else:
        register = register_read(codes, earliest)
    return Intake(rows, _agreeing(_placed(lines, register.places, faults), faults), register)


def _read(blocks: Iterable[Block], known: Known, faults: Faults) -> tuple[int, pl.DataFrame]:
    rows, good, found = 0, 0, [pl.DataFrame(schema=SCHEMA)]
    for block in blocks:
        lines, count = block_read(block, known, faults)
        rows, good = rows + count, good + lines.height
        if good > MOST_LINES:
            raise FileFaultError("too_many_lines")
        found.append(lines)
    return rows, pl.concat(found)


def _nothing(codes: Sequence[str]) -> Register:
    return register_read_named([], codes, 0)


def _since(register: Register, codes: Sequence[str], earliest: int) -> Register:
    """The register as a feed needs it that tells of earlier months than some of its newest figures."""
    newer = register.figures.filter(pl.col("period") > earliest).select("workplace")
    if not newer.height:
        return register
    older = register.figures.join(newer, on="workplace", how="anti")
    return Register(register.places, pl.concat([older, figures_read(codes, earliest, newer)]))


def _placed(lines: pl.DataFrame, places: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """The lines with their workplaces; those of unknown ones are set aside."""
    found = lines.join(places.select("key", "workplace"), on="key", how="left")
    unknown = found.filter(pl.col("workplace").is_null()).select("part", "line", "key").sort("part", "line")
    if unknown.height:
        faults.add_later(unknown.height, _Later(unknown, _unknown))
        found = found.filter(pl.col("workplace").is_not_null())
    return found


def _agreeing(lines: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """One line for a workplace and month; where several say different things, all of them are set aside."""
    once = lines.select("workplace", "period").unique()
    if once.height == lines.height:
        return lines.select(_LINE)
    same = lines.select(_LINE).unique()
    twice = same.select("workplace", "period").filter(pl.struct("workplace", "period").is_duplicated()).unique()
    if twice.height:
        against = lines.join(twice, on=["workplace", "period"], how="semi").sort("part", "line")
        faults.add_later(against.height, _Later(against.select("part", "line", "employees"), _conflict))
        same = same.join(twice, on=["workplace", "period"], how="anti")
    return same


@dataclass(frozen=True, slots=True)
class _Later:
    """Faults that a frame of lines stands for."""

    lines: pl.DataFrame
    aside: Callable[[int, int, int], Aside]

    def __iter__(self) -> Iterator[Aside]:
        return (self.aside(*row) for row in self.lines.iter_rows())


def _unknown(part: int, line: int, key: int) -> Aside:
    code = "unknown_workplace"
    return Aside(part, line, _SGK, f"{key:0{_DIGITS}}", code, REASONS[code])


def _conflict(part: int, line: int, employees: int) -> Aside:
    return Aside(part, line, "employees", str(employees), "conflict", REASONS["conflict"])
