"""Several steps decided in one go: the terms of each on one page, one tick for each distinct text.

Each process keeps a decision and a record of its own. All of them are approved, or none.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.selectors import decision_of, steps_by_process
from katip.core.actor import Capacity
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as, whole_register
from katip.processes.errors import AlreadyDecidedError, LapsedError
from katip.processes.kinds import kind_get
from katip.processes.models import Outcome, Process, ProcessState
from katip.processes.selectors import processes_named
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import ContactDeclaration
from katip.rules import RuleViolation
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.away import is_repeated
from katip.web.processes import present
from katip.web.processes.at_once import require_fresh_step
from katip.web.processes.kinds import RELATED, presenter_of
from katip.web.processes.mine import my_parties
from katip.web.processes.refused import refusal_take, refuse
from katip.web.refusals import refusal_words

TOGETHER = 20
"""How many terms one can be asked to read in one go; more belong to a run of their own."""


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def steps_together(request: Any) -> HttpResponse:
    """Read everything ticked, then *Okudum, onaylıyorum* and *Tamamla* once."""
    asked = _numbers(request.POST.getlist("surec") if request.method == "POST" else request.GET.getlist("surec"))
    with acting_as(request.actor):
        mine = processes_named(request.actor, asked, waiting=True, related=RELATED)
        if request.method == "POST" and {process.pk for process in mine} != set(asked):
            if is_repeated(request) and not mine:  # perhaps the first try had been recorded, only its answer was lost
                return redirect(f"{reverse('steps_done')}?{urlencode({'surec': asked}, doseq=True)}")
            return _nothing_done(request)
        if len(mine) < 2:  # noqa: PLR2004 -- one is not several
            return _too_few(request, mine)
        if len(mine) < len(asked):
            messages.info(request, _("Seçtiklerinizden bazıları artık sizi beklemiyor; onlar bu sayfada yok."))
        form = _form(mine, request.POST if request.method == "POST" else None)
        if request.method == "GET" or not form.is_valid():
            return _page(request, mine, form, status=422 if form.is_bound else 200)
    require_fresh_step(request)
    seen = {
        process_id: (version, digest) for process_id, version, digest in map(_seen_read, request.POST.getlist("seen"))
    }
    numbers = [process.pk for process in mine]
    ticked = urlencode({"surec": numbers}, doseq=True)
    decisions = [StepDecision(no, *seen.get(no, (0, ""))) for no in numbers]
    try:
        steps_complete(actor=request.actor, at=request.at, decisions=decisions)
    except RuleViolation as violation:
        codes = {process.pk: process.code for process in mine}
        refused = codes.get(int(str(violation.facts.get("process", 0))), "")
        words = f"{refused}: {refusal_words(violation)} " + _("Hiçbiri onaylanmadı.")
        return refuse(request, f"{reverse('steps_together')}?{ticked}", words)
    except (AlreadyDecidedError, LapsedError, StaleStateError, PermissionRefusedError):
        return _nothing_done(request)
    return redirect(f"{reverse('steps_done')}?{ticked}")


@access(Access.ACTING)
@require_GET
def steps_done(request: Any) -> HttpResponse:
    """What was decided together: each with its own record."""
    asked = _numbers(request.GET.getlist("surec"))
    named = processes_named(request.actor, asked, waiting=False, related=RELATED)
    steps = steps_by_process([process.pk for process in named])
    parties, rows = my_parties(request), []
    for process in named:
        decision = next((decision_of(step) for step in steps[process.pk] if step.party in parties), None)
        if decision is not None and decision.outcome == Outcome.APPROVED:
            head = present.process_head(process, request)
            final = process.state != ProcessState.OPEN
            url = reverse("step_result", args=[process.pk])
            rows.append({**head, "at": decision.decided_at, "url": url, "final": final})
    if not rows:
        return redirect(_list_name(request))
    context = {**present.frame(named[0], request), "rows": rows, "final": all(line["final"] for line in rows)}
    return render(request, "steps_done.html", context)


def _page(request: Any, processes: Sequence[Process], form: forms.Form, *, status: int) -> HttpResponse:
    newest = ContactDeclaration.objects.filter(workplace__in={process.workplace_id for process in processes})
    with whole_register("whether minutes follow the figures is a term that every side reads"):
        consents = dict(newest.order_by("no").values_list("workplace_id", "auto_update"))
    context = {
        **present.frame(processes[0], request),
        "refused": refusal_take(request),
        "items": [_item(process, request, consents) for process in processes],
        "only_contracts": all(presenter_of(process).is_offer for process in processes),
        "form": form,
    }
    return render(request, "steps_together.html", context, status=status)


def _item(process: Process, request: Any, consents: dict[int, bool | None]) -> dict[str, Any]:
    presenter = presenter_of(process)
    consent = consents.get(process.workplace_id) if process.workplace_id else None
    return {
        "process": present.process_head(process, request),
        "terms": presenter.terms(process, in_full=True, auto_update=consent),
        "reckoning": presenter.reckoning(process),
        "notices": presenter.notices(process, process.waits_for),
        "consequence": presenter.consequence(process, process.waits_for),
        "contact": presenter.help(process),
        "seen": f"{process.pk}:{process.version}:{process.terms_hash}",
    }


def _form(processes: Sequence[Process], posted: Any) -> forms.Form:
    """One tick for each distinct text, labelled with the codes it covers."""
    form = forms.Form(posted)
    texts: dict[str, list[Process]] = {}
    for process in processes:
        texts.setdefault(kind_get(process.code).text_version, []).append(process)
    for no, group in enumerate(texts.values()):
        label, rest = present.tick_words(group[0])
        codes = ", ".join(str(process.code) for process in group)
        form.fields[f"read_{no}"] = forms.BooleanField(
            label=label,
            help_text=f"{codes}: {rest}",
            error_messages={"required": _("Koşulları okuduysanız kutuyu işaretleyin: %(tick)s.") % {"tick": label}},
        )
    return form


def _nothing_done(request: Any) -> HttpResponse:
    """One of them is no longer what was shown: all stay as they are."""
    words = _(
        "Siz okurken biri için karar verildi ya da koşulları değişti. Hiçbiri onaylanmadı; listeden yeniden seçin."
    )
    messages.warning(request, words)
    return redirect(_list_name(request))


def _too_few(request: Any, mine: Sequence[Process]) -> HttpResponse:
    if mine:
        return redirect("step", no=mine[0].pk)
    messages.info(request, _("Seçtikleriniz şu an, adına işlem yaptığınız tarafta sizi beklemiyor."))
    return redirect(_list_name(request))


def _list_name(request: Any) -> str:
    return "assignments" if request.actor.capacity == Capacity.INDIVIDUAL else "contracts"


def _numbers(texts: Sequence[str]) -> list[int]:
    return [number for text in dict.fromkeys(texts) if (number := number_read(text)) is not None][:TOGETHER]


def _seen_read(text: str) -> tuple[int, int, str]:
    """`number:version:hash` as the page carried it; anything odd matches nothing."""
    parts = text.split(":")
    if len(parts) != 3:  # noqa: PLR2004 -- as written above
        return 0, 0, ""
    return number_read(parts[0]) or 0, number_read(parts[1]) or 0, parts[2]
