"""A month's jobs: calls to work on a run.

The truth is the table of chunks. Each chunk is taken by a row lock and written in the same transaction, so that the
chunk of a hand that was killed is free at once, and a call that is lost or doubled changes nothing.
"""

import time
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from katip.core.actor import OPERATOR
from katip.core.errors import StaleStateError
from katip.core.jobs import Stopping, job, job_defer, jobs_rescue, jobs_waiting
from katip.updates.models import ChunkState, MonthChunk, MonthRun, RunState
from katip.updates.selectors import UNFINISHED

MONTH_WORK = "month_work"
MONTH_KEEP = "month_keep"
CALLS = 16
"""as many hands as are called to a run at once"""
SLICE_SECONDS = 10.0
"""after so many a hand looks whether other work waits, and comes back"""


@job(MONTH_WORK, queue="month", priority=-1)
def month_work(stopping: Stopping, *, run_id: int) -> None:
    """Carry out chunks of a run, and close it when none is open; leaves another call where work is left."""
    if not MonthRun.objects.filter(pk=run_id, state__in=UNFINISHED).exists():
        return  # a call that came late
    # The data frames take time and memory: loaded by those who work, not by every process that knows the job.
    from katip.updates.services.month_apply import chunk_apply  # noqa: PLC0415

    until = time.monotonic() + SLICE_SECONDS
    while chunk_apply(actor=OPERATOR, run_id=run_id):
        if stopping() or time.monotonic() > until:
            month_call(run_id, times=1)
            return
    month_end(run_id, timezone.now())


def month_end(run_id: int, at: datetime) -> bool:
    """Close a run of which no chunk is open; returns whether it is done. Of two who try, one finds it done."""
    from katip.updates.services.month_close import month_close  # noqa: PLC0415 -- as above

    if MonthChunk.objects.filter(run_id=run_id, state=ChunkState.OPEN).exists():
        return False
    if MonthRun.objects.filter(pk=run_id, state__in=UNFINISHED).exists():
        try:
            month_close(actor=OPERATOR, at=at, run_id=run_id)
        except StaleStateError:
            return MonthRun.objects.filter(pk=run_id, state=RunState.DONE).exists()
    return True


@job(MONTH_KEEP, queue="month", priority=-2)
def month_keep(_stopping: Stopping) -> None:
    """After a month, renew what is kept of the register on the machine of whoever takes this."""
    from katip.updates.services.kept_renew import kept_renew  # noqa: PLC0415 -- as above

    kept_renew(actor=OPERATOR, at=timezone.now())


def month_call(run_id: int, *, times: int = CALLS) -> None:
    """Call hands to a run, in the transaction that is open."""
    job_defer(MONTH_WORK, times=times, run_id=run_id)


def month_tend(at: datetime) -> int:
    """See to it that a run which is not finished has calls waiting; returns how many were missing.

    Whatever happened to the jobs: a month stops only where no hand is left. Calls in work do not count, since their
    hands may be dead. Asked every minute beside web servers, and more often by workers; two at once call no more than
    one.
    """
    run = MonthRun.objects.filter(state__in=UNFINISHED).only("pk").first()
    if run is None:
        return 0
    jobs_rescue(at)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('katip month tend'))")
            if cursor.fetchone() != (True,):
                return 0
        missing = max(0, CALLS - jobs_waiting(MONTH_WORK, run_id=run.pk))
        if missing:
            month_call(run.pk, times=missing)
        return missing
