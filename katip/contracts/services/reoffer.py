"""Offering anew: the same offer again after it was rejected, withdrawn, lapsed or ended, linked to what it follows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.contracts.acts import Act, contracts_move
from katip.contracts.fitness import updates_due
from katip.contracts.models import Contract, ContractVersion
from katip.contracts.permissions import require_proof, roles_in
from katip.contracts.services.end import contract_lock
from katip.contracts.services.offer import require_manager, require_none_due
from katip.contracts.services.offer_each import Offer, offer_happening, offers_each, professionals_lock
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
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
    made, refused = contracts_reoffer_each(actor, at, [contract], last_minutes([contract]))
    if refused:
        raise refused[contract.pk]
    return made[contract.pk]


def contracts_reoffer_each(
    actor: Actor, at: datetime, contracts: Sequence[Contract], minutes: Mapping[int, int]
) -> tuple[dict[int, Contract], dict[int, PermissionRefusedError | RuleViolation]]:
    """Offer each of these locked contracts anew with so many `minutes` a month, by set: a part of the calling use case.

    Returns the new contracts and the refusals, each by the contract that was to be followed.
    """
    roles = roles_in(actor, contracts, at)
    whole_from_here("an offer is judged by what others agreed on")
    providers = {one.provider_id for one in contracts if roles[one.pk] == ContractRole.MANAGER}
    due = {provider: updates_due(provider, at) for provider in providers if provider is not None}
    refused: dict[int, PermissionRefusedError | RuleViolation] = {}
    acts = []
    for contract in contracts:
        role = roles[contract.pk]
        if isinstance(role, PermissionRefusedError):
            refused[contract.pk] = role
            continue
        act = Act(contract, ContractAction.REOFFER, role, actor.person_id, at)
        try:
            act.require_allowed()
            require_none_due(due.get(contract.provider_id or 0, set()), [contract.workplace_id])
        except RuleViolation as violation:
            refused[contract.pk] = violation
            continue
        acts.append(act)
    made, unlawful = offers_each(
        actor, at, [offer_anew(act.contract, act.contract.workplace_id, minutes[act.contract.pk]) for act in acts]
    )
    refused |= {acts[no].contract.pk: violation for no, violation in unlawful.items()}
    followed = {acts[no].contract.pk: contract for no, contract in made.items()}
    _follow(actor, at, [(acts[no], contract) for no, contract in made.items()])
    return followed, refused


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
    whole_from_here("an offer is judged by what others agreed on")
    professionals_lock([contract.professional_id for contract in contracts])
    successors = Workplace.objects.filter(predecessor__in=[contract.workplace_id for contract in contracts])
    at_number = {workplace.predecessor_id: workplace.pk for workplace in successors.order_by("pk")}
    minutes = last_minutes(contracts)
    offers = []
    for contract in contracts:
        if contract.end_reason != EndReason.WORKPLACE_CLOSED or contract.workplace_id not in at_number:
            raise RuleViolation("not_renumbered", facts={"contract": contract.pk})
        offer = offer_anew(contract, at_number[contract.workplace_id], minutes[contract.pk])
        offers.append(replace(offer, at_least_minimum=True))
    made, refused = offers_each(actor, at, offers)
    if refused:
        no, violation = min(refused.items())
        raise RuleViolation(violation.code, violation.citation, {**violation.facts, "contract": contracts[no].pk})
    acts = (Act(contract, ContractAction.REOFFER, ContractRole.MANAGER, actor.person_id, at) for contract in contracts)
    _follow(actor, at, list(zip(acts, made.values(), strict=True)))
    return list(made.values())


def last_minutes(contracts: Sequence[Contract]) -> dict[int, int]:
    """The minutes a month of each contract's last version; of one that was never in force, those offered."""
    minutes = {contract.pk: contract.minutes for contract in contracts}
    newest = ContractVersion.objects.filter(contract__in=contracts).order_by("contract_id", "-no")
    return minutes | dict(newest.distinct("contract_id").values_list("contract_id", "minutes"))


def offer_anew(contract: Contract, workplace_id: int, minutes: int) -> Offer:
    """The same offer once more, linked to what it follows."""
    return Offer(
        code=contract.code,
        workplace_id=workplace_id,
        professional_id=contract.professional_id,
        minutes=minutes,
        provider_id=contract.provider_id,
        assignment_type=contract.assignment_type,
        profession=Profession(contract.profession),
        predecessor=contract,
    )


def _follow(actor: Actor, at: datetime, made: Sequence[tuple[Act, Contract]]) -> None:
    """Write down of each contract which one followed it."""
    if not made:
        return
    contracts_move([replace(act, detail={"contract": contract.pk}) for act, contract in made])
    offers = [offer_happening(contract) for _, contract in made]
    renewals = [
        Happening("contract:offer:renewed", act.contract.pk, {"contract": contract.pk}) for act, contract in made
    ]
    record(actor, at, *offers, *renewals)
