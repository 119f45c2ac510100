"""While the database is away, or another server of it takes over: a page that says so, tries again, and loses nothing.

A page that only reads asks again by itself. What was sent is shown as a form that sends the very same once more: a
decision that had been recorded all the same is then found (`katip.web.processes`), and so is what a form created
(`katip.web.once`). Where a form that creates cannot be sent just so, the page says to look first.
"""

import sys
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template import loader
from django.views.defaults import server_error
from psycopg.errors import QueryCanceled, ReadOnlySqlTransaction

from katip.web.entrance.kept import SECRETS
from katip.web.once import REPEATED, is_guarded, is_numbered

AGAIN_SECONDS = 5
"""after so long a page asks again; a server that takes over needs several such turns"""
_OF_A_PROCESS = {"code"}
"""named so in a form that creates, it is a process's, and no secret"""
_MOST = 200_000


def is_away(error: BaseException | None) -> bool:
    """Whether a request failed because no database took it: gone, silent, shutting down, or read-only by now.

    A statement that took too long was taken: it would take as long again, every five seconds.
    """
    if isinstance(error, OperationalError | InterfaceError):
        return not isinstance(error.__cause__, QueryCanceled)
    return isinstance(error, DatabaseError) and isinstance(error.__cause__, ReadOnlySqlTransaction)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request that ended in an error: 503 where only the database is away, else 500. Asks no database."""
    if not is_away(sys.exc_info()[1]):
        return server_error(request)
    reads = request.method in {"GET", "HEAD"}
    creates = not reads and is_guarded(request)
    typed = None if reads else _typed(request, SECRETS - _OF_A_PROCESS if creates else SECRETS)
    context = {
        "reads": reads,
        "typed": typed,
        "may_double": creates and (typed is None or not is_numbered(request)),
        "address": request.get_full_path(),
        "repeated": REPEATED,
    }
    response = HttpResponse(loader.get_template("503.html").render(context), status=503)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = str(AGAIN_SECONDS)
    if reads:
        response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response


def is_repeated(request: Any) -> bool:
    """Whether this is sent once more from the page above."""
    return REPEATED in request.POST


def _typed(request: HttpRequest, secrets: frozenset[str]) -> list[tuple[str, str]] | None:
    """Everything that was sent, to be sent again; None where it holds a secret or a file, or cannot be read."""
    try:
        if request.FILES or secrets & request.POST.keys():
            return None
        typed = [(name, value) for name, values in request.POST.lists() for value in values if name != REPEATED]
    except (UnreadablePostError, ValueError):
        return None
    return typed if sum(len(name) + len(value) for name, value in typed) <= _MOST else None
