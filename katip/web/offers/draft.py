"""What the steps of an offer share: which draft, what stands in it, and what happens to an answer."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.contracts.models import DraftState, OfferDraft
from katip.contracts.offering import Candidate, Place, candidate_read, draft_find, place_read, written
from katip.contracts.services.draft import Answers, draft_write, missing, offer_of
from katip.contracts.services.offer import require_updates_done
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.rules import RuleViolation
from katip.web.access import Access, access
from katip.web.offers.refusals import STEPS, Refusal, refusal_of

STEP_URLS = {
    "kind": "offer_kind",
    "information": "offer_information",
    "workplace": "offer_workplace",
    "professional": "offer_professional",
    "minutes": "offer_minutes",
    "": "offer_check",
}

OfDraft = Callable[[Any, OfferDraft], HttpResponse]


def of_draft(view: OfDraft) -> Callable[..., HttpResponse]:
    """Let `view` have the draft of the address, as long as it is one of the actor's provider's and still a draft."""

    @access(Access.PROVIDER)
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def found(request: Any, no: int) -> HttpResponse:
        with acting_as(request.actor) if request.method == "POST" else nullcontext():
            draft = draft_find(request.actor, no)
        if draft is None:
            raise Http404
        if draft.state != DraftState.DRAFT:
            return settled(request, draft)
        return view(request, draft)

    return found


def settled(request: Any, draft: OfferDraft) -> HttpResponse:
    """A draft that was sent leads to what became of it; one that was thrown away says so."""
    if draft.state == DraftState.OFFERED:
        return redirect("offer_result", no=draft.pk)
    context = {"draft": draft, "deleted_at": draft.updated_at}
    return render(request, "offer_gone.html", context, status=410)


def updates_due_words(request: Any, workplace_ids: list[int]) -> Refusal | None:
    """Why other workplaces than these are closed to offers, or None where updates do not wait."""
    try:
        require_updates_done(request.actor.organisation, request.at, workplace_ids)
    except RuleViolation as violation:
        return refusal_of(violation)
    return None


def place_of(request: Any, workplace_id: int | None) -> Place | None:
    """The workplace with its figures of today, once there is one."""
    return place_read(workplace_id, request.at) if workplace_id is not None else None


def place_refusal(request: Any, place: Place | None) -> Refusal | None:
    """Why nothing can be offered to the workplace, whoever would serve; None where it can."""
    if place is None:
        return None
    violation = place.refusal(day_of(request.at))
    return refusal_of(violation) if violation else updates_due_words(request, [place.workplace.pk])


def chosen_of(request: Any, draft: OfferDraft) -> Candidate | None:
    """The professional of the draft, judged for its workplace."""
    answers = written(draft)
    if answers.workplace_id is None or answers.professional_id is None:
        return None
    return candidate_read(
        request.actor,
        request.at,
        profession=offer_of(draft).serves_as,
        workplace_id=answers.workplace_id,
        professional_id=answers.professional_id,
    )


def step_url(draft: OfferDraft, violation: RuleViolation) -> str:
    """The page on which the refusal can be cured."""
    step = STEPS.get(violation.code, "professional")
    return reverse(STEP_URLS[step], args=[draft.pk]) if step else ""


def changed_page(request: Any, draft: OfferDraft, page: Callable[[OfferDraft], HttpResponse]) -> HttpResponse:
    """The draft as it is now: shown by `page`, or what became of it."""
    with acting_as(request.actor):
        now = draft_find(request.actor, draft.pk)
        if now is None:
            raise Http404
        return page(now) if now.state == DraftState.DRAFT else settled(request, now)


def answer(
    request: Any,
    draft: OfferDraft,
    form: Form,
    page: Callable[..., HttpResponse],
    answers: Callable[[dict[str, Any]], Answers],
    *,
    step: str,
    stays: Callable[[OfferDraft], bool] | None = None,
) -> HttpResponse:
    """Write a step's answers and ask the next question.

    `stays` says of the written draft whether the person is kept at this step, because something refuses there.
    """
    if not form.is_valid():
        with acting_as(request.actor):
            return page(draft, form, status=422)
    try:
        now = draft_write(
            actor=request.actor,
            at=request.at,
            draft_id=draft.pk,
            version=form.cleaned_data["version"],
            answers=answers(form.cleaned_data),
        )
    except StaleStateError:
        return changed_page(request, draft, lambda now: page(now, _again(form, now), status=409))
    except PermissionRefusedError:
        return redirect("companies")
    except RuleViolation as violation:
        form.add_error(None, refusal_of(violation).in_full)
        with acting_as(request.actor):
            return page(draft, form, status=409)
    with acting_as(request.actor):
        kept = stays is not None and stays(now)
    return redirect(STEP_URLS[step if kept else missing(written(now))], no=now.pk)


def _again(form: Form, now: OfferDraft) -> Form:
    """The same form with what was typed, upon the draft as it is now."""
    data = {**form.data.dict(), "version": str(now.version)}  # type: ignore[attr-defined] # a posted form
    again = type(form)(data)
    again.full_clean()
    again.add_error(
        None,
        _(
            "Taslak bu sayfa açıkken başka bir pencerede ya da bir meslektaşınızca değişti. Yazdığınız aşağıda "
            "duruyor; denetleyip yeniden basın."
        ),
    )
    return again
