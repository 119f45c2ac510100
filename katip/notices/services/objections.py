"""*Bu OSGB’yi tanımıyorum*: reject what the provider offers the workplace, and tell the officials of the province."""

from dataclasses import dataclass
from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.contracts.permissions import require_proof
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.notices.models import Objection
from katip.notices.objecting import OFFERED, rejection
from katip.processes.models import PartyKind, Process, ProcessState
from katip.processes.services.complete import steps_complete_each
from katip.registry.models import OfficialRole
from katip.registry.permissions import require_mandates, require_office
from katip.rules import RuleViolation

NOTE_LENGTH = 300
_REASON_LENGTH = range(10, NOTE_LENGTH + 1)
LOOKS_INTO = (OfficialRole.DIRECTORATE, OfficialRole.INSPECTOR)


@dataclass(frozen=True, slots=True)
class Disowned:
    """What was done: how many offers were rejected at once, and how many will be when their turn comes."""

    objection: Objection
    rejected: int
    later: int


def offers_open(workplace_id: int, provider_id: int) -> list[Process]:
    """What this provider offers this workplace and nobody has decided in full, in the order of code and number."""
    waiting = Process.objects.filter(
        workplace=workplace_id, provider=provider_id, code__in=OFFERED, state=ProcessState.OPEN
    )
    return list(waiting.order_by("code", "pk"))


@use_case
def provider_disown(*, actor: Actor, at: datetime, process_id: int, note: str = "") -> Disowned:
    """Say that the workplace does not know the provider behind an offer.

    Every open offer of that provider to that workplace is rejected: those that wait for the employer now, those that
    still wait for the professional when their turn comes (the employer may refuse only then). Raises
    `PermissionRefusedError` unless the actor is e-Bildirge user of the workplace with a second step; `RuleViolation`
    `offer_over` where nothing of the provider waits any more; `ValueError` for a note of more than 300 characters.
    """
    require_proof(actor)
    assert actor.proof is not None  # noqa: S101 -- asked for above
    if len(note) > NOTE_LENGTH:
        raise ValueError("a note has at most 300 characters")
    process = Process.objects.filter(pk=process_id, code__in=OFFERED).first()
    if process is None or process.workplace_id is None or process.provider_id is None:
        raise PermissionRefusedError("not_yours")
    if actor.capacity != Capacity.WORKPLACE or actor.organisation_id != process.workplace_id:
        raise PermissionRefusedError("not_yours")
    require_mandates(actor, {process.workplace_id}, at)
    waiting = offers_open(process.workplace_id, process.provider_id)
    if not waiting:
        raise RuleViolation("offer_over")
    objection = Objection.objects.create(
        workplace_id=process.workplace_id,
        provider_id=process.provider_id,
        person_id=actor.person,
        at=at,
        note=note,
        proof_method=actor.proof.method,
        proof_at=actor.proof.at,
    )
    mine = [one for one in waiting if one.waits_for == PartyKind.EMPLOYER]
    done = steps_complete_each(actor=actor, at=at, decisions=[rejection(one) for one in mine])
    detail = {
        "workplace": process.workplace_id,
        "provider": process.provider_id,
        "processes": [one.pk for one in waiting],
        "note": note,
    }
    record(actor, at, Happening("notices:objection:made", objection.pk, detail))
    return Disowned(objection, len(done.moved), len(waiting) - len(mine))


@use_case
def objection_close(*, actor: Actor, at: datetime, objection_id: int, outcome: str) -> Objection:
    """Say what came of looking into it (10 to 300 characters).

    Raises `PermissionRefusedError` for anybody but an official of the province, `RuleViolation` `objection_closed`,
    `ValueError` for an outcome of another length.
    """
    office = require_office(actor, *LOOKS_INTO)
    locked = Objection.objects.select_for_update(of=("self",)).select_related("workplace")
    objection = locked.filter(pk=objection_id).first()
    if objection is None or office.province_id not in {None, objection.workplace.province_id}:
        raise PermissionRefusedError("not_yours")
    if len(outcome) not in _REASON_LENGTH:
        raise ValueError("an outcome has 10 to 300 characters")
    if objection.closed_at is not None:
        raise RuleViolation("objection_closed")
    objection.closed_at, objection.closed_by_id, objection.outcome = at, actor.person, outcome
    objection.save(update_fields=["closed_at", "closed_by", "outcome"])
    record(actor, at, Happening("notices:objection:closed", objection.pk, {"outcome": outcome}))
    return objection
