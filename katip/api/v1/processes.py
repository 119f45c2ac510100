"""What waits, and what waited: the provider's processes. Deciding one is a person's to do."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NoReturn

from django.db.models import QuerySet
from ninja import Query

from katip.api.v1.contracts import page_of, place_out
from katip.api.v1.lists import Cursor, Limit, Pages, known
from katip.api.v1.operations import operation
from katip.api.v1.problems import Problem
from katip.api.v1.schemas import ProcessDetail, ProcessOut, ProcessPage, StepOut
from katip.audit.looks import Occasion
from katip.contracts.models import Contract, DurationUpdate
from katip.contracts.selectors import decision_of
from katip.core.usecase import acting_as
from katip.processes.models import Outcome, PartyKind, Process, ProcessState, Step
from katip.processes.selectors import WaitingAfter, processes_waiting
from katip.programs.scopes import Scope

_READ = Scope.CONTRACTS_READ
_TAG = "Processes"
_LAST_CODE = 9999
Code = Annotated[int | None, Query(ge=1, le=_LAST_CODE, description="only processes with this code")]


@operation("GET", "/processes", scope=_READ, tag=_TAG, response=ProcessPage)
def processes(
    request: Any,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    state: ProcessState | None = None,
    waits_for: PartyKind | None = None,
    code: Code = None,
) -> ProcessPage:
    """The provider's processes, the newest first."""
    asked = {"state": state, "waits_for": waits_for, "code": code}
    pages = Pages(request, "processes", limit=limit, cursor=cursor, **asked)
    found = _mine(request).filter(**{name: value for name, value in asked.items() if value is not None})
    if pages.after is not None:
        found = found.filter(pk__lt=pages.after)
    rows, following = pages.page(list(found.order_by("-pk")[: limit + 1]), lambda one: [one.pk])
    return ProcessPage(items=_told(rows), next_cursor=following)


@operation(
    "GET",
    "/processes/{int:no}",
    scope=_READ,
    tag=_TAG,
    response=ProcessDetail,
    occasion=Occasion.PROCESS,
    problems=("not_found",),
)
def process(request: Any, no: int) -> ProcessDetail:
    """One process with its steps in order, and how each was decided."""
    found = _get(request, no)
    steps = Step.objects.filter(process=found).select_related("decision").order_by("no")
    [told] = _told([found])
    return ProcessDetail(**dict(told), steps=[_step(one) for one in steps])


@operation("GET", "/waiting", scope=_READ, tag=_TAG, response=ProcessPage)
def waiting(request: Any, limit: Limit = 50, cursor: Cursor = "") -> ProcessPage:
    """What waits for the provider itself, the most urgent first; `page` is where a responsible manager decides it."""
    pages = Pages(request, "waiting", limit=limit, cursor=cursor)
    found = processes_waiting(request.caller.actor, after=_after(pages), limit=limit)
    rows, following = pages.page(found, lambda one: [one.due_on.isoformat() if one.due_on else None, one.pk])
    return ProcessPage(items=_told(rows), next_cursor=following)


@operation(
    "POST",
    "/processes/{int:no}/decision",
    scope=_READ,
    tag=_TAG,
    response={204: None},
    problems=("not_found", "person_required"),
)
def process_decision(request: Any, no: int) -> NoReturn:
    """Never decides: approving, accepting and rejecting take a person and a second step.

    Answers 403 `person_required` with the page on which it is done.
    """
    with acting_as(request.caller.actor):
        found = _get(request, no)
    raise Problem("person_required", page=page_of("step", found.pk))


def _mine(request: Any) -> QuerySet[Process]:
    mine = Process.objects.filter(provider_id=request.caller.actor.organisation)
    return mine.select_related("workplace")


def _get(request: Any, no: int) -> Process:
    found = _mine(request).filter(pk=known(no)).first()
    if found is None:
        raise Problem("not_found")
    return found


def _after(pages: Pages) -> WaitingAfter | None:
    if pages.place is None:
        return None
    day, number = pages.place
    return WaitingAfter(date.fromisoformat(day) if day else None, number)


def _told(found: Sequence[Process]) -> list[ProcessOut]:
    """Processes as they are answered; two statements find their contracts."""
    ids = [one.pk for one in found]
    contracts = dict(DurationUpdate.objects.filter(process__in=ids).values_list("process_id", "contract_id"))
    contracts |= dict(Contract.objects.filter(process__in=ids).values_list("process_id", "pk"))
    return [
        ProcessOut(
            process_id=one.pk,
            code=one.code,
            state=ProcessState(one.state),
            version=one.version,
            waits_for=PartyKind(one.waits_for) if one.state == ProcessState.OPEN and one.waits_for else None,
            waiting_since=one.waiting_since if one.state == ProcessState.OPEN else None,
            due_on=one.due_on,
            created_at=one.created_at,
            closed_at=one.closed_at,
            workplace=place_out(one.workplace) if one.workplace else None,
            contract_id=contracts.get(one.pk),
            page=page_of("step", one.pk),
        )
        for one in found
    ]


def _step(step: Step) -> StepOut:
    decision = decision_of(step)
    return StepOut(
        no=step.no,
        party=PartyKind(step.party),
        outcome=Outcome(decision.outcome) if decision else None,
        decided_at=decision.decided_at if decision else None,
        reason=decision.reason if decision else "",
    )
