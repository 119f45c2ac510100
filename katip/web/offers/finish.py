"""The end of the offer wizard: minutes, the check of all answers, sending, and what came of it."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts.models import AssignmentType, DraftState, OfferDraft
from katip.contracts.offering import draft_find, minutes_default, place_read, written
from katip.contracts.services.draft import Answers, draft_offer, missing, offer_of
from katip.contracts.services.offer import offer_figures
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.rules import RuleViolation
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.offers import show
from katip.web.offers.draft import answer, changed_page, chosen_of, of_draft, place_of, place_refusal, settled, step_url
from katip.web.offers.forms import MinutesForm
from katip.web.offers.refusals import refusal_of
from katip.web.processes.at_once import require_fresh_step


@of_draft
def offer_minutes(request: Any, draft: OfferDraft) -> HttpResponse:
    """Assignment type and minutes, beside what the law asks and what the professional has free."""
    answers = written(draft)
    if answers.workplace_id is None or answers.professional_id is None:
        return redirect("offer", no=draft.pk)

    def page(draft: OfferDraft, form: Form, status: int = 200) -> HttpResponse:
        return _minutes_page(request, draft, form, status)

    if request.method == "GET":
        kind = answers.assignment_type or AssignmentType.PART_TIME
        initial = {
            "version": draft.version,
            "assignment_type": kind,
            "minutes": answers.minutes or _default(request, draft, kind),
        }
        return page(draft, MinutesForm(initial=initial))
    form = MinutesForm(request.POST)

    def answers_of(typed: dict[str, Any]) -> Answers:
        kind, minutes = typed["assignment_type"], typed["minutes"]
        with acting_as(request.actor):
            part_time = _default(request, draft, AssignmentType.PART_TIME)
            if kind == AssignmentType.FULL_TIME and minutes == part_time:
                minutes = None  # the figure that stood there belongs to the other type
            minutes = minutes or _default(request, draft, kind)
        return Answers(assignment_type=kind, minutes=minutes)

    def stays(draft: OfferDraft) -> bool:
        return "hesapla" in request.POST or offer_figures(request.at, offer_of(draft)).violation is not None

    return answer(request, draft, form, page, answers_of, step="minutes", stays=stays)


def _default(request: Any, draft: OfferDraft, assignment_type: str) -> int | None:
    facts = offer_figures(request.at, offer_of(draft)).facts
    return minutes_default(facts, offer_of(draft).serves_as, assignment_type) if facts else None


def _minutes_page(request: Any, draft: OfferDraft, form: Form, status: int) -> HttpResponse:
    answers = written(draft)
    figures = offer_figures(request.at, offer_of(draft))
    candidate = chosen_of(request, draft)
    place = place_of(request, answers.workplace_id)
    refused = figures.violation if answers.minutes is not None or _elsewhere(figures.violation) else None
    context = {
        **show.frame(draft, "minutes"),
        "form": form,
        "figures": show.figures(figures, draft, place.period if place else None),
        "candidate": show.candidate(candidate) if candidate else None,
        "place": show.place(place, draft.code) if place else None,
        "refused": refusal_of(refused) if refused else None,
        "refused_url": step_url(draft, refused) if _elsewhere(refused) and refused else "",
    }
    return render(request, "offer_minutes.html", context, status=status)


def _elsewhere(violation: RuleViolation | None) -> bool:
    """Whether a refusal is about an earlier step than minutes."""
    return violation is not None and violation.code not in {"minutes_below_minimum", "capacity_short"}


@of_draft
def offer_check(request: Any, draft: OfferDraft) -> HttpResponse:
    """Everything once more; *Teklifi gönder* asks the second step again where the last one is old."""
    if missing(written(draft)):
        return redirect("offer", no=draft.pk)
    if request.method == "GET":
        return _check_page(request, draft)
    version = number_read(request.POST.get("version", "")) or 0
    require_fresh_step(request)
    try:
        contract = draft_offer(actor=request.actor, at=request.at, draft_id=draft.pk, version=version)
    except StaleStateError:
        return changed_page(request, draft, lambda now: _check_page(request, now, changed=True, status=409))
    except PermissionRefusedError:
        return redirect("companies")
    except RuleViolation as violation:
        refused = violation
        with acting_as(request.actor):
            return _check_page(request, draft, refused=refused, status=409)
    messages.success(request, _("Teklif gönderildi: süreç no %(no)s.") % {"no": contract.process_id})
    return redirect("offer_result", no=draft.pk)


def _check_page(
    request: Any,
    draft: OfferDraft,
    *,
    changed: bool = False,
    refused: RuleViolation | None = None,
    status: int = 200,
) -> HttpResponse:
    figures = offer_figures(request.at, offer_of(draft))
    place = place_of(request, written(draft).workplace_id)
    candidate = chosen_of(request, draft)
    refused = refused or figures.violation
    words = refusal_of(refused) if refused else place_refusal(request, place)
    url = step_url(draft, refused) if refused else ""
    waits = candidate.refusal if candidate is not None else None
    if words is None and waits is not None and waits.code == "already_offered":
        words, url = refusal_of(waits), reverse("offer_professional", args=[draft.pk])
    context = {
        **show.frame(draft, "check"),
        "changed": changed,
        "place": show.place(place, draft.code) if place else None,
        "candidate": show.candidate(candidate) if candidate else None,
        "figures": show.figures(figures, draft, place.period if place else None),
        "refused": words,
        "refused_url": url,
    }
    return render(request, "offer_check.html", context, status=status)


@access(Access.PROVIDER)
@require_GET
def offer_result(request: Any, no: int) -> HttpResponse:
    """What became of the draft: sent, who is next and by when."""
    draft = draft_find(request.actor, no)
    if draft is None:
        raise Http404
    if draft.state != DraftState.OFFERED or draft.contract is None:
        return redirect("offer", no=no) if draft.state == DraftState.DRAFT else settled(request, draft)
    contract = draft.contract
    place = place_read(contract.workplace_id, request.at)
    context = {
        "draft": draft,
        "contract": contract,
        "process": contract.process,
        "days_left": show.days_left(contract.process, request.at),
        "has_user": place is not None and place.has_user,
        "terms": show.sent_terms(contract),
        "events": show.sent_events(contract),
    }
    return render(request, "offer_result.html", context)
