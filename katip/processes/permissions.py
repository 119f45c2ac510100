"""Who may decide a step: the party that is asked, in the capacity in which it is asked, now."""

from collections.abc import Sequence
from datetime import datetime

from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.processes.models import PartyKind, Process
from katip.registry.permissions import manages, mandates_held, require_mandates, require_provider_mandate

_IN_PERSON = {PartyKind.PROFESSIONAL, PartyKind.PERSON}


def decisions_refused(actor: Actor, processes: Sequence[Process], at: datetime) -> dict[int, PermissionRefusedError]:
    """The processes among these that do not wait for this actor, by id; empty where all do.

    A professional answers for themselves; an employer's step asks the mandate of each workplace named, a provider's
    step that of the provider. The mandates of all workplaces are asked for at once.
    """
    refused, employers = {}, []
    for process in processes:
        if process.waits_for == PartyKind.EMPLOYER and actor.capacity == Capacity.WORKPLACE:
            employers.append(process)
        elif not _answers(actor, process):
            refused[process.pk] = PermissionRefusedError("not_your_turn")
    of_provider = [one for one in processes if one.waits_for == PartyKind.PROVIDER and one.pk not in refused]
    if of_provider and not manages(actor, actor.organisation, at):
        refused |= {process.pk: PermissionRefusedError("no_mandate") for process in of_provider}
    workplace_ids = {process.workplace_id for process in employers if process.workplace_id is not None}
    held = mandates_held(actor, workplace_ids, at) if workplace_ids else set()
    ended = (process for process in employers if process.workplace_id not in held)
    return refused | {process.pk: PermissionRefusedError("mandate_ended") for process in ended}


def _answers(actor: Actor, process: Process) -> bool:
    """Whether the step is the actor's by who they are and in whose name they act; mandates apart."""
    if process.waits_for in _IN_PERSON:
        return actor.capacity == Capacity.INDIVIDUAL and process.waits_for_person_id == actor.person_id
    is_provider = process.waits_for == PartyKind.PROVIDER and actor.capacity == Capacity.PROVIDER
    return is_provider and process.provider_id is not None and process.provider_id == actor.organisation_id


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
