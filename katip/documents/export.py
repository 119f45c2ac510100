"""The contracts that somebody may see, as rows of the sheet: read in chunks, each by the same few statements.

Service contracts only: the sheet has no columns for others. What the register knows, it says itself; what it cannot
know of a contract that was carried over from another register (its numbers there, who approved it and when) is repeated
from the sheet that it came in.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from katip.contracts.models import Carried, Contract, ContractVersion, Fitness
from katip.contracts.selectors import contracts_of, decision_of, minutes_now, steps_by_process
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.turkish import upper
from katip.documents.sheet import (
    FIELDS,
    Approval,
    approval_words,
    assignment_type_words,
    certificate_type_words,
    contract_name_words,
    contract_state_words,
    day_words,
    end_reason_words,
    hazard_class_words,
    header_key,
    moment_words,
    yes_no_words,
)
from katip.documents.sheet.parse import profession_of
from katip.documents.sheet.words import APPROVAL_OF, ASSIGNMENT_TYPE_OF, MONTHLY, NO, STATE_OF, YES
from katip.identity.models import Person
from katip.processes.models import Decision, Outcome, PartyKind, Step
from katip.registry.models import ActivityHazard, ContactDeclaration, Headcount
from katip.registry.permissions import valid_on
from katip.rules import CertificateClass, ContractForm, ContractState, EndReason, HazardClass, Profession

CHUNK = 500
_APPROVED = (ContractState.ACTIVE, ContractState.ENDED)
_WAITING = (ContractState.AWAITING_PROFESSIONAL, ContractState.AWAITING_EMPLOYER)
_CLASS = re.compile(r"\b([ABC])\b")
_KIND_KEYS = ("osgb", "tsm", "isgb")
_FIT = {Fitness.FIT: True, Fitness.ABOVE: True, Fitness.SHORT: False}

FOREIGN = (
    "process_id",
    "contract_id",
    "provider_id",
    "workplace_id",
    "approved_at",
    "employer_approval",
    "employer_approved_at",
    "approver_name",
    "professional_approval",
    "professional_approved_at",
    "defined_at",
    "definer_name",
    "vehicle_plate",
    "examinations",
    "measurements",
    "equipment",
    "lab_report",
)
"""What of a carried-over contract only the other register knows."""
_UNTIL_KNOWN = ("auto_update", "provider_sgk", "employees", "hazard_class", "ends_on", "fit", "predecessor_id")
"""What is repeated from the other register for as long as this one knows nothing of it."""


def _certificate(text: str) -> tuple[Profession | None, str]:
    letter = _CLASS.search(text)
    return profession_of(text), letter[1] if letter else ""


SPELLED: Mapping[str, Callable[[str], object]] = {
    "name": profession_of,
    "certificate_type": _certificate,
    "assignment_type": lambda text: ASSIGNMENT_TYPE_OF.get(header_key(text)),
    "provider_title": header_key,
    "provider_kind": lambda text: next((kind for kind in _KIND_KEYS if kind in header_key(text)), None),
    "workplace_title": header_key,
    "state": lambda text: STATE_OF.get(header_key(text)),
    "approval": lambda text: APPROVAL_OF.get(header_key(text)),
}
"""What both registers say, each in words of its own; and what such words mean. Meaning the same, theirs are kept."""


KEPT = (*FOREIGN, *_UNTIL_KNOWN, "is_updated", *SPELLED)
"""What is kept of a carried-over contract's row; no T.C. kimlik no and no name of a professional among it."""


def rows_for(
    actor: Actor,
    at: datetime,
    *,
    among: QuerySet[Contract] | None = None,
    ids: Sequence[int] | None = None,
    chunk: int = CHUNK,
) -> Iterator[dict[str, str]]:
    """Yield the contracts that the actor may see, newest first, as the 46 cells of the sheet.

    `among` narrows them to those of a list (its order does not matter), `ids` to those of a page, in the page's order.
    Two statements for each `chunk` of contracts. Call it inside `acting_as` or a use case.
    """
    contracts = exported(actor, at)
    if among is not None:
        contracts = contracts.filter(pk__in=among.order_by().values("pk"))
    if ids is not None:
        yield from _page(contracts, ids, at)
        return
    last: int | None = None
    while True:
        after = contracts if last is None else contracts.filter(pk__lt=last)
        found = list(after.order_by("-pk")[:chunk])
        yield from rows_of(found, at)
        if len(found) < chunk:
            return
        last = found[-1].pk


def exported(actor: Actor, at: datetime) -> QuerySet[Contract]:
    """The service contracts that the actor may see, with all that their rows say but the decisions."""
    current = ContractVersion.objects.filter(contract=OuterRef("pk"), valid_from__lte=at).order_by("-valid_from", "-no")
    headcount = Headcount.objects.filter(workplace=OuterRef("workplace")).order_by("-period")
    hazard = ActivityHazard.objects.filter(valid_on(at), activity=OuterRef("workplace__activity"))
    declared = ContactDeclaration.objects.filter(workplace=OuterRef("workplace")).order_by("-no")
    return (
        contracts_of(actor)
        .filter(form=ContractForm.SERVICE)
        .select_related(None)
        .select_related(
            "process__created_by",
            "certificate",
            "professional__person",
            "provider__province",
            "provider__workplace",
            "workplace__province",
            "ended_by",
            "carried",
            "predecessor__carried",
        )
        .annotate(
            minutes_now=minutes_now(at),
            type_now=Coalesce(
                Subquery(current.values("assignment_type")[:1]), F("assignment_type"), output_field=CharField()
            ),
            was_updated=Exists(ContractVersion.objects.filter(contract=OuterRef("pk"), no__gt=1)),
            employees_now=Subquery(headcount.values("employees")[:1]),
            hazard_now=Subquery(hazard.order_by("-valid_from").values("hazard_class")[:1]),
            auto_update_now=Subquery(declared.values("auto_update")[:1]),
        )
    )


def rows_of(contracts: Sequence[Contract], at: datetime) -> Iterator[dict[str, str]]:
    """Yield the rows of contracts read by `exported`; one statement for all their decisions."""
    del at  # the annotations have seen it
    if not contracts:
        return
    steps = steps_by_process([contract.process_id for contract in contracts])
    for contract in contracts:
        yield _row(contract, steps[contract.process_id])


def _page(contracts: QuerySet[Contract], ids: Sequence[int], at: datetime) -> Iterator[dict[str, str]]:
    found = contracts.in_bulk(list(ids))
    yield from rows_of([found[each] for each in ids if each in found], at)


def _row(contract: Contract, steps: Sequence[Step]) -> dict[str, str]:
    carried = getattr(contract, "carried", None)
    row = {
        **dict.fromkeys(FIELDS, ""),
        **_contract_cells(contract),
        **_provider_cells(contract),
        **_workplace_cells(contract),
        **_approval_cells(contract, steps),
    }
    if carried is not None:
        row |= _carried_cells(carried, row)
    row["auto_update"] = row["auto_update"] or NO  # a consent that nobody declared is none
    return row


def _carried_cells(carried: Carried, row: Mapping[str, str]) -> dict[str, str]:
    """What the sheet that brought a contract says better than this register does."""
    cells: Mapping[str, str] = carried.cells
    better = {field: cells.get(field, "") for field in FOREIGN} | {"contract_id": carried.foreign_id}
    better |= {field: cells.get(field, "") for field in _UNTIL_KNOWN if not row[field]}
    better |= {
        field: cells[field]
        for field, meaning in SPELLED.items()
        if cells.get(field) and meaning(cells[field]) == meaning(row[field])
    }
    if cells.get("is_updated") == YES:
        better["is_updated"] = YES
    return better


def _contract_cells(contract: Contract) -> dict[str, str]:
    state = ContractState(contract.state)
    certificate, predecessor = contract.certificate, contract.predecessor
    kind = certificate_type_words(Profession(certificate.profession), CertificateClass(certificate.certificate_class))
    ended = state == ContractState.ENDED
    last_day = contract.ends_on or (day_of(contract.ended_at) if ended and contract.ended_at else None)
    reason = end_reason_words(EndReason(contract.end_reason), contract.end_note) if contract.end_reason else ""
    return {
        "process_id": str(contract.process_id),
        "name": contract_name_words(contract.code),
        "contract_id": str(contract.pk),
        "national_id": contract.professional.person.national_id,
        "professional_name": _name(contract.professional.person),
        "certificate_type": kind,
        "certificate_no": certificate.number,
        "assignment_type": assignment_type_words(contract.type_now),  # type: ignore[attr-defined] # annotated
        "minutes": str(contract.minutes_now),  # type: ignore[attr-defined] # annotated
        "period": MONTHLY,
        "starts_on": day_words(day_of(contract.active_from) if contract.active_from else None),
        "ends_on": day_words(last_day),
        "state": contract_state_words(state),
        "is_updated": yes_no_words(contract.was_updated),  # type: ignore[attr-defined] # annotated
        "defined_at": moment_words(contract.process.created_at),
        "definer_name": _name(contract.process.created_by),
        "ender_name": _name(contract.ended_by) if ended else "",
        "end_reason": reason if ended else "",
        "fit": yes_no_words(_FIT.get(Fitness(contract.fit))) if state == ContractState.ACTIVE else "",
        "predecessor_id": _number(predecessor) if predecessor else "",
    }


def _number(contract: Contract) -> str:
    """What the sheet calls a contract: by its number in the register that it came from."""
    carried = getattr(contract, "carried", None)
    return carried.foreign_id if carried else str(contract.pk)


def _provider_cells(contract: Contract) -> dict[str, str]:
    provider = contract.provider
    if provider is None:
        return {}
    return {
        "provider_id": str(provider.pk),
        "provider_title": upper(provider.title),
        "provider_sgk": provider.workplace.sgk_number if provider.workplace else "",
        "provider_province": upper(provider.province.name),
        "provider_kind": provider.get_kind_display(),
        "authorisation_no": provider.authorisation_no,
    }


def _workplace_cells(contract: Contract) -> dict[str, str]:
    workplace = contract.workplace
    hazard, employees = contract.hazard_now, contract.employees_now  # type: ignore[attr-defined] # annotated
    return {
        "workplace_id": str(workplace.pk),
        "workplace_title": upper(workplace.title),
        "workplace_sgk": workplace.sgk_number,
        "workplace_province": upper(workplace.province.name),
        "employees": "" if employees is None else str(employees),
        "hazard_class": hazard_class_words(HazardClass(hazard)) if hazard else "",
        "nace": workplace.activity_id,
        "auto_update": yes_no_words(contract.auto_update_now),  # type: ignore[attr-defined] # annotated
    }


def _approval_cells(contract: Contract, steps: Sequence[Step]) -> dict[str, str]:
    state = ContractState(contract.state)
    employer, approver = _party(steps, PartyKind.EMPLOYER, state)
    professional, _ = _party(steps, PartyKind.PROFESSIONAL, state)
    overall = (
        Approval.APPROVED
        if state in _APPROVED
        else Approval.WAITING
        if state in _WAITING
        else Approval.REJECTED
        if state == ContractState.REJECTED
        else None
    )
    return {
        "approval": approval_words(overall, of_contract=True) if overall else "",
        "approved_at": moment_words(contract.active_from),
        "employer_approval": employer[0],
        "employer_approved_at": employer[1],
        "approver_name": _name(approver),
        "professional_approval": professional[0],
        "professional_approved_at": professional[1],
    }


def _party(steps: Sequence[Step], kind: PartyKind, state: ContractState) -> tuple[tuple[str, str], Person | None]:
    """What a party said and when; who said yes."""
    decision: Decision | None = None
    asked = [step for step in steps if step.party == kind]
    if asked:
        decision = decision_of(asked[0])
    if decision is None:
        return (approval_words(Approval.WAITING) if asked and state in _WAITING else "", ""), None
    if decision.outcome == Outcome.REJECTED:
        return (approval_words(Approval.REJECTED), ""), None
    return (approval_words(Approval.APPROVED), moment_words(decision.decided_at)), decision.person


def _name(person: Person | None) -> str:
    return upper(person.name) if person else ""
