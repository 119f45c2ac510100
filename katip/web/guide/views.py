"""The guide for everybody, and the one for a customer: whoever has its link reads it without signing in."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from katip.core.clock import day_of
from katip.core.usecase import whole_register
from katip.documents.guide.paper import paper_general, paper_of, pdf_make, shown_sample
from katip.documents.guide.selectors import Guide, guide_of, link_find
from katip.web.access import Access, access
from katip.web.alike import ROBOTS, alike, alike_context
from katip.web.context import contact
from katip.web.guide.show import guide_shown, parts_shown, step_url
from katip.web.verify.limits import CODES, FILES, too_many


@access(Access.PUBLIC)
@require_safe
def guide(request: Any) -> HttpResponse:
    """*Sözleşme onayı nasıl yapılır?*, with pictures, for whoever asks."""
    return render(request, "guide.html", {"parts": parts_shown(shown_sample())})


@alike
@require_safe
def guide_pdf(request: Any) -> HttpResponse:
    """The same on paper."""
    if seconds := too_many(request, "guide_pdf", FILES):
        return _wait(request, seconds)
    site = settings.KATIP
    paper = paper_general(origin=site.origin, operator=site.operator_name, is_ministry=site.operator_is_ministry)
    return _pdf(pdf_make(paper, at=request.at), "kilavuz.pdf")


@access(Access.PUBLIC)
@require_safe
def guide_no_user(request: Any) -> HttpResponse:
    """What to do where SGK knows no e-Bildirge user of the workplace, or not the right one."""
    return render(request, "guide_no_user.html")


@access(Access.PUBLIC)
@require_safe
def guide_two_step(request: Any) -> HttpResponse:
    """How two-step sign-in is opened."""
    return render(request, "guide_two_step.html")


@alike
@require_safe
def guide_customer(request: Any, code: str) -> HttpResponse:
    """What waits for this customer, and how it is approved."""
    if seconds := too_many(request, "guide", CODES):
        return _wait(request, seconds)
    found = _found(code, request)
    if found is None:
        return render(request, "guide_gone.html", alike_context(request), status=404)
    provider = found.provider
    context = {
        **alike_context(request),
        "help_contact": contact(provider.contact_name, provider.contact_phone, provider.contact_hours),
        "code": code,
    }
    if not found.offers:
        return render(request, "guide_done.html", context | {"workplace": found.workplace.title})
    return render(request, "guide_customer.html", context | guide_shown(found, request.at))


@alike
@require_safe
def guide_customer_pdf(request: Any, code: str) -> HttpResponse:
    """The same on paper."""
    if seconds := too_many(request, "guide_pdf", FILES):
        return _wait(request, seconds)
    found = _found(code, request)
    if found is None or not found.offers:
        return render(request, "guide_gone.html", alike_context(request), status=404)
    site = settings.KATIP
    paper = paper_of(
        found,
        origin=site.origin,
        operator=site.operator_name,
        is_ministry=site.operator_is_ministry,
        step_url=step_url,
    )
    return _pdf(pdf_make(paper, at=request.at), f"kilavuz-{day_of(request.at):%Y-%m-%d}.pdf")


def _found(code: str, request: Any) -> Guide | None:
    with whole_register("whoever has a guide's link reads what it is about, without signing in"):
        link = link_find(code, request.at)
        return guide_of(link, request.at) if link else None


def _wait(request: Any, seconds: int) -> HttpResponse:
    response = render(request, "429.html", alike_context(request), status=429)
    response["Retry-After"] = str(seconds)
    return response


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Robots-Tag"] = ROBOTS
    return response
