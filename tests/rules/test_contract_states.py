"""States × actions × roles of a contract, for both forms, against a table written out by hand."""

from itertools import product

import pytest

from katip.rules import (
    STATE_NAMES,
    TRANSITIONS,
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    RuleViolation,
    available_actions,
    next_state,
)

S, A, R, F = ContractState, ContractAction, ContractRole, ContractForm

# form, state, action, role, next state: everything that may happen; whatever does not stand here may not
ALLOWED = """
service    draft                  offer         manager       awaiting_professional
service    draft                  delete        manager       deleted
service    draft                  carry_over    operator      active
service    awaiting_professional  accept        professional  awaiting_employer
service    awaiting_professional  reject        professional  rejected
service    awaiting_professional  withdraw      manager       withdrawn
service    awaiting_professional  lapse         register      lapsed
service    awaiting_employer      approve       employer      active
service    awaiting_employer      reject        employer      rejected
service    awaiting_employer      withdraw      manager       withdrawn
service    awaiting_employer      lapse         register      lapsed
service    active                 update        manager       active
service    active                 update        employer      active
service    active                 end           manager       ended
service    active                 end           employer      ended
service    active                 end           professional  ended
service    active                 end           register      ended
service    active                 announce_end  manager       active
service    active                 announce_end  employer      active
service    active                 announce_end  professional  active
service    active                 revoke_end    manager       active
service    active                 revoke_end    employer      active
service    active                 revoke_end    professional  active
service    rejected               reoffer       manager       rejected
service    withdrawn              reoffer       manager       withdrawn
service    lapsed                 reoffer       manager       lapsed
service    ended                  reoffer       manager       ended
own_staff  draft                  offer         employer      awaiting_professional
own_staff  awaiting_professional  accept        professional  active
own_staff  awaiting_professional  reject        professional  rejected
own_staff  awaiting_professional  withdraw      employer      withdrawn
own_staff  awaiting_professional  lapse         register      lapsed
own_staff  active                 end           employer      ended
own_staff  active                 end           professional  ended
own_staff  active                 end           register      ended
own_staff  active                 announce_end  employer      active
own_staff  active                 announce_end  professional  active
own_staff  active                 revoke_end    employer      active
own_staff  active                 revoke_end    professional  active
own_staff  rejected               reoffer       employer      rejected
own_staff  withdrawn              reoffer       employer      withdrawn
own_staff  lapsed                 reoffer       employer      lapsed
own_staff  ended                  reoffer       employer      ended
"""

ROWS = [tuple(line.split()) for line in ALLOWED.strip().splitlines()]
NEXT = {row[:4]: row[4] for row in ROWS}


def test_the_states_actions_and_roles_are_these() -> None:
    assert [str(state) for state in S] == [
        "draft",
        "deleted",
        "awaiting_professional",
        "awaiting_employer",
        "active",
        "rejected",
        "withdrawn",
        "lapsed",
        "ended",
    ]
    assert {action for _, _, action, _, _ in ROWS} == {str(action) for action in A}
    assert {role for _, _, _, role, _ in ROWS} == {str(role) for role in R}


@pytest.mark.parametrize("form", F)
@pytest.mark.parametrize("state", S)
def test_every_state_action_and_role(form: ContractForm, state: ContractState) -> None:
    for action, role in product(A, R):
        to = NEXT.get((str(form), str(state), str(action), str(role)))
        assert (action in available_actions(state, role, form)) is (to is not None)
        if to is not None:
            assert next_state(state, action, role, form) is S(to)
            continue
        with pytest.raises(RuleViolation) as refusal:
            next_state(state, action, role, form)
        assert refusal.value.code == "action_not_allowed"
        assert refusal.value.facts == {"state": state, "action": action, "role": role, "form": form}


def test_the_form_is_a_service_contract_unless_said() -> None:
    assert next_state(S.AWAITING_PROFESSIONAL, A.ACCEPT, R.PROFESSIONAL) is S.AWAITING_EMPLOYER
    assert available_actions(S.DRAFT, R.MANAGER) == (A.OFFER, A.DELETE)


def test_no_row_stands_twice() -> None:
    assert len({(row.form, row.state, row.action, row.role) for row in TRANSITIONS}) == len(TRANSITIONS) == len(ROWS)


def test_the_professional_comes_before_the_employer() -> None:
    state = next_state(S.DRAFT, A.OFFER, R.MANAGER)
    assert not available_actions(state, R.EMPLOYER)
    state = next_state(state, A.ACCEPT, R.PROFESSIONAL)
    assert not available_actions(state, R.PROFESSIONAL)
    assert next_state(state, A.APPROVE, R.EMPLOYER) is S.ACTIVE


def _reached(form: ContractForm, start: ContractState, without: set[ContractState]) -> set[ContractState]:
    reached, left = {start}, [start]
    while left:
        state = left.pop()
        for row in TRANSITIONS:
            if row.form is form and row.state is state and row.action is not A.CARRY_OVER and row.to not in reached:
                if row.to in without:
                    continue
                reached.add(row.to)
                left.append(row.to)
    return reached


@pytest.mark.parametrize("form", F)
def test_what_is_over_stays_over(form: ContractForm) -> None:
    for over in (S.DELETED, S.REJECTED, S.WITHDRAWN, S.LAPSED, S.ENDED):
        assert _reached(form, over, without=set()) == {over}


@pytest.mark.parametrize("form", F)
def test_no_way_leads_past_a_party(form: ContractForm) -> None:
    assert S.ACTIVE in _reached(form, S.DRAFT, without=set())
    assert S.ACTIVE not in _reached(form, S.DRAFT, without={S.AWAITING_PROFESSIONAL})
    past_employer = _reached(form, S.DRAFT, without={S.AWAITING_EMPLOYER})
    assert (S.ACTIVE in past_employer) is (form is F.OWN_STAFF)  # the employer offered it


def test_every_state_has_its_turkish_name_and_the_values_of_the_export() -> None:
    told = {str(state): (names.turkish, names.export_code, names.export_text) for state, names in STATE_NAMES.items()}
    assert told == {
        "draft": ("taslak", None, None),
        "deleted": ("silindi", 5005, "Silindi"),
        "awaiting_professional": ("onay bekliyor", 5000, None),
        "awaiting_employer": ("onay bekliyor", 5000, None),
        "active": ("sözleşme devam ediyor", 5001, "Sözleşme Devam Ediyor"),
        "rejected": ("reddedildi", None, "Sözleşme İptal Edildi"),
        "withdrawn": ("geri çekildi", None, "Sözleşme İptal Edildi"),
        "lapsed": ("onaylanmadığı için düştü", 5006, "Tamamlanmadı"),
        "ended": ("sonlandırıldı", 5002, "Sözleşme Sonlandırıldı"),
    }
