"""Who may decide a step: the party that is asked, in the capacity in which it is asked, now."""

from collections.abc import Sequence
from datetime import datetime

from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.processes.models import PartyKind, Process
from katip.registry.permissions import require_mandates


def require_may_decide(actor: Actor, processes: Sequence[Process], at: datetime) -> None:
    """Raise `PermissionRefusedError` unless every process waits for this actor.

    A professional answers for themselves; an employer's step asks the mandate of each workplace named.
    """
    workplace_ids = set()
    for process in processes:
        if process.waits_for == PartyKind.PROFESSIONAL:
            if actor.capacity != Capacity.INDIVIDUAL or process.waits_for_person_id != actor.person_id:
                raise PermissionRefusedError("not_your_turn")
        else:
            workplace_ids.add(process.workplace_id)
    if workplace_ids:
        if actor.capacity != Capacity.WORKPLACE:
            raise PermissionRefusedError("not_your_turn")
        require_mandates(actor, workplace_ids, at)
