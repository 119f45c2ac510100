"""Lines that are set aside: gathered on disk, so that a file in which every line is wrong takes no more memory."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING, Self

from katip.core.imports import Fault
from katip.core.imports.faults import reason
from katip.updates.feed.columns import REASONS

if TYPE_CHECKING:
    from types import TracebackType

_IN_MEMORY = 4 << 20


@dataclass(frozen=True, slots=True, order=True)
class Aside:
    """Why a line is set aside; `part` is 0 in a file. One line can have several."""

    part: int
    line: int
    column: str
    value: str
    code: str
    reason: str

    def fault(self) -> Fault:
        """As the errors file has it."""
        return Fault(self.line, self.column, self.value, self.code, self.reason)


class Faults:
    """What reading set aside, in the order of lines, and what was found afterwards. A context manager."""

    def __init__(self) -> None:
        self.lines = 0
        """lines set aside"""
        self._last: tuple[int, int] | None = None
        self._spool = tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8")  # noqa: SIM115 -- closed on exit
        self._later: list[Iterable[Aside]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self._spool.close()

    def add(self, part: int, line: int, column: str, value: str, code: str, **facts: object) -> None:
        """One fault, found while reading."""
        if self._last != (part, line):
            self._last = (part, line)
            self.lines += 1
        self._spool.write(json.dumps([part, line, column, value, code, reason(REASONS, code, facts)]) + "\n")

    def add_later(self, lines: int, found: Iterable[Aside]) -> None:
        """Faults of `lines` other lines, in their order; asked for again each time."""
        self.lines += lines
        self._later.append(found)

    def all(self) -> Iterator[Aside]:
        """Every fault, in the order of lines."""
        self._spool.seek(0)
        read = (Aside(*json.loads(line)) for line in self._spool)
        return merge(read, *self._later)
