"""The job of a run: a call to carry it on.

The truth is the run's own row: a call that is lost or doubled changes nothing.
"""

import time
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from katip.core.jobs import Stopping, job, jobs_rescue, jobs_waiting
from katip.runs.models import UNFINISHED, Run
from katip.runs.services.call import RUN_WORK, run_call

SLICE_SECONDS = 5.0
"""after so many a hand looks whether other work waits, and comes back"""
QUIET_SECONDS = 20
"""after so many without a chunk a run may have lost its call"""
_AT_ONCE = 100


@job(RUN_WORK, queue="runs", priority=2)
def run_work(stopping: Stopping, *, run_id: int) -> None:
    """Carry out chunks of a run until none is left; leaves another call where work is left."""
    from katip.runs.services.carry import run_carry  # noqa: PLC0415 -- what it loads, only hands need

    run = Run.objects.filter(pk=run_id, state__in=UNFINISHED).first()
    if run is None:
        return  # a call that came late
    until = time.monotonic() + SLICE_SECONDS
    while run_carry(run=run, at=timezone.now()):
        if stopping() or time.monotonic() > until:
            with transaction.atomic():
                run_call(run_id)
            return


def runs_tend(at: datetime) -> int:
    """See to it that a run which is not finished and stands still has a call waiting; returns how many were missing.

    Asked every minute beside web servers, and more often by workers. A call too many finds nothing to do.
    """
    still = Run.objects.filter(state__in=UNFINISHED, moved_at__lt=at - timedelta(seconds=QUIET_SECONDS))
    ids = list(still.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    if not ids:
        return 0
    jobs_rescue(at)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('katip runs tend'))")
            if cursor.fetchone() != (True,):
                return 0
        lost = [run_id for run_id in ids if not jobs_waiting(RUN_WORK, run_id=run_id)]
        for run_id in lost:
            run_call(run_id)
    return len(lost)
