"""Offering a service contract: the provider's responsible manager names workplace, professional and minutes."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Case, Value, When

from katip.audit.services.record import Happening, record
from katip.contracts.acts import Act, acts_record
from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.law import require_lawful
from katip.contracts.models import AssignmentType, Contract
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.processes.kinds import kind_get
from katip.processes.services.open import process_open
from katip.registry.models import Certificate, Professional, Provider, Workplace
from katip.registry.permissions import require_provider_mandate, valid_on
from katip.rules import ContractAction, ContractRole, ContractState, RuleViolation


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
    the same offer waits.
    """
    if actor.capacity != Capacity.PROVIDER or actor.organisation_id is None:
        raise PermissionRefusedError("no_mandate")
    require_provider_mandate(actor, actor.organisation_id, at)
    kind = kind_get(code)
    assert isinstance(kind, ServiceContractKind)  # noqa: S101 -- only these codes are registered by this room
    # The same lock that an approval takes: an offer and an approval cannot both spend the last minutes.
    professional = Professional.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    chosen = professional.get(pk=professional_id)
    certificate = (
        Certificate.objects.filter(professional=chosen, profession=kind.profession)
        .select_related("professional__person")
        .annotate(valid=Case(When(valid_on(at), then=Value(0)), default=Value(1)))
        .order_by("valid", "certificate_class", "-valid_from")
        .first()
    )
    if certificate is None:
        raise RuleViolation("no_certificate", facts={"profession": kind.profession})
    workplace = Workplace.objects.get(pk=workplace_id)
    provider = Provider.objects.select_related("province").get(pk=actor.organisation_id)
    asked = Asked(workplace.pk, chosen.pk, provider.pk, certificate.pk, kind.profession)
    [facts] = facts_read([asked], at)
    require_lawful(facts, profession=kind.profession, minutes=minutes, assignment_type=assignment_type)
    process = process_open(
        actor=actor,
        at=at,
        kind=kind,
        workplace_id=workplace.pk,
        provider_id=provider.pk,
        person_id=chosen.person_id,
        terms=_terms(
            kind, workplace, provider, certificate, facts=facts, minutes=minutes, assignment_type=assignment_type
        ),
    )
    try:
        contract = Contract.objects.create(
            code=code,
            profession=kind.profession,
            workplace=workplace,
            provider=provider,
            professional=chosen,
            certificate=certificate,
            process=process,
            minutes=minutes,
            assignment_type=assignment_type,
            state=ContractState.AWAITING_PROFESSIONAL,
            created_at=at,
        )
    except IntegrityError as error:
        raise RuleViolation("already_offered") from error
    act = Act(contract, ContractAction.OFFER, ContractRole.MANAGER, actor.person_id, at)
    acts_record([act], state_from=ContractState.DRAFT)
    record(
        actor,
        at,
        Happening(
            "contract:offer:made",
            process.pk,
            {"code": code, "workplace": workplace.pk, "minutes": minutes, "terms_hash": process.terms_hash},
        ),
    )
    return contract


def _terms(
    kind: ServiceContractKind,
    workplace: Workplace,
    provider: Provider,
    certificate: Certificate,
    *,
    facts: Facts,
    minutes: int,
    assignment_type: str,
) -> dict[str, Any]:
    """What the parties will read and approve, as plain JSON values. No personal number stands in it."""
    requirement = facts.requirement(kind.profession)
    assert requirement is not None  # noqa: S101 -- require_lawful refuses unknown figures
    assert facts.period is not None  # noqa: S101 -- as above
    return {
        "code": kind.code,
        "title": kind.title,
        "profession": kind.profession,
        "workplace": {"id": workplace.pk, "title": workplace.title, "sgk_number": workplace.sgk_number},
        "provider": {
            "id": provider.pk,
            "title": provider.title,
            "kind": provider.kind,
            "authorisation_no": provider.authorisation_no,
            "province": provider.province.name,
        },
        "professional": {"id": certificate.professional_id, "name": certificate.professional.person.name},
        "certificate": {"class": certificate.certificate_class, "number": certificate.number},
        "minutes": minutes,
        "assignment_type": assignment_type,
        "start": "on_approval",
        "end": "open",
        "requirement": {
            "employees": facts.employees,
            "period": facts.period.isoformat(),
            "nace": workplace.activity_id,
            "hazard": facts.hazard,
            "required": requirement.required,
            "full_time_persons": requirement.full_time_persons,
            "per_employee": requirement.per_employee,
            "remainder_employees": requirement.remainder_employees,
            "minutes": requirement.minutes,
            "running": facts.running,
            "citation": {
                "short": requirement.citation.short,
                "full": requirement.citation.full,
                "since": requirement.citation.since.isoformat(),
            },
            "exemption": requirement.exemption_reason,
        },
    }
