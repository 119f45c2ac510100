"""What the register knows, as data frames: fetched while the file is read, some ten thousand workplaces at a time.

PostgreSQL hands over each stretch as one text, which costs a third of a row for a row. Where a feed has few lines, only
the workplaces that it names are asked for.
"""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from katip.registry.models import Activity
from katip.updates.feed.columns import key_of, month_day
from katip.updates.models import FeedState

FEW = 20_000
"""workplaces that are asked for by name"""
_STRETCH = 50_000
_EPOCH = date(2000, 1, 1)

_PLACE = {"workplace": pl.Int64, "number": pl.Int128, "now": pl.String}
_FIGURE = {"workplace": pl.Int64, "period": pl.Int32, "employees": pl.Int32, "activity": pl.String}

# `||` and days are a good deal quicker than concat() and extract()
_PLACES_SQL = """
SELECT max(id), string_agg(id || ',' || sgk_number || ',' || activity_id, E'\\n') FROM (
    SELECT id, sgk_number, activity_id FROM registry_workplace WHERE id > %s ORDER BY id LIMIT %s
) AS stretch
"""
_PLACES_NAMED_SQL = """
SELECT string_agg(id || ',' || sgk_number || ',' || activity_id, E'\\n') FROM registry_workplace
WHERE sgk_number = ANY(%s)
"""
_FIGURES_SQL = """
SELECT string_agg(
    workplace_id || ',' || (period - date '2000-01-01') || ',' || employees || ',' || COALESCE(activity_id, ''), E'\\n')
FROM ({told}) AS told
"""
_NEWEST = """
SELECT DISTINCT ON (workplace_id) workplace_id, period, employees, activity_id FROM registry_headcount
WHERE {which} ORDER BY workplace_id DESC, period DESC
"""
# A row counts while the next one of its workplace is not in force before the first month that is asked for.
_SINCE = """
SELECT * FROM (
    SELECT workplace_id, period, employees, activity_id,
           lead(period) OVER (PARTITION BY workplace_id ORDER BY period) AS following
    FROM registry_headcount WHERE {which}
) AS every WHERE following IS NULL OR following > %s
"""
_TOLD_SQL = "SELECT DISTINCT jsonb_array_elements(periods)::int FROM updates_feed WHERE state = %s ORDER BY 1"


def codes_read() -> list[str]:
    """The activity codes that the register knows, in order."""
    return list(Activity.objects.order_by("code").values_list("code", flat=True))


def told_read() -> list[int]:
    """The months of which feeds told already, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD_SQL, [FeedState.TAKEN])
        return [number for (number,) in cursor.fetchall()]


def places_read(codes: Sequence[str]) -> pl.DataFrame:
    """Every workplace with its newest figures: workplace, key, check, now (its activity), since, had, did.

    `since` is the month of the figures, `had` the employees, `did` the activity; null where there are none. Activities
    count in `codes`.
    """
    found = [_place(None, None, codes)]
    with ThreadPoolExecutor(1, "register") as beside:  # reads a stretch while the database writes the next
        reading = []
        for low, high, text in _stretches():
            newest = _figures(_NEWEST.format(which="workplace_id > %s AND workplace_id <= %s"), [low, high])
            reading.append(beside.submit(_place, text, newest, codes))
        found += [one.result() for one in reading]
    return pl.concat(found)


def places_read_named(numbers: Collection[str], codes: Sequence[str]) -> pl.DataFrame:
    """The same for a few workplaces, by their SGK numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES_NAMED_SQL, [list(numbers)])
        text = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM registry_workplace WHERE sgk_number = ANY(%s)", [list(numbers)])
        ids = [number for (number,) in cursor.fetchall()]
    return _place(text, _figures(_NEWEST.format(which="workplace_id = ANY(%s)"), [ids]), codes)


def figures_read(workplaces: pl.Series, codes: Sequence[str], first: int) -> pl.DataFrame:
    """All figures that these workplaces had in the month `first` and later, as `merge.LINE`."""
    found = [_figure(None, codes)]
    ids = workplaces.unique().sort()
    for start in range(0, len(ids), FEW):
        asked = ids.slice(start, FEW).to_list()
        told = _figures(_SINCE.format(which="workplace_id = ANY(%s)"), [asked, month_day(first)])
        found.append(_figure(told, codes))
    return pl.concat(found)


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


def _figures(told: str, parameters: list[Any]) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES_SQL.format(told=told), parameters)
        text: str | None = cursor.fetchone()[0]
        return text


def _place(text: str | None, newest: str | None, codes: Sequence[str]) -> pl.DataFrame:
    places = _coded(text, _PLACE, codes)
    figures = _figure(newest, codes).rename({"period": "since", "employees": "had", "activity": "did"})
    named = places.select("workplace", *key_of(pl.col("number")), "now")
    return named.join(figures, on="workplace", how="left")


def _figure(text: str | None, codes: Sequence[str]) -> pl.DataFrame:
    day = pl.lit(_EPOCH) + pl.duration(days="period")
    month = day.dt.year() * 12 + day.dt.month().cast(pl.Int32) - 1
    return _coded(text, _FIGURE, codes).with_columns(month.alias("period"))


def _coded(text: str | None, schema: dict[str, Any], codes: Sequence[str]) -> pl.DataFrame:
    """Text of the database as a frame; its last column, an activity, becomes its place in `codes`."""
    frame = pl.read_csv(text.encode(), has_header=False, schema=schema) if text else pl.DataFrame(schema=schema)
    name = frame.columns[-1]
    if not codes:
        return frame.with_columns(pl.lit(None, pl.Int16).alias(name))
    return frame.with_columns(pl.col(name).cast(pl.Enum(codes)).to_physical().cast(pl.Int16))
