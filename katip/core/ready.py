"""Whether this process may be sent requests: what a proxy asks before it does.

Asked every second by every proxy, so that it must never hang where the database does: one connection of its own, made
for this question, and two deadlines. Nothing here goes over Django's connections or its pool.
"""

import logging
import select
import threading
import time
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from psycopg import pq

CONNECT_SECONDS = 2
"""the least that libpq knows"""
ANSWER_SECONDS = 2.0
KEPT_SECONDS = 0.5
"""for so long an answer holds: several proxies ask at once"""
_QUESTION = b"SELECT pg_is_in_recovery(), ARRAY(SELECT app || '.' || name FROM django_migrations)::text"

log = logging.getLogger("katip.ready")


class Ready(StrEnum):
    """Why requests may come, or may not; the word is what the page says."""

    READY = "ok"
    DRAINING = "draining"
    """this server is being stopped: it answers what it has and wants nothing new"""
    AWAY = "database"
    """the database does not answer, or is one that takes no writes"""
    SHAPE = "shape"
    """the database has not this version's shape: `katip migrate`"""


def draining_file(data: Path, port: int) -> Path:
    """The mark that the server on `port` of this machine is being stopped; whoever stops it makes and removes it."""
    return data / f"draining-{port}"


class Readiness:
    """One process's answer, kept for half a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answer = Ready.AWAY
        self._until = 0.0
        self._loader: MigrationLoader | None = None

    def now(self, drain: Path) -> Ready:
        """What holds now. Waits four seconds at the most; while one asks the database, others take the last answer."""
        if drain.exists():
            return Ready.DRAINING
        if time.monotonic() < self._until or not self._lock.acquire(blocking=self._until == 0):
            return self._answer
        try:
            if time.monotonic() >= self._until:
                self._say(self._ask())
                self._until = time.monotonic() + KEPT_SECONDS
        finally:
            self._lock.release()
        return self._answer

    def _say(self, answer: Ready) -> None:
        if answer != self._answer and (self._until or answer is not Ready.AWAY):
            level = logging.INFO if answer is Ready.READY else logging.WARNING
            log.log(level, "This server is %s.", "ready" if answer is Ready.READY else f"not ready: {answer}")
        self._answer = answer

    def _ask(self) -> Ready:
        self._loader = self._loader or MigrationLoader(None)
        try:
            with Question(connections[DEFAULT_DB_ALIAS].get_connection_params()) as question:
                recovering, applied = question.ask(_QUESTION)
        except psycopg.errors.UndefinedTable:
            return Ready.SHAPE
        except (psycopg.Error, OSError):
            return Ready.AWAY
        if recovering != b"f":
            return Ready.AWAY
        fits = shape_fits(frozenset(applied.decode().strip("{}").split(",")), self._loader)
        return Ready.READY if fits else Ready.SHAPE


def shape_fits(applied: frozenset[str], loader: MigrationLoader) -> bool:
    """Whether all is applied that this program cannot do without, given as `app.name`.

    Migrations marked `finish`, and what builds on them, come when no older program is left, while this one serves.
    """
    missing = {key for key in loader.disk_migrations if ".".join(key) not in applied}
    finishing = {key for key in missing if getattr(loader.disk_migrations[key], "finish", False)}
    return all(finishing & {*loader.graph.forwards_plan(key)} for key in missing)


class Question:
    """A connection that is asked one thing, and waits no longer than told for the answer."""

    def __init__(self, params: dict[str, Any]) -> None:
        plain = {name: value for name, value in params.items() if name in _PLAIN}
        self._connection = psycopg.connect(
            psycopg.conninfo.make_conninfo(**plain), autocommit=True, connect_timeout=CONNECT_SECONDS
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, statement: bytes) -> list[bytes]:
        """The one row of `statement`. Raises `psycopg.Error`, `TimeoutError` after two seconds."""
        server = self._connection.pgconn
        answers = select.poll()  # not select(): it knows no descriptor beyond 1023, and a server may hold more
        answers.register(server.socket, select.POLLIN)
        until = time.monotonic() + ANSWER_SECONDS
        server.send_query(statement)
        while server.is_busy():
            if not answers.poll(max(until - time.monotonic(), 0) * 1000):
                raise TimeoutError
            server.consume_input()
        result = server.get_result()
        if result is None or result.status != pq.ExecStatus.TUPLES_OK:
            state = result and result.error_field(pq.DiagnosticField.SQLSTATE)
            raise psycopg.errors.lookup(state.decode())() if state else psycopg.OperationalError
        return [result.get_value(0, column) or b"" for column in range(result.nfields)]


_PLAIN = {"dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "hostaddr"}
_PLAIN |= {"service", "passfile", "target_session_attrs", "gssencmode", "channel_binding"}
"""what of Django's parameters tells where the database is"""

readiness = Readiness()
