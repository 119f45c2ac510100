"""What a kind of run is, and the register of kinds.

A run never looks inside a kind: it hands it rows, a chunk at a time, in the chunk's own transaction, and keeps what it
answers for each.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.processes.errors import AlreadyDecidedError, LapsedError
from katip.rules import Citation, RuleViolation
from katip.runs.models import Run, RunRow

REASONS = ("already_decided", "lapsed", "changed", "mandate_ended", "not_your_turn", "fault")
"""why a row was refused beside the law; `fault`: it could not be carried out, and the operator's log has why"""


@dataclass(frozen=True, slots=True)
class RowAsked:
    """A row as it is shown. Of `subject_id`, `capacity` and `organisation_id` each stands once in a run.

    `params` are plain JSON values of this row alone; they are covered by the run's hash, as all else is.
    """

    subject_id: int
    capacity: Capacity
    organisation_id: int | None = None
    version: int = 0
    digest: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Carried:
    """A row that was carried out. `result_id` is what it made, where the kind keeps that."""

    result_id: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not carried out, and why: words are made of it by `katip.web.refusals`."""

    code: str
    citation: Citation | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


Outcome = Carried | Refused


class RunKind(ABC):
    """One kind of run."""

    code: str
    """at most 12 letters"""
    approves: ClassVar[bool] = False
    """whether it is bulk approval, which the operator may switch off"""

    @abstractmethod
    def rows_do(self, run: Run, rows: Sequence[RunRow], actor: Actor, at: datetime) -> Mapping[int, Outcome]:
        """Carry out these rows in the transaction that is open, and say what came of each, by the row's `no`.

        All rows are of the actor's capacity, and, where that is a provider's, of its organisation. Rows of many
        workplaces come together: the actor then has no `organisation_id`, each row has its own. Permission is asked
        here, now: a mandate may have ended since the person confirmed. What is refused leaves nothing behind; whatever
        else is raised undoes the whole chunk, whose rows are then handed over one by one.
        """

    def rows_again(self, run: Run, rows: Sequence[RunRow], at: datetime) -> Sequence[RowAsked]:
        """Of these refused rows, those that can be taken up again, as they are to be shown now; none unless said."""
        del run, rows, at
        return ()


_KINDS: dict[str, RunKind] = {}


def kind_register(kind: RunKind) -> None:
    """Make a kind known, at start-up (`RunsConfig.ready`)."""
    _KINDS[kind.code] = kind


def kind_get(code: str) -> RunKind:
    """The kind with this code. Raises `KeyError` when there is none."""
    return _KINDS[code]


def refused_by(error: Exception) -> Refused | None:
    """What a service raised as an outcome; None where it is no answer but a fault."""
    if isinstance(error, RuleViolation):
        return Refused(error.code, error.citation, error.facts)
    if isinstance(error, AlreadyDecidedError):
        return Refused("already_decided")
    if isinstance(error, LapsedError):
        return Refused("lapsed")
    if isinstance(error, StaleStateError):
        return Refused("changed")
    if isinstance(error, PermissionRefusedError):
        return Refused("not_your_turn" if error.code == "not_your_turn" else "mandate_ended")
    return None
