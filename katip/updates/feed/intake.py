"""From blocks of lines to the good ones, each with its workplace; the others are set aside, with the reason."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from katip.core.imports.faults import FileFaultError
from katip.updates.feed.cells import SCHEMA, Block, Known, block_read
from katip.updates.feed.columns import REASONS, key_text
from katip.updates.feed.faults import Aside, Faults
from katip.updates.feed.merge import LINE
from katip.updates.feed.register import FEW, figures_read, places_read, places_read_named

MOST_LINES = 10_000_000
"""lines of a feed: they are held, 38 bytes each, until all are compared"""
_SGK = "sgk_number"
_MONTHS_ROOM = 1 << 17
"""more than any month's number"""


@dataclass(frozen=True, slots=True)
class Intake:
    """A feed read: `rows` lines in all, `good` ones among them, and the months that these tell of.

    `lines` are the good ones that may change something (as `merge.LINE`), `figures` what is known of their workplaces
    in these months (the same), and `now` their activities (workplace, now).
    """

    rows: int
    good: int
    months: list[int]
    lines: pl.DataFrame
    figures: pl.DataFrame
    now: pl.DataFrame


def intake(
    blocks: Iterable[Block], known: Known, codes: Sequence[str], told: Sequence[int], faults: Faults, *, large: bool
) -> Intake:
    """Read all blocks, and the register meanwhile where the feed is `large`.

    Raises what the blocks raise, and `FileFaultError` `too_many_lines`.
    """
    with ThreadPoolExecutor(1, "feed") as beside:
        reading = beside.submit(_read, blocks, known, faults)
        places = places_read(codes) if large else None
        rows, lines = reading.result()
    if places is None:
        places = _places_of(lines, codes)
    placed = _agreeing(_placed(lines, places, faults), faults)
    months = placed["period"].unique().sort().to_list()
    if len(months) == 1:
        news = placed.filter(_is_news(known_of_newest=not any(number > months[0] for number in told)))
    else:
        news = placed
    return Intake(rows, placed.height, months, news.select(list(LINE)), _figures(news, codes), _now(news))


def _places_of(lines: pl.DataFrame, codes: Sequence[str]) -> pl.DataFrame:
    named = lines.select("key", "check").unique()
    if named.height > FEW:
        return places_read(codes)
    return places_read_named([key_text(*row) for row in named.iter_rows()], codes)


def _is_news(*, known_of_newest: bool) -> pl.Expr:
    """Lines of a feed of one month that say something else than is known, or of which later months are known."""
    did = pl.col("now") if known_of_newest else pl.coalesce("did", "now")
    same = (
        (pl.col("since") <= pl.col("period"))
        & (pl.col("employees") == pl.col("had"))
        & (pl.col("activity").is_null() | (pl.col("activity") == did))
    )
    return ~same.fill_null(value=False)


def _figures(news: pl.DataFrame, codes: Sequence[str]) -> pl.DataFrame:
    """The newest figures, but all of them where months are told that later ones follow."""
    newest = news.filter(pl.col("since").is_not_null()).unique("workplace")
    figures = newest.select("workplace", period="since", employees="had", activity="did")
    earliest: int = news["period"].to_physical().min() if news.height else 0  # type: ignore[assignment] # a number
    newer = figures.filter(pl.col("period") > earliest)["workplace"]
    if not len(newer):
        return figures
    older = figures.filter(~pl.col("workplace").is_in(newer.implode()))
    return pl.concat([older, figures_read(newer, codes, earliest)])


def _now(news: pl.DataFrame) -> pl.DataFrame:
    return news.select("workplace", "now").unique("workplace")


def _read(blocks: Iterable[Block], known: Known, faults: Faults) -> tuple[int, pl.DataFrame]:
    rows, good, found = 0, 0, [pl.DataFrame(schema=SCHEMA)]
    for block in blocks:
        lines, count = block_read(block, known, faults)
        rows, good = rows + count, good + lines.height
        if good > MOST_LINES:
            raise FileFaultError("too_many_lines")
        found.append(lines)
    return rows, pl.concat(found)


def _placed(lines: pl.DataFrame, places: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """The lines with their workplaces; those of unknown ones are set aside."""
    found = lines.join(places, on="key", how="inner", suffix="_known").filter(pl.col("check") == pl.col("check_known"))
    if found.height < lines.height:
        unknown = lines.join(places, on=["key", "check"], how="anti").sort("part", "line")
        faults.add_later(unknown.height, _Later(unknown.select("part", "line", "key", "check"), _unknown))
    return found.drop("check", "check_known")


def _agreeing(lines: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """One line for a workplace and month; where several say different things, all of them are set aside."""
    month = pl.col("workplace") * _MONTHS_ROOM + pl.col("period")
    if lines.select(month.n_unique()).item() == lines.height:
        return lines
    same = lines.unique(list(LINE))
    twice = same.filter(pl.struct("workplace", "period").is_duplicated()).select("workplace", "period").unique()
    if twice.height:
        against = lines.join(twice, on=["workplace", "period"], how="semi").sort("part", "line")
        faults.add_later(against.height, _Later(against.select("part", "line", "employees"), _conflict))
        same = same.join(twice, on=["workplace", "period"], how="anti")
    return same


@dataclass(frozen=True, slots=True)
class _Later:
    """Faults that a frame of lines stands for."""

    lines: pl.DataFrame
    aside: Callable[..., Aside]

    def __iter__(self) -> Iterator[Aside]:
        return (self.aside(*row) for row in self.lines.iter_rows())


def _unknown(part: int, line: int, key: int, check: int) -> Aside:
    code = "unknown_workplace"
    return Aside(part, line, _SGK, key_text(key, check), code, REASONS[code])


def _conflict(part: int, line: int, employees: int) -> Aside:
    return Aside(part, line, "employees", str(employees), "conflict", REASONS["conflict"])
