"""9005, sorumlu müdür görevlendirme: the provider's own workplace appoints who manages it, and the person accepts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from katip.audit.services.record import Happening, record
from katip.contracts.texts import APPOINTMENT_ACCEPTANCE
from katip.core.clock import day_of
from katip.processes.kinds import Cancelled, Moved, ProcessKind
from katip.processes.models import PartyKind, Process
from katip.registry.models import Mandate, MandateCapacity, Provider
from katip.registry.permissions import valid_on
from katip.rules import RuleViolation

MANAGER_APPOINTMENT = 9005


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who is to manage which provider."""

    provider: Provider
    person_id: int


def require_appointable(appointment: Appointment, at: datetime) -> None:
    """Raise `RuleViolation` `already_manager` where the person manages the provider at `at` without a last day."""
    held = Mandate.objects.filter(valid_on(at), provider=appointment.provider, person_id=appointment.person_id)
    if held.filter(valid_to__isnull=True).exists():
        raise RuleViolation("already_manager")


def mandate_words(mandate: Mandate) -> dict[str, Any]:
    """A mandate's days as the audit keeps them."""
    last = mandate.valid_to.isoformat() if mandate.valid_to else None
    return {"valid_from": mandate.valid_from.isoformat(), "valid_to": last}


class AppointmentKind(ProcessKind):
    """The person accepts to be responsible manager."""

    code = MANAGER_APPOINTMENT
    title = "Hizmet veren kuruma sorumlu müdür görevlendirilmesi"
    short_title = "Sorumlu müdür görevlendirme"
    parties: Sequence[PartyKind] = (PartyKind.PERSON,)
    text_version = APPOINTMENT_ACCEPTANCE

    def lock(self, processes: Sequence[Process]) -> Mapping[int, Appointment]:
        """Read who manages what, locking the providers."""
        ids = {int(process.terms["provider"]["id"]) for process in processes}
        locked = Provider.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
        providers = {one.pk: one for one in locked}
        return {
            process.pk: Appointment(providers[process.terms["provider"]["id"]], process.terms["person"]["id"])
            for process in processes
        }

    def check(self, subjects: Mapping[int, Appointment], at: datetime) -> Mapping[int, RuleViolation]:
        """Nobody is appointed twice."""
        refused: dict[int, RuleViolation] = {}
        for process_id, appointment in subjects.items():
            try:
                require_appointable(appointment, at)
            except RuleViolation as violation:
                refused[process_id] = violation
        return refused

    def apply(self, moved: Sequence[Moved], subjects: Mapping[int, Appointment]) -> None:
        """Whoever accepted may act for the provider from this day on."""
        for move in moved:
            if move.approved:
                _appoint(move, subjects[move.process.pk])

    def cancel(self, cancelled: Sequence[Cancelled], subjects: Mapping[int, Appointment]) -> None:
        """Nobody was appointed yet."""


def _appoint(move: Moved, appointment: Appointment) -> None:
    """Insert the mandate, or let the person's earlier one hold again; what it said before stays in the audit."""
    day = day_of(move.at)
    mandate = Mandate.objects.filter(provider=appointment.provider, person_id=appointment.person_id).first()
    before = mandate_words(mandate) if mandate else None
    if mandate is None:
        mandate = Mandate(
            provider=appointment.provider,
            person_id=appointment.person_id,
            capacity=MandateCapacity.RESPONSIBLE_MANAGER,
            valid_from=day,
        )
    elif not _holds(mandate, day):
        mandate.valid_from = day
    mandate.valid_to = None
    mandate.save()
    detail = {"process": move.process.pk, "provider": appointment.provider.pk, "person": appointment.person_id}
    changed = {"before": before, "after": mandate_words(mandate)}
    record(move.actor, move.at, Happening("registry:mandate:appointed", mandate.pk, detail | changed))


def _holds(mandate: Mandate, day: date) -> bool:
    return mandate.valid_from <= day and (mandate.valid_to is None or day <= mandate.valid_to)
