"""Browsers that people have come in with, and the network they come from: what guessing is counted by.

A lock-out by account alone would let anybody lock anybody out. Failures are counted for an account *and* the network
that they come from; a browser in which the person has signed in with two steps before has a count of its own, which
nobody else can fill.
"""

import re
import secrets
import time
from datetime import datetime
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.core.internal.ratelimit import get_ip
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from katip.core.crypto import lookup_key
from katip.identity.models import KnownDevice, NoticeKind, Person
from katip.identity.second_step import second_step_of
from katip.identity.telling import tell

_AGE = 400 * 24 * 60 * 60
"""Seconds; browsers keep no cookie longer."""
AGENT = "agent"
"""in the session: the browser that it is bound to"""
OPENED = "opened_at"
"""in the session: when it was opened, in seconds; however much it is used, it ends with `SESSION_COOKIE_AGE`"""
_BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


def cookie_name() -> str:
    """Of the browser's own token; bound to this host where there is TLS."""
    return "__Host-katip-device" if settings.SESSION_COOKIE_SECURE else "katip-device"


def network_of(request: HttpRequest) -> str:
    """Where a request comes from, as it is counted: an IPv4 address, or the network of an IPv6 one."""
    return str(get_ip(request))


def browser_words(user_agent: str) -> str:
    """What a browser says it is, for its owner to know it by: `Firefox, Linux`; empty where it says nothing known."""
    found = [
        next((name for name, pattern in table if re.search(pattern, user_agent)), "") for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name)


def guesses_counted_as(request: HttpRequest, national_id_key: str) -> tuple[str, bool]:
    """By what failures to sign in to an account are counted, and whether the browser is known to that account.

    One query whether or not there is such an account.
    """
    key = _token_key(request)
    known = (
        key is not None
        and KnownDevice.objects.filter(
            token_key=key, forgotten_at=None, person__national_id_key=national_id_key
        ).exists()
    )
    return f"{national_id_key}|{f'device:{key}' if known else network_of(request)}", known


def device_meet(request: Any, person: Person, at: datetime) -> None:
    """Someone has signed in with two steps in this browser: know it from now on. Inside a transaction.

    Whoever has come in with other browsers before is told of a new one. A browser that is new to somebody gets a new
    token, for everybody who comes in with it: one that was planted there, or copied from it, is worth nothing then.
    """
    shown, label = _token_key(request), browser_words(request.headers.get("User-Agent", ""))[:80]
    met = KnownDevice.objects.filter(token_key=shown, person=person, forgotten_at=None)
    if shown is not None and met.update(last_seen=at, label=label):
        return
    request.device_token = secrets.token_urlsafe(32)
    key = _key(request.device_token)
    if shown is not None:
        KnownDevice.objects.filter(token_key=shown).update(token_key=key)
    known = KnownDevice.objects.filter(token_key=key, person=person)
    others = KnownDevice.objects.filter(person=person).exists()
    if not known.update(last_seen=at, label=label, forgotten_at=None):
        KnownDevice.objects.create(person=person, token_key=key, label=label, first_seen=at, last_seen=at)
    if others:
        tell(person.pk, at, NoticeKind.NEW_DEVICE, browser=label)


def device_keep(request: Any, response: HttpResponse) -> None:
    """Give a browser that was met now its token."""
    token = getattr(request, "device_token", None)
    if token is not None:
        response.set_cookie(
            cookie_name(),
            token,
            max_age=_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def agent_key(request: HttpRequest) -> str:
    """What a session is bound to: a keyed hash of what the browser says it is."""
    return lookup_key(f"agent:{request.headers.get('User-Agent', '')}")


@receiver(user_logged_in)
def session_bound(request: Any, user: Person, **_: Any) -> None:
    """A session belongs to the browser that it was opened in, and a browser that showed two steps is known."""
    request.session[AGENT] = agent_key(request)
    request.session[OPENED] = time.time()
    if second_step_of(request, user) is not None:
        with transaction.atomic():
            device_meet(request, user, timezone.now())


@receiver(authentication_step_completed)
def session_renewed(request: Any, user: Person, **more: Any) -> None:
    """After a step-up the session goes on under a new key: one that was stolen before is worth nothing.

    So it does when a second step was set up in a session that had none; the browser is then known.
    """
    if more.get("enrolled"):
        with transaction.atomic():
            device_meet(request, user, timezone.now())
    if more.get("reauthenticated") or more.get("enrolled"):
        session_key_renew(request)


def session_key_renew(request: Any) -> None:
    """Go on under a new key; a session that somebody is signed in with stays in the list of their sessions."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def _token_key(request: HttpRequest) -> str | None:
    token = request.COOKIES.get(cookie_name(), "")
    return _key(token) if token else None


def _key(token: str) -> str:
    return lookup_key(f"device:{token}")
