"""People who walk the whole way beside the probes: sign in, companies, list, terms, approve, result, card."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from deploy.faults.approving import Employer, Waiting, approve, look
from deploy.faults.ledger import Ledger
from deploy.faults.seen import Seen
from katip.cli.bench.load_client import Answer as Page
from katip.cli.bench.load_client import Visitor

_SHORTEST, _LONGEST = 0.2, 1.0
"""seconds that somebody reads"""
_TRIES = 40


class _GivenUpError(Exception):
    """The page did not come, however often it was asked for."""


@dataclass(slots=True)
class Walkers:
    """So many people at once; each begins again, as somebody else, when they are through."""

    origin: str
    employers: Sequence[Employer]
    ledger: Ledger
    seen: Seen
    seed: int
    count: int
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """They walk during the block."""
        threads = [
            threading.Thread(target=self.seen.guarded(self._walk), args=(no,), daemon=True) for no in range(self.count)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def _walk(self, no: int) -> None:
        drawn, mine = random.Random(f"{self.seed} {no}"), list(self.employers[no :: self.count])  # noqa: S311 -- no secret
        rows = {id(one): iter(one.waiting) for one in mine}
        while not self.stop.is_set():
            ready = [one for one in mine if one.may_enter]
            if not ready:
                time.sleep(_SHORTEST)
                continue
            one = drawn.choice(ready)
            visitor = one.enter(self.origin, self.seen)
            if visitor is None:
                self._read_on(drawn)
                continue
            with suppress(_GivenUpError):
                self._visit(visitor, rows[id(one)], drawn)
            visitor.close()

    def _visit(self, visitor: Visitor, rows: Iterator[Waiting], drawn: random.Random) -> None:
        self._until_shown(visitor.companies, drawn)
        for one in rows:
            self._until_shown(partial(visitor.choose, one.workplace), drawn)
            self._until_shown(lambda: visitor.waiting()[0], drawn)
            self._until_shown(partial(visitor.step, one.process), drawn)
            self._approve(visitor, one, drawn)
            self._until_shown(visitor.card, drawn)
            if self.stop.is_set() or drawn.random() < 0.2:  # noqa: PLR2004 -- five contracts a visit, more or less
                return

    def _approve(self, visitor: Visitor, one: Waiting, drawn: random.Random) -> None:
        """Press the button, and again where nothing came of it; then read the result."""
        for _ in range(_TRIES):
            approve(visitor, one, self.ledger)
            if not self.ledger.entry(one.process).is_unknown:
                break
            self._read_on(drawn)
            if drawn.random() < 0.5:  # noqa: PLR2004 -- some look first whether it was recorded
                look(visitor, one, self.ledger, self.seen)
        self._read_on(drawn)
        look(visitor, one, self.ledger, self.seen)

    def _until_shown(self, ask: Callable[[], Page], drawn: random.Random) -> None:
        """Ask until the page is there. Raises `_GivenUpError`."""
        for _ in range(_TRIES):
            if ask().ok:
                return self._read_on(drawn)
            if self.stop.is_set():
                break
            self._read_on(drawn)
        raise _GivenUpError

    @staticmethod
    def _read_on(drawn: random.Random) -> None:
        time.sleep(drawn.uniform(_SHORTEST, _LONGEST))
