"""How a command is asked to stop, and the threads and waits that end with it. Knows no Django."""

import faulthandler
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
JOIN_SECONDS = 30.0
_LONGEST_SECONDS = 150
"""beyond what is asked for: hands, each kind of threads and the embedded database may need half a minute, one after
another, though never all of them; the units of `deploy/systemd` wait for longer"""


class StopRequested(BaseException):
    """Ctrl-C or a signal to end: unwinds everything. No `Exception`: nothing on the way may swallow it."""


class _Asked:
    """What this process was told, and where it hears it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what an earlier command was told."""
        faulthandler.cancel_dump_traceback_later()
        self.is_asked = self.at_pauses = self.in_pause = False
        self.longest = 0


_asked = _Asked()


def stop_check() -> None:
    """Raise `StopRequested` where it was raised before and got lost: Python drops what is raised in a finaliser."""
    if _asked.is_asked:
        raise StopRequested


def signals_set() -> None:
    """Turn the first signal to end into `StopRequested`; later ones find us stopping already."""
    _asked.begin()
    for number in _NUMBERS:
        signal.signal(number, _stop)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)
    _asked.is_asked = True
    if _asked.at_pauses:
        faulthandler.dump_traceback_later(_asked.longest, exit=True, file=sys.__stderr__ or 2)
        if not _asked.in_pause:
            return
    raise StopRequested


def stop_at_pauses(seconds: int) -> None:
    """From now on hear a signal in `pause` alone, so that no process or thread is left half started.

    Raised between any two instructions, it would pass by whoever was about to note what is to be stopped. From the
    signal on the command has `seconds`, and what its parts need to end; after that it says where it stands and is gone.
    """
    _asked.longest = seconds + _LONGEST_SECONDS
    _asked.at_pauses = True
    stop_check()


def pause(seconds: float) -> None:
    """Wait. Raises `StopRequested` where a signal to end came since the last time, and as soon as one comes."""
    _asked.in_pause = True
    try:
        stop_check()
        time.sleep(seconds)
    finally:
        _asked.in_pause = False


@contextmanager
def threads_run(stop: threading.Event, threads: Sequence[threading.Thread]) -> Iterator[None]:
    """Have the threads at work during the block; then set `stop` and wait for them, half a minute for all together."""
    try:
        for thread in threads:
            thread.start()
        yield
    finally:
        stop.set()
        deadline = time.monotonic() + JOIN_SECONDS
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
