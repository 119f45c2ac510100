"""What is due is destroyed, nothing else, never before its time, and never without a record."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction

from katip.audit.log.audit import log_audit
from katip.audit.log.findings import Finding
from katip.audit.log.keys import log_keys
from katip.audit.log.sequence import sequence
from katip.audit.models import Event, EventDetail, Look
from katip.audit.services.record import Happening, record
from katip.contracts.models import Contract, ContractAct, ContractVersion
from katip.core.actor import OPERATOR, Actor
from katip.documents.models import Document
from katip.identity.models import NoticeKind, Person, SecurityNotice
from katip.keeping.destroying import function_is_current, function_write, spans
from katip.keeping.erased import FITS
from katip.keeping.models import Destruction, RetentionRun
from katip.keeping.services.retention import (
    RulesChangedError,
    retention_run,
    retention_sweep,
    retention_try,
)
from katip.keeping.statements import STATEMENTS
from katip.processes.models import Decision, Process, Step
from katip.rules.retention import Fate
from katip.rules.retention_kept import RULES
from tests.cast import AT, World, person
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
committed = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
BY_CODE = {rule.code: rule for rule in RULES}


def years(count: float) -> timedelta:
    return timedelta(days=count * 365.25)


@pytest.fixture
def keep(settings: Any) -> Iterator[Any]:
    """Sets `KATIP_KEEP` and migrates; the table's own function is back afterwards."""

    def told(**rules: str) -> None:
        settings.KATIP = settings.KATIP.model_copy(update={"keep": rules})
        function_write()

    before = settings.KATIP
    yield told
    settings.KATIP = before
    function_write()


def event(tag: str, at: datetime, actor: Actor = OPERATOR) -> int:
    with transaction.atomic():
        record(actor, at, Happening(tag, 7, {"a": 1}))
    return Event.objects.latest("pk").pk


def notice(at: datetime) -> None:
    SecurityNotice.objects.create(person=Person.objects.get(), kind=NoticeKind.PROOFED, at=at)


def test_what_is_due_goes_in_batches_and_is_recorded() -> None:
    person(1, "Deniz")
    for years_ago in (1, 3, 4, 5):
        notice(AT - years(years_ago))
    assert retention_try(AT)["notice"] == 3
    assert SecurityNotice.objects.count() == 4
    assert Destruction.objects.count() == 0
    assert retention_run(actor=OPERATOR, at=AT) == {"notice": 3}
    assert SecurityNotice.objects.get().at == AT - years(1)
    row = Destruction.objects.get()
    assert (row.rule, row.rows, row.until, row.at) == ("notice", 3, row.until, AT)
    assert abs(row.until - (AT - years(2))) < timedelta(days=2)
    told = Event.objects.get(tag="keeping:data:destroyed").detail.body
    assert (told["rule"], told["rows"]) == ("notice", 3)
    assert retention_run(actor=OPERATOR, at=AT) == {}
    assert Destruction.objects.count() == 1


@committed
def test_old_details_go_by_their_kind_and_the_events_stay(keep: Any) -> None:
    keep(event_detail="15y")
    ours = event("keeping:data:destroyed", AT - years(20))
    tags = ("identity:sign_in:completed", "contract:offer:made")
    made = {(tag, ago): event(tag, AT - years(ago)) for ago in (16, 3, 1) for tag in tags}
    newest = max(made.values())
    assert retention_run(actor=OPERATOR, at=AT) == {"sign_in_detail": 2, "event_detail": 1}
    left = set(EventDetail.objects.filter(pk__lte=newest).values_list("pk", flat=True))
    assert left == {ours, made[tags[0], 1], made[tags[1], 3], made[tags[1], 1]}
    assert Event.objects.filter(pk__lte=newest).count() == 7
    sequence(AT)
    findings: list[Finding] = []
    assert log_audit(log_keys().verifiers, [], AT, findings.append).erased == 3
    assert findings == []
    # what comes of age later goes later, though the rule stands behind it already
    assert retention_run(actor=OPERATOR, at=AT + years(1.5)) == {"sign_in_detail": 1}


def test_whoever_verifies_the_log_knows_every_rule_that_takes_details() -> None:
    taking = {rule.code for rule in RULES if "audit_eventdetail" in rule.tables}
    assert set(FITS) == taking
    kinds = ("person:data:read", "identity:sign_in:completed", "counter:application:made", "contract:offer:made")
    fitting = {tag: [code for code, fits in FITS.items() if fits(tag)] for tag in kinds}
    assert list(fitting.values()) == [["look"], ["sign_in_detail"], ["sign_in_detail"], ["event_detail"]]
    assert not any(fits("keeping:data:destroyed") for fits in FITS.values())


def test_without_the_operators_word_no_register_event_loses_its_detail() -> None:
    event("contract:offer:made", AT - years(30))
    assert retention_run(actor=OPERATOR, at=AT) == {}
    assert EventDetail.objects.filter(event__tag="contract:offer:made").exists()


@committed
def test_a_contract_goes_with_all_that_hangs_on_it_and_others_stay(world: World, keep: Any) -> None:
    keep(contract_file="15y")
    over, runs = world.active(103), world.active(140)
    Contract.objects.filter(pk=over.pk).update(state="ended", ended_at=AT - years(16))
    Document.objects.get_or_create(
        contract=over, occasion="active", version_no=1, defaults={"code": "X" * 20, "at": AT, "due_at": AT}
    )
    assert retention_run(actor=OPERATOR, at=AT) == {"contract_file": 1}
    assert [one.pk for one in Contract.objects.all()] == [runs.pk]
    assert {one.contract_id for one in ContractVersion.objects.all()} == {runs.pk}
    assert {one.contract_id for one in ContractAct.objects.all()} == {runs.pk}
    assert set(Document.objects.values_list("contract_id", flat=True)) <= {runs.pk}
    assert [one.pk for one in Process.objects.all()] == [runs.process_id]
    assert {one.process_id for one in Step.objects.all()} == {runs.process_id}
    assert Decision.objects.count() == 2


@committed
def test_people_whom_nothing_names_go_and_the_others_stay(world: World, keep: Any) -> None:
    keep(person="2y")
    person(77, "Kimsesiz")
    with owner_connect() as owner:
        owner.execute("UPDATE identity_person SET created_at = %s", [AT - years(3)])
    before = set(Person.objects.values_list("given_name", flat=True))
    assert retention_run(actor=OPERATOR, at=AT) == {"person": 2}
    assert before - set(Person.objects.values_list("given_name", flat=True)) == {"Accountant", "Kimsesiz"}


@committed
def test_every_rule_that_destroys_can_be_carried_out(world: World, keep: Any) -> None:
    ending = [rule for rule in RULES if rule.fate is not Fate.KEEP]
    keep(**{rule.code: "1y" for rule in ending})
    assert set(spans()) == {rule.code for rule in ending}
    world.active()
    assert set(retention_try(AT)) == set(spans())


@pytest.fixture
def application() -> Iterator[psycopg.Connection[Any]]:
    parameters = connections["default"].get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters, autocommit=True) as connection:
        yield connection


@committed
def test_who_holds_the_applications_login_brings_nothing_to_an_end_before_its_time(
    application: psycopg.Connection[Any],
) -> None:
    person(1, "Deniz")
    notice(datetime.now(UTC) - timedelta(days=30))
    call = "SELECT done FROM keeping_destroy(%s, %s, 1000)"
    assert application.execute(call, ["notice", datetime(2999, 1, 1, tzinfo=UTC)]).fetchone() == (0,)
    assert SecurityNotice.objects.exists()
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="no rule"):
        application.execute(call, ["contract_file", AT])
    for statement in (
        "DELETE FROM identity_securitynotice",
        "DELETE FROM keeping_destruction",
        "INSERT INTO keeping_destruction (rule, rows, until, at) VALUES ('notice', 1, now(), now())",
        "UPDATE keeping_mark SET event = 0",
        "CREATE OR REPLACE FUNCTION keeping_destroy(text, timestamptz, integer) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(statement)


def test_who_looked_goes_with_the_details_of_the_looks() -> None:
    for ago in (4, 1):
        number = event("person:data:read", AT - years(ago))
        Look.objects.create(person_id=7, event_id=number, at=AT - years(ago), capacity="official", occasion="list")
    assert retention_run(actor=OPERATOR, at=AT) == {"look": 2}
    assert [one.at for one in Look.objects.all()] == [AT - years(1)]
    assert EventDetail.objects.filter(event__tag="person:data:read").count() == 1


def test_it_is_the_only_way_round_the_grants(application: psycopg.Connection[Any]) -> None:
    rows = application.execute(
        "SELECT proname, has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc "
        "WHERE prosecdef AND pronamespace = 'public'::regnamespace AND has_function_privilege(oid, 'EXECUTE') "
        "AND prorettype <> 'trigger'::regtype AND provolatile = 'v'"
    ).fetchall()
    assert rows == [("keeping_destroy", False)]  # the others are stable: they answer, and write nothing


def test_nothing_is_destroyed_by_another_table_than_this_programs(settings: Any) -> None:
    person(1, "Deniz")
    notice(AT - years(5))
    assert function_is_current()
    settings.KATIP = settings.KATIP.model_copy(update={"keep": {"notice": "1y"}})
    assert not function_is_current()
    with pytest.raises(RulesChangedError):
        retention_run(actor=OPERATOR, at=AT)
    assert retention_sweep(AT) == 0
    assert SecurityNotice.objects.exists()


def test_the_sweep_goes_through_the_rules_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    person(1, "Deniz")
    notice(AT - years(5))
    monkeypatch.setattr("katip.keeping.services.retention.SWEEP_BATCHES", 2)
    assert retention_sweep(AT) == 0  # too little for all the rules: it goes on in the next minute, not tomorrow
    assert not RetentionRun.objects.exists()
    monkeypatch.setattr("katip.keeping.services.retention.SWEEP_BATCHES", 50)
    assert retention_sweep(AT) == 1
    notice(AT - years(5))
    assert retention_sweep(AT + timedelta(hours=1)) == 0
    assert retention_sweep(AT + timedelta(days=1)) == 1
    assert RetentionRun.objects.count() == 2


@pytest.mark.parametrize("code", STATEMENTS)
def test_a_rule_touches_only_what_it_names(code: str) -> None:
    touched = set(re.findall(r"(?:DELETE FROM|UPDATE|INSERT INTO) (\w+_\w+)", STATEMENTS[code]))
    along = {"contract_file": {"contracts_offerdraft"}}.get(code, set())
    named = {table.partition(".")[0] for table in BY_CODE[code].tables}
    assert touched - {"keeping_mark"} - along <= named
    assert touched
