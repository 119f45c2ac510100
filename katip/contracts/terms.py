"""What the parties read and approve, as plain JSON values. No personal number stands in it."""

from typing import Any

from katip.contracts.facts import Facts
from katip.registry.models import Certificate, Provider, Workplace
from katip.rules import Profession


def offer_terms(
    *,
    code: int,
    title: str,
    profession: Profession,
    workplace: Workplace,
    provider: Provider | None,
    certificate: Certificate,
    facts: Facts,
    minutes: int,
    assignment_type: str,
) -> dict[str, Any]:
    """The terms of an offered contract: parties, minutes a month, and how the law's figures were come by."""
    return {
        "code": code,
        "title": title,
        "profession": profession,
        **parties_terms(workplace, provider, certificate),
        "minutes": minutes,
        "assignment_type": assignment_type,
        "start": "on_approval",
        "end": "open",
        "requirement": requirement_terms(profession, workplace, facts),
    }


def parties_terms(workplace: Workplace, provider: Provider | None, certificate: Certificate) -> dict[str, Any]:
    """Who is bound: workplace, provider (None for own staff), professional and certificate."""
    return {
        "workplace": {"id": workplace.pk, "title": workplace.title, "sgk_number": workplace.sgk_number},
        "provider": None
        if provider is None
        else {
            "id": provider.pk,
            "title": provider.title,
            "kind": provider.kind,
            "authorisation_no": provider.authorisation_no,
            "province": provider.province.name,
        },
        "professional": {"id": certificate.professional_id, "name": certificate.professional.person.name},
        "certificate": {"class": certificate.certificate_class, "number": certificate.number},
    }


def requirement_terms(profession: Profession, workplace: Workplace, facts: Facts) -> dict[str, Any]:
    """The headcount, class and article behind the legal minimum."""
    requirement = facts.requirement(profession)
    assert requirement is not None  # noqa: S101 -- require_lawful refuses unknown figures
    assert facts.period is not None  # noqa: S101 -- as above
    return {
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
    }
