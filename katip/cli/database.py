"""The embedded database of a command that runs for long: started with it, and again where it died under it."""

import logging
import time
from pathlib import Path

from katip.core.postgres import PostgresError, Server, server_start

_LONGEST_PAUSE = 30.0

log = logging.getLogger("katip.database")


class _Kept:
    """The server that this process started, and how to start it again."""

    def __init__(self, data: Path, bin_dir: Path | None) -> None:
        self._data, self._bin_dir = data, bin_dir
        self._pause, self._not_before = 0.5, 0.0
        self.server = self._start()

    def _start(self) -> Server:
        return server_start(self._data, bin_dir=self._bin_dir)

    def tend(self) -> None:
        if self.server.is_running or time.monotonic() < self._not_before:
            return
        log.warning("The database ended; it is started again.")
        self.server.stop()  # gives its lock up
        try:
            self.server = self._start()
            self._pause = 0.5
        except PostgresError as error:
            log.warning("It does not start: %s", error)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        self._not_before = time.monotonic() + self._pause


_kept: list[_Kept] = []


def database_start(data: Path, bin_dir: Path | None) -> Server:
    """Start the embedded server of `data` for as long as this process lives. Raises PostgresError."""
    _kept.append(_Kept(data, bin_dir))
    return _kept[-1].server


def database_tend() -> None:
    """Start the embedded server again, if this process has one and it died. Its clients find it where it was."""
    for kept in _kept:
        kept.tend()


def database_stop() -> None:
    """Stop the embedded server, if this process has one."""
    while _kept:
        _kept.pop().server.stop()
