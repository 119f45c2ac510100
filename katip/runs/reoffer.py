"""Offering many contracts anew: those that were rejected, withdrawn or lapsed, as they were."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from katip.contracts.anew import fallen_named
from katip.contracts.services.reoffer import contracts_reoffer_each
from katip.core.actor import Actor, Capacity
from katip.runs.contract_rows import changed_since, outcomes, refusal, reoffers_asked, rows_lock
from katip.runs.kinds import Outcome, RowAsked, RunKind
from katip.runs.models import Run, RunRow

REOFFER = "reoffer"


class ReofferKind(RunKind):
    """*Yeniden teklif et*. A row is a contract that is over, and the minutes that are offered; it makes a new one."""

    code = REOFFER

    def rows_do(self, run: Run, rows: Sequence[RunRow], actor: Actor, at: datetime) -> Mapping[int, Outcome]:
        """Offer each anew with the minutes that were shown."""
        del run
        contracts, changed = rows_lock(rows)
        refused: dict[int, Outcome] = changed_since(changed)
        minutes = {row.subject_id: int(row.params["minutes"]) for row in rows}
        made, unlawful = contracts_reoffer_each(actor, at, contracts, minutes)
        refused |= {contract_id: refusal(error) for contract_id, error in unlawful.items()}
        return outcomes(rows, {followed: contract.pk for followed, contract in made.items()}, refused)

    def rows_again(self, run: Run, rows: Sequence[RunRow], at: datetime) -> Sequence[RowAsked]:
        """Those that nothing followed yet, with the minutes that the law asks by now."""
        providers = {row.organisation_id for row in rows if row.organisation_id is not None}
        asked: list[RowAsked] = []
        for provider_id in sorted(providers):
            actor = Actor(run.person_id, Capacity.PROVIDER, provider_id)
            asked += reoffers_asked(fallen_named(actor, [row.subject_id for row in rows]), at)
        return asked
