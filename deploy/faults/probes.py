"""Probes that ask at a fixed pace, whether the ones before are answered or not: reads of a page, and approvals."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from deploy.faults.approving import Employer, Waiting, approve, look
from deploy.faults.ledger import Ledger
from deploy.faults.seen import READ, WRITE, Request, Seen, words_of
from katip.cli.bench.load_client import Visitor

_SESSION_SECONDS = 480.0
"""a decision asks for a second step that is fresh"""
_AT_ONCE = 400
_TRIES, _PAUSE = 30, 1.0
_ASKED_AGAIN, _ASKED_AT_ONCE = 40, 4
"""of unanswered approvals, at most so many and half of them; nobody ever asks for the others again"""


@dataclass(slots=True)
class Probes:
    """Probes of one run, by the sessions of a few employers."""

    origin: str
    employers: Sequence[Employer]
    ledger: Ledger
    seen: Seen
    random: random.Random
    read_seconds: float
    write_seconds: float
    _browsers: dict[int, list[Visitor]] = field(default_factory=dict)
    """by the employer's place: windows of its browser that nobody uses now"""
    _next: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self) -> None:
        """Sign everybody in whose sign-in is no longer fresh. Raises RuntimeError where nobody comes in."""
        for place, one in enumerate(self.employers):
            if time.time() - one.entered < _SESSION_SECONDS and self._browsers.get(place):
                continue
            deadline = time.time() + 3 * _PAUSE * _TRIES
            while (visitor := one.enter(self.origin, self.seen) if one.may_enter else None) is None:
                if time.time() > deadline:
                    raise RuntimeError("nobody can sign in, though nothing is at fault")
                time.sleep(_PAUSE)
            self._browsers[place] = [visitor]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Ask during the block; it ends once everything is answered or given up."""
        stop = threading.Event()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            threads = [
                threading.Thread(target=_pace, args=(stop, seconds, pool, self.seen.guarded(ask)))
                for seconds, ask in ((self.read_seconds, self._read), (self.write_seconds, self._write))
            ]
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                stop.set()
                for thread in threads:
                    thread.join()

    def ask_again(self) -> None:
        """Some of what was never answered is sent a second time, as people do who press the button again."""
        unknown = self._unknown()
        again = self.random.sample(unknown, min(_ASKED_AGAIN, len(unknown) // 2))
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            list(pool.map(self._settle, again))

    def _settle(self, which: tuple[int, Waiting]) -> None:
        place, one = which
        with self._window(place) as visitor:
            for _ in range(_TRIES):
                if not approve(visitor, one, self.ledger).ok:
                    look(visitor, one, self.ledger, self.seen)
                if not self.ledger.entry(one.process).is_unknown:
                    return
                time.sleep(_PAUSE)

    def _unknown(self) -> list[tuple[int, Waiting]]:
        unknown = set(self.ledger.unknown())
        return [
            (place, one)
            for place, employer in enumerate(self.employers)
            for one in employer.waiting
            if one.process in unknown
        ]

    def _read(self, due: float) -> None:
        place = self.random.randrange(len(self.employers))
        with self._window(place) as visitor:
            page = visitor.get("list", "/firmalar/")
        self.seen.add(Request(READ, due, time.time(), page.ok, words_of(page)))

    def _write(self, due: float) -> None:
        place, one = self._take()
        with self._window(place) as visitor:
            page = approve(visitor, one, self.ledger)
        self.seen.add(Request(WRITE, due, time.time(), page.ok, words_of(page)))

    def _take(self) -> tuple[int, Waiting]:
        """The next contract that nobody approved. Raises RuntimeError where none is left."""
        with self._lock:
            for _ in range(len(self.employers) * max(len(one.waiting) for one in self.employers)):
                place, row = self._next % len(self.employers), self._next // len(self.employers)
                self._next += 1
                if row < len(self.employers[place].waiting):
                    return place, self.employers[place].waiting[row]
        raise RuntimeError("everything is approved: let the world hold more with --approvals")

    @contextmanager
    def _window(self, place: int) -> Iterator[Visitor]:
        """A window of an employer's browser, for one thread at a time."""
        with self._lock:
            windows = self._browsers[place]
            visitor = windows.pop() if len(windows) > 1 else windows[0].twin()
        try:
            yield visitor
        finally:
            with self._lock:
                self._browsers[place].append(visitor)


def _pace(stop: threading.Event, seconds: float, pool: ThreadPoolExecutor, ask: Callable[[float], None]) -> None:
    begun, count = time.time(), 0
    while not stop.is_set():
        due = begun + count * seconds
        time.sleep(max(0.0, due - time.time()))
        pool.submit(ask, due)
        count += 1
