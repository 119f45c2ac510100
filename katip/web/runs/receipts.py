"""The sealed receipts of a run: which there are, and each as a file."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from katip.core.codes import code_shown
from katip.registry.models import Workplace
from katip.runs.models import Run, RunRow, RunState
from katip.runs.receipts.models import RunReceipt
from katip.runs.receipts.selectors import receipt_file, receipts_of, receipts_own
from katip.runs.selectors import run_find
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.context import waiting_counts
from katip.web.runs.kinds import presenter_of

PAGE = 100


@access(Access.TWO_STEP)
@require_GET
def run_receipts(request: Any, no: int) -> HttpResponse:
    """*Makbuzlar*: the parts that list the rows, and one for each declaration."""
    run = run_find(request.user.pk, no)
    if run is None:
        raise Http404
    if run.state != RunState.DONE:
        return redirect("run", no=no)
    waiting_counts(request)
    after = number_read(request.GET.get("sonra", "")) or 0
    listed = receipts_of(run)
    found = list(receipts_own(run, after=after, limit=PAGE))
    own, more = found[:PAGE], len(found) > PAGE
    here = reverse("run_receipts", args=[no])
    context = {
        "run": run,
        "title": presenter_of(run).title(run),
        "parts": [receipt_row(one) for one in listed] if not after else [],
        "own": _own(run, own),
        "waits": any(one.made_at is None for one in [*listed, *own]),
        "first_url": here if after else "",
        "next_url": f"{here}?sonra={own[-1].no}" if more else "",
    }
    return render(request, "run_receipts.html", context)


@access(Access.TWO_STEP)
@require_GET
def run_receipt(request: Any, no: int, part: int) -> HttpResponse:
    """One sealed PDF, of one's own run."""
    file = receipt_file(request.user.pk, no, part)
    if file is None:
        raise Http404
    response = HttpResponse(bytes(file.content), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="makbuz-{no}-{part}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def receipt_row(receipt: RunReceipt) -> dict[str, Any]:
    """A receipt as a line: its rows, its number, and its address once it is made."""
    made = receipt.made_at is not None
    return {
        "no": receipt.no,
        "first": receipt.first_no,
        "last": receipt.last_no,
        "code": code_shown(receipt.code),
        "url": reverse("run_receipt", args=[receipt.run_id, receipt.no]) if made else "",
    }


def receipts_told(run: Run) -> dict[str, Any]:
    """What the page of a run says of its receipts: the one file where there is one, else the page of all."""
    listed = receipts_of(run)
    if not listed:
        return {"receipt_waits": True, "receipt_url": ""}
    own = bool(receipts_own(run, limit=0))
    single = len(listed) == 1 and not own
    waits = any(one.made_at is None for one in listed)
    page = reverse("run_receipts", args=[run.pk])
    url = (receipt_row(listed[0])["url"] if single else page) if not waits else ""
    return {"receipt_waits": waits, "receipt_url": url, "receipt_single": single, "receipts_url": page}


def _own(run: Run, receipts: list[RunReceipt]) -> list[dict[str, Any]]:
    numbers = [one.first_no for one in receipts]
    subjects = dict(RunRow.objects.filter(run=run, no__in=numbers).values_list("no", "subject_id"))
    titles = dict(Workplace.objects.filter(pk__in=subjects.values()).values_list("pk", "title"))
    return [{**receipt_row(one), "title": titles.get(subjects[one.first_no], "")} for one in receipts]
