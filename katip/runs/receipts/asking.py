"""Asking for a run's receipts, in the transaction that ends it; nothing is made here."""

from datetime import datetime

from katip.core.codes import code_draw
from katip.core.jobs import job_defer
from katip.documents.models import CODE_LENGTH
from katip.runs.contact import CONTACT
from katip.runs.models import Run, RunRow
from katip.runs.receipts.models import RunReceipt

PART = 1_000
"""rows of one file: some 60 pages, and so much of a maker's memory however long the run is"""
RECEIPTS_WORK = "run_receipts"


def receipts_ask(run: Run, at: datetime) -> None:
    """Write down the receipts of a run that is over: its rows in parts, and each declaration that was made."""
    spans = [(False, first, min(first + PART - 1, run.total)) for first in range(1, run.total + 1, PART)]
    if run.kind == CONTACT:
        done = RunRow.objects.filter(run=run, outcome__code="").order_by("no").values_list("no", flat=True)
        spans += [(True, no, no) for no in done]
    RunReceipt.objects.bulk_create(
        RunReceipt(run=run, no=no, is_own=is_own, first_no=first, last_no=last, code=code_draw(CODE_LENGTH), due_at=at)
        for no, (is_own, first, last) in enumerate(spans, start=1)
    )
    job_defer(RECEIPTS_WORK)
