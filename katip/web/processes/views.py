"""One step of one process: read the terms, approve or reject, see what it did."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.models import Contract
from katip.contracts.selectors import contract_list, decision_of, duties_of, process_find, steps_of, was_party
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.processes.errors import AlreadyDecidedError
from katip.processes.models import PartyKind, Step
from katip.processes.services.complete import steps_complete
from katip.registry.models import ContactDeclaration, Provider, Workplace
from katip.registry.selectors import hazard_of, headcounts_of
from katip.rules import ContractState, RuleViolation
from katip.web.access import Access, access
from katip.web.acting.chosen import Chosen, chosen_write
from katip.web.entrance.kept import form_kept
from katip.web.home.views import obligation, waiting_row
from katip.web.processes import present
from katip.web.processes.forms import ApproveForm, RejectForm
from katip.web.words import refusal_words


@access(Access.ACTING)
@require_GET
def step_go(request: Any) -> HttpResponse:
    """*Sürece Git*: to the step of the ticked row, or to the page that decides several together."""
    chosen = [number for number in request.GET.getlist("surec") if number.isdecimal()]
    if not chosen:
        messages.error(request, _("Önce listeden bir kutuyu işaretleyin, sonra Sürece Git’e basın."))
        return redirect("assignments" if request.chosen.capacity == Capacity.INDIVIDUAL else "contracts")
    if len(chosen) > 1:
        return redirect(f"{reverse('steps_together')}?{urlencode({'surec': chosen}, doseq=True)}")
    return redirect("step", no=int(chosen[0]))


@access(Access.TWO_STEP)
@require_GET
def step(request: Any, no: int) -> HttpResponse:
    """The terms in full; below them the decision, when it is this person's."""
    contract = _contract(request, no)
    if contract is None:
        return _closed(request, no)
    return _step_page(request, contract, ApproveForm.shown(contract))


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def step_complete(request: Any, no: int) -> HttpResponse:
    """*Tamamla*. Who comes back to this address, by a sign-in or another language, finds the step."""
    if request.method == "GET":
        return redirect("step", no=no)
    return _decide(request, no, ApproveForm, _step_page)


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def step_reject(request: Any, no: int) -> HttpResponse:
    """*Reddet*: a page of its own, with the reason."""
    if request.method == "POST":
        return _decide(request, no, RejectForm, _reject_page)
    contract = _contract(request, no)
    if contract is None:
        return _closed(request, no)
    if not _role(contract, request):
        return redirect("step", no=no)
    form = RejectForm.shown(contract)
    form.initial["reason"] = (form_kept(request) or {}).get("reason", [""])[-1]
    return _reject_page(request, contract, form)


@access(Access.TWO_STEP)
@require_GET
def step_result(request: Any, no: int) -> HttpResponse:
    """What the decision did: *Süreç başarıyla tamamlandı*, what is in force now, what comes next."""
    contract = _contract(request, no)
    if contract is None:
        return _closed(request, no)
    mine = _my_decided_step(contract, request)
    decision = decision_of(mine) if mine else None
    if mine is None or decision is None:
        return redirect("step", no=no)
    context = {
        **present.frame(contract, request),
        "role": mine.party,
        "decision": decision.outcome,
        "at": decision.decided_at,
        "reason": decision.reason,
        "next": _next_waiting(request, no),
        "in_force": _in_force(request, contract) if mine.party == PartyKind.EMPLOYER else [],
        "receipt": present.receipt(mine),
        "terms": present.terms_rows(contract, auto_update=None, in_full=True),
        "own": decision.person_id == request.user.pk,
    }
    return render(request, "step_result.html", context)


def _decide(
    request: Any,
    no: int,
    form_class: type[ApproveForm] | type[RejectForm],
    page: Callable[..., HttpResponse],
) -> HttpResponse:
    """Take the decision by the one service, or say clearly why not; what was typed stays."""
    with acting_as(request.actor):
        contract = _contract(request, no)
        closed = _closed(request, no) if contract is None else None
    if contract is None:
        return closed or HttpResponse(status=404)
    form = form_class(request.POST)
    if not form.is_valid():
        with acting_as(request.actor):
            return page(request, contract, form, status=422)
    require_fresh_step(request)
    try:
        steps_complete(actor=request.actor, at=request.at, decisions=[form.decision(no)])
    except AlreadyDecidedError:
        return _gone(request, no, "decided")
    except StaleStateError:
        return _gone(request, no, "changed")
    except PermissionRefusedError as refused:
        return _gone(request, no, {"mandate_ended": "mandate", "not_your_turn": "turn"}.get(refused.code, "decided"))
    except RuleViolation as violation:
        form.add_error(None, refusal_words(violation))
        with acting_as(request.actor):
            return page(request, contract, form, status=409)
    return redirect("step_result", no=no)


def require_fresh_step(request: Any) -> None:
    """Ask the second step again where the last one is older than the operator allows; the POST is kept and resumed."""
    if request.at - request.actor.proof.at > timedelta(minutes=settings.KATIP.step_up_minutes):
        raise ReauthenticationRequired


def _contract(request: Any, no: int) -> Contract | None:
    """The contract, if this person may see it; they then act in the capacity in which they see it."""
    contract = process_find(request.user.pk, no, request.at)
    if contract is None:
        return None
    _act_for(request, contract)
    return contract


def _act_for(request: Any, contract: Contract) -> None:
    """Act in the capacity that the waiting step asks for, if the person has it; else keep the chosen one where it fits.

    A link in a mail lands here with another capacity chosen, or none: the page then says in whose name it is read.
    """
    fits = {
        Capacity.WORKPLACE: contract.sees_as_employer,  # type: ignore[attr-defined] # annotated by the selector
        Capacity.INDIVIDUAL: contract.professional.person_id == request.user.pk,
        Capacity.PROVIDER: contract.sees_as_provider,  # type: ignore[attr-defined] # as above
    }
    organisations: dict[Capacity, Workplace | Provider] = {
        Capacity.WORKPLACE: contract.workplace,
        Capacity.PROVIDER: contract.provider,
    }
    asked = _CAPACITY_ASKED.get(contract.process.waits_for)
    chosen: Chosen | None = request.chosen
    if asked is not None and fits[asked]:
        capacity = asked
    elif chosen is not None and fits.get(chosen.capacity):
        capacity = chosen.capacity
    else:
        capacity = next(capacity for capacity, fit in fits.items() if fit)
    organisation = organisations.get(capacity)
    now = (chosen.workplace or chosen.provider) if chosen else None
    if chosen is not None and chosen.capacity == capacity and (now and now.pk) == (organisation and organisation.pk):
        return
    chosen_write(request, capacity, organisation.pk if organisation else None)
    workplace = contract.workplace if capacity == Capacity.WORKPLACE else None
    provider = contract.provider if capacity == Capacity.PROVIDER else None
    request.chosen = Chosen(capacity, workplace=workplace, provider=provider)
    request.actor = request.chosen.actor(request.user.pk, request.actor.proof)
    if chosen is not None and request.method == "GET":
        if organisation:
            messages.info(
                request, _("Artık bu firma adına işlem yapıyorsunuz: %(title)s") % {"title": organisation.title}
            )
        else:
            messages.info(request, _("Artık kendi adınıza işlem yapıyorsunuz."))


_CAPACITY_ASKED: dict[str, Capacity] = {
    PartyKind.EMPLOYER: Capacity.WORKPLACE,
    PartyKind.PROFESSIONAL: Capacity.INDIVIDUAL,
}


def _role(contract: Contract, request: Any) -> str:
    """The party whose decision this person can take now, or nothing."""
    process, capacity = contract.process, request.actor.capacity
    if process.waits_for == PartyKind.EMPLOYER and capacity == Capacity.WORKPLACE:
        return PartyKind.EMPLOYER
    mine = process.waits_for_person_id == request.user.pk and capacity == Capacity.INDIVIDUAL
    return PartyKind.PROFESSIONAL if process.waits_for == PartyKind.PROFESSIONAL and mine else ""


def _step_page(request: Any, contract: Contract, form: forms.Form, status: int = 200) -> HttpResponse:
    role = _role(contract, request)
    declared = ContactDeclaration.objects.filter(workplace_id=contract.workplace_id).order_by("-no").first()
    waiting_words = {
        PartyKind.PROFESSIONAL: _("Sıra profesyonelde: %(name)s") % {"name": contract.professional.person.name},
        PartyKind.EMPLOYER: _("Sıra işverende: %(name)s") % {"name": contract.workplace.title},
    }
    waits_for = contract.process.waits_for
    context = {
        **present.frame(contract, request),
        "role": role,
        "next_party": waiting_words[PartyKind(waits_for)] if waits_for and not role else "",
        "terms": present.terms_rows(contract, auto_update=declared.auto_update if declared else None, in_full=True),
        "reckoning": present.reckoning(contract),
        "form": form if role else None,
        "events": present.timeline(contract, steps_of(contract.process_id), request),
    }
    return render(request, "step.html", context, status=status)


def _reject_page(request: Any, contract: Contract, form: forms.Form, status: int = 200) -> HttpResponse:
    context = {
        **present.frame(contract, request),
        "role": _role(contract, request),
        "summary": present.terms_rows(contract, auto_update=None, in_full=False),
        "form": form,
        "events": present.timeline(contract, steps_of(contract.process_id), request),
    }
    return render(request, "step_reject.html", context, status=status)


def _my_decided_step(contract: Contract, request: Any) -> Step | None:
    """The step that this side decided: the employer's for any of its e-Bildirge users, else the person's own."""
    party = PartyKind.EMPLOYER if request.actor.capacity == Capacity.WORKPLACE else PartyKind.PROFESSIONAL
    for one in steps_of(contract.process_id):
        if one.party == party and (party == PartyKind.EMPLOYER or one.person_id == request.user.pk):
            return one if decision_of(one) else None
    return None


def _next_waiting(request: Any, no: int) -> dict[str, Any] | None:
    """The next process that waits for this person in this capacity."""
    mine = request.actor.capacity == Capacity.INDIVIDUAL
    state = ContractState.AWAITING_PROFESSIONAL if mine else ContractState.AWAITING_EMPLOYER
    waiting = contract_list(request.actor, request.at, states=(state,), after=None, limit=10)
    waiting = sorted((one for one in waiting if one.process_id != no), key=lambda one: one.code)
    return waiting_row(waiting[0], request) if waiting else None


def _in_force(request: Any, contract: Contract) -> list[dict[str, Any]]:
    """What this register holds for the workplace, profession by profession."""
    day = day_of(request.at)
    hazard, headcounts = hazard_of(contract.workplace.activity_id, day), headcounts_of(contract.workplace)
    employees = headcounts[-1].employees if headcounts else None
    duties = duties_of(request.actor, request.at, day, hazard.hazard_class if hazard else None, employees)
    lines = []
    for duty in duties:
        shown = obligation(duty)
        figures = _("%(active)s / %(required)s dakika yürürlükte") % shown
        text = " · ".join(part for part in ([figures] if shown["required"] else []) + [shown["note"]] if part)
        tag = "active" if shown["tag"] == "fit" else shown["tag"]
        lines.append({"label": shown["profession_label"], "tag": tag, "tag_label": "", "text": text})
    return lines


def _gone(request: Any, no: int, reason: str) -> HttpResponse:
    """The step can no longer be decided here: by whom, when, and what is true now."""
    with acting_as(request.actor):
        contract = process_find(request.user.pk, no, request.at)
        if contract is None:
            return _closed(request, no)
        steps = steps_of(no)
        decided = [decision for decision in map(decision_of, steps) if decision]
        last = decided[-1] if decided else None
        party = PartyKind.EMPLOYER if request.actor.capacity == Capacity.WORKPLACE else PartyKind.PROFESSIONAL
        own = next((d for s in steps if s.party == party and (d := decision_of(s))), None)
        if reason == "turn" and not contract.process.waits_for:
            reason = "decided"
        last = own or last
        if reason == "changed" and own is not None:
            reason = "decided"
        if reason == "decided" and last is not None and last.person_id != request.user.pk:
            reason = "faster"
        context = {
            **present.frame(contract, request),
            "reason": reason,
            "by": last.person.name if last else "",
            "at": last.decided_at if last else None,
            "tried_at": request.at,
            "facts": present.terms_rows(contract, auto_update=None, in_full=False),
            "events": present.timeline(contract, steps, request),
            "next": _next_waiting(request, no),
            "open_url": reverse("step", args=[no]),
        }
        return render(request, "step_gone.html", context, status=403 if reason == "mandate" else 409)


def _closed(request: Any, no: int) -> HttpResponse:
    """Not this person's to see. Whoever had a mandate learns that it ended; others learn nothing."""
    if was_party(request.user.pk, no, request.at):
        words = _(
            "Bu işyerindeki yetkiniz sona erdi: SGK artık sizi e-Bildirge kullanıcısı olarak göstermiyor. "
            "Hiçbir şey kaydedilmedi."
        )
        return render(request, "403.html", {"who_may": words}, status=403)
    raise Http404
