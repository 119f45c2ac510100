"""`katip doctor`: each thing that can be wrong is found, told with its cure, and counted."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import quote

import psycopg
import pytest
from click.testing import CliRunner
from django.core.checks import Error
from django.core.checks import Warning as Caution
from django.db import connection
from django.utils import timezone

from katip.cli.doctor import command, house, rights, server, shape, ways, work
from katip.cli.doctor import settings as looks
from katip.core.environment import Environment
from katip.core.facts import fact_put
from katip.core.finding import Finding, Weight, looked_at
from katip.core.fingerprints import keys_compare
from katip.core.keys import random_key
from katip.core.models import Fact
from katip.documents.seal.files import sealer_current
from katip.identity.models import NoticeKind
from katip.identity.telling import message_to
from tests.conftest import owner_connect

SESAME = "sesam-öffne-dich"


def told(findings: Any) -> list[tuple[Weight, str]]:
    return [(one.weight, one.what) for one in findings]


def ill(findings: Any) -> list[str]:
    found: list[Finding] = [one for one in findings if one.weight is not Weight.FINE]
    assert all(one.why for one in found)
    return [f"{one.weight}: {one.what}" for one in found]


@pytest.fixture
def environment(db: None) -> Environment:
    """An installation on a database of its own: this worker's."""
    asked: dict[str, Any] = connection.get_connection_params()
    login, place = f"{asked['user']}:{quote(asked['password'])}", f"host={quote(asked['host'], safe='')}"
    url = f"postgresql://{login}@/{asked['dbname']}?{place}&port={asked['port']}"
    return Environment(database_url=url)


# ------------------------------------------------------------------------------------------------ settings and keys


def test_a_wrong_setting_is_a_problem_and_its_value_stays_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KATIP_PORT", SESAME)
    monkeypatch.setenv("KATIP_SMTP_ULR", SESAME)
    answer = CliRunner().invoke(command, ["--json"])
    assert answer.exit_code == 1
    assert SESAME not in answer.output
    found = json.loads(answer.output)
    assert (found["problems"], found["warnings"]) == (1, 1)
    assert [one["mend"] for one in found["findings"]] == ["Do you mean KATIP_SMTP_URL?", "See docs/settings.md."]


def test_keys_that_are_missing_are_a_problem_on_a_database_of_ones_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KATIP_DATA", str(tmp_path))
    monkeypatch.setenv("KATIP_DATABASE_URL", f"postgresql://katip:{SESAME}@localhost:1/katip")
    monkeypatch.setenv("KATIP_FIELD_KEY", "short")
    answer = CliRunner().invoke(command)
    assert answer.exit_code == 1
    assert "problem  keys are missing: secret_key, lookup_key, neither in" in answer.output
    assert "warning  KATIP_FIELD_KEY has 5 characters" in answer.output
    assert "→ Copy" in answer.output
    assert answer.output.endswith("1 problem, 1 warning, 1 things in order.\n")
    assert SESAME not in answer.output


def test_a_file_of_a_key_that_others_read_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "field_key").write_text(random_key())
    assert ill(looks.keys_look(Environment(data=tmp_path))) == [
        f"problem: {tmp_path}/keys/field_key can be read by others"
    ]
    (tmp_path / "given").write_text(random_key())
    (tmp_path / "given").chmod(0o644)
    monkeypatch.setenv("KATIP_LOG_KEY_FILE", str(tmp_path / "given"))
    _, found = looks.environment_look()
    assert ill(found) == [
        f"warning: {tmp_path}/given, which KATIP_LOG_KEY_FILE names, can be read by everybody on this machine"
    ]


def test_another_key_than_the_databases_is_found(environment: Environment, settings: Any) -> None:
    keys_compare(timezone.now())
    assert ill(looks.held_look(environment)) == []
    settings.KATIP_LOOKUP_KEY = random_key()
    (found,) = ill(looks.held_look(environment))
    assert found.startswith("problem: The key lookup_key of this machine")


def test_what_would_keep_the_server_from_starting_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [Error("No operator.", hint="Name one.", id="katip.E003"), Caution("In clear.", id="katip.W001")]
    monkeypatch.setattr("django.core.checks.run_checks", lambda: said)
    found = list(looks.checks_look())
    assert ill(found) == ["problem: No operator.", "warning: In clear."]
    assert [one.mend for one in found] == ["Name one.", "See docs/settings.md."]


# ------------------------------------------------------------------------------------------------------- the server


def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    away = Environment(database_url=f"postgresql://katip:{SESAME}@/katip?host={quote(str(tmp_path), safe='')}")
    (found,) = ill(server.answers_look(away))
    assert found.startswith("problem: KATIP_DATABASE_URL: no connection")
    assert SESAME not in found


def test_what_a_server_may_not_be_is_found(environment: Environment) -> None:
    found = ill(server.server_look(environment))
    assert "problem: fsync is off" in found  # the tests' own server gives safety up for speed
    assert "problem: synchronous_commit is off" in found
    assert not [one for one in ill(server.server_look(Environment(demo=True))) if "fsync" in one]


def test_an_old_server_a_standby_and_odd_defaults_are_found() -> None:
    facts = {"version": "14.9", "number": 140009, "recovering": False, "encoding": "LATIN5", "page_cost": 4.0}
    facts["default_transaction_isolation"] = "serializable"
    assert [one.weight for one in server._version("it", facts)] == ["problem", "problem", "problem", "warning"]
    standby = facts | {"number": 150000, "recovering": True, "encoding": "UTF8", "page_cost": 1.1}
    standby["default_transaction_isolation"] = "read committed"
    assert ill(server._version("it", standby)) == ["problem: it leads to a standby, which takes no writes"]


@pytest.mark.parametrize(("apart", "weights"), [(0.5, [Weight.FINE]), (5, [Weight.WARNING]), (60, [Weight.PROBLEM])])
def test_clocks_that_are_apart_are_found(apart: float, weights: list[Weight]) -> None:
    now = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    assert [one.weight for one in server._clock(now, now + timedelta(seconds=apart))] == weights


@pytest.mark.parametrize(
    ("copies", "synchronous", "weights"),
    [
        (0, "", []),
        (0, "*", [Weight.PROBLEM]),
        (0, "db2", [Weight.PROBLEM]),
        (2, "", [Weight.WARNING]),
        (2, "db2", [Weight.FINE]),
    ],
)
def test_commits_that_wait_for_nobody_or_for_ever_are_found(
    copies: int, synchronous: str, weights: list[Weight]
) -> None:
    connection = MagicMock(**{"execute.return_value.fetchone.return_value": (copies, synchronous)})
    assert [one.weight for one in server._copies(connection)] == weights


def test_what_leads_straight_to_the_server_is_told_so(environment: Environment) -> None:
    assert told(server.ways_look(environment)) == [(Weight.FINE, "KATIP_DATABASE_URL: reached directly")]


def test_a_pooler_of_transactions_and_prepared_statements_do_not_go_together(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "pooling", lambda _address: True)
    (found,) = [line for line in ill(server.ways_look(environment)) if "PREPARE" in line]
    assert found.startswith("problem: KATIP_DATABASE_URL leads through a pooler of transactions")
    plain = environment.model_copy(update={"database_prepare": False})
    assert not [line for line in ill(server.ways_look(plain)) if "PREPARE" in line]
    owner = plain.model_copy(update={"database_owner_url": environment.database_url})
    assert "problem: KATIP_DATABASE_OWNER_URL leads through a pooler" in ill(server.ways_look(owner))


# ------------------------------------------------------------------------------------------------- shape and rights


def test_the_shape_of_this_version_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ill(shape.shape_look()) == []
    monkeypatch.setattr("katip.core.schema.finish_due", lambda _using: ["core.0009_narrow"])
    assert ill(shape.shape_look()) == ["warning: the last change of version is not finished: core.0009_narrow"]


@pytest.mark.django_db(transaction=True)
def test_a_table_that_is_missing_stops_the_look_there() -> None:
    with owner_connect() as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'core' AND name = '0003_sent_forms'")
        try:
            assert "problem: 1 migrations are not applied: core.0003_sent_forms" in ill(shape.shape_look())
        finally:
            owner.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '0003_sent_forms', now())"
            )


@pytest.mark.django_db(transaction=True)
def test_rights_that_are_not_the_stated_ones_are_found(environment: Environment) -> None:
    login = connection.settings_dict["USER"]
    assert ill(rights.rights_look(environment)) == []
    with owner_connect() as owner:
        owner.execute(f"REVOKE SELECT ON registry_province FROM {login}")  # noqa: S608 -- the tests' own login
        owner.execute(f"GRANT DELETE ON audit_event TO {login}")
        try:
            assert ill(rights.rights_look(environment)) == [
                f"problem: {login} lacks rights on registry_province",
                f"warning: {login} has more rights than are stated on audit_event",
            ]
        finally:
            owner.execute(f"GRANT SELECT ON registry_province TO {login}")
            owner.execute(f"REVOKE DELETE ON audit_event FROM {login}")


@pytest.mark.django_db(transaction=True)
def test_a_login_that_owns_the_tables_is_a_problem() -> None:
    with owner_connect() as owner:
        (found,) = ill(rights._power(owner.info.user))
    assert found.endswith("owns tables")


def test_a_house_that_sees_neither_rows_nor_standby_servers_is_a_problem(db: None, settings: Any) -> None:
    logins = settings.KATIP_LOGINS
    settings.KATIP_LOGINS = replace(logins, work=logins.party)
    found = {one.what: one.mend for one in rights._power(logins.party)}
    mend = "As the server's administrator: "
    assert found == {
        f"{logins.party} may not pass row-level security": f"{mend}ALTER ROLE {logins.party} BYPASSRLS",
        f"{logins.party} does not see what other logins and standby servers do": (
            f"{mend}GRANT pg_read_all_stats TO {logins.party}"
        ),
    }


# ---------------------------------------------------------------------------------------------------------- the work


def test_a_young_installation_has_its_work_done_by_nobody(environment: Environment) -> None:
    found = [line for look in work.LOOKS for line in ill(look(environment))]
    assert found == ["warning: no hand is at work", "warning: what is due every minute was never done here"]


def test_a_sweep_that_stopped_is_found(environment: Environment) -> None:
    for minutes, found in ((0, None), (5, "warning"), (60, "problem")):
        fact_put("turn:sweep", "", datetime.now(UTC) - timedelta(minutes=minutes))
        assert [line.partition(":")[0] for line in ill(work.sweep_look(environment))] == ([found] if found else [])


def test_jobs_that_wait_and_jobs_that_fail_are_found(environment: Environment) -> None:
    from katip.core.jobs import job_defer
    from katip.updates.jobs import MONTH_WORK

    job_defer(MONTH_WORK, times=2, run_id=1)
    assert [line.partition(":")[0] for line in ill(work.hands_look(environment))] == ["problem"]
    assert ill(work.queues_look(environment)) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '3 hours', attempts = 7")
    assert ill(work.queues_look(environment)) == [
        "warning: 2 jobs wait in the queue month, the oldest for 3 hours",
        f"warning: 2 jobs {MONTH_WORK} (queue month) do not end well, tried 7 times",
    ]


def test_a_log_that_stands_still_is_found(environment: Environment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_logqueue (event_id, since) VALUES (1, now() - interval '5 minutes')")
        assert ill(work.log_look(environment)) == [
            "warning: 1 events wait for their place in the log, the oldest for 5 minutes"
        ]


@pytest.mark.django_db(transaction=True)
def test_another_key_of_the_log_is_found(environment: Environment, tmp_path: Path) -> None:
    from django.db import transaction

    from katip.audit.log import keys
    from katip.audit.log.sequence import sequence_all
    from katip.audit.services.record import Happening, record
    from katip.core.actor import OPERATOR

    with transaction.atomic():
        record(OPERATOR, timezone.now(), Happening("audit:test:made", 1))
    sequence_all(timezone.now())
    here = environment.model_copy(update={"log_key": "given"})
    assert ill(work.log_look(here)) == []
    held, keys.log_keys = keys.log_keys, lambda: keys.keys_parse(keys._made())  # type: ignore[assignment] # a stand-in
    try:
        assert ill(work.log_look(here)) == ["problem: the log's newest head was not signed with this machine's key"]
    finally:
        keys.log_keys = held
    (found,) = ill(work.log_look(environment.model_copy(update={"data": tmp_path})))
    assert found.startswith("problem: this machine has no key of the log")


def test_messages_that_do_not_leave_are_found(environment: Environment, settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": "smtp://localhost:1"})
    message_to("kisi1@ornek.com.tr", timezone.now() - timedelta(hours=1), NoticeKind.FACTOR_ADDED)
    assert ill(work.messages_look(environment)) == ["warning: 1 messages by email have been due for up to 60 minutes"]


# ------------------------------------------------------------------------------------------ this machine, the ways out


def test_a_full_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    (tmp_path / "static").mkdir()
    for free, found in ((50 << 30, None), (1 << 30, "warning"), (1 << 20, "problem")):
        monkeypatch.setattr(
            "katip.cli.doctor.house.shutil.disk_usage",
            lambda _path, free=free: SimpleNamespace(free=free, total=100 << 30),
        )
        lines = ill(house.machine_look(Environment(data=tmp_path)))
        assert [line.partition(":")[0] for line in lines] == [*([found] if found else []), "problem"]
    assert lines[-1].endswith("has no list of its files")


def test_the_age_of_backups_is_told(environment: Environment) -> None:
    production = environment.model_copy(update={"env": "production"})
    assert ill(house.backup_look(production)) == ["warning: no katip backup has been made"]
    fact_put("backup", "", datetime.now(UTC) - timedelta(days=3, hours=1))
    assert ill(house.backup_look(production)) == ["warning: the last backup is 3 days old"]
    fact_put("backup", "", datetime.now(UTC))
    assert ill(house.backup_look(production)) == []


def test_a_seal_that_no_machine_has_yet_is_told_and_none_is_made(
    environment: Environment, settings: Any, tmp_path: Path
) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"data": tmp_path})
    assert ill(house.seal_look(environment, reach=False)) == ["warning: no key of the seal was made yet"]
    assert not (tmp_path / "keys").exists()


def test_what_the_seal_finds_is_told_as_it_is(environment: Environment, settings: Any, tmp_path: Path) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"data": tmp_path})
    sealer_current()
    (tmp_path / "keys" / "seal" / "ca.key").chmod(0o640)
    found = [one for one in house.seal_look(environment, reach=True) if one.weight is not Weight.FINE]
    assert [(one.weight, one.why, one.mend) for one in found] == [
        (Weight.PROBLEM, "Whoever has it seals as we do.", f"chmod 600 {tmp_path / 'keys' / 'seal' / 'ca.key'}")
    ]


def test_a_way_out_that_leads_nowhere_is_found() -> None:
    found = ill(ways.ways_look(Environment(smtp_url=f"smtp://katip:{SESAME}@127.0.0.1:1")))
    assert found == ["warning: KATIP_SMTP_URL: no connection (Connection refused)"]


# ------------------------------------------------------------------------------------------------------------ the rest


def test_what_cannot_be_looked_at_hides_nothing_else() -> None:
    def look() -> Iterator[Finding]:
        yield Finding(Weight.FINE, "one")
        raise psycopg.OperationalError("it went away\nin the middle")

    assert told(looked_at("The thing", look)) == [
        (Weight.FINE, "one"),
        (Weight.WARNING, "The thing could not be looked at: it went away"),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_whole_look_goes_through_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, environment: Environment
) -> None:
    monkeypatch.setenv("KATIP_DATABASE_URL", environment.database_url)
    monkeypatch.setattr(looks, "checks_look", list)  # Django's take seconds, and say the same in `script/check`
    answer = CliRunner().invoke(command, ["--json"])
    found = json.loads(answer.output)
    assert answer.exit_code == 1  # the tests' own server is not a safe one
    assert len(found["findings"]) > 12
    assert not [one for one in found["findings"] if "could not be looked at" in one["what"]]
    assert not Fact.objects.exists()
