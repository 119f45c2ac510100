"""Offering a contract: workplace, professional and minutes named, put to the statute, sent to the professional."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Value, When

from katip.audit.services.record import record
from katip.contracts.facts import Facts, facts_read
from katip.contracts.fitness import updates_due
from katip.contracts.law import minimum_minutes
from katip.contracts.models import AssignmentType, Contract
from katip.contracts.permissions import require_proof
from katip.contracts.services.offer_each import (
    Offer,
    offer_asked,
    offer_happening,
    offer_require_lawful,
    offers_each,
    professionals_lock,
)
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
from katip.registry.models import Certificate
from katip.registry.permissions import require_provider_mandate, valid_on
from katip.rules import Profession, Requirement, RuleViolation

__all__ = [
    "Figures",
    "Offer",
    "certificate_find",
    "contract_offer",
    "offer_figures",
    "offer_insert",
    "professionals_lock",
    "require_manager",
    "require_none_due",
    "require_updates_done",
]


@dataclass(frozen=True, slots=True)
class Figures:
    """What an offer would meet, in minutes a month; nothing is written for it.

    `minimum` is the least that a part-time contract must bring, `free` what the professional may still promise to the
    provider; both None where the workplace's figures, or a fitting certificate, are not known. `violation` is the
    first refusal, or None where the offer may be made.
    """

    facts: Facts | None
    requirement: Requirement | None
    minimum: int | None
    free: int | None
    certificate: Certificate | None
    violation: RuleViolation | None


@use_case
def contract_offer(
    *,
    actor: Actor,
    at: datetime,
    code: int,
    workplace_id: int,
    professional_id: int,
    minutes: int,
    assignment_type: str = AssignmentType.PART_TIME,
) -> Contract:
    """Offer a contract of `minutes` a month; it then waits for the professional, afterwards for the employer.

    Raises `PermissionRefusedError` unless the actor manages the provider; `RuleViolation` when the statute refuses
    (see `contracts.law`), `no_certificate` when the professional has none of the profession, `already_offered` when
    the same offer waits, `updates_wait` while contracts of the provider fall short elsewhere and no update is proposed.
    """
    require_proof(actor)
    provider_id = require_manager(actor, at)
    whole_from_here("an offer is judged by what others agreed on")
    offer = Offer(code, workplace_id, professional_id, minutes, provider_id, assignment_type)
    require_updates_done(provider_id, at, [workplace_id])
    return offer_insert(actor, at, offer)


def require_manager(actor: Actor, at: datetime) -> int:
    """The id of the provider that the actor manages. Raises `PermissionRefusedError` where there is none."""
    if actor.capacity != Capacity.PROVIDER or actor.organisation_id is None:
        raise PermissionRefusedError("no_mandate")
    require_provider_mandate(actor, actor.organisation_id, at)
    return actor.organisation_id


def require_updates_done(provider_id: int, at: datetime, workplace_ids: Collection[int]) -> None:
    """Raise `RuleViolation` `updates_wait` (fact: workplaces) while contracts need an update that nobody has proposed.

    Offers to the workplaces that fall short are part of the cure and stay open.
    """
    require_none_due(updates_due(provider_id, at), workplace_ids)


def require_none_due(due: AbstractSet[int], workplace_ids: Collection[int]) -> None:
    """As `require_updates_done`, of the workplaces that fall short."""
    others = due - set(workplace_ids)
    if others:
        raise RuleViolation("updates_wait", facts={"workplaces": len(others)})


def certificate_find(professional_id: int, profession: Profession, at: datetime) -> Certificate | None:
    """The certificate to be judged: a valid one before others, the highest class first."""
    return (
        Certificate.objects.filter(professional_id=professional_id, profession=profession)
        .select_related("professional__person")
        .annotate(valid=Case(When(valid_on(at), then=Value(0)), default=Value(1)))
        .order_by("valid", "certificate_class", "-valid_from")
        .first()
    )


def offer_insert(actor: Actor, at: datetime, offer: Offer) -> Contract:
    """Judge one offer under the professional's lock and write it with its process; a part of the calling use case.

    Raises `RuleViolation` as `contract_offer` does. Who may offer is the caller's to ask.
    """
    made, refused = offers_each(actor, at, [offer])
    if refused:
        raise refused[0]
    record(actor, at, offer_happening(made[0]))
    return made[0]


def offer_figures(at: datetime, offer: Offer) -> Figures:
    """What the offer would meet if it were made at `at`; reads only. Missing minutes (0) are refused like too few."""
    certificate = certificate_find(offer.professional_id, offer.serves_as, at)
    if certificate is None:
        missing = RuleViolation("no_certificate", facts={"profession": offer.serves_as})
        return Figures(None, None, None, None, None, missing)
    [facts] = facts_read([offer_asked(offer, certificate)], at)
    requirement = facts.requirement(offer.serves_as)
    violation = None
    try:
        offer_require_lawful(offer, facts)
    except RuleViolation as refused:
        violation = refused
    return Figures(
        facts=facts,
        requirement=requirement,
        minimum=minimum_minutes(facts, requirement) if requirement else None,
        free=facts.free if offer.provider_id is not None else None,
        certificate=certificate,
        violation=violation,
    )
