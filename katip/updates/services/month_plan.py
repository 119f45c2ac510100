"""Planning a month: what its figures would do, from one snapshot of the register. Nothing comes into force by it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import connection

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.frames import frame_write
from katip.core.usecase import snapshot_use_case, whole_from_here
from katip.registry.models import OfficialRole
from katip.registry.permissions import require_office
from katip.rules import MonthOutcome, MonthReason, RuleViolation
from katip.updates.models import Feed, FeedState, MonthChunk, MonthRun, RunState
from katip.updates.plan.beside import Beside
from katip.updates.plan.decide import Decided, decide
from katip.updates.plan.lines import chunks_of, lines_of, lines_pack
from katip.updates.plan.snapshot import (
    Snapshot,
    candidates_make,
    contracts_of,
    free_of,
    session_prepare,
    workplaces_read,
)
from katip.updates.plan.tables import PROFESSIONS
from katip.updates.plan.terms import terms_read

CHUNK = 1_500
"""workplaces of a chunk: few enough that an approval which meets one waits no longer than an eye blinks"""
_MARGIN = timedelta(minutes=1)


@snapshot_use_case
def month_plan(*, actor: Actor, at: datetime, period: date, whole: bool = False, chunk: int = CHUNK) -> MonthRun:
    """Plan the month `period` (its first day) for all workplaces whose figures changed since the last month.

    `whole` looks at every workplace with a contract in force. Raises `PermissionRefusedError` unless the operator's
    command or an official who runs the installation acts, and `RuleViolation`: `month_not_told` where no feed of that
    month was taken yet, `month_past` where a later one was: contracts never change backwards.
    """
    return month_plan_within(actor, at, period, whole=whole, chunk=chunk)


def month_plan_within(actor: Actor, at: datetime, period: date, *, whole: bool = False, chunk: int = CHUNK) -> MonthRun:
    """`month_plan` as a part of the calling use case."""
    require_runner(actor)
    require_newest(period)
    feeds, since = feeds_pending(day_of(at))
    session_prepare()
    mark = _mark(at)
    with Beside() as beside:
        figures = beside.ask(lambda: _workplaces(feeds, since, period, at, whole=whole))
        terms = terms_read(at)
        free = free_of(terms, at)
        workplaces = figures.result()
        snapshot = Snapshot(workplaces, contracts_of(terms, workplaces, at), free)
    run = MonthRun.objects.create(period=period, begun_by_id=actor.person_id, planned_at=at, mark=mark)
    decided = decide(snapshot, day_of(at))
    lines = lines_of(decided)
    pieces = list(chunks_of(lines, chunk))
    MonthChunk.objects.bulk_create((_chunk(run, no, piece) for no, piece in enumerate(pieces, start=1)), batch_size=50)
    _missing_write(run, decided)
    run.state, run.chunks, run.groups = RunState.PLANNED, len(pieces), _groups(decided)
    told = {"feeds": sorted(feeds), "months": months_done(), "workplaces_changed": _changed(workplaces)}
    run.summary = {**_summary(decided, lines), **told}
    run.save(update_fields=["state", "chunks", "groups", "summary"])
    record(actor, at, Happening("month:run:planned", run.pk, {"period": period.isoformat(), **run.summary}))
    return run


def _workplaces(feeds: set[int], since: date, period: date, at: datetime, *, whole: bool) -> pl.DataFrame:
    """The workplaces looked at, for a session that has noted them itself: a temporary table is one session's."""
    candidates_make(feeds, since, at, whole=whole)
    return workplaces_read(period, at, feeds=feeds)


def require_runner(actor: Actor) -> None:
    """Raise `PermissionRefusedError` unless this is the operator's command, or an official of the operator."""
    if actor.capacity == Capacity.OPERATOR:
        return
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
    require_office(actor, OfficialRole.OPERATOR)
    whole_from_here("a month is the house's work, whoever has it begin")


def require_newest(period: date) -> None:
    """Raise `RuleViolation` unless `period` is the newest month that the register was told of."""
    taken = Feed.objects.filter(state=FeedState.TAKEN, last_period__isnull=False).order_by("-last_period")
    newest = taken.values_list("last_period", flat=True).first()
    if newest is None or newest < period:
        raise RuleViolation("month_not_told", facts={"period": period, "newest": newest})
    if newest > period:
        raise RuleViolation("month_past", facts={"period": period, "newest": newest})


def feeds_pending(today: date) -> tuple[set[int], date]:
    """Feeds that no month carried out yet has seen, and the day since which changed classes were not looked at.

    Before the first month there is no such day but today: contracts were measured by the classes of their own.
    """
    seen: set[int] = set()
    since = today
    carried = MonthRun.objects.filter(state__in=(RunState.APPLYING, RunState.CLOSING, RunState.DONE))
    for summary, planned_at in carried.values_list("summary", "planned_at").order_by("pk"):
        seen.update(summary.get("feeds", []))
        since = day_of(planned_at)
    taken = Feed.objects.filter(state=FeedState.TAKEN).exclude(pk__in=seen)
    return set(taken.values_list("pk", flat=True)), since


def months_done() -> int:
    """How many runs were carried out to their end: a plan made before the last of them knows nothing of it."""
    return MonthRun.objects.filter(state=RunState.DONE).count()


def _mark(at: datetime) -> datetime:
    """Since when something may be missing in the snapshot: the oldest transaction under way, or now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(now(), min(xact_start)), coalesce(bool_or(query = '<insufficient privilege>'), false)"
            " FROM pg_stat_activity WHERE datname = current_database()"
        )
        [(oldest, hidden)] = cursor.fetchall()
    if hidden:  # a transaction under way would not count, and what it writes would never be planned
        message = "the house may not see since when other logins write: GRANT pg_read_all_stats"
        raise RuntimeError(message)
    earliest: datetime = min(at, oldest)
    return earliest - _MARGIN


def _chunk(run: MonthRun, no: int, lines: pl.DataFrame) -> MonthChunk:
    content, plan_hash = lines_pack(lines)
    return MonthChunk(
        run=run,
        no=no,
        workplace_from=lines["workplace"].item(0),
        workplace_to=lines["workplace"].item(-1),
        lines=lines.height,
        plan=content,
        plan_hash=plan_hash,
    )


def _missing_write(run: MonthRun, decided: Decided) -> None:
    names = [str(one) for one in PROFESSIONS]
    frame_write(
        "updates_missing",
        decided.missing.select(
            pl.lit(run.pk).alias("run_id"),
            pl.col("workplace").alias("workplace_id"),
            pl.col("profession").replace_strict(list(range(len(names))), names, return_dtype=pl.String),
        ),
    )


def _changed(workplaces: pl.DataFrame) -> int:
    """How many have other figures than before; the others are looked at for what waits there, or for all to be."""
    pairs = (("employees_known", "employees_after"), ("hazard_known", "hazard_after"))
    return workplaces.filter(pl.any_horizontal(pl.col(was).ne_missing(pl.col(now)) for was, now in pairs)).height


def _groups(decided: Decided) -> int:
    return decided.lines.select("workplace", "profession").n_unique()


def _summary(decided: Decided, lines: pl.DataFrame) -> dict[str, Any]:
    """The counts of the plan: contracts by outcome, conflicts by reason, minutes a month before and after."""
    counts = {str(outcome): 0 for outcome in MonthOutcome if outcome != MonthOutcome.KEPT}
    told = lines.filter(pl.col("outcome") != MonthOutcome.KEPT)
    counts |= _counted(told.group_by("outcome").len().iter_rows())
    amended, ended = (pl.col("outcome") == one for one in (MonthOutcome.AMENDED, MonthOutcome.ENDED))
    after = pl.when(ended).then(0).when(amended).then("minutes_after").otherwise("minutes_before")
    short = told.filter(
        (pl.col("reason") == MonthReason.CAPACITY_SHORT) & (pl.col("increases") > pl.col("free").fill_null(0))
    )
    reasons = told.filter(pl.col("reason") != "").group_by("reason").len()
    return {
        **counts,
        "missing": decided.missing.height,
        "workplaces": told["workplace"].n_unique(),
        "capacity_conflicts": short.select("professional", "provider").n_unique(),
        "reasons": _counted(reasons.iter_rows()),
        "minutes_before": int(told["minutes_before"].sum()),
        "minutes_after": int(told.select(after.sum()).item() or 0),
    }


def _counted(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    return dict(sorted(rows))
