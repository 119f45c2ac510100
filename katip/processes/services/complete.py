"""Deciding steps: the one way in which anything is approved or rejected.

One approval is a batch of one. A batch is one transaction: every decision in it stands, or none. The order is fixed:
read, permission, lock, compare-and-swap, law, decision rows, effect, audit. The swap stands before the law, so that
whoever comes second hears that the step is decided, and not that the contract now in force stands in their way. Kinds
take their turns from the law to the effect: what one puts in force, the next is judged by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity, Proof
from katip.core.compiled import Compiled
from katip.core.errors import KatipError, PermissionRefusedError, StaleStateError
from katip.core.prepared import prepared
from katip.core.usecase import use_case, whole_from_here
from katip.processes.deadlines import due_on, has_lapsed
from katip.processes.errors import AlreadyDecidedError, LapsedError
from katip.processes.kinds import Moved, ProcessKind, by_kind, kind_get
from katip.processes.models import Outcome, PartyKind, Process, ProcessState, Step
from katip.processes.permissions import decisions_refused
from katip.processes.services.terms import terms_hash
from katip.rules import RuleViolation

REASON_LENGTH = range(10, 201)


@dataclass(frozen=True, slots=True)
class StepDecision:
    """What one person decides about one process, as they saw it: its version and the hash of its terms."""

    process_id: int
    version: int
    terms_hash: str
    outcome: Outcome = Outcome.APPROVED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """What became of many decisions: those that stand, and why each of the others was refused, by process id."""

    moved: list[Moved]
    refused: dict[int, KatipError | RuleViolation]


@use_case
def steps_complete(*, actor: Actor, at: datetime, decisions: Sequence[StepDecision]) -> list[Moved]:
    """Decide the current step of each process named, in one transaction with its effect and its audit events.

    Raises `PermissionRefusedError` when the actor is not the party asked, has no mandate now or no second step;
    `AlreadyDecidedError` when a step is decided already, be it this very moment; `LapsedError` after the last day to
    answer, where the operator lets offers lapse; `StaleStateError` when the terms are
    no longer what the actor saw; `RuleViolation` when the law refuses. Whatever is raised, nothing has changed.
    """
    with prepared():
        return _complete(actor, at, decisions, _Refusals()).moved


def steps_complete_each(*, actor: Actor, at: datetime, decisions: Sequence[StepDecision]) -> Completed:
    """The same as a part of the calling use case, each decision for itself: one that is refused stops no other.

    An employer's decisions may be for many workplaces. Raises `PermissionRefusedError` without a second step, and
    `ValueError` for a rejection without its reason: these are the caller's faults, and nothing stands then.
    """
    with prepared():
        return _complete(actor, at, decisions, _Refusals(each=True))


class _Refusals(dict[int, KatipError | RuleViolation]):
    """Why decisions do not stand, by process id. The first one is raised, unless `each` stands for itself."""

    def __init__(self, *, each: bool = False) -> None:
        super().__init__()
        self.each = each

    def add(self, process_id: int, error: KatipError | RuleViolation) -> None:
        if not self.each:
            raise error
        self[process_id] = error


def _complete(actor: Actor, at: datetime, decisions: Sequence[StepDecision], refused: _Refusals) -> Completed:
    if actor.proof is None or actor.person_id is None:
        raise PermissionRefusedError("no_second_step")
    wanted = {decision.process_id: decision for decision in decisions}
    waiting = _waiting_read(list(wanted))
    for process_id in sorted(wanted.keys() - {one.process.pk for one in waiting}):
        refused.add(process_id, PermissionRefusedError("no_mandate"))
    for one in waiting:
        _require_as_seen(one.process, wanted[one.process.pk], at, refused)
    waiting = _left(waiting, refused)
    for process_id, error in decisions_refused(actor, [one.process for one in waiting], at).items():
        refused.add(process_id, error)
    waiting = _left(waiting, refused)
    whole_from_here("the law counts what others agreed on, and what follows concerns others")
    subjects = [(kind, kind.lock(group)) for kind, group in by_kind([one.process for one in waiting])]
    _swap(waiting, wanted, at, refused)
    moved: list[Moved] = []
    for kind, found in subjects:
        approved = [pk for pk in found if pk not in refused and wanted[pk].outcome == Outcome.APPROVED]
        _require_lawful(kind, {pk: found[pk] for pk in approved}, at, refused)
        mine = _left([one for one in waiting if one.process.pk in found], refused)
        moves = [_moved(one, wanted[one.process.pk], actor, at) for one in mine]
        _decisions_insert([_decision(one, wanted[one.process.pk], actor, actor.proof, at) for one in mine])
        kind.apply(moves, {one.process.pk: found[one.process.pk] for one in mine})
        moved += moves
    _unswap([one.process for one in waiting if isinstance(refused.get(one.process.pk), RuleViolation)])
    if moved:
        left = _left(waiting, refused)
        record(actor, at, *(_happening(one, wanted[one.process.pk], actor, actor.proof) for one in left))
    return Completed(moved, refused)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A process, the step that waits and the one after it."""

    process: Process
    step: Step
    following: Step | None


def _steps(process_ids: list[int]) -> QuerySet[Step]:
    return Step.objects.filter(process__pk__any=process_ids).select_related("process").order_by("process_id", "no")


_STEPS = Compiled(_steps, process_ids=list)


def _waiting_read(ids: list[int]) -> list[_Waiting]:
    """The processes with their current steps, in canonical order, without a lock: the swap decides who was first."""
    found = []
    for _, group in groupby(_STEPS.rows(process_ids=ids), key=lambda step: step.process_id):
        rows = {step.no: step for step in group}
        process = next(iter(rows.values())).process
        found.append(_Waiting(process, rows[process.current_step], rows.get(process.current_step + 1)))
    return found


def _left(waiting: Sequence[_Waiting], refused: _Refusals) -> list[_Waiting]:
    return [one for one in waiting if one.process.pk not in refused]


def _require_as_seen(process: Process, decision: StepDecision, at: datetime, refused: _Refusals) -> None:
    """The actor decides what was shown: same version, same terms, still open."""
    if process.state != ProcessState.OPEN or process.version != decision.version:
        refused.add(process.pk, AlreadyDecidedError(process.pk))
    elif has_lapsed(process.due_on, at):
        refused.add(process.pk, LapsedError(process.pk))
    elif process.terms_hash != decision.terms_hash or terms_hash(process.terms) != process.terms_hash:
        refused.add(process.pk, StaleStateError("terms changed"))
    if decision.outcome == Outcome.REJECTED and len(decision.reason) not in REASON_LENGTH:
        raise ValueError("a rejection needs a reason of 10 to 200 characters")


def _require_lawful(kind: ProcessKind, approved: Mapping[int, Any], at: datetime, refused: _Refusals) -> None:
    """Approvals are checked against the statute again, under the kind's lock; rejecting is always lawful."""
    found = kind.check(approved, at) if approved else {}
    for process_id, violation in found.items():
        facts = {**violation.facts, "process": process_id}
        refused.add(process_id, RuleViolation(violation.code, violation.citation, facts))


def _swap(waiting: Sequence[_Waiting], wanted: Mapping[int, StepDecision], at: datetime, refused: _Refusals) -> None:
    """Move every process on that still has the version that was read."""
    if not waiting:
        return
    goes_on = any(one.following and wanted[one.process.pk].outcome == Outcome.APPROVED for one in waiting)
    due = due_on(at) if goes_on else None
    rows = [_next_row(one, wanted[one.process.pk].outcome, due) for one in waiting]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE processes_process AS process
            SET version = process.version + 1, state = new.state, current_step = new.step,
                waits_for = new.waits_for, waits_for_person_id = new.person, due_on = new.due_on,
                waiting_since = %s, closed_at = CASE WHEN new.state = 'open' THEN NULL ELSE %s END
            FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::int[], %s::text[], %s::bigint[], %s::date[])
                AS new (id, seen, state, step, waits_for, person, due_on)
            WHERE process.id = new.id AND process.version = new.seen
            RETURNING process.id
            """,
            [at, at, *(list(column) for column in zip(*rows, strict=True))],
        )
        swapped = {row[0] for row in cursor.fetchall()}
    for one in waiting:
        if one.process.pk not in swapped:
            refused.add(one.process.pk, AlreadyDecidedError(one.process.pk))


def _unswap(processes: Sequence[Process]) -> None:
    """Put back what the law refused after the swap: nobody saw it moved."""
    if not processes:
        return
    fields = ("pk", "version", "state", "current_step", "waits_for", "waits_for_person_id", "due_on", "waiting_since")
    columns = [[getattr(process, field) for process in processes] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE processes_process AS process
            SET version = old.version, state = old.state, current_step = old.step, waits_for = old.waits_for,
                waits_for_person_id = old.person, due_on = old.due_on, waiting_since = old.since, closed_at = NULL
            FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::int[], %s::text[], %s::bigint[], %s::date[],
                %s::timestamptz[]) AS old (id, version, state, step, waits_for, person, due_on, since)
            WHERE process.id = old.id
            """,
            columns,
        )


def _next_row(
    one: _Waiting, outcome: Outcome, due: date | None
) -> tuple[int, int, str, int, str, int | None, date | None]:
    """What the process becomes: id, version seen, state, step, waited-for party and person, last day."""
    process, following = one.process, one.following
    if outcome == Outcome.REJECTED:
        return process.pk, process.version, ProcessState.REJECTED, process.current_step, "", None, None
    if following is None:
        return process.pk, process.version, ProcessState.COMPLETED, process.current_step, "", None, None
    return (
        process.pk,
        process.version,
        ProcessState.OPEN,
        following.no,
        PartyKind(following.party),
        following.person_id,
        due,
    )


_DECISION = """
INSERT INTO processes_decision
    (step_id, outcome, reason, person_id, capacity, decided_at, terms_hash, text_version, proof_method, proof_at)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[], %s::text[],
                     %s::text[], %s::text[], %s::timestamptz[])
"""


def _decision(one: _Waiting, decision: StepDecision, actor: Actor, proof: Proof, at: datetime) -> tuple[Any, ...]:
    """The row of a `Decision`."""
    approved = decision.outcome == Outcome.APPROVED
    return (
        one.step.pk,
        str(decision.outcome),
        decision.reason,
        actor.person,
        str(actor.capacity),
        at,
        one.process.terms_hash,
        kind_get(one.process.code).text_version if approved else "",
        proof.method,
        proof.at,
    )


def _decisions_insert(rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_DECISION, [list(column) for column in zip(*rows, strict=True)])


def _moved(one: _Waiting, decision: StepDecision, actor: Actor, at: datetime) -> Moved:
    approved = decision.outcome == Outcome.APPROVED
    return Moved(
        one.process,
        approved=approved,
        final=not approved or one.following is None,
        actor=actor,
        at=at,
        reason=decision.reason,
    )


def _happening(one: _Waiting, decision: StepDecision, actor: Actor, proof: Proof) -> Happening:
    organisation_id = one.process.workplace_id if actor.capacity == Capacity.WORKPLACE else None
    detail: dict[str, Any] = {
        "code": one.process.code,
        "step": one.step.no,
        "workplace": one.process.workplace_id,
        "terms_hash": one.process.terms_hash,
        "reason": decision.reason,
        "proof": {"method": proof.method, "at": proof.at.isoformat()},
    }
    return Happening(f"process:step:{decision.outcome}", one.process.pk, detail, organisation_id)
