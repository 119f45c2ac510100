"""Coming in: the start page, the two steps, the stop page, leaving, and what every visitor may read."""

import time
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from katip.identity.enrolment import enrolment_here
from katip.identity.factors import has_second_step
from katip.web.access import Access, access
from katip.web.addresses import safe_next
from katip.web.entrance.kept import form_keep, form_waits
from katip.web.middleware import SEEN


@access(Access.PUBLIC)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What this is, who runs it, and the way in."""
    return render(request, "start.html")


class _SignIn(LoginView):  # type: ignore[misc] # allauth ships no types
    template_name = "sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "form": kwargs.get("form") or self.get_form(),
            "next": self.get_next_url() or "",
            "timed_out": "sure-doldu" in self.request.GET,
            "kept": form_waits(self.request),
        }


sign_in = access(Access.PUBLIC)(_SignIn.as_view())


@access(Access.PUBLIC)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave. Nothing of the session stays."""
    logout(request)
    return redirect("start")


@access(Access.ONE_STEP)
def two_step(request: Any) -> HttpResponse:
    """Where someone without a second step stops; *Yeniden denetle* looks again."""
    if request.actor.proof is not None:
        return redirect("capacity")
    proofed = enrolment_here(request.session, request.user.pk, request.at) is not None
    if request.method == "POST":
        if proofed:
            return redirect("factor_enrol")
        if has_second_step(request.user.pk):
            logout(request)
            messages.success(request, _("İki aşamalı giriş artık etkin. Şifrenizle ve ikinci adımla yeniden girin."))
            return redirect("account_login")
        messages.info(request, _("İki aşamalı giriş henüz etkin değil."))
        return redirect("two_step")
    return render(request, "two_step.html", {"proofed": proofed})


@access(Access.PUBLIC)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language that the person asked for, and what they were typing on the page that they leave."""
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and "_path" in request.POST:
        typed = request.POST.copy()
        path = typed.pop("_path")[-1]
        typed.pop("language", None)
        form_keep(request, request.user.pk, path, typed)
    response = HttpResponseRedirect(safe_next(request) or reverse("start"))
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=31_536_000, samesite="Lax", secure=request.is_secure()
        )
    return response


@access(Access.ONE_STEP)
@require_POST
def session_extend(request: Any) -> HttpResponse:
    """The person is still there."""
    request.session[SEEN] = time.time()
    return HttpResponse(status=204)


@access(Access.ONE_STEP)
@require_POST
def session_keep(request: Any) -> HttpResponse:
    """The session runs out: keep what was typed for this person's next sign-in, and sign out."""
    person_id, typed, path = request.user.pk, request.POST.copy(), request.POST.get("_path", "")
    typed.pop("_path", None)
    request.session_expired = True
    logout(request)
    form_keep(request, person_id, path, typed)
    return HttpResponse(status=204)


def _read_only(template: str) -> Any:
    """A page that everyone may read; behind the gate it keeps the navy column."""

    @access(Access.PUBLIC)
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return render(request, template)

    return view


help_page = _read_only("help.html")
accessibility = _read_only("accessibility.html")
privacy = _read_only("privacy.html")


@access(Access.PUBLIC)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether this process answers; asks nothing of anyone."""
    del request
    return HttpResponse("ok", content_type="text/plain")
