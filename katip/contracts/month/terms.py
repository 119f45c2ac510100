"""The terms of the processes that a month opens, as canonical JSON text made from parts.

A month opens very many at once: parts that repeat are made once, and the text is at once what is hashed and what is
stored. A test holds it against `processes.services.terms.terms_hash`.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from katip.core.frames import numbers_text
from katip.rules import HazardClass, Profession, required_minutes

_PARTIES = """
SELECT contract.id, contract.code, contract.assignment_type, workplace.id, workplace.title, workplace.sgk_number,
       workplace.activity_id, provider.id, provider.title, provider.kind, provider.authorisation_no, province.name,
       professional.id, person.given_name || ' ' || person.family_name, certificate.certificate_class,
       certificate.number
FROM contracts_contract AS contract
JOIN registry_workplace AS workplace ON workplace.id = contract.workplace_id
LEFT JOIN registry_provider AS provider ON provider.id = contract.provider_id
LEFT JOIN registry_province AS province ON province.code = provider.province_id
JOIN registry_professional AS professional ON professional.id = contract.professional_id
JOIN identity_person AS person ON person.id = professional.person_id
JOIN registry_certificate AS certificate ON certificate.id = contract.certificate_id
WHERE contract.id = ANY(%s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is bound by a contract, as JSON text of each part."""

    code: int
    assignment_type: str
    workplace: str
    activity: str
    provider: str
    professional: str
    certificate: str


def canonical(value: Any) -> str:
    """`value` as the text that is hashed: sorted keys, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def text_hash(text: str) -> str:
    """SHA-256 (hex) of the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def parties_read(contract_ids: Collection[int]) -> dict[int, Parties]:
    """The parties of each contract, by one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTIES, [numbers_text(contract_ids)])
        return {row[0]: _parties(row[1:]) for row in cursor.fetchall()}


def _parties(row: Sequence[Any]) -> Parties:
    code, assignment_type, workplace, title, sgk_number, activity, *rest = row
    provider, provider_title, kind, number, province, professional, name, letter, certificate = rest
    return Parties(
        code,
        assignment_type,
        f'{{"id":{workplace},"sgk_number":"{sgk_number}","title":{_text(title)}}}',
        activity,
        "null" if provider is None else _provider(provider, provider_title, kind, number, province),
        f'{{"id":{professional},"name":{_text(name)}}}',
        f'{{"class":"{letter}","number":{_text(certificate)}}}',
    )


# The one step of `json.dumps` that texts need; the same escapes, without making an encoder for each.
_text = json.encoder.encode_basestring


@lru_cache(maxsize=10_000)
def _provider(provider_id: int, title: str, kind: str, number: str, province: str) -> str:
    given = {"id": provider_id, "title": title, "kind": kind, "authorisation_no": number, "province": province}
    return canonical(given)


@lru_cache(maxsize=100_000)
def _requirement(profession: str, hazard: str, employees: int, physician: int, day: date) -> tuple[str, str, str, str]:
    """What `contracts.terms.requirement_terms` says, as text, cut where activity, month and running minutes stand."""
    need = required_minutes(
        Profession(profession),
        hazard=HazardClass(hazard),
        employees=employees,
        as_of=day,
        full_time_physician=bool(physician),
    )
    citation = {
        "short": need.citation.short,
        "full": need.citation.full,
        "since": need.citation.since.isoformat(),
    }
    head = {
        "citation": citation,
        "employees": employees,
        "exemption": need.exemption_reason,
        "full_time_persons": need.full_time_persons,
        "hazard": hazard,
        "minutes": need.minutes,
    }
    after = canonical({"remainder_employees": need.remainder_employees, "required": need.required})
    return (
        f'{canonical(head)[:-1]},"nace":',
        f',"per_employee":{need.per_employee},"period":"',
        f'",{after[1:-1]},"running":',
        "}",
    )


def month_text(line: Mapping[str, Any], run: int, period: str) -> str:
    """What the month brought to the group."""
    return (
        f'{{"employees_after":{line["employees_after"]},"employees_before":{line["employees_before"]},'
        f'"hazard_after":"{line["hazard_after"]}","hazard_before":"{line["hazard_before"]}","period":"{period}",'
        f'"reason":"{line["reason"]}","required_after":{line["required_after"]},'
        f'"required_before":{line["required_before"]},"run":{run}}}'
    )


def requirement_text(line: Mapping[str, Any], parties: Parties, day: date, period: str, running: int) -> str:
    """The headcount, class and article behind the legal minimum; `running` are the minutes of the others."""
    head, month, rest, end = _requirement(
        line["profession"], line["hazard_after"], line["employees_after"], line["physician"], day
    )
    return f'{head}"{parties.activity}"{month}{period}{rest}{running}{end}'


def update_terms(
    line: Mapping[str, Any], parties: Parties, *, code: int, title: str, run: int, period: str, day: date
) -> str:
    """The terms of a duration update, as `services.update.update_propose` has them, and what the month did.

    `agreed` are the minutes below which a later month must not go.
    """
    requirement = requirement_text(line, parties, day, period, line["running"] - line["minutes_before"])
    return (
        f'{{"agreed":{line["agreed_after"]},"assignment_type":"{parties.assignment_type}",'
        f'"certificate":{parties.certificate},"code":{code},'
        f'"contract":{{"code":{parties.code},"id":{line["contract"]}}},"minutes":{line["minutes_after"]},'
        f'"minutes_before":{line["minutes_before"]},"month":{month_text(line, run, period)},'
        f'"profession":"{line["profession"]}","professional":{parties.professional},"provider":{parties.provider},'
        f'"requirement":{requirement},"start":"on_approval","title":{_text(title)},"workplace":{parties.workplace}}}'
    )


def shortage_terms(  # noqa: PLR0917 -- what `update_terms` takes, of a group
    group: Sequence[Mapping[str, Any]],
    parties: Mapping[int, Parties],
    code: int,
    title: str,
    run: int,
    period: str,
    day: date,
) -> str:
    """The terms of a process that asks for a person: the group's contracts, what the month brought, what is owed."""
    line = group[0]
    first = parties[line["contract"]]
    contracts = ",".join(
        f'{{"assignment_type":"{parties[one["contract"]].assignment_type}",'
        f'"code":{parties[one["contract"]].code},"id":{one["contract"]},"minutes":{one["minutes_before"]},'
        f'"professional":{parties[one["contract"]].professional}}}'
        for one in group
    )
    requirement = requirement_text(line, first, day, period, line["running"])
    return (
        f'{{"code":{code},"contracts":[{contracts}],"month":{month_text(line, run, period)},'
        f'"profession":"{line["profession"]}","provider":{first.provider},"requirement":{requirement},'
        f'"title":{_text(title)},"workplace":{first.workplace}}}'
    )
