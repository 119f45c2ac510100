"""To a provider and back: signing in there, and showing oneself there once more before a weighty act.

A page leads there by a link, not by a form: the content security policy lets forms go nowhere but here, and some
browsers hold that against a redirect too.
"""

import logging
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from allauth.mfa.internal.constants import LoginStageKey
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from katip.core.actor import Actor
from katip.identity.models import Person
from katip.identity.oidc.attempts import Attempt, answer_single, code_of
from katip.identity.oidc.client import Recognised, client_of
from katip.identity.oidc.providers import Provider, provider_find
from katip.identity.oidc.reasons import ProviderRefusedError, Reason
from katip.identity.second_step import OIDC
from katip.identity.services.provider_sign_in import provider_accept, provider_refuse
from katip.web.access import Access, access
from katip.web.addresses import safe_next
from katip.web.oidc.attempts import attempt_keep, attempt_take
from katip.web.oidc.shown import came_by_provider
from katip.web.oidc.words import status_of, words_of

_LOG = logging.getLogger(__name__)
_OWN_PAGES = {"same-origin", "none"}
"""where a sign-in may be begun from, as browsers say it (Fetch Metadata): a page of ours, or the address bar"""
_LIMITS = {"start": "30/m/ip", "return": "30/m/ip"}


@access(Access.PUBLIC, writes=True)
@require_GET
def start(request: Any, no: int) -> HttpResponse:
    """Send the browser to a provider to sign in."""
    provider = _provider(no)
    if request.user.is_authenticated:
        return redirect("capacity")
    # Another site's link must not sign anybody in by itself: where the provider knows its person, it would.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OWN_PAGES:
        return redirect("account_login")
    attempt = Attempt.begin(provider.number, request.at.timestamp(), onward=safe_next(request))
    return _send(request, provider, attempt)


@access(Access.TWO_STEP, writes=True)
@require_GET
def again(request: Any, no: int) -> HttpResponse:
    """Send somebody who came in by a provider there once more, to show themselves anew."""
    provider, came_by = _provider(no), came_by_provider(request)
    if came_by is None or came_by.get("provider") != provider.number:
        raise Http404
    attempt = Attempt.begin(
        provider.number,
        request.at.timestamp(),
        onward=safe_next(request),
        person=request.user.pk,
        shown_at=came_by["shown_at"],
    )
    return _send(request, provider, attempt)


@access(Access.PUBLIC, writes=True)
@require_GET
def back(request: Any, no: int) -> HttpResponse:
    """Where a provider sends the browser back to, with a code or with a refusal of its own."""
    provider = _provider(no)
    if not request.GET:
        return redirect("account_login")
    if not _is_allowed(request, "return"):
        return _too_often(request)
    attempt: Attempt | None = None
    try:
        answer = answer_single(dict(request.GET.lists()))
        attempt = attempt_take(request, answer.get("state", ""))
        if attempt.person is None and request.user.is_authenticated:
            return redirect("capacity")
        seen = _recognise(request, provider, attempt, answer)
        person = provider_accept(
            actor=Actor(attempt.person), at=request.at, provider=provider, seen=seen, person_id=attempt.person
        )
    except ProviderRefusedError as refused:
        return _refuse(request, provider, refused, attempt)
    return _come_in(request, provider, attempt, person, seen)


def _provider(no: int) -> Provider:
    provider = provider_find(no)
    if provider is None:
        raise Http404
    return provider


def _is_allowed(request: HttpRequest, action: str) -> bool:
    """Whether the network that this comes from has not asked too often."""
    usage = ratelimit.consume(request, app="katip.oidc", action=action, config=_LIMITS, limit_get=True)
    return usage is not None


def _too_often(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


def _redirect_uri(provider: Provider) -> str:
    """The address registered with the provider: of the installation, whatever host the request names."""
    return str(settings.KATIP.origin) + reverse("oidc_return", args=[provider.number])


def _send(request: Any, provider: Provider, attempt: Attempt) -> HttpResponse:
    if not _is_allowed(request, "start"):
        return _too_often(request)
    try:
        address = client_of(provider).address(
            attempt, _redirect_uri(provider), language=request.LANGUAGE_CODE, now=request.at.timestamp()
        )
    except ProviderRefusedError as refused:
        return _refuse(request, provider, refused, attempt)
    attempt_keep(request, attempt)
    response = HttpResponseRedirect(address)
    response.headers["Cache-Control"] = "no-store"
    return response


def _recognise(request: Any, provider: Provider, attempt: Attempt, answer: dict[str, str]) -> Recognised:
    if attempt.person not in {None, request.user.pk}:
        raise ProviderRefusedError(Reason.STATE_UNKNOWN)  # somebody else sits here by now
    client, now = client_of(provider), request.at.timestamp()
    code = code_of(answer, attempt, provider, client.metadata(now), now)
    return client.recognise(code, attempt, _redirect_uri(provider), now)


def _come_in(request: Any, provider: Provider, attempt: Attempt, person: Person, seen: Recognised) -> HttpResponse:
    """Open the session, or go on with what waited in it. Two steps there, where they are demanded, are two here."""
    two_steps, now = provider.counts_as_two_steps, request.at.timestamp()
    shown = {"shown_at": seen.auth_time, "auth_time": min(seen.auth_time or now, now)} if two_steps else {}
    record_authentication(
        request,
        person,
        OIDC,
        type=OIDC,
        provider=provider.number,
        two_steps=two_steps,
        reauthenticated=True if attempt.person is not None else None,
        **shown,
    )
    if attempt.person is None:
        done = {LoginStageKey.MFA_AUTHENTICATE.value: {"handled": True}} if two_steps else {}
        login = Login(user=person, redirect_url=attempt.onward or None, state={"stages": done})
        response: HttpResponse = perform_login(request, login)
        return response
    request.GET = QueryDict(mutable=True)
    request.GET[REDIRECT_FIELD_NAME] = attempt.onward
    return resume_request(request) or redirect("capacity")


def _refuse(request: Any, provider: Provider, refused: ProviderRefusedError, attempt: Attempt | None) -> HttpResponse:
    """Say why not and what to do; record it. The answer itself stands nowhere on the page."""
    is_again = attempt is not None and attempt.person is not None
    actor = Actor(request.user.pk if is_again else None)
    provider_refuse(actor=actor, at=request.at, provider=provider.number, refused=refused, again=is_again)
    _LOG.warning("Sign-in at provider %d refused: %s", provider.number, refused.reason)
    context = {
        "words": words_of(refused.reason, provider.name_in(request.LANGUAGE_CODE)),
        "reason": refused.reason.value,
        "again": is_again,
        "next": attempt.onward if attempt is not None else "",
    }
    request.META["QUERY_STRING"] = ""
    response = render(request, "provider_refused.html", context, status=status_of(refused.reason))
    response.headers["Cache-Control"] = "no-store"
    return response
