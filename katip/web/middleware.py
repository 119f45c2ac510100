"""What happens around every page: its language, its declared access, and the idle time-out."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from katip.identity.devices import AGENT, OPENED, agent_key, device_keep
from katip.identity.handlers import session_foreign
from katip.web.addresses import safe_next
from katip.web.entrance.kept import form_keep

Respond = Callable[[HttpRequest], HttpResponse]

SEEN = "seen_at"
_SEEN_STEP = 20
"""Seconds within which a session is not written again just to say that the person is still there."""

_DIGITS = 12
"""of a size in bytes; more need no reading"""

_PASSING = {"account_login", "account_logout", "language", "oidc_return"}
"""Where nobody wants to come back to: the script may have gone to the sign-in page already, the others only answer."""


MOST_BYTES = 12 << 20
"""What a request may carry: the largest sheet that is read and some more, so that its page can say what is wrong."""


_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""What no page needs, and no other site may have of ours."""


class HeadersMiddleware:
    """Headers that Django and django-csp do not send. On every answer, files and errors included."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add them."""
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response


class DeviceMiddleware:
    """Gives a browser in which someone has signed in with two steps its token."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the cookie where `katip.identity.devices` met a new browser."""
        response = self.get_response(request)
        device_keep(request, response)
        return response


class BodyMiddleware:
    """Refuses a body that no page takes by its declared size, before any of it is read or lies on the disk.

    It stands before whatever looks into a form. A body without a declared size is not read at all by Django.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 to what is too large."""
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isdecimal() and len(declared) <= _DIGITS and int(declared) <= MOST_BYTES:
            return self.get_response(request)
        return render(request, "413.html", status=413)


class LanguageMiddleware:
    """Turkish first: English only for someone who asked for it here, whatever the browser prefers."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the person's own choice."""
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # as Django's own middleware does
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class AccessMiddleware:
    """Refuses views without a declared access, and closes sessions that nobody uses."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do until the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., HttpResponse], _args: list[Any], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Decide before the view runs. A `sessionless` view is alike for everybody: no session is looked at."""
        if not hasattr(view, "access"):
            raise ImproperlyConfigured(f"{request.resolver_match.view_name}: a route without declared access")
        if getattr(view, "sessionless", False) or not request.user.is_authenticated:
            return None
        if request.session.setdefault(AGENT, agent_key(request)) != agent_key(request):
            session_foreign(request)
            return HttpResponseRedirect(f"{reverse('account_login')}?sure-doldu=1")
        now = time.time()
        seen = request.session.get(SEEN, now)
        # A page that sends what was typed when time is up comes a moment after it; that view signs out itself.
        idle = now - seen > settings.KATIP.idle_minutes * 60
        over = now - request.session.setdefault(OPENED, now) > settings.SESSION_COOKIE_AGE
        if (idle or over) and request.resolver_match.view_name != "session_keep":
            return _close(request)
        if SEEN not in request.session or now - seen > _SEEN_STEP:
            request.session[SEEN] = now
        return None


def _close(request: Any) -> HttpResponse:
    """Sign out, but keep what was typed for the same person's next sign-in."""
    person_id = request.user.pk
    typed = None
    if request.resolver_match.view_name in _PASSING:
        wanted = safe_next(request)
    elif request.method == "POST":
        wanted, typed = request.path, request.POST.copy()
    else:
        wanted = request.get_full_path()
    request.session_expired = True
    logout(request)
    if typed is not None:
        form_keep(request, person_id, wanted, typed)
    onward = {"sure-doldu": 1} | ({"next": wanted} if wanted else {})
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode(onward)}")
