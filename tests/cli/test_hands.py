"""Hands as processes: they do jobs, are replaced when they die, and stop when told to."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from django.db import OperationalError, connection

from katip.cli import hands as hands_cli
from katip.cli import worker
from katip.cli.hands import Hands, hands_run, work_care
from katip.cli.stopping import StopRequested
from katip.core.jobs import job_defer, jobs_waiting
from katip.updates.jobs import MONTH_WORK
from katip.updates.models import MonthRun, RunState

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
_PATIENCE = 20.0


def until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of a machine that knows the database's address only."""
    asked: dict[str, Any] = connection.get_connection_params()
    login, place = f"{asked['user']}:{quote(asked['password'])}", f"host={quote(asked['host'], safe='')}"
    monkeypatch.setenv("KATIP_DATABASE_URL", f"postgresql://{login}@/{asked['dbname']}?{place}&port={asked['port']}")
    yield
    connection.close()


def run_done() -> MonthRun:
    return MonthRun.objects.create(period=date(2026, 10, 1), state=RunState.DONE, planned_at=AT, mark=AT, at=AT)


def test_hands_do_jobs_are_replaced_when_they_die_and_end_when_told(database: None) -> None:
    run = run_done()
    job_defer(MONTH_WORK, times=3, run_id=run.pk)
    with hands_run(1, "month") as hands:
        until(lambda: jobs_waiting(MONTH_WORK, run_id=run.pk) == 0)
        (first,) = hands.pids
        os.kill(first, signal.SIGKILL)
        until(lambda: not hands.pids)
        job_defer(MONTH_WORK, times=3, run_id=run.pk)

        def done() -> bool:
            hands.tend()
            return jobs_waiting(MONTH_WORK, run_id=run.pk) == 0

        until(done)
        (second,) = hands.pids
        assert second != first
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def test_a_hand_that_dies_again_and_again_is_started_ever_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead:
        returncode = 1
        pid = 0

        def poll(self) -> int:
            return 1

    started: list[float] = []
    clock = 1000.0

    def start(_hands: Hands) -> Dead:
        started.append(clock)
        return Dead()

    monkeypatch.setattr(Hands, "_start", start)
    monkeypatch.setattr("katip.cli.hands.time.monotonic", lambda: clock)
    hands = Hands(1)
    for _ in range(2000):
        hands.tend()
        clock += 0.1
    gaps = [after - before for before, after in pairwise(started)]
    assert gaps[0] < 2
    assert gaps[-1] == pytest.approx(hands_cli._LONGEST_PAUSE, abs=0.5)
    assert gaps == sorted(gaps)


def test_a_worker_does_what_a_web_server_leaves_to_it_and_stops_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[str] = []

    class Stand:
        def tend(self) -> None:
            rounds.append("tended")
            if rounds.count("tended") > 2:
                raise StopRequested

    @contextmanager
    def run(count: int, *queues: str) -> Iterator[Stand]:
        rounds.append(f"{count} on {queues}")
        try:
            yield Stand()
        finally:
            rounds.append("stopped")

    def during(name: str) -> Any:
        @contextmanager
        def block() -> Iterator[None]:
            rounds.append(name)
            yield
            rounds.append(f"{name} cut")  # not reached: the stop passes through

        return block

    monkeypatch.setattr(worker, "hands_run", run)
    monkeypatch.setattr(worker, "signals_set", list)
    monkeypatch.setattr(worker, "stop_at_pauses", lambda _seconds: None)
    monkeypatch.setattr(worker, "pause", lambda _seconds: None)
    for name in ("sweeping", "sequencing", "sending"):
        monkeypatch.setattr(worker, name, during(name))
    answer = CliRunner().invoke(worker.command, ["--hands", "3", "--queues", "documents, month"])
    assert answer.output == "3 hands at work on documents, month. Stop with Ctrl-C.\nStopped.\n"
    assert rounds == [
        "3 on ('documents', 'month')", "sweeping", "sequencing", "sending", "tended", "tended", "tended", "stopped",
    ]  # fmt: skip


def test_a_queue_that_no_job_is_in_is_refused() -> None:
    answer = CliRunner().invoke(worker.command, ["--queues", "month,dokuments"])
    assert answer.exit_code == 2
    assert "No job is in the queue dokuments. There are: documents, month, runs" in answer.output


def test_care_frees_the_jobs_of_dead_hands_also_where_nothing_else_is_open() -> None:
    job_defer(MONTH_WORK, run_id=7)
    with connection.cursor() as cursor:  # by a hand that another one has forgotten since
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    work_care()
    assert jobs_waiting(MONTH_WORK, run_id=7) == 1


def test_care_makes_up_for_lost_calls_and_survives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    run = MonthRun.objects.create(period=date(2026, 10, 1), state=RunState.APPLYING, planned_at=AT, mark=AT, at=AT)
    work_care()
    assert jobs_waiting(MONTH_WORK, run_id=run.pk) > 0

    def away(_at: datetime) -> int:
        raise OperationalError("away")

    monkeypatch.setattr("katip.updates.jobs.month_tend", away)
    work_care()
