"""Finding the contract of a page for those who may see it, and what they may do to it in the capacity chosen."""

from collections.abc import Collection
from typing import Any

from django.http import Http404

from katip.contracts.models import Contract
from katip.contracts.seen import contract_seen, office_watching
from katip.contracts.services.end import REASONS
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.usecase import acting_from_here
from katip.rules import ContractAction, ContractForm, ContractRole, ContractState, available_actions
from katip.web.acting.chosen import offices_of
from katip.web.acting.fitting import capacity_fit

_ROLES = {
    Capacity.WORKPLACE: ContractRole.EMPLOYER,
    Capacity.PROVIDER: ContractRole.MANAGER,
    Capacity.INDIVIDUAL: ContractRole.PROFESSIONAL,
}


def contract_get(request: Any, no: int, action: ContractAction | None = None, acting: str = "") -> Contract:
    """The contract, if this person may see it; they then act in the capacity in which they see it.

    With `action`, the side that may do it is preferred to others that the person also has; `acting`, the capacity in
    which the page was shown, goes before. Raises `Http404` for strangers: a foreign contract looks like none at all.
    """
    contract = contract_seen(request.user.pk, no, request.at) or _seen_in_office(request, no)
    if contract is None:
        raise Http404
    seen: Any = contract  # annotated by the selector
    sides: dict[Capacity, Any] = {}
    if seen.sees_as_employer:
        sides[Capacity.WORKPLACE] = contract.workplace
    if seen.sees_as_provider:
        sides[Capacity.PROVIDER] = contract.provider
    if seen.sees_as_professional:
        sides[Capacity.INDIVIDUAL] = None
    if seen.sees_as_official:
        sides[Capacity.OFFICIAL] = office_watching(request.user.pk, contract)
    chosen = request.chosen.capacity if request.chosen else None
    fitting = [capacity for capacity in sides if action in _allowed(contract, _ROLES.get(capacity))]
    shown = next((capacity for capacity in sides if capacity == acting), None)
    capacity_fit(request, sides, asked=shown or (fitting[0] if fitting and chosen not in fitting else None))
    contract.process.workplace, contract.process.provider = contract.workplace, contract.provider
    return contract


def _seen_in_office(request: Any, no: int) -> Contract | None:
    """The same for somebody who holds an office and chose no other capacity in which they see it."""
    for office in offices_of(request.user.pk):
        acting_from_here(Actor(request.user.pk, Capacity.OFFICIAL, office.pk), request.at)
        if (contract := contract_seen(request.user.pk, no, request.at)) is not None:
            return contract
    return None


def role_here(request: Any) -> ContractRole | None:
    """The role that the capacity chosen gives; None for an official, who only looks."""
    return _ROLES.get(request.actor.capacity)


def _allowed(contract: Contract, role: ContractRole | None) -> tuple[ContractAction, ...]:
    if role is None:
        return ()
    return available_actions(ContractState(contract.state), role, ContractForm(contract.form))


def actions_open(contract: Contract, request: Any, *, update_open: bool = False) -> Collection[ContractAction]:
    """What this person may do now: the table's rows, less what the contract's own data rules out.

    The services ask the same table again. Announcing an end is one page with ending.
    """
    role = role_here(request)
    allowed = set(_allowed(contract, role))
    announced = contract.ends_on is not None and contract.state == ContractState.ACTIVE
    if not announced or role is None or contract.end_reason != REASONS.get(role):
        allowed.discard(ContractAction.REVOKE_END)
    if announced and contract.ends_on == day_of(request.at):
        allowed -= {ContractAction.END, ContractAction.ANNOUNCE_END}
    if update_open or contract.assignment_type == "full_time":
        allowed.discard(ContractAction.UPDATE)
    return allowed
