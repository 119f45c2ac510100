"""Reading receipts: only ever those of the person's own runs."""

from collections.abc import Sequence

from katip.runs.models import Run
from katip.runs.receipts.models import RunReceipt, RunReceiptFile


def receipts_of(run: Run) -> list[RunReceipt]:
    """The receipts that list the run's rows, in their order."""
    return list(RunReceipt.objects.filter(run=run, is_own=False).order_by("no"))


def receipts_own(run: Run, *, after: int = 0, limit: int) -> Sequence[RunReceipt]:
    """The receipts of single rows, from the one after the number `after`, at most `limit` + 1."""
    return list(RunReceipt.objects.filter(run=run, is_own=True, no__gt=after).order_by("no")[: limit + 1])


def receipt_file(person_id: int, run_id: int, no: int) -> RunReceiptFile | None:
    """The sealed PDF, if the run is this person's and it is made."""
    files = RunReceiptFile.objects.filter(receipt__run_id=run_id, receipt__run__person_id=person_id, receipt__no=no)
    return files.select_related("receipt").first()
