"""Contracts of workplaces that SGK gave a new number: listed, ticked, made anew in one go."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.contracts.lists import contracts_renumbered
from katip.contracts.services.reoffer import TOGETHER, contracts_remake
from katip.core.errors import PermissionRefusedError
from katip.rules import Profession, RuleViolation
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.once import once
from katip.web.processes.at_once import require_fresh_step
from katip.web.refusals import refusal_words
from katip.web.words import PROFESSIONS

PAGE = 100


@access(Access.PROVIDER)
@once("contracts")
@require_http_methods(["GET", "POST"])
def renumbered(request: Any) -> HttpResponse:
    """*SGK numarası değişenler*: the ticked contracts are offered anew at the new number, all of them or none."""
    if request.method == "GET":
        return _page(request)
    ticked = [no for text in request.POST.getlist("sozlesme") if (no := number_read(text)) is not None]
    here = reverse("contracts_renumbered")
    if not ticked:
        messages.error(request, _("Önce yeniden teklif edilecek sözleşmeleri işaretleyin."))
        return redirect(here)
    require_fresh_step(request)
    try:
        made = contracts_remake(actor=request.actor, at=request.at, contract_ids=ticked[:TOGETHER])
    except PermissionRefusedError:
        return redirect("companies")
    except RuleViolation as violation:
        which = violation.facts.get("contract")
        where = _("%(no)s numaralı sözleşme: ") % {"no": which} if which else ""
        words = _("Hiçbir teklif gönderilmedi. %(where)s%(why)s")
        messages.error(request, words % {"where": where, "why": refusal_words(violation)})
        return redirect(here)
    messages.success(request, _("%(n)s teklif yeni numaraya gönderildi.") % {"n": len(made)})
    return redirect(f"{reverse('contracts')}?liste=bekleyen")


def _page(request: Any) -> HttpResponse:
    start = number_read(request.GET.get("sonra", ""))
    found = contracts_renumbered(request.actor, request.at, after=start, limit=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    url = reverse("contracts_renumbered")
    context = {
        "rows": [_row(contract) for contract in rows],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or start else "",
        "first_url": url if start else "",
        "next_url": f"{url}?{urlencode({'sonra': rows[-1].pk})}" if more else "",
    }
    return render(request, "contracts_renumbered.html", context)


def _row(contract: Any) -> dict[str, Any]:
    return {
        "no": contract.pk,
        "url": reverse("contract", args=[contract.pk]),
        "code": contract.code,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "workplace": contract.workplace.title,
        "old_number": contract.workplace.sgk_number,
        "new_title": contract.new_title,
        "new_number": contract.new_sgk_number,
        "person": contract.professional.person.name,
        "minutes": contract.minutes_now,
        "ended_on": contract.ends_on,
    }
