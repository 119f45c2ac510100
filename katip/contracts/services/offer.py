"""Offering a contract: workplace, professional and minutes named, put to the statute, sent to the professional."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Case, Value, When

from katip.audit.services.record import Happening, record
from katip.contracts.acts import Act, acts_of_born
from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.fitness import updates_due
from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.law import minimum_minutes, require_lawful
from katip.contracts.models import AssignmentType, Contract
from katip.contracts.permissions import require_proof
from katip.contracts.terms import offer_terms
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.processes.kinds import kind_get
from katip.processes.models import PartyKind
from katip.processes.services.open import process_open
from katip.registry.models import Certificate, Professional, Provider, Workplace
from katip.registry.permissions import require_provider_mandate, valid_on
from katip.rules import (
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    Profession,
    Requirement,
    RuleViolation,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered. `provider_id` is None where the employer assigns own staff; minutes are a month's.

    `profession` need only be named where the process code does not tell it.
    """

    code: int
    workplace_id: int
    professional_id: int
    minutes: int
    provider_id: int | None
    assignment_type: str = AssignmentType.PART_TIME
    profession: Profession | None = None

    @property
    def kind(self) -> ServiceContractKind:
        """The kind of process. Raises `KeyError` for a code that ends in no contract."""
        kind = kind_get(self.code)
        if not isinstance(kind, ServiceContractKind):
            raise KeyError(self.code)
        return kind

    @property
    def serves_as(self) -> Profession:
        """The profession: named here, or by the code."""
        return self.profession or self.kind.profession


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
    due = updates_due(provider_id, at) - set(workplace_ids)
    if due:
        raise RuleViolation("updates_wait", facts={"workplaces": len(due)})


def professionals_lock(professional_ids: Collection[int]) -> dict[int, Professional]:
    """Lock the professionals in the order of their ids, as an approval does: minutes cannot be promised twice."""
    locked = Professional.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    return {one.pk: one for one in locked.filter(pk__in=sorted(set(professional_ids))).order_by("pk")}


def certificate_find(professional_id: int, profession: Profession, at: datetime) -> Certificate | None:
    """The certificate to be judged: a valid one before others, the highest class first."""
    return (
        Certificate.objects.filter(professional_id=professional_id, profession=profession)
        .select_related("professional__person")
        .annotate(valid=Case(When(valid_on(at), then=Value(0)), default=Value(1)))
        .order_by("valid", "certificate_class", "-valid_from")
        .first()
    )


def offer_insert(actor: Actor, at: datetime, offer: Offer, *, predecessor: Contract | None = None) -> Contract:
    """Judge the offer under the professional's lock and write it with its process; a part of the calling use case.

    Raises `RuleViolation` as `contract_offer` does. Who may offer is the caller's to ask.
    """
    kind, profession = offer.kind, offer.serves_as
    chosen = professionals_lock([offer.professional_id])[offer.professional_id]
    certificate = certificate_find(chosen.pk, profession, at)
    if certificate is None:
        raise RuleViolation("no_certificate", facts={"profession": profession})
    workplace = Workplace.objects.get(pk=offer.workplace_id)
    provider = None
    if offer.provider_id is not None:
        provider = Provider.objects.select_related("province").get(pk=offer.provider_id)
    [facts] = facts_read([_asked(offer, certificate)], at)
    _require_lawful(offer, facts)
    process = process_open(
        actor=actor,
        at=at,
        kind=kind,
        workplace_id=workplace.pk,
        provider_id=offer.provider_id,
        person_id=chosen.person_id,
        proposed_by=PartyKind.PROVIDER if kind.form == ContractForm.SERVICE else PartyKind.EMPLOYER,
        terms=offer_terms(
            code=kind.code,
            title=kind.title,
            profession=profession,
            workplace=workplace,
            provider=provider,
            certificate=certificate,
            facts=facts,
            minutes=offer.minutes,
            assignment_type=offer.assignment_type,
        ),
    )
    try:
        with transaction.atomic():
            contract = Contract.objects.create(
                code=kind.code,
                form=kind.form,
                profession=profession,
                workplace=workplace,
                provider=provider,
                professional=chosen,
                certificate=certificate,
                process=process,
                minutes=offer.minutes,
                assignment_type=offer.assignment_type,
                state=ContractState.AWAITING_PROFESSIONAL,
                predecessor=predecessor,
                created_at=at,
            )
    except IntegrityError as error:
        raise RuleViolation("already_offered") from error
    _write_down(actor, at, contract)
    return contract


def offer_figures(at: datetime, offer: Offer) -> Figures:
    """What the offer would meet if it were made at `at`; reads only. Missing minutes (0) are refused like too few."""
    certificate = certificate_find(offer.professional_id, offer.serves_as, at)
    if certificate is None:
        missing = RuleViolation("no_certificate", facts={"profession": offer.serves_as})
        return Figures(None, None, None, None, None, missing)
    [facts] = facts_read([_asked(offer, certificate)], at)
    requirement = facts.requirement(offer.serves_as)
    violation = None
    try:
        _require_lawful(offer, facts)
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


def _asked(offer: Offer, certificate: Certificate) -> Asked:
    return Asked(offer.workplace_id, offer.professional_id, offer.provider_id, certificate.pk, offer.serves_as)


def _require_lawful(offer: Offer, facts: Facts) -> None:
    require_lawful(
        facts,
        profession=offer.serves_as,
        minutes=offer.minutes,
        assignment_type=offer.assignment_type,
        own_staff=offer.provider_id is None,
    )


def _write_down(actor: Actor, at: datetime, contract: Contract) -> None:
    own = contract.form == ContractForm.OWN_STAFF
    role = ContractRole.EMPLOYER if own else ContractRole.MANAGER
    act = Act(contract, ContractAction.OFFER, role, actor.person_id, at)
    acts_of_born([act])
    detail = {
        "code": contract.code,
        "workplace": contract.workplace_id,
        "minutes": contract.minutes,
        "terms_hash": contract.process.terms_hash,
    }
    record(actor, at, Happening("contract:offer:made", contract.process_id, detail))
