"""Setting up a second step: the first one by a right that follows a proofing, any other by one that was just shown."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.identity.enrolment import enrolment_here
from katip.identity.factors import CODE_APP, PASSKEY, factors_of
from katip.identity.forms import PASSKEY_WRONG
from katip.identity.handlers import passkey_failed
from katip.identity.passkeys import PasskeyRefusedError, Purpose, addition_begin, addition_check, challenge_take
from katip.identity.services.factors import (
    Added,
    TooManyPasskeysError,
    code_app_set,
    passkey_add,
    proof_changes_factors,
)
from katip.web.access import Access, access
from katip.web.factors.entering import credentials_of
from katip.web.factors.forms import CodeAppForm, NewPasskeyForm
from katip.web.factors.qr import qr_svg
from katip.web.factors.shown import codes_keep, onward_keep

_APP = "factor_app"
"""in the session: the secret that a code app is being set up with, and for whom"""
_GROUP = 4


def _entered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever may add a second step now; ask the others for what is missing. Sets `request.enrolment`."""

    @wraps(view)
    def guarded(request: Any) -> HttpResponse:
        request.enrolment = None
        if not proof_changes_factors(request.actor.proof, request.at):
            request.enrolment = enrolment_here(request.session, request.user.pk, request.at)
            if request.enrolment is None and request.actor.proof is not None:
                raise ReauthenticationRequired
            if request.enrolment is None:
                return redirect("two_step")
        return view(request)

    return guarded


@access(Access.ONE_STEP)
@require_GET
@_entered
def enrol(request: Any) -> HttpResponse:
    """Choose: the phone's passkey first, a code app second."""
    onward_keep(request)
    return _enrol(request)


@access(Access.ONE_STEP)
@require_POST
@_entered
def passkey_add_begin(request: Any) -> HttpResponse:
    """What the browser is asked to make."""
    known = [] if request.enrolment is not None else credentials_of(request.user.pk)
    response = JsonResponse(addition_begin(request.session, request.at, request.user, known))
    add_never_cache_headers(response)
    return response


@access(Access.ONE_STEP)
@require_POST
@_entered
def passkey_take(request: Any) -> HttpResponse:
    """Take the passkey that the browser made."""
    person_id = request.user.pk
    name = NewPasskeyForm(request.POST).name_or(_fallback_name(person_id))
    try:
        challenge = challenge_take(request.session, request.at, Purpose.ADD, person_id)
        made = addition_check(challenge, person_id, request.POST.get("credential", ""))
        added = passkey_add(
            actor=request.actor,
            at=request.at,
            passkey=made,
            name=name,
            session_key=request.session.session_key,
            enrolment_id=_enrolment_id(request),
        )
    except PasskeyRefusedError as refused:
        passkey_failed(person_id, Purpose.ADD, refused.code)
        return _enrol(request, str(PASSKEY_WRONG))
    except TooManyPasskeysError:
        return _enrol(request, _("Daha fazla geçiş anahtarı eklenemez. Önce kullanmadığınız birini kaldırın."))
    except (PermissionRefusedError, StaleStateError):
        return _late(request)
    return _done(request, added, PASSKEY, _("Geçiş anahtarı eklendi: %(name)s.") % {"name": name})


@access(Access.ONE_STEP)
@_entered
def code_app(request: Any) -> HttpResponse:
    """A code app: the secret as a picture and as words, and the first code that shows that it arrived."""
    if request.method == "POST" and "code" not in request.POST:
        request.session[_APP] = {"person": request.user.pk, "secret": generate_totp_secret()}
        return redirect("factor_app")
    begun = request.session.get(_APP)
    if begun is None or begun["person"] != request.user.pk:
        return redirect("factor_enrol")
    secret = begun["secret"]
    posted = request.POST if request.method == "POST" else None
    form = CodeAppForm(posted, person=request.user, secret=secret)
    if posted is None or not form.is_valid():
        return _code_app(request, form, secret, status=200 if posted is None else 422)
    try:
        added = code_app_set(
            actor=request.actor,
            at=request.at,
            secret=secret,
            session_key=request.session.session_key,
            enrolment_id=_enrolment_id(request),
        )
    except (PermissionRefusedError, StaleStateError):
        return _late(request)
    del request.session[_APP]
    return _done(request, added, CODE_APP, _("Kod uygulaması bağlandı."))


def _enrol(request: Any, error: str = "") -> HttpResponse:
    factors = factors_of(request.user.pk)
    context = {
        "first": request.enrolment is not None,
        "until": request.enrolment.expires_at if request.enrolment is not None else None,
        "has_code_app": any(factor.kind == CODE_APP for factor in factors) and request.enrolment is None,
        "form": NewPasskeyForm(initial={"name": _fallback_name(request.user.pk)}),
        "error": error,
    }
    return render(request, "factor_enrol.html", context, status=422 if error else 200)


def _code_app(request: Any, form: CodeAppForm, secret: str, *, status: int) -> HttpResponse:
    label = f"{settings.MFA_TOTP_ISSUER}:{request.user.name}"
    parameters = urlencode({"secret": secret, "issuer": settings.MFA_TOTP_ISSUER})
    context = {
        "form": form,
        "first": request.enrolment is not None,
        "replaces": request.enrolment is None and any(one.kind == CODE_APP for one in factors_of(request.user.pk)),
        "picture": qr_svg(f"otpauth://totp/{quote(label)}?{parameters}", _("Kod uygulamasıyla okutulacak kare kod")),
        "secret": [secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP)],
        "label": request.user.name,
    }
    return render(request, "factor_app.html", context, status=status)


def _done(request: Any, added: Added, kind: str, words: str) -> HttpResponse:
    """Go on. Whoever set up the first second step has just shown it: the session counts as one with two steps."""
    if request.enrolment is not None:
        record_authentication(request, request.user, "mfa", id=added.id, type=kind, enrolled=True)
    messages.success(request, words)
    if added.codes:
        codes_keep(request, added.codes, first=request.enrolment is not None)
        return redirect("factor_codes")
    return redirect("factors")


def _enrolment_id(request: Any) -> int | None:
    return request.enrolment.pk if request.enrolment is not None else None


def _late(request: Any) -> HttpResponse:
    """Between page and press the right ended or was used up: say so where the ways begin."""
    messages.error(request, _("İkinci adım eklenmedi: bunun için verilen süre doldu ya da hak başka yerde kullanıldı."))
    return redirect("factors" if request.actor.proof is not None else "two_step")


def _fallback_name(person_id: int) -> str:
    number = sum(factor.kind == PASSKEY for factor in factors_of(person_id)) + 1
    return _("Geçiş anahtarı %(number)s") % {"number": number}
