"""What the register knows, as data frames: kept from one feed to the next (`core.kept`), and renewed by what changed.

Where a feed has few lines, only the workplaces that it names are asked for.
"""

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

import polars as pl
from django.db import connection

from katip.core.frames import Schema, frame_read
from katip.core.kept import Mark, kept_read, kept_write
from katip.registry.models import Activity
from katip.updates.feed.columns import key_of, month_day
from katip.updates.models import FeedState

FEW = 20_000
"""workplaces that are asked for by name"""
_LITTLE = 100
"""one in so many may have changed before what is kept is written anew"""
_NAME = "places"
_NUMBERED = {"workplace": pl.Int64, "number": pl.Int128, "now": pl.String}
_TOLD = {"workplace": pl.Int64, "month": pl.Int32, "employees": pl.Int32, "activity": pl.String}
_PLACE: Schema = {"workplace": pl.Int64, "key": pl.Int64, "check": pl.Int32, "now": pl.Int16}
_FIGURE: Schema = {"workplace": pl.Int64, "since": pl.Int32, "had": pl.Int32, "did": pl.Int16}
PLACES: Schema = {**_PLACE, **_FIGURE}

_PLACES_SQL = "SELECT id, sgk_number, activity_id FROM registry_workplace WHERE {which}"
_FIGURES_SQL = """
SELECT workplace_id, (extract(year FROM period) * 12 + extract(month FROM period) - 1)::int, employees, activity_id
FROM registry_headcount WHERE {which}
"""
_NEWEST_SQL = """
SELECT DISTINCT ON (workplace_id) workplace_id,
       (extract(year FROM period) * 12 + extract(month FROM period) - 1)::int, employees, activity_id
FROM registry_headcount ORDER BY workplace_id DESC, period DESC
"""
# A row counts while the next one of its workplace is not in force before the first month that is asked for.
_SINCE_SQL = """
SELECT workplace_id, (extract(year FROM period) * 12 + extract(month FROM period) - 1)::int, employees, activity_id
FROM (
    SELECT *, lead(period) OVER (PARTITION BY workplace_id ORDER BY period) AS following
    FROM registry_headcount WHERE workplace_id = ANY({ids}::bigint[])
) AS every WHERE following IS NULL OR following > {first}
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
    now = Mark.now("registry_workplace", "registry_headcount")
    shape = {**PLACES, "codes": hashlib.sha256(" ".join(codes).encode()).hexdigest()}
    kept = kept_read(_NAME, shape, now)
    if kept is None:
        places, news = _joined(_places("true", codes), _figures(_NEWEST_SQL, codes)), None
    else:
        then, before = kept
        places, news = _renewed(before, then.changed(), codes)
    if news is None or news * _LITTLE > places.height:
        kept_write(_NAME, places, shape, now)
    return places


def places_read_named(numbers: Collection[str], codes: Sequence[str]) -> pl.DataFrame:
    """The same for a few workplaces, by their SGK numbers."""
    places = _places("sgk_number = ANY({numbers})", codes, numbers=list(numbers))
    return _joined(places, _figures_of(places["workplace"], codes))


def figures_read(workplaces: pl.Series, codes: Sequence[str], first: int) -> pl.DataFrame:
    """All figures that these workplaces had in the month `first` and later, as `merge.LINE`."""
    found = [pl.DataFrame(schema=dict(_FIGURE))]
    ids = workplaces.unique().sort()
    for start in range(0, len(ids), FEW):
        asked = ids.slice(start, FEW).to_list()
        found.append(_figures(_SINCE_SQL, codes, ids=asked, first=month_day(first)))
    return pl.concat(found).rename({"since": "period", "had": "employees", "did": "activity"})


def _renewed(before: pl.DataFrame, changed: str, codes: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """The places with what was written since, and of how many of them that was."""
    places, figures = _places(changed, codes), _figures(_FIGURES_SQL.replace("{which}", changed), codes)
    touched = pl.concat([places["workplace"], figures["workplace"]]).unique()
    if not len(touched):
        return before, 0
    is_touched = pl.col("workplace").is_in(touched.implode())
    stale = before.filter(is_touched)
    is_read = pl.col("workplace").is_in(places["workplace"].implode())
    named = pl.concat([stale.filter(~is_read).select(list(_PLACE)), places])
    told = pl.concat([stale.filter(pl.col("since").is_not_null()).select(list(_FIGURE)), figures])
    return pl.concat([before.filter(~is_touched), _joined(named, _newest(told))]), len(touched)


def _newest(figures: pl.DataFrame) -> pl.DataFrame:
    """Of each workplace the newest figures; of the same month those that stand last."""
    return figures.sort("workplace", "since", maintain_order=True).unique("workplace", keep="last", maintain_order=True)


def _joined(places: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    return places.join(figures, on="workplace", how="left").select(list(PLACES))


def _places(which: str, codes: Sequence[str], **given: Any) -> pl.DataFrame:
    frame = frame_read(_PLACES_SQL.replace("{which}", which), given, _NUMBERED)
    return _coded(frame, codes).select("workplace", *key_of(pl.col("number")), "now")


def _figures_of(workplaces: pl.Series, codes: Sequence[str]) -> pl.DataFrame:
    which = "workplace_id = ANY({ids}::bigint[])"
    return _newest(_figures(_FIGURES_SQL.replace("{which}", which), codes, ids=workplaces.to_list()))


def _figures(query: str, codes: Sequence[str], **given: Any) -> pl.DataFrame:
    frame = _coded(frame_read(query, given, _TOLD), codes)
    return frame.rename({"month": "since", "employees": "had", "activity": "did"})


def _coded(frame: pl.DataFrame, codes: Sequence[str]) -> pl.DataFrame:
    """The frame's last column, an activity, as its place in `codes`."""
    name = frame.columns[-1]
    if not codes:
        return frame.with_columns(pl.lit(None, pl.Int16).alias(name))
    return frame.with_columns(pl.col(name).cast(pl.Enum(codes)).to_physical().cast(pl.Int16))
