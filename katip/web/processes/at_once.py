"""*Tamamla*, the short way: the service decides at once, in the capacity chosen, and nothing is read beside it."""

from datetime import timedelta
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings

from katip.core.actor import Capacity
from katip.core.errors import KatipError
from katip.processes.services.complete import steps_complete
from katip.rules import RuleViolation
from katip.web.acting.chosen import chosen_write
from katip.web.processes.forms import ApproveForm, RejectForm


def decided_at_once(request: Any, no: int, form: ApproveForm | RejectForm) -> bool:
    """Whether the decision stands, taken in the capacity chosen: nearly always it does, and nothing more need be read.

    The service asks for every right itself. Where it refuses, nothing has changed, and the long way finds out why.
    """
    if request.chosen is None or not form.is_valid() or not is_fresh(request):
        return False
    try:
        [move] = steps_complete(actor=request.actor, at=request.at, decisions=[form.decision(no)])
    except (KatipError, RuleViolation):
        return False
    workplace_id = move.process.workplace_id
    if request.actor.capacity == Capacity.WORKPLACE and request.actor.organisation_id != workplace_id:
        chosen_write(request, Capacity.WORKPLACE, workplace_id)  # one's other company: its result page is next
    return True


def is_fresh(request: Any) -> bool:
    """Whether the last second step is younger than the operator allows for a decision."""
    return bool(request.at - request.actor.proof.at <= timedelta(minutes=settings.KATIP.step_up_minutes))


def require_fresh_step(request: Any) -> None:
    """Ask the second step again where the last one is older than the operator allows; the POST is kept and resumed."""
    if not is_fresh(request):
        raise ReauthenticationRequired
