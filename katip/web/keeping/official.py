"""Where those who run the installation answer requests about personal data."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.core.errors import StaleStateError
from katip.core.usecase import acting_as
from katip.keeping.models import DataRequest, RequestState
from katip.keeping.requests import request_seen, requests_closed, requests_waiting
from katip.keeping.services.requests import request_answer
from katip.registry.models import OfficialRole
from katip.web.addresses import number_read
from katip.web.keeping.forms import AnswerForm
from katip.web.keeping.words import request_shown
from katip.web.officials.guard import for_offices
from katip.web.processes.at_once import require_fresh_step

PAGE = 50
_NUMBERS = 2**63


@for_offices(OfficialRole.OPERATOR)
@require_GET
def data_requests(request: Any) -> HttpResponse:
    """Those that wait, the nearest last day first; or those that were answered."""
    closed = request.GET.get("liste") == "kapanan"
    here, after = reverse("data_requests"), request.GET.get("sonra", "")
    if closed:
        found = requests_closed(request.actor, most=PAGE + 1, before=number_read(after))
    else:
        found = requests_waiting(request.actor, most=PAGE + 1, after=_place_read(after))
    rows, more = found[:PAGE], len(found) > PAGE
    named = {"liste": "kapanan"} if closed else {}
    first = f"{here}?{urlencode(named)}" if named else here
    context = {
        "rows": [_row(request, one) for one in rows],
        "closed": closed,
        "tabs": [
            {"label": _("Yanıt bekleyen"), "url": here, "current": not closed, "count": None},
            {"label": _("Kapanan"), "url": f"{here}?liste=kapanan", "current": closed, "count": None},
        ],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": first if after else "",
        "next_url": f"{here}?{urlencode({**named, 'sonra': _place(rows[-1], closed=closed)})}" if more else "",
    }
    return render(request, "data_requests.html", context)


@for_offices(OfficialRole.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_answer(request: Any, no: int) -> HttpResponse:
    """One request, and the answer to it."""
    form = AnswerForm(request.POST if request.method == "POST" else None)
    with acting_as(request.actor):
        found = request_seen(request.actor, no) if no < _NUMBERS else None
        if found is None:
            raise Http404
        if request.method != "POST" or not form.is_valid():
            return _page(request, found, form, status=422 if form.is_bound else 200)
    require_fresh_step(request)
    typed = form.cleaned_data
    try:
        request_answer(
            actor=request.actor,
            at=request.at,
            number=no,
            outcome=RequestState(typed["outcome"]),
            answer=typed["answer"],
        )
    except StaleStateError:
        messages.error(request, _("Başvuru artık beklemiyor: yanıtlanmış ya da geri çekilmiş."))
        return redirect("data_request_answer", no)
    messages.success(request, _("Yanıtınız kaydedildi ve başvurana bildirildi."))
    return redirect("data_requests")


def _page(request: Any, found: DataRequest, form: AnswerForm, status: int) -> HttpResponse:
    context = {
        "one": request_shown(found, request.at),
        "name": found.person.name,
        "answered_by": found.answered_by.name if found.answered_by else "",
        "form": form,
    }
    return render(request, "data_request_answer.html", context, status=status)


def _row(request: Any, one: DataRequest) -> dict[str, Any]:
    own = one.person_id == request.user.pk
    return {
        **request_shown(one, request.at),
        "name": one.person.name,
        "url": "" if own else reverse("data_request_answer", args=[one.pk]),
    }


def _place(one: DataRequest, *, closed: bool) -> str:
    return str(one.pk) if closed else f"{one.due_on.isoformat()}.{one.pk}"


def _place_read(text: str) -> tuple[date, int] | None:
    """Where the next page begins: `2026-12-01.7`; whatever else it is, at the beginning."""
    day, _dot, number = text.partition(".")
    found = number_read(number)
    try:
        return (date.fromisoformat(day), found) if found is not None else None
    except ValueError:
        return None
