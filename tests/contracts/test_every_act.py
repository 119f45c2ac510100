"""States × actions × roles through the services: what the table allows succeeds, everything else is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.contracts.models import Contract, ContractAct, ContractVersion, DurationUpdate
from katip.contracts.services.end import contract_end, contract_end_revoke
from katip.contracts.services.reoffer import contract_reoffer
from katip.contracts.services.sweep import sweep
from katip.contracts.services.update import update_propose
from katip.core.actor import Actor
from katip.core.errors import KatipError
from katip.processes.models import Decision, Outcome, Process
from katip.processes.services.cancel import process_withdraw
from katip.processes.services.complete import StepDecision, steps_complete
from katip.rules import ContractAction, ContractRole, ContractState, RuleViolation, available_actions
from tests.cast import AT, World
from tests.undo import undone

S, A, R = ContractState, ContractAction, ContractRole
NOTE = "Başka bir çözüm bulundu."
ROLES = {
    "manager": R.MANAGER,
    "owner": R.EMPLOYER,
    "colleague": R.EMPLOYER,
    "specialist": R.PROFESSIONAL,
    "physician": None,
    "stranger": None,
    "accountant": None,
}
STATES = [S.AWAITING_PROFESSIONAL, S.AWAITING_EMPLOYER, S.ACTIVE, S.REJECTED, S.WITHDRAWN, S.LAPSED, S.ENDED]
LATE = AT + timedelta(days=40)


def decide(actor: Actor, contract: Contract, outcome: Outcome) -> object:
    process = Process.objects.get(pk=contract.process_id)
    shown = StepDecision(process.pk, process.version, process.terms_hash, outcome, NOTE)
    return steps_complete(actor=actor, at=AT, decisions=[shown])


def withdraw(actor: Actor, contract: Contract) -> object:
    version = Process.objects.get(pk=contract.process_id).version
    return process_withdraw(actor=actor, at=AT, process_id=contract.process_id, version=version)


def end(actor: Actor, contract: Contract, days: int) -> object:
    last_day = AT.date() + timedelta(days=days)
    return contract_end(actor=actor, at=AT, contract_id=contract.pk, last_day=last_day, note=NOTE)


ACTS: dict[ContractAction, Callable[[Actor, Contract], object]] = {
    A.ACCEPT: lambda actor, contract: decide(actor, contract, Outcome.APPROVED),
    A.APPROVE: lambda actor, contract: decide(actor, contract, Outcome.APPROVED),
    A.REJECT: lambda actor, contract: decide(actor, contract, Outcome.REJECTED),
    A.WITHDRAW: withdraw,
    A.UPDATE: lambda actor, contract: update_propose(actor=actor, at=AT, contract_id=contract.pk, minutes=300),
    A.END: lambda actor, contract: end(actor, contract, 0),
    A.ANNOUNCE_END: lambda actor, contract: end(actor, contract, 5),
    A.REVOKE_END: lambda actor, contract: contract_end_revoke(actor=actor, at=AT, contract_id=contract.pk),
    A.REOFFER: lambda actor, contract: contract_reoffer(actor=actor, at=AT, contract_id=contract.pk),
}


def brought_to(world: World, state: ContractState, settings: Any) -> Contract:
    """A contract that the right persons brought to `state`."""
    if state == S.LAPSED:
        settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 2})
    contract = world.offer()
    if state in {S.AWAITING_EMPLOYER, S.ACTIVE, S.ENDED, S.REJECTED}:
        world.decide("specialist", contract)
    if state in {S.ACTIVE, S.ENDED}:
        world.decide("owner", contract)
    if state == S.REJECTED:
        world.decide("owner", contract, outcome=Outcome.REJECTED, reason=NOTE)
    if state == S.WITHDRAWN:
        withdraw(world.actor("manager"), contract)
    if state == S.LAPSED:
        sweep(at=LATE)
    if state == S.ENDED:
        end(world.actor("owner"), contract, 0)
    contract.refresh_from_db()
    assert contract.state == state
    return contract


def register() -> tuple[Any, ...]:
    tables = (ContractAct, ContractVersion, Decision, DurationUpdate, Event, Contract, Process)
    states = list(Contract.objects.order_by("pk").values_list("state", "ends_on", "fit"))
    versions = list(Process.objects.order_by("pk").values_list("version", "state"))
    return (*(table.objects.count() for table in tables), states, versions)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_who_may_do_what_in_which_state(world: World, settings: Any, state: ContractState) -> None:
    contract = brought_to(world, state, settings)
    for role in ROLES:
        for action in ACTS:
            with undone():
                try_it(world, contract, role, action)
            contract.refresh_from_db()


def try_it(world: World, contract: Contract, role: str, action: ContractAction) -> None:
    state, stands_as = ContractState(contract.state), ROLES[role]
    if action == A.REVOKE_END and state == S.ACTIVE:
        end(world.actor(role if stands_as else "manager"), contract, 9)
        contract.refresh_from_db()
    allowed = stands_as is not None and action in available_actions(state, stands_as)
    if action in {A.ACCEPT, A.APPROVE}:  # one button: it accepts or approves, by whose turn it is
        allowed = stands_as is not None and bool({A.ACCEPT, A.APPROVE} & {*available_actions(state, stands_as)})
    before = register()
    try:
        ACTS[action](world.actor(role), contract)
    except (KatipError, RuleViolation):
        assert not allowed, (role, action)
        assert register() == before, (role, action)
        return
    assert allowed, (role, action)
    assert register() != before


def test_every_action_of_the_table_is_tried() -> None:
    by_days = {A.LAPSE}
    elsewhere = {A.OFFER, A.DELETE, A.CARRY_OVER}  # how a contract comes to be: tests of their own
    assert set(ACTS) | by_days | elsewhere == set(A)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_days_bring_only_what_the_table_says(world: World, settings: Any, state: ContractState) -> None:
    contract = brought_to(world, state, settings)
    settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 2})
    Process.objects.filter(state="open").update(due_on=AT.date())
    if state == S.ACTIVE:
        end(world.actor("owner"), contract, 3)
    before = Contract.objects.get(pk=contract.pk).state
    sweep(at=LATE)
    now = Contract.objects.get(pk=contract.pk).state
    acts = available_actions(state, R.REGISTER)
    wanted: dict[tuple[ContractAction, ...], ContractState] = {(A.LAPSE,): S.LAPSED, (A.END,): S.ENDED}
    assert now == wanted.get(acts, ContractState(before))
