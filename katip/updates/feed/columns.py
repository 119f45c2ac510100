"""Which columns a feed has. Their readers are the ones that decide; `cells` only knows short cuts to the same."""

from datetime import date

import polars as pl

from katip.core.imports import Column, ImportSpec
from katip.core.imports.values import month, whole_number
from katip.registry.services.imports import shared

MOST_EMPLOYEES = 10_000_000
"""no workplace has as many; a longer figure is another column's"""
KIND = "headcounts"

COLUMNS = (
    shared.sgk_number_column(content="; the workplace must be known (list `workplaces`)"),
    Column(
        name="period",
        parse=month,
        help="the month, `2026-01` or `01.2026`; not a later one than this",
        aliases=("donem", "ay"),
        type="date",
    ),
    Column(
        name="employees",
        parse=whole_number(least=0, most=MOST_EMPLOYEES),
        help="whole persons, 0 or more",
        aliases=("calisan_sayisi", "sigortali_sayisi"),
        type="integer",
    ),
    Column(
        name="nace",
        parse=shared.nace_column().parse,
        help="activity: NACE code of six digits, `22.22.43` or `222243`; must be known (list `activities`). "
        "Empty, or a file without the column, leaves the known one",
        required=False,
        aliases=("nace_kodu", "faaliyet_kodu"),
    ),
)
REASONS = {
    **shared.REASONS,
    "conflict": "another line says something else of the same workplace and month",
    "not_parquet": "this is a broken Parquet file",
    "too_many_lines": "a feed has ten million lines at most; divide it by months",
}
FEED = ImportSpec(
    kind=KIND,
    about="Numbers of employees and activities, one line for a workplace and a month.",
    columns=COLUMNS,
    merges=(),
    reasons=REASONS,
)
"""for the documentation: no list of the import engine's, which takes all of a file or nothing"""

_MONTHS = 12
_PRIME = 2**61 - 1
_DIGITS = 26


def key_of(number: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """An SGK number (of 128 bits) in two: `key`, all but unique and quick to join by, and `check`, the rest."""
    return (number % _PRIME).cast(pl.Int64).alias("key"), (number // _PRIME).cast(pl.Int32).alias("check")


def key_text(key: int, check: int) -> str:
    """The 26 digits again."""
    return f"{check * _PRIME + key:0{_DIGITS}}"


def key_split(number: int) -> tuple[int, int]:
    """As `key_of`, of one number."""
    return number % _PRIME, number // _PRIME


def month_no(day: date) -> int:
    """Months since the year 0: what a period is called in data frames."""
    return day.year * _MONTHS + day.month - 1


def month_day(number: int) -> date:
    """The first day of the month of that number."""
    return date(number // _MONTHS, number % _MONTHS + 1, 1)
