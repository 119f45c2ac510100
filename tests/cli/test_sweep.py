"""`katip sweep`, and the same beside the web server."""

import threading
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import OperationalError

from katip.cli import sweep as sweep_cli
from katip.contracts.models import Contract, Coverage
from katip.registry.models import Workplace
from tests.cast import World, workplace

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_command_does_what_is_due_and_says_so(world: World) -> None:
    world.active()
    Workplace.objects.filter(pk=world.workplace.pk).update(closed_on=date(2025, 6, 1))
    first, second = (CliRunner().invoke(sweep_cli.command) for _ in range(2))
    assert first.output == "1 ended with their workplace\n"
    assert second.output == "Nothing is due.\n"
    assert Contract.objects.get().state == "ended"


def test_once_a_day_coverage_is_counted(world: World) -> None:
    CliRunner().invoke(sweep_cli.command)
    counted = Coverage.objects.count()
    assert counted > 0
    workplace(9, province=1)
    CliRunner().invoke(sweep_cli.command)
    assert Coverage.objects.count() == counted
    CliRunner().invoke(sweep_cli.command, ["--judge"])
    assert Coverage.objects.count() > counted


@pytest.mark.parametrize("fault", [OperationalError("away"), ValueError("one contract that cannot be judged")])
def test_beside_the_web_server_it_goes_on_whatever_went_wrong(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    rounds, tended, cared = list[str](), list[str](), list[str]()
    third = threading.Event()

    def due_do(_now: Any, *, sending: bool) -> str:
        assert not sending  # messages have threads of their own beside a web server
        rounds.append("")
        if len(rounds) == 1:
            raise fault
        if len(rounds) == 3:
            third.set()
        return ""

    class Web:
        def poll(self) -> int | None:
            return 7 if tended and third.wait(60) else None

    class Hands:
        def tend(self) -> None:
            tended.append("hands")

    monkeypatch.setattr(sweep_cli, "due_do", due_do)
    monkeypatch.setattr(sweep_cli, "pause", lambda _seconds: None)
    monkeypatch.setattr(sweep_cli, "EVERY_SECONDS", 0)
    monkeypatch.setattr(sweep_cli, "_SOONER_SECONDS", 0)
    monkeypatch.setattr(sweep_cli, "work_care", lambda: cared.append("month"))
    assert sweep_cli.sweep_beside(Web(), Hands()) == 7  # type: ignore[arg-type] # they only wait and tend
    assert len(rounds) >= 3
    assert tended
    assert len(cared) >= 3
    assert "sweep" not in {thread.name for thread in threading.enumerate()}


def test_of_many_one_sweeps_and_none_twice_in_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def due_do(_now: Any, *, sending: bool) -> str:
        del sending
        swept.append(threading.current_thread().name)
        begun.set()
        assert go_on.wait(10)
        return ""

    monkeypatch.setattr(sweep_cli, "due_do", due_do)
    monkeypatch.setattr(sweep_cli, "work_care", list)
    first = threading.Thread(target=sweep_cli._minute, name="first")
    first.start()
    assert begun.wait(10)
    sweep_cli._minute()  # while the first is at it
    go_on.set()
    first.join()
    sweep_cli._minute()  # right after it
    assert swept == ["first"]


def test_a_sweep_that_failed_is_taken_over_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[str] = []

    def due_do(_now: Any, *, sending: bool) -> str:
        del sending
        rounds.append("")
        raise OperationalError("away")

    monkeypatch.setattr(sweep_cli, "due_do", due_do)
    monkeypatch.setattr(sweep_cli, "work_care", list)
    sweep_cli._minute()
    sweep_cli._minute()
    assert len(rounds) == 2
