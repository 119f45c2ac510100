"""What a policy asks about somebody costs as much as the one who asks has, whatever the other ever did.

A manager who offered a thousand contracts is on the page of each employer who reads one of them.
"""

import json
from typing import Any

import pytest
from django.db import connection

from katip.core.usecase import acting_as, whole_register
from katip.identity.models import Person
from katip.processes.models import Process
from tests.cast import World, person

OFFERS = 1_000
MOST_BLOCKS = 120
"""read by an employer with one contract; by way of what the other signed, it would be three for each offer"""

_ELSEWHERE = """
WITH place AS (
    INSERT INTO registry_workplace (sgk_number, title, vkn, province_id, district_id, address, activity_id)
    SELECT '8' || lpad(n::text, 25, '0'), 'İşyeri ' || n, '', province_id, district_id, '', activity_id
    FROM registry_workplace, generate_series(1, %(offers)s) AS n WHERE id = %(workplace)s RETURNING id
), process AS (
    INSERT INTO processes_process (code, workplace_id, provider_id, state, version, current_step, waits_for,
        waiting_since, terms, terms_hash, proposed_by, created_by_id, created_at)
    SELECT code, place.id, provider_id, state, 1, 1, waits_for, waiting_since, '{}', '', proposed_by, created_by_id,
        created_at
    FROM processes_process, place WHERE processes_process.id = %(process)s RETURNING id, workplace_id
), step AS (
    INSERT INTO processes_step (process_id, no, party, person_id)
    SELECT id, 1, 'professional', %(specialist)s FROM process RETURNING id
), decision AS (
    INSERT INTO processes_decision (step_id, outcome, reason, person_id, capacity, decided_at, terms_hash, text_version,
        proof_method, proof_at)
    SELECT id, 'approved', '', %(specialist)s, 'individual', now(), '', '', 'totp', now() FROM step
), contract AS (
    INSERT INTO contracts_contract (code, form, profession, workplace_id, provider_id, professional_id, certificate_id,
        process_id, minutes, assignment_type, state, fit, end_reason, end_note, carried_over, created_at)
    SELECT code, form, profession, process.workplace_id, provider_id, %(professional)s, certificate_id, process.id,
        minutes, assignment_type, state, fit, '', '', false, created_at
    FROM contracts_contract, process WHERE contracts_contract.process_id = %(process)s RETURNING id
)
INSERT INTO contracts_contractact (contract_id, action, role, person_id, at, state_from, state_to, reason, detail)
SELECT id, 'offer', 'provider', person_id, now(), '', 'awaiting_employer', '', '{}'
FROM contract, unnest(ARRAY[%(manager)s, %(specialist)s]) AS person_id
"""


def blocks_read(query: str) -> int:
    """How many blocks of memory or disk the statement looks at, with all that its functions ask."""
    with connection.cursor() as cursor:
        cursor.execute(query)  # functions plan once for a connection, and planning reads, too
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}")
        [(plan,)] = cursor.fetchall()
    top: dict[str, Any] = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])


@pytest.mark.parametrize("known", [True, False])
def test_whom_an_employer_knows_costs_the_same_whatever_they_signed(world: World, *, known: bool) -> None:
    """Somebody unknown is the dearest: every way is gone to its end."""
    contract = world.accepted(103)
    manager, specialist = person(900, "Müdür"), world.professionals[103].person_id
    with connection.cursor() as cursor:
        cursor.execute(
            _ELSEWHERE,
            {
                "manager": manager.pk,
                "specialist": specialist if known else world.professionals[140].person_id,
                "professional": world.professionals[103 if known else 140].pk,
                "offers": OFFERS,
                "process": contract.process_id,
                "workplace": world.workplace.pk,
            },
        )
        if known:  # the newest of all
            cursor.execute(
                "INSERT INTO contracts_contractact (contract_id, action, role, person_id, at, state_from, state_to,"
                " reason, detail) VALUES (%s, 'offer', 'provider', %s, now(), '', '', '', '{}')",
                [contract.pk, manager.pk],
            )
    with acting_as(world.actor("owner")):
        with whole_register("what is there is looked at, not what is seen"):
            assert Process.objects.count() > OFFERS
        for one in (manager.pk, specialist if known else world.professionals[140].person_id):
            assert Person.objects.filter(pk=one).exists() == known
            assert blocks_read(f"SELECT FROM identity_person WHERE id = {one}") <= MOST_BLOCKS
