"""The officer's desk: find an application by its code, compare, read the card's chip, look back on the day."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.audit.services.record import Happening, record
from katip.core.clock import day_of
from katip.core.crypto import unseal
from katip.core.errors import StaleStateError
from katip.core.shown import shown
from katip.core.usecase import acting_as
from katip.counter.evidence import ChipSays, chip_says, chip_session_deciding, chip_session_newest
from katip.counter.models import Application, ApplicationState, Purpose
from katip.counter.permissions import require_not_own
from katip.counter.selectors import (
    application_at_desk,
    application_by_key,
    applications_awaiting,
    code_unused,
    decided_on,
    objections_to,
    others_open,
    person_of,
)
from katip.counter.services.decisions import chip_open
from katip.counter.services.handover import AGAIN_WITHIN
from katip.identity.chip_selectors import ENDS, chip_phase
from katip.identity.chip_words import REASONS
from katip.identity.factors import has_second_step
from katip.identity.limits import attempt_count
from katip.identity.models import ChipSession
from katip.rules import RuleViolation, mask_national_id
from katip.web.addresses import number_read
from katip.web.chip.show import GIVEN_UP, waiting_of
from katip.web.counter.forms import ConfirmForm, ScanForm, SecondForm, SeenForm
from katip.web.counter.guard import at_desk
from katip.web.counter.show import PURPOSES, applicant_name, compared, last_day, state_shown
from katip.web.processes.at_once import require_fresh_step
from katip.web.refusals import refusal_words

PAGE = 50
_FOUND = "counter_found"
"""in the session: the applications that the officer found by their codes"""
_FOUND_MOST = 20
_CARD = "counter_card"
_LIMIT = "60/5m/user"


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: Any) -> HttpResponse:
    """*Gişe*: the scanner types the code here; below, what waits for a second officer."""
    form = ScanForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _counter_page(request, form)
    with acting_as(request.actor):
        number = _sought(request, form)
        return redirect("counter_case", no=number) if number else _counter_page(request, form, status=422)


def _sought(request: Any, form: ScanForm) -> int | None:
    """The application under the code; that one was looked for is written down."""
    if attempt_count(request, "counter_code", _LIMIT) is None:
        form.add_error(None, _("Kısa sürede çok kod denendi. Birkaç dakika sonra yeniden deneyin."))
        return None
    if not form.is_valid():
        return None
    found = application_by_key(form.cleaned_data["code"])
    record(request.actor, request.at, Happening("counter:application:sought", found.pk if found else None))
    if found is None:
        form.add_error("code", _("Bu kodla bir başvuru yok. Kodu belgeden yeniden okutun ya da yazın."))
        return None
    kept = [number for number in request.session.get(_FOUND, []) if number != found.pk]
    request.session[_FOUND] = [*kept, found.pk][-_FOUND_MOST:]
    return int(found.pk)


def _counter_page(request: Any, form: ScanForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "branch": request.desk.branch,
        "awaiting": [
            {
                "url": reverse("counter_case", args=[one.pk]),
                "name": applicant_name(one),
                "purpose": PURPOSES[one.purpose],
                "officer": one.officer.name if one.officer else "",
                "at": one.decided_at,
            }
            for one in applications_awaiting(request.desk, request.actor, request.at)
        ],
        "objections": len(objections_to(request.actor, request.at)),
    }
    return render(request, "counter.html", context, status=status)


@at_desk
@require_GET
def case(request: Any, no: int) -> HttpResponse:
    """One application: what was typed, what the register knows, what to look at, and the decision."""
    found = application_open(request, no)
    record(request.actor, request.at, Happening("counter:application:read", found.pk))
    return case_page(request, found, None)


def application_open(request: Any, no: int) -> Application:
    """The application, if this officer may open it; nobody opens their own."""
    kept = frozenset(request.session.get(_FOUND, []))
    found = application_at_desk(no, request.desk, request.actor, found=kept)
    if found is None:
        raise Http404
    require_not_own(request.actor, found)
    return found


def case_page(request: Any, found: Application, form: SeenForm | None, *, status: int = 200) -> HttpResponse:
    """The case as it stands, with the form that decides it."""
    state = state_shown(found, request.at)
    first = found.officer_id == request.actor.person_id
    form_class = {"open": ConfirmForm, "awaiting_second": None if first else SecondForm}.get(state["state"])
    context = {
        **case_shown(found, request),
        "form": form or (form_class.shown(found) if form_class else None),
        "first": first,
        "others": others_open(found, request.at) if form_class else 0,
        "again": _may_again(found, request),
    }
    return render(request, "counter_case.html", context, status=status)


def case_shown(found: Application, request: Any) -> dict[str, Any]:
    """What is shown of a case; the number in clear only while there is something to compare."""
    state, number = state_shown(found, request.at), unseal(found.national_id_sealed)
    is_open = state["state"] in {ApplicationState.OPEN, ApplicationState.AWAITING_SECOND}
    person = person_of(found)
    shown(person.pk if person is not None else None)
    return {
        "application": found,
        "name": f"{found.given_name} {found.family_name}",
        "purpose": PURPOSES[found.purpose],
        "national_id": number if is_open else mask_national_id(number),
        "is_open": is_open,
        "last_day": last_day(found),
        "state": state,
        "known": person is not None,
        "needless": is_open
        and found.purpose == Purpose.SECOND_STEP
        and person is not None
        and has_second_step(person.pk),
        "compared": compared(found, person),
        "chip": chip_shown(chip_session_deciding(found)),
    }


def chip_shown(session: ChipSession | None) -> dict[str, Any]:
    """What the newest reading of the card says, in a tag and sentences."""
    says = chip_says(session)
    words = {
        ChipSays.NOTHING: ("optional", _("Okunmadı")),
        ChipSays.PROVED: ("done", _("Çip gerçek, numara aynı")),
        ChipSays.READ: ("done", _("Bilgiler gerçek; kopya denetimi yok")),
        ChipSays.UNCLEAR: ("unknown", _("Doğrulanamadı")),
        ChipSays.AGAINST: ("short", _("Kart başvuruyla uyuşmuyor")),
    }[says]
    codes = session.reasons if session is not None else []
    known = {**GIVEN_UP, **REASONS}
    return {
        "says": str(says),
        "tag": words[0],
        "word": words[1],
        "reasons": [known[code].wrong for code in codes if code in known],
    }


def _may_again(found: Application, request: Any) -> bool:
    """Whether the code may be handed over once more; the service asks again."""
    mine = request.actor.person_id in {found.officer_id, found.second_officer_id}
    recent = found.decided_at is not None and request.at - found.decided_at <= AGAIN_WITHIN
    return mine and recent and code_unused(found) is not None


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: Any, no: int) -> HttpResponse:
    """*Karttan oku*: POST begins a reading at the desk, GET tells how far it has come."""
    with acting_as(request.actor):
        found = application_open(request, no)
    if request.method == "POST":
        require_fresh_step(request)
        try:
            opened = chip_open(actor=request.actor, at=request.at, address=request.address, application_id=no)
        except StaleStateError:
            messages.info(request, _("Bu başvuru bu arada sonuçlandı; kart okunmadı."))
            return redirect("counter_case", no=no)
        except RuleViolation as violation:
            messages.info(request, refusal_words(violation))
            return redirect("counter_case", no=no)
        request.session[_CARD] = {"no": opened.session.pk, "code": opened.code}
        return redirect("counter_card", no=no)
    session = chip_session_newest(found)
    if session is None or chip_phase(session, request.at) in ENDS:
        return HttpResponse() if "durum" in request.GET else redirect("counter_case", no=no)
    kept = request.session.get(_CARD) or {}
    code = str(kept["code"]) if kept.get("no") == session.pk else ""
    context = {"no": no, **waiting_of(session, chip_phase(session, request.at), code, request.at)}
    return render(request, "counter_card_state.html" if "durum" in request.GET else "counter_card.html", context)


@at_desk
@require_GET
def day(request: Any) -> HttpResponse:
    """*Günüm*: what the officer decided today, and what supervisors objected to."""
    after = number_read(request.GET.get("sonra", ""))
    today = day_of(request.at)
    found = decided_on(request.actor, today, after=after, limit=PAGE)
    here, more = reverse("counter_day"), len(found) > PAGE
    context = {
        "day": today,
        "rows": [
            {
                "url": reverse("counter_case", args=[one.pk]),
                "name": applicant_name(one),
                "purpose": PURPOSES[one.purpose],
                "at": one.decided_at,
                "state": state_shown(one, request.at),
                "override": bool(one.override),
            }
            for one in found[:PAGE]
        ],
        "objections": [
            {
                "name": applicant_name(one.application),
                "decided_at": one.application.decided_at,
                "supervisor": one.supervisor.name if one.supervisor else "",
                "note": one.note,
                "at": one.at,
            }
            for one in objections_to(request.actor, request.at)
        ],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(found[:PAGE])} if more or after else "",
        "first_url": here if after else "",
        "next_url": f"{here}?{urlencode({'sonra': found[PAGE - 1].pk})}" if more else "",
    }
    return render(request, "counter_day.html", context)
