"""Carrying a run out: chunk after chunk, each one transaction with its decisions, their outcomes and their events.

The run's row is locked while a chunk is written, and says how far it has come in the same transaction: a hand that is
killed in the middle leaves nothing of its chunk, and whoever comes next begins after the last row that has an outcome.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from django.db import InterfaceError, OperationalError

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity, Proof
from katip.core.usecase import acting_as, use_case
from katip.runs.facts import facts_write
from katip.runs.kinds import Carried, Outcome, Refused, kind_get
from katip.runs.listeners import run_done_tell
from katip.runs.models import UNFINISHED, Run, RunOutcome, RunRow, RunState

CHUNK = 200
"""rows of one transaction"""
FAULT = Refused("fault")

log = logging.getLogger("katip.runs")


def run_carry(*, run: Run, at: datetime) -> bool:
    """Carry out the next chunk of a run; False where there is none, or somebody else is at it.

    Where a chunk breaks for a reason that is no answer, its rows are taken one by one, and the one that breaks is
    refused as a fault: it keeps the others from nothing.
    """
    actor = actor_of(run)
    try:
        return chunk_carry(actor=actor, at=at, run_id=run.pk)
    except (OperationalError, InterfaceError):
        raise  # the database is away, or would not have it now: tried again
    except Exception:
        log.exception("A chunk of run %s broke; its rows are taken one by one.", run.pk)
    return all(_one_carry(actor, run, at) for _ in range(CHUNK))


def _one_carry(actor: Actor, run: Run, at: datetime) -> bool:
    try:
        return chunk_carry(actor=actor, at=at, run_id=run.pk, most=1)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("A row of run %s could not be carried out.", run.pk)
        return chunk_carry(actor=actor, at=at, run_id=run.pk, most=1, broken=True)


@use_case
def chunk_carry(*, actor: Actor, at: datetime, run_id: int, most: int = CHUNK, broken: bool = False) -> bool:
    """Carry out at most `most` rows that have no outcome yet, or refuse them where they are `broken`.

    False where no row is left, or another hand is at this run.
    """
    unfinished = Run.objects.filter(pk=run_id, state__in=UNFINISHED).select_related("person")
    run = unfinished.select_for_update(skip_locked=True, of=("self",)).first()
    if run is None:
        return False
    rows = list(RunRow.objects.filter(run_id=run_id, no__gt=run.reached).order_by("no")[:most])
    outcomes = dict.fromkeys([row.no for row in rows], FAULT) if broken else _outcomes(run, rows, at)
    RunOutcome.objects.bulk_create(_outcome(row, outcomes[row.no], at) for row in rows)
    run.reached += len(rows)
    run.refused += sum(isinstance(outcome, Refused) for outcome in outcomes.values())
    run.state, run.moved_at = RunState.RUNNING, at
    if run.reached >= run.total:
        run.state, run.done_at = RunState.DONE, at
        told = {"kind": run.kind, "done": run.done, "refused": run.refused, "hash": run.shown_hash}
        record(actor, at, Happening("runs:run:done", run.pk, told))
    run.save(update_fields=["reached", "refused", "state", "moved_at", "done_at"])
    if run.state == RunState.DONE:
        run_done_tell(run, at)
    return run.state != RunState.DONE


def actor_of(run: Run, capacity: Capacity = Capacity.INDIVIDUAL, organisation_id: int | None = None) -> Actor:
    """The person of a confirmed run, with the second step by which they confirmed it."""
    assert run.proof_at is not None  # noqa: S101 -- set when it was confirmed
    return Actor(run.person_id, capacity, organisation_id, Proof(run.proof_method, run.proof_at))


def _outcomes(run: Run, rows: Sequence[RunRow], at: datetime) -> Mapping[int, Outcome]:
    """What came of each row, by its number; those of one capacity together. A closed account does nothing more."""
    if not run.person.is_active:
        return dict.fromkeys([row.no for row in rows], Refused("mandate_ended"))
    found: dict[int, Outcome] = {}
    for (capacity, organisation_id), group in groupby(sorted(rows, key=_side), key=_side):
        actor = actor_of(run, Capacity(capacity), organisation_id or None)
        part = list(group)
        with acting_as(actor):
            answered = kind_get(run.kind).rows_do(run, part, actor, at)
        found |= {row.no: answered[row.no] for row in part}
    return found


def _side(row: RunRow) -> tuple[str, int]:
    """Rows of many workplaces are one side; each provider is one of its own."""
    return row.capacity, (row.organisation_id or 0) if row.capacity == Capacity.PROVIDER else 0


def _outcome(row: RunRow, outcome: Outcome, at: datetime) -> RunOutcome:
    if isinstance(outcome, Carried):
        return RunOutcome(row=row, result_id=outcome.result_id, at=at)
    return RunOutcome(row=row, code=outcome.code, facts=facts_write(outcome), at=at)
