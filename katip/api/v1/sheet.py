"""The sheet of 46 columns: the one place where T.C. kimlik numbers leave by the API.

The parties to a contract need them here, and a token must be for it by name.
"""

import io
from typing import Any

from django.http import HttpResponse

from katip.api.v1.lists import Cursor, Limit, Pages
from katip.api.v1.operations import operation
from katip.api.v1.schemas import SheetPage
from katip.audit.looks import Occasion
from katip.documents.export import exported, rows_of
from katip.documents.services.export import ExportForm, contracts_export
from katip.documents.sheet import file_name
from katip.programs.scopes import Scope

_READ = Scope.SHEET_READ
_TAG = "Sheet"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@operation("GET", "/sheet", scope=_READ, tag=_TAG, response=SheetPage, occasion=Occasion.EXPORT)
def sheet(request: Any, limit: Limit = 50, cursor: Cursor = "") -> SheetPage:
    """The sheet's rows as JSON, the newest contract first."""
    pages = Pages(request, "sheet", limit=limit, cursor=cursor)
    found = exported(request.caller.actor, request.at)
    if pages.after is not None:
        found = found.filter(pk__lt=pages.after)
    rows, following = pages.page(list(found.order_by("-pk")[: limit + 1]), lambda one: [one.pk])
    return SheetPage(items=list(rows_of(rows, request.at)), next_cursor=following)


@operation(
    "GET",
    "/sheet.csv",
    scope=_READ,
    tag=_TAG,
    response={200: None},
    occasion=Occasion.EXPORT,
    media_type="text/csv",
    own_transaction=True,
)
def sheet_csv(request: Any) -> HttpResponse:
    """The whole sheet as CSV: UTF-8 with its mark, `;` between cells."""
    return _file(request, ExportForm.CSV)


@operation(
    "GET",
    "/sheet.xlsx",
    scope=_READ,
    tag=_TAG,
    response={200: None},
    occasion=Occasion.EXPORT,
    media_type=_XLSX,
    own_transaction=True,
)
def sheet_xlsx(request: Any) -> HttpResponse:
    """The whole sheet as a workbook, every cell text, as people's tools read it."""
    return _file(request, ExportForm.EXACT)


def _file(request: Any, form: ExportForm) -> HttpResponse:
    file = io.BytesIO()
    asked = {"program": request.caller.token.pk}
    taken = contracts_export(actor=request.caller.actor, at=request.at, file=file, form=form, asked=asked)
    response = HttpResponse(file.getvalue(), content_type=form.content_type)
    name = file_name(request.at, form.suffix, first=taken.rows if taken.is_cut else 0)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
