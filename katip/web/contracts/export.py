"""*Dışa Aktar*: a page of a list, or all of it, as a file. Taken by POST: that it was taken is written down."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from katip.contracts.lists import contracts_listed
from katip.core.actor import Capacity
from katip.core.usecase import acting_as
from katip.documents.services.export import ExportForm, contracts_export
from katip.documents.sheet import file_name
from katip.web.access import Access, access
from katip.web.contracts.asking import TABS, wanted_read
from katip.web.contracts.views import PAGE, page_read

_IN_MEMORY = 2_000_000
"""bytes; a larger file waits on the disk, without a name"""


@access(Access.ACTING)
@require_POST
def export(request: Any) -> HttpResponse:
    """*Bu Sayfayı Dışa Aktar* (`kapsam=sayfa`) and *Tümünü Dışa Aktar*: what the list shows, tab and filters alike."""
    if request.actor.capacity == Capacity.INDIVIDUAL:
        return redirect("assignments")
    key = request.POST.get("liste", "")
    if key not in TABS:
        return redirect("contracts")
    wanted = wanted_read(request.POST, key=key, capacity=request.actor.capacity)
    given = request.POST.get("bicim", "")
    form = ExportForm(given) if given in set(ExportForm) else ExportForm.EXACT
    only_page = request.POST.get("kapsam") == "sayfa"
    narrowing: dict[str, Any] = {}
    if only_page:
        with acting_as(request.actor):
            narrowing["ids"] = [contract.pk for contract in page_read(request, wanted)[:PAGE]]
    else:
        narrowing["among"] = contracts_listed(request.actor, request.at, wanted.tab, wanted.asked)
    # A search may be somebody's name: the record says that there was one, not which.
    asked = {name: value if name != "ara" else True for name, value in wanted.named.items()}
    file = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 -- the response closes it
    taken = contracts_export(
        actor=request.actor,
        at=request.at,
        file=file,
        form=form,
        asked={**asked, "page": only_page},
        **narrowing,
    )
    file.seek(0)
    name = file_name(request.at, form.suffix, first=taken.rows if taken.is_cut else 0)
    return cast("HttpResponse", FileResponse(file, as_attachment=True, filename=name, content_type=form.content_type))
