"""What the days bring by themselves: offers that nobody answered fall, announced ends come, closed workplaces end.

Run by `katip sweep`, as often as wanted: it does what is due and nothing twice, in chunks that are each a transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from katip.audit.services.record import Happening, record
from katip.contracts.acts import Act
from katip.contracts.fitness import fitness_refresh
from katip.contracts.kinds.shortage import shortages_remaining
from katip.contracts.models import Contract, ContractAct, Shortage
from katip.contracts.services.end import contracts_finish
from katip.core.actor import OPERATOR, Actor
from katip.core.clock import day_of
from katip.core.usecase import use_case
from katip.processes.models import ProcessState
from katip.processes.services.cancel import LAPSE_CHUNK, cancel_within, processes_lapse
from katip.rules import ContractAction, ContractRole, ContractState, EndReason

Due = Callable[[datetime], QuerySet[Contract]]
"""Which running contracts are to end at a moment."""

CHUNK = 500
_JUDGED = 5_000
_RECENT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many processes fell and how many contracts ended, by reason."""

    lapsed: int
    ended: int
    closed: int

    def __bool__(self) -> bool:
        return bool(self.lapsed or self.ended or self.closed)


def sweep(*, at: datetime) -> Swept:
    """Do all that is due at `at`."""
    counts = []
    for due in (ends_due, closed_due):
        count = 0
        while found := contracts_sweep(at=at, due=due):
            count += found
        counts.append(count)
    lapsed = 0
    while fallen := processes_lapse(actor=OPERATOR, at=at):
        lapsed += fallen
        if fallen < LAPSE_CHUNK:
            break
    return Swept(lapsed, *counts)


def ends_due(at: datetime) -> QuerySet[Contract]:
    """Contracts whose announced last day is over."""
    return Contract.objects.filter(state=ContractState.ACTIVE, ends_on__lt=day_of(at)).order_by("ends_on", "pk")


def closed_due(at: datetime) -> QuerySet[Contract]:
    """Contracts of workplaces that SGK closed, be it for a new number."""
    closed = Q(workplace__closed_on__isnull=False, workplace__closed_on__lte=day_of(at))
    return Contract.objects.filter(closed, state=ContractState.ACTIVE).order_by("pk")


_REASONS: dict[Due, EndReason] = {closed_due: EndReason.WORKPLACE_CLOSED}


@use_case
def _sweep_chunk(*, actor: Actor, at: datetime, contract_ids: list[int], reason: EndReason | None) -> int:
    """End these contracts, those of them that still run; `reason` None keeps the one that was announced."""
    locked = (
        Contract.objects.filter(pk__in=contract_ids, state=ContractState.ACTIVE)
        .select_related("professional", "workplace")
        .order_by("professional_id", "pk")
        .select_for_update(of=("professional", "self"), no_key=True)
    )
    today = day_of(at)
    acts = []
    for contract in locked:
        if reason is not None:
            closed_on = contract.workplace.closed_on if reason == EndReason.WORKPLACE_CLOSED else None
            # SGK tells of a closing late: what began since then served at least its first day
            begun = day_of(contract.active_from) if contract.active_from else today
            contract.ends_on, contract.end_reason = max(closed_on or today, begun), reason
            contract.end_note, contract.ended_by = "", None
        elif contract.ends_on is None or contract.ends_on >= today:
            continue  # taken back meanwhile
        elif not contract.end_reason:
            contract.end_reason = EndReason.OTHER  # carried over with its last day: no side announced it here
        detail = {"reason": contract.end_reason, "last_day": str(contract.ends_on)}
        acts.append(Act(contract, ContractAction.END, ContractRole.REGISTER, None, at, detail=detail))
    if acts:
        contracts_finish(actor, at, acts)
        happenings = (Happening("contract:end:came", act.contract.pk, dict(act.detail)) for act in acts)
        record(actor, at, *happenings)
    return len(acts)


def contracts_sweep(*, at: datetime, due: Due) -> int:
    """End one chunk of what is `due`; returns how many contracts ended."""
    contract_ids = list(due(at).values_list("pk", flat=True)[:CHUNK])
    if not contract_ids:
        return 0
    ended: int = _sweep_chunk(actor=OPERATOR, at=at, contract_ids=contract_ids, reason=_REASONS.get(due))
    return ended


def fitness_sweep(*, at: datetime) -> int:
    """Judge every workplace that has contracts in force anew, after headcounts or classes came in; how many changed.

    Here as below, needs for a person that are met are taken back.
    """
    changed, after = 0, 0
    while True:
        running = Contract.objects.filter(state=ContractState.ACTIVE, workplace_id__gt=after)
        chunk = list(running.order_by("workplace_id").values_list("workplace_id", flat=True).distinct()[:_JUDGED])
        if not chunk:
            return changed
        changed += int(_fitness_chunk(actor=OPERATOR, at=at, workplace_ids=chunk))
        _needs_chunk(actor=OPERATOR, at=at, workplace_ids=chunk)
        after = chunk[-1]


def fitness_sweep_recent(*, at: datetime) -> int:
    """Judge anew where something was done to a contract within the last quarter of an hour; how many changed.

    Two approvals at one workplace at the same moment do not see each other: each judges without the other's minutes.
    """
    recent = ContractAct.objects.filter(at__gte=at - _RECENT).order_by("contract__workplace_id")
    workplaces = recent.values_list("contract__workplace_id", flat=True).distinct()
    changed, chunk = 0, list(workplaces[:_JUDGED])
    while chunk:
        changed += int(_fitness_chunk(actor=OPERATOR, at=at, workplace_ids=chunk))
        _needs_chunk(actor=OPERATOR, at=at, workplace_ids=chunk)
        chunk = list(workplaces.filter(contract__workplace_id__gt=chunk[-1])[:_JUDGED])
    return changed


@use_case
def _fitness_chunk(*, actor: Actor, at: datetime, workplace_ids: list[int]) -> int:  # noqa: ARG001 -- a use case has an actor
    """Keep what the contracts of these workplaces are worth now; derived, therefore no event of its own."""
    return fitness_refresh(workplace_ids, at)


@use_case
def _needs_chunk(*, actor: Actor, at: datetime, workplace_ids: list[int]) -> int:
    """Take back what asked for a person at these workplaces and is met by now, answered or not; returns how many."""
    waiting = list(Shortage.objects.filter(is_open=True, workplace__in=workplace_ids).select_related("process"))
    if not waiting:
        return 0
    remaining = shortages_remaining(waiting, at)
    met = sorted((one.process for one in waiting if one.pk not in remaining), key=lambda process: process.pk)
    return len(cancel_within(met, ProcessState.WITHDRAWN, actor, at, "", strict=False)) if met else 0
