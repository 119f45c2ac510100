"""What a month asks of the provider, accepted in one go: read as one list, confirmed once, each with its own record.

The second step is bound to what was shown: the list is posted with one hash over every process, its version and terms.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.selectors import steps_by_process
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.turkish import sort_key
from katip.core.usecase import acting_as
from katip.processes.models import PartyKind, Process
from katip.processes.selectors import processes_named
from katip.processes.services.complete import StepDecision
from katip.rules import Profession
from katip.updates.provider_month import Fit, fitting
from katip.updates.services.provider_accept import Accepted, updates_accept
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.looks.named import professional_named
from katip.web.months import provider_show as show
from katip.web.months.sentence import facts_of_terms
from katip.web.processes import present
from katip.web.processes.at_once import require_fresh_step
from katip.web.processes.kinds import RELATED
from katip.web.refusals import refusal_words
from katip.web.words import PROFESSIONS

MOST = 1_000
"""How many one page lists and one press accepts."""
_KEPT = "month_accepted"


@access(Access.PROVIDER)
@require_http_methods(["GET", "POST"])
def provider_accept(request: Any) -> HttpResponse:
    """The ticked updates, or all that fit (`hepsi`): what they take of whom, each in a line; then *Tamamla* once."""
    if request.method == "POST":
        return _take(request)
    run = number_read(request.GET.get("ay", ""))
    every = bool(request.GET.get("hepsi"))
    ticked = _numbers(request.GET.getlist("surec"))
    if run is None or not (every or ticked):
        messages.error(request, _("Önce onaylanacak güncellemelerin kutularını işaretleyin."))
        return redirect(_list_url(run))
    weighed = fitting(request.actor, request.at, run, among=None if every else ticked)
    fits = [fit for fit in weighed.values() if fit.fits]
    shown = fits[:MOST]
    short = [] if every else [fit for fit in weighed.values() if not fit.fits]
    if not shown and not short:
        messages.info(request, _("Seçtikleriniz artık sizi beklemiyor; listeyi yeniden açtık."))
        return redirect(_list_url(run))
    named = _processes(request, [fit.process_id for fit in (*shown, *short)])
    context = {
        **_frame(request, run, named, [fit.process_id for fit in shown]),
        "short": [_line(named[fit.process_id], fit) for fit in short if fit.process_id in named],
        "people": _people(shown, named),
        "later": len(fits) - len(shown),
        "gone": 0 if every else len(ticked) - len(weighed),
        "form": _form(named, None),
    }
    return render(request, "provider_month_accept.html", context)


@access(Access.PROVIDER)
@require_GET
def provider_accepted(request: Any) -> HttpResponse:
    """What became of the list that was accepted last."""
    kept = request.session.get(_KEPT)
    if kept is None:
        return redirect("provider_month")
    return render(request, "provider_month_accepted.html", {**kept, "list_url": _list_url(kept["run"])})


def _take(request: Any) -> HttpResponse:
    """Accept what was shown, if it still is what was shown."""
    run = number_read(request.POST.get("ay", ""))
    asked = _numbers(request.POST.get("surecler", "").split(","))
    if run is None or not asked:
        return redirect("provider_month")
    with acting_as(request.actor):
        named = _processes(request, asked)
        if len(named) != len(asked) or _digest(named.values()) != request.POST.get("ozet", ""):
            words = _("Siz okurken listedekilerden biri değişti ya da karara bağlandı. Hiçbiri onaylanmadı.")
            messages.warning(request, f"{words} {_('Listeyi yeniden seçin.')}")
            return redirect(_list_url(run))
        form = _form(named, request.POST)
        if not form.is_valid():
            weighed = fitting(request.actor, request.at, run, among=asked)
            context = {
                **_frame(request, run, named, asked),
                "people": _people([weighed[no] for no in asked if no in weighed], named),
                "form": form,
            }
            return render(request, "provider_month_accept.html", context, status=422)
    require_fresh_step(request)
    back: list[StepDecision] = []
    more: list[StepDecision] = []
    for process in named.values():
        gives_back = process.terms["minutes"] <= process.terms["minutes_before"]
        (back if gives_back else more).append(StepDecision(process.pk, process.version, process.terms_hash))
    try:
        told = updates_accept(actor=request.actor, at=request.at, decisions=[back, more])
    except PermissionRefusedError:
        return redirect("companies")
    request.session[_KEPT] = _told(told, run, named)
    return redirect("provider_accepted")


def _told(told: Accepted, run: int, named: Mapping[int, Process]) -> dict[str, Any]:
    """What became of the list, in words and plain values."""
    gone = _("Siz okurken karara bağlanmış ya da süresi geçmiş.")
    return {
        "run": run,
        "done": sum(move.final for move in told.moved),
        "asked": sum(not move.final for move in told.moved),
        "refused": [
            {
                "no": one.process_id,
                "title": _title(named[one.process_id]),
                "words": refusal_words(one.why) if one.why else gone,
            }
            for one in told.refused
        ],
        "left": len(told.left),
    }


def _frame(request: Any, run: int, named: Mapping[int, Process], numbers: Sequence[int]) -> dict[str, Any]:
    """What the page shows and what it posts back."""
    mine = [named[no] for no in numbers if no in named]
    steps = steps_by_process([process.pk for process in mine])
    after = {no for no, found in steps.items() if any(step.party == PartyKind.EMPLOYER for step in found)}
    lines = [{**_line(process, None), "then_employer": process.pk in after} for process in mine]
    return {
        "run": run,
        "rows": sorted(lines, key=lambda line: (sort_key(line["person"]), sort_key(line["workplace"]), line["no"])),
        "then_employer": len(after),
        "numbers": ",".join(str(process.pk) for process in mine),
        "digest": _digest(mine),
        "month_url": _list_url(run),
        "at": request.at,
    }


def _line(process: Process, fit: Fit | None) -> dict[str, Any]:
    """One update as its terms tell it."""
    terms = process.terms
    profession = Profession(terms["profession"])
    minutes = int(terms["minutes_before"]), int(terms["minutes"])
    month = terms.get("month")
    told = ""
    if month:
        told = show.why(facts_of_terms(month, profession, minutes, day_of(process.created_at)))
    return {
        "no": process.pk,
        "url": reverse("step", args=[process.pk]),
        "code": process.code,
        "workplace": terms["workplace"]["title"],
        "place": process.workplace.province.name if process.workplace else "",
        "profession_label": PROFESSIONS[profession],
        "person": professional_named(process),
        "before": minutes[0],
        "after": minutes[1],
        "more": show.signed(minutes[1] - minutes[0]),
        "why": told,
        "room": show.room_words(fit) if fit else "",
    }


def _people(fits: Sequence[Fit], named: Mapping[int, Process]) -> list[dict[str, Any]]:
    """Whose minutes it takes or gives back: how many updates, how many minutes, what is free before and after."""
    people: dict[int, dict[str, Any]] = {}
    for fit in fits:
        if fit.process_id not in named:
            continue
        name = professional_named(named[fit.process_id])
        one = people.setdefault(
            fit.professional_id, {"name": name, "number": 0, "more": 0, "less": 0, "free": fit.free}
        )
        one["number"] += 1
        one["more"] += max(0, fit.more)
        one["less"] += max(0, -fit.more)
    told = sorted(people.values(), key=lambda one: sort_key(one["name"]))
    return [{**one, "left": one["free"] - one["more"] + one["less"]} for one in told]


def _form(named: Mapping[int, Process], posted: Any) -> forms.Form:
    """One tick for all: they are of one kind."""
    form = forms.Form(posted)
    label, rest = present.tick_words(next(iter(named.values()))) if named else ("", "")
    form.fields["read"] = forms.BooleanField(
        label=label,
        help_text=rest,
        error_messages={"required": _("Koşulları okuduysanız kutuyu işaretleyin: %(tick)s.") % {"tick": label}},
    )
    return form


def _processes(request: Any, numbers: Sequence[int]) -> dict[int, Process]:
    """Of these, what waits for the provider now, by number."""
    found = processes_named(request.actor, numbers, waiting=True, related=RELATED)
    return {process.pk: process for process in found}


def _digest(processes: Any) -> str:
    """SHA-256 (hex) over what was shown: each process, its version and its terms, in the order of their numbers."""
    lines = sorted((process.pk, process.version, process.terms_hash) for process in processes)
    return hashlib.sha256("\n".join(f"{no}:{version}:{terms}" for no, version, terms in lines).encode()).hexdigest()


def _numbers(texts: Sequence[str]) -> list[int]:
    return [number for text in dict.fromkeys(texts) if (number := number_read(text)) is not None][:MOST]


def _title(process: Process) -> str:
    return f"{process.terms['workplace']['title']}, {professional_named(process)}"


def _list_url(run: int | None) -> str:
    url = reverse("provider_month")
    return f"{url}?{urlencode({'ay': run})}" if run else url
