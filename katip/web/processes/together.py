"""Several steps decided in one go: every contract's terms on one page, one tick for each distinct text.

Each contract keeps a decision and a record of its own. All of them are approved, or none.
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

from katip.contracts.models import Contract
from katip.contracts.selectors import contracts_named, decision_of, steps_by_process
from katip.core.actor import Capacity
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.processes.errors import AlreadyDecidedError
from katip.processes.kinds import kind_get
from katip.processes.models import Outcome, PartyKind
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import ContactDeclaration
from katip.rules import RuleViolation
from katip.web.access import Access, access
from katip.web.processes import present
from katip.web.processes.views import require_fresh_step
from katip.web.words import refusal_words

TOGETHER = 20
"""How many terms one can be asked to read in one go; more belong to a run of their own."""


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def steps_together(request: Any) -> HttpResponse:
    """Read every contract ticked, then *Okudum, onaylıyorum* and *Tamamla* once."""
    asked = _numbers(request.POST.getlist("surec") if request.method == "POST" else request.GET.getlist("surec"))
    with acting_as(request.actor):
        named = contracts_named(request.actor, request.at, asked)
        mine = [contract for contract in named if _waits_for_me(contract, request)]
        if request.method == "POST" and {contract.process_id for contract in mine} != set(asked):
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
    decisions = [StepDecision(no, *seen.get(no, (0, ""))) for no in (contract.process_id for contract in mine)]
    try:
        steps_complete(actor=request.actor, at=request.at, decisions=decisions)
    except RuleViolation as violation:
        codes = {contract.process_id: contract.code for contract in mine}
        refused = codes.get(int(str(violation.facts.get("process", 0))), "")
        form.add_error(None, f"{refused}: {refusal_words(violation)} " + _("Hiçbiri onaylanmadı."))
    except (AlreadyDecidedError, StaleStateError, PermissionRefusedError):
        return _nothing_done(request)
    else:
        numbers = [contract.process_id for contract in mine]
        return redirect(f"{reverse('steps_done')}?{urlencode({'surec': numbers}, doseq=True)}")
    with acting_as(request.actor):
        return _page(request, mine, form, status=409)


@access(Access.ACTING)
@require_GET
def steps_done(request: Any) -> HttpResponse:
    """What was decided together: each with its own record."""
    named = contracts_named(request.actor, request.at, _numbers(request.GET.getlist("surec")))
    steps = steps_by_process([contract.process_id for contract in named])
    party, rows = _party(request), []
    for contract in named:
        decision = next((decision_of(step) for step in steps[contract.process_id] if step.party == party), None)
        if decision is not None and decision.outcome == Outcome.APPROVED:
            head = present.process_head(contract, request)
            rows.append({**head, "at": decision.decided_at, "url": reverse("step_result", args=[contract.process_id])})
    if not rows or request.actor.capacity == Capacity.PROVIDER:
        return redirect(_list_name(request))
    context = {**present.frame(named[0], request), "rows": rows, "role": party}
    return render(request, "steps_done.html", context)


def _page(request: Any, contracts: Sequence[Contract], form: forms.Form, *, status: int) -> HttpResponse:
    newest = ContactDeclaration.objects.filter(workplace__in={contract.workplace_id for contract in contracts})
    consents = dict(newest.order_by("no").values_list("workplace_id", "auto_update"))
    context = {
        **present.frame(contracts[0], request),
        "role": _party(request),
        "items": [
            {
                "process": present.process_head(contract, request),
                "terms": present.terms_rows(contract, auto_update=consents.get(contract.workplace_id), in_full=True),
                "reckoning": present.reckoning(contract),
                "contact": present.frame(contract, request)["help_contact"],
                "seen": f"{contract.process_id}:{contract.process.version}:{contract.process.terms_hash}",
            }
            for contract in contracts
        ],
        "form": form,
    }
    return render(request, "steps_together.html", context, status=status)


def _form(contracts: Sequence[Contract], posted: Any) -> forms.Form:
    """One tick for each distinct text among the contracts, labelled with the codes it covers."""
    form = forms.Form(posted)
    texts: dict[str, list[str]] = {}
    for contract in contracts:
        texts.setdefault(kind_get(contract.code).text_version, []).append(str(contract.code))
    for no, codes in enumerate(texts.values()):
        form.fields[f"read_{no}"] = forms.BooleanField(
            label=_("Okudum, onaylıyorum"),
            help_text=_("%(codes)s sözleşmelerinin yukarıdaki koşullarını okudum.") % {"codes": ", ".join(codes)},
            error_messages={"required": _("Koşulları okuduysanız kutuyu işaretleyin: Okudum, onaylıyorum.")},
        )
    return form


def _waits_for_me(contract: Contract, request: Any) -> bool:
    process = contract.process
    if request.actor.capacity == Capacity.INDIVIDUAL:
        return process.waits_for == PartyKind.PROFESSIONAL and process.waits_for_person_id == request.user.pk
    return process.waits_for == PartyKind.EMPLOYER and request.actor.capacity == Capacity.WORKPLACE


def _party(request: Any) -> PartyKind:
    return PartyKind.PROFESSIONAL if request.actor.capacity == Capacity.INDIVIDUAL else PartyKind.EMPLOYER


def _nothing_done(request: Any) -> HttpResponse:
    """One of them is no longer what was shown: all stay as they are."""
    words = _(
        "Siz okurken biri için karar verildi ya da koşulları değişti. Hiçbiri onaylanmadı; listeden yeniden seçin."
    )
    messages.warning(request, words)
    return redirect(_list_name(request))


def _too_few(request: Any, mine: Sequence[Contract]) -> HttpResponse:
    if mine:
        return redirect("step", no=mine[0].process_id)
    messages.info(request, _("Seçtiğiniz sözleşmeler şu an adına işlem yaptığınız firmada sizi beklemiyor."))
    return redirect(_list_name(request))


def _list_name(request: Any) -> str:
    return "assignments" if request.actor.capacity == Capacity.INDIVIDUAL else "contracts"


def _numbers(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in dict.fromkeys(texts) if text.isdecimal() and len(text) < 19][:TOGETHER]  # noqa: PLR2004 -- a bigint


def _seen_read(text: str) -> tuple[int, int, str]:
    """`number:version:hash` as the page carried it; anything odd matches nothing."""
    parts = text.split(":")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()):  # noqa: PLR2004 -- as written above
        return 0, 0, ""
    return int(parts[0]), int(parts[1]), parts[2]
