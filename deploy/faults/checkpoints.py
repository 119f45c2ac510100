"""What the log said of itself while it was being hurt: its checkpoints, kept where no fail-over reaches them."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

_PAUSE = 1.0
_ADDRESS = "/kayit/checkpoint"
_HELD = 24


class Checkpoints:
    """Asks for the newest checkpoint again and again, and keeps each one."""

    def __init__(self, origin: str) -> None:
        self.notes: list[str] = []
        self._place = urlsplit(origin).netloc
        self._stop = threading.Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Ask during the block."""
        thread = threading.Thread(target=self._keep, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def some(self) -> list[str]:
        """So many as the log is held against afterwards, evenly over the run, the last one among them."""
        step = max(1, len(self.notes) // _HELD)
        return self.notes[::-1][::step]

    def _keep(self) -> None:
        while not self._stop.wait(_PAUSE):
            note = self._ask()
            if note and note not in self.notes[-1:]:
                self.notes.append(note)

    def _ask(self) -> str:
        connection = http.client.HTTPConnection(self._place, timeout=10)
        try:
            connection.request("GET", _ADDRESS)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return ""
        finally:
            connection.close()
        return text if answer.status == HTTPStatus.OK else ""
