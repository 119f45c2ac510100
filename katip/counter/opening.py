"""What a confirmed application opens: the person, the proofing, and the code to hand over. Called inside use cases."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.crypto import unseal
from katip.counter.models import OPEN_STATES, Application, ApplicationState, Purpose
from katip.identity.factors import has_second_step
from katip.identity.models import ActivationCode, ChipSession, Person, Proofing, ProofingWay
from katip.identity.opening import code_insert, proofing_insert

PASSWORDS = frozenset({Purpose.ACCOUNT, Purpose.BOTH_LOST})
LOST = frozenset({Purpose.LOST_FACTOR, Purpose.BOTH_LOST})


@dataclass(frozen=True, slots=True)
class Opened:
    """A confirmed application, whose it is, and the code to hand over, in clear, with its row."""

    application: Application
    person: Person
    code: str
    row: ActivationCode


def identity_open(actor: Actor, at: datetime, application: Application, session: ChipSession | None) -> Opened:
    """Establish who applied, and draw the code that opens what was asked for.

    Somebody whom the register does not know is entered with the names that the officer compared; names that it knows
    are not touched. A second step that is there stays, unless it was lost.
    """
    person = _person(actor, at, application)
    proofing = proofing_insert(
        actor,
        at,
        Proofing(
            person=person,
            way=ProofingWay.COUNTER,
            level=session.verdict if session and session.verdict != "refused" else "",
            signer=session.signer if session else "",
            evidence=session.evidence if session else "",
            officer_id=application.officer_id,
            second_officer_id=application.second_officer_id,
            reference=application.pk,
        ),
    )
    application.person, application.proofing, application.chip_session = person, proofing, session
    application.save(update_fields=["person", "proofing", "chip_session"])
    _others_close(actor, at, application)
    code, row = _code(actor, at, proofing, application.purpose, person)
    return Opened(application, person, code, row)


def _person(actor: Actor, at: datetime, application: Application) -> Person:
    known = Person.objects.filter(national_id_key=application.national_id_key)
    person = known.first()
    if person is not None:
        return person
    try:
        with transaction.atomic():
            person = Person.objects.create_person(
                national_id=unseal(application.national_id_sealed),
                given_name=application.given_name,
                family_name=application.family_name,
                email=application.email,
            )
    except IntegrityError:  # a list brought the person in at this very moment
        return known.get()
    record(actor, at, Happening("identity:person:made", person.pk, {"application": application.pk}))
    return person


def _code(actor: Actor, at: datetime, proofing: Proofing, purpose: str, person: Person) -> tuple[str, ActivationCode]:
    """The password where it was asked for or there is none; the second step unless one stays."""
    lost = purpose in LOST
    opens_password = purpose in PASSWORDS or not person.has_usable_password()
    opens_second_step = lost or purpose == Purpose.SECOND_STEP or not has_second_step(person.pk)
    return code_insert(
        actor, at, proofing, opens_password=opens_password, opens_second_step=opens_second_step, resets=lost
    )


def _others_close(actor: Actor, at: datetime, application: Application) -> None:
    """What else is open in the same name for the same thing has become needless."""
    same = Application.objects.filter(
        national_id_key=application.national_id_key, purpose=application.purpose, state__in=OPEN_STATES
    ).exclude(pk=application.pk)
    closed = list(same.select_for_update().values_list("pk", flat=True))
    Application.objects.filter(pk__in=closed).update(
        state=ApplicationState.CANCELLED, version=F("version") + 1, decided_at=at
    )
    for number in closed:
        record(actor, at, Happening("counter:application:cancelled", number, {"by": "confirmed", "as": application.pk}))
