"""Writing offers down: one or many, each judged by itself and after those before it, as a part of a use case.

Every offer comes this way: the wizard, a sheet, own staff, offering anew. Who may offer is the caller's to ask.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening
from katip.contracts.acts import Act, acts_of_born
from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.law import minimum_minutes, require_lawful
from katip.contracts.models import AssignmentType, Contract
from katip.contracts.offering import certificates_of, open_offers
from katip.contracts.terms import offer_terms
from katip.core.actor import Actor
from katip.processes.kinds import kind_get
from katip.processes.models import PartyKind
from katip.processes.services.open import Opening, processes_open
from katip.registry.models import Certificate, Professional, Provider, Workplace
from katip.rules import ContractAction, ContractForm, ContractRole, ContractState, Profession, RuleViolation


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered. `provider_id` is None where the employer assigns own staff; minutes are a month's.

    `profession` need only be named where the process code does not tell it. `at_least_minimum` raises the minutes of a
    part-time offer to the law's minimum where they fall short of it. `predecessor` is the contract that it follows.
    """

    code: int
    workplace_id: int
    professional_id: int
    minutes: int
    provider_id: int | None
    assignment_type: str = AssignmentType.PART_TIME
    profession: Profession | None = None
    at_least_minimum: bool = False
    predecessor: Contract | None = None

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

    @property
    def open_once(self) -> tuple[int, int, Profession]:
        """What at most one open offer may say: workplace, professional, profession."""
        return self.workplace_id, self.professional_id, self.serves_as


@dataclass(frozen=True, slots=True)
class Lawful:
    """An offer that the law allows, with what its terms name."""

    offer: Offer
    certificate: Certificate
    facts: Facts


def professionals_lock(professional_ids: Collection[int]) -> dict[int, Professional]:
    """Lock the professionals in the order of their ids, as an approval does: minutes cannot be promised twice."""
    locked = Professional.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    return {one.pk: one for one in locked.filter(pk__in=sorted(set(professional_ids))).order_by("pk")}


def offers_each(
    actor: Actor, at: datetime, offers: Sequence[Offer]
) -> tuple[dict[int, Contract], dict[int, RuleViolation]]:
    """Judge the offers in their order, under the locks of their professionals, and write those that the law allows.

    Returns the contracts made and the refusals, each by the offer's place. An earlier one's minutes are gone for a
    later one of the same professional and provider. As many statements for many as for one.
    """
    professionals_lock([offer.professional_id for offer in offers])
    lawful, refused = _judge(offers, at)
    made = offers_write(actor, at, list(lawful.values()))
    return dict(zip(lawful, made, strict=True)), refused


def _judge(offers: Sequence[Offer], at: datetime) -> tuple[dict[int, Lawful], dict[int, RuleViolation]]:
    people = {offer.professional_id for offer in offers}
    certificates = certificates_of(people, {offer.serves_as for offer in offers}, at)
    waiting = open_offers({offer.workplace_id for offer in offers}, people)
    known = {no: one for no, one in enumerate(offers) if (one.professional_id, one.serves_as) in certificates}
    chosen = {no: certificates[offer.professional_id, offer.serves_as] for no, offer in known.items()}
    asked = [offer_asked(offer, chosen[no]) for no, offer in known.items()]
    facts_of = dict(zip(known, facts_read(asked, at) if asked else (), strict=True))
    promised: dict[tuple[int, int | None], int] = {}
    lawful: dict[int, Lawful] = {}
    refused = {
        no: RuleViolation("no_certificate", facts={"profession": offer.serves_as})
        for no, offer in enumerate(offers)
        if no not in known
    }
    for no, given in known.items():
        spent = given.professional_id, given.provider_id
        facts = replace(facts_of[no], pending=facts_of[no].pending + promised.get(spent, 0))
        offer = _raised(given, facts) if given.at_least_minimum else given
        try:
            _require_possible(offer, facts, waiting)
        except RuleViolation as violation:
            refused[no] = violation
            continue
        waiting.add(offer.open_once)
        promised[spent] = promised.get(spent, 0) + offer.minutes
        lawful[no] = Lawful(offer, chosen[no], facts_of[no])
    return lawful, refused


def _require_possible(offer: Offer, facts: Facts, waiting: Collection[tuple[int, int, Profession]]) -> None:
    offer_require_lawful(offer, facts)
    if offer.open_once in waiting:
        raise RuleViolation("already_offered")


def _raised(offer: Offer, facts: Facts) -> Offer:
    requirement = facts.requirement(offer.serves_as)
    if requirement is None or offer.assignment_type != AssignmentType.PART_TIME:
        return offer
    return replace(offer, minutes=max(offer.minutes, minimum_minutes(facts, requirement)))


def offer_asked(offer: Offer, certificate: Certificate) -> Asked:
    """What the law's facts are read by."""
    return Asked(offer.workplace_id, offer.professional_id, offer.provider_id, certificate.pk, offer.serves_as)


def offer_require_lawful(offer: Offer, facts: Facts) -> None:
    """Raise `RuleViolation` where the law refuses the offer (`contracts.law`)."""
    require_lawful(
        facts,
        profession=offer.serves_as,
        minutes=offer.minutes,
        assignment_type=offer.assignment_type,
        own_staff=offer.provider_id is None,
    )


def offers_write(actor: Actor, at: datetime, lawful: Sequence[Lawful]) -> list[Contract]:
    """Insert processes, contracts and their stories by set; the caller holds the professionals and records."""
    if not lawful:
        return []
    workplaces = Workplace.objects.in_bulk({one.offer.workplace_id for one in lawful})
    provider_ids = {one.offer.provider_id for one in lawful if one.offer.provider_id is not None}
    providers = Provider.objects.select_related("province").in_bulk(provider_ids) if provider_ids else {}
    processes = processes_open(actor, at, [_opening(one, workplaces, providers) for one in lawful])
    try:
        with transaction.atomic():
            contracts = Contract.objects.bulk_create(
                Contract(
                    code=one.offer.code,
                    form=one.offer.kind.form,
                    profession=one.offer.serves_as,
                    workplace=workplaces[one.offer.workplace_id],
                    provider=providers.get(one.offer.provider_id or 0),
                    professional=one.certificate.professional,
                    certificate=one.certificate,
                    process=process,
                    minutes=one.offer.minutes,
                    assignment_type=one.offer.assignment_type,
                    state=ContractState.AWAITING_PROFESSIONAL,
                    predecessor=one.offer.predecessor,
                    created_at=at,
                )
                for one, process in zip(lawful, processes, strict=True)
            )
    except IntegrityError as error:
        raise RuleViolation("already_offered") from error
    acts_of_born([Act(one, ContractAction.OFFER, _offerer(one), actor.person_id, at) for one in contracts])
    return contracts


def _opening(one: Lawful, workplaces: Mapping[int, Workplace], providers: Mapping[int, Provider]) -> Opening:
    offer, kind, certificate = one.offer, one.offer.kind, one.certificate
    return Opening(
        kind,
        offer_terms(
            code=kind.code,
            title=kind.title,
            profession=offer.serves_as,
            workplace=workplaces[offer.workplace_id],
            provider=providers.get(offer.provider_id or 0),
            certificate=certificate,
            facts=one.facts,
            minutes=offer.minutes,
            assignment_type=offer.assignment_type,
        ),
        workplace_id=offer.workplace_id,
        provider_id=offer.provider_id,
        person_id=certificate.professional.person_id,
        proposed_by=PartyKind.PROVIDER if kind.form == ContractForm.SERVICE else PartyKind.EMPLOYER,
    )


def _offerer(contract: Contract) -> ContractRole:
    return ContractRole.EMPLOYER if contract.form == ContractForm.OWN_STAFF else ContractRole.MANAGER


def offer_happening(contract: Contract, **more: Any) -> Happening:
    """What is recorded of an offer that was made."""
    detail = {
        "code": contract.code,
        "workplace": contract.workplace_id,
        "minutes": contract.minutes,
        "terms_hash": contract.process.terms_hash,
        **more,
    }
    return Happening("contract:offer:made", contract.process_id, detail)
