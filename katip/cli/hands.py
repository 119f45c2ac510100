"""Hands as child processes: started, started again when they die, and stopped by the command that owns them."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from katip.core.child import dies_with_parent

TEND_SECONDS = 15
_STOP_SECONDS = 30
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_HEALTHY_SECONDS = 30.0

log = logging.getLogger("katip.hands")


GIVES_WAY = 10
"""how far behind a hand stands where processes of one machine want its cores: people at pages come first"""


def hands_usual() -> int:
    """As many as the machine has cores, four at most."""
    return min(os.cpu_count() or 1, 4)


class _Place:
    """One hand's place: its process, and when the next one may be started."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.begun = 0.0
        self.pause = _SHORTEST_PAUSE
        self.not_before = 0.0


class Hands:
    """So many hands; `tend` keeps them at work."""

    def __init__(self, count: int, queues: tuple[str, ...] = ()) -> None:
        self._places = [_Place() for _ in range(count)]
        self._queues = queues

    @property
    def pids(self) -> list[int]:
        """Process ids of the hands that live."""
        return [place.process.pid for place in self._places if place.process and place.process.poll() is None]

    def tend(self) -> None:
        """Start a hand in each place that has none; one that dies again and again is started ever more seldom."""
        now = time.monotonic()
        for place in self._places:
            if place.process is not None:
                if place.process.poll() is None:
                    continue
                killed = place.process.returncode < 0  # from outside: no fault of its own that would come again
                healthy = killed or now - place.begun > _HEALTHY_SECONDS
                place.pause = _SHORTEST_PAUSE if healthy else min(2 * place.pause, _LONGEST_PAUSE)
                place.not_before = now + place.pause
                log.warning("A hand ended (status %s); another one follows.", place.process.returncode)
                place.process = None
            if now >= place.not_before:
                place.begun, place.process = now, self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "katip.cli.hand", *self._queues],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,  # Ctrl-C reaches the command alone, which stops its hands
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- only one C function runs after the fork
        )

    def stop(self) -> None:
        """Let each end what it is writing, then stop it; one that takes too long is killed, which loses nothing."""
        living = [place.process for place in self._places if place.process]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in living:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            if process.poll() is None:
                process.kill()
                process.wait()


@contextmanager
def hands_run(count: int, *queues: str) -> Iterator[Hands]:
    """Have `count` hands at work during the block, on the named queues (none: on all)."""
    hands = Hands(count, queues)
    try:
        hands.tend()
        yield hands
    finally:
        hands.stop()


def work_care() -> None:
    """See to it that what is not finished has calls waiting; whatever goes wrong is tried again next time."""
    from django.db import connections

    from katip.core.jobs import jobs_rescue
    from katip.runs.jobs import runs_tend
    from katip.updates.jobs import month_tend

    try:
        jobs_rescue(datetime.now(UTC))  # of whatever kind, also where no month and no run waits
        month_tend(datetime.now(UTC))
        runs_tend(datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 -- the database may be away, or be told to shut down; it will come back
        log.warning("Unfinished work could not be looked after (%s).", str(error).split("\n")[0])
    finally:
        for connection in connections.all(initialized_only=True):
            connection.close()
