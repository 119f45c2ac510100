"""A signal to end is heard, even where the exception that it raised got lost, and told to whoever sends requests."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from katip.cli import stopping
from katip.cli.stopping import StopRequested, pause, signals_set, stop_at_pauses, stop_check, threads_run
from katip.cli.web_process import drained

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    stopping._asked.begin()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_what_was_lost_is_raised_again() -> None:
    signals_set()
    stop_check()
    with suppress(StopRequested):
        os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(StopRequested):
        stop_check()


def test_a_command_begins_without_what_an_earlier_one_was_told() -> None:
    signals_set()
    with suppress(StopRequested):
        os.kill(os.getpid(), signal.SIGTERM)
    signals_set()
    stop_check()


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """What was set to end this process where its parts do not."""
    given = list[tuple[int, bool]]()

    def later(seconds: int, *, exit: bool, file: object) -> None:  # noqa: A002 -- its name there
        given.append((seconds, exit))

    monkeypatch.setattr("katip.cli.stopping.faulthandler.dump_traceback_later", later)
    return given


def test_a_command_whose_parts_run_hears_it_in_a_pause_alone(
    limits: list[tuple[int, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raised while a process is being started, nobody would know of that process."""
    slept = list[float]()
    monkeypatch.setattr("katip.cli.stopping.time.sleep", slept.append)
    signals_set()
    stop_at_pauses(20)
    pause(1)
    os.kill(os.getpid(), signal.SIGTERM)
    assert limits == [(170, True)]
    with pytest.raises(StopRequested):
        pause(2)
    assert slept == [1]


def test_a_pause_ends_with_the_signal(limits: list[tuple[int, bool]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("katip.cli.stopping.time.sleep", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    signals_set()
    stop_at_pauses(0)
    with pytest.raises(StopRequested):
        pause(1)
    assert limits == [(150, True)]


def test_what_was_asked_before_the_parts_run_starts_none(limits: list[tuple[int, bool]]) -> None:
    signals_set()
    with suppress(StopRequested):
        os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(StopRequested):
        stop_at_pauses(0)
    assert limits == []


def test_a_thread_that_cannot_start_leaves_none_behind() -> None:
    stop = threading.Event()
    first, second = (threading.Thread(target=stop.wait, name=name) for name in ("first", "second"))
    second.start = lambda: (_ for _ in ()).throw(RuntimeError("no more threads"))  # type: ignore[method-assign] # a full machine
    with pytest.raises(RuntimeError, match="no more threads"), threads_run(stop, [first, second]):
        pytest.fail("begun")
    assert not first.is_alive()


def test_who_is_asked_to_stop_says_so_and_goes_on_for_a_while(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drain, waited = tmp_path / "draining-8000", list[tuple[int, bool]]()
    monkeypatch.setattr("katip.cli.web_process.time.sleep", lambda seconds: waited.append((seconds, drain.exists())))
    with pytest.raises(StopRequested), drained(drain, 7):
        raise StopRequested
    assert waited == [(7, True)]


def test_the_word_of_one_that_was_killed_does_not_stay(tmp_path: Path) -> None:
    (tmp_path / "draining-8000").touch()
    with drained(tmp_path / "draining-8000", 7):
        assert not (tmp_path / "draining-8000").exists()


def test_who_fails_says_nothing_and_waits_for_nobody(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broken"), drained(tmp_path / "draining-8000", 7):
        raise ValueError("broken")
    assert not (tmp_path / "draining-8000").exists()
