"""Choosing fallen offers to be made anew, and running contracts to be ended: some, or all under the filter."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.contracts.anew import fallen_named, offers_fallen, running, running_named
from katip.contracts.models import AssignmentType, Contract
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.core.usecase import acting_as
from katip.notices.follow import reject_reasons
from katip.processes.models import Decision
from katip.rules import ContractState, Profession
from katip.runs.contract_rows import ends_asked, reoffers_asked
from katip.runs.end import END
from katip.runs.reoffer import REOFFER
from katip.runs.services.prepare import MOST
from katip.runs.texts import END_TEXT, REOFFER_TEXT
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.contracts.acts.forms import EndForm
from katip.web.entrance.kept import form_kept
from katip.web.once import once
from katip.web.runs.start.asking import ChooseForm
from katip.web.runs.views import prepare, run_made
from katip.web.words import PROFESSIONS

PAGE, SHORT = 100, 8
Find = Callable[..., list[Contract]]


@access(Access.PROVIDER)
@once("runs", made=run_made)
@require_http_methods(["GET", "POST"])
def reoffer(request: Any) -> HttpResponse:
    """*Düşen teklifler*: those that lapsed, were rejected or withdrawn, and that nothing took the place of."""
    here = reverse("run_reoffer")
    if request.method == "GET":
        return _page(request, "run_reoffer.html", _list(request, ChooseForm(request.GET, fallen=True), offers_fallen))
    with acting_as(request.actor):
        if request.POST.get("kapsam") == "tumu":
            asked = ChooseForm(request.POST, fallen=True).asked()
            contracts = offers_fallen(request.actor, request.at, asked=asked, limit=MOST)
        else:
            contracts = fallen_named(request.actor, _ticked(request))
        rows = reoffers_asked(_by_place(contracts), request.at) if contracts else []
    if not rows:
        messages.error(request, _("Önce yeniden teklif edilecek sözleşmeleri işaretleyin."))
        return redirect(here)
    return prepare(request, REOFFER, here, rows=rows, texts=[REOFFER_TEXT])


@access(Access.ACTING)
@once("runs", made=run_made)
@require_http_methods(["GET", "POST"])
def end(request: Any) -> HttpResponse:
    """*Toplu sonlandır*: a provider's running contracts, or those of every workplace that the person files for."""
    here = reverse("run_end")
    if request.actor.capacity == Capacity.INDIVIDUAL:
        return redirect("assignments")
    if request.method == "GET":
        kept = {name: values[-1] for name, values in (form_kept(request) or {}).items() if values}
        form = EndForm(None, today=day_of(request.at))
        form.initial.update({name: value for name, value in kept.items() if name in form.fields})
        return _end_page(request, request.GET, form)
    form = EndForm(request.POST, today=day_of(request.at))
    everything = request.POST.get("kapsam") == "tumu"
    ticked = _ticked(request)
    with acting_as(request.actor):
        if not form.is_valid() or not (everything or ticked):
            if not (everything or ticked):
                form.add_error(None, _("Önce sonlandırılacak sözleşmeleri işaretleyin."))
            return _end_page(request, request.POST, form, ticked=ticked, status=422)
        if everything:
            asked = ChooseForm(request.POST).asked()
            contracts = running(request.actor, request.at, asked=asked, limit=MOST)
        else:
            contracts = running_named(request.actor, request.at, ticked)
        rows = ends_asked(_by_place(contracts), request.actor.capacity)
    if not rows:
        messages.error(request, _("Seçtikleriniz artık devam etmiyor ya da son günleri zaten bildirildi."))
        return redirect(here)
    params = {"last_day": form.cleaned_data["last_day"].isoformat(), "note": form.cleaned_data["note"]}
    return prepare(request, END, here, rows=rows, texts=[END_TEXT], params=params)


def _end_page(
    request: Any, narrowed: Any, form: forms.Form, *, ticked: Sequence[int] = (), status: int = 200
) -> HttpResponse:
    listed = _list(request, ChooseForm(narrowed), running, ticked)
    employer = request.actor.capacity == Capacity.WORKPLACE
    return _page(request, "run_end.html", {**listed, "form": form, "employer": employer}, status)


def _page(request: Any, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, context, status=status)


def _list(request: Any, narrow: ChooseForm, find: Find, ticked: Sequence[int] = ()) -> dict[str, Any]:
    """A page of the list. How many there are is counted up to a run's most, by the index that the page reads."""
    after = number_read(request.GET.get("sonra", ""))
    found = find(request.actor, request.at, asked=narrow.asked(), after=after, limit=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    reasons = reject_reasons([one.process_id for one in rows if one.state == ContractState.REJECTED])
    url = request.path
    return {
        "narrow": narrow,
        "is_long": more or after is not None or len(rows) > SHORT or bool(narrow.named),
        "narrowed": bool(narrow.named),
        "kept": list(narrow.named.items()),
        "rows": [_row(one, reasons.get(one.process_id)) for one in rows],
        "ticked": set(ticked),
        "several": len(rows) > 1 or more or after is not None,
        "whole": not more and after is None,
        "list_url": url,
        "first_url": _address(url, narrow.named) if after else "",
        "next_url": _address(url, narrow.named | {"sonra": str(rows[-1].pk)}) if more else "",
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
    }


def _address(url: str, named: dict[str, str]) -> str:
    return f"{url}?{urlencode(named)}" if named else url


def _row(contract: Any, rejection: Decision | None) -> dict[str, Any]:
    return {
        "no": contract.pk,
        "url": reverse("contract", args=[contract.pk]),
        "code": contract.code,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "state": contract.state,
        "reason": rejection.reason if rejection else "",
        "company": contract.workplace.title,
        "sgk_number": contract.workplace.sgk_number,
        "place": contract.workplace.province.name,
        "provider": contract.provider.short_title if contract.provider else "",
        "person": contract.professional.person.name,
        "minutes": contract.minutes_now,
        "full_time": contract.assignment_type == AssignmentType.FULL_TIME,
        "since": contract.active_from or contract.process.closed_at,
    }


def _ticked(request: Any) -> list[int]:
    texts = request.POST.getlist("sozlesme")
    return [number for text in dict.fromkeys(texts) if (number := number_read(text)) is not None][:MOST]


def _by_place(contracts: Sequence[Contract]) -> list[Contract]:
    """By company, so that each stands together when it is read."""
    return sorted(contracts, key=lambda one: (one.workplace.title_sort, one.workplace_id, one.code, one.pk))
