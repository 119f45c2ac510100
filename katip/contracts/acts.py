"""The story of a contract: every change of state is written down beside it, in the same transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from katip.contracts.models import Contract, ContractAct, ContractVersion
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

    def require_allowed(self) -> None:
        """Ask the table before anything else is looked at. Raises `RuleViolation` `action_not_allowed`."""
        next_state(ContractState(self.contract.state), self.action, self.role, ContractForm(self.contract.form))


_BORN = """
INSERT INTO contracts_contractact (contract_id, action, role, person_id, at, state_from, state_to, reason, detail)
SELECT contract_id, action, role, person_id, at, state_from, state_to, reason, detail FROM given ORDER BY no
"""
_GIVEN = """
WITH given AS (
    SELECT * FROM unnest(%(no)s::int[], %(contract)s::bigint[], %(action)s::text[], %(role)s::text[],
                         %(person)s::bigint[], %(at)s::timestamptz[], %(state_from)s::text[], %(state_to)s::text[],
                         %(reason)s::text[], %(detail)s::jsonb[])
        AS given (no, contract_id, action, role, person_id, at, state_from, state_to, reason, detail)
)
"""
_MOVED = """
, moved AS (
    UPDATE contracts_contract AS contract
    SET state = given.state_to,
        active_from = CASE WHEN given.state_from <> 'active' AND given.state_to = 'active' THEN given.at
                           ELSE contract.active_from END,
        fit = COALESCE((
            SELECT judged.fit FROM unnest(%(workplace)s::bigint[], %(profession)s::text[], %(fit)s::text[])
                AS judged (workplace_id, profession, fit)
            WHERE judged.workplace_id = contract.workplace_id AND judged.profession = contract.profession
        ), contract.fit)
    FROM given WHERE contract.id = given.contract_id
), judged AS (
    UPDATE contracts_contract AS contract SET fit = differs.fit
    FROM (
        SELECT contract.id, judged.fit
        FROM unnest(%(workplace)s::bigint[], %(profession)s::text[], %(fit)s::text[])
            AS judged (workplace_id, profession, fit)
        JOIN contracts_contract AS contract
          ON contract.workplace_id = judged.workplace_id AND contract.profession = judged.profession
        WHERE contract.state = 'active' AND contract.fit <> judged.fit AND contract.id <> ALL(%(contract)s)
        FOR NO KEY UPDATE OF contract SKIP LOCKED
    ) AS differs
    WHERE contract.id = differs.id
)
"""
_VERSIONED = """
, versioned AS (
    INSERT INTO contracts_contractversion
        (contract_id, no, basis, process_id, valid_from, minutes, assignment_type, employees, hazard_class,
         required_minutes, agreed_minutes, recorded_at)
    SELECT * FROM unnest(%(v_contract_id)s::bigint[], %(v_no)s::int[], %(v_basis)s::text[], %(v_process_id)s::bigint[],
                         %(v_valid_from)s::timestamptz[], %(v_minutes)s::int[], %(v_assignment_type)s::text[],
                         %(v_employees)s::int[], %(v_hazard_class)s::text[], %(v_required_minutes)s::int[],
                         %(v_agreed_minutes)s::int[], %(v_recorded_at)s::timestamptz[])
)
"""
_VERSION = (
    "contract_id",
    "no",
    "basis",
    "process_id",
    "valid_from",
    "minutes",
    "assignment_type",
    "employees",
    "hazard_class",
    "required_minutes",
    "agreed_minutes",
    "recorded_at",
)
# Others' contracts are skipped where somebody holds them, as in `contracts.fitness`: nobody waits for a verdict.


def contracts_move(
    acts: Sequence[Act],
    fits: Mapping[tuple[int, str], str] | None = None,
    versions: Sequence[ContractVersion] = (),
) -> None:
    """Write the acts down and bring each contract where its act leads, with one statement.

    `versions` are the terms that come into force by it, `fits` what the contracts of a workplace and profession are
    worth from now on (see `contracts.fitness`). Each contract is moved once. Raises `RuleViolation` where an act is not
    allowed; then nothing is written.
    """
    if not acts:
        return
    judged = [(workplace, profession, fit) for (workplace, profession), fit in (fits or {}).items()]
    columns = list(zip(*judged, strict=True)) or [(), (), ()]
    names = ("workplace", "profession", "fit")
    parameters = {name: list(column) for name, column in zip(names, columns, strict=True)}
    moves = [(act.contract.state, act.to) for act in acts]
    for name in _VERSION:
        parameters[f"v_{name}"] = [getattr(version, name) for version in versions]
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVEN + _MOVED + (_VERSIONED if versions else "") + _BORN, _parameters(acts, moves) | parameters
        )
    for act, (_, to) in zip(acts, moves, strict=True):
        act.contract.state = to


def acts_of_born(acts: Sequence[Act]) -> None:
    """Write down how contracts came to be that were inserted in this transaction, in the state where they are now."""
    if not acts:
        return
    moves = [(ContractState.DRAFT, act.contract.state) for act in acts]
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN + _BORN, _parameters(acts, moves))


def _parameters(acts: Sequence[Act], moves: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "no": list(range(len(acts))),
        "contract": [act.contract.pk for act in acts],
        "action": [str(act.action) for act in acts],
        "role": [str(act.role) for act in acts],
        "person": [act.person_id for act in acts],
        "at": [act.at for act in acts],
        "state_from": [str(state) for state, _ in moves],
        "state_to": [str(state) for _, state in moves],
        "reason": [act.reason for act in acts],
        "detail": [json.dumps(dict(act.detail), ensure_ascii=False) for act in acts],
    }


def fold(acts: Iterable[ContractAct], form: ContractForm) -> ContractState:
    """The state that the acts lead to from a draft, by the table. Raises `RuleViolation` where one is not allowed."""
    state = ContractState.DRAFT
    for act in acts:
        state = next_state(state, ContractAction(act.action), ContractRole(act.role), form)
    return state
