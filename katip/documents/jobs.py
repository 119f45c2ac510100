"""The jobs of documents: calls to make what waits.

The truth is the table of documents. Two kinds of call: what people wait for is made before anything else, a month's
documents when nothing else is to be done.
"""

import time

from django.db import transaction
from django.utils import timezone

from katip.core.actor import OPERATOR
from katip.core.jobs import Stopping, job, job_defer, jobs_waiting
from katip.documents.models import Document, DocumentState, MonthDocuments, Urgency
from katip.updates.models import MonthRun
from katip.updates.selectors import UNFINISHED

NOW, LATER = "documents_make", "documents_make_later"
CALLS = {NOW: 1, LATER: 2}
"""so many calls of each wait at once"""
SLICE_SECONDS = 5.0
"""after so many a hand looks whether other work waits, and comes back"""


@job(NOW, queue="documents", priority=1)
def documents_now(stopping: Stopping) -> None:
    """Make what was just approved, and what somebody asked for."""
    _make(stopping, Urgency.USUAL)


@job(LATER, queue="documents", priority=-2)
def documents_later(stopping: Stopping) -> None:
    """Make whatever waits; then ask for the documents of another chunk of a month."""
    _make(stopping, Urgency.MONTH)


def _make(stopping: Stopping, least: Urgency) -> None:
    # typst and the seal take time and memory: loaded by those who work, not by every process that knows the job.
    from katip.documents.services.make import documents_make  # noqa: PLC0415
    from katip.documents.services.wanted import month_ask  # noqa: PLC0415 -- as above

    until = time.monotonic() + SLICE_SECONDS
    while not stopping() and time.monotonic() < until and (least != Urgency.MONTH or not month_under_way()):
        made = documents_make(actor=OPERATOR, at=timezone.now(), least=least)
        if not made and (least != Urgency.MONTH or not month_ask(actor=OPERATOR, at=timezone.now())):
            return


def month_under_way() -> bool:
    """Whether a month is being carried out: its documents wait for its end, so that people have the machine's rest."""
    return MonthRun.objects.filter(state__in=UNFINISHED).exists()


def documents_tend() -> int:
    """See to it that documents which can be made have calls waiting; returns how many were missing.

    Asked every second beside the log's sequencer; two at once call one more than needed, which does nothing.
    """
    due = Document.objects.filter(state=DocumentState.WAITING, due_at__lte=timezone.now())
    wanted = {
        NOW: due.filter(urgency__gte=Urgency.USUAL).exists(),
        LATER: due.filter(urgency=Urgency.MONTH).exists() or MonthDocuments.objects.filter(is_open=True).exists(),
    }
    if wanted[LATER]:
        wanted[LATER] = not month_under_way()
    called = 0
    for name in (name for name, is_wanted in wanted.items() if is_wanted):
        missing = CALLS[name] - jobs_waiting(name)
        if missing > 0:
            with transaction.atomic():
                job_defer(name, times=missing)
            called += missing
    return called
