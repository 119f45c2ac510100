"""*Kişisel verilerim*: one's own data as one download, and requests about them."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.identity.limits import attempt_count
from katip.keeping.models import DataRequest, Right
from katip.keeping.requests import request_own, requests_of
from katip.keeping.services.own_data import own_data_export
from katip.keeping.services.requests import request_make, request_withdraw
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.keeping.forms import DataRequestForm
from katip.web.keeping.words import request_shown
from katip.web.once import once
from katip.web.processes.at_once import require_fresh_step

PAGE = 20
_NUMBERS = 2**63


@access(Access.TWO_STEP)
@require_GET
def own_data(request: Any) -> HttpResponse:
    """The download, and one's own requests, the newest first."""
    before = number_read(request.GET.get("sonra", ""))
    found = requests_of(request.user.pk, most=PAGE + 1, before=before)
    rows, here = found[:PAGE], reverse("own_data")
    more = len(found) > PAGE
    context = {
        "requests": [request_shown(one, request.at) for one in rows],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or before else "",
        "first_url": here if before else "",
        "next_url": f"{here}?{urlencode({'sonra': rows[-1].pk})}" if more else "",
    }
    return render(request, "own_data.html", context)


@access(Access.TWO_STEP)
@require_POST
def own_data_take(request: Any) -> HttpResponse:
    """The download itself; a few an hour."""
    require_fresh_step(request)
    if attempt_count(request, "own_data", "6/h/user") is None:
        messages.error(request, _("Verilerinizi kısa süre önce birkaç kez indirdiniz. Bir saat sonra yeniden deneyin."))
        return redirect("own_data")
    file = BytesIO()
    own_data_export(actor=request.actor, at=request.at, file=file)
    name = f"katip-kisisel-verilerim-{day_of(request.at)}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.getvalue(), "application/zip", headers=headers)


def _request_made(request: Any, at: datetime) -> str | None:
    """The request that the person made at that moment."""
    found = DataRequest.objects.filter(person_id=request.user.pk, made_at=at).first()
    return reverse("data_request", args=[found.pk]) if found is not None else None


@access(Access.TWO_STEP)
@once("own_data", made=_request_made)
@require_http_methods(["GET", "POST"])
def data_request_new(request: Any) -> HttpResponse:
    """A new request."""
    form = DataRequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = request_make(actor=request.actor, at=request.at, right=Right(typed["right"]), text=typed["text"])
        except PermissionRefusedError:
            form.add_error(None, _("Yanıt bekleyen beş başvurunuz var. Biri yanıtlanınca yenisini yapabilirsiniz."))
        else:
            messages.success(request, _("Başvurunuz alındı."))
            return redirect("data_request", made.pk)
    return render(request, "data_request_new.html", {"form": form}, status=422 if form.is_bound else 200)


@access(Access.TWO_STEP)
@require_GET
def data_request(request: Any, no: int) -> HttpResponse:
    """One's own request: its state, its last day, its answer."""
    return render(request, "data_request.html", {"one": request_shown(_own(request, no), request.at)})


@access(Access.TWO_STEP)
@require_POST
def data_request_withdraw(request: Any, no: int) -> HttpResponse:
    """Take it back while it waits."""
    with acting_as(request.actor):
        _own(request, no)
    try:
        request_withdraw(actor=request.actor, at=request.at, number=no)
    except StaleStateError:
        messages.error(request, _("Başvuru artık beklemiyor; geri çekilemez."))
    else:
        messages.success(request, _("Başvurunuzu geri çektiniz."))
    return redirect("data_request", no)


def _own(request: Any, no: int) -> DataRequest:
    found = request_own(request.user.pk, no) if no < _NUMBERS else None
    if found is None:
        raise Http404
    return found
