"""Ending many contracts: one last day and one reason for all of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from katip.contracts.anew import running_named
from katip.contracts.services.end import contracts_end_each
from katip.core.actor import Actor, Capacity
from katip.runs.contract_rows import ends_asked, outcomes, refusal, rows_lock
from katip.runs.kinds import Outcome, RowAsked, RunKind
from katip.runs.models import Run, RunRow

END = "end"


class EndKind(RunKind):
    """*Sonlandır*. A row is a running contract; the run's `last_day` (ISO) and `note` hold for all."""

    code = END

    def rows_do(self, run: Run, rows: Sequence[RunRow], actor: Actor, at: datetime) -> Mapping[int, Outcome]:
        """End each, or announce its end."""
        contracts, refused = rows_lock(rows)
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
