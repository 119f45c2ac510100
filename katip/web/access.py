"""Who may enter a page: declared beside every view, enforced here. A view that declares nothing does not exist."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from enum import IntEnum
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from katip.core.actor import Actor, Capacity, Proof
from katip.core.usecase import acting_as
from katip.identity.second_step import second_step_of
from katip.web.acting.chosen import chosen_read
from katip.web.looks.hook import looked_after, looked_at_once

View = Callable[..., HttpResponse]


class Access(IntEnum):
    """How far a person must have come to enter."""

    PUBLIC = 0
    """anyone"""
    ONE_STEP = 1
    """signed in, the second step not needed: the stop page and its like"""
    TWO_STEP = 2
    """signed in with two steps: the register is open"""
    ACTING = 3
    """and has chosen in whose name: Bireysel, or an organisation with a mandate that holds now; officials have pages of
    their own"""
    WORKPLACE = 4
    """and acts for a workplace"""
    PROVIDER = 5
    """and acts for a provider"""
    OFFICIAL = 6
    """and acts as an official; what each office may see is asked of the service again"""


_ONLY = {
    Access.WORKPLACE: Capacity.WORKPLACE,
    Access.PROVIDER: Capacity.PROVIDER,
    Access.OFFICIAL: Capacity.OFFICIAL,
}


def access(level: Access, *, writes: bool = False) -> Callable[[View], View]:
    """Declare who may enter `view`, and let nobody else in.

    Reads (GET, HEAD) run in one transaction in which PostgreSQL knows the actor; writes leave that to the use case.
    Whose data the page shows is recorded before it is sent (`katip.web.looks.hook`).
    `writes` marks a page that writes though it is a GET: where another house sends a browser back.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            request.at = datetime.now(UTC)
            request.chosen = None
            if level == Access.PUBLIC and not writes:
                return _in_public(request, lambda: view(request, *args, **kwargs))
            reads = request.method in {"GET", "HEAD"} and not writes
            with _as_person(request) if reads else nullcontext():
                stopped = _stop(request, level) if level != Access.PUBLIC else None
                if stopped is not None:
                    return stopped
                looked = looked_at_once if reads else looked_after
                response = looked(request, lambda: view(request, *args, **kwargs))
            add_never_cache_headers(response)
            return response

        guarded.access = level  # type: ignore[attr-defined] # read by AccessMiddleware and by the test over all routes
        return guarded

    return declare


def _in_public(request: Any, respond: Callable[[], HttpResponse]) -> HttpResponse:
    """Whoever stands behind the gate keeps their header, column and sign-out on the pages that are open to everyone.

    For anybody else nothing is asked of the database.
    """
    proof = second_step_of(request, request.user) if request.method in {"GET", "HEAD"} else None
    if proof is None:
        return respond()
    request.actor = Actor(request.user.pk, proof=proof)
    with _as_person(request):
        _chosen_set(request, proof)
        response = looked_at_once(request, respond)
    add_never_cache_headers(response)
    return response


def _as_person(request: Any) -> AbstractContextManager[None]:
    """One transaction for whom they act and for the page, in which PostgreSQL knows who is signed in."""
    return acting_as(Actor(request.user.pk), at=request.at) if request.user.is_authenticated else nullcontext()


def _chosen_set(request: Any, proof: Proof) -> None:
    with acting_as(Actor(request.user.pk), at=request.at, savepoint=False):
        request.chosen = chosen_read(request)
    if request.chosen is not None:
        request.actor = request.chosen.actor(request.user.pk, proof)


def _stop(request: Any, level: Access) -> HttpResponse | None:
    """Where someone goes who has not come far enough; None lets them in and sets `request.actor`."""
    if not request.user.is_authenticated:
        return _to("account_login", request)
    proof = second_step_of(request, request.user)
    request.actor = Actor(request.user.pk, proof=proof)
    if level == Access.ONE_STEP:
        return None
    if proof is None:
        return redirect("two_step")
    _chosen_set(request, proof)
    if level == Access.TWO_STEP:
        return None
    if request.chosen is None:
        return _to("capacity", request)
    if level == Access.ACTING and request.chosen.capacity == Capacity.OFFICIAL:
        return redirect("office")
    if level in _ONLY and request.chosen.capacity != _ONLY[level]:
        return render(request, "403.html", status=403)
    return None


def _to(name: str, request: HttpRequest) -> HttpResponseRedirect:
    """Go there first, then come back to this very page."""
    wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': wanted})}")
