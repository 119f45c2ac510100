"""Everybody sees of everything exactly what the rule says: the policies and functions are written for their speed.

A register in which everything binds anybody to anything, by a fixed seed, and each rule once more as one plain
expression, worked out by the house.
"""

# ruff: noqa: S608 -- texts of ours

import random
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from katip.core.actor import Actor, Capacity
from katip.core.rows import FEW, ME, MY_PROFESSIONAL, MY_PROVIDERS, MY_WORKPLACES
from katip.core.usecase import acting_as, whole_register
from tests.door import nobody_acts

pytestmark = pytest.mark.django_db
PEOPLE, PROFESSIONALS, WORKPLACES, PROVIDERS, CONTRACTS, PROCESSES = 40, 14, 24, 8, 26, 30


def _mine(row: str) -> str:
    return f"({row}.workplace_id = {MY_WORKPLACES} OR {row}.provider_id = {MY_PROVIDERS})"


def sees_contract(asked: str) -> str:
    return f"""EXISTS (SELECT FROM contracts_contract x WHERE x.id = {asked}
        AND ({_mine("x")} OR x.professional_id = {MY_PROFESSIONAL}))"""


def is_asked(asked: str) -> str:
    return f"""(EXISTS (SELECT FROM processes_step WHERE process_id = {asked} AND person_id = {ME})
    OR EXISTS (SELECT FROM contracts_contract x WHERE x.process_id = {asked} AND x.professional_id = {MY_PROFESSIONAL})
    OR EXISTS (SELECT FROM contracts_durationupdate u JOIN contracts_contract x ON x.id = u.contract_id
        WHERE u.process_id = {asked} AND x.professional_id = {MY_PROFESSIONAL}))"""


def sees_process(asked: str) -> str:
    return f"""(EXISTS (SELECT FROM processes_process x WHERE x.id = {asked}
        AND ({_mine("x")} OR x.waits_for_person_id = {ME})) OR {is_asked(asked)})"""


def sees_step(asked: str) -> str:
    return f"EXISTS (SELECT FROM processes_step o WHERE o.id = {asked} AND {sees_process('o.process_id')})"


def _asked_in_mine(person: str) -> str:
    return f"""EXISTS (SELECT FROM processes_step s JOIN processes_process y ON y.id = s.process_id
        WHERE s.person_id = {person} AND {_mine("y")})"""


def knows_professional(asked: str) -> str:
    person = f"(SELECT person_id FROM registry_professional WHERE id = {asked})"
    return f"""(EXISTS (SELECT FROM registry_staffcontract c
        WHERE c.professional_id = {asked} AND c.provider_id = {MY_PROVIDERS})
    OR EXISTS (SELECT FROM contracts_contract x WHERE x.professional_id = {asked} AND {_mine("x")})
    OR {_asked_in_mine(person)})"""


def knows_person(asked: str) -> str:
    return f"""(EXISTS (SELECT FROM registry_professional p
        WHERE p.person_id = {asked} AND {knows_professional("p.id")})
    OR EXISTS (SELECT FROM registry_mandate m WHERE m.person_id = {asked} AND {_mine("m")})
    OR EXISTS (SELECT FROM registry_mandate m JOIN registry_provider own ON own.id = m.provider_id
        WHERE m.person_id = {asked} AND own.workplace_id = {MY_WORKPLACES})
    OR {_asked_in_mine(asked)}
    OR EXISTS (SELECT FROM registry_contactdeclaration d
        WHERE d.declared_by_id = {asked} AND d.workplace_id = {MY_WORKPLACES})
    OR EXISTS (SELECT FROM contracts_contractact a WHERE a.person_id = {asked} AND {sees_contract("a.contract_id")})
    OR EXISTS (SELECT FROM processes_decision d JOIN processes_step t ON t.id = d.step_id
        WHERE d.person_id = {asked} AND {sees_process("t.process_id")})
    OR EXISTS (SELECT FROM processes_step s JOIN processes_process z ON z.id = s.process_id
        WHERE s.person_id = {ME} AND z.created_by_id = {asked}))"""


RULES = {
    "contracts_contract": sees_contract("one.id"),
    "contracts_contractact": sees_contract("one.contract_id"),
    "contracts_durationupdate": sees_contract("one.contract_id"),
    "processes_process": sees_process("one.id"),
    "processes_step": sees_step("one.id"),
    "processes_decision": f"(one.person_id = {ME} OR {sees_step('one.step_id')})",
    "registry_professional": f"(one.person_id = {ME} OR {knows_professional('one.id')})",
    "registry_certificate": f"(one.professional_id = {MY_PROFESSIONAL} OR {knows_professional('one.professional_id')})",
    "identity_person": f"(one.id = {ME} OR {knows_person('one.id')})",
}


def put(table: str, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows of plain columns; their numbers."""
    names = list(rows[0])
    values = ", ".join(f"({', '.join(['%s'] * len(names))})" for _ in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES {values} RETURNING id",
            [row[name] for row in rows for name in names],
        )
        return [number for (number,) in cursor.fetchall()]


def register_make(seed: int) -> list[int]:
    """Fill the tables that the rules ask; the people."""
    draw = random.Random(seed)  # noqa: S311 -- the same every time
    at, day = "2025-06-02T09:00Z", "2020-01-01"
    with connection.cursor() as cursor:
        cursor.execute("SELECT province_id, id FROM registry_district ORDER BY id LIMIT 1")
        province, district = cursor.fetchone()
        cursor.execute("SELECT min(code) FROM registry_activity")
        (activity,) = cursor.fetchone()
    people = put("identity_person", [
        {"password": "", "national_id_key": f"known {n}", "national_id_sealed": b"", "given_name": f"Kişi {n}",
         "family_name": "Örnek", "email": "", "is_active": True, "created_at": at} for n in range(PEOPLE)])  # fmt: skip
    workplaces = put("registry_workplace", [
        {"sgk_number": f"9{n:025}", "title": f"İşyeri {n}", "vkn": "", "province_id": province, "district_id": district,
         "address": "", "activity_id": activity} for n in range(WORKPLACES)])  # fmt: skip
    providers = put("registry_provider", [
        {"authorisation_no": f"known {n}", "kind": "osgb", "title": f"OSGB {n}", "short_title": "", "vkn": "",
         "province_id": province, "district_id": district, "contact_name": "", "contact_phone": "2240000000",
         "contact_hours": "", "workplace_id": workplaces[n] if n % 3 == 0 else None}
        for n in range(PROVIDERS)])  # fmt: skip
    professionals = put("registry_professional", [{"person_id": one} for one in people[:PROFESSIONALS]])
    certificates = put("registry_certificate", [
        {"professional_id": one, "profession": "safety_specialist", "certificate_class": "A", "number": f"known {one}",
         "valid_from": day} for one in professionals])  # fmt: skip

    def some(among: Sequence[int], share: float = 1.0) -> int | None:
        return draw.choice(among) if draw.random() < share else None

    pairs: set[tuple[int | None, ...]] = {(some(people[8:30]), some(workplaces), None) for _ in range(14)}
    pairs |= {(some(people[20:]), None, some(providers)) for _ in range(7)}
    pairs |= {(people[35], one, None) for one in workplaces[: FEW + 5]}  # an accountant: asked for in another way
    put("registry_mandate", [
        {"person_id": person, "capacity": "e_bildirge" if workplace else "responsible_manager",
         "workplace_id": workplace, "provider_id": provider, "valid_from": day,
         "valid_to": "2021-01-01" if number % 9 == 0 else None}
        for number, (person, workplace, provider) in enumerate(sorted(pairs, key=str))])  # fmt: skip
    put("registry_staffcontract", [
        {"provider_id": provider, "professional_id": professional, "minutes": 60, "valid_from": day}
        for provider, professional in {(some(providers), some(professionals)) for _ in range(6)}])  # fmt: skip
    put("registry_contactdeclaration", [
        {"workplace_id": workplace, "no": 1, "declared_by_id": some(people), "declared_at": at, "phone": "5550000000",
         "email": "", "kep": "", "auto_update": True,
         "postal_address": "", "consent_text": "", "province_id": province, "district_id": district}
        for workplace in draw.sample(workplaces, 5)])  # fmt: skip
    processes = put("processes_process", [
        {"code": 103, "workplace_id": some(workplaces, 0.7), "provider_id": some(providers, 0.6), "state": "open",
         "version": 1, "current_step": 1, "waits_for": "person", "waits_for_person_id": some(people, 0.2),
         "waiting_since": at, "terms": "{}", "terms_hash": "", "proposed_by": "provider",
         "created_by_id": some(people, 0.8), "created_at": at} for _ in range(CONTRACTS + PROCESSES)])  # fmt: skip
    steps = put("processes_step", [
        {"process_id": process, "no": number, "party": "person", "person_id": some(people, 0.4)}
        for process in processes for number in range(1, draw.randint(2, 3))])  # fmt: skip
    put("processes_decision", [
        {"step_id": step, "outcome": "approved", "reason": "", "person_id": some(people), "capacity": "individual",
         "decided_at": at, "terms_hash": "", "text_version": "", "proof_method": "totp", "proof_at": at}
        for step in draw.sample(steps, len(steps) // 3)])  # fmt: skip
    contracts = put("contracts_contract", [
        {"code": 103, "form": "service" if number % 3 else "own_staff", "profession": "safety_specialist",
         "workplace_id": some(workplaces), "provider_id": some(providers) if number % 3 else None,
         "professional_id": professionals[number % PROFESSIONALS], "certificate_id": certificates[0],
         "process_id": processes[number], "minutes": 40, "assignment_type": "part_time", "state": "ended",
         "fit": "unknown", "end_reason": "", "end_note": "", "carried_over": False, "created_at": at}
        for number in range(CONTRACTS)])  # fmt: skip
    put("contracts_contractact", [
        {"contract_id": some(contracts), "action": "offer", "role": "provider", "person_id": some(people, 0.8),
         "at": at, "state_from": "ended", "state_to": "ended", "reason": "", "detail": "{}"}
        for _ in range(20)])  # fmt: skip
    put("contracts_durationupdate", [
        {"contract_id": some(contracts), "process_id": process, "minutes_before": 40, "minutes": 60, "reason": "",
         "is_open": False} for process in processes[CONTRACTS:CONTRACTS + 12]])  # fmt: skip
    return people


def numbers(table: str, rule: str = "true") -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT one.id FROM {table} AS one WHERE {rule}")
        return {number for (number,) in cursor.fetchall()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_everybody_sees_what_the_rule_says(seed: int) -> None:
    seen = dict.fromkeys(RULES, 0)
    for person in [*register_make(seed), 10**9]:
        with nobody_acts(), acting_as(Actor(person, Capacity.INDIVIDUAL)):
            for table, rule in RULES.items():
                found = numbers(table)
                with whole_register("a rule is worked out over all rows"):
                    assert found == numbers(table, rule), (table, person)
                    there = numbers(table)
                seen[table] += 0 < len(found) < len(there)
    assert all(seen.values()), seen
