"""What waits in the sample world beside offers: own staff, an undertaking, a staff contract, an appointment.

Acted out through the services that a user goes through, each once: an interrupted load is taken up where it stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from katip.contracts.kinds.appointment import MANAGER_APPOINTMENT
from katip.contracts.kinds.own_staff import OWN_STAFF_ASSIGNMENT
from katip.contracts.kinds.staff import STAFF_CONTRACT
from katip.contracts.kinds.undertaking import OWN_UNDERTAKING
from katip.contracts.services.appointment import appointment_propose
from katip.contracts.services.own_staff import own_staff_assign
from katip.contracts.services.staff import staff_propose
from katip.contracts.services.undertaking import undertaking_register
from katip.core.actor import Actor, Capacity, Proof
from katip.core.clock import day_of
from katip.demo.acting import person_id
from katip.processes.models import Process
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import Headcount, Provider, Workplace
from katip.rules import Profession, UndertakerQuality, hazard_class_of, required_minutes

Moment = Callable[[int], datetime]
"""When something happened that was so many working days ago."""


@dataclass(frozen=True, slots=True)
class Place:
    """A workplace by SGK number, and its e-Bildirge user by T.C. kimlik no."""

    sgk_number: str
    user: str


EMPLOYER = "10000000146"
SPECIALIST, PHYSICIAN = "10000000214", "10000000382"
OWN_PHYSICIAN = "10000005400"
DEPOT = Place("25210010110000070160986000", EMPLOYER)
FLORIST = Place("24776010110000030160882000", EMPLOYER)
MISAL_ITSELF = Place("28621010100000510160906000", "10000005196")
NUMUNE, NUMUNE_MANAGER = "ÖRNEK-0002", "10000003116"


def people_act(moment: Moment) -> None:
    """Act out whatever has not happened yet; the own staff last, by which a load is known to be complete."""
    acts = (
        (OWN_UNDERTAKING, _undertake),
        (STAFF_CONTRACT, _propose),
        (MANAGER_APPOINTMENT, _appoint),
        (OWN_STAFF_ASSIGNMENT, _assign),
    )
    for code, act in acts:
        if not Process.objects.filter(code=code).exists():
            act(moment)


def _undertake(moment: Moment) -> None:
    """The employer takes the florist's on personally; their acceptance waits."""
    at = moment(2)
    newest = Headcount.objects.filter(workplace__sgk_number=FLORIST.sgk_number).order_by("-period")[:1].get()
    undertaking_register(
        actor=_user(FLORIST, at),
        at=at,
        national_id=EMPLOYER,
        quality=UndertakerQuality.EMPLOYER,
        training_no="ÖRNEK-E-0007",
        training_on=at.date().replace(year=at.year - 1, month=3, day=12),
        minutes=newest.employees * 10,
    )


def _propose(moment: Moment) -> None:
    """Another provider would have some of the specialist's time as well; the answer waits."""
    at = moment(1)
    provider = Provider.objects.get(authorisation_no=NUMUNE)
    actor = Actor(person_id(NUMUNE_MANAGER), Capacity.PROVIDER, provider.pk, Proof("totp", at))
    staff_propose(actor=actor, at=at, national_id=SPECIALIST, minutes=1_500, first_day=day_of(at))


def _appoint(moment: Moment) -> None:
    """The provider's own workplace would have the physician manage it as well; the answer waits."""
    at = moment(1)
    appointment_propose(actor=_user(MISAL_ITSELF, at), at=at, national_id=PHYSICIAN)


def _assign(moment: Moment) -> None:
    """The depot's physician is its own employee, who accepted the day after."""
    at, accepted = moment(15), moment(14)
    contract = own_staff_assign(
        actor=_user(DEPOT, at),
        at=at,
        national_id=OWN_PHYSICIAN,
        profession=Profession.WORKPLACE_PHYSICIAN,
        minutes=_least(DEPOT, at),
    )
    process = Process.objects.get(pk=contract.process_id)
    steps_complete(
        actor=Actor(person_id(OWN_PHYSICIAN), Capacity.INDIVIDUAL, None, Proof("totp", accepted)),
        at=accepted,
        decisions=[StepDecision(process.pk, process.version, process.terms_hash)],
    )


def _least(place: Place, at: datetime) -> int:
    """Minutes a month that the law asks of a physician at this workplace."""
    workplace = Workplace.objects.get(sgk_number=place.sgk_number)
    newest = Headcount.objects.filter(workplace=workplace).order_by("-period")[:1].get()
    day = day_of(at)
    hazard = hazard_class_of(workplace.activity_id, day)
    physician = Profession.WORKPLACE_PHYSICIAN
    return required_minutes(physician, hazard=hazard, employees=newest.employees, as_of=day).minutes


def _user(place: Place, at: datetime) -> Actor:
    workplace = Workplace.objects.get(sgk_number=place.sgk_number)
    return Actor(person_id(place.user), Capacity.WORKPLACE, workplace.pk, Proof("totp", at))
