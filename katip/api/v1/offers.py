"""Offering: one contract, or many of which all are offered or none; and what an offer would meet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Status

from katip.api.v1.compliance import requirement_out
from katip.api.v1.contracts import page_of
from katip.api.v1.faults import refused
from katip.api.v1.offer_schemas import (
    MOST_MINUTES,
    BatchIn,
    BatchOut,
    OfferCheckOut,
    OfferIn,
    OfferOut,
    RefusalOut,
    ServiceCode,
)
from katip.api.v1.operations import operation
from katip.api.v1.problems import Problem, error
from katip.api.v1.schemas import LAST_ID, WorkplaceOut
from katip.api.v1.workplaces import with_figures, workplace_out
from katip.audit.looks import Occasion
from katip.contracts.models import AssignmentType
from katip.contracts.services.offer import offer_figures
from katip.programs.scopes import Scope
from katip.programs.services.answers import Answer, Key
from katip.programs.services.offers import OfferAsked, OffersRefusedError, offers_read, program_offer
from katip.registry.models import Workplace
from katip.rules import RuleViolation

_WRITE = Scope.OFFERS_WRITE
_TAG = "Offering"


@operation(
    "POST",
    "/offers",
    scope=_WRITE,
    tag=_TAG,
    response={201: OfferOut},
    occasion=Occasion.OFFER,
    problems=("refused", "key_reused"),
    needs_key=True,
    location=True,
)
def offer(request: Any, response: HttpResponse, body: OfferIn) -> Status[OfferOut]:
    """Offer one contract. It then waits for the professional, afterwards for the employer.

    `refusal` says by a stable code why the register or the law refuses, `facts` the figures, `citation` the article.
    """
    try:
        answer = _asked(request, [body])
    except OffersRefusedError as error_:
        raise refused(error_.refused[0]) from error_
    [made] = answer.body["offers"]
    response.headers["Location"] = f"/api/v1/contracts/{made['contract_id']}"
    return Status(201, _told(made))


@operation(
    "POST",
    "/offers/batch",
    scope=_WRITE,
    tag=_TAG,
    response={201: BatchOut},
    occasion=Occasion.OFFER,
    problems=("batch_refused", "key_reused"),
    needs_key=True,
)
def offers_batch(request: Any, body: BatchIn) -> Status[BatchOut]:
    """Offer up to 500 contracts: all of them, or none.

    They are judged in their order: minutes that an earlier one takes are gone for a later one. `errors` has an entry
    for each that is refused, `pointer` says which.
    """
    try:
        answer = _asked(request, body.offers)
    except OffersRefusedError as error_:
        raise Problem("batch_refused", errors=_errors(error_.refused)) from error_
    return Status(201, BatchOut(offers=[_told(one) for one in answer.body["offers"]]))


@operation(
    "GET",
    "/offer-check",
    scope=_WRITE,
    tag=_TAG,
    response=OfferCheckOut,
    occasion=Occasion.OFFER,
    problems=("not_found",),
)
def offer_check(
    request: Any,
    *,
    sgk_number: Annotated[str, Query(pattern=r"^[0-9]{26}$", description="26 digits")],
    professional_id: Annotated[int, Query(ge=1, le=LAST_ID)],
    code: Annotated[ServiceCode, Query(description="as in an offer")],
    minutes: Annotated[int | None, Query(ge=1, le=MOST_MINUTES)] = None,
    assignment_type: AssignmentType = AssignmentType.PART_TIME,
) -> OfferCheckOut:
    """What an offer would meet if it were made now. Nothing is written for it.

    The workplace need not be served yet; without `minutes` the legal minimum is asked about.
    """
    found = with_figures(Workplace.objects.filter(sgk_number=sgk_number), request.at).first()
    if found is None:
        raise Problem("not_found")
    asked = OfferAsked(
        code=code,
        professional_id=professional_id,
        sgk_number=sgk_number,
        minutes=minutes,
        assignment_type=assignment_type,
    )
    return _checked(request, asked, workplace_out(found))


def _checked(request: Any, asked: OfferAsked, place: WorkplaceOut) -> OfferCheckOut:
    offers, unlike = offers_read(request.caller.actor, request.at, [asked])
    if unlike:
        return OfferCheckOut(
            allowed=False,
            refusal=_refusal(unlike[0]),
            workplace=place,
            requirement=None,
            minimum_minutes=None,
            free_minutes=None,
        )
    figures = offer_figures(request.at, offers[0])
    if offers[0].at_least_minimum and figures.minimum is not None and not offers[0].minutes:
        figures = offer_figures(request.at, replace(offers[0], minutes=figures.minimum))
    return OfferCheckOut(
        allowed=figures.violation is None,
        refusal=_refusal(figures.violation) if figures.violation else None,
        workplace=place,
        requirement=requirement_out(figures.requirement) if figures.requirement else None,
        minimum_minutes=figures.minimum,
        free_minutes=figures.free,
    )


def _asked(request: Any, offers: Sequence[OfferIn]) -> Answer:
    asked = [OfferAsked(**one.model_dump()) for one in offers]
    key = Key(request.idempotency_key, request.body_hash)
    answer: Answer = program_offer(actor=request.caller.actor, at=request.at, key=key, offers=asked)
    return answer


def _told(made: Mapping[str, Any]) -> OfferOut:
    return OfferOut(**made, page=page_of("contract", made["contract_id"]))


def _errors(refused: Mapping[int, RuleViolation]) -> list[dict[str, Any]]:
    return [
        error(f"/offers/{no}", violation.code, facts=violation.facts, citation=_citation(violation))
        for no, violation in sorted(refused.items())
    ]


def _refusal(violation: RuleViolation) -> RefusalOut:
    facts = {name: value for name, value in violation.facts.items() if value is not None}
    return RefusalOut(code=violation.code, facts=facts, citation=_citation(violation))


def _citation(violation: RuleViolation) -> str | None:
    return violation.citation.short if violation.citation else None
