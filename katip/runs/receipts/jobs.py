"""The job of receipts: a call to make what waits. The truth is their table."""

import time

from django.db import transaction
from django.utils import timezone

from katip.core.actor import OPERATOR
from katip.core.jobs import Stopping, job, job_defer, jobs_waiting
from katip.runs.receipts.asking import RECEIPTS_WORK
from katip.runs.receipts.models import RunReceipt

SLICE_SECONDS = 5.0
"""after so many a hand looks whether other work waits, and comes back"""


@job(RECEIPTS_WORK, queue="documents", priority=1)
def receipts_work(stopping: Stopping) -> None:
    """Make the receipts that are due."""
    # typst and the seal take time and memory: loaded by those who work, not by every process that knows the job.
    from katip.runs.receipts.make import receipt_make  # noqa: PLC0415

    until = time.monotonic() + SLICE_SECONDS
    while not stopping() and time.monotonic() < until and receipt_make(actor=OPERATOR, at=timezone.now()):
        pass


def receipts_tend() -> int:
    """See to it that a receipt which can be made has a call waiting; returns how many were missing.

    Asked every second beside the log's sequencer: what waits for its place in the log is called for again by this.
    """
    if not RunReceipt.objects.filter(made_at__isnull=True, due_at__lte=timezone.now()).exists():
        return 0
    if jobs_waiting(RECEIPTS_WORK):
        return 0
    with transaction.atomic():
        job_defer(RECEIPTS_WORK)
    return 1
