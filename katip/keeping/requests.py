"""Requests about personal data: their legal time, and who reads them."""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.counter.permissions import require_operator
from katip.keeping.models import DataRequest, RequestState
from katip.registry.models import Official, OfficialRole
from katip.registry.permissions import HELD

ANSWER_DAYS = 30
"""6698 m.13/2: as soon as the matter allows, and within thirty days at the latest"""
COMPLAINT_AFTER_ANSWER_DAYS, COMPLAINT_DAYS = 30, 60
"""6698 m.14/1: to the Board within thirty days of learning the answer, and sixty of the request in any case"""
REMIND_DAYS = 7
"""before the last day, those who answer are told"""
OPEN_MOST = 5
"""open requests of one person at a time"""
LONGEST_TEXT, LONGEST_ANSWER = 2_000, 4_000
ANSWERED = (RequestState.MET, RequestState.PARTLY, RequestState.REFUSED)
_ANSWERERS_MOST = 100


def last_day(made_at: datetime) -> date:
    """The last day for the answer to a request made then."""
    return day_of(made_at) + timedelta(days=ANSWER_DAYS)


def complaint_until(request: DataRequest) -> date:
    """The last day on which one can complain to the Board, as far as the register can tell; the earlier of the two.

    An answer counts as learned when it was told: whoever opened it later has longer.
    """
    latest = day_of(request.made_at) + timedelta(days=COMPLAINT_DAYS)
    if request.state not in ANSWERED or request.closed_at is None:
        return latest
    return min(latest, day_of(request.closed_at) + timedelta(days=COMPLAINT_AFTER_ANSWER_DAYS))


def requests_of(person_id: int, *, most: int, before: int | None = None) -> list[DataRequest]:
    """A person's own requests, newest first."""
    found = DataRequest.objects.filter(person_id=person_id)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:most])


def request_own(person_id: int, number: int) -> DataRequest | None:
    """One of a person's own requests, or nothing."""
    return DataRequest.objects.filter(person_id=person_id, pk=number).first()


def requests_waiting(actor: Actor, *, most: int, after: tuple[date, int] | None = None) -> list[DataRequest]:
    """The open ones by their last day, for those who answer. Raises `PermissionRefusedError`."""
    require_operator(actor)
    found = DataRequest.objects.filter(state=RequestState.OPEN)
    if after is not None:
        found = found.filter(Q(due_on__gt=after[0]) | Q(due_on=after[0], pk__gt=after[1]))
    return list(found.select_related("person").order_by("due_on", "pk")[:most])


def requests_closed(actor: Actor, *, most: int, before: int | None = None) -> list[DataRequest]:
    """Those that wait no more, newest first. Raises `PermissionRefusedError`."""
    require_operator(actor)
    found = DataRequest.objects.exclude(state=RequestState.OPEN)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.select_related("person").order_by("-pk")[:most])


def request_seen(actor: Actor, number: int) -> DataRequest | None:
    """One request for those who answer; nobody answers their own. Raises `PermissionRefusedError`."""
    require_operator(actor)
    found = DataRequest.objects.select_related("person", "answered_by").filter(pk=number)
    return found.exclude(person_id=actor.person).first()


def answerers() -> "QuerySet[Official]":
    """The officials who answer: those who run the installation."""
    return Official.objects.filter(HELD, role=OfficialRole.OPERATOR).order_by("pk")[:_ANSWERERS_MOST]
