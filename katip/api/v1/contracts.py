"""Contracts and the offers among them, with their documents. Ending one is a person's to do."""

from typing import Annotated, Any, NoReturn

from django.conf import settings
from django.urls import reverse
from ninja import Query

from katip.api.v1.documents import document_out
from katip.api.v1.lists import Cursor, Limit, Pages, known
from katip.api.v1.operations import operation
from katip.api.v1.problems import Problem
from katip.api.v1.schemas import (
    LAST_ID,
    ContractOut,
    ContractPage,
    DocumentList,
    PlaceOut,
    ProfessionalRef,
)
from katip.audit.looks import Occasion
from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING, contracts_of, minutes_now
from katip.core.usecase import acting_as
from katip.documents.selectors import documents_of
from katip.programs.scopes import Scope
from katip.rules import ContractForm, ContractState, Profession

_READ = Scope.CONTRACTS_READ
_TAG = "Contracts and offers"
At = Annotated[int | None, Query(ge=1, le=LAST_ID, description="only those of this workplace")]


@operation("GET", "/contracts", scope=_READ, tag=_TAG, response=ContractPage)
def contracts(
    request: Any,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    state: ContractState | None = None,
    profession: Profession | None = None,
    workplace_id: At = None,
) -> ContractPage:
    """The provider's contracts, the newest first; offers are those that are awaited."""
    asked = {"state": state, "profession": profession, "workplace_id": workplace_id}
    pages = Pages(request, "contracts", limit=limit, cursor=cursor, **asked)
    found = _mine(request).filter(**{name: value for name, value in asked.items() if value is not None})
    if pages.after is not None:
        found = found.filter(pk__lt=pages.after)
    rows, following = pages.page(list(found.order_by("-pk")[: limit + 1]), lambda one: [one.pk])
    return ContractPage(items=[contract_out(one) for one in rows], next_cursor=following)


@operation(
    "GET",
    "/contracts/{int:no}",
    scope=_READ,
    tag=_TAG,
    response=ContractOut,
    occasion=Occasion.CONTRACT,
    problems=("not_found",),
)
def contract(request: Any, no: int) -> ContractOut:
    """One contract."""
    return contract_out(_get(request, no))


@operation(
    "GET",
    "/contracts/{int:no}/documents",
    scope=Scope.DOCUMENTS_READ,
    tag="Documents",
    response=DocumentList,
    occasion=Occasion.CONTRACT,
    problems=("not_found",),
)
def contract_documents(request: Any, no: int) -> DocumentList:
    """The documents of one contract, made or waiting, the oldest first."""
    found = _get(request, no)
    return DocumentList(items=[document_out(one) for one in documents_of([found.pk])])


@operation(
    "POST",
    "/contracts/{int:no}/end",
    scope=_READ,
    tag=_TAG,
    response={204: None},
    problems=("not_found", "person_required"),
)
def contract_end(request: Any, no: int) -> NoReturn:
    """Never ends a contract: a person does, with a second step.

    Answers 403 `person_required` with the page on which it is done.
    """
    with acting_as(request.caller.actor):
        found = _get(request, no)
    raise Problem("person_required", page=page_of("contract_end", found.pk))


def page_of(name: str, number: int) -> str:
    """The address of a page about the thing with this number."""
    return f"{settings.KATIP.origin}{reverse(name, args=[number])}"


def contract_out(found: Any) -> ContractOut:
    """A contract as it is answered; `minutes_now` is annotated."""
    person = found.professional.person
    return ContractOut(
        contract_id=found.pk,
        process_id=found.process_id,
        code=found.code,
        profession=found.profession,
        state=found.state,
        assignment_type=found.assignment_type,
        minutes=found.minutes_now,
        workplace=place_out(found.workplace),
        professional=ProfessionalRef(professional_id=found.professional_id, name=person.name),
        certificate_number=found.certificate.number,
        offered_at=found.created_at,
        due_on=found.process.due_on if found.state in WAITING else None,
        active_from=found.active_from,
        ends_on=found.ends_on,
        ended_at=found.ended_at,
        end_reason=found.end_reason or None,
        verdict=found.fit,
        carried_over=found.carried_over,
        predecessor_id=found.predecessor_id,
        page=page_of("contract", found.pk),
    )


def place_out(workplace: Any) -> PlaceOut:
    """A workplace, as other things name it."""
    return PlaceOut(workplace_id=workplace.pk, title=workplace.title, sgk_number=workplace.sgk_number)


def _mine(request: Any) -> Any:
    """The contracts of the caller's provider."""
    mine = contracts_of(request.caller.actor).filter(form=ContractForm.SERVICE)
    return mine.annotate(minutes_now=minutes_now(request.at))


def _get(request: Any, no: int) -> Contract:
    found: Contract | None = _mine(request).filter(pk=known(no)).first()
    if found is None:
        raise Problem("not_found")
    return found
