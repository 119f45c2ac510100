"""The offer wizard: one question a page, each page at its own address, everything kept in the draft.

A step shows what the draft holds and posts to itself; then the next question is asked, or the answers are checked. A
refusal is shown at the step that it is about. Two windows are told apart by the draft's version.
"""

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from katip.contracts.models import OfferDraft
from katip.contracts.offering import (
    Candidate,
    StaffAfter,
    candidate_read,
    candidates_of,
    place_read,
    staff_find,
    written,
)
from katip.contracts.services.draft import Answers, missing
from katip.contracts.texts import OFFER_INFORMATION
from katip.core.usecase import acting_as
from katip.processes.kinds import kind_get
from katip.rules import parse_sgk_number
from katip.web.addresses import number_read
from katip.web.offers import show
from katip.web.offers.draft import STEP_URLS, answer, chosen_of, of_draft, place_of, place_refusal
from katip.web.offers.forms import InformationForm, KindChangeForm, ProfessionalForm, WorkplaceForm
from katip.web.offers.refusals import refusal, refusal_of
from katip.web.words import kind_words

STAFF = 20


@of_draft
def offer(_request: Any, draft: OfferDraft) -> HttpResponse:
    """Where the draft goes on: at its first open question."""
    return redirect(STEP_URLS[missing(written(draft))], no=draft.pk)


@of_draft
def offer_kind(request: Any, draft: OfferDraft) -> HttpResponse:
    """Another process for this draft."""

    def page(draft: OfferDraft, form: Form, status: int = 200) -> HttpResponse:
        context = {**show.frame(draft, "kind"), "form": form, "hints": show.kind_hints()}
        return render(request, "offer_kind.html", context, status=status)

    if request.method == "GET":
        return page(draft, KindChangeForm(initial={"version": draft.version, "code": draft.code}))
    return answer(
        request, draft, KindChangeForm(request.POST), page, lambda typed: Answers(code=typed["code"]), step="kind"
    )


@of_draft
def offer_information(request: Any, draft: OfferDraft) -> HttpResponse:
    """What one should know before offering, and *okudum ve onaylıyorum*."""

    def page(draft: OfferDraft, form: Form, status: int = 200) -> HttpResponse:
        context = {
            **show.frame(draft, "information"),
            "form": form,
            "kind_title": kind_words(kind_get(draft.code).title),
            "text_version": OFFER_INFORMATION,
        }
        return render(request, "offer_information.html", context, status=status)

    if request.method == "GET":
        is_read = written(draft).read == OFFER_INFORMATION
        return page(draft, InformationForm(initial={"version": draft.version, "read": is_read}))
    return answer(
        request,
        draft,
        InformationForm(request.POST),
        page,
        lambda _typed: Answers(read=OFFER_INFORMATION),
        step="information",
    )


@of_draft
def offer_workplace(request: Any, draft: OfferDraft) -> HttpResponse:
    """The workplace by its SGK number; what the register knows of it is shown on the same page."""

    def page(draft: OfferDraft, form: Form, status: int = 200) -> HttpResponse:
        answers = written(draft)
        place = place_of(request, answers.workplace_id)
        unknown = bool(answers.sgk_number) and place is None and not form.errors
        refused = refusal("workplace_unknown", {}) if unknown else place_refusal(request, place)
        context = {
            **show.frame(draft, "workplace"),
            "form": form,
            "refused": refused,
            "place": show.place(place, draft.code) if place else None,
            "odd_control": bool(answers.sgk_number) and not parse_sgk_number(answers.sgk_number).control_digits_fit(),
        }
        return render(request, "offer_workplace.html", context, status=status)

    if request.method == "GET":
        typed = written(draft).sgk_number
        shown = parse_sgk_number(typed).grouped() if typed else ""
        return page(draft, WorkplaceForm(initial={"version": draft.version, "sgk_number": shown}))

    def stays(draft: OfferDraft) -> bool:
        place = place_of(request, written(draft).workplace_id)
        return place is None or place_refusal(request, place) is not None

    return answer(
        request,
        draft,
        WorkplaceForm(request.POST),
        page,
        lambda typed: Answers(sgk_number=typed["sgk_number"]),
        step="workplace",
        stays=stays,
    )


@of_draft
def offer_professional(request: Any, draft: OfferDraft) -> HttpResponse:
    """Who shall serve: from the provider's staff with free minutes, or by T.C. kimlik no."""
    workplace_id = written(draft).workplace_id
    if workplace_id is None:
        return redirect("offer", no=draft.pk)

    def page(draft: OfferDraft, form: Form, status: int = 200) -> HttpResponse:
        return _professional_page(request, draft, form, status)

    if request.method == "GET":
        return page(draft, ProfessionalForm(initial={"version": draft.version}))
    form = ProfessionalForm(request.POST)
    with acting_as(request.actor):
        number = form.cleaned_data["national_id"] if form.is_valid() else ""
        found = staff_find(draft.provider_id, number, request.at) if number else None
        fits = found is None or _is_certified(request, draft, workplace_id, found)
    if number and found is None:
        form.add_error("national_id", refusal("not_staff", {}).in_full)
    elif not fits:
        form.add_error("national_id", refusal("no_certificate", {}).in_full)

    def stays(draft: OfferDraft) -> bool:
        candidate = chosen_of(request, draft)
        return candidate is None or candidate.refusal is not None

    return answer(
        request,
        draft,
        form,
        page,
        lambda typed: Answers(professional_id=found or typed["professional"]),
        step="professional",
        stays=stays,
    )


def _is_certified(request: Any, draft: OfferDraft, workplace_id: int, professional_id: int) -> bool:
    candidate = candidate_read(
        request.actor,
        request.at,
        profession=kind_get(draft.code).profession,  # type: ignore[attr-defined] # a service kind
        workplace_id=workplace_id,
        professional_id=professional_id,
    )
    return candidate is not None


def _professional_page(request: Any, draft: OfferDraft, form: Form, status: int) -> HttpResponse:
    answers = written(draft)
    assert answers.workplace_id is not None  # noqa: S101 -- asked by the view
    search = request.GET.get("ara", "").replace("\0", "").strip()[:100]
    after = _after_read(request.GET.get("sonra", "").replace("\0", ""))
    profession = kind_get(draft.code).profession  # type: ignore[attr-defined] # a service kind
    found = candidates_of(
        request.actor,
        request.at,
        profession=profession,
        workplace_id=answers.workplace_id,
        search=search,
        after=after,
        limit=STAFF,
    )
    rows, more = found[:STAFF], len(found) > STAFF
    chosen = next((one for one in rows if one.professional.pk == answers.professional_id), None)
    if chosen is None:
        chosen = chosen_of(request, draft)
        if chosen is not None and not search and after is None:
            rows = [chosen, *rows]  # what was picked stands on the list, wherever its name would stand
    url = reverse("offer_professional", args=[draft.pk])
    place = place_read(answers.workplace_id, request.at)
    picked = str(form["professional"].value() or answers.professional_id or "")
    context = {
        **show.frame(draft, "professional"),
        "form": form,
        "place": show.place(place, draft.code) if place else None,
        "rows": [show.candidate(one) for one in rows],
        "picked": number_read(picked),
        "refused": refusal_of(chosen.refusal) if chosen is not None and chosen.refusal else None,
        "refused_name": chosen.professional.person.name if chosen is not None else "",
        "query": search,
        "can_search": more or bool(search) or after is not None,
        "first_url": url if after or search else "",
        "next_url": f"{url}?{urlencode({'ara': search, 'sonra': _after_write(rows[-1])})}" if more else "",
    }
    return render(request, "offer_professional.html", context, status=status)


def _after_write(candidate: Candidate) -> str:
    return f"{candidate.professional.pk}|{candidate.sorted_by}"


def _after_read(text: str) -> StaffAfter | None:
    """The place to read on from; anything odd begins anew."""
    digits, _separator, sorted_by = text.partition("|")
    number = number_read(digits)
    return StaffAfter(sorted_by, number) if number is not None else None
