"""What a receipt says, read from the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from katip.audit.log.proofs import Proof, proof_read
from katip.audit.models import Event, LogEntry
from katip.registry.models import ContactDeclaration
from katip.runs.models import Run, RunRow
from katip.runs.receipts.models import RunReceipt
from katip.runs.receipts.told import TAGS, Told, rows_told

DONE_TAG = "runs:run:done"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a receipt tells.

    `positions` are the places in the log of what was carried out, by row. `event_id` is the event that it rests on and
    `proof` its place, None until it has one. `declaration` is what its one row declared, of a receipt of its own.
    """

    receipt: RunReceipt
    run: Run
    rows: Sequence[RunRow]
    told: Mapping[int, Told]
    positions: Mapping[int, int]
    parts: int
    declaration: ContactDeclaration | None
    event_id: int | None
    proof: Proof | None


def facts_read(receipt: RunReceipt) -> Facts:
    """The facts of one receipt, by about ten statements, however many rows it has."""
    run = Run.objects.select_related("person").get(pk=receipt.run_id)
    rows = RunRow.objects.filter(run=run, no__gte=receipt.first_no, no__lte=receipt.last_no)
    listed = list(rows.select_related("outcome").order_by("no"))
    events = _events(run, listed)
    event_id = events.get(receipt.first_no) if receipt.is_own else _end_event(run)
    proof = proof_read(event_id) if event_id is not None else None
    declaration = None
    if receipt.is_own:
        related = ContactDeclaration.objects.select_related("workplace", "district__province", "declared_by")
        declaration = related.get(pk=listed[0].outcome.result_id or 0)
    return Facts(
        receipt=receipt,
        run=run,
        rows=listed,
        told={} if receipt.is_own or proof is None else rows_told(run, listed),
        positions=_positions(events),
        parts=RunReceipt.objects.filter(run=run, is_own=False).count(),
        declaration=declaration,
        event_id=event_id,
        proof=proof,
    )


def _end_event(run: Run) -> int | None:
    return Event.objects.filter(tag=DONE_TAG, subject_id=run.pk).values_list("pk", flat=True).first()


def _events(run: Run, rows: Sequence[RunRow]) -> dict[int, int]:
    """The event of each row that was carried out, by its number: of the same subject, person and moment."""
    events = Event.objects.filter(
        tag__in=TAGS[run.kind], subject_id__in=[row.subject_id for row in rows], actor_id=run.person_id
    )
    by_subject: dict[tuple[int | None, datetime], int] = {
        (subject, at): pk for subject, at, pk in events.values_list("subject_id", "at", "pk")
    }
    found = {row.no: by_subject.get((row.subject_id, row.outcome.at)) for row in rows if not row.outcome.code}
    return {no: event for no, event in found.items() if event is not None}


def _positions(events: Mapping[int, int]) -> dict[int, int]:
    placed = dict(LogEntry.objects.filter(event_id__in=events.values()).values_list("event_id", "position"))
    return {no: placed[event] for no, event in events.items() if event in placed}
