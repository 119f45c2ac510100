"""Ending a process without a decision: taken back by who proposed it, or fallen because nobody answered in time."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
from katip.processes.deadlines import deadlines_lapse
from katip.processes.errors import AlreadyDecidedError
from katip.processes.kinds import Cancelled, by_kind
from katip.processes.models import Process, ProcessState
from katip.processes.permissions import require_may_withdraw
from katip.processes.services.complete import REASON_LENGTH

LAPSE_CHUNK = 500


@use_case
def process_withdraw(*, actor: Actor, at: datetime, process_id: int, version: int, reason: str = "") -> Process:
    """Take back a process that still waits; only the side that proposed it may, until the last approval.

    `version` is the process's as the actor saw it. Raises `PermissionRefusedError` when the actor is not of that side
    or shows no second step; `AlreadyDecidedError` when the process was decided or moved on meanwhile.
    """
    if actor.proof is None or actor.person_id is None:
        raise PermissionRefusedError("no_second_step")
    if len(reason) >= REASON_LENGTH.stop:
        raise ValueError("a reason has at most 200 characters")
    process = Process.objects.filter(pk=process_id).first()
    if process is None:
        raise PermissionRefusedError("not_yours")
    require_may_withdraw(actor, process, at)
    if process.state != ProcessState.OPEN or process.version != version:
        raise AlreadyDecidedError(process_id)
    whole_from_here("what follows of a withdrawal concerns the other side")
    cancel_within([process], ProcessState.WITHDRAWN, actor, at, reason)
    return process


@use_case
def processes_lapse(*, actor: Actor, at: datetime, limit: int = LAPSE_CHUNK) -> int:
    """Let fall what was not answered by its last day, at most `limit` processes; returns how many fell.

    Does nothing where the operator sets no deadline. Safe to run at any time, also twice at once.
    """
    if not deadlines_lapse():
        return 0
    due = Process.objects.filter(state=ProcessState.OPEN, due_on__lt=day_of(at)).order_by("due_on", "pk")[:limit]
    processes = list(due)
    swapped = cancel_within(processes, ProcessState.LAPSED, actor, at, "", strict=False)
    return len(swapped)


def cancel_within(
    processes: Sequence[Process], how: ProcessState, actor: Actor, at: datetime, reason: str, *, strict: bool = True
) -> list[Process]:
    """Cancel processes as a part of the calling use case: lock as an approval does, move, tell the kind, record.

    Returns those that were moved. Raises `AlreadyDecidedError` where one was faster, unless not `strict`.
    """
    subjects = {kind: kind.lock(group) for kind, group in by_kind(processes)}
    swapped_ids = _swap(processes, how, at)
    if strict and len(swapped_ids) != len(processes):
        raise AlreadyDecidedError(next(one.pk for one in processes if one.pk not in swapped_ids))
    swapped = [process for process in processes if process.pk in swapped_ids]
    for kind, found in subjects.items():
        kind.cancel(
            [Cancelled(one, how, actor, at, reason) for one in swapped if one.pk in found],
            found,
        )
    happenings = (
        Happening(f"process:process:{how}", one.pk, {"code": one.code, "step": one.current_step, "reason": reason})
        for one in swapped
    )
    if swapped:
        record(actor, at, *happenings)
    return swapped


def processes_withdraw(actor: Actor, at: datetime, process_ids: Sequence[int], reason: str) -> list[int]:
    """Take back open processes by set, as a part of the calling use case, which holds their subjects locked.

    The kinds are not told: the caller knows what follows for its own subjects. Returns those that were taken back.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE processes_process SET version = version + 1, state = %s, waits_for = '', waits_for_person_id = NULL,
                due_on = NULL, closed_at = %s
            WHERE id = ANY(%s) AND state = 'open' RETURNING id, code, current_step
            """,
            [ProcessState.WITHDRAWN, at, list(process_ids)],
        )
        rows = sorted(cursor.fetchall())
    happenings = (
        Happening(f"process:process:{ProcessState.WITHDRAWN}", pk, {"code": code, "step": step, "reason": reason})
        for pk, code, step in rows
    )
    if rows:
        record(actor, at, *happenings)
    return [pk for pk, _, _ in rows]


def _swap(processes: Sequence[Process], how: ProcessState, at: datetime) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE processes_process AS process
            SET version = process.version + 1, state = %s, waits_for = '', waits_for_person_id = NULL, due_on = NULL,
                closed_at = %s
            FROM unnest(%s::bigint[], %s::int[]) AS seen (id, version)
            WHERE process.id = seen.id AND process.version = seen.version AND process.state = 'open'
            RETURNING process.id
            """,
            [how, at, [one.pk for one in processes], [one.version for one in processes]],
        )
        return {row[0] for row in cursor.fetchall()}
