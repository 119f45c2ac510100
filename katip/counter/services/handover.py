"""Handing the code over once more: the sheet was lost before it was used."""

from datetime import datetime, timedelta

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.counter.models import Application
from katip.counter.opening import Opened
from katip.counter.permissions import require_desk, require_not_own
from katip.counter.selectors import code_unused
from katip.identity.opening import code_insert
from katip.identity.step_up import require_fresh

AGAIN_WITHIN = timedelta(hours=1)
"""Afterwards the person has left, and applies anew."""


@use_case
def code_again(*, actor: Actor, at: datetime, address: str, application_id: int) -> Opened:
    """Draw a new code in place of one that nobody used, within an hour of the decision; the earlier one ends.

    Raises `PermissionRefusedError` as `application_confirm`, `not_yours` unless the actor decided; `StaleStateError`
    when the code was used or taken back, or the hour is over.
    """
    require_fresh(actor, at)
    require_desk(actor, at, address)
    # Locked: whoever takes the confirmation back at this moment waits, or was faster.
    found = Application.objects.select_for_update(of=("self",)).filter(pk=application_id)
    application = found.select_related("person", "proofing", "branch").first()
    if application is None or actor.person_id not in {application.officer_id, application.second_officer_id}:
        raise PermissionRefusedError("not_yours")
    require_not_own(actor, application)
    unused = code_unused(application)
    decided = application.decided_at
    if unused is None or application.proofing is None or decided is None or at - decided > AGAIN_WITHIN:
        raise StaleStateError("no code to replace")
    code, row = code_insert(
        actor,
        at,
        application.proofing,
        opens_password=unused.opens_password,
        opens_second_step=unused.opens_second_step,
        resets=unused.resets,
    )
    record(actor, at, Happening("counter:code:replaced", application.pk))
    return Opened(application, application.proofing.person, code, row)
