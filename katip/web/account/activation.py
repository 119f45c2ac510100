"""Opening sign-in with a code that was handed over: whose account and which code, then a password.

Between the two pages the sealed session keeps which code it is, and nothing else. Whatever is wrong with number or
code is answered alike.
"""

import time
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.core.actor import Actor
from katip.identity.devices import network_of, session_key_renew
from katip.identity.enrolment import enrolment_bind
from katip.identity.limits import TakeBack, attempt_count
from katip.identity.models import ActivationCode, Person
from katip.identity.services.activation import (
    CodeRefusedError,
    activation_refused,
    activation_second_step,
    activation_use,
    code_find,
)
from katip.web.access import Access, access
from katip.web.account.forms import (
    CODE_ALONE_REFUSED,
    CODE_REFUSED,
    TOO_MANY,
    ActivationForm,
    CodeForm,
    NewPasswordForm,
    PresentPasswordForm,
)

NOBODY = Actor(None)
_LIMITS = "60/m/ip,5/5m/key"
"""of failures: for one network, and for one account in it; from another network its holder gets in"""
_KEY = "activation"
_SECONDS = 15 * 60
"""for choosing a password"""


@access(Access.PUBLIC)
@require_http_methods(["GET", "POST"])
def activation(request: Any) -> HttpResponse:
    """Whose account, and the code."""
    if request.method == "GET":
        return _code_page(request, ActivationForm())
    form = ActivationForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form, status=422)
    key = form.cleaned_data["national_id"]
    code, refused = _code_try(request, key, form)
    if code is None:
        return _code_page(request, form, status=refused)
    session_key_renew(request)  # whoever planted this session in somebody's browser must not choose the password
    request.session[_KEY] = {"code": code.pk, "until": time.time() + _SECONDS}
    return redirect("activation_password")


@access(Access.PUBLIC)
@require_http_methods(["GET", "POST"])
def activation_password(request: Any) -> HttpResponse:
    """A new password; or the present one, where the code leaves it as it is. Then one is signed in with one step."""
    code = _code_kept(request)
    if code is None:
        return redirect("activation")
    if not code.opens_password:
        return _present_password(request, code)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, person=code.person)
    if request.method == "GET" or not form.is_valid():
        return _password_page(request, code, form)
    try:
        person = activation_use(
            actor=Actor(code.person_id), at=request.at, code_id=code.pk, password=form.cleaned_data["password"]
        )
    except CodeRefusedError:
        return _code_gone(request)
    return _signed_in(request, person)


def _present_password(request: Any, code: ActivationCode) -> HttpResponse:
    """The code opens a second step alone: the password shows that it is not somebody who found the code."""
    form = PresentPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _password_page(request, code, form)
    take_back = _counted(request, code.person.national_id_key)
    if take_back is None or not code.person.check_password(form.cleaned_data["old"]):
        activation_refused(actor=NOBODY, at=request.at, person_id=code.person_id, limited=take_back is None)
        form.add_error("old", TOO_MANY if take_back is None else _("Şifre yanlış. Denetleyip yeniden yazın."))
        return _password_page(request, code, form)
    take_back()
    try:
        person = activation_use(actor=Actor(code.person_id), at=request.at, code_id=code.pk, password=None)
    except CodeRefusedError:
        return _code_gone(request)
    return _signed_in(request, person)


@access(Access.ONE_STEP)
@require_http_methods(["GET", "POST"])
def activation_second_step_page(request: Any) -> HttpResponse:
    """A code for the second step, from someone who has signed in with the password."""
    if request.actor.proof is not None:
        return redirect("account")
    if request.method == "GET":
        return _second_step_page(request, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _second_step_page(request, form, status=422)
    code, refused = _code_try(request, request.user.national_id_key, form)
    if code is None:
        return _second_step_page(request, form, status=refused)
    try:
        activation_second_step(
            actor=request.actor, at=request.at, code_id=code.pk, keep=request.session.session_key or ""
        )
    except CodeRefusedError:
        form.add_error(None, CODE_ALONE_REFUSED)
        return _second_step_page(request, form, status=422)
    return redirect(_onward(request.user, request))


def _counted(request: HttpRequest, national_id_key: str) -> TakeBack | None:
    """Count one more attempt from this network to open this account; None: there were too many."""
    return attempt_count(request, "activation", _LIMITS, key=f"{national_id_key}|{network_of(request)}")


def _code_try(request: Any, national_id_key: str, form: forms.Form) -> tuple[ActivationCode | None, int]:
    """The code that was typed for this account; else None and the status, with the one answer in the form."""
    take_back = _counted(request, national_id_key)
    code = code_find(national_id_key, form.cleaned_data["code"], request.at)
    if code is not None and take_back is not None and (code.opens_second_step or isinstance(form, ActivationForm)):
        take_back()
        return code, 200
    person = Person.objects.filter(national_id_key=national_id_key).only("pk").first()
    activation_refused(actor=NOBODY, at=request.at, person_id=person.pk if person else None, limited=take_back is None)
    refused = CODE_REFUSED if isinstance(form, ActivationForm) else CODE_ALONE_REFUSED
    form.add_error(None, TOO_MANY if take_back is None else refused)
    return None, 429 if take_back is None else 422


def _code_kept(request: Any) -> ActivationCode | None:
    """The code of the first page, while it works."""
    kept = request.session.get(_KEY) or {"code": 0, "until": 0}
    if kept["until"] < time.time():
        return None
    return (
        ActivationCode.objects.filter(pk=kept["code"], used_at=None, revoked_at=None, expires_at__gt=request.at)
        .select_related("person")
        .first()
    )


def _code_gone(request: Any) -> HttpResponse:
    """Someone was faster, or the last moment has passed."""
    request.session.pop(_KEY, None)
    messages.error(request, _("Kod artık çalışmıyor: kullanılmış, geri alınmış ya da süresi dolmuş."))
    return redirect("activation")


def _signed_in(request: Any, person: Person) -> HttpResponse:
    """Sign in with what was just shown; a second step that there is, is asked for as ever."""
    request.session.pop(_KEY, None)
    if request.user.is_authenticated:
        logout(request)
    login = Login(user=person, redirect_url=_onward(person, request))
    response: HttpResponse = perform_password_login(request, {}, login)
    return response


def _onward(person: Any, request: Any) -> str:
    """To set up a second step, where one may; the right to it is this browser's."""
    return reverse("factor_enrol" if enrolment_bind(request.session, person.pk, request.at) else "capacity")


def _code_page(request: Any, form: ActivationForm, status: int = 200) -> HttpResponse:
    return render(request, "account_activation.html", {"form": form}, status=status)


def _second_step_page(request: Any, form: CodeForm, status: int = 200) -> HttpResponse:
    return render(request, "account_activation_code.html", {"form": form}, status=status)


def _password_page(request: Any, code: ActivationCode, form: forms.Form) -> HttpResponse:
    context = {"form": form, "new": code.opens_password, "second_step": code.opens_second_step}
    return render(request, "account_activation_password.html", context, status=422 if form.is_bound else 200)
