"""Runs of the kinds that act on many contracts or workplaces: confirmed and carried out at one moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from katip.core.actor import Actor
from katip.runs.kinds import RowAsked
from katip.runs.models import Run, RunRow
from katip.runs.services.carry import chunk_carry
from katip.runs.services.open import run_open
from katip.runs.services.prepare import run_prepare


def run_drafted(
    actor: Actor, at: datetime, kind: str, rows: Sequence[RowAsked], params: Mapping[str, Any] | None = None
) -> Run:
    """What the person is shown."""
    run: Run = run_prepare(actor=actor, at=at, kind=kind, rows=rows, params=params)
    return run


def run_through(actor: Actor, at: datetime, run: Run) -> Run:
    """Confirm the draft and carry all of it out."""
    run_open(actor=actor, at=at, run_id=run.pk, shown_hash=run.shown_hash, texts=run.text_versions)
    hand = Actor(actor.person_id, proof=actor.proof)
    while chunk_carry(actor=hand, at=at, run_id=run.pk):
        pass
    run.refresh_from_db()
    return run


def codes_of(run: Run) -> dict[int, str]:
    """What came of each row, by its subject: '' where it was carried out."""
    rows = RunRow.objects.filter(run=run).select_related("outcome").order_by("no")
    return {row.subject_id: row.outcome.code for row in rows}
