"""A signal to end is heard, even where the exception that it raised got lost."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from katip.cli import web_process
from katip.cli.web_process import StopRequested, signals_set, stop_check

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
