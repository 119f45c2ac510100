"""States × actions × roles of a contract."""

from itertools import product

import pytest

from katip.rules import (
    TRANSITIONS,
    ContractAction,
    ContractRole,
    ContractState,
    RuleViolation,
    available_actions,
    next_state,
)

S, A, R = ContractState, ContractAction, ContractRole

ALLOWED = {
    (S.DRAFT, A.OFFER, R.MANAGER): S.AWAITING_PROFESSIONAL,
    (S.AWAITING_PROFESSIONAL, A.ACCEPT, R.PROFESSIONAL): S.AWAITING_EMPLOYER,
    (S.AWAITING_PROFESSIONAL, A.REJECT, R.PROFESSIONAL): S.REJECTED,
    (S.AWAITING_EMPLOYER, A.APPROVE, R.EMPLOYER): S.ACTIVE,
    (S.AWAITING_EMPLOYER, A.REJECT, R.EMPLOYER): S.REJECTED,
}


def test_every_state_action_and_role() -> None:
    for state, action, role in product(S, A, R):
        to = ALLOWED.get((state, action, role))
        assert (action in available_actions(state, role)) is (to is not None)
        if to is not None:
            assert next_state(state, action, role) is to
            continue
        with pytest.raises(RuleViolation) as refusal:
            next_state(state, action, role)
        assert refusal.value.code == "action_not_allowed"
        assert refusal.value.facts == {"state": state, "action": action, "role": role}


def test_no_row_stands_twice() -> None:
    assert len({(row.state, row.action, row.role) for row in TRANSITIONS}) == len(TRANSITIONS)


def test_the_professional_comes_before_the_employer() -> None:
    state = next_state(S.DRAFT, A.OFFER, R.MANAGER)
    assert not available_actions(state, R.EMPLOYER)
    state = next_state(state, A.ACCEPT, R.PROFESSIONAL)
    assert not available_actions(state, R.PROFESSIONAL)
    assert next_state(state, A.APPROVE, R.EMPLOYER) is S.ACTIVE
