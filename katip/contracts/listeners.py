"""What upper rooms are told of contracts, in the very transaction: who came into force, changed its terms, ended.

An upper room registers a listener when Django starts, as it registers kinds of process. It is to write down what it
needs and to leave all work for later: whoever changes a contract waits for it. Contracts that were carried over from
another register are not told of: nothing was decided about them here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Change:
    """A contract's new version, or its end: then `version_no` is None. Version 1 is its coming into force."""

    contract_id: int
    version_no: int | None
    at: datetime


class ContractListener(Protocol):
    """Somebody to be told."""

    def contracts_changed(self, changes: Sequence[Change]) -> None:
        """These contracts changed, each by an act of its own."""

    def month_written(self, run: int, chunk: int, at: datetime) -> None:
        """A chunk of a month was written: its `MonthChange` rows say what became of which contract."""


_LISTENERS: list[ContractListener] = []


def listener_register(listener: ContractListener) -> None:
    """Tell `listener` from now on; called at start-up. One of the same class is registered once."""
    if type(listener) not in {type(known) for known in _LISTENERS}:
        _LISTENERS.append(listener)


def changes_tell(changes: Sequence[Change]) -> None:
    """Tell everybody of `changes`, in the transaction that is open."""
    if changes:
        for listener in _LISTENERS:
            listener.contracts_changed(changes)


def month_tell(run: int, chunk: int, at: datetime) -> None:
    """Tell everybody that a chunk of a month was written, in the transaction that is open."""
    for listener in _LISTENERS:
        listener.month_written(run, chunk, at)
