"""*Belgeyi indir*, *Belgeyi iste*, and the documents of a list in one archive. Taken by POST: it is written down."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from katip.contracts.lists import contracts_listed
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.documents.models import Document
from katip.documents.selectors import documents_counted
from katip.documents.services.take import MOST_FILES, archive, document_take, documents_take
from katip.documents.services.wanted import document_want as want
from katip.web.access import Access, access
from katip.web.contracts.acts.seen import contract_get
from katip.web.contracts.asking import TABS, Wanted, wanted_read
from katip.web.looks.reasons import asks_reason, reason_of

STATEMENT = "beyan"


@access(Access.TWO_STEP)
@require_POST
def document_download(request: Any, no: int) -> HttpResponse:
    """The sealed PDF, or with `bicim=beyan` the signed statement for machines."""
    statement = request.POST.get("bicim") == STATEMENT
    with acting_as(request.actor):
        contract_id = Document.objects.filter(pk=no).values_list("contract_id", flat=True).first()
        contract_get(request, contract_id or 0)
    given = reason_of(request)
    if asks_reason(request) and given is None:
        return redirect("contract", no=contract_id)  # which asks an official why
    try:
        taken = document_take(actor=request.actor, at=request.at, document_id=no, statement=statement, given=given)
    except PermissionRefusedError as refused:
        raise Http404 from refused
    response = HttpResponse(taken.content, content_type=taken.content_type)
    response["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    return response


@access(Access.TWO_STEP)
@require_POST
def document_want(request: Any, no: int) -> HttpResponse:
    """Have a document made before others: `surum` is its version, 0 the end."""
    given = request.POST.get("surum", "")
    if not given.isascii() or not given.isdigit() or len(given) > len("99999"):
        raise Http404
    with acting_as(request.actor):
        contract_get(request, no)
    try:
        want(actor=request.actor, at=request.at, contract_id=no, version_no=int(given))
    except PermissionRefusedError as refused:
        raise Http404 from refused
    messages.success(request, _("Belge öne alındı. Birkaç saniye sonra bu sayfayı yenileyin."))
    return redirect(f"{reverse('contract', args=[no])}#belgeler")


@access(Access.ACTING)
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: Any) -> Any:
    """The newest document of each contract of a list: first how many there are, then the archive."""
    given = request.POST if request.method == "POST" else request.GET
    key = given.get("liste", "")
    if key not in TABS:
        return redirect("contracts")
    wanted = wanted_read(given, key=key, capacity=request.actor.capacity)
    contracts = contracts_listed(request.actor, request.at, wanted.tab, wanted.asked)
    if request.method == "POST":
        return _archive(request, wanted, contracts)
    counted = documents_counted(contracts, limit=MOST_FILES)
    context = {
        "made": counted.made,
        "waiting": counted.waiting,
        "most": MOST_FILES,
        "beyond": counted.made > MOST_FILES,
        "waiting_beyond": counted.waiting > MOST_FILES,
        "hidden": wanted.named.items(),
        "list_url": wanted.address(reverse("contracts")),
        "narrowed": bool(wanted.form.named),
    }
    return render(request, "documents.html", context)


def _archive(request: Any, wanted: Wanted, contracts: Any) -> StreamingHttpResponse:
    # A search may be somebody's name: the record says that there was one, not which.
    asked = {name: value if name != "ara" else True for name, value in wanted.named.items()}
    ids = documents_take(actor=request.actor, at=request.at, contracts=contracts, asked=asked)
    response = StreamingHttpResponse(archive(request.actor, ids), content_type="application/zip")
    name = f"belgeler-{day_of(request.at):%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
