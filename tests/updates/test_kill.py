"""Hands, their parent and the database are killed at random while a month is carried out: it comes to the same."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Self

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from katip.core.postgres import Login, Server, server_remove, server_start

COPY = "katip_copy"
WORKPLACES, CHUNK = 2400, 2
HANDS = 3
LEAST_KILLS = 30
_PATIENCE = 240.0

# What a month writes, without what only numbers or times rows: ids come from sequences, which go on after a rollback.
OUTCOME = {
    "contracts": "SELECT to_jsonb(c) FROM contracts_contract c ORDER BY c.id",
    "versions": "SELECT to_jsonb(v) - 'id' FROM contracts_contractversion v ORDER BY contract_id, no",
    "acts": "SELECT to_jsonb(a) - 'id' FROM contracts_contractact a ORDER BY contract_id, a.id",
    "changes": (
        "SELECT to_jsonb(m) - 'id' - 'leaf' - 'process_id', to_jsonb(p) - 'id', s.no, s.party"
        " FROM contracts_monthchange m LEFT JOIN processes_process p ON p.id = m.process_id"
        " LEFT JOIN processes_step s ON s.process_id = p.id ORDER BY m.contract_id"
    ),
    "updates": "SELECT to_jsonb(u) - 'id' - 'process_id' FROM contracts_durationupdate u ORDER BY contract_id, minutes",
    "shortages": (
        "SELECT to_jsonb(s) - 'id' - 'process_id' FROM contracts_shortage s"
        " ORDER BY workplace_id, profession, provider_id"
    ),
    "chunks": "SELECT no, state, lines, plan_hash, totals - 'root' FROM updates_monthchunk ORDER BY no",
    "figures": "SELECT to_jsonb(f) - 'id' FROM updates_monthfigure f ORDER BY province_id, hazard_class",
    "providers": "SELECT to_jsonb(p) - 'id' FROM updates_monthprovider p ORDER BY provider_id",
    "missing": "SELECT to_jsonb(m) - 'id' FROM updates_missing m ORDER BY workplace_id, profession",
    # examples are named by the number of a change; told here by its contract
    "digests": (
        "SELECT person_id, regexp_replace(body::text, '\\[[^]]*\\]', '', 'g'), ("
        "SELECT array_agg(m.contract_id ORDER BY list.place, one.place)"
        " FROM regexp_matches(body::text, '\\[([^]]*)\\]', 'g') WITH ORDINALITY AS list (found, place),"
        " unnest(string_to_array(found[1], ', ')) WITH ORDINALITY AS one (id, place)"
        " JOIN contracts_monthchange m ON m.id = one.id::bigint) FROM updates_digest ORDER BY person_id"
    ),
    "run": "SELECT state, at, totals FROM updates_monthrun",
    "events": "SELECT tag, subject_id, count(*) FROM audit_event GROUP BY 1, 2 ORDER BY 1, 2",
}
NOT_COUNTED = ("procrastinate_%", "django_%", "cache_entry", "core_fact")
AT_WORK = (
    "SELECT substring(application_name FROM '[0-9]+')::int FROM pg_stat_activity"
    " WHERE application_name LIKE 'katip hand %' AND datname = current_database() AND query LIKE ANY(ARRAY["
    "'%contracts_%', '%updates_%', '%registry_professional%', '%processes_%', '%audit_event%'])"
    " AND state IN ('active', 'idle in transaction') AND xact_start IS NOT NULL"
)
DONE = "SELECT count(*) FILTER (WHERE state = 'done'), count(*) FROM updates_monthchunk"


class Scratch:
    """A cluster of its own, and the worker that works in it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server: Server = server_start(data)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("KATIP_")}
        self.environment |= {
            "KATIP_ENV": "development",
            "KATIP_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "katip.config.settings",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self.worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.worker:
            self.worker.terminate()
            self.worker.wait()
        self.server.stop()

    def run(self, *arguments: str, **more: str) -> str:
        """Run a Python module to its end; returns what it said."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shape_take(self, source: dict[str, Any]) -> None:
        """Bring the database to the shape of the test database, which is migrated already."""
        programs = self.server.bin_dir
        asked = {"PGHOST": source["host"], "PGPORT": str(source["port"]), "PGUSER": source["user"]}
        asked |= {"PGPASSWORD": source["password"], "PGDATABASE": source["dbname"]}
        dump = subprocess.run([programs / "pg_dump"], env=os.environ | asked, capture_output=True, check=True)
        own = self.server.dsn("owner")
        given = {"PGHOST": own["host"], "PGPORT": str(own["port"]), "PGUSER": own["user"]}
        given |= {"PGPASSWORD": own["password"], "PGDATABASE": own["dbname"]}
        quiet = [str(programs / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
        subprocess.run(quiet, env=os.environ | given, input=dump.stdout, check=True)
        with self.connect() as owner:
            owner.execute("GRANT TEMPORARY ON DATABASE katip TO katip_work")  # of the database itself: in no dump

    def connect(self, database: str = "katip", login: Login = "owner") -> psycopg.Connection[Any]:
        return psycopg.connect(**self.server.dsn(login, database), autocommit=True)

    def worker_start(self) -> None:
        arguments = [sys.executable, "-m", "tests.updates.scratch_hands", str(HANDS)]
        log = (self.data.parent / "worker.log").open("ab")
        self.worker = subprocess.Popen(arguments, env=self.environment, stdout=log, stderr=log)
        log.close()

    def said(self) -> str:
        """The end of what hands and their parent said."""
        return (self.data.parent / "worker.log").read_text()[-5000:]

    def worker_kill(self) -> None:
        assert self.worker
        self.worker.kill()
        self.worker.wait()
        self.worker_start()

    def database_kill(self) -> None:
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.stop()
        self.server = server_start(self.data)


@pytest.fixture
def scratch() -> Iterator[Scratch]:
    outer = Path(mkdtemp(prefix="katip-test-"))
    outer.chmod(0o711)  # as root, the server's account has to pass through
    with Scratch(outer / "data") as made:
        yield made
    server_remove(outer / "data")
    shutil.rmtree(outer)


class Killer:
    """Kills until the month is done; `told` counts what, `in_work` how many hands had a chunk in hand."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self.draw = random.Random()  # noqa: S311 -- a test's dice
        self.told = {"hand": 0, "worker": 0, "database": 0, "closing": 0}
        self.connection = scratch.connect("katip", "work")

    def close(self) -> None:
        self.connection.close()

    @property
    def kills(self) -> int:
        return sum(self.told.values())

    def until_done(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._is_done():
            assert time.monotonic() < deadline, f"{self.told}\n{self.scratch.said()}"
            done, chunks = self._ask(DONE)[0]
            if done == chunks and not self.told["closing"]:
                self._hand("closing")
            elif self.kills < (LEAST_KILLS + 5) * (done + 1) / chunks:
                self._one(done / chunks)

    def _one(self, share: float) -> None:
        if self.told["database"] < 3 and share > (self.told["database"] + 1) / 4:
            self.connection.close()
            self.scratch.database_kill()
            self.connection = self.scratch.connect("katip", "work")
            self.told["database"] += 1
        elif self.told["worker"] < 2 and share > (self.told["worker"] + 1) / 3:
            self.scratch.worker_kill()
            self.told["worker"] += 1
        else:
            self._hand("hand")

    def _hand(self, what: str) -> None:
        """Kill a hand that is in the middle of writing, at some point of it."""
        at_work = [pid for (pid,) in self._ask(AT_WORK)]
        if at_work and self.draw.random() < 0.5:
            with suppress(ProcessLookupError):
                os.kill(self.draw.choice(at_work), signal.SIGKILL)
                self.told[what] += 1

    def _is_done(self) -> bool:
        return self._ask("SELECT state FROM updates_monthrun") == [("done",)]

    def _ask(self, question: str) -> list[Any]:
        return self.connection.execute(question).fetchall()


def outcome(scratch: Scratch, database: str) -> dict[str, Any]:
    with scratch.connect(database) as connection:
        found: dict[str, Any] = {name: connection.execute(text).fetchall() for name, text in OUTCOME.items()}
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND NOT tablename LIKE ANY(%s)",
            [list(NOT_COUNTED)],
        ).fetchall()
        for (table,) in tables:
            counted = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            found[f"rows of {table}"] = connection.execute(counted).fetchall()
    return found


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_whoever_is_killed_the_month_comes_to_the_same_to_the_row(scratch: Scratch) -> None:
    scratch.shape_take(connections["owner"].get_connection_params())
    scratch.run("tests.updates.scratch_month", str(WORKPLACES), str(CHUNK))
    with scratch.connect("postgres") as owner:
        owner.execute(f"CREATE DATABASE {COPY} TEMPLATE katip")
    quiet = scratch.server.dsn("application", COPY)
    url = f"postgresql://{quiet['user']}:{quiet['password']}@/{COPY}?host={quiet['host']}&port={quiet['port']}"
    assert "done." in scratch.run("katip", "month", "apply", "2026-10", "--hands", "1", KATIP_DATABASE_URL=url)
    scratch.worker_start()
    with closing(Killer(scratch)) as killer:
        killer.until_done()
    undisturbed, disturbed = outcome(scratch, COPY), outcome(scratch, "katip")
    assert undisturbed["changes"]
    for name, rows in undisturbed.items():
        assert disturbed[name] == rows, name
    assert killer.kills >= LEAST_KILLS, killer.told
    assert min(killer.told.values()) > 0, killer.told
