"""Sealed documents and signed statements. Taking one is written down, as on its page."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from katip.api.v1.lists import known
from katip.api.v1.operations import operation
from katip.api.v1.problems import Problem
from katip.api.v1.schemas import DocumentOut
from katip.audit.looks import Occasion
from katip.core.codes import code_shown
from katip.core.usecase import acting_as
from katip.documents.models import Document, DocumentState
from katip.documents.models import Occasion as DocumentOccasion
from katip.documents.services.take import document_take
from katip.programs.scopes import Scope

_READ = Scope.DOCUMENTS_READ
_TAG = "Documents"


@operation("GET", "/documents/{int:no}", scope=_READ, tag=_TAG, response=DocumentOut, problems=("not_found",))
def document(request: Any, no: int) -> DocumentOut:
    """One document: what it tells, and whether it is made."""
    return document_out(_get(request, no))


@operation(
    "GET",
    "/documents/{int:no}/file",
    scope=_READ,
    tag=_TAG,
    response={200: None},
    occasion=Occasion.DOCUMENT,
    problems=("not_found", "not_ready"),
    media_type="application/pdf",
    own_transaction=True,
)
def document_file(request: Any, no: int) -> HttpResponse:
    """The sealed PDF."""
    return _taken(request, no, statement=False)


@operation(
    "GET",
    "/documents/{int:no}/statement",
    scope=_READ,
    tag=_TAG,
    response={200: None},
    occasion=Occasion.DOCUMENT,
    problems=("not_found", "not_ready"),
    media_type="application/jose",
    own_transaction=True,
)
def document_statement(request: Any, no: int) -> HttpResponse:
    """The signed statement for machines, a JWS in compact form."""
    return _taken(request, no, statement=True)


def document_out(found: Document) -> DocumentOut:
    """A document as it is answered."""
    return DocumentOut(
        document_id=found.pk,
        contract_id=found.contract_id,
        occasion=DocumentOccasion(found.occasion),
        version_no=found.version_no,
        at=found.at,
        state=DocumentState(found.state),
        made_at=found.made_at,
        code=code_shown(found.code),
        check_page=f"{settings.KATIP.origin}{reverse('verify_code', args=[found.code])}",
    )


def _get(request: Any, no: int) -> Document:
    mine = Document.objects.filter(contract__provider_id=request.caller.actor.organisation)
    found = mine.filter(pk=known(no)).defer("statement").first()
    if found is None:
        raise Problem("not_found")
    return found


def _taken(request: Any, no: int, *, statement: bool) -> HttpResponse:
    actor = request.caller.actor
    with acting_as(actor):
        found = _get(request, no)
    if found.state != DocumentState.MADE:
        raise Problem("not_ready", headers={"Retry-After": "5"})
    taken = document_take(actor=actor, at=request.at, document_id=found.pk, statement=statement)
    response = HttpResponse(taken.content, content_type=taken.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    return response
