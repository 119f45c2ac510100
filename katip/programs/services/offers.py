"""Offers that a program makes: one, or many of which all are made or none. Each then waits for people.

Offering needs no person's second step: it binds nobody, and what it asks for is decided by others. The event names the
token by which it was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from katip.audit.services.record import record
from katip.contracts.fitness import updates_due
from katip.contracts.models import AssignmentType, Contract
from katip.contracts.services.offer import require_none_due
from katip.contracts.services.offer_each import Offer, offer_happening, offers_each
from katip.core.actor import Actor
from katip.core.errors import KatipError
from katip.core.usecase import use_case
from katip.programs.permissions import require_program
from katip.programs.scopes import Scope
from katip.programs.selectors import workplaces_served
from katip.programs.services.answers import Answer, Key, answer_once
from katip.registry.models import StaffContract, Workplace
from katip.registry.permissions import valid_on
from katip.rules import FULL_TIME_MONTH_MINUTES, RuleViolation

MOST_OFFERS = 500


class OffersRefusedError(KatipError):
    """Nothing was offered. `refused` says why, by the offer's place from 0 on."""

    def __init__(self, refused: dict[int, RuleViolation]) -> None:
        super().__init__(f"{len(refused)} refused")
        self.refused = refused


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAsked:
    """An offer as a program names it: the workplace by SGK number (26 digits), or by id where the provider serves it.

    `minutes` are a month's; None asks for the legal minimum, for full time a full month.
    """

    code: int
    professional_id: int
    sgk_number: str | None = None
    workplace_id: int | None = None
    minutes: int | None = None
    assignment_type: str = AssignmentType.PART_TIME


@use_case
def program_offer(*, actor: Actor, at: datetime, key: Key, offers: Sequence[OfferAsked]) -> Answer:
    """Make all of the offers, or none, once for the key. The answer's body has `offers`, in the given order.

    Raises `PermissionRefusedError` for people and for tokens that are not for this; `KeyReusedError`;
    `OffersRefusedError` where the register or the law refuses one: an earlier offer's minutes are gone for a later one.
    """
    provider_id = require_program(actor, Scope.OFFERS_WRITE, at)
    if not 1 <= len(offers) <= MOST_OFFERS:
        raise ValueError(f"1 to {MOST_OFFERS} offers")
    return answer_once(actor, at, key, lambda: _make(actor, at, provider_id, offers))


def offers_read(
    actor: Actor, at: datetime, offers: Sequence[OfferAsked]
) -> tuple[dict[int, Offer], dict[int, RuleViolation]]:
    """The offers with their workplaces and people found, and why others cannot be, by place; three statements.

    Whoever is not of the provider's own staff is not found: who they are is nobody's business here.
    """
    provider_id = actor.organisation
    numbers = {one.sgk_number for one in offers if one.sgk_number is not None}
    numbered = dict(Workplace.objects.filter(sgk_number__in=numbers).values_list("sgk_number", "pk"))
    named = {one.workplace_id for one in offers if one.workplace_id is not None}
    mine = set(workplaces_served(provider_id).filter(pk__in=named).values_list("pk", flat=True))
    people = {one.professional_id for one in offers}
    employed = StaffContract.objects.filter(valid_on(at), provider_id=provider_id, professional__in=people)
    staff = set(employed.values_list("professional_id", flat=True))
    found: dict[int, Offer] = {}
    refused: dict[int, RuleViolation] = {}
    for no, one in enumerate(offers):
        by_id = one.workplace_id if one.workplace_id in mine else None
        workplace_id = numbered.get(one.sgk_number) if one.sgk_number is not None else by_id
        if workplace_id is None:
            refused[no] = RuleViolation("workplace_unknown")
        elif one.professional_id not in staff:
            refused[no] = RuleViolation("not_staff")
        else:
            found[no] = _offer(one, workplace_id, provider_id)
    return found, refused


def _offer(one: OfferAsked, workplace_id: int, provider_id: int) -> Offer:
    full_time = one.assignment_type == AssignmentType.FULL_TIME
    return Offer(
        code=one.code,
        workplace_id=workplace_id,
        professional_id=one.professional_id,
        minutes=one.minutes or (FULL_TIME_MONTH_MINUTES if full_time else 0),
        provider_id=provider_id,
        assignment_type=one.assignment_type,
        at_least_minimum=one.minutes is None,
    )


def _make(actor: Actor, at: datetime, provider_id: int, offers: Sequence[OfferAsked]) -> dict[str, Any]:
    found, refused = offers_read(actor, at, offers)
    due = updates_due(provider_id, at)
    places = list(found)
    try:
        require_none_due(due, {one.workplace_id for one in found.values()})
    except RuleViolation as violation:
        raise OffersRefusedError(dict.fromkeys(range(len(offers)), violation) | refused) from violation
    made, unlawful = offers_each(actor, at, list(found.values()))
    refused |= {places[place]: violation for place, violation in unlawful.items()}
    if refused:
        raise OffersRefusedError(dict(sorted(refused.items())))
    contracts = [made[place] for place in range(len(places))]
    program = actor.program.id if actor.program else None
    record(actor, at, *(offer_happening(contract, program=program) for contract in contracts))
    return {"offers": [_told(contract) for contract in contracts]}


def _told(contract: Contract) -> dict[str, Any]:
    """What the program is answered, now and ever after; it names nobody."""
    due_on = contract.process.due_on
    return {
        "contract_id": contract.pk,
        "process_id": contract.process_id,
        "state": str(contract.state),
        "code": contract.code,
        "workplace_id": contract.workplace_id,
        "professional_id": contract.professional_id,
        "assignment_type": str(contract.assignment_type),
        "minutes": contract.minutes,
        "due_on": due_on.isoformat() if due_on else None,
    }
