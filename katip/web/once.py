"""A form that creates something is saved once, however often it is sent: clicked twice, reloaded, sent again.

`{% once %}` draws a number when the form is shown, `once` stands on the view that takes it. The number, the person and
for whom they act, the address and everything that was typed make one key: what was corrected or changed is another
form. Without the number (a page that an earlier version drew) a form is taken as it is. A test holds that no view that
creates goes without.
"""

import json
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Any

from django.contrib.messages.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from katip.core.actor import Actor
from katip.core.once import AlreadyDoneError, done_at, sending
from katip.core.usecase import acting_as

DRAWN = "_gonderim"
"""the field with the drawn number"""
REPEATED = "_yeniden"
"""the field by which what is sent once more from the page of `katip.web.away` says so"""
SAID = "tekrar"
"""in the address: the page says that the form had been saved before (`components/messages.html`)"""
_NUMBER = re.compile(r"[A-Za-z0-9_-]{22}")
_NOT_TYPED = {"csrfmiddlewaretoken", REPEATED}

View = Callable[..., HttpResponse]
Made = Callable[[Any, datetime], str | None]
"""The request, sent again, and the moment of what the first made → its address; None where it is not there any more."""


def number_draw() -> str:
    """What a form bears that was shown just now."""
    return secrets.token_urlsafe(16)


def once(to: str, *named: str, made: Made | None = None) -> Callable[[View], View]:
    """Have `view` save a form once; sent again, it leads to what the first made, else to the route `to`.

    `named` are those of the address's arguments that `to` takes. The view calls the use case that creates before any
    other. Costs one statement: the key's insert, or, where the view came to no use case, the look for it.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def taken(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            key = _key(request)
            if key is None:
                return view(request, *args, **kwargs)
            response = None
            with sending(key) as form, suppress(AlreadyDoneError):
                response = view(request, *args, **kwargs)
            if response is not None and form.is_new:
                return response
            at = done_at(key)
            if response is not None and at is None:
                return response
            _forget(request)
            with acting_as(_actor(request), at=request.at):
                return _led((made and at and made(request, at)) or _listed(request, to, named))

        taken.once = True  # type: ignore[attr-defined] # read by `is_guarded` and by the test over all routes
        return taken

    return declare


def is_guarded(request: HttpRequest) -> bool:
    """Whether the view of this address saves a form once."""
    try:
        return hasattr(resolve(request.path_info).func, "once")
    except Resolver404:
        return False


def is_numbered(request: HttpRequest) -> bool:
    """Whether the form bears its number."""
    return _NUMBER.fullmatch(request.POST.get(DRAWN, "")) is not None


def _key(request: Any) -> str | None:
    """The form's key; None where nothing was sent, or without a number. The number keeps anybody from guessing."""
    if request.method != "POST" or not is_numbered(request):
        return None
    typed = sorted((name, values) for name, values in request.POST.lists() if name not in _NOT_TYPED)
    files = sorted((name, file.name, _hash(file)) for name, file in request.FILES.items())
    actor = _actor(request)
    who = [actor.person_id, actor.capacity, actor.organisation_id]
    return sha256(json.dumps([who, request.path, typed, files]).encode()).hexdigest()


def _hash(file: Any) -> str:
    found = sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def _actor(request: Any) -> Actor:
    return getattr(request, "actor", None) or Actor(request.user.pk)


def _forget(request: Any) -> None:
    """What this sending left in the session is not kept: the first may be writing there at this moment."""
    request.session = type(request.session)(request.session.session_key)
    request._messages = default_storage(request)  # noqa: SLF001 -- as Django's middleware sets it


def _listed(request: Any, to: str, named: tuple[str, ...]) -> str:
    asked = resolve(request.path_info).kwargs
    return reverse(to, kwargs={name: asked[name] for name in named})


def _led(url: str) -> HttpResponse:
    return HttpResponseRedirect(f"{url}{'&' if '?' in url else '?'}{SAID}=1")
