"""What the client saw: each request with its moments, and how long nothing was answered."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from katip.cli.bench.load_client import Answer

_T = TypeVar("_T")

READ, WRITE, WALK = "read", "write", "walk"


@dataclass(frozen=True, slots=True)
class Request:
    """One request: when it was due and when it ended (POSIX seconds), whether all was well, and what was not."""

    kind: str
    due: float
    ended: float
    ok: bool
    words: str = ""


class Seen:
    """All requests of a run, from every thread, and answers that contradict each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = list[Request]()
        self._anomalies = list[str]()

    def add(self, request: Request) -> None:
        """Keep one."""
        with self._lock:
            self._requests.append(request)

    def anomaly(self, words: str) -> None:
        """Keep an answer that cannot be true if an earlier one was."""
        with self._lock:
            self._anomalies += [] if words in self._anomalies else [words]

    def anomalies(self) -> list[str]:
        """All of them."""
        with self._lock:
            return list(self._anomalies)

    def guarded(self, act: Callable[[_T], None]) -> Callable[[_T], None]:
        """The same act, whose own failure is kept: a thread that ends unseen would ask nothing any more."""

        def guarded(given: _T) -> None:
            try:
                act(given)
            except Exception as error:
                self.anomaly(f"the client itself failed: {type(error).__name__}: {error}")
                raise

        return guarded

    def between(self, begun: float, ended: float) -> list[Request]:
        """Those that were due in this time."""
        with self._lock:
            return [one for one in self._requests if begun <= one.due <= ended]


def words_of(answer: Answer) -> str:
    """How an answer was, in a few signs: the status, or that there was none, and where it led."""
    return f"{answer.name} {answer.status or 'lost'} {answer.location}".rstrip()


def gap(requests: Sequence[Request], kind: str, begun: float, ended: float) -> float:
    """The longest span between `begun` and `ended`, in seconds, in which nothing of a kind was answered well."""
    well = sorted(one.ended for one in requests if one.kind == kind and one.ok and begun <= one.ended <= ended)
    return max(after - before for before, after in pairwise([begun, *well, ended]))
