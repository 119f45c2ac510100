"""What happened stays: neither the application's login nor the owner changes an event, and every privilege is known."""

import hashlib
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.apps import apps
from django.db import connections, transaction

from katip.audit.models import Event
from katip.audit.services.record import Happening, detail_hash, record
from katip.core.actor import OPERATOR
from katip.core.grants import grants_apply, grants_wanted
from tests.cast import AT
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

# Every right to change or delete a row that the application's login has. A new one is a decision: write it down here.
UPDATABLE = {
    "audit_logreader",
    "cache_entry",
    "contracts_contract",
    "contracts_coverage",
    "contracts_durationupdate",
    "contracts_offerdraft",
    "contracts_offerfunnel",
    "contracts_offersheet",
    "contracts_providercoverage",
    "contracts_shortage",
    "contracts_undertaking",
    "core_fact",
    "counter_application",
    "counter_branch",
    "counter_branchclosure",
    "counter_openinghours",
    "counter_posting",
    "counter_review",
    "django_session",
    "documents_checktally",
    "documents_document",
    "documents_monthdocuments",
    "guide_guidelink",
    "identity_activationcode",
    "identity_chipsession",
    "identity_enrolment",
    "identity_knowndevice",
    "identity_person",
    "identity_providerlink",
    "identity_securitynotice",
    "keeping_datarequest",
    "mfa_authenticator",
    "notices_addressfault",
    "notices_channelrest",
    "notices_delivery",
    "notices_habit",
    "notices_hookdelivery",
    "notices_hooksubscription",
    "notices_notice",
    "notices_objection",
    "notices_preference",
    "notices_round",
    "processes_process",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
    "programs_apitoken",
    "programs_tokencalls",
    "registry_activity",
    "registry_activityhazard",
    "registry_administrativeleave",
    "registry_certificate",
    "registry_district",
    "registry_headcount",
    "registry_mandate",
    "registry_official",
    "registry_payment",
    "registry_professional",
    "registry_provider",
    "registry_province",
    "registry_staffcontract",
    "registry_workplace",
    "runs_run",
    "runs_runreceipt",
    "seal_sealkey",
    "updates_digest",
    "updates_feed",
    "updates_feedkey",
    "updates_feedpart",
    "updates_monthchunk",
    "updates_monthrun",
    "usersessions_usersession",
}
DELETABLE = {
    "audit_logqueue",
    "cache_entry",
    "django_session",
    "mfa_authenticator",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
    "seal_waitingseal",
    "usersessions_usersession",
}
INSERT_ONLY = {
    "audit_checkpoint",
    "audit_event",
    "audit_eventdetail",
    "audit_logentry",
    "audit_look",
    "audit_logtile",
    "contracts_carried",
    "contracts_contractact",
    "contracts_contractversion",
    "contracts_monthchange",
    "core_sentform",
    "documents_documentfile",
    "identity_proofing",
    "keeping_noticeshown",
    "keeping_retentionrun",
    "processes_decision",
    "processes_step",
    "procrastinate_events",
    "programs_idempotencykey",
    "registry_contactdeclaration",
    "registry_importrun",
    "registry_standing",
    "runs_runoutcome",
    "runs_runreceiptfile",
    "runs_runrow",
    "updates_feedfault",
    "updates_missing",
    "updates_monthfigure",
    "updates_monthprovider",
}
READ_ONLY = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "keeping_destruction",
    "keeping_mark",
}


@pytest.fixture
def event() -> Event:
    with transaction.atomic():
        record(OPERATOR, AT, Happening("audit:test:made", 7, {"b": "ğ", "a": 1}))
    return Event.objects.get()


@pytest.fixture
def application() -> Iterator[psycopg.Connection[Any]]:
    parameters = connections["default"].get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET tag = 'x'",
        "UPDATE audit_eventdetail SET body = '{}'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_eventdetail",
        "TRUNCATE audit_event, audit_eventdetail",
        "DROP TRIGGER audit_event_append_only ON audit_event",
        "DROP TRIGGER audit_eventdetail_append_only ON audit_eventdetail",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP TABLE audit_event CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_change_what_happened(
    event: Event, application: psycopg.Connection[Any], statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement)
    assert Event.objects.get().tag == "audit:test:made"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET tag = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_eventdetail SET body = '{}'",
        "TRUNCATE audit_eventdetail",
        "TRUNCATE audit_event CASCADE",
    ],
)
def test_even_the_owner_is_refused_by_the_trigger(event: Event, statement: str) -> None:
    with owner_connect() as owner, pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        owner.execute(statement)


def test_the_owner_can_erase_a_detail_and_the_event_stays(event: Event) -> None:
    with owner_connect() as owner:
        owner.execute("DELETE FROM audit_eventdetail")
    assert Event.objects.filter(detail=None).get().detail_hash == event.detail_hash


def test_an_event_keeps_a_salted_fingerprint_of_its_detail(event: Event) -> None:
    salt = bytes(event.detail.salt)
    assert len(salt) == 16
    assert bytes(event.detail_hash) == hashlib.sha256(salt + '{"a":1,"b":"ğ"}'.encode()).digest()
    assert bytes(event.detail_hash) == detail_hash(salt, event.detail.body)


def test_events_of_one_call_keep_their_order_and_their_own_details() -> None:
    with transaction.atomic():
        record(OPERATOR, AT, *(Happening("audit:test:made", no, {"no": no}) for no in range(5)))
    found = [(one.subject_id, one.detail.body["no"]) for one in Event.objects.select_related("detail").order_by("pk")]
    assert found == [(no, no) for no in range(5)]


def test_an_event_belongs_into_the_transaction_of_its_change() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record(OPERATOR, AT, Happening("audit:test:made"))


def privileges() -> dict[str, set[str]]:
    with owner_connect() as owner:
        rows = owner.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = %s",
            [connections["default"].settings_dict["USER"]],
        ).fetchall()
    held: dict[str, set[str]] = {}
    for table, privilege in rows:
        held.setdefault(table, set()).add(privilege)
    return held


def test_every_privilege_of_the_application_stands_in_the_lists_above() -> None:
    held = privileges()
    assert {table for table, rights in held.items() if "UPDATE" in rights} == UPDATABLE
    assert {table for table, rights in held.items() if "DELETE" in rights} == DELETABLE
    assert {table for table, rights in held.items() if rights == {"SELECT", "INSERT"}} == INSERT_ONLY
    assert {table for table, rights in held.items() if rights == {"SELECT"}} == READ_ONLY
    assert set(held) == UPDATABLE | DELETABLE | INSERT_ONLY | READ_ONLY
    assert set().union(*held.values()) == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_grants_are_given_at_one_moment() -> None:
    before = privileges()
    connections["owner"].ensure_connection()
    with pytest.raises(RuntimeError), patch("katip.core.grants.grants_wanted", return_value=_Breaking()):
        grants_apply("owner")
    connections["owner"].close()
    assert privileges() == before


class _Breaking(dict[str, str]):
    """Privileges that give out in the middle."""

    def __contains__(self, table: object) -> bool:
        if table == "processes_process":
            raise RuntimeError(table)
        return False


def test_the_application_owns_nothing_and_makes_no_tables(application: psycopg.Connection[Any]) -> None:
    login = connections["default"].settings_dict["USER"]
    owned = application.execute("SELECT count(*) FROM pg_tables WHERE tableowner = %s", [login]).fetchone()
    assert owned == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("CREATE TABLE public.own (id int)")
    may = application.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = %s", [login]
    ).fetchone()
    assert may == (False, False, False, False)


def test_every_model_of_ours_states_its_grants() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("katip.")]
    assert {model.__name__ for model in ours if "grants" not in vars(model)} == set()
    assert {model._meta.db_table for model in ours} <= set(grants_wanted())
