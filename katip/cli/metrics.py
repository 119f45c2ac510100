"""Giving figures to Prometheus: what the processes of this command counted, and how the installation is.

The second is read from the database every few seconds by a thread, not when somebody asks: a database that does not
answer keeps no scrape waiting, and many scrapes cost no more than one. Where many machines give it, it is the same on
each: alerts take the greatest.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from katip.cli.stopping import JOIN_SECONDS, threads_run

EVERY_SECONDS = 10.0

log = logging.getLogger("katip.metrics")


@contextmanager
def metrics_served(*, state: bool = True) -> Iterator[None]:
    """Give figures on KATIP_METRICS_HOST and KATIP_METRICS_PORT during the block; without a port, nothing is done.

    `state`: those of the installation as well, for commands whose login may read it. Raises `OSError` where the port is
    taken.
    """
    from django.conf import settings

    if not settings.KATIP.metrics_port:
        yield
        return
    from prometheus_client import CollectorRegistry, start_http_server

    collected = CollectorRegistry()
    collected.register(_Counted())
    stop = threading.Event()
    threads = []
    if state:
        states = States()
        collected.register(states)
        threads.append(threading.Thread(target=states.run, args=(stop,), name="metrics", daemon=True))
    server, serving = start_http_server(settings.KATIP.metrics_port, settings.KATIP.metrics_host, collected)
    try:
        with threads_run(stop, threads):
            yield
    finally:
        server.shutdown()
        server.server_close()
        serving.join(JOIN_SECONDS)


def metrics_begin() -> None:
    """Forget what an earlier command counted; before processes of this one begin to count."""
    from katip.core.metrics_folder import earlier_remove, metrics_folder

    folder = metrics_folder()
    if folder is not None:
        earlier_remove(folder)


class _Counted:
    """What every process of this command counted, added up."""

    def collect(self) -> Iterable[Any]:
        """Read their files."""
        from prometheus_client import CollectorRegistry, multiprocess

        from katip.core.metrics_folder import dead_remove, metrics_folder

        folder = metrics_folder()
        if folder is None:
            return []
        dead_remove(folder)
        every = multiprocess.MultiProcessCollector(CollectorRegistry(), str(folder))  # type: ignore[no-untyped-call] # not typed there
        return list(every.collect())  # type: ignore[no-untyped-call] # not typed there


class States:
    """How the installation was when it was looked at last."""

    def __init__(self) -> None:
        self._families: list[Any] = []
        self._looked = 0.0
        self._answers = False

    def run(self, stop: threading.Event) -> None:
        """Look every few seconds until told to stop."""
        from django.db import connections

        while True:
            self.look()
            for connection in connections.all(initialized_only=True):
                connection.close()
            if stop.wait(EVERY_SECONDS):
                return

    def look(self) -> None:
        """Look once; where the database does not answer, what was seen last stays, with its age."""
        from katip.watch.prometheus import families

        try:
            self._families = list(families(datetime.now(UTC)))
            self._looked, self._answers = time.time(), True
        except Exception as error:  # noqa: BLE001 -- the database may be away: that is said by a figure
            if self._answers:
                log.warning("How the installation is cannot be read (%s).", str(error).split("\n")[0])
            self._answers = False

    def collect(self) -> Iterable[Any]:
        """What was seen last, and when."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        yield GaugeMetricFamily(
            "katip_database_up", "Whether the database answered when it was looked at last.", value=self._answers
        )
        yield GaugeMetricFamily(
            "katip_state_timestamp_seconds", "When the figures of the installation were read.", value=self._looked
        )
        yield from self._families
