"""`month_drop`: a plan that nobody carries out."""

from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import StaleStateError
from katip.core.usecase import use_case
from katip.counter.permissions import require_operator
from katip.updates.models import MonthRun, RunState


@use_case
def month_drop(*, actor: Actor, at: datetime, run_id: int) -> None:
    """Drop a plan: it stays in the list, and cannot be carried out any more.

    Raises `PermissionRefusedError` unless the actor runs the installation, `StaleStateError` where the run is no plan,
    or no plan any longer.
    """
    require_operator(actor, at)
    if not MonthRun.objects.filter(pk=run_id, state=RunState.PLANNED).update(state=RunState.DROPPED, finished_at=at):
        raise StaleStateError
    record(actor, at, Happening("month:run:dropped", run_id))
