"""The story of a contract: every change of state is written down beside it, in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from katip.contracts.models import Contract, ContractAct
from katip.rules import ContractAction, ContractForm, ContractRole, ContractState, next_state


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be done to a contract, by whom in which role."""

    contract: Contract
    action: ContractAction
    role: ContractRole
    person_id: int | None
    at: datetime
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def to(self) -> ContractState:
        """Where the act leads. Raises `RuleViolation` `action_not_allowed` where the table has no such row."""
        contract = self.contract
        return next_state(ContractState(contract.state), self.action, self.role, ContractForm(contract.form))


def acts_record(acts: Iterable[Act], *, state_from: ContractState | None = None) -> None:
    """Insert the acts with one statement; call it while `contract.state` still is the state before.

    `state_from` replaces that state for contracts that are born in this transaction.
    """
    ContractAct.objects.bulk_create(
        ContractAct(
            contract=act.contract,
            action=act.action,
            role=act.role,
            person_id=act.person_id,
            at=act.at,
            state_from=state_from or act.contract.state,
            state_to=act.contract.state if state_from else act.to,
            reason=act.reason,
            detail=dict(act.detail),
        )
        for act in acts
    )


def fold(acts: Iterable[ContractAct], form: ContractForm) -> ContractState:
    """The state that the acts lead to from a draft, by the table. Raises `RuleViolation` where one is not allowed."""
    state = ContractState.DRAFT
    for act in acts:
        state = next_state(state, ContractAction(act.action), ContractRole(act.role), form)
    return state
