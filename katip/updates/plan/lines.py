"""What a plan keeps: for each contract that is to change, or about which something is to be asked, a line.

A chunk's lines are stored as an Arrow file; what is stored is what is carried out, and its hash says so.
"""

import hashlib
from collections.abc import Iterator, Sequence
from io import BytesIO

import polars as pl

from katip.contracts.month.lines import LINES
from katip.core.errors import KatipError
from katip.rules import MonthOutcome
from katip.updates.plan.decide import OUTCOMES, REASONS, Decided
from katip.updates.plan.tables import HAZARDS, PROFESSIONS

COLUMNS = {**LINES, "province": pl.Int16, "increases": pl.Int64}
"""`increases` is what the whole plan asks more of the professional with the provider, in minutes a month."""


class PlanDamagedError(KatipError):
    """A stored plan is not what was planned."""


def _words(column: str, words: Sequence[str]) -> pl.Expr:
    return pl.col(column).replace_strict(
        list(range(len(words))), [str(word) for word in words], default="", return_dtype=pl.String
    )


def lines_of(decided: Decided) -> pl.DataFrame:
    """The lines of what was decided; what already waits for just this answer, and what stays as it is, has none."""
    rows = decided.lines.with_columns(
        _words("outcome", OUTCOMES).alias("outcome"),
        _words("reason", REASONS).alias("reason"),
        _words("profession", PROFESSIONS).alias("profession"),
        _words("hazard_before", HAZARDS).alias("hazard_before"),
        _words("hazard_after", HAZARDS).alias("hazard_after"),
    )
    rows = _unasked(_resting(rows))
    rows = rows.rename({"minutes": "minutes_before", "total": "running", "fit": "fit_before"})
    return rows.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items()).sort("workplace", "contract")


def _is(*outcomes: MonthOutcome) -> pl.Expr:
    return pl.col("outcome").is_in([str(one) for one in outcomes])


def _resting(rows: pl.DataFrame) -> pl.DataFrame:
    """A contract whose minutes stay although its group's change rests; so does a group that waits for this already."""
    moves = _is(MonthOutcome.AMENDED, MonthOutcome.ASKED, MonthOutcome.PROVIDER)
    part_time = pl.col("full_time") == 0
    floor = _is(MonthOutcome.AMENDED) & part_time & (pl.col("agreed_after") != pl.col("agreed"))  # to be kept, too
    same = moves & (pl.col("minutes_after") == pl.col("minutes")) & ~floor
    waits = (
        _is(MonthOutcome.ASKED, MonthOutcome.PROVIDER)
        & (pl.col("open_minutes") == pl.col("minutes_after"))
        & (pl.col("open_reason").fill_null("") == pl.col("reason"))
        & pl.col("open_update").is_not_null()
    )
    wanted = _is(MonthOutcome.PERSON) & (pl.col("shortage_reason") == pl.col("reason"))
    unchanged = same | waits.fill_null(value=False) | wanted.fill_null(value=False)
    return rows.with_columns(
        pl.when(unchanged).then(pl.lit(str(MonthOutcome.KEPT))).otherwise("outcome").alias("outcome"),
        waits.fill_null(value=False).alias("waits"),
        wanted.fill_null(value=False).alias("wanted"),
    )


def _unasked(rows: pl.DataFrame) -> pl.DataFrame:
    """Say which open processes the month takes back; leave out lines with which nothing is to be done."""
    of_month = pl.col("open_reason") != "-"
    any_update = _is(MonthOutcome.AMENDED, MonthOutcome.ASKED, MonthOutcome.PROVIDER, MonthOutcome.ENDED)
    taken = pl.col("open_update").is_not_null() & (any_update | of_month.fill_null(value=False)) & ~pl.col("waits")
    shortage = pl.col("open_shortage").is_not_null() & ~pl.col("wanted")
    rows = rows.with_columns(
        pl.when(taken).then("open_update").alias("open_update"),
        pl.when(shortage).then("open_shortage").alias("open_shortage"),
    )
    judged = pl.col("fit_after") != pl.col("fit")
    told = pl.col("open_update").is_not_null() | pl.col("open_shortage").is_not_null()
    return rows.filter(~_is(MonthOutcome.KEPT) | judged | told)


def lines_pack(lines: pl.DataFrame) -> tuple[bytes, str]:
    """The stored form of lines, and its SHA-256 (hex)."""
    buffer = BytesIO()
    lines.write_ipc(buffer, compression="zstd")
    content = buffer.getvalue()
    return content, hashlib.sha256(content).hexdigest()


def lines_unpack(content: bytes, plan_hash: str) -> pl.DataFrame:
    """The lines of a stored plan. Raises PlanDamagedError where the content is not what was hashed."""
    if hashlib.sha256(content).hexdigest() != plan_hash:
        raise PlanDamagedError("a stored plan does not have the hash it was stored with")
    return pl.read_ipc(BytesIO(content))


def chunks_of(lines: pl.DataFrame, workplaces: int) -> Iterator[pl.DataFrame]:
    """The lines, cut after every so many workplaces; they come in the workplaces' order."""
    if lines.is_empty():
        return
    number = (pl.col("workplace").rle_id() // workplaces).alias("piece")
    yield from lines.with_columns(number).partition_by("piece", include_key=False, maintain_order=True)
