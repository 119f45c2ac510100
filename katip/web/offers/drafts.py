"""Drafts of offers: begun, listed, thrown away."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.models import OfferDraft
from katip.contracts.offering import drafts_of, names_of
from katip.contracts.services.draft import draft_delete, draft_open
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.rules import RuleViolation
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.offers import show
from katip.web.offers.draft import STEP_URLS, changed_page, of_draft, updates_due_words
from katip.web.offers.forms import KindForm
from katip.web.offers.refusals import Refusal, refusal, refusal_of
from katip.web.once import once

DRAFTS = 25


@access(Access.PROVIDER)
@require_GET
def offer_drafts(request: Any) -> HttpResponse:
    """*Taslaklar*: what the provider's managers began and did not send."""
    after = request.GET.get("sonra", "")
    found = drafts_of(request.actor, after=number_read(after), limit=DRAFTS)
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


def _draft_made(request: Any, at: datetime) -> str | None:
    """The first question of the draft that was begun at that moment."""
    found = OfferDraft.objects.filter(created_by_id=request.user.pk, created_at=at).first()
    return reverse("offer_information", args=[found.pk]) if found is not None else None


@access(Access.PROVIDER)
@once("offer_drafts", made=_draft_made)
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
        "caution": updates_due_words(request, []),
        "drafts": len(drafts_of(request.actor, after=None, limit=DRAFTS)),
    }
    return render(request, "offer_kind.html", context, status=status)


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
    version = number_read(request.POST.get("version", "")) or 0
    try:
        draft_delete(actor=request.actor, at=request.at, draft_id=draft.pk, version=version)
    except StaleStateError:
        return changed_page(request, draft, lambda now: page(now, 409, changed=True))
    except PermissionRefusedError:
        return redirect("companies")
    messages.success(request, _("Taslak silindi."))
    return redirect("offer_drafts")
