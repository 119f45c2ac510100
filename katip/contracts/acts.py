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
    SELECT * FROM jsonb_to_recordset(%(acts)s::jsonb)
        AS given (no int, contract_id bigint, action text, role text, person_id bigint, at timestamptz,
                  state_from text, state_to text, reason text, detail jsonb)
), judgement AS (
    SELECT * FROM jsonb_to_recordset(%(fits)s::jsonb) AS judged (workplace_id bigint, profession text, fit text)
)
"""
_MOVED = """
, moved AS (
    UPDATE contracts_contract AS contract
    SET state = given.state_to,
        active_from = CASE WHEN given.state_from <> 'active' AND given.state_to = 'active' THEN given.at
                           ELSE contract.active_from END,
        fit = COALESCE((
            SELECT judged.fit FROM judgement AS judged
            WHERE judged.workplace_id = contract.workplace_id AND judged.profession = contract.profession
        ), contract.fit)
    FROM given WHERE contract.id = given.contract_id
), judged AS (
    UPDATE contracts_contract AS contract SET fit = differs.fit
    FROM (
        SELECT contract.id, judged.fit
        FROM judgement AS judged
        JOIN contracts_contract AS contract
          ON contract.workplace_id = judged.workplace_id AND contract.profession = judged.profession
        WHERE contract.workplace_id = ANY(%(workplaces)s::bigint[]) AND contract.state = 'active'
          AND contract.fit <> judged.fit AND contract.id <> ALL(%(contracts)s::bigint[])
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
    SELECT * FROM jsonb_to_recordset(%(versions)s::jsonb)
        AS version (contract_id bigint, no int, basis text, process_id bigint, valid_from timestamptz, minutes int,
                    assignment_type text, employees int, hazard_class text, required_minutes int, agreed_minutes int,
                    recorded_at timestamptz)
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
    judged = [
        {"workplace_id": workplace_id, "profession": profession, "fit": fit}
        for (workplace_id, profession), fit in (fits or {}).items()
    ]
    moves = [(act.contract.state, act.to) for act in acts]
    parameters = _parameters(acts, moves, judged) | {
        "workplaces": [one["workplace_id"] for one in judged],
        "contracts": [act.contract.pk for act in acts],
    }
    if versions:
        rows = [{name: getattr(version, name) for name in _VERSION} for version in versions]
        parameters["versions"] = _json(rows)
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN + _MOVED + (_VERSIONED if versions else "") + _BORN, parameters)
    for act, (_, to) in zip(acts, moves, strict=True):
        act.contract.state = to


def acts_of_born(acts: Sequence[Act]) -> None:
    """Write down how contracts came to be that were inserted in this transaction, in the state where they are now."""
    if not acts:
        return
    moves = [(ContractState.DRAFT, act.contract.state) for act in acts]
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN + _BORN, _parameters(acts, moves))


def _parameters(
    acts: Sequence[Act], moves: Sequence[tuple[str, str]], judged: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    rows = [
        {
            "no": no,
            "contract_id": act.contract.pk,
            "action": act.action,
            "role": act.role,
            "person_id": act.person_id,
            "at": act.at,
            "state_from": before,
            "state_to": after,
            "reason": act.reason,
            "detail": dict(act.detail),
        }
        for no, (act, (before, after)) in enumerate(zip(acts, moves, strict=True))
    ]
    return {"acts": _json(rows), "fits": _json(judged)}


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as one parameter: so many columns, each an array of its own, cost more to send than to write."""
    return json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)


def fold(acts: Iterable[ContractAct], form: ContractForm) -> ContractState:
    """The state that the acts lead to from a draft, by the table. Raises `RuleViolation` where one is not allowed."""
    state = ContractState.DRAFT
    for act in acts:
        state = next_state(state, ContractAction(act.action), ContractRole(act.role), form)
    return state
