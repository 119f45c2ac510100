"""The supervisor's second look: what was drawn, one case, agree or object."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.audit.services.record import Happening, record
from katip.core.errors import StaleStateError
from katip.core.usecase import acting_as
from katip.counter.models import Review, ReviewOutcome
from katip.counter.selectors import reviews_seen, reviews_waiting
from katip.counter.services.reviews import review_decide
from katip.web.addresses import number_read
from katip.web.counter.desk import case_shown
from katip.web.counter.forms import ReviewForm
from katip.web.counter.guard import for_reviewers
from katip.web.counter.show import PURPOSES, applicant_name, state_shown
from katip.web.processes.at_once import require_fresh_step

PAGE = 50


@for_reviewers
@require_GET
def reviews(request: Any) -> HttpResponse:
    """*Denetim*: the decisions that were drawn and wait, oldest first."""
    after = number_read(request.GET.get("sonra", ""))
    found = reviews_waiting(request.office, request.actor, after=after, limit=PAGE)
    here, more = reverse("counter_reviews"), len(found) > PAGE
    context = {
        "rows": [
            {
                "url": reverse("counter_review", args=[one.pk]),
                "name": applicant_name(one.application),
                "purpose": PURPOSES[one.application.purpose],
                "state": state_shown(one.application, request.at),
                "officers": _officers(one),
                "branch": one.application.branch.name if one.application.branch else "",
                "at": one.application.decided_at,
            }
            for one in found[:PAGE]
        ],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(found[:PAGE])} if more or after else "",
        "first_url": here if after else "",
        "next_url": f"{here}?{urlencode({'sonra': found[PAGE - 1].pk})}" if more else "",
    }
    return render(request, "counter_reviews.html", context)


@for_reviewers
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Any, no: int) -> HttpResponse:
    """One case: what was decided, by whom, on what ground; agree or object."""
    form = ReviewForm(request.POST if request.method == "POST" else None)
    with acting_as(request.actor):
        found = reviews_seen(request.office, request.actor).filter(pk=no).first()
        if found is None:
            raise Http404
        if request.method != "POST":
            record(request.actor, request.at, Happening("counter:review:read", found.pk))
        if request.method != "POST" or not form.is_valid():
            return _page(request, found, form, status=422 if form.is_bound else 200)
    require_fresh_step(request)
    outcome = form.cleaned_data["outcome"]
    try:
        review_decide(
            actor=request.actor,
            at=request.at,
            address=request.address,
            review_id=no,
            outcome=outcome,
            note=form.cleaned_data["note"],
        )
    except StaleStateError:
        messages.info(request, _("Bu kararı sizden önce başka bir denetmen inceledi; sizinki işlenmedi."))
        return redirect("counter_review", no=no)
    if outcome == ReviewOutcome.OBJECTED:
        messages.success(request, _("İtirazınız kaydedildi; açılanlar geri alındı, kişiye ve görevliye bildirildi."))
    else:
        messages.success(request, _("Karar yerinde bulundu."))
    return redirect("counter_reviews")


def _page(request: Any, found: Review, form: ReviewForm, *, status: int = 200) -> HttpResponse:
    context = {
        **case_shown(found.application, request),
        "review": found,
        "officers": _officers(found),
        "form": None if found.outcome else form,
        "hints": {
            ReviewOutcome.AGREED: _("Kayıtta bir eksik görmüyorum."),
            ReviewOutcome.OBJECTED: _(
                "Verilen kod ve bu doğrulamayla kurulanlar kapatılır, oturumlar sona erer, kişiye bildirilir."
            ),
        },
    }
    return render(request, "counter_review.html", context, status=status)


def _officers(found: Review) -> str:
    people = (found.application.officer, found.application.second_officer)
    return ", ".join(one.name for one in people if one is not None)
