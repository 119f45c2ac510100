"""*Tamamla*: the one moment at which a person confirms all rows of a run, with one second step."""

from collections.abc import Collection
from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.identity.step_up import require_fresh
from katip.runs.models import Run, RunState
from katip.runs.services.call import run_call
from katip.runs.services.prepare import require_switched_on


@use_case
def run_open(*, actor: Actor, at: datetime, run_id: int, shown_hash: str, texts: Collection[str]) -> Run:
    """Confirm a draft: its rows are carried out from now on, in the background, each by its own service.

    `shown_hash` and `texts` are what the person saw and ticked. A run that was confirmed already is returned as it is.
    Raises `PermissionRefusedError` `not_yours`, `no_second_step`, `second_step_old`, `bulk_off`; `StaleStateError`
    where hash or texts are not those of the draft. Whatever is raised, nothing has happened and the draft stays.
    """
    run = Run.objects.select_for_update().filter(pk=run_id, person_id=actor.person).first()
    if run is None:
        raise PermissionRefusedError("not_yours")
    if run.shown_hash != shown_hash:
        raise StaleStateError("not the rows that were shown")
    if run.state != RunState.DRAFT:
        return run
    require_switched_on(run.kind)
    require_fresh(actor, at)
    if not set(run.text_versions) <= set(texts):
        raise StaleStateError("not every text was ticked")
    assert actor.proof is not None  # noqa: S101 -- fresh
    run.proof_method, run.proof_at = actor.proof.method, actor.proof.at
    run.state, run.begun_at, run.moved_at = RunState.WAITING, at, at
    run.save(update_fields=["proof_method", "proof_at", "state", "begun_at", "moved_at"])
    told = {
        "kind": run.kind,
        "rows": run.total,
        "hash": run.shown_hash,
        "texts": run.text_versions,
        "again_of": run.again_of_id,
        "proof": {"method": run.proof_method, "at": actor.proof.at.isoformat()},
    }
    record(actor, at, Happening("runs:run:opened", run.pk, told))
    run_call(run.pk)
    return run
