"""A person ends their own sessions and forgets their own browsers; the operator ends anybody's.

Protection never waits for a second step.
"""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.identity.models import KnownDevice, NoticeKind
from katip.identity.sign_in_ends import sessions_close
from katip.identity.telling import tell


@use_case
def session_end(*, actor: Actor, at: datetime, session_id: int) -> int:
    """End one of the actor's sessions; returns 0 where it has ended already, or is another's."""
    _require_two_steps(actor)
    return _told(actor, at, sessions_close(actor.person, only=session_id))


@use_case
def sessions_end(*, actor: Actor, at: datetime, keep: str) -> int:
    """End all the actor's sessions but the one with the key `keep`; returns how many there were."""
    _require_two_steps(actor)
    return _told(actor, at, sessions_close(actor.person, keep=keep))


@use_case
def devices_forget(*, actor: Actor, at: datetime, device_id: int | None = None) -> int:
    """Forget one of the browsers that are known to be the actor's, or all of them; returns how many."""
    _require_two_steps(actor)
    devices = KnownDevice.objects.filter(person_id=actor.person, forgotten_at=None)
    if device_id is not None:
        devices = devices.filter(pk=device_id)
    count = devices.update(forgotten_at=at)
    if count:
        record(actor, at, Happening("identity:device:forgotten", actor.person, {"count": count}))
        tell(actor.person, at, NoticeKind.DEVICE_FORGOTTEN, count=count)
    return count


@use_case
def sessions_end_of(*, actor: Actor, at: datetime, person_id: int) -> int:
    """End all of a person's sessions, whose account may be in other hands; returns how many there were.

    Raises `PermissionRefusedError` for anyone but the operator.
    """
    _require_operator(actor)
    return _told(actor, at, sessions_close(person_id), person_id)


@use_case
def sessions_end_everybody(*, actor: Actor, at: datetime) -> int:
    """End everybody's sessions, and the sign-ins that are on their way; returns how many people's sessions there were.

    Raises as `sessions_end_of`.
    """
    _require_operator(actor)
    people = UserSession.objects.order_by("user_id").values_list("user_id", flat=True).distinct()
    count = sum(_told(actor, at, sessions_close(person_id), person_id) for person_id in list(people))
    Session.objects.all().delete()
    return count


def _told(actor: Actor, at: datetime, count: int, person_id: int | None = None) -> int:
    whose = person_id if person_id is not None else actor.person
    if count:
        record(actor, at, Happening("identity:session:ended", whose, {"count": count}))
        tell(whose, at, NoticeKind.SESSION_ENDED, count=count)
    return count


def _require_operator(actor: Actor) -> None:
    if actor.capacity != Capacity.OPERATOR:
        raise PermissionRefusedError("operator_only")


def _require_two_steps(actor: Actor) -> None:
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
