"""A database of its own with many contracts, made by set: what plans are read on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

NAME = "test_katip_crowd"
CONTRACTS, WORKPLACES, PROVIDERS, PROFESSIONALS = 200_000, 110_000, 400, 6_000
LARGE, LARGE_SHARE = 1, 163
"""the provider with many contracts, and that it has one in so many: of 4.4 million they would be 27 000"""
_FILLED = ("identity_person", "registry_provider", "registry_workplace", "processes_process", "contracts_contract")

_FILL = """
INSERT INTO identity_person (password, national_id_key, national_id_sealed, given_name, family_name, email, is_active,
                             created_at)
SELECT '', 'key' || n, '', 'Kişi' || n, 'Örnek' || n %% 977, '', true, now() FROM generate_series(1, {professionals}) n;
INSERT INTO registry_professional (person_id) SELECT id FROM identity_person;
INSERT INTO registry_certificate (professional_id, profession, certificate_class, number, valid_from)
SELECT id, 'safety_specialist', 'A', 'B' || id, '2020-01-01' FROM registry_professional;
INSERT INTO registry_provider (authorisation_no, kind, title, short_title, vkn, province_id, district_id, contact_name,
                               contact_phone, contact_hours)
SELECT 'Y' || n, 'osgb', 'Örnek OSGB ' || n, 'OSGB ' || n, '', 16,
       (SELECT min(id) FROM registry_district WHERE province_id = 16), '', '2240000000', ''
FROM generate_series(1, {providers}) n;
INSERT INTO registry_workplace (sgk_number, title, vkn, province_id, district_id, address, activity_id)
SELECT '2' || lpad(n::text, 25, '0'), 'İşyeri ' || md5(n::text), '', place.province_id, place.id, '', activity.code
FROM generate_series(1, {workplaces}) n
JOIN (SELECT id, province_id, row_number() OVER (ORDER BY id) - 1 AS no FROM registry_district) place
    ON place.no = n %% 973
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS no FROM registry_activity) activity
    ON activity.no = n %% (SELECT count(*) FROM registry_activity);
INSERT INTO registry_mandate (person_id, capacity, workplace_id, provider_id, valid_from)
VALUES (1, 'e_bildirge', 7, NULL, '2020-01-01'), (1, 'responsible_manager', NULL, {large}, '2020-01-01');
INSERT INTO registry_headcount (workplace_id, period, employees)
SELECT id, '2025-05-01', 1 + id %% 90 FROM registry_workplace;
INSERT INTO processes_process (code, workplace_id, provider_id, state, version, current_step, waits_for,
    waits_for_person_id, waiting_since, due_on, terms, terms_hash, proposed_by, created_at)
SELECT 103, 1 + n %% {workplaces}, CASE WHEN n %% {share} = 0 THEN {large} ELSE 2 + n %% ({providers} - 1) END,
       CASE WHEN n %% 20 < 2 THEN 'open' ELSE 'completed' END, 2, 2,
       CASE n %% 20 WHEN 0 THEN 'employer' WHEN 1 THEN 'professional' ELSE '' END,
       CASE WHEN n %% 20 = 1 THEN 1 + n %% {professionals} END, now() - n * interval '1 minute',
       CASE WHEN n %% 3 > 0 THEN '2025-06-01'::date + n %% 60 END, '{{}}', '', 'provider', now()
FROM generate_series(1, {contracts}) n;
INSERT INTO contracts_contract (code, form, profession, workplace_id, provider_id, professional_id, certificate_id,
    process_id, minutes, assignment_type, state, fit, active_from, ends_on, ended_at, end_reason, end_note,
    carried_over, created_at)
SELECT 103, 'service', 'safety_specialist', p.workplace_id, p.provider_id, 1 + n %% {professionals},
       1 + n %% {professionals}, p.id, 20 + n %% 400, 'part_time',
       CASE WHEN n %% 20 = 0 THEN 'awaiting_employer' WHEN n %% 20 = 1 THEN 'awaiting_professional'
            WHEN n %% 20 < 5 THEN (ARRAY['rejected', 'withdrawn', 'lapsed'])[1 + n %% 3]
            WHEN n %% 20 < 10 THEN 'ended' ELSE 'active' END,
       CASE WHEN n %% 20 > 9 THEN (ARRAY['fit', 'above', 'short'])[1 + n %% 3] ELSE 'unknown' END,
       now() - n * interval '1 minute', CASE WHEN n %% 400 = 10 THEN '2026-01-01'::date END,
       CASE WHEN n %% 20 BETWEEN 5 AND 9 THEN now() END,
       CASE WHEN n %% 20 = 5 THEN 'workplace_closed' WHEN n %% 20 BETWEEN 6 AND 9 THEN 'by_employer' ELSE '' END, '',
       n %% 7 = 0, now()
FROM processes_process p, LATERAL (SELECT p.id AS n) AS numbered ORDER BY p.id;
INSERT INTO contracts_contractversion (contract_id, no, basis, valid_from, minutes, assignment_type, employees,
    hazard_class, required_minutes, recorded_at)
SELECT id, no, 'approved', '2025-01-01'::timestamptz + no * interval '1 day', minutes, 'part_time', 12, 'low', 120,
       now()
FROM contracts_contract, generate_series(1, 2) no WHERE state IN ('active', 'ended') AND (no = 1 OR id %% 2 = 0);
WITH opened AS (
    INSERT INTO processes_process (code, workplace_id, provider_id, state, version, current_step, waits_for,
        waiting_since, terms, terms_hash, proposed_by, created_at)
    SELECT 9001, workplace_id, provider_id, 'open', 1, 1, 'employer', now(), jsonb_build_object('c', id), '',
           'provider', now()
    FROM contracts_contract WHERE state = 'active' AND id %% 12 = 0 RETURNING id, terms
)
INSERT INTO contracts_durationupdate (contract_id, process_id, minutes_before, minutes, reason, is_open)
SELECT (terms->>'c')::bigint, id, 100, 120, '', true FROM opened;
UPDATE registry_workplace SET predecessor_id = id - 1 WHERE id %% 50 = 7;
"""


@contextmanager
def crowd() -> Iterator[None]:
    """Within it the application's connection reads a crowded database; afterwards the tests' own again."""
    owner, application = connections["owner"], connections["default"]
    before = owner.settings_dict["NAME"]
    parameters = owner.get_connection_params() | {"cursor_factory": None, "dbname": "katip"}

    def run(*statements: str) -> None:
        with psycopg.connect(**parameters, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    _enter(NAME)  # nobody may be connected to the one that is copied
    run(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)', f'CREATE DATABASE "{NAME}" TEMPLATE "{before}"')
    try:
        with psycopg.connect(**owner.get_connection_params() | {"cursor_factory": None}, autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off")
            connection.execute(f"TRUNCATE {', '.join(_FILLED)} RESTART IDENTITY CASCADE")
            connection.execute("SET session_replication_role = replica") if _is_superuser(connection) else None
            for statement in _statements():
                connection.execute(statement)
            connection.execute("VACUUM (ANALYZE)")
        yield
    finally:
        _enter(before)
        application.close()
        run(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


def _enter(name: str) -> None:
    for alias in ("owner", "default"):
        connection: Any = connections[alias]
        connection.close()
        connection.settings_dict["NAME"] = name


def _statements() -> list[str]:
    sizes = {
        "contracts": CONTRACTS,
        "workplaces": WORKPLACES,
        "providers": PROVIDERS,
        "professionals": PROFESSIONALS,
        "share": LARGE_SHARE,
        "large": LARGE,
    }
    return [part for part in _FILL.format(**sizes).replace("%%", "%").split(";\n") if part.strip()]


def _is_superuser(connection: Any) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])
