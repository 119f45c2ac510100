"""Senders beside the web server or the hands: take out what is to be told, every two seconds.

A thread for each channel, so that a gateway that hangs keeps no e-mail waiting; where much waits, each calls more to
its side. Any number of them at once, on any number of machines, is right.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from katip.cli.stopping import threads_run

EVERY_SECONDS = 2.0
_LONGEST_PAUSE = 30.0

log = logging.getLogger("katip.notices")


@contextmanager
def sending() -> Iterator[None]:
    """Have messages sent during the block; the message that is leaving at its end is settled, the rest put back."""
    from katip.notices.deliver import channels_open

    stop = threading.Event()
    threads = [
        threading.Thread(target=_run, args=(channel, stop), name=f"sender-{channel}", daemon=True)
        for channel in sorted(channels_open())
    ]
    with threads_run(stop, threads):
        yield


def _run(channel: str, stop: threading.Event) -> None:
    from django.conf import settings
    from django.db import connections

    from katip.notices.engine import channel_send, is_due
    from katip.notices.models import Channel

    pause = EVERY_SECONDS
    while not stop.wait(pause):
        try:
            now = datetime.now(UTC)
            if is_due(Channel(channel), now):
                channel_send(Channel(channel), at=now, senders=settings.KATIP.senders, stopping=stop.is_set)
            pause = EVERY_SECONDS
        except Exception as error:  # noqa: BLE001 -- the database may be away: what waits goes on waiting
            pause = min(2 * pause, _LONGEST_PAUSE)
            log.warning("Messages wait to be sent (%s).", str(error).split("\n")[0])
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close()
