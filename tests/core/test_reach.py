"""A server that is gone is given up in time, whatever became of it."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg_pool import PoolTimeout

from katip.core.environment import Environment
from katip.core.reach import PatientConnection, connection_set, parameters_given

_PATIENCE = 0.3


@pytest.fixture
def patient(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[PatientConnection]:
    leave = {"pool", "cursor_factory", "context"}
    params = {
        name: value for name, value in connections["default"].get_connection_params().items() if name not in leave
    }
    with PatientConnection.connect(**params, autocommit=True) as connection:
        monkeypatch.setattr(PatientConnection, "patience", _PATIENCE)
        yield connection


def test_a_server_that_is_paused_is_given_up(patient: PatientConnection) -> None:
    """Its machine goes on acknowledging every packet, so that no time-out of TCP ever ends the wait."""
    backend = patient.info.backend_pid
    os.kill(backend, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match=r"no answer for 0\.3 seconds"):
            patient.execute("SELECT 1")
        assert _PATIENCE <= time.monotonic() - begun < _PATIENCE + 2
        assert patient.closed
        assert patient.broken  # a pool that gets it back makes another one
    finally:
        os.kill(backend, signal.SIGCONT)


def test_what_answers_in_time_is_waited_for(patient: PatientConnection) -> None:
    assert patient.execute("SELECT pg_sleep(0.05), 7").fetchone() == ("", 7)
    assert not patient.closed


def test_a_worker_waits(patient: PatientConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientConnection, "patience", None)
    assert patient.execute("SELECT pg_sleep(0.4), 7").fetchone() == ("", 7)


def test_what_the_address_says_comes_first() -> None:
    environment = Environment(database_silence_seconds=30, database_connect_seconds=7, database_prepare=False)
    database: dict[str, Any] = {"OPTIONS": {"tcp_user_timeout": "99"}}
    connection_set(database, environment)
    assert database["OPTIONS"]["tcp_user_timeout"] == "99"
    assert database["OPTIONS"]["connect_timeout"] == 7
    assert database["DISABLE_SERVER_SIDE_CURSORS"]
    assert database["OPTIONS"]["prepare_threshold"] is None
    told = parameters_given(environment)
    silence = told["keepalives_idle"] + told["keepalives_interval"] * told["keepalives_count"]
    assert silence <= environment.database_silence_seconds


def test_every_process_may_set_these(db: None) -> None:
    """`pool` is Django's; the rest is libpq's, which refuses what it does not know."""
    options = connections["default"].settings_dict["OPTIONS"]
    assert {"connect_timeout", "tcp_user_timeout", "keepalives_idle"} <= {*options}
    assert issubclass(PoolTimeout, psycopg.OperationalError)  # what Django turns into its own
