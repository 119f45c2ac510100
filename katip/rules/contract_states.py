"""States of a service contract and who may move it: a table, read by services, pages and the API alike.

Two forms of contract share the table. A *service* contract is offered by a provider's responsible manager; the
professional answers first, then the employer. An *own-staff* assignment is made by the employer with a certified
employee of their own; the employee's acceptance completes it. Each side may refuse only while it is their turn; whoever
proposed may withdraw until the last approval. A contract that is over is offered anew: a new contract with a link back.
`docs/states.md` is generated from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from katip.rules.values import RuleViolation


class ContractState(StrEnum):
    """Where a contract stands."""

    DRAFT = "draft"
    DELETED = "deleted"
    """a draft that was thrown away (*Silindi*)"""
    AWAITING_PROFESSIONAL = "awaiting_professional"
    AWAITING_EMPLOYER = "awaiting_employer"
    ACTIVE = "active"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StateNames:
    """What a state is called: in Turkish, and by the ministry's register in a number and a word; None where unknown."""

    turkish: str
    export_code: int | None = None
    export_text: str | None = None


STATE_NAMES: Mapping[ContractState, StateNames] = MappingProxyType(
    {
        ContractState.DRAFT: StateNames("taslak"),
        ContractState.DELETED: StateNames("silindi", 5005, "Silindi"),
        ContractState.AWAITING_PROFESSIONAL: StateNames("onay bekliyor", 5000),
        ContractState.AWAITING_EMPLOYER: StateNames("onay bekliyor", 5000),
        ContractState.ACTIVE: StateNames("sözleşme devam ediyor", 5001, "Sözleşme Devam Ediyor"),
        ContractState.REJECTED: StateNames("reddedildi", None, "Sözleşme İptal Edildi"),
        ContractState.WITHDRAWN: StateNames("geri çekildi", None, "Sözleşme İptal Edildi"),
        ContractState.LAPSED: StateNames("onaylanmadığı için düştü", 5006, "Tamamlanmadı"),
        ContractState.ENDED: StateNames("sonlandırıldı", 5002, "Sözleşme Sonlandırıldı"),
    }
)
"""As observed in the ministry's register and its sheets, not written in any text."""

APPROVAL_WAITS_CODE = 5003
"""the value for a party that has not approved yet"""
APPROVAL_GIVEN_CODE = 5004
"""and for one that has"""


class ContractAction(StrEnum):
    """What is done to a contract."""

    OFFER = "offer"
    DELETE = "delete"
    CARRY_OVER = "carry_over"
    """the operator's migration brings in a running contract of another register"""
    ACCEPT = "accept"
    """by the professional"""
    APPROVE = "approve"
    """by the employer"""
    REJECT = "reject"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    UPDATE = "update"
    """new minutes, agreed by both sides or by standing consent"""
    END = "end"
    """from today"""
    ANNOUNCE_END = "announce_end"
    """from a later day"""
    REVOKE_END = "revoke_end"
    """takes an announced end back"""
    REOFFER = "reoffer"
    """makes a new offer after this one; the contract itself stays as it is"""


class ContractRole(StrEnum):
    """In which role a party acts."""

    MANAGER = "manager"
    """the provider's responsible manager (sorumlu müdür)"""
    PROFESSIONAL = "professional"
    EMPLOYER = "employer"
    """the workplace's e-Bildirge user"""
    OPERATOR = "operator"
    """who runs the register, by a command"""
    REGISTER = "register"
    """nobody: a day that came, a headcount of 0"""


class ContractForm(StrEnum):
    """Who supplies the professional."""

    SERVICE = "service"
    """a provider, by contract"""
    OWN_STAFF = "own_staff"
    """the employer, from the workplace's own employees"""


@dataclass(frozen=True, slots=True)
class Transition:
    """`role` may do `action` to a contract of `form` in `state`, which brings it to `to`."""

    state: ContractState
    action: ContractAction
    role: ContractRole
    to: ContractState
    form: ContractForm = ContractForm.SERVICE


def _rows() -> tuple[Transition, ...]:
    s, a, r = ContractState, ContractAction, ContractRole
    over = (s.REJECTED, s.WITHDRAWN, s.LAPSED, s.ENDED)
    service = [
        (s.DRAFT, a.OFFER, r.MANAGER, s.AWAITING_PROFESSIONAL),
        (s.DRAFT, a.DELETE, r.MANAGER, s.DELETED),
        (s.DRAFT, a.CARRY_OVER, r.OPERATOR, s.ACTIVE),
        (s.AWAITING_PROFESSIONAL, a.ACCEPT, r.PROFESSIONAL, s.AWAITING_EMPLOYER),
        (s.AWAITING_PROFESSIONAL, a.REJECT, r.PROFESSIONAL, s.REJECTED),
        (s.AWAITING_PROFESSIONAL, a.WITHDRAW, r.MANAGER, s.WITHDRAWN),
        (s.AWAITING_PROFESSIONAL, a.LAPSE, r.REGISTER, s.LAPSED),
        (s.AWAITING_EMPLOYER, a.APPROVE, r.EMPLOYER, s.ACTIVE),
        (s.AWAITING_EMPLOYER, a.REJECT, r.EMPLOYER, s.REJECTED),
        (s.AWAITING_EMPLOYER, a.WITHDRAW, r.MANAGER, s.WITHDRAWN),
        (s.AWAITING_EMPLOYER, a.LAPSE, r.REGISTER, s.LAPSED),
        (s.ACTIVE, a.UPDATE, r.EMPLOYER, s.ACTIVE),
        (s.ACTIVE, a.UPDATE, r.MANAGER, s.ACTIVE),
        *((s.ACTIVE, act, role, to) for role in (r.MANAGER, r.EMPLOYER, r.PROFESSIONAL) for act, to in _ENDINGS),
        (s.ACTIVE, a.END, r.REGISTER, s.ENDED),
        *((state, a.REOFFER, r.MANAGER, state) for state in over),
    ]
    own = [
        (s.DRAFT, a.OFFER, r.EMPLOYER, s.AWAITING_PROFESSIONAL),
        (s.AWAITING_PROFESSIONAL, a.ACCEPT, r.PROFESSIONAL, s.ACTIVE),
        (s.AWAITING_PROFESSIONAL, a.REJECT, r.PROFESSIONAL, s.REJECTED),
        (s.AWAITING_PROFESSIONAL, a.WITHDRAW, r.EMPLOYER, s.WITHDRAWN),
        (s.AWAITING_PROFESSIONAL, a.LAPSE, r.REGISTER, s.LAPSED),
        *((s.ACTIVE, act, role, to) for role in (r.EMPLOYER, r.PROFESSIONAL) for act, to in _ENDINGS),
        (s.ACTIVE, a.END, r.REGISTER, s.ENDED),
        *((state, a.REOFFER, r.EMPLOYER, state) for state in over),
    ]
    return (
        *(Transition(*row) for row in service),
        *(Transition(*row, form=ContractForm.OWN_STAFF) for row in own),
    )


_ENDINGS = (
    (ContractAction.END, ContractState.ENDED),
    (ContractAction.ANNOUNCE_END, ContractState.ACTIVE),
    (ContractAction.REVOKE_END, ContractState.ACTIVE),
)

TRANSITIONS: tuple[Transition, ...] = _rows()

_NEXT = {(row.form, row.state, row.action, row.role): row.to for row in TRANSITIONS}


def next_state(
    state: ContractState,
    action: ContractAction,
    role: ContractRole,
    form: ContractForm = ContractForm.SERVICE,
) -> ContractState:
    """Return the state that `action` by `role` leads to.

    Raises RuleViolation `action_not_allowed` (facts: state, action, role, form) where the table has no such row.
    """
    try:
        return _NEXT[form, state, action, role]
    except KeyError:
        facts = {"state": state, "action": action, "role": role, "form": form}
        raise RuleViolation("action_not_allowed", facts=facts) from None


def available_actions(
    state: ContractState, role: ContractRole, form: ContractForm = ContractForm.SERVICE
) -> tuple[ContractAction, ...]:
    """Actions open to `role` in `state`, in the table's order."""
    return tuple(row.action for row in TRANSITIONS if (row.state, row.role, row.form) == (state, role, form))
