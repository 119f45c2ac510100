"""What the client knows of its own approvals. Nothing here asks the product.

An approval is *acknowledged* from the moment when the client has read an answer that says so. It is *unknown* where
something was sent and no such answer came: it may stand in the register once, or not at all.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

LOOKED = "result page"
"""how a try is kept that only looked whether an earlier one stands"""


class Answer(StrEnum):
    """How one try to approve ended, as the client saw it."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    """answered by a page that does not say that it was recorded: a status below 500"""
    UNKNOWN = "unknown"
    """no answer, half an answer, or one of 500 and above"""


@dataclass(slots=True)
class Try:
    """One try: when it began (POSIX seconds), how it ended, and by which words."""

    begun: float
    answer: Answer
    words: str


@dataclass(slots=True)
class Entry:
    """All that was tried on one process."""

    process: int
    tries: list[Try] = field(default_factory=list)

    @property
    def is_acknowledged(self) -> bool:
        """Whether any try was acknowledged."""
        return any(one.answer == Answer.ACKNOWLEDGED for one in self.tries)

    @property
    def is_unknown(self) -> bool:
        """Whether it may stand in the register without the client knowing."""
        return not self.is_acknowledged and any(one.answer == Answer.UNKNOWN for one in self.tries)


class Ledger:
    """The tries of all threads of a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries = dict[int, Entry]()

    def note(self, process: int, begun: float, answer: Answer, words: str) -> None:
        """Keep a try that began at `begun` (POSIX seconds)."""
        with self._lock:
            self._entries.setdefault(process, Entry(process)).tries.append(Try(begun, answer, words))

    def settle(self, process: int, answer: Answer, words: str) -> None:
        """Keep how the last try on a process ended."""
        with self._lock:
            last = self._entries[process].tries[-1]
            last.answer, last.words = answer, words

    def entry(self, process: int) -> Entry:
        """What was tried on this process so far."""
        with self._lock:
            return self._entries.get(process, Entry(process))

    def entries(self) -> Sequence[Entry]:
        """Everything, in the order of first tries."""
        with self._lock:
            return list(self._entries.values())

    def unknown(self) -> list[int]:
        """Processes of which the client does not know."""
        return [one.process for one in self.entries() if one.is_unknown]

    def counts(self) -> dict[str, int]:
        """How many processes ended how, and how many were tried more than once."""
        entries = self.entries()
        acknowledged, unknown = sum(one.is_acknowledged for one in entries), sum(one.is_unknown for one in entries)
        return {
            "acknowledged": acknowledged,
            "unknown": unknown,
            "refused": len(entries) - acknowledged - unknown,
            "repeated": sum(sum(again.words != LOOKED for again in one.tries) > 1 for one in entries),
        }

    def told(self, offered: Iterable[int]) -> list[dict[str, Any]]:
        """For the check, in plain values: all that was tried, and of what was `offered` the rest, without a try."""
        return [asdict(one) for one in {**{no: Entry(no) for no in offered}, **self._entries}.values()]
