"""The way by the chip: what one needs, the page that waits for the reader, and how it ended.

Everything works by loading pages; with script the waiting page asks for its own state every two seconds.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.ratelimit import respond_429
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.core.errors import PermissionRefusedError
from katip.identity.chip_selectors import ENDS, ChipPhase, chip_closed_why, chip_phase, chip_session_find
from katip.identity.enrolment import enrolment_bind
from katip.identity.limits import attempt_count
from katip.identity.models import ChipSession
from katip.identity.services.chip_session import chip_session_open
from katip.web.access import Access, View, access
from katip.web.chip.show import end_of, waiting_of

TRIES = "10/10m/user,60/10m/ip"
"""How many readings a person, or a network, may begin."""
_KEY = "chip"
"""in the (sealed) session: the newest reading's number and its pairing code, to be shown again"""


def _before_two_steps(view: View) -> View:
    """Whoever stands behind the gate has no business here."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("capacity") if request.actor.proof is not None else view(request, *args, **kwargs)

    return guarded


def _page(*methods: str) -> Callable[[View], View]:
    def declare(view: View) -> View:
        return access(Access.ONE_STEP)(require_http_methods(methods)(_before_two_steps(view)))

    return declare


@_page("GET", "HEAD", "POST")
def chip(request: Any) -> HttpResponse:
    """What one needs; POST begins a reading."""
    if request.method != "POST":
        closed = chip_closed_why(request.actor.person)
        return render(request, "chip_closed.html" if closed else "chip_start.html", {"why": closed})
    if attempt_count(request, "chip_open", TRIES) is None:
        return respond_429(request)  # type: ignore[no-any-return] # allauth ships no types
    try:
        opened = chip_session_open(actor=request.actor, at=request.at)
    except PermissionRefusedError as refused:
        return render(request, "chip_closed.html", {"why": refused.code}, status=403)
    request.session[_KEY] = {"no": opened.session.pk, "code": opened.code}
    return redirect("chip_reading")


@_page("GET", "HEAD")
def chip_reading(request: Any) -> HttpResponse:
    """The page that waits, or what came of it."""
    session = chip_session_find(request.actor, request.at)
    if session is None:
        return redirect("chip")
    phase = chip_phase(session, request.at)
    if phase == ChipPhase.PROVED:
        return _proved(request, session)
    if phase in ENDS:
        return render(request, "chip_end.html", {"end": end_of(phase, session)})
    return render(request, "chip_reading.html", waiting_of(session, phase, _code(request, session), request.at))


@_page("GET", "HEAD")
def chip_state(request: Any) -> HttpResponse:
    """The part of the waiting page that changes; empty when there is nothing to wait for: the page is loaded anew."""
    session = chip_session_find(request.actor, request.at)
    phase = chip_phase(session, request.at) if session is not None else ChipPhase.EXPIRED
    if session is None or phase in ENDS:
        return HttpResponse()
    return render(request, "chip_state.html", waiting_of(session, phase, _code(request, session), request.at))


def _proved(request: Any, session: ChipSession) -> HttpResponse:
    """Straight on: the right to set up a second step lasts half an hour, in the browser that began the reading."""
    begun_here = (request.session.get(_KEY) or {}).get("no") == session.pk
    if not begun_here:
        messages.info(request, _("Kimliğiniz doğrulandı; ikinci adımı okumayı başlattığınız tarayıcıda kurun."))
        return redirect("two_step")
    if not enrolment_bind(request.session, request.actor.person, request.at):
        return redirect("two_step")
    messages.success(request, _("Kimliğiniz kartınızın çipiyle doğrulandı. Şimdi ikinci adımınızı kurun."))
    return redirect("factor_enrol")


def _code(request: Any, session: ChipSession) -> str:
    kept = request.session.get(_KEY) or {}
    return str(kept["code"]) if kept.get("no") == session.pk else ""
