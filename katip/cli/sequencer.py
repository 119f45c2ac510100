"""The sequencer beside the web server or the hands: gives events their positions in the log, every second.

A thread of its own, so that nothing the parent does keeps the log waiting. Any number of them at once, on any number of
machines, is right; killed at any moment, a batch of theirs never was.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

EVERY_SECONDS = 1.0
_LONGEST_PAUSE = 30.0
_STOP_SECONDS = 30.0

log = logging.getLogger("katip.log")


@contextmanager
def sequencing() -> Iterator[None]:
    """Have events sequenced during the block; what is being written at its end is written to the end."""
    stop = threading.Event()
    thread = threading.Thread(target=_run, args=(stop,), name="sequencer", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOP_SECONDS)


def _run(stop: threading.Event) -> None:
    from django.db import connections

    pause = EVERY_SECONDS
    while True:
        try:
            _once(stop)
            pause = EVERY_SECONDS
        except Exception as error:  # noqa: BLE001 -- the database may be away, or the log refuse to go on: said, and tried again
            pause = min(2 * pause, _LONGEST_PAUSE)
            log.warning("Events wait for their place in the log (%s).", str(error).split("\n")[0])
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close()
        if stop.wait(pause):
            return


def _once(stop: threading.Event) -> None:
    from katip.audit.log.sequence import sequence
    from katip.documents.jobs import documents_tend

    while sequence(datetime.now(UTC)) and not stop.is_set():
        pass
    documents_tend()  # what waited for its place in the log can be made now
