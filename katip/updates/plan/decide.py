"""`rules.month` by set: every group of contracts of the snapshot at once.

A group is the contracts of one profession at one workplace. Steps and names follow `rules.month.month_plan`; capacity
comes last, over all groups. A test holds the whole against the rules, over random countries.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from katip.rules import FULL_TIME_MONTH_MINUTES, MonthOutcome, MonthReason, Profession
from katip.updates.plan.snapshot import Snapshot
from katip.updates.plan.tables import PROFESSIONS, RequirementColumns, requirement, serves

OUTCOMES = tuple(MonthOutcome)
REASONS = tuple(MonthReason)
FITS = ("fit", "above", "short")
_NOTHING = -1  # no reason
_DSP = PROFESSIONS.index(Profession.OTHER_HEALTH_PERSONNEL)
_PHYSICIAN = PROFESSIONS.index(Profession.WORKPLACE_PHYSICIAN)
_GROUP = ["workplace", "profession"]


def _of(outcome: MonthOutcome) -> pl.Expr:
    return pl.lit(OUTCOMES.index(outcome), dtype=pl.Int8)


def _why(reason: MonthReason | None) -> pl.Expr:
    return pl.lit(_NOTHING if reason is None else REASONS.index(reason), dtype=pl.Int8)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: a row for each contract of each group looked at, and for each profession newly missing.

    `lines` has the snapshot's columns and `outcome`, `reason` (numbers), `minutes_after`, `agreed_after`,
    `required_before`, `required_after`, `fit_after`, and `staff`,
    `free` and `increases` of whoever is asked for more. `missing` has workplace and profession.
    """

    lines: pl.DataFrame
    missing: pl.DataFrame


def decide(snapshot: Snapshot, as_of: date) -> Decided:
    """Decide for every group of the snapshot whose figures changed or for which something still waits."""
    rows = _measured(snapshot, as_of)
    lines = _with_minutes(_with_questions(rows))
    lines = _with_capacity(lines, snapshot.free)
    return Decided(_with_fit(lines), _missing(snapshot, as_of))


def _measured(snapshot: Snapshot, as_of: date) -> pl.DataFrame:
    """Contracts of the groups to look at, with what was and what is owed. The newest terms measure the whole group."""
    rows = snapshot.contracts.join(snapshot.workplaces, on="workplace", how="inner").sort("workplace", "contract")
    physician = (pl.col("full_time") * (pl.col("profession") == _PHYSICIAN)).max().over("workplace")
    rows = rows.with_columns(physician.cast(pl.Int8).alias("physician"))
    groups = rows.group_by(_GROUP).agg(
        pl.col("employees_before", "hazard_before").sort_by("measured", "contract").last(),
        (pl.col("open_update").is_not_null() & (pl.col("open_reason") != "-")).any().alias("updates_wait"),
        pl.col("open_shortage").is_not_null().any().alias("shortage_waits"),
    )
    rows = rows.drop("employees_before", "hazard_before").join(groups, on=_GROUP, how="inner")
    differs = (pl.col("employees_before") != pl.col("employees_after")) | (
        pl.col("hazard_before") != pl.col("hazard_after")
    )
    rows = rows.filter(differs | pl.col("updates_wait") | pl.col("shortage_waits"))
    old = _requirement(as_of, "before")
    new = _requirement(as_of, "after")
    return rows.with_columns(
        old.persons.alias("persons_before"),
        new.persons.alias("persons_after"),
        old.minutes.alias("law_before"),
        new.minutes.alias("law_after"),
        new.has_threshold.alias("threshold_after"),
        old.has_threshold.alias("threshold_before"),
        serves(as_of, profession="profession", certificate_class="class", hazard="hazard_after").alias("serves"),
    )


def _requirement(as_of: date, when: str) -> RequirementColumns:
    return requirement(
        as_of,
        profession="profession",
        hazard=f"hazard_{when}",
        employees=f"employees_{when}",
        physician="physician",
    )


def _owed(persons: str, minutes: str, threshold: str) -> pl.Expr:
    """`rules.minutes_owed`."""
    extra = (pl.col("full_timers") - pl.col(persons)).clip(lower_bound=0)
    month = pl.lit(FULL_TIME_MONTH_MINUTES)
    return (
        pl.when((extra > 0) & ~pl.col(threshold))
        .then((pl.col(minutes) - extra * month).clip(lower_bound=0))
        .when(extra > 0)
        .then(0)
        .otherwise(pl.col(minutes))
    )


def _with_questions(rows: pl.DataFrame) -> pl.DataFrame:
    """Everything of `month_plan` before minutes, in its order."""
    part = pl.col("full_time") == 0
    rows = rows.with_columns(
        pl.col("full_time").cast(pl.Int64).sum().over(_GROUP).alias("full_timers"),
        (part.cast(pl.Int64) * pl.col("minutes")).sum().over(_GROUP).alias("total"),
        (part.cast(pl.Int64) * pl.col("agreed")).sum().over(_GROUP).alias("total_agreed"),
        part.any().over(_GROUP).alias("has_part_time"),
        pl.col("serves").all().over(_GROUP).alias("all_serve"),
        (pl.col("valid") == 1).all().over(_GROUP).alias("all_valid"),
    )
    rows = rows.with_columns(
        _owed("persons_before", "law_before", "threshold_before").alias("required_before"),
        _owed("persons_after", "law_after", "threshold_after").alias("required_after"),
    )
    stands = pl.col("undertaken") & (pl.col("profession") != _DSP)
    questions: list[tuple[pl.Expr, MonthOutcome, MonthReason | None]] = [
        (pl.col("employees_after") == 0, MonthOutcome.ENDED, MonthReason.HEADCOUNT_ZERO),
        (stands, MonthOutcome.KEPT, None),
        (
            pl.col("persons_before") != pl.col("persons_after"),
            MonthOutcome.PERSON,
            MonthReason.FULL_TIME_THRESHOLD,
        ),
        (~pl.col("all_serve"), MonthOutcome.PERSON, MonthReason.CERTIFICATE_UNFIT),
        (~pl.col("all_valid"), MonthOutcome.PERSON, MonthReason.CERTIFICATE_EXPIRED),
        (
            ~pl.col("has_part_time") & (pl.col("required_after") > pl.col("required_before")),
            MonthOutcome.PERSON,
            MonthReason.NO_PART_TIME,
        ),
        (~pl.col("has_part_time"), MonthOutcome.KEPT, None),
    ]
    outcome, reason = pl.lit(None, dtype=pl.Int8), _why(None)
    for holds, then, why in reversed(questions):
        outcome = pl.when(holds).then(_of(then)).otherwise(outcome)
        reason = pl.when(holds).then(_why(why)).otherwise(reason)
    return rows.with_columns(outcome.alias("outcome"), reason.alias("reason"))


def _with_minutes(rows: pl.DataFrame) -> pl.DataFrame:
    """The new minutes of part-time contracts, shared as `rules.split_minutes` shares; consent decides who is asked."""
    at_minimum = pl.col("total") == pl.col("required_before")
    floor = pl.max_horizontal("required_after", "total_agreed")
    target = (
        pl.when(at_minimum)
        .then(pl.when(floor > 0).then(floor).otherwise(pl.col("total")))
        .otherwise(pl.max_horizontal("required_after", "total"))
    )
    part = pl.col("full_time") == 0
    rows = rows.with_columns(target.alias("target"))
    # split_minutes: the largest takes what rounding leaves over, of equals the oldest, of equally old the least key
    weight = pl.when(part).then(pl.col("minutes")).otherwise(0)
    share = pl.when(pl.col("total") > 0).then(pl.col("target") * weight // pl.col("total")).otherwise(0)
    rows = rows.with_columns(share.alias("share")).sort(
        ["workplace", "profession", "full_time", "minutes", "since", "contract"],
        descending=[False, False, False, True, False, False],
    )
    left = pl.col("target") - pl.col("share").sum().over(_GROUP)
    first = pl.int_range(pl.len()).over(_GROUP) == 0
    rows = rows.with_columns(pl.when(part & first).then(pl.col("share") + left).otherwise("share").alias("share"))
    least = pl.col("share").filter(part).min().over(_GROUP)
    undecided = pl.col("outcome").is_null()
    changes = undecided & (pl.col("target") != pl.col("total")) & (least > 0)
    above = pl.col("total") > pl.col("required_before")
    return rows.with_columns(
        pl.when(~undecided)
        .then("outcome")
        .when(changes)
        .then(pl.when(pl.col("consent") == 1).then(_of(MonthOutcome.AMENDED)).otherwise(_of(MonthOutcome.ASKED)))
        .otherwise(_of(MonthOutcome.KEPT))
        .alias("outcome"),
        pl.when(changes & part).then("share").otherwise("minutes").alias("minutes_after"),
        pl.when(above).then("minutes").otherwise("agreed").alias("agreed_after"),
    )


def _with_capacity(rows: pl.DataFrame, free: pl.DataFrame) -> pl.DataFrame:
    """`rules.overdrawn`: groups with somebody whose increases together exceed what is free go to the provider whole."""
    amended = pl.col("outcome") == OUTCOMES.index(MonthOutcome.AMENDED)
    asked = rows.filter(amended & pl.col("provider").is_not_null() & (pl.col("full_time") == 0))
    increase = (pl.col("minutes_after") - pl.col("minutes")).clip(lower_bound=0)
    sums = asked.group_by("professional", "provider").agg(increase.sum().alias("increases"))
    sums = sums.join(free, on=["professional", "provider"], how="left")
    short = sums.filter((pl.col("increases") > 0) & (pl.col("increases") > pl.col("free").fill_null(0)))
    groups = asked.join(short, on=["professional", "provider"], how="semi").select(_GROUP).unique()
    groups = groups.with_columns(pl.lit(value=True).alias("diverted"))
    rows = rows.join(groups, on=_GROUP, how="left").join(
        sums.select("professional", "provider", "staff", "free", "increases"),
        on=["professional", "provider"],
        how="left",
    )
    diverted = amended & pl.col("diverted").fill_null(value=False)
    return rows.with_columns(
        pl.when(diverted).then(_of(MonthOutcome.PROVIDER)).otherwise("outcome").alias("outcome"),
        pl.when(diverted).then(_why(MonthReason.CAPACITY_SHORT)).otherwise("reason").alias("reason"),
    ).drop("diverted")


def _with_fit(rows: pl.DataFrame) -> pl.DataFrame:
    """`rules.judge_compliance` of what runs afterwards, in the words that contracts carry."""
    part = (pl.col("full_time") == 0).cast(pl.Int64)
    amended = pl.col("outcome") == OUTCOMES.index(MonthOutcome.AMENDED)
    running = (part * pl.when(amended).then("minutes_after").otherwise("minutes")).sum().over(_GROUP)
    extra = (pl.col("full_timers") - pl.col("persons_after")).clip(lower_bound=0)
    unmeasured = (extra > 0) & ~pl.col("threshold_after")  # full-timers whose months count as minutes
    running = running + pl.when(unmeasured).then(extra * FULL_TIME_MONTH_MINUTES).otherwise(0)
    owed = pl.when(unmeasured).then(pl.col("law_after")).otherwise(pl.col("required_after"))
    serving = pl.when(pl.col("law_after") > 0).then(extra - 1).otherwise(extra)  # one of them takes the remainder
    surplus_persons = pl.when(unmeasured | (extra == 0)).then(0).otherwise(serving)
    short = (pl.col("full_timers") < pl.col("persons_after")) | (running < owed)
    stands = pl.col("undertaken") & (pl.col("profession") != _DSP)
    fit = (
        pl.when(stands)
        .then(pl.lit("above"))
        .when(short)
        .then(pl.lit("short"))
        .when((running > owed) | (surplus_persons > 0))
        .then(pl.lit("above"))
        .otherwise(pl.lit("fit"))
    )
    return rows.with_columns(fit.alias("fit_after"))


def _missing(snapshot: Snapshot, as_of: date) -> pl.DataFrame:
    """Professions owed by the new figures, not owed (or served in person) before, for which there is nobody."""
    every = pl.DataFrame({"profession": range(len(PROFESSIONS))}, schema={"profession": pl.Int8})
    physicians = (
        snapshot.contracts.filter((pl.col("full_time") == 1) & (pl.col("profession") == _PHYSICIAN))
        .select("workplace", pl.lit(1, dtype=pl.Int8).alias("physician"))
        .unique()
    )
    rows = snapshot.workplaces.join(physicians, on="workplace", how="left").with_columns(
        pl.col("physician").fill_null(0),
        pl.col("employees_known").fill_null(0).alias("employees_before"),
        pl.col("hazard_known").fill_null(pl.col("hazard_after")).alias("hazard_before"),
    )
    rows = rows.join(every, how="cross")
    undertakes = pl.col("undertaking") & (pl.col("profession") != _DSP)
    free_before = ~_requirement(as_of, "before").required | undertakes
    rows = rows.filter(_requirement(as_of, "after").required & free_before & ~(undertakes & pl.col("undertaken")))
    rows = rows.join(snapshot.contracts.select(_GROUP).unique(), on=_GROUP, how="anti")
    return rows.select(_GROUP).sort(_GROUP)
