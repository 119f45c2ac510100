"""Ending many contracts: one last day and one reason for all of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from katip.contracts.acts import Act
from katip.contracts.anew import running_named
from katip.contracts.models import Contract
from katip.contracts.permissions import roles_in
from katip.contracts.services.end import contracts_end_each
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.rules import ContractAction, RuleViolation
from katip.runs.contract_rows import changed_since, ends_asked, outcomes, refusal, rows_lock
from katip.runs.kinds import Outcome, RowAsked, RunKind
from katip.runs.models import Run, RunRow

END = "end"


class EndKind(RunKind):
    """*Sonlandır*. A row is a running contract; the run's `last_day` (ISO) and `note` hold for all."""

    code = END

    def rows_do(self, run: Run, rows: Sequence[RunRow], actor: Actor, at: datetime) -> Mapping[int, Outcome]:
        """End each, or announce its end."""
        contracts, changed = rows_lock(rows)
        refused: dict[int, Outcome] = changed_since(changed)
        refused |= _refused_since(actor, [one for one in changed.values() if one is not None], at)
        last_day, note = date.fromisoformat(run.params["last_day"]), str(run.params["note"])
        unlawful = contracts_end_each(actor, at, contracts, last_day=last_day, note=note)
        refused |= {contract_id: refusal(error) for contract_id, error in unlawful.items()}
        return outcomes(rows, {}, refused)

    def rows_again(self, run: Run, rows: Sequence[RunRow], at: datetime) -> Sequence[RowAsked]:
        """Those that still run, in the same name."""
        sides = {(row.capacity, row.organisation_id if row.capacity == Capacity.PROVIDER else None) for row in rows}
        asked: list[RowAsked] = []
        for capacity, organisation_id in sides:
            actor = Actor(run.person_id, Capacity(capacity), organisation_id)
            named = [row.subject_id for row in rows if row.capacity == capacity]
            asked += ends_asked(running_named(actor, at, named), actor.capacity)
        return asked


def _refused_since(actor: Actor, contracts: Sequence[Contract], at: datetime) -> dict[int, Outcome]:
    """Of contracts that changed since they were shown, those that nobody can take up again, and why.

    They are over by now, their end was announced, or they are not the actor's any more. An announced end is not brought
    forward here: the person did not see it.
    """
    roles = roles_in(actor, contracts, at)
    found: dict[int, Outcome] = {}
    for one in contracts:
        role = roles[one.pk]
        if isinstance(role, PermissionRefusedError):
            found[one.pk] = refusal(role)
            continue
        try:
            Act(one, ContractAction.END, role, actor.person_id, at).require_allowed()
        except RuleViolation as violation:
            found[one.pk] = refusal(violation)
        else:
            if one.ends_on is not None:
                found[one.pk] = refusal(RuleViolation("end_announced", facts={"ends_on": one.ends_on}))
    return found
