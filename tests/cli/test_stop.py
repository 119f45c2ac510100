"""A signal to end is heard, even where the exception that it raised got lost, and told to whoever sends requests."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from katip.cli import web_process
from katip.cli.web_process import StopRequested, drained, signals_set, stop_check

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    web_process._requested.clear()
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
