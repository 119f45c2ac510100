"""States of a service contract and who may move it: a table, read by services, pages and the API alike.

The professional answers first, then the employer. Each may refuse only while it is their turn. A rejected contract is
over: it is offered anew. The states that other acts lead to (withdrawn, lapsed, ended) are named, their transitions
come with the use cases that need them.
"""

from dataclasses import dataclass
from enum import StrEnum

from katip.rules.values import RuleViolation


class ContractState(StrEnum):
    """Where a contract stands."""

    DRAFT = "draft"
    AWAITING_PROFESSIONAL = "awaiting_professional"
    AWAITING_EMPLOYER = "awaiting_employer"
    ACTIVE = "active"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    ENDED = "ended"


class ContractAction(StrEnum):
    """What a party does to a contract."""

    OFFER = "offer"
    ACCEPT = "accept"
    APPROVE = "approve"
    REJECT = "reject"


class ContractRole(StrEnum):
    """In which role a party acts."""

    MANAGER = "manager"
    """the provider's responsible manager (sorumlu müdür)"""
    PROFESSIONAL = "professional"
    EMPLOYER = "employer"
    """the workplace's e-Bildirge user"""


@dataclass(frozen=True, slots=True)
class Transition:
    """`role` may do `action` to a contract in `state`, which brings it to `to`."""

    state: ContractState
    action: ContractAction
    role: ContractRole
    to: ContractState


TRANSITIONS: tuple[Transition, ...] = (
    Transition(ContractState.DRAFT, ContractAction.OFFER, ContractRole.MANAGER, ContractState.AWAITING_PROFESSIONAL),
    Transition(
        ContractState.AWAITING_PROFESSIONAL,
        ContractAction.ACCEPT,
        ContractRole.PROFESSIONAL,
        ContractState.AWAITING_EMPLOYER,
    ),
    Transition(
        ContractState.AWAITING_PROFESSIONAL,
        ContractAction.REJECT,
        ContractRole.PROFESSIONAL,
        ContractState.REJECTED,
    ),
    Transition(ContractState.AWAITING_EMPLOYER, ContractAction.APPROVE, ContractRole.EMPLOYER, ContractState.ACTIVE),
    Transition(ContractState.AWAITING_EMPLOYER, ContractAction.REJECT, ContractRole.EMPLOYER, ContractState.REJECTED),
)

_NEXT = {(row.state, row.action, row.role): row.to for row in TRANSITIONS}


def next_state(state: ContractState, action: ContractAction, role: ContractRole) -> ContractState:
    """Return the state that `action` by `role` leads to.

    Raises RuleViolation `action_not_allowed` (facts: state, action, role) where the table has no such row.
    """
    try:
        return _NEXT[state, action, role]
    except KeyError:
        facts = {"state": state, "action": action, "role": role}
        raise RuleViolation("action_not_allowed", facts=facts) from None


def available_actions(state: ContractState, role: ContractRole) -> tuple[ContractAction, ...]:
    """Actions open to `role` in `state`, in the table's order."""
    return tuple(row.action for row in TRANSITIONS if row.state is state and row.role is role)
