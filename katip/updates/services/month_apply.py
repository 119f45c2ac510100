"""Carrying a planned month out: chunk by chunk, by any number of hands, as often interrupted as may be."""

from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from katip.audit.services.record import Happening, record
from katip.contracts.month.writing import MonthPart, lines_prepare, lines_write
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.errors import StaleStateError
from katip.core.frames import numbers_text
from katip.core.moment import Moment
from katip.core.usecase import use_case
from katip.rules import RuleViolation
from katip.updates.jobs import month_call
from katip.updates.models import ChunkState, MonthChunk, MonthRun, RunState
from katip.updates.plan.lines import lines_unpack
from katip.updates.plan.meanwhile import lines_now, news_read, serving_read
from katip.updates.plan.totals import totals_of
from katip.updates.services.month_close import month_close
from katip.updates.services.month_plan import feeds_pending, month_plan, months_done, require_newest, require_runner

_LOCK = "SELECT id FROM registry_professional WHERE id = ANY(%s::bigint[]) ORDER BY id FOR SHARE"
# Chunks share these locks with each other and with nobody who changes a contract: an approval takes them alone.


@use_case
def month_begin(*, actor: Actor, at: datetime, run_id: int) -> MonthRun:
    """Begin to carry a plan out: `at` is the moment from which its changes are in force. Hands are called.

    Raises `PermissionRefusedError` as `month_plan`; `StaleStateError` where the plan is not of today, was begun
    already, or a feed or another run came after it; `RuleViolation` `month_under_way` while another month is carried
    out.
    """
    require_runner(actor)
    run = MonthRun.objects.select_for_update().get(pk=run_id)
    if run.state != RunState.PLANNED or day_of(run.planned_at) != day_of(at):
        raise StaleStateError("plan anew")
    feeds, _ = feeds_pending(day_of(at))
    if feeds - set(run.summary["feeds"]):
        raise StaleStateError("a feed came after the plan")
    require_newest(run.period)
    if MonthRun.objects.filter(state__in=(RunState.APPLYING, RunState.CLOSING)).exists():
        raise RuleViolation("month_under_way")
    if run.summary.get("months") != months_done():  # asked after the line above: a run may end in between
        raise StaleStateError("another run was carried out after the plan")
    run.state, run.at = RunState.APPLYING, at
    try:
        with transaction.atomic():
            run.save(update_fields=["state", "at"])
    except IntegrityError as error:  # somebody began another plan at this very moment
        raise RuleViolation("month_under_way") from error
    record(actor, at, Happening("month:run:begun", run.pk, {"period": run.period.isoformat(), "chunks": run.chunks}))
    month_call(run.pk)
    return run


@use_case
def chunk_apply(*, actor: Actor, run_id: int) -> bool:
    """Write one chunk that nobody else is writing; False where there is none. One transaction: all of it or nothing.

    Raises `PermissionRefusedError` as `month_plan`.
    """
    require_runner(actor)
    chunk = (
        MonthChunk.objects.filter(run_id=run_id, state=ChunkState.OPEN, run__state=RunState.APPLYING)
        .select_related("run")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("no")
        .first()
    )
    if chunk is None:
        return False
    run = chunk.run
    assert run.at is not None  # noqa: S101 -- set when it began
    part = MonthPart(run.pk, chunk.no, run.period, run.at)
    lines = lines_unpack(bytes(chunk.plan), chunk.plan_hash)
    _by_key()
    before = Moment.now()
    news = news_read(run, lines)  # all that takes time is done before anybody is locked out
    now = lines_now(run, lines, news, lock=False)
    prepared = lines_prepare(part, now)
    planned = set(lines["professional"])
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [numbers_text(sorted(planned | serving_read(news.workplaces)))])
    later = news if _nothing_since(before, run) else news_read(run, lines)
    if later != news or not planned.issuperset(now["professional"]):  # of whom the plan does not name it tells nothing
        prepared = lines_prepare(part, lines_now(run, lines, later, lock=True))
    written = lines_write(actor, part, prepared)
    totals, chunk.shares = totals_of(written.changes)
    chunk.totals = {**totals, "root": written.root}
    chunk.state, chunk.done_at, chunk.written_by = ChunkState.DONE, Now(), Moment.now().own
    chunk.save(update_fields=["state", "done_at", "written_by", "totals", "shares"])
    return True


def _by_key() -> None:
    """Have rows looked up one by one: a chunk's are some thousands of millions, and no table is to be gone through."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off")


def _nothing_since(before: Moment, run: MonthRun) -> bool:
    """Whether nobody but this run's own hands has committed anything since: no chunk is news to another one."""
    over = Moment.now().over_since(before)
    if over is None:
        return False
    own = MonthChunk.objects.filter(run_id=run.pk, written_by__in=over).values_list("written_by", flat=True)
    return over == set(own)


def month_apply(*, actor: Actor, at: datetime, period: date, whole: bool = False) -> MonthRun:
    """Plan and carry out a month, all of it in this process; goes on with a run that was interrupted.

    Raises as `month_plan` and `month_begin`.
    """
    run = MonthRun.objects.filter(state__in=(RunState.APPLYING, RunState.CLOSING)).first()
    if run is None:
        run = month_plan(actor=actor, at=at, period=period, whole=whole)
        run = month_begin(actor=actor, at=at, run_id=run.pk)
    elif run.period != period:
        raise RuleViolation("month_under_way", facts={"period": run.period})
    while chunk_apply(actor=actor, run_id=run.pk):
        pass
    return month_close(actor=actor, at=timezone.now(), run_id=run.pk)
