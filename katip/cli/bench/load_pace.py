"""Requests that come when they come, whether those before them are answered or not; and what was seen of them.

What is due has a moment of its own, drawn beforehand. Seconds count from that moment: a server that stands still for a
while is charged with everybody who would have come meanwhile, and not only with those whom the client got round to.
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count, islice

from katip.cli.bench.beside import percentile
from katip.cli.bench.load_client import Account, Answer, Visitor

_MOST_AT_ONCE = 600
_THINKS = 1.5
"""seconds, in the mean, that a person looks at a page; they keep nobody busy but the person"""
SHARES = {"p50": 0.5, "p99": 0.99, "p999": 0.999}


@dataclass(slots=True)
class Seen:
    """Answers, gathered from many threads, and what went wrong."""

    answers: list[Answer] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, answer: Answer) -> None:
        """Keep an answer, without the page."""
        kept = Answer(answer.name, answer.status, answer.seconds, answer.due, answer.ok, told=answer.told)
        with self._lock:
            self.answers.append(kept)
            if not answer.ok:
                self.wrong.append(f"{answer.name}: {answer.status or 'lost'} {answer.location}")

    def by_name(self) -> Mapping[str, list[Answer]]:
        """The answers of each page and form."""
        found = defaultdict(list)
        for one in self.answers:
            found[one.name].append(one)
        return found

    def seconds(self, *names: str) -> list[float]:
        """How long each took, of these names or of all."""
        return [one.seconds for one in self.answers if not names or one.name in names]

    def cost(self, name: str, part: str) -> float:
        """The median of what the server said that it cost: `cpu`, `db` (milliseconds) or `statements`."""
        values = [_cost(one, part) for one in self.answers if one.name == name and one.told]
        return percentile(values, 0.5) if values else 0.0


def _cost(answer: Answer, part: str) -> float:
    parts = dict(one.strip().split(";dur=") for one in answer.told.get("server-timing", "").split(",") if one)
    return float(parts.get(part, 0))


def shares(values: Sequence[float]) -> dict[str, float]:
    """Percentiles of seconds, in milliseconds."""
    return {name: round(1000 * percentile(values, share), 1) for name, share in SHARES.items()} if values else {}


def sources() -> Iterable[str]:
    """One address on loopback after the other."""
    return (f"127.{1 + no // 62500 % 250}.{no // 250 % 250}.{1 + no % 250}" for no in count())


def moments(rate: float, seconds: float, chance: random.Random) -> list[float]:
    """When visitors come who know nothing of each other (Poisson), `rate` a second, from 0 on."""
    found, now = [], chance.expovariate(rate)
    while now < seconds:
        found.append(now)
        now += chance.expovariate(rate)
    return found


def come(due: Sequence[tuple[float, Callable[[float], None]]]) -> float:
    """Do everything at its moment, counted from now; returns the seconds until the last of it was done."""
    begun = time.monotonic()
    with ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
        waiting = []
        for moment, act in sorted(due, key=lambda one: one[0]):
            time.sleep(max(0.0, begun + moment - time.monotonic()))
            waiting.append(pool.submit(act, begun + moment))
    for one in waiting:
        one.result()
    return time.monotonic() - begun


def crowd(seconds: float, clients: int, act: Callable[[], object]) -> float:
    """So many do `act` again and again, one after the other, for so long; returns how often a second it was done."""
    begun, done = time.monotonic(), count()

    def work() -> None:
        while time.monotonic() - begun < seconds:
            act()
            next(done)

    with ThreadPoolExecutor(clients) as pool:
        for one in [pool.submit(work) for _ in range(clients)]:
            one.result()
    return next(done) / (time.monotonic() - begun)


def visit(visitor: Visitor, due: float, chance: random.Random | None = None) -> None:
    """The guide's way: come in, fetch the companies, choose one, see what waits, approve all of it, see the card.

    Its moments are drawn before it begins, and hold whether the page before is there or not. Without `chance` the
    person does not look at anything. What goes wrong ends it.
    """
    moment = due

    def next_moment() -> float | None:
        nonlocal moment
        if chance is None:
            return None
        moment += chance.expovariate(1 / _THINKS)
        time.sleep(max(0.0, moment - time.monotonic()))
        return moment

    try:
        if not visitor.sign_in(due).ok or not visitor.companies(next_moment()).ok:
            return
        if not visitor.choose(visitor.account.waiting[0][1], next_moment()).ok:
            return
        shown, processes = visitor.waiting(next_moment())
        for process in processes if shown.ok else ():
            if not (visitor.step(process, next_moment()).ok and visitor.approve(process, next_moment()).ok):
                return
            visitor.result(process)
        visitor.card(next_moment())
    finally:
        visitor.close()


class People:
    """Accounts, each handed out once."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._left = iter(accounts)
        self._lock = threading.Lock()

    def take(self, number: int) -> list[Account]:
        """The next ones. Raises `ValueError` where there are no more."""
        with self._lock:
            found = list(islice(self._left, number))
        if len(found) < number:
            raise ValueError("more people came than there are")
        return found
