"""Ending a running contract: by one side alone, today or from a later day, with its reason."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from katip.audit.services.record import Happening, record
from katip.contracts.acts import Act, contracts_move
from katip.contracts.fitness import fitness_refresh
from katip.contracts.listeners import Change, changes_tell
from katip.contracts.models import Contract, ContractAct
from katip.contracts.permissions import require_proof, role_in, roles_in
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
from katip.processes.models import Process, ProcessState
from katip.processes.services.cancel import cancel_within
from katip.rules import ContractAction, ContractRole, EndReason, RuleViolation

NOTE_LENGTH = range(10, 201)
FURTHEST = timedelta(days=366)
"""how far ahead an end may be announced"""

REASONS = {
    ContractRole.MANAGER: EndReason.BY_PROVIDER,
    ContractRole.EMPLOYER: EndReason.BY_EMPLOYER,
    ContractRole.PROFESSIONAL: EndReason.BY_PROFESSIONAL,
}


@use_case
def contract_end(*, actor: Actor, at: datetime, contract_id: int, last_day: date, note: str) -> Contract:
    """End a running contract; `last_day` is the last day served: today ends it now, a later day announces the end.

    Provider, employer and professional each may, alone; the reason code follows from who does. An announced end can be
    brought forward by anybody, and not put off. Raises `PermissionRefusedError` for others or without a second step;
    `ValueError` for a note that is not 10 to 200 characters; `RuleViolation` `end_in_past`, `end_too_far`,
    `end_announced` (fact: ends_on), `action_not_allowed`.
    """
    require_proof(actor)
    contract = contract_lock(contract_id)
    refused = contracts_end_each(actor, at, [contract], last_day=last_day, note=note)
    if refused:
        raise refused[contract.pk]
    return contract


def contracts_end_each(
    actor: Actor, at: datetime, contracts: Sequence[Contract], *, last_day: date, note: str
) -> dict[int, PermissionRefusedError | RuleViolation]:
    """End each of these locked contracts that may be ended, by set: a part of the calling use case.

    Returns why the others were not, by contract. Raises `ValueError` for a note that is not 10 to 200 characters.
    """
    if len(note) not in NOTE_LENGTH:
        raise ValueError("an end needs a reason of 10 to 200 characters")
    today, roles = day_of(at), roles_in(actor, contracts, at)
    whole_from_here("what remains at a workplace is judged with what others do there")
    action = ContractAction.END if last_day == today else ContractAction.ANNOUNCE_END
    refused: dict[int, PermissionRefusedError | RuleViolation] = {}
    acts = []
    for contract in contracts:
        role = roles[contract.pk]
        if isinstance(role, PermissionRefusedError):
            refused[contract.pk] = role
            continue
        act = Act(contract, action, role, actor.person_id, at, note, {"last_day": last_day.isoformat()})
        try:
            _require_may_end(act, today, last_day)
        except RuleViolation as violation:
            refused[contract.pk] = violation
            continue
        contract.ends_on, contract.end_reason, contract.end_note = last_day, REASONS[role], note
        contract.ended_by_id = actor.person_id
        acts.append(act)
    if not acts:
        return refused
    if action == ContractAction.END:
        contracts_finish(actor, at, acts)
    else:
        Contract.objects.bulk_update([act.contract for act in acts], ["ends_on", "end_reason", "end_note", "ended_by"])
        contracts_move(acts)
    tag = "contract:end:made" if action == ContractAction.END else "contract:end:announced"
    detail = {"last_day": last_day.isoformat(), "note": note}
    record(actor, at, *(_happening(actor, act.contract, tag, detail) for act in acts))
    return refused


def _require_may_end(act: Act, today: date, last_day: date) -> None:
    if last_day < today:
        raise RuleViolation("end_in_past", facts={"last_day": last_day, "today": today})
    if last_day > today + FURTHEST:
        raise RuleViolation("end_too_far", facts={"last_day": last_day, "latest": today + FURTHEST})
    act.require_allowed()
    ends_on = act.contract.ends_on
    if ends_on is not None and last_day >= ends_on:
        raise RuleViolation("end_announced", facts={"ends_on": ends_on})


@use_case
def contract_end_revoke(*, actor: Actor, at: datetime, contract_id: int) -> Contract:
    """Take back an announced end; only the side that announced it may, until the day has come.

    A later end that another side announced before it, or that the contract was carried over with, stands again: it was
    brought forward and is not put off.

    Raises `PermissionRefusedError` for others, `RuleViolation` `no_end_announced`.
    """
    require_proof(actor)
    contract = contract_lock(contract_id)
    role = role_in(actor, contract, at)
    whole_from_here("what remains at a workplace is judged with what others do there")
    act = Act(contract, ContractAction.REVOKE_END, role, actor.person_id, at)
    act.require_allowed()
    if contract.ends_on is None or contract.ends_on < day_of(at):
        raise RuleViolation("no_end_announced")
    if contract.end_reason != REASONS[role]:
        raise PermissionRefusedError("not_yours")
    taken_back = contract.ends_on.isoformat()
    contract.ends_on, contract.end_reason, contract.end_note, contract.ended_by_id = _announced_besides(contract, role)
    contract.save(update_fields=["ends_on", "end_reason", "end_note", "ended_by"])
    contracts_move([act])
    record(actor, at, _happening(actor, contract, "contract:end:revoked", {"last_day": taken_back}))
    return contract


def _announced_besides(contract: Contract, role: ContractRole) -> tuple[date | None, str, str, int | None]:
    """The end that stands without what this role announced: its last day, reason, note and who announced it."""
    told = ContractAction.CARRY_OVER, ContractAction.ANNOUNCE_END, ContractAction.REVOKE_END
    standing: dict[str, ContractAct] = {}
    for act in ContractAct.objects.filter(contract=contract, action__in=told).order_by("pk"):
        standing.pop(act.role, None)
        if act.detail.get("last_day"):
            standing[act.role] = act
    standing.pop(role, None)
    if not standing:
        return None, "", "", None
    act = min(standing.values(), key=lambda one: str(one.detail["last_day"]))
    reason = REASONS.get(ContractRole(act.role), "")
    return date.fromisoformat(act.detail["last_day"]), reason, act.reason, act.person_id


def contract_lock(contract_id: int) -> Contract:
    """The contract, locked after its professional, in the order that an approval takes.

    Raises `PermissionRefusedError` for a number that is none: it looks like a stranger's.
    """
    contract = contracts_lock([contract_id]).get(contract_id)
    if contract is None:
        raise PermissionRefusedError("not_yours")
    return contract


def contracts_lock(contract_ids: Collection[int]) -> dict[int, Contract]:
    """The contracts by their ids, each locked after its professional; numbers that are none are left out.

    Professionals are locked one after the other in the order of their ids, as by everybody who locks several.
    """
    locked = Contract.objects.filter(pk__in=contract_ids).select_related("professional", "workplace", "process")
    in_order = locked.order_by("professional_id", "pk").select_for_update(of=("professional", "self"), no_key=True)
    return {contract.pk: contract for contract in in_order}


def contracts_finish(actor: Actor, at: datetime, acts: Sequence[Act]) -> None:
    """Carry out the ends that `acts` are, whose contracts carry last day and reason: a part of the calling use case.

    Open updates of these contracts fall with them, and what remains at their workplaces is judged anew.
    """
    contracts = [act.contract for act in acts]
    open_updates = Process.objects.filter(
        duration_update__contract__in=contracts, duration_update__is_open=True, state=ProcessState.OPEN
    )
    cancel_within(list(open_updates.order_by("pk")), ProcessState.WITHDRAWN, actor, at, "", strict=False)
    for contract in contracts:
        contract.ended_at = at
    Contract.objects.bulk_update(contracts, ["ends_on", "ended_at", "end_reason", "end_note", "ended_by"])
    contracts_move(acts)
    changes_tell([Change(contract.pk, None, at) for contract in contracts])
    fitness_refresh({contract.workplace_id for contract in contracts}, at)


def _happening(actor: Actor, contract: Contract, tag: str, detail: dict[str, str]) -> Happening:
    told = {"code": contract.code, "workplace": contract.workplace_id, **detail}
    organisation = contract.workplace_id if actor.capacity == Capacity.WORKPLACE else None
    return Happening(tag, contract.pk, told, organisation)
