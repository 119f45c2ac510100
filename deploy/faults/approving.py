"""Employers at their browsers: signing in, and approving with a ledger beside."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from deploy.faults.ledger import LOOKED, Answer, Ledger
from deploy.faults.seen import WALK, Request, Seen, words_of
from katip.cli.bench.load_client import Account, Visitor
from katip.cli.bench.load_client import Answer as Page

DONE = "Süreç başarıyla tamamlandı"
PATIENCE = 20.0
"""seconds that somebody waits for an answer"""
CODE_SECONDS = 62.0
"""a code works once, and the one of the half minute before as well: whoever signs in again waits so long"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for an employer: process, workplace, and what its page shows."""

    process: int
    workplace: int
    version: int
    terms_hash: str


@dataclass(slots=True)
class Employer:
    """An account, what waits for it, and when it signed in last (POSIX seconds)."""

    account: Account
    source: str
    """the address that it comes from"""
    waiting: list[Waiting]
    entered: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, origin: str, seen: Seen) -> Visitor | None:
        """Sign in by a new browser; None where that did not go through."""
        self.entered = time.time()
        visitor = Visitor(origin, self.account, listener(seen), source=self.source, patience=PATIENCE)
        return visitor if visitor.sign_in().ok else None

    @property
    def may_enter(self) -> bool:
        """Whether the code app shows a code that was not used yet."""
        return time.time() - self.entered > CODE_SECONDS


def employers_read(told: Sequence[dict[str, Any]]) -> list[Employer]:
    """From what `deploy.faults.world` printed."""
    return [
        Employer(
            Account(one["national_id"], one["password"], one["secret"]),
            f"127.0.9.{1 + place % 250}",
            [Waiting(*row) for row in one["waiting"]],
        )
        for place, one in enumerate(told)
    ]


def listener(seen: Seen) -> Any:
    """Tells `seen` of every answer that a visitor gets."""

    def listen(page: Page) -> None:
        ended = time.time()
        seen.add(Request(WALK, ended - page.seconds, ended, page.status in _FINE, words_of(page)))

    return listen


_FINE = frozenset(range(HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR))
"""a refusal is an answer; an error of the server and no answer are none"""


def approve(visitor: Visitor, one: Waiting, ledger: Ledger) -> Page:
    """Send *Tamamla* for what was read, on a connection of its own, and note how it ended."""
    begun = time.time()
    visitor.close()
    form = {"version": str(one.version), "terms_hash": one.terms_hash, "read": "on"}
    ledger.note(one.process, begun, Answer.UNKNOWN, "sent")  # whatever becomes of us from here on
    page = visitor.post("approve", f"/surecler/{one.process}/tamamla/", form)
    ledger.settle(one.process, _answer(page), words_of(page))
    return page


def look(visitor: Visitor, one: Waiting, ledger: Ledger, seen: Seen) -> Page:
    """Open the result's page: it says that the approval stands, or it was never acknowledged."""
    page = visitor.result(one.process)
    if page.ok and DONE in page.body:
        ledger.note(one.process, time.time(), Answer.ACKNOWLEDGED, LOOKED)
    elif ledger.entry(one.process).is_acknowledged and page.status in _FINE:
        seen.anomaly(f"process {one.process}: acknowledged, then {words_of(page)}")
    return page


def _answer(page: Page) -> Answer:
    if page.ok:
        return Answer.ACKNOWLEDGED
    return Answer.REFUSED if page.status in _FINE else Answer.UNKNOWN
