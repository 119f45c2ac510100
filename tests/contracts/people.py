"""What the tests of people need beside the world: a small workplace, a provider's own one, a certified employee."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from katip.contracts.models import Contract, Undertaking
from katip.contracts.services.appointment import appointment_propose
from katip.contracts.services.own_staff import own_staff_assign
from katip.contracts.services.staff import staff_propose
from katip.contracts.services.undertaking import undertaking_register
from katip.core.actor import Actor, Capacity, Proof
from katip.identity.models import Person
from katip.processes.kinds import Moved
from katip.processes.models import Outcome, Process
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import Certificate, Professional, Workplace
from katip.rules import Profession, UndertakerQuality
from tests.cast import AT, LONG_AGO, LOW, World, e_bildirge, person, workplace


@dataclass
class People:
    """The world, and beside it: a small az tehlikeli workplace of the owner's, the provider's own, and who serves."""

    world: World
    small: Workplace
    own: Workplace
    principal: Person
    employee: Person
    candidate: Person

    def small_actor(self) -> Actor:
        """The owner, as e-Bildirge user of the small workplace."""
        return Actor(self.world.owner.pk, Capacity.WORKPLACE, self.small.pk, Proof("totp", AT))

    def principal_actor(self) -> Actor:
        """The e-Bildirge user of the provider's own workplace."""
        return Actor(self.principal.pk, Capacity.WORKPLACE, self.own.pk, Proof("totp", AT))

    def assign(self, *, actor: Actor | None = None, at: datetime = AT, **terms: Any) -> Contract:
        asked: dict[str, Any] = {
            "national_id": self.employee.national_id,
            "profession": Profession.SAFETY_SPECIALIST,
            "minutes": 240,
        } | terms
        made: Contract = own_staff_assign(actor=actor or self.world.actor("owner", at=at), at=at, **asked)
        return made

    def undertake(self, *, actor: Actor | None = None, at: datetime = AT, **terms: Any) -> Undertaking:
        asked: dict[str, Any] = {
            "national_id": self.world.owner.national_id,
            "quality": UndertakerQuality.EMPLOYER,
            "training_no": "EĞİTİM-1",
            "training_on": date(2024, 5, 1),
            "minutes": 70,
        } | terms
        made: Undertaking = undertaking_register(actor=actor or self.small_actor(), at=at, **asked)
        return made

    def propose(self, *, actor: Actor | None = None, at: datetime = AT, **terms: Any) -> Process:
        asked: dict[str, Any] = {
            "national_id": self.employee.national_id,
            "minutes": 6_000,
            "first_day": date(2025, 6, 2),
        } | terms
        made: Process = staff_propose(actor=actor or self.world.actor("manager", at=at), at=at, **asked)
        return made

    def appoint(self, *, actor: Actor | None = None, at: datetime = AT, national_id: str = "") -> Process:
        number = national_id or self.candidate.national_id
        made: Process = appointment_propose(actor=actor or self.principal_actor(), at=at, national_id=number)
        return made


def in_person(someone: Person, at: datetime = AT) -> Actor:
    return Actor(someone.pk, Capacity.INDIVIDUAL, None, Proof("totp", at))


def shown(process: Process, **seen: Any) -> StepDecision:
    """The answer to a process as the register shows it."""
    now = Process.objects.get(pk=process.pk)
    asked: dict[str, Any] = {"version": now.version, "terms_hash": now.terms_hash, "outcome": Outcome.APPROVED} | seen
    return StepDecision(process_id=now.pk, **asked)


def answer(someone: Person, *processes: Process, at: datetime = AT, **seen: Any) -> list[Moved]:
    """What a person answers in their own name."""
    decisions = [shown(process, **seen) for process in processes]
    return steps_complete(actor=in_person(someone, at), at=at, decisions=decisions)


def people_make(world: World) -> People:
    small = workplace(50, employees=7, activity=LOW)
    e_bildirge(world.owner, small)
    own = workplace(60)
    world.provider.workplace = own
    world.provider.save()
    principal, employee, candidate = (
        person(number, name) for number, name in ((50, "Sahip"), (51, "Çalışan"), (52, "Aday"))
    )
    e_bildirge(principal, own)
    Certificate.objects.create(
        professional=Professional.objects.create(person=employee),
        profession="safety_specialist",
        certificate_class="B",
        number="ÖRNEK-ÇALIŞAN",
        valid_from=LONG_AGO,
    )
    return People(world, small, own, principal, employee, candidate)
