"""Beside the web server or the hands: events get their positions in the log, and are read from it, every second.

Threads of their own, one for the log, one for its readers and one for the webhooks that follow, so that nothing the
parent, a reader or somebody's server does keeps the log waiting. Any number of them at once, on any number of machines,
is right; killed at any moment, a batch never was.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from katip.cli.stopping import threads_run

EVERY_SECONDS = 1.0
_LONGEST_PAUSE = 30.0

log = logging.getLogger("katip.log")


@contextmanager
def sequencing() -> Iterator[None]:
    """Have events sequenced and read during the block; what is being written at its end is written to the end."""
    stop = threading.Event()
    threads = [
        threading.Thread(
            target=_run,
            args=(stop, _sequence, "Events wait for their place in the log (%s)."),
            name="sequencer",
            daemon=True,
        ),
        threading.Thread(
            target=_run, args=(stop, _read, "The log waits to be read (%s)."), name="log readers", daemon=True
        ),
        threading.Thread(target=_run, args=(stop, _call, "Webhooks wait (%s)."), name="webhooks", daemon=True),
    ]
    with threads_run(stop, threads):
        yield


def _run(stop: threading.Event, once: Callable[[threading.Event], None], words: str) -> None:
    from django.db import connections

    pause = EVERY_SECONDS
    while True:
        try:
            once(stop)
            pause = EVERY_SECONDS
        except Exception as error:  # noqa: BLE001 -- the database may be away, or the log refuse to go on: said, and tried again
            pause = min(2 * pause, _LONGEST_PAUSE)
            log.warning(words, str(error).split("\n")[0])
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close()
        if stop.wait(pause):
            return


def _sequence(stop: threading.Event) -> None:
    from katip.audit.log.sequence import sequence
    from katip.documents.jobs import documents_tend
    from katip.runs.receipts.jobs import receipts_tend

    while sequence(datetime.now(UTC)) and not stop.is_set():
        pass
    documents_tend()  # what waited for its place in the log can be made now
    receipts_tend()


def _read(stop: threading.Event) -> None:
    from katip.audit.log.stream import streams_run

    streams_run(datetime.now(UTC), stop.is_set)


def _call(stop: threading.Event) -> None:
    from katip.notices.hooks.sending import hooks_send

    hooks_send(lambda: datetime.now(UTC), stop.is_set)
