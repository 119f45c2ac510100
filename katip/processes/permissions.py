"""Who may decide a step: the party that is asked, in the capacity in which it is asked, now."""

from collections.abc import Sequence
from datetime import datetime

from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.processes.models import PartyKind, Process
from katip.registry.permissions import require_mandates, require_provider_mandate

_IN_PERSON = {PartyKind.PROFESSIONAL, PartyKind.PERSON}


def require_may_decide(actor: Actor, processes: Sequence[Process], at: datetime) -> None:
    """Raise `PermissionRefusedError` unless every process waits for this actor.

    A professional answers for themselves; an employer's step asks the mandate of each workplace named, a provider's
    step that of the provider.
    """
    workplace_ids, provider_ids = set(), set()
    for process in processes:
        if process.waits_for in _IN_PERSON:
            if actor.capacity != Capacity.INDIVIDUAL or process.waits_for_person_id != actor.person_id:
                raise PermissionRefusedError("not_your_turn")
        elif process.waits_for == PartyKind.PROVIDER:
            provider_ids.add(process.provider_id)
        else:
            workplace_ids.add(process.workplace_id)
    _require_organisations(actor, workplace_ids, provider_ids, at)


def require_may_withdraw(actor: Actor, process: Process, at: datetime) -> None:
    """Raise `PermissionRefusedError` unless the actor speaks for the side that proposed the process.

    What a month's figures ask is nobody's to take back: it is answered.
    """
    if "month" in process.terms:
        raise PermissionRefusedError("not_yours")
    if process.proposed_by == PartyKind.PROVIDER:
        _require_organisations(actor, set(), {process.provider_id}, at)
    elif process.proposed_by == PartyKind.EMPLOYER:
        _require_organisations(actor, {process.workplace_id}, set(), at)
    elif actor.capacity != Capacity.INDIVIDUAL or process.created_by_id != actor.person_id:
        raise PermissionRefusedError("not_yours")


def _require_organisations(
    actor: Actor, workplace_ids: set[int | None], provider_ids: set[int | None], at: datetime
) -> None:
    if None in workplace_ids | provider_ids:
        raise PermissionRefusedError("not_your_turn")
    if provider_ids:
        if actor.capacity != Capacity.PROVIDER or provider_ids != {actor.organisation_id}:
            raise PermissionRefusedError("not_your_turn")
        require_provider_mandate(actor, actor.organisation, at)
    if workplace_ids:
        if actor.capacity != Capacity.WORKPLACE:
            raise PermissionRefusedError("not_your_turn")
        require_mandates(actor, {one for one in workplace_ids if one is not None}, at)
