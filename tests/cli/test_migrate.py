"""`katip migrate`: two steps, locks that are not waited for, and what is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from click import ClickException
from click.testing import CliRunner
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from katip.cli import migrate as cli
from katip.cli.migrate import migrate
from katip.core import schema
from katip.core.grants import grants_apply
from katip.core.schema import Finisher, SchemaError, Waits, bounded, finish_due, plan_find
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

IMPATIENT = Waits(lock_milliseconds=20, statement_milliseconds=0, tries=2)
LATEST = "0002_receipts"
"""of the room `runs`: nothing builds on it"""


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_SHORTEST_PAUSE", 0.0)


def migration_class(room: str, name: str) -> Any:
    from importlib import import_module

    return import_module(f"katip.{room}.migrations.{name}").Migration


@pytest.fixture
def unapplied(monkeypatch: pytest.MonkeyPatch) -> str:
    """A migration that drops something is not applied yet: the record of it is gone, for the test."""
    monkeypatch.setattr(migration_class("runs", LATEST), "finish", True, raising=False)
    MigrationRecorder(connections["owner"]).record_unapplied("runs", LATEST)
    return f"runs.{LATEST}"


def names(migrations: list[Any]) -> list[str]:
    return [schema.label(one) for one in migrations]


# ------------------------------------------------------------------------------------------------------------ two steps


def test_what_the_version_before_does_not_survive_waits_for_finish(
    unapplied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_find("owner")
    assert (names(plan.expand), names(plan.finish), plan.behind) == ([], [unapplied], [])
    assert finish_due("owner") == [unapplied]
    done: list[str] = []

    def apply(_self: Any, state: Any, one: Any, **_: Any) -> Any:
        done.append(schema.label(one))
        return state

    monkeypatch.setattr(MigrationExecutor, "apply_migration", apply)
    schema.shape_bring("owner", finish=False)
    assert done == []
    schema.shape_bring("owner", finish=True)
    assert done == [unapplied]


def test_nothing_is_built_on_what_was_not_finished(unapplied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version later its migrations may not be applied beside one that was left out: who is still serving?"""
    first = migration_class("runs", "0001_initial")
    monkeypatch.setattr(first, "finish", True, raising=False)
    monkeypatch.delattr(migration_class("runs", LATEST), "finish")
    MigrationRecorder(connections["owner"]).record_unapplied("runs", "0001_initial")
    plan = plan_find("owner")
    assert unapplied in names(plan.behind)
    with pytest.raises(SchemaError, match=r"The version before was never finished: runs.0001_initial"):
        schema.shape_bring("owner", finish=False)


def test_the_plan_tells_both_steps_and_does_nothing(unapplied: str) -> None:
    said = CliRunner().invoke(cli.command, ["--plan"]).output
    assert "katip migrate --finish, once none of it runs:\n  " + unapplied in said
    assert names(plan_find("owner").finish) == [unapplied]


def test_what_is_switched_on_by_finishing_is_due_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = ["a table"]
    monkeypatch.setattr(schema, "FINISHERS", [Finisher("second lock", lambda _: waiting, lambda _: waiting.clear())])
    assert finish_due("owner") == ["second lock: a table"]
    migrate()
    assert waiting
    migrate(finish=True)
    assert finish_due("owner") == []


def test_a_version_behind_the_database_changes_nothing() -> None:
    MigrationRecorder(connections["owner"]).record_applied("core", "9999_later")
    for finish in (False, True):
        with pytest.raises(ClickException, match=r"A newer version was here: this one does not know core.9999_later"):
            migrate(finish=finish)
    assert "nothing would be done" in CliRunner().invoke(cli.command, ["--plan"]).output


def test_no_right_is_taken_away_before_finish() -> None:
    login = connections["default"].settings_dict["USER"]
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON audit_event TO {login}")
        asked = "SELECT has_table_privilege(%s, 'audit_event', 'DELETE')"
        for exact, left in ((False, True), (True, False)):
            grants_apply("owner", exact=exact)
            cursor.execute(asked, [login])
            assert cursor.fetchone() == (left,)


# ---------------------------------------------------------------------------------------------------------------- locks


@pytest.fixture
def table() -> Iterator[Any]:
    """A table of the owner's that others use as well."""
    with owner_connect() as connection:
        connection.execute("CREATE TABLE a_table (no int)")
        yield connection
        connection.execute("DROP TABLE a_table")


def widen() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE a_table ADD COLUMN IF NOT EXISTS more int")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_lock_that_others_hold_is_let_go_and_tried_for_again(table: Any) -> None:
    told: list[str] = []

    def let_go(line: str) -> None:
        told.append(line)
        table.rollback()

    table.autocommit = False
    table.execute("SELECT * FROM a_table")
    with bounded("owner", IMPATIENT) as bounds:
        bounds.again(widen, let_go)
    table.rollback()
    table.autocommit = True
    assert len(told) == 1
    assert "more" in [column.name for column in table.execute("SELECT * FROM a_table").description]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_lock_that_stays_taken_ends_in_a_sentence(table: Any) -> None:
    with table.transaction(), bounded("owner", IMPATIENT) as bounds:
        table.execute("SELECT * FROM a_table")
        with pytest.raises(SchemaError, match="A lock was not to be had in 2 tries"):
            bounds.again(widen)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_statement_that_takes_too_long_is_given_up_at_once(table: Any) -> None:
    tried: list[int] = []

    def slow() -> None:
        tried.append(1)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_sleep(10)")

    with (
        bounded("owner", Waits(statement_milliseconds=20)) as bounds,
        pytest.raises(SchemaError, match="took longer than 20 ms"),
    ):
        bounds.again(slow)
    assert len(tried) == 1
    with connections["owner"].cursor() as cursor:  # and later statements have no limit of ours
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
        assert cursor.fetchone() == ("0", "0")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_half_an_index_of_an_attempt_that_was_cut_off_is_made_anew(table: Any) -> None:
    index = "CREATE UNIQUE INDEX CONCURRENTLY a_table_once ON a_table (no)"
    table.execute("INSERT INTO a_table VALUES (1), (1)")
    with pytest.raises(Exception, match="could not create unique index"):
        table.execute(index)
    table.execute("TRUNCATE a_table")
    with bounded("owner", IMPATIENT), connections["owner"].cursor() as cursor:
        cursor.execute(index)
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_table_once'::regclass")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == ("20ms",)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_do_not_migrate_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with owner_connect() as other:
        other.execute(schema._LOCK)
        with pytest.raises(SchemaError, match="Another katip migrate"):
            schema.shape_bring("owner", finish=False)
