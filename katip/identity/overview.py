"""What a person sees of their own sign-in: open sessions, known browsers, proofings, notices."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session

from katip.audit.selectors import events_about
from katip.identity.devices import browser_words
from katip.identity.models import KnownDevice, Proofing, SecurityNotice

MOST = 50
"""rows of a list without pages: sessions, browsers, proofings"""
_PASSWORD = ("identity:password:set", "identity:password:changed")


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that would still be answered. `here`: the one that asks. `browser` may be empty; no key."""

    id: int
    here: bool
    browser: str
    address: str
    since: datetime
    last_seen: datetime


def sessions_of(person_id: int, at: datetime, *, here: str, seen_key: str) -> list[OpenSession]:
    """The person's open sessions, this one (key `here`) first, then the newest.

    `seen_key` is where a session keeps the moment of its last page: those that were left too long ago are closed.
    """
    rows = list(UserSession.objects.filter(user_id=person_id).order_by("-created_at", "-pk")[:MOST])
    stored = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=at)
    kept = {session.session_key: session.get_decoded() for session in stored}
    earliest = at - timedelta(minutes=settings.KATIP.idle_minutes)
    found = [
        OpenSession(
            id=row.pk,
            here=row.session_key == here,
            browser=browser_words(row.user_agent),
            address=row.ip,
            since=row.created_at,
            last_seen=_moment(kept[row.session_key].get(seen_key)) or row.last_seen_at,
        )
        for row in rows
        if row.session_key in kept
    ]
    return sorted(
        (one for one in found if one.here or one.last_seen >= earliest),
        key=lambda one: (one.here, one.since),
        reverse=True,
    )


def devices_of(person_id: int) -> list[KnownDevice]:
    """The browsers that are known to be the person's, the one used last first."""
    return list(KnownDevice.objects.filter(person_id=person_id, forgotten_at=None).order_by("-last_seen", "-pk")[:MOST])


def proofings_of(person_id: int) -> list[Proofing]:
    """When and how the person's identity was established, the newest first."""
    return list(Proofing.objects.filter(person_id=person_id).select_related("officer").order_by("-pk")[:MOST])


def notices_of(person_id: int, *, most: int, before: int | None = None) -> list[SecurityNotice]:
    """What the person was told, the newest first."""
    notices = SecurityNotice.objects.filter(person_id=person_id).order_by("-pk")
    return list((notices if before is None else notices.filter(pk__lt=before))[:most])


def password_since(person_id: int) -> datetime | None:
    """When the password was last set or changed; None where that is not known."""
    return next((event.at for event in events_about(person_id, _PASSWORD, most=1)), None)


def _moment(stamp: object) -> datetime | None:
    return datetime.fromtimestamp(stamp, UTC) if isinstance(stamp, float | int) else None
