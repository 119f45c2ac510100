"""What a feed changes: pure, over data frames, whatever the number of workplaces.

A row of figures says how many work at a workplace, and in which activity, from a month on until its next row. A feed
tells months. Where it tells what is known for a month, nothing is written; where it tells something else, a row for
that month is. If a later month was told already, which had nothing new to write then, a row with the figures of before
goes there first: a late month corrects itself and not what followed. So months may come in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

LINE = {"workplace": pl.Int64, "period": pl.Int32, "employees": pl.Int32, "activity": pl.Int16}


@dataclass(frozen=True, slots=True)
class Merged:
    """What is to be written: new rows and changed ones (both as `LINE`), and activities that are others from now on.

    `moved`: workplace, activity.
    """

    added: pl.DataFrame
    changed: pl.DataFrame
    moved: pl.DataFrame

    @property
    def workplaces(self) -> int:
        """How many workplaces have other figures than before."""
        return pl.concat([self.added["workplace"], self.changed["workplace"]]).n_unique()


def merge(lines: pl.DataFrame, figures: pl.DataFrame, now: pl.DataFrame, told: Sequence[int]) -> Merged:
    """Hold good lines (as `LINE`, one for a workplace and month) against what is known.

    `figures` are the rows of these workplaces, at least the newest up to the first month of the lines and all later
    ones; `now` their activities (workplace, now); `told` the months that earlier feeds told.
    """
    months = lines["period"].unique().sort().to_list()
    rows, start = figures.select(list(LINE)), now.select("workplace", "now")
    current, written = start, [rows.clear()]
    for month in months:
        of_month = lines if len(months) == 1 else lines.filter(pl.col("period") == month)
        following = next((number for number in sorted(told) if number > month), None)
        fresh, current = _month(of_month, rows, current, month, following)
        written.append(fresh)
        if len(months) > 1:
            rows = pl.concat([rows, fresh]).unique(["workplace", "period"], keep="last", maintain_order=True)
    found = pl.concat(written).unique(["workplace", "period"], keep="last", maintain_order=True)
    known = figures.select("workplace", "period")
    if len(months) > 1:
        found = found.join(_repeating(rows, known), on=["workplace", "period"], how="anti")
    moved = current.join(start.rename({"now": "was"}), on="workplace").filter(pl.col("now") != pl.col("was"))
    return Merged(
        found.join(known, on=["workplace", "period"], how="anti"),
        found.join(known, on=["workplace", "period"], how="semi"),
        moved.select("workplace", activity="now"),
    )


def _repeating(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """New rows that say what the row before says: a later month of the same feed made them needless."""
    before = rows.sort("workplace", "period").with_columns(
        *(pl.col(name).shift().over("workplace").alias(f"{name}_before") for name in ("employees", "activity"))
    )
    same = (pl.col("employees") == pl.col("employees_before")) & pl.col("activity").eq_missing(
        pl.col("activity_before")
    )
    return before.filter(same).join(known, on=["workplace", "period"], how="anti").select("workplace", "period")


def _month(
    lines: pl.DataFrame, rows: pl.DataFrame, now: pl.DataFrame, month: int, following: int | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that one month writes, and the activities afterwards."""
    earlier = rows.filter(pl.col("period") <= month)
    if earlier["workplace"].n_unique() < earlier.height:
        earlier = earlier.sort("workplace", "period").unique("workplace", keep="last", maintain_order=True)
    before = earlier.select("workplace", had="employees", did="activity")
    later = rows.filter(pl.col("period") > month)
    seen = (
        lines.join(before, on="workplace", how="left")
        .join(now, on="workplace", how="left")
        .join(later.group_by("workplace").agg(pl.col("period").min().alias("next")), on="workplace", how="left")
    )
    # of the newest month the register's own activity is the known one, of an earlier month the row's
    is_newest = pl.lit(value=following is None) & pl.col("next").is_null()
    did = pl.when(is_newest).then(pl.col("now")).otherwise(pl.coalesce("did", "now"))
    differs = (
        pl.col("had").is_null()
        | (pl.col("employees") != pl.col("had"))
        | (pl.col("activity").is_not_null() & pl.col("activity").ne_missing(did))
    )
    different = seen.filter(differs)
    fresh = [
        different.select("workplace", "period", "employees", pl.coalesce("activity", "did", "now").alias("activity"))
    ]
    stays = pl.lit(value=False)
    if following is not None:
        stays = pl.col("had").is_not_null() & (pl.col("next").is_null() | (pl.col("next") > following))
        kept = different.filter(stays)
        fresh.append(
            kept.select(
                "workplace",
                pl.lit(following, pl.Int32).alias("period"),
                pl.col("had").alias("employees"),
                pl.coalesce("did", "now").alias("activity"),
            )
        )
    told_now = different.filter(pl.col("next").is_null() & ~stays & pl.col("activity").is_not_null())
    after = now.update(told_now.select("workplace", now="activity"), on="workplace") if told_now.height else now
    return pl.concat(fresh), after
