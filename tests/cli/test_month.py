"""`katip month`: planned, carried out, gone on with, and looked at."""

import re
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import OperationalError

from katip.cli import month
from katip.cli.stopping import StopRequested
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.rules import RuleViolation
from katip.updates.models import ChunkState, MonthChunk, MonthRun, RunState

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
SUMMARY = {"workplaces_changed": 1234, "amended": 800, "asked": 90, "ended": 0, "minutes_before": 1, "minutes_after": 2}


class Service(ModuleType):
    """In place of the services: a plan of three chunks of ten lines, written one by one."""

    def __init__(self) -> None:
        super().__init__("month")
        self.asked: list[str] = []
        self.fault: BaseException | None = None
        self.fault_at = 1

    def month_plan(self, *, period: date, whole: bool, **_: object) -> MonthRun:
        self.asked.append("plan, all" if whole else "plan")
        if self.fault and self.fault_at == 0:
            raise self.fault
        run = MonthRun.objects.create(
            period=period, state=RunState.PLANNED, planned_at=AT, mark=AT, chunks=3, summary=SUMMARY
        )
        for no in range(3):
            MonthChunk.objects.create(
                run=run, no=no, workplace_from=no, workplace_to=no, lines=10, plan=b"", plan_hash=""
            )
        return run

    def month_begin(self, *, run_id: int, **_: object) -> MonthRun:
        self.asked.append("begin")
        MonthRun.objects.filter(pk=run_id).update(state=RunState.APPLYING, at=AT)
        return MonthRun.objects.get(pk=run_id)

    def chunk_apply(self, *, run_id: int, **_: object) -> bool:
        chunk = MonthChunk.objects.filter(run_id=run_id, state=ChunkState.OPEN).first()
        if chunk is None:
            return False
        if self.fault and chunk.no == self.fault_at:
            raise self.fault
        self.asked.append(f"chunk {chunk.no}")
        chunk.state, chunk.done_at = ChunkState.DONE, AT + timedelta(seconds=chunk.no + 1)
        chunk.save()
        return True

    def month_close(self, *, run_id: int, **_: object) -> None:
        self.asked.append("close")
        MonthRun.objects.filter(pk=run_id).update(state=RunState.DONE, finished_at=AT)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    stand_in = Service()
    for name in ("month_plan", "month_apply", "month_close"):
        monkeypatch.setitem(sys.modules, f"katip.updates.services.{name}", stand_in)
    monkeypatch.setattr(month, "signals_set", list)

    @contextmanager
    def hands_run(count: int, *queues: str) -> Any:
        stand_in.asked.append(f"{count} beside")

        class Hands:
            def tend(self) -> None:
                pass

        yield Hands()

    monkeypatch.setattr(month, "hands_run", hands_run)
    return stand_in


def asks(*arguments: str) -> Result:
    return CliRunner().invoke(month.command, arguments)


def test_plan_says_what_would_happen_and_carries_nothing_out(service: Service) -> None:
    answer = asks("plan", "2026-10")
    assert answer.exit_code == 0
    assert re.search(r"^ +1,234  workplaces with other figures$", answer.output, re.MULTILINE)
    assert re.search(r"^ +0  contracts that end", answer.output, re.MULTILINE)
    assert "script/katip month apply 2026-10" in answer.output
    assert service.asked == ["plan"]
    assert MonthRun.objects.get().period == date(2026, 10, 1)


def test_the_whole_country_is_looked_at_where_that_is_asked(service: Service) -> None:
    asks("plan", "2026-10", "--all")
    assert service.asked == ["plan, all"]


@pytest.mark.parametrize("period", ["2026-13", "October", "2026-10-01"])
def test_what_is_no_month_is_said(service: Service, period: str) -> None:
    answer = asks("plan", period)
    assert answer.exit_code == 2
    assert "is no month: write it as 2026-11" in answer.output


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (RuleViolation("month_not_told"), "script/katip import headcounts FILE"),
        (RuleViolation("month_past"), "never change backwards"),
        (StaleStateError("plan anew"), "Somebody was faster (plan anew)"),
        (PermissionRefusedError("no_office"), "refused (no_office)"),
    ],
)
def test_what_cannot_be_planned_is_said(service: Service, fault: Exception, words: str) -> None:
    service.fault, service.fault_at = fault, 0
    answer = asks("plan", "2026-10")
    assert (answer.exit_code, words in answer.output) == (1, True)


def test_one_chunk_is_not_many() -> None:
    assert (month._count(1, "chunk"), month._count(1000, "line")) == ("1 chunk", "1,000 lines")


def test_apply_plans_anew_carries_out_and_shows_how_far_it_is(service: Service) -> None:
    asks("plan", "2026-10")
    service.asked.clear()
    answer = asks("apply", "2026-10", "--hands", "3")
    assert answer.exit_code == 0
    assert service.asked == ["plan", "begin", "2 beside", "chunk 0", "chunk 1", "chunk 2", "close"]
    assert "2026-10  0 %  0 of 3 chunks  0 of 30 lines" in answer.output
    assert "2026-10  100 %  3 of 3 chunks  30 of 30 lines  10 lines/s" in answer.output
    assert answer.output.endswith("2026-10: done.\n")


def test_apply_goes_on_where_it_was_killed(service: Service) -> None:
    service.fault = StopRequested()
    first = asks("apply", "2026-10", "--hands", "1")
    assert first.exit_code == 1
    assert "goes on where it stood" in first.output
    service.fault = None
    second = asks("apply", "2026-10", "--hands", "1")
    assert second.exit_code == 0
    assert "was begun and goes on where it stood" in second.output
    assert service.asked == ["plan", "begin", "0 beside", "chunk 0", "0 beside", "chunk 1", "chunk 2", "close"]


def test_apply_finishes_one_month_before_another(service: Service) -> None:
    service.fault = StopRequested()
    asks("apply", "2026-10")
    answer = asks("apply", "2026-11")
    assert answer.exit_code == 1
    assert "2026-10 is not finished" in answer.output


def test_apply_waits_for_a_database_that_went_away(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.fault = OperationalError("terminating connection\nmore")
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        service.fault = None if len(waited) == 3 else service.fault

    monkeypatch.setattr("katip.cli.month.time.sleep", sleep)
    answer = asks("apply", "2026-10", "--hands", "1")
    assert answer.exit_code == 0
    assert answer.output.count("The database does not answer (terminating connection)") == 3
    assert waited == sorted(waited)
    assert service.asked[-3:] == ["chunk 1", "chunk 2", "close"]


def test_apply_leaves_the_work_to_the_workers(service: Service) -> None:
    answer = asks("apply", "2026-10", "--leave")
    assert service.asked == ["plan", "begin"]
    assert "script/katip month watch" in answer.output


def test_status_of_a_month_in_the_middle(service: Service) -> None:
    service.fault = StopRequested()
    asks("apply", "2026-10")
    answer = asks("status")
    assert "2026-10: applying, planned 2026-11-03 09:00 UTC." in answer.output
    assert "2026-10  33 %  1 of 3 chunks  10 of 30 lines  10 lines/s  0:02 left" in answer.output
    assert "The last chunk was written" in answer.output
    assert "0 hands heard of" in answer.output


def test_status_of_a_month_that_is_done(service: Service) -> None:
    asks("apply", "2026-10")
    assert "In force since 2026-11-03 09:00:00 UTC; done 2026-11-03 09:00:00 UTC." in asks("status").output


@pytest.mark.parametrize("what", ["status", "watch"])
def test_where_no_month_was_planned_that_is_said(service: Service, what: str) -> None:
    answer = asks(what)
    assert (answer.exit_code, "No month was planned yet" in answer.output) == (1, True)


def test_watch_shows_a_month_until_it_is_done(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.fault = StopRequested()
    asks("apply", "2026-10")
    service.fault = None
    run = MonthRun.objects.get()

    def goes_on(_seconds: float) -> None:
        if not service.chunk_apply(run_id=run.pk):
            service.month_close(run_id=run.pk)

    monkeypatch.setattr("katip.cli.month.time.sleep", goes_on)
    answer = asks("watch")
    assert answer.output.splitlines() == [
        "2026-10  33 %  1 of 3 chunks  10 of 30 lines  10 lines/s  0:02 left",
        "2026-10  100 %  3 of 3 chunks  30 of 30 lines  10 lines/s",
        "2026-10: done.",
    ]


def test_on_a_terminal_a_bar_moves_in_one_line(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(month._Show, "is_terminal", lambda _self: True)
    monkeypatch.setattr(month, "_TERMINAL_SECONDS", 0.0)
    answer = asks("apply", "2026-10", "--hands", "1")
    bars = re.findall(r"\[([#-]{30})\]", answer.output)
    assert [bar.count("#") for bar in bars] == [0, 10, 20, 30, 30]
    assert answer.output.endswith("\n2026-10: done.\n")


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0:00"), (75, "1:15"), (3600, "1:00:00"), (7325.6, "2:02:06")])
def test_durations_are_read_at_a_glance(seconds: float, words: str) -> None:
    assert month._duration(seconds) == words
