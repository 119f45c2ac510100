"""What ends with a change of sign-in: other sessions, and the factors that a person says are lost.

Called inside use cases. A session that is gone from its table is no session: the next page asks to sign in.
"""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.identity.models import KnownDevice, NoticeKind, Person
from katip.identity.telling import tell


def sessions_close(person_id: int, *, keep: str = "", only: int | None = None) -> int:
    """Close the person's sessions but the one with the key `keep`, or `only` the one of this number.

    Returns how many were open.
    """
    rows = UserSession.objects.filter(user_id=person_id).exclude(session_key=keep)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    closed, _ = Session.objects.filter(session_key__in=keys).delete()
    rows.filter(session_key__in=keys).delete()
    return closed


def factors_close(actor: Actor, at: datetime, person_id: int) -> None:
    """Close every second step of someone who lost one, and forget the browsers that were known. Tells the person."""
    for method in sorted(Authenticator.objects.filter(user_id=person_id).values_list("type", flat=True).distinct()):
        record(actor, at, Happening("identity:second_step:removed", person_id, {"method": method, "lost": True}))
        tell(person_id, at, NoticeKind.FACTOR_REMOVED, method=method)
    Authenticator.objects.filter(user_id=person_id).delete()
    KnownDevice.objects.filter(person_id=person_id, forgotten_at=None).update(forgotten_at=at)


def session_rebind(request: Any, person: Person) -> None:
    """This browser's session goes on, under a new key, for someone whose password has just changed in it."""
    before = request.session.session_key
    update_session_auth_hash(request, person)
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
