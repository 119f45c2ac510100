"""Appointing a provider's responsible manager, and ending a mandate (process 9005)."""

from datetime import datetime, timedelta

from katip.audit.services.record import Happening, record
from katip.contracts.kinds.appointment import (
    MANAGER_APPOINTMENT,
    Appointment,
    mandate_words,
    require_appointable,
)
from katip.contracts.people import person_named
from katip.contracts.permissions import require_employer, require_proof
from katip.contracts.services.end import NOTE_LENGTH
from katip.contracts.services.staff import provider_terms
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
from katip.processes.kinds import kind_get
from katip.processes.models import PartyKind, Process, ProcessState
from katip.processes.services.open import process_open
from katip.registry.models import Mandate, Provider
from katip.registry.permissions import require_mandates
from katip.rules import RuleViolation


@use_case
def appointment_propose(*, actor: Actor, at: datetime, national_id: str) -> Process:
    """Appoint a person as responsible manager of the provider whose own workplace the actor files for.

    It then waits for the person. Raises `PermissionRefusedError` unless the actor is e-Bildirge user of a provider's
    own workplace with a second step; `RuleViolation` `person_unknown`, `already_manager`, `appointment_proposed`.
    """
    workplace_id = require_employer(actor, at)
    whole_from_here("a person is named who is not known here yet")
    locked = Provider.objects.select_for_update(of=("self",), no_key=True)
    provider = locked.select_related("province", "workplace").filter(workplace_id=workplace_id).first()
    if provider is None or provider.workplace is None:
        raise PermissionRefusedError("no_provider")
    person = person_named(national_id)
    require_appointable(Appointment(provider, person.pk), at)
    waiting = Process.objects.filter(
        code=MANAGER_APPOINTMENT, state=ProcessState.OPEN, provider=provider, waits_for_person_id=person.pk
    )
    if waiting.exists():
        raise RuleViolation("appointment_proposed")
    kind, workplace = kind_get(MANAGER_APPOINTMENT), provider.workplace
    process = process_open(
        actor=actor,
        at=at,
        kind=kind,
        workplace_id=workplace_id,
        provider_id=provider.pk,
        person_id=person.pk,
        proposed_by=PartyKind.EMPLOYER,
        terms={
            "code": kind.code,
            "title": kind.title,
            "provider": provider_terms(provider),
            "workplace": {"id": workplace.pk, "title": workplace.title, "sgk_number": workplace.sgk_number},
            "person": {"id": person.pk, "name": person.name},
            "start": "on_approval",
            "end": "open",
        },
    )
    detail = {"provider": provider.pk, "person": person.pk, "terms_hash": process.terms_hash}
    record(actor, at, Happening("registry:mandate:proposed", process.pk, detail))
    return process


@use_case
def mandate_end(*, actor: Actor, at: datetime, mandate_id: int, reason: str) -> Mandate:
    """End a responsible manager's mandate, at once; the side that appoints may, and the manager for themselves.

    The mandate's last day becomes the day before: days are whole, and who is dismissed acts no more from this moment.
    The audit has the moment. Raises `PermissionRefusedError` for others or without a second step, `ValueError` for a
    reason that is not 10 to 200 characters, `RuleViolation` `mandate_over` where it has ended.
    """
    require_proof(actor)
    locked = Mandate.objects.select_for_update(of=("self",), no_key=True)
    mandate = locked.filter(pk=mandate_id, provider__isnull=False).select_related("provider").first()
    if mandate is None or mandate.provider is None:
        raise PermissionRefusedError("not_yours")
    own = mandate.provider.workplace_id
    if actor.capacity == Capacity.WORKPLACE and own is not None and actor.organisation_id == own:
        require_mandates(actor, {own}, at)
    elif actor.capacity != Capacity.INDIVIDUAL or actor.person_id != mandate.person_id:
        raise PermissionRefusedError("not_yours")
    if len(reason) not in NOTE_LENGTH:
        raise ValueError("an end needs a reason of 10 to 200 characters")
    day = day_of(at)
    if mandate.valid_to is not None and mandate.valid_to < day:
        raise RuleViolation("mandate_over")
    whole_from_here("whose mandate ends sees no more of it")
    before = mandate_words(mandate)
    mandate.valid_to = day - timedelta(days=1)
    mandate.save(update_fields=["valid_to"])
    detail = {"provider": mandate.provider_id, "person": mandate.person_id, "reason": reason, "before": before}
    after = {"after": mandate_words(mandate)}
    record(actor, at, Happening("registry:mandate:ended", mandate.pk, detail | after))
    return mandate
