"""What a kind of process is, and the register of kinds that upper rooms fill at start-up.

`processes` never looks inside a kind: it asks it to lock, to check and to apply, in the approval's own transaction.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from katip.core.actor import Actor
from katip.processes.models import PartyKind, Process, ProcessState
from katip.rules import RuleViolation


@dataclass(frozen=True, slots=True)
class Moved:
    """A process whose step was just decided. `final` says that nothing waits any more."""

    process: Process
    approved: bool
    final: bool
    actor: Actor
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A process that was taken back (`withdrawn`) or not answered in time (`lapsed`). `actor` has no person then."""

    process: Process
    how: ProcessState
    actor: Actor
    at: datetime
    reason: str = ""


class ProcessKind(ABC):
    """One kind of process: its code, its words and its effect.

    `parties` are asked in this order. `text_version` names the words that a person ticks.
    """

    code: int
    title: str
    short_title: str
    parties: Sequence[PartyKind]
    text_version: str

    @abstractmethod
    def lock(self, processes: Sequence[Process]) -> Mapping[int, Any]:
        """Read the subjects by process id, locking what two approvals might overdraw together, with one statement."""

    @abstractmethod
    def check(self, subjects: Mapping[int, Any], at: datetime) -> Mapping[int, RuleViolation]:
        """The refusals by law among these, by process id; asked again at every approval, under the lock."""

    @abstractmethod
    def apply(self, moved: Sequence[Moved], subjects: Mapping[int, Any]) -> None:
        """Carry out what the decisions mean for the subjects, by set, in the caller's transaction."""

    @abstractmethod
    def cancel(self, cancelled: Sequence[Cancelled], subjects: Mapping[int, Any]) -> None:
        """Carry out what withdrawing or lapsing means for the subjects, by set, in the caller's transaction."""


_KINDS: dict[int, ProcessKind] = {}


def kind_register(kind: ProcessKind) -> None:
    """Make a kind known. Raises `ValueError` when its code is taken by another class."""
    known = _KINDS.get(kind.code)
    if known is not None and type(known) is not type(kind):
        raise ValueError(f"process code {kind.code} is taken by {type(known).__name__}")
    _KINDS[kind.code] = kind


def kind_get(code: int) -> ProcessKind:
    """The kind with this code. Raises `KeyError` when no room registered one."""
    return _KINDS[code]


def kinds() -> list[ProcessKind]:
    """All kinds, by code."""
    return [_KINDS[code] for code in sorted(_KINDS)]


def by_kind(processes: Sequence[Process]) -> list[tuple[ProcessKind, list[Process]]]:
    """The processes of each kind class together (103, 140 and 177 are one), so that each is asked once."""

    def name(process: Process) -> str:
        return type(kind_get(process.code)).__qualname__

    grouped = groupby(sorted(processes, key=lambda one: (name(one), one.pk)), key=name)
    groups = [list(group) for _, group in grouped]
    return [(kind_get(group[0].code), group) for group in groups]
