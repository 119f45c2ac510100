"""Who may say where an organisation's programs are told: who holds a mandate of it, for the one they act for."""

from datetime import datetime
from typing import Any

from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.registry.permissions import require_mandates, require_provider_mandate

_SIDES = {Capacity.PROVIDER: "provider_id", Capacity.WORKPLACE: "workplace_id"}


def organisation_of(actor: Actor, at: datetime) -> dict[str, Any]:
    """The organisation that the actor acts for, as columns of a subscription; the mandate is asked of the register.

    Raises `PermissionRefusedError` for whoever acts for none, or without a second step.
    """
    if actor.proof is None or actor.person_id is None:
        raise PermissionRefusedError("no_second_step")
    side = _SIDES.get(actor.capacity)
    if side is None:
        raise PermissionRefusedError("no_organisation")
    if actor.capacity == Capacity.PROVIDER:
        require_provider_mandate(actor, actor.organisation, at)
    else:
        require_mandates(actor, [actor.organisation], at)
    return {side: actor.organisation}
