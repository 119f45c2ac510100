"""Approving what waits for a person, of whatever kind and for whatever company: `steps_complete` over chunks."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from katip.core.actor import Actor
from katip.processes.inbox import Waiting, inbox_named
from katip.processes.kinds import kind_get
from katip.processes.models import Process
from katip.processes.services.complete import StepDecision, steps_complete_each
from katip.runs.kinds import Carried, Outcome, Refused, RowAsked, RunKind, refused_by
from katip.runs.models import Run, RunRow

DECIDE = "decide"


class DecideKind(RunKind):
    """*Okudum, onaylıyorum* for many steps. A row is a process, its version and the hash of its terms."""

    code = DECIDE
    approves: ClassVar[bool] = True

    def rows_do(self, run: Run, rows: Sequence[RunRow], actor: Actor, at: datetime) -> Mapping[int, Outcome]:
        """Approve each row's step as it was shown; what was decided or changed since is refused.

        So is what has another text by now than those that were ticked: a later version of the program may ask in
        other words.
        """
        codes = dict(Process.objects.filter(pk__in=[row.subject_id for row in rows]).values_list("pk", "code"))
        ticked = {pk for pk, code in codes.items() if kind_get(code).text_version in run.text_versions}
        decisions = [StepDecision(row.subject_id, row.version, row.digest) for row in rows if row.subject_id in ticked]
        refused = steps_complete_each(actor=actor, at=at, decisions=decisions).refused
        return {row.no: _answer(row.subject_id, codes, ticked, refused) for row in rows}

    def rows_again(self, run: Run, rows: Sequence[RunRow], at: datetime) -> Sequence[RowAsked]:
        """Those that still wait for the person, as they stand now."""
        return [row_asked(one) for one in inbox_named(run.person_id, at, [row.subject_id for row in rows])]


def row_asked(waiting: Waiting) -> RowAsked:
    """A row of the inbox as a row of a run."""
    return RowAsked(waiting.process_id, waiting.capacity, waiting.organisation_id, waiting.version, waiting.terms_hash)


def _answer(process_id: int, seen: Container[int], ticked: Container[int], refused: Mapping[int, Exception]) -> Outcome:
    """What came of one: what was shown once and is not seen any more, has ceased to be the person's."""
    if process_id not in seen:
        return Refused("mandate_ended")
    return _outcome(refused.get(process_id)) if process_id in ticked else Refused("changed")


def _outcome(error: Exception | None) -> Outcome:
    if error is None:
        return Carried()
    refused = refused_by(error)
    if refused is None:
        raise error
    return refused
