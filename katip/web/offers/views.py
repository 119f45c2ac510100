"""The offer wizard: one question a page, each page at its own address, everything kept in the draft.

A step shows what the draft holds and posts to itself; then the next question is asked, or the answers are checked. A
refusal is shown at the step that it is about. Two windows are told apart by the draft's version.
"""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.models import AssignmentType, DraftState, OfferDraft
from katip.contracts.offering import (
    Candidate,
    Place,
    StaffAfter,
    candidate_read,
    candidates_of,
    draft_find,
    drafts_of,
    minutes_default,
    names_of,
    place_read,
    staff_find,
    written,
)
from katip.contracts.services.draft import (
    Answers,
    draft_delete,
    draft_offer,
    draft_open,
    draft_write,
    missing,
    offer_of,
)
from katip.contracts.services.offer import offer_figures, require_updates_done
from katip.contracts.texts import OFFER_INFORMATION
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.processes.kinds import kind_get
from katip.rules import RuleViolation, parse_sgk_number
from katip.web.access import Access, access
from katip.web.offers import show
from katip.web.offers.forms import (
    InformationForm,
    KindChangeForm,
    KindForm,
    MinutesForm,
    ProfessionalForm,
    WorkplaceForm,
)
from katip.web.offers.refusals import STEPS, Refusal, refusal, refusal_of
from katip.web.processes.views import require_fresh_step

DRAFTS, STAFF = 25, 20
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
            return _settled(request, draft)
        return view(request, draft)

    return found


def _settled(request: Any, draft: OfferDraft) -> HttpResponse:
    """A draft that was sent leads to what became of it; one that was thrown away says so."""
    if draft.state == DraftState.OFFERED:
        return redirect("offer_result", no=draft.pk)
    context = {"draft": draft, "deleted_at": draft.updated_at}
    return render(request, "offer_gone.html", context, status=410)


@access(Access.PROVIDER)
@require_GET
def offer_drafts(request: Any) -> HttpResponse:
    """*Taslaklar*: what the provider's managers began and did not send."""
    after = request.GET.get("sonra", "")
    found = drafts_of(request.actor, after=int(after) if after.isdecimal() else None, limit=DRAFTS)
    rows, more = found[:DRAFTS], len(found) > DRAFTS
    workplaces, people = names_of(rows)
    url = reverse("offer_drafts")
    context = {
        "rows": [show.draft_row(draft, workplaces, people, STEP_URLS) for draft in rows],
        "first_url": url if after else "",
        "next_url": f"{url}?{urlencode({'sonra': rows[-1].pk})}" if more else "",
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
    }
    return render(request, "offer_drafts.html", context)


@access(Access.PROVIDER)
@require_http_methods(["GET", "POST"])
def offer_new(request: Any) -> HttpResponse:
    """*Yeni*: choose the process. From here on the answers are kept as a draft."""
    if request.method == "GET":
        return _new_page(request, KindForm())
    form = KindForm(request.POST)
    if not form.is_valid():
        with acting_as(request.actor):
            return _new_page(request, form, status=422)
    try:
        draft = draft_open(actor=request.actor, at=request.at, code=form.cleaned_data["code"])
    except RuleViolation as violation:
        with acting_as(request.actor):
            return _new_page(request, form, refused=refusal_of(violation), status=409)
    except PermissionRefusedError:
        return redirect("companies")
    return redirect("offer_information", no=draft.pk)


def _new_page(request: Any, form: Form, *, refused: Refusal | None = None, status: int = 200) -> HttpResponse:
    provider = request.chosen.provider
    suspended = provider.suspended_on
    if refused is None and suspended is not None and suspended <= day_of(request.at):
        refused = refusal("provider_suspended", {"since": suspended})
    context = {
        **show.frame(None, "kind"),
        "form": form,
        "hints": show.kind_hints(),
        "refused": refused,
        "closed": refused is not None and status == 200,  # noqa: PLR2004 -- the plain page
        "caution": _updates_due(request, []),
        "drafts": len(drafts_of(request.actor, after=None, limit=DRAFTS)),
    }
    return render(request, "offer_kind.html", context, status=status)


def _updates_due(request: Any, workplace_ids: list[int]) -> Refusal | None:
    try:
        require_updates_done(request.actor.organisation, request.at, workplace_ids)
    except RuleViolation as violation:
        return refusal_of(violation)
    return None


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
    return _answer(
        request, draft, KindChangeForm(request.POST), page, lambda typed: Answers(code=typed["code"]), step="kind"
    )


@of_draft
def offer_information(request: Any, draft: OfferDraft) -> HttpResponse:
    """What one should know before offering, and *okudum ve onaylıyorum*."""

    def page(draft: OfferDraft, form: Form, status: int = 200) -> HttpResponse:
        context = {
            **show.frame(draft, "information"),
            "form": form,
            "kind_title": kind_get(draft.code).title,
            "text_version": OFFER_INFORMATION,
        }
        return render(request, "offer_information.html", context, status=status)

    if request.method == "GET":
        is_read = written(draft).read == OFFER_INFORMATION
        return page(draft, InformationForm(initial={"version": draft.version, "read": is_read}))
    return _answer(
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
        place = _place(request, answers.workplace_id)
        unknown = bool(answers.sgk_number) and place is None and not form.errors
        refused = refusal("workplace_unknown", {}) if unknown else _place_refusal(request, place)
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
        place = _place(request, written(draft).workplace_id)
        return place is None or _place_refusal(request, place) is not None

    return _answer(
        request,
        draft,
        WorkplaceForm(request.POST),
        page,
        lambda typed: Answers(sgk_number=typed["sgk_number"]),
        step="workplace",
        stays=stays,
    )


def _place(request: Any, workplace_id: int | None) -> Place | None:
    return place_read(workplace_id, request.at) if workplace_id is not None else None


def _place_refusal(request: Any, place: Place | None) -> Refusal | None:
    if place is None:
        return None
    violation = place.refusal(day_of(request.at))
    return refusal_of(violation) if violation else _updates_due(request, [place.workplace.pk])


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
    if number and found is None:
        form.add_error("national_id", refusal("not_staff", {}).in_full)

    def stays(draft: OfferDraft) -> bool:
        candidate = _chosen(request, draft)
        return candidate is None or candidate.refusal is not None

    return _answer(
        request,
        draft,
        form,
        page,
        lambda typed: Answers(professional_id=found or typed["professional"]),
        step="professional",
        stays=stays,
    )


def _chosen(request: Any, draft: OfferDraft) -> Candidate | None:
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
        chosen = _chosen(request, draft)
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
        "picked": int(picked) if picked.isdecimal() else None,
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
    number, _separator, sorted_by = text.partition("|")
    return StaffAfter(sorted_by, int(number)) if number.isdecimal() and len(number) < 19 else None  # noqa: PLR2004 -- bigint


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

    def answer(typed: dict[str, Any]) -> Answers:
        kind, minutes = typed["assignment_type"], typed["minutes"]
        with acting_as(request.actor):
            part_time = _default(request, draft, AssignmentType.PART_TIME)
            if kind == AssignmentType.FULL_TIME and minutes == part_time:
                minutes = None  # the figure that stood there belongs to the other type
            minutes = minutes or _default(request, draft, kind)
        return Answers(assignment_type=kind, minutes=minutes)

    def stays(draft: OfferDraft) -> bool:
        return "hesapla" in request.POST or offer_figures(request.at, offer_of(draft)).violation is not None

    return _answer(request, draft, form, page, answer, step="minutes", stays=stays)


def _default(request: Any, draft: OfferDraft, assignment_type: str) -> int | None:
    facts = offer_figures(request.at, offer_of(draft)).facts
    return minutes_default(facts, offer_of(draft).serves_as, assignment_type) if facts else None


def _minutes_page(request: Any, draft: OfferDraft, form: Form, status: int) -> HttpResponse:
    answers = written(draft)
    figures = offer_figures(request.at, offer_of(draft))
    candidate = _chosen(request, draft)
    place = _place(request, answers.workplace_id)
    refused = figures.violation if answers.minutes is not None or _elsewhere(figures.violation) else None
    context = {
        **show.frame(draft, "minutes"),
        "form": form,
        "figures": show.figures(figures, draft, place.period if place else None),
        "candidate": show.candidate(candidate) if candidate else None,
        "place": show.place(place, draft.code) if place else None,
        "refused": refusal_of(refused) if refused else None,
        "refused_url": _step_url(draft, refused) if refused else "",
    }
    return render(request, "offer_minutes.html", context, status=status)


def _elsewhere(violation: RuleViolation | None) -> bool:
    """Whether a refusal is about an earlier step than minutes."""
    return violation is not None and violation.code not in {"minutes_below_minimum", "capacity_short"}


def _step_url(draft: OfferDraft, violation: RuleViolation) -> str:
    """The page on which the refusal can be cured."""
    step = STEPS.get(violation.code, "professional")
    return reverse(STEP_URLS[step], args=[draft.pk]) if step else ""


@of_draft
def offer_check(request: Any, draft: OfferDraft) -> HttpResponse:
    """Everything once more; *Teklifi gönder* asks the second step again where the last one is old."""
    if missing(written(draft)):
        return redirect("offer", no=draft.pk)
    if request.method == "GET":
        return _check_page(request, draft)
    version = request.POST.get("version", "")
    require_fresh_step(request)
    try:
        contract = draft_offer(
            actor=request.actor, at=request.at, draft_id=draft.pk, version=int(version) if version.isdecimal() else 0
        )
    except StaleStateError:
        return _changed(request, draft, lambda now: _check_page(request, now, changed=True, status=409))
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
    place = _place(request, written(draft).workplace_id)
    candidate = _chosen(request, draft)
    refused = refused or figures.violation
    words = refusal_of(refused) if refused else _place_refusal(request, place)
    url = _step_url(draft, refused) if refused else ""
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
        return redirect("offer", no=no) if draft.state == DraftState.DRAFT else _settled(request, draft)
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


@of_draft
def offer_delete(request: Any, draft: OfferDraft) -> HttpResponse:
    """Throw the draft away, after asking."""

    def page(now: OfferDraft, status: int = 200, *, changed: bool = False) -> HttpResponse:
        workplaces, people = names_of([now])
        row = show.draft_row(now, workplaces, people, STEP_URLS)
        context = {**show.frame(now, "delete"), "row": row, "changed": changed}
        return render(request, "offer_delete.html", context, status=status)

    if request.method == "GET":
        return page(draft)
    version = request.POST.get("version", "")
    try:
        draft_delete(
            actor=request.actor, at=request.at, draft_id=draft.pk, version=int(version) if version.isdecimal() else 0
        )
    except StaleStateError:
        return _changed(request, draft, lambda now: page(now, 409, changed=True))
    except PermissionRefusedError:
        return redirect("companies")
    messages.success(request, _("Taslak silindi."))
    return redirect("offer_drafts")


def _changed(request: Any, draft: OfferDraft, page: Callable[[OfferDraft], HttpResponse]) -> HttpResponse:
    """The draft as it is now: shown by `page`, or what became of it."""
    with acting_as(request.actor):
        now = draft_find(request.actor, draft.pk)
        if now is None:
            raise Http404
        return page(now) if now.state == DraftState.DRAFT else _settled(request, now)


def _answer(
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
        return _changed(request, draft, lambda now: page(now, _again(form, now), status=409))
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
