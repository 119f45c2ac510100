"""What stands around every page: whose data it shows is recorded before anything of it is sent.

A look that cannot be recorded is not taken: the page fails. An official who gave no reason is asked for one instead.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse

from katip.audit.looks import looks_record
from katip.core.shown import Shown, showing
from katip.core.usecase import acting_as
from katip.web.looks.occasions import occasion_of
from katip.web.looks.reasons import asks_reason, reason_ask, reason_of

_GONE = 500
"""from this status on a page shows nothing but that it failed"""


def looked_at_once(request: Any, respond: Callable[[], HttpResponse]) -> HttpResponse:
    """Make a page to read and record whose data it shows, in one transaction in which PostgreSQL knows the actor."""
    with showing() as seen, acting_as(request.actor, at=request.at, savepoint=False):
        response = respond()
        if not (seen.persons or seen.standing):
            return response
        return _recorded(request, seen, response)


def looked_after(request: Any, respond: Callable[[], HttpResponse]) -> HttpResponse:
    """The same where the view itself says what is one transaction: its looks are recorded in one of their own."""
    with showing() as seen:
        response = respond()
        if not (seen.persons or seen.standing):
            return response
        with acting_as(request.actor):
            return _recorded(request, seen, response)


def _recorded(request: Any, seen: Shown, response: HttpResponse) -> HttpResponse:
    persons = seen.resolved() - {request.actor.person_id}
    if not persons or response.status_code >= _GONE:
        return response
    given = reason_of(request)
    if given is None and asks_reason(request) and not response.has_header("Location"):
        transaction.set_rollback(True)
        return reason_ask(request)
    looks_record(request.actor, request.at, persons, occasion_of(request), given)
    return response
