"""What the register knows, as data frames: fetched while the file is read, some ten thousand workplaces at a time.

PostgreSQL hands over each stretch as one text, which costs a third of a row for a row. Where a feed has few lines, only
the workplaces that it names are asked for.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection

from katip.registry.models import Activity
from katip.updates.feed.columns import month_day
from katip.updates.models import Feed, FeedState

FEW = 20_000
"""workplaces that are asked for by name"""
_STRETCH = 50_000
_DIGITS = 26

_PLACES = {"workplace": pl.Int64, "key": pl.Int128, "now": pl.String}
_FIGURES = {"workplace": pl.Int64, "period": pl.Int32, "employees": pl.Int32, "activity": pl.String}

_PLACES_SQL = """
SELECT max(id), string_agg(concat(id, ',', sgk_number, ',', activity_id), E'\\n') FROM (
    SELECT id, sgk_number, activity_id FROM registry_workplace WHERE id > %s ORDER BY id LIMIT %s
) stretch
"""
_PLACES_NAMED_SQL = """
SELECT string_agg(concat(id, ',', sgk_number, ',', activity_id), E'\\n') FROM registry_workplace
WHERE sgk_number = ANY(%s)
"""
# A row counts while the next one of its workplace is not in force before the first month of the feed.
_FIGURES_SQL = """
SELECT string_agg(
    concat(workplace_id, ',', extract(year FROM period) * 12 + extract(month FROM period) - 1, ',', employees, ',',
           activity_id), E'\\n')
FROM (
    SELECT workplace_id, period, employees, activity_id,
           lead(period) OVER (PARTITION BY workplace_id ORDER BY period) AS following
    FROM registry_headcount WHERE {which}
) told
WHERE following IS NULL OR following > %s
"""


@dataclass(frozen=True, slots=True)
class Register:
    """What is known. `places`: workplace, key (the SGK number as a number), now (its activity).

    `figures`: workplace, period, employees, activity (null where it was never told): each workplace's newest row up to
    the first month of the feed, and all later ones. Activities count in the codes, as in `cells.SCHEMA`.
    """

    places: pl.DataFrame
    figures: pl.DataFrame


def codes_read() -> list[str]:
    """The activity codes that the register knows, in order."""
    return list(Activity.objects.order_by("code").values_list("code", flat=True))


def told_read() -> list[int]:
    """The months of which feeds told already, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT jsonb_array_elements(periods)::int FROM {Feed._meta.db_table} WHERE state = %s ORDER BY 1",  # noqa: S608, SLF001 -- the model's own table
            [FeedState.TAKEN],
        )
        return [number for (number,) in cursor.fetchall()]


def register_read(codes: Sequence[str], first: int) -> Register:
    """Everything, for a feed whose first month is `first` (see `columns.month_no`)."""
    places, figures = [], []
    for low, high, text in _stretches():
        places.append(_frame(text, _PLACES, codes))
        figures.append(
            _frame(_figures("workplace_id > %s AND workplace_id <= %s", [low, high], first), _FIGURES, codes)
        )
    return _register(places, figures, codes)


def figures_read(codes: Sequence[str], first: int, places: pl.DataFrame) -> pl.DataFrame:
    """The figures alone, once more, from an earlier month on."""
    ids = places["workplace"]
    if places.height <= FEW:
        return _frame(_figures("workplace_id = ANY(%s)", [ids.to_list()], first), _FIGURES, codes)
    found = []
    ids = ids.sort()
    for start in range(0, len(ids), _STRETCH):
        low, high = ids[start], ids[min(start + _STRETCH, len(ids)) - 1]
        text = _figures("workplace_id >= %s AND workplace_id <= %s", [low, high], first)
        found.append(_frame(text, _FIGURES, codes))
    return pl.concat(found)


def register_read_named(keys: Collection[int], codes: Sequence[str], first: int) -> Register:
    """The same for a few workplaces, by their SGK numbers as numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES_NAMED_SQL, [[f"{key:0{_DIGITS}}" for key in keys]])
        places = _frame(cursor.fetchone()[0], _PLACES, codes)
    return _register([places], [figures_read(codes, first, places)], codes)


def _stretches() -> Iterator[tuple[int, int, str]]:
    low = -1
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_PLACES_SQL, [low, _STRETCH])
            high, text = cursor.fetchone()
            if high is None:
                return
            yield low, high, text
            low = high


def _figures(which: str, parameters: list[Any], first: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES_SQL.format(which=which), [*parameters, month_day(first)])
        return str(cursor.fetchone()[0] or "")


def _frame(text: str | None, schema: dict[str, Any], codes: Sequence[str]) -> pl.DataFrame:
    """Text of the database as a frame; what is an activity becomes its place in `codes`."""
    if not text:
        return _numbered(pl.DataFrame(schema=schema), codes)
    return _numbered(pl.read_csv(text.encode(), has_header=False, schema=schema), codes)


def _numbered(frame: pl.DataFrame, codes: Sequence[str]) -> pl.DataFrame:
    name = frame.columns[-1]
    if not codes:
        return frame.with_columns(pl.lit(None, pl.Int16).alias(name))
    return frame.with_columns(pl.col(name).cast(pl.Enum(codes)).to_physical().cast(pl.Int16))


def _register(places: list[pl.DataFrame], figures: list[pl.DataFrame], codes: Sequence[str]) -> Register:
    empty = (_frame(None, _PLACES, codes), _frame(None, _FIGURES, codes))
    return Register(pl.concat([*places, empty[0]]), pl.concat([*figures, empty[1]]))
