"""Offering anew: the same offer again after it was rejected, withdrawn, lapsed or ended, linked to what it follows."""

from collections.abc import Sequence
from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.contracts.acts import Act, contracts_move
from katip.contracts.models import AssignmentType, Contract, ContractVersion
from katip.contracts.permissions import require_proof, role_in
from katip.contracts.services.end import contract_lock
from katip.contracts.services.offer import (
    Offer,
    offer_figures,
    offer_insert,
    professionals_lock,
    require_manager,
    require_updates_done,
)
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.registry.models import Workplace
from katip.rules import ContractAction, ContractRole, EndReason, Profession, RuleViolation

TOGETHER = 200
"""how many contracts are made anew in one go"""


@use_case
def contract_reoffer(*, actor: Actor, at: datetime, contract_id: int) -> Contract:
    """Make the same offer anew: workplace, professional, kind and minutes as they were last.

    Raises `PermissionRefusedError` unless the actor is of the side that offered, with a second step; `RuleViolation`
    `action_not_allowed` while the contract is not over, and whatever the law says of the offer today.
    """
    require_proof(actor)
    contract = contract_lock(contract_id)
    role = role_in(actor, contract, at)
    act = Act(contract, ContractAction.REOFFER, role, actor.person_id, at)
    act.require_allowed()
    if contract.provider_id is not None:
        require_updates_done(contract.provider_id, at, [contract.workplace_id])
    return _again(actor, at, act, contract.workplace_id, last_minutes([contract])[contract.pk])


@use_case
def contracts_remake(*, actor: Actor, at: datetime, contract_ids: Sequence[int]) -> list[Contract]:
    """Offer contracts of workplaces that have a new SGK number anew at the new one: all of them, or none.

    Minutes are those that ran, or the legal minimum where that is more by now. Raises `PermissionRefusedError` unless
    all are the provider's; `RuleViolation` (fact: contract) `not_renumbered` for a contract that did not end so, and
    whatever the law says of an offer; `ValueError` for more than 200.
    """
    require_proof(actor)
    provider_id = require_manager(actor, at)
    if len(contract_ids) > TOGETHER:
        raise ValueError(f"at most {TOGETHER} together")
    mine = Contract.objects.filter(pk__in=contract_ids, provider_id=provider_id).select_related("professional")
    contracts = list(mine.order_by("professional_id", "pk"))
    if len(contracts) != len(set(contract_ids)):
        raise PermissionRefusedError("not_yours")
    professionals_lock([contract.professional_id for contract in contracts])
    successors = Workplace.objects.filter(predecessor__in=[contract.workplace_id for contract in contracts])
    at_number = {workplace.predecessor_id: workplace.pk for workplace in successors.order_by("pk")}
    minutes = last_minutes(contracts)
    made = []
    for contract in contracts:
        if contract.end_reason != EndReason.WORKPLACE_CLOSED or contract.workplace_id not in at_number:
            raise RuleViolation("not_renumbered", facts={"contract": contract.pk})
        act = Act(contract, ContractAction.REOFFER, ContractRole.MANAGER, actor.person_id, at)
        workplace_id = at_number[contract.workplace_id]
        try:
            made.append(_again(actor, at, act, workplace_id, minutes[contract.pk], at_least_minimum=True))
        except RuleViolation as violation:
            facts = {**violation.facts, "contract": contract.pk}
            raise RuleViolation(violation.code, violation.citation, facts) from violation
    return made


def last_minutes(contracts: Sequence[Contract]) -> dict[int, int]:
    """The minutes a month of each contract's last version; of one that was never in force, those offered."""
    minutes = {contract.pk: contract.minutes for contract in contracts}
    newest = ContractVersion.objects.filter(contract__in=contracts).order_by("contract_id", "-no")
    return minutes | dict(newest.distinct("contract_id").values_list("contract_id", "minutes"))


def _again(
    actor: Actor, at: datetime, act: Act, workplace_id: int, minutes: int, *, at_least_minimum: bool = False
) -> Contract:
    contract = act.contract
    offer = Offer(
        code=contract.code,
        workplace_id=workplace_id,
        professional_id=contract.professional_id,
        minutes=minutes,
        provider_id=contract.provider_id,
        assignment_type=contract.assignment_type,
        profession=Profession(contract.profession),
    )
    if at_least_minimum and offer.assignment_type == AssignmentType.PART_TIME:
        minimum = offer_figures(at, offer).minimum
        if minimum is not None and minimum > minutes:
            offer = Offer(**{name: getattr(offer, name) for name in offer.__slots__} | {"minutes": minimum})
    made = offer_insert(actor, at, offer, predecessor=contract)
    contracts_move([Act(contract, act.action, act.role, act.person_id, act.at, detail={"contract": made.pk})])
    record(actor, at, Happening("contract:offer:renewed", contract.pk, {"contract": made.pk}))
    return made
