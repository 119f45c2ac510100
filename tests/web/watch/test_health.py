"""What a proxy is told before it sends anybody here."""

import os
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.urls import reverse

from katip.core import ready
from katip.core.ready import Readiness, Ready, draining_file, shape_fits


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test asks for the first time."""
    monkeypatch.setattr("katip.web.watch.health.readiness", Readiness())
    monkeypatch.setattr(ready, "ANSWER_SECONDS", 0.2)


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and says nothing, as a server that is paused."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def crowd() -> Iterator[None]:
    """So many open descriptors that the next one is beyond what select() can wait for."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], 1200), limits[1]))
    taken = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while taken[-1] < 1024:
            taken.append(os.dup(taken[0]))
        yield
    finally:
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def told() -> tuple[int, str]:
    answer = Client().get(reverse("ready"))
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    return answer.status_code, answer.content.decode()


@pytest.mark.django_db
def test_requests_may_come_where_the_database_answers_and_fits() -> None:
    assert told() == (200, "ok")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["start", "health", "ready", "help"])
def test_whoever_watches_from_outside_may_ask_by_head(name: str) -> None:
    answer = Client().head(reverse(name))
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.django_db
@pytest.mark.usefixtures("crowd")
def test_a_server_with_many_connections_is_asked_as_any() -> None:
    assert told() == (200, "ok")


@pytest.mark.django_db
def test_nobody_is_asked_who_they_are(django_assert_num_queries: Any) -> None:
    client = Client(cookies={"sessionid": "x" * 32})  # of somebody who was here before
    with django_assert_num_queries(0):
        answer = client.get(reverse("ready"))
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.django_db
def test_a_server_that_is_being_stopped_wants_nothing_new(settings: Any, tmp_path: Path) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"data": tmp_path})
    mark = draining_file(tmp_path, settings.KATIP.port)
    mark.touch()
    assert told() == (503, "draining")
    mark.unlink()
    assert told() == (200, "ok")


@pytest.mark.django_db
def test_a_migration_that_was_not_run_here_keeps_requests_away(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = b"array_remove(ARRAY(SELECT app || '.' || name FROM django_migrations), 'audit.0006_log_readers')::text"
    monkeypatch.setattr(ready, "_QUESTION", b"SELECT false, " + lacking)
    assert told() == (503, "shape")


def test_what_is_finished_later_keeps_nobody_away_nor_does_what_this_program_does_not_know() -> None:
    loader = MigrationLoader(None)
    everything = frozenset(map(".".join, loader.disk_migrations))
    assert shape_fits(everything | {"audit.9999_of_a_later_program"}, loader)
    without = everything - {"audit.0005_log", "audit.0006_log_readers"}
    assert not shape_fits(without, loader)
    loader.disk_migrations["audit", "0005_log"].finish = True  # type: ignore[attr-defined] # as such a one says of itself
    assert shape_fits(without, loader)
    assert not shape_fits(without - {"audit.0004_looks"}, loader)


@pytest.mark.django_db
def test_an_empty_database_has_not_the_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "_QUESTION", b"SELECT pg_is_in_recovery(), '' FROM not_migrated")
    assert told() == (503, "shape")


@pytest.mark.django_db
def test_a_server_that_takes_no_writes_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "_QUESTION", ready._QUESTION.replace(b"pg_is_in_recovery()", b"true"))
    assert told() == (503, "database")


@pytest.mark.django_db
def test_a_database_that_is_not_there_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**connections["default"].get_connection_params(), "host": "127.0.0.1", "port": "1"}
    monkeypatch.setattr(connections["default"], "get_connection_params", lambda: given)
    assert told() == (503, "database")


@pytest.mark.django_db
def test_a_database_that_thinks_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "_QUESTION", b"SELECT false, pg_sleep(30)")
    begun = time.monotonic()
    assert told() == (503, "database")
    assert time.monotonic() - begun < 5


@pytest.mark.django_db
def test_a_database_that_lets_in_and_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, silent: int
) -> None:
    given = {**connections["default"].get_connection_params(), "host": "127.0.0.1", "port": str(silent)}
    monkeypatch.setattr(connections["default"], "get_connection_params", lambda: given)
    begun = time.monotonic()
    assert told() == (503, "database")
    assert time.monotonic() - begun < 5


@pytest.mark.django_db
def test_many_who_ask_at_once_are_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    one = Readiness()

    def ask(_: Readiness) -> Ready:
        asked.append(1)
        return Ready.READY

    monkeypatch.setattr(Readiness, "_ask", ask)
    assert [one.now(Path("/nowhere")) for _ in range(5)] == [Ready.READY] * 5
    assert len(asked) == 1
