"""*Bu OSGB’yi tanımıyorum*: the employer's page, and the officials' list of what was reported."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from katip.core.actor import Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.notices.models import Objection
from katip.notices.objecting import OFFERED
from katip.notices.services.objections import NOTE_LENGTH, objection_close, offers_open, provider_disown
from katip.notices.told import objected, objection_find, objections_of
from katip.processes.models import PartyKind, Process
from katip.processes.selectors import process_seen
from katip.registry.models import Official, OfficialRole
from katip.registry.permissions import require_office
from katip.rules import RuleViolation
from katip.web.access import Access, access
from katip.web.acting.fitting import capacity_fit
from katip.web.addresses import number_read
from katip.web.officials.guard import for_offices
from katip.web.once import once
from katip.web.processes.at_once import require_fresh_step
from katip.web.processes.kinds import presenter_of

PAGE = 50
WATCHING = (OfficialRole.DIRECTORATE, OfficialRole.INSPECTOR)


class DisownForm(forms.Form):
    """What the employer's side knows of it, for the officials."""

    note = forms.CharField(
        label=lazy("Yetkililere not"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": lazy("En çok 300 karakter yazın.")},
    )


class CloseForm(forms.Form):
    """What came of looking into it."""

    outcome = forms.CharField(
        label=lazy("Sonuç"),
        min_length=10,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": lazy("Ne bulunduğunu yazın: 10 ile 300 karakter arası."),
            "min_length": lazy("Ne bulunduğunu yazın: 10 ile 300 karakter arası."),
            "max_length": lazy("En çok 300 karakter yazın."),
        },
    )


@access(Access.TWO_STEP)
@once("step", "no")
@require_http_methods(["GET", "POST"])
def disown(request: Any, no: int) -> HttpResponse:
    """What will be rejected and who will be told; then it is done."""
    with acting_as(request.actor):
        process = _offer(request, no)
        waiting = offers_open(process.workplace_id or 0, process.provider_id or 0)
        if not waiting:
            return redirect("step", no=no)
        form = DisownForm(request.POST if request.method == "POST" else None)
        if not form.is_bound or not form.is_valid():
            context = {"form": form, **_shown(process, waiting)}
            return render(request, "disown.html", context, status=422 if form.is_bound else 200)
    require_fresh_step(request)
    try:
        done = provider_disown(actor=request.actor, at=request.at, process_id=no, note=form.cleaned_data["note"])
    except RuleViolation:
        messages.info(request, _("Bu kurumun bekleyen teklifi kalmamış; yapılacak bir şey yok."))
        return redirect("step", no=no)
    except PermissionRefusedError as refused:
        raise Http404 from refused
    words = [_("Bildiriminiz yetkililere iletildi.")]
    if done.rejected:
        rejected = ngettext("%(n)s teklif reddedildi.", "%(n)s teklif reddedildi.", done.rejected)
        words.append(rejected % {"n": done.rejected})
    if done.later:
        later = ngettext(
            "Profesyonelde bekleyen %(n)s teklif, size gelince kendiliğinden reddedilecek.",
            "Profesyonelde bekleyen %(n)s teklif, size gelince kendiliğinden reddedilecek.",
            done.later,
        )
        words.append(later % {"n": done.later})
    messages.success(request, " ".join(words))
    return redirect("step", no=no)


def _offer(request: Any, no: int) -> Process:
    """The offer, for an e-Bildirge user of its workplace; who then acts for it. Raises `Http404` for anybody else."""
    process = process_seen(request.user.pk, no, request.at)
    seen: Any = process
    if process is None or process.code not in OFFERED or process.provider is None or not seen.sees_as_employer:
        raise Http404
    capacity_fit(request, {Capacity.WORKPLACE: process.workplace}, asked=Capacity.WORKPLACE)
    return process


def _shown(process: Process, waiting: list[Process]) -> dict[str, Any]:
    provider, workplace = process.provider, process.workplace
    assert provider is not None and workplace is not None  # noqa: S101, PT018 -- an offer has both
    return {
        "no": process.pk,
        "provider": {
            "title": provider.title,
            "authorisation_no": provider.authorisation_no,
            "province": provider.province.name,
        },
        "workplace": workplace.title,
        "offers": [
            {"code": one.code, "label": presenter_of(one).label(one), "now": one.waits_for == PartyKind.EMPLOYER}
            for one in waiting
        ],
        "said_before": objected(workplace.pk, provider.pk, process.created_at),
    }


def _office(request: Any) -> Official:
    return require_office(request.actor, *WATCHING)


@for_offices(*WATCHING)
@require_GET
def objections(request: Any) -> HttpResponse:
    """What workplaces of the official's province reported, the open ones first."""
    closed, before = request.GET.get("durum") == "kapanan", number_read(request.GET.get("sonra", ""))
    found = objections_of(_office(request), closed=closed, most=PAGE + 1, before=before)
    rows, url = found[:PAGE], reverse("objections")
    kept: dict[str, str] = {"durum": "kapanan"} if closed else {}
    tabs = [
        {"label": _("Açık"), "url": url, "current": not closed, "count": None},
        {"label": _("Kapanan"), "url": f"{url}?{urlencode({'durum': 'kapanan'})}", "current": closed, "count": None},
    ]
    context = {
        "tabs": tabs,
        "closed": closed,
        "rows": rows,
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if before or len(found) > PAGE else "",
        "first_url": f"{url}?{urlencode(kept)}" if before else "",
        "next_url": f"{url}?{urlencode({**kept, 'sonra': str(rows[-1].pk)})}" if len(found) > PAGE else "",
    }
    return render(request, "objections.html", context)


@for_offices(*WATCHING)
@require_http_methods(["GET", "POST"])
def objection(request: Any, no: int) -> HttpResponse:
    """One report: who made it, what they wrote, and what came of it."""
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            objection_close(actor=request.actor, at=request.at, objection_id=no, outcome=form.cleaned_data["outcome"])
        except RuleViolation:
            messages.info(request, _("Bu bildirim daha önce kapatılmış."))
        else:
            messages.success(request, _("Bildirim kapatıldı."))
        return redirect("objection", no=no)
    with acting_as(request.actor):
        found = objection_find(_office(request), no)
        if found is None:
            raise Http404
        context = {"one": found, "reported_by": found.person.name, "form": form, "closed_by": _closed_by(found)}
        return render(request, "objection.html", context, status=422 if form.is_bound else 200)


def _closed_by(found: Objection) -> str:
    return found.closed_by.name if found.closed_by is not None else ""
