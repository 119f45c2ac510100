"""Applying to be verified at a counter, and taking it back.

What is answered is the same whether the number that was typed belongs to anybody or not: it is not looked up here.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import ISTANBUL, day_of
from katip.core.codes import code_draw
from katip.core.crypto import lookup_key, seal
from katip.core.errors import StaleStateError
from katip.core.usecase import use_case, whole_from_here
from katip.counter.codes import CODE_LENGTH, application_key
from katip.counter.models import OPEN_STATES, Application, ApplicationState, Purpose
from katip.counter.telling import applicant_tell, last_day
from katip.identity.models import NoticeKind, Person


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, as they typed it; `national_id` has been read by `katip.rules.parse_national_id`."""

    national_id: str
    given_name: str
    family_name: str


@use_case
def application_make(*, actor: Actor, at: datetime, purpose: Purpose, who: Applicant, email: str = "") -> Application:
    """Someone applies without being signed in: known by what was typed alone."""
    application = _insert(actor, at, purpose, who, email=email)
    applicant_tell(application, at, NoticeKind.APPLICATION_MADE, until=last_day(application))
    return application


@use_case
def application_make_own(*, actor: Actor, at: datetime, purpose: Purpose, email: str = "") -> Application:
    """Someone who is signed in applies in their own name; an application that is open already is returned instead."""
    person = Person.objects.select_for_update().get(pk=actor.person)
    known = Application.objects.filter(person=person, purpose=purpose, state__in=OPEN_STATES)
    ended = known.filter(expires_at__lte=at).first()
    if ended is not None:
        expire(actor, at, ended)
    application = known.first()
    if application is not None:
        return application
    who = Applicant(person.national_id, person.given_name, person.family_name)
    application = _insert(actor, at, purpose, who, email=email, person=person)
    applicant_tell(application, at, NoticeKind.APPLICATION_MADE, until=last_day(application))
    return application


@use_case
def application_cancel(*, actor: Actor, at: datetime, key: str) -> Application:
    """Take an application back: whoever holds its code may, by the code's keyed hash (`codes.application_key`).

    Raises `StaleStateError` where nothing is open under the code any more.
    """
    whole_from_here("whoever holds the code may, signed in or not")
    mine = Application.objects.filter(code_key=key, state__in=OPEN_STATES, expires_at__gt=at)
    application = mine.select_for_update(of=("self",)).select_related("person").first()
    if application is None:
        raise StaleStateError("nothing to cancel")
    application.state = ApplicationState.CANCELLED
    application.version += 1
    application.decided_at = at
    application.save(update_fields=["state", "version", "decided_at"])
    record(actor, at, Happening("counter:application:cancelled", application.pk, {"by": "applicant"}))
    applicant_tell(application, at, NoticeKind.APPLICATION_CANCELLED)
    return application


def expire(actor: Actor, at: datetime, application: Application) -> None:
    """Let an application end on its day, inside the use case of whoever finds it; not one that moved on meanwhile."""
    as_found = Application.objects.filter(pk=application.pk, version=application.version, state__in=OPEN_STATES)
    if not as_found.update(state=ApplicationState.EXPIRED, version=application.version + 1):
        return
    record(actor, at, Happening("counter:application:expired", application.pk))
    applicant_tell(application, at, NoticeKind.APPLICATION_EXPIRED)


def _insert(
    actor: Actor, at: datetime, purpose: Purpose, who: Applicant, *, email: str, person: Person | None = None
) -> Application:
    code = code_draw(CODE_LENGTH)
    ends = day_of(at) + timedelta(days=settings.KATIP.application_days + 1)
    application = Application.objects.create(
        purpose=purpose,
        person=person,
        national_id_key=lookup_key(who.national_id),
        national_id_sealed=seal(who.national_id),
        given_name=who.given_name,
        family_name=who.family_name,
        email=email,
        code_key=application_key(code),
        code_sealed=seal(code),
        made_at=at,
        expires_at=datetime.combine(ends, time(), ISTANBUL),
        noticed_at=at if person else None,
    )
    record(actor, at, Happening("counter:application:made", application.pk, {"purpose": purpose}))
    return application
