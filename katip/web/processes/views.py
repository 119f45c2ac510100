"""One step of one process: read the terms, approve or reject, take back, see what it did."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.kinds.own_staff import OWN_STAFF
from katip.contracts.lists import DURATION_UPDATE
from katip.contracts.selectors import decision_of, steps_of
from katip.core.actor import Capacity
from katip.core.errors import KatipError, PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as, whole_register
from katip.processes.deadlines import has_lapsed
from katip.processes.errors import AlreadyDecidedError, LapsedError
from katip.processes.models import PartyKind, Process, ProcessState
from katip.processes.selectors import process_seen, processes_waiting, was_party
from katip.processes.services.cancel import process_withdraw
from katip.processes.services.complete import steps_complete
from katip.registry.models import ContactDeclaration
from katip.rules import RuleViolation
from katip.web.access import Access, access
from katip.web.acting.fitting import Sides, capacity_fit
from katip.web.addresses import number_read
from katip.web.away import is_repeated
from katip.web.entrance.kept import form_keep, form_kept
from katip.web.home.duties import obligations, owed
from katip.web.months.provider_step import room_notices
from katip.web.processes import present
from katip.web.processes.at_once import decided_at_once, require_fresh_step
from katip.web.processes.forms import ApproveForm, RejectForm, WithdrawForm
from katip.web.processes.kinds import RELATED, presenter_of
from katip.web.processes.mine import decided_step, is_decided, my_step
from katip.web.processes.refused import refusal_take, refuse
from katip.web.refusals import refusal_words


@access(Access.ACTING)
@require_GET
def step_go(request: Any) -> HttpResponse:
    """*Sürece Git*: to the step of the ticked row, or to the page that decides several together."""
    chosen = [no for text in request.GET.getlist("surec") if (no := number_read(text)) is not None]
    if not chosen:
        messages.error(request, _("Önce listeden bir kutuyu işaretleyin, sonra Sürece Git’e basın."))
        return redirect("assignments" if request.chosen.capacity == Capacity.INDIVIDUAL else "contracts")
    if len(chosen) > 1:
        return redirect(f"{reverse('steps_together')}?{urlencode({'surec': chosen}, doseq=True)}")
    return redirect("step", no=chosen[0])


@access(Access.TWO_STEP)
@require_GET
def step(request: Any, no: int) -> HttpResponse:
    """The terms in full; below them the decision, when it is this person's."""
    process = _process(request, no)
    if process is None:
        return _closed(request, no)
    return _step_page(request, process, ApproveForm.shown(process))


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
    process = _process(request, no)
    if process is None:
        return _closed(request, no)
    if not _may_decide(process, request):
        return redirect("step", no=no)
    form = RejectForm.shown(process)
    form.initial["reason"] = (form_kept(request) or {}).get("reason", [""])[-1]
    return _reject_page(request, process, form)


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def step_withdraw(request: Any, no: int) -> HttpResponse:
    """*Geri çek*: who proposed takes it back, with the reason that the others read."""
    with acting_as(request.actor):
        process = _process(request, no, proposed=True)
        if process is None:
            return _closed(request, no)
        if not _may_withdraw(process, request) and request.method == "GET":
            return redirect("step", no=no)
        form = WithdrawForm(request.POST) if request.method == "POST" else WithdrawForm.shown(process)
        if not presenter_of(process).keeps_reason:
            del form.fields["reason"]
        elif not form.is_bound:
            form.initial["reason"] = (form_kept(request) or {}).get("reason", [""])[-1]
        if not form.is_bound or not form.is_valid():
            return _withdraw_page(request, process, form, status=422 if form.is_bound else 200)
    require_fresh_step(request)
    seen, reason = form.cleaned_data["version"], form.cleaned_data.get("reason", "")
    try:
        process_withdraw(actor=request.actor, at=request.at, process_id=no, version=seen, reason=reason)
    except AlreadyDecidedError:
        return _gone(request, no, "decided")
    except PermissionRefusedError:
        return _gone(request, no, "turn")
    messages.success(request, _("Süreç geri çekildi."))
    return redirect("step", no=no)


@access(Access.TWO_STEP)
@require_GET
def step_result(request: Any, no: int) -> HttpResponse:
    """What the decision did: *Süreç başarıyla tamamlandı*, what is in force now, what comes next."""
    process = _process(request, no)
    if process is None:
        return _closed(request, no)
    mine = decided_step(process, request)
    decision = decision_of(mine) if mine else None
    if mine is None or decision is None:
        return redirect("step", no=no)
    presenter = presenter_of(process)
    in_force = presenter.is_contract and mine.party == PartyKind.EMPLOYER
    context = {
        **present.frame(process, request),
        "role": mine.party,
        "decision": decision.outcome,
        "final": process.state != ProcessState.OPEN,
        "lead": presenter.done(process, mine.party, decision.decided_at),
        "again": presenter.again(process),
        "at": decision.decided_at,
        "reason": decision.reason,
        "next": _next_waiting(request, no),
        "in_force": _in_force(request, process) if in_force else [],
        "receipt": present.receipt(mine),
        "terms": presenter.terms(process, in_full=True),
        "own": decision.person_id == request.user.pk,
        "has_document": process.state == ProcessState.COMPLETED and process.code in DOCUMENTED,
    }
    return render(request, "step_result.html", context)


def _decide(
    request: Any,
    no: int,
    form_class: type[ApproveForm] | type[RejectForm],
    page: Callable[..., HttpResponse],
) -> HttpResponse:
    """Take the decision by the one service, or say clearly why not; what was typed stays."""
    form = form_class(request.POST)
    if decided_at_once(request, no, form):
        return redirect("step_result", no=no)
    with acting_as(request.actor):
        process = _process(request, no)
        closed = _closed(request, no) if process is None else None
    if process is None:
        return closed or HttpResponse(status=404)
    if not form.is_valid():
        with acting_as(request.actor):
            return page(request, process, form, status=422)
    require_fresh_step(request)
    try:
        steps_complete(actor=request.actor, at=request.at, decisions=[form.decision(no)])
    except (AlreadyDecidedError, LapsedError, StaleStateError, PermissionRefusedError) as refused:
        if is_repeated(request) and is_decided(request, no, form_class.outcome):
            return redirect("step_result", no=no)  # the first try had been recorded, only its answer was lost
        return _gone(request, no, _gone_by(refused))
    except RuleViolation as violation:
        where = "step" if form_class is ApproveForm else "step_reject"
        form_keep(request, request.user.pk, reverse(where, args=[no]), request.POST)
        return refuse(request, reverse(where, args=[no]), refusal_words(violation))
    return redirect("step_result", no=no)


def _gone_by(refused: KatipError) -> str:
    """Why a decision is no longer this person's to take, as the page has it."""
    if isinstance(refused, PermissionRefusedError):
        return {"mandate_ended": "mandate", "not_your_turn": "turn"}.get(refused.code, "decided")
    if isinstance(refused, LapsedError):
        return "lapsed"
    return "changed" if isinstance(refused, StaleStateError) else "decided"


def _process(request: Any, no: int, *, proposed: bool = False) -> Process | None:
    """The process, if this person may see it; they then act in the capacity in which they see it.

    Who is on several of its sides acts for the one that decides, or for the one that `proposed`.
    """
    process = process_seen(request.user.pk, no, request.at, related=RELATED)
    if process is not None:
        party = process.proposed_by if proposed else process.waits_for
        capacity_fit(request, _sides(process), asked=_CAPACITY_ASKED.get(party))
    return process


def _sides(process: Process) -> Sides:
    seen: Any = process  # annotated by the selector
    sides: dict[Capacity, Any] = {}
    if seen.sees_as_employer:
        sides[Capacity.WORKPLACE] = process.workplace
    if seen.sees_as_person:
        sides[Capacity.INDIVIDUAL] = None
    if seen.sees_as_provider:
        sides[Capacity.PROVIDER] = process.provider
    return sides


DOCUMENTED = (103, 140, 177, DURATION_UPDATE, OWN_STAFF.code)
"""what ends in a contract's terms, which get a document"""
_CAPACITY_ASKED: dict[str, Capacity] = {
    PartyKind.EMPLOYER: Capacity.WORKPLACE,
    PartyKind.PROVIDER: Capacity.PROVIDER,
    PartyKind.PROFESSIONAL: Capacity.INDIVIDUAL,
    PartyKind.PERSON: Capacity.INDIVIDUAL,
}


def _may_decide(process: Process, request: Any) -> bool:
    return bool(present.role_of(process, request)) and not has_lapsed(process.due_on, request.at)


def _may_withdraw(process: Process, request: Any) -> bool:
    """Whether the side that the person acts for proposed what still waits; the service asks again."""
    actor = request.actor
    mine = {
        PartyKind.PROVIDER: actor.capacity == Capacity.PROVIDER and actor.organisation_id == process.provider_id,
        PartyKind.EMPLOYER: actor.capacity == Capacity.WORKPLACE and actor.organisation_id == process.workplace_id,
    }.get(
        PartyKind(process.proposed_by),
        actor.capacity == Capacity.INDIVIDUAL and process.created_by_id == actor.person_id,
    )
    return mine and process.state == ProcessState.OPEN and not process.terms.get("month")


def _step_page(request: Any, process: Process, form: forms.Form, status: int = 200) -> HttpResponse:
    presenter = presenter_of(process)
    role = present.role_of(process, request) if _may_decide(process, request) else ""
    lapsed = process.state == ProcessState.OPEN and has_lapsed(process.due_on, request.at)
    tick, tick_hint = present.tick_words(process)
    context = {
        **present.frame(process, request),
        "heading": presenter.heading(process, role),
        "role": role,
        "refused": refusal_take(request),
        "next_party": "" if role or lapsed else presenter.waits(process),
        "over": _over(process, lapsed=lapsed),
        "terms_title": presenter.terms_title(process),
        "terms": presenter.terms(process, in_full=True, auto_update=_auto_update(process)),
        "reckoning": presenter.reckoning(process),
        "notices": [*presenter.notices(process, role), *room_notices(process, role, request)],
        "consequence": presenter.consequence(process, role),
        "tick": tick,
        "tick_hint": tick_hint,
        "form": form if role else None,
        "can_withdraw": _may_withdraw(process, request),
        "events": present.timeline(process, steps_of(process.pk), request),
    }
    return render(request, "step.html", context, status=status)


def _auto_update(process: Process) -> bool | None:
    if process.workplace_id is None or not presenter_of(process).is_contract:
        return None
    with whole_register("whether minutes follow the figures is a term that every side reads"):
        declared = ContactDeclaration.objects.filter(workplace_id=process.workplace_id).order_by("-no").first()
    return declared.auto_update if declared else None


def _over(process: Process, *, lapsed: bool) -> str:
    """Why nothing can be decided here any more, and who can begin anew; empty while something can."""
    again = presenter_of(process).again(process)
    if lapsed:
        return _("Son gün geçti; bu süreç artık onaylanamaz. %(again)s") % {"again": again}
    words = {
        ProcessState.WITHDRAWN: _("Öneren taraf bu süreci geri çekti. %(again)s"),
        ProcessState.LAPSED: _("Bu süreç son gününe kadar onaylanmadığı için düştü. %(again)s"),
        ProcessState.REJECTED: _("Bu süreç reddedildi. %(again)s"),
    }.get(ProcessState(process.state), "")
    return words % {"again": again} if words else ""


def _reject_page(request: Any, process: Process, form: forms.Form, status: int = 200) -> HttpResponse:
    return _reason_page(request, process, form, "step_reject.html", status)


def _withdraw_page(request: Any, process: Process, form: forms.Form, status: int = 200) -> HttpResponse:
    return _reason_page(request, process, form, "step_withdraw.html", status)


def _reason_page(request: Any, process: Process, form: forms.Form, template: str, status: int) -> HttpResponse:
    presenter = presenter_of(process)
    context = {
        **present.frame(process, request),
        "heading": presenter.heading(process, ""),
        "role": present.role_of(process, request),
        "refused": refusal_take(request),
        "again": presenter.again(process),
        "summary": presenter.terms(process, in_full=False),
        "form": form,
        "events": lambda: present.timeline(process, steps_of(process.pk), request),  # who is on it, only where it is
    }
    return render(request, template, context, status=status)


def _next_waiting(request: Any, no: int) -> dict[str, Any] | None:
    """The next process that waits for this person in this capacity."""
    waiting = processes_waiting(request.actor, limit=10, related=["contract__professional"])
    waiting = sorted((one for one in waiting if one.pk != no), key=lambda one: one.code)
    return present.waiting_row(waiting[0], request) if waiting else None


def _in_force(request: Any, process: Process) -> list[dict[str, Any]]:
    """What this register holds for the workplace, profession by profession."""
    if process.workplace is None:
        return []
    lines = []
    for shown in obligations(*owed(process.workplace, request)):
        figures = _("%(active)s / %(required)s dakika yürürlükte") % shown
        text = " · ".join(part for part in ([figures] if shown["required"] else []) + [shown["note"]] if part)
        tag = "active" if shown["tag"] == "fit" else shown["tag"]
        lines.append({"label": shown["profession_label"], "tag": tag, "tag_label": "", "text": text})
    return lines


def _gone(request: Any, no: int, reason: str) -> HttpResponse:
    """The step can no longer be decided here: by whom, when, and what is true now."""
    with acting_as(request.actor):
        process = process_seen(request.user.pk, no, request.at, related=RELATED)
        if process is None:
            return _closed(request, no)
        steps = steps_of(no)
        decided = [decision for decision in map(decision_of, steps) if decision]
        last = decided[-1] if decided else None
        mine = my_step(steps, request)
        own = decision_of(mine) if mine else None
        last = own or last
        if process.state in {ProcessState.WITHDRAWN, ProcessState.LAPSED}:
            reason = process.state
        elif reason == "turn" and not process.waits_for:
            reason = "decided"
        if reason == "changed" and own is not None:
            reason = "decided"
        if reason == "decided" and last is not None and last.person_id != request.user.pk:
            reason = "faster"
        presenter = presenter_of(process)
        context = {
            **present.frame(process, request),
            "reason": reason,
            "again": presenter.again(process),
            "by": last.person.name if last else "",
            "at": process.closed_at if reason in {"withdrawn", "lapsed"} else last.decided_at if last else None,
            "tried_at": request.at,
            "facts": presenter.terms(process, in_full=False),
            "events": present.timeline(process, steps, request),
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
