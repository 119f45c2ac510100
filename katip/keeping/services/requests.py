"""Asking about one's personal data, and the answer: 6698 m.11, 13.

No process of `katip.processes`: its parties are employers, providers and professionals; see decision 39.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.counter.permissions import require_operator
from katip.identity.models import NoticeKind, Person
from katip.identity.telling import tell
from katip.keeping.models import DataRequest, RequestState, Right
from katip.keeping.requests import (
    ANSWERED,
    LONGEST_ANSWER,
    LONGEST_TEXT,
    OPEN_MOST,
    REMIND_DAYS,
    answerers,
    last_day,
)

_BATCH = 100


@use_case
def request_make(*, actor: Actor, at: datetime, right: Right, text: str) -> DataRequest:
    """Ask; who asks is proved by their sign-in. Tells the person, and those who answer.

    Raises `PermissionRefusedError`: `no_second_step`, or `too_many_open`. `ValueError` for a text out of bounds.
    """
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
    if not 0 < len(text) <= LONGEST_TEXT:
        raise ValueError(text)
    Person.objects.select_for_update().only("pk").get(pk=actor.person)  # two at once would both be below the limit
    if DataRequest.objects.filter(person_id=actor.person, state=RequestState.OPEN).count() >= OPEN_MOST:
        raise PermissionRefusedError("too_many_open")
    made = DataRequest.objects.create(person_id=actor.person, right=right, text=text, made_at=at, due_on=last_day(at))
    record(
        actor, at, Happening("keeping:data_request:made", made.pk, {"right": right, "due_on": made.due_on.isoformat()})
    )
    tell(actor.person, at, NoticeKind.DATA_REQUEST_MADE, request=made.pk, until=made.due_on.isoformat())
    return made


@use_case
def request_withdraw(*, actor: Actor, at: datetime, number: int) -> None:
    """Take one's own request back. Raises `StaleStateError` where it no longer waits, or is nobody's."""
    moved = DataRequest.objects.filter(pk=number, person_id=actor.person, state=RequestState.OPEN).update(
        state=RequestState.WITHDRAWN, closed_at=at
    )
    if not moved:
        raise StaleStateError
    record(actor, at, Happening("keeping:data_request:withdrawn", number))


@use_case
def request_answer(*, actor: Actor, at: datetime, number: int, outcome: RequestState, answer: str) -> None:
    """Answer a request that waits; the person is told. A refusal says why in the answer (m.13/3).

    Raises `PermissionRefusedError` for anybody but an official who runs the installation, with a recent second step,
    and for one's own; `StaleStateError` where someone was faster; `ValueError` for what is no answer.
    """
    require_operator(actor, at)
    if outcome not in ANSWERED or not 0 < len(answer) <= LONGEST_ANSWER:
        raise ValueError(outcome)
    found = DataRequest.objects.filter(pk=number).only("person_id").first()
    if found is None or found.person_id == actor.person:
        raise PermissionRefusedError("own_request")
    moved = DataRequest.objects.filter(pk=number, state=RequestState.OPEN).update(
        state=outcome, answer=answer, answered_by=actor.person, closed_at=at
    )
    if not moved:
        raise StaleStateError
    record(actor, at, Happening("keeping:data_request:answered", number, {"outcome": outcome}))
    tell(found.person_id, at, NoticeKind.DATA_REQUEST_ANSWERED, request=number)


def requests_sweep(at: datetime) -> int:
    """Tell of last days that are near or over, each once; returns of how many requests it told."""
    return requests_remind(actor=OPERATOR, at=at) + requests_overdue(actor=OPERATOR, at=at)


@use_case
def requests_remind(*, actor: Actor, at: datetime) -> int:
    """Tell those who answer that a last day is near."""
    del actor
    today = day_of(at)
    near = Q(reminded_at__isnull=True, due_on__lte=today + timedelta(days=REMIND_DAYS), due_on__gte=today)
    found = _taken(near)
    for one in found:
        _answerers_tell(at, NoticeKind.DATA_REQUEST_DUE, one)
    DataRequest.objects.filter(pk__in=[one.pk for one in found]).update(reminded_at=at)
    return len(found)


@use_case
def requests_overdue(*, actor: Actor, at: datetime) -> int:
    """Tell both sides that the last day has passed: the person may complain to the Board now."""
    found = _taken(Q(overdue_at__isnull=True, due_on__lt=day_of(at)))
    for one in found:
        record(actor, at, Happening("keeping:data_request:overdue", one.pk))
        tell(one.person_id, at, NoticeKind.DATA_REQUEST_OVERDUE, request=one.pk)
        _answerers_tell(at, NoticeKind.DATA_REQUEST_OVERDUE, one)
    DataRequest.objects.filter(pk__in=[one.pk for one in found]).update(overdue_at=at)
    return len(found)


def _taken(which: Q) -> list[DataRequest]:
    """A batch that nobody else tells of at this moment."""
    rows = DataRequest.objects.filter(which, state=RequestState.OPEN).order_by("due_on", "pk")
    return list(rows.select_for_update(of=("self",), skip_locked=True)[:_BATCH])


def _answerers_tell(at: datetime, kind: NoticeKind, one: DataRequest) -> None:
    for official in answerers():
        if official.person_id != one.person_id:
            tell(official.person_id, at, kind, request=one.pk, until=one.due_on.isoformat())
