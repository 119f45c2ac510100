"""What the days bring to applications: whom to tell, whom to remind, what ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from katip.core.actor import OPERATOR, Actor
from katip.core.usecase import use_case
from katip.counter.models import OPEN_STATES, Application
from katip.counter.services.applications import expire
from katip.counter.telling import applicant_tell, last_day
from katip.identity.models import NoticeKind, Person, SecurityNotice
from katip.identity.telling import tell

BATCH = 200
LATE_BEFORE = timedelta(days=3)
_TOLD_ONCE_IN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many applications were reminded of, and how many ended."""

    reminded: int
    expired: int


def applications_sweep(at: datetime) -> Swept:
    """Do what is due at `at`, in batches of one transaction each; nothing twice, and two at once do no harm."""
    _in_batches(lambda: applications_notice(actor=OPERATOR, at=at))
    expired = _in_batches(lambda: applications_expire(actor=OPERATOR, at=at))
    late = _in_batches(lambda: applications_remind_late(actor=OPERATOR, at=at))
    early = _in_batches(lambda: applications_remind_early(actor=OPERATOR, at=at))
    return Swept(reminded=early + late, expired=expired)


@use_case
def applications_notice(*, actor: Actor, at: datetime) -> int:
    """Tell those whose number was typed by somebody who was not signed in; at most once a day.

    Not done while applying: the answer there takes as long for a number that nobody has.
    """
    del actor
    found = _taken(Application.objects.filter(noticed_at__isnull=True).order_by("pk"))
    people = {one.national_id_key: one for one in Person.objects.filter(national_id_key__in=_keys(found))}
    for application in found:
        person = people.get(application.national_id_key)
        recent = SecurityNotice.objects.filter(
            person=person, kind=NoticeKind.APPLICATION_MADE, at__gt=at - _TOLD_ONCE_IN
        )
        if person is not None and not recent.exists():
            detail = {"purpose": application.purpose, "until": last_day(application), "signed_in": False}
            tell(person.pk, at, NoticeKind.APPLICATION_MADE, **detail)
    _mark(found, noticed_at=at)
    return len(found)


@use_case
def applications_expire(*, actor: Actor, at: datetime) -> int:
    """End what is over."""
    found = _taken(_open().filter(expires_at__lte=at).order_by("expires_at"))
    for application in found:
        expire(actor, at, application)
    return len(found)


@use_case
def applications_remind_late(*, actor: Actor, at: datetime) -> int:
    """Remind three days before the end; the early reminder is then no longer needed."""
    del actor
    due = _open().filter(late_reminded_at__isnull=True, expires_at__gt=at, expires_at__lte=at + LATE_BEFORE)
    return _remind(due, at, late_reminded_at=at, early_reminded_at=at)


@use_case
def applications_remind_early(*, actor: Actor, at: datetime) -> int:
    """Remind when a third of the time is over."""
    del actor
    due = _open().filter(
        early_reminded_at__isnull=True, expires_at__gt=at, made_at__lte=at - (F("expires_at") - F("made_at")) / 3
    )
    return _remind(due, at, early_reminded_at=at)


def _remind(due: "QuerySet[Application]", at: datetime, **marks: datetime) -> int:
    found = _taken(due.order_by("expires_at"))
    for application in found:
        applicant_tell(application, at, NoticeKind.APPLICATION_REMINDER, until=last_day(application))
    _mark(found, **marks)
    return len(found)


def _open() -> "QuerySet[Application]":
    return Application.objects.filter(state__in=OPEN_STATES)


def _taken(rows: "QuerySet[Application]") -> list[Application]:
    """A batch that nobody else works on at this moment."""
    return list(rows.select_for_update(of=("self",), skip_locked=True).select_related("person")[:BATCH])


def _mark(found: list[Application], **marks: datetime) -> None:
    Application.objects.filter(pk__in=[one.pk for one in found]).update(**marks)


def _keys(found: list[Application]) -> list[str]:
    return [one.national_id_key for one in found]


def _in_batches(batch: Callable[[], int]) -> int:
    done = 0
    while count := batch():
        done += count
    return done
