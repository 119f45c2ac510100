"""The embedded database of a running command: started again where it died, found by its clients where it was."""

import os
import shutil
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from katip.cli import database
from katip.cli.database import database_start, database_stop, database_tend
from katip.core.postgres import PostgresError, server_remove


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    outer = Path(mkdtemp(prefix="katip-test-"))
    outer.chmod(0o711)  # as root, the server's account has to pass through
    monkeypatch.setattr(database, "_kept", [])
    yield outer / "data"
    database_stop()
    server_remove(outer / "data")
    shutil.rmtree(outer)


def test_a_database_that_was_killed_is_there_again(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = database_start(data, None)
    address = server.dsn("application")
    database_tend()
    assert caplog.text == ""
    os.kill(server.pid, signal.SIGKILL)
    os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
    database_tend()
    assert "The database ended; it is started again." in caplog.text
    with psycopg.connect(**address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_one_that_does_not_start_is_tried_ever_more_seldom(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[float] = []
    clock = 100.0

    class Dead:
        is_running = False

        def stop(self) -> None:
            pass

    def start(*_: object, **__: object) -> Dead:
        tried.append(clock)
        if len(tried) > 1:
            raise PostgresError("no room")
        return Dead()

    monkeypatch.setattr(database, "server_start", start)
    monkeypatch.setattr("katip.cli.database.time.monotonic", lambda: clock)
    database_start(data, None)
    for _ in range(1000):
        clock += 0.1
        database_tend()
    gaps = [round(after - before) for before, after in pairwise(tried[1:])]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 30
    database_stop()


def test_who_has_no_database_tends_none() -> None:
    database_tend()
