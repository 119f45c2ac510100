"""Coming in by a passkey alone, the second step of a sign-in, and the same step asked again before a weighty act."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from katip.identity.factors import CODE_APP, PASSKEY, RECOVERY_CODES, factors_of
from katip.identity.forms import PASSKEY_WRONG, PasskeyForm, RecoveryForm, SecondStepForm, StepUpForm
from katip.identity.handlers import second_step_refused
from katip.identity.limits import attempt_count
from katip.identity.models import Person
from katip.identity.passkeys import Purpose, use_begin
from katip.web.access import Access, access
from katip.web.addresses import safe_next

_SIGN_INS = "120/m/ip"
"""A passkey cannot be guessed; this only bounds what a network may make the server do."""


@access(Access.PUBLIC)
@require_POST
def passkey_begin(request: Any) -> HttpResponse:
    """What the sign-in page asks a passkey for; the same for everybody."""
    if request.user.is_authenticated:
        return redirect("capacity")
    if attempt_count(request, "passkey_begin", _SIGN_INS) is None:
        return _refused("slow_down", 429)
    return _asked(use_begin(request.session, request.at, Purpose.SIGN_IN, known=[]))


@access(Access.PUBLIC)
@require_POST
def passkey_sign_in(request: Any) -> HttpResponse:
    """Take a passkey's answer in place of password and second step; everything wrong reads the same."""
    if request.user.is_authenticated:
        return redirect("capacity")
    wanted = safe_next(request)
    form = PasskeyForm(request.POST, request=request, purpose=Purpose.SIGN_IN)
    if attempt_count(request, "passkey_sign_in", _SIGN_INS) is None or not form.is_valid():
        messages.error(request, str(PASSKEY_WRONG))
        return HttpResponseRedirect(reverse("account_login", query={"next": wanted} if wanted else None))
    form.save()
    response: HttpResponse = perform_login(request, Login(user=form.person, redirect_url=wanted or None))
    return response


class _SecondStep(AuthenticateView):  # type: ignore[misc] # allauth ships no types
    template_name = "second_step.html"

    def get_form_class(self) -> type[SecondStepForm]:
        return SecondStepForm

    def _build_forms(self) -> Any:
        """One form for each way; which one is posted, its field tells, and the code is asked for where none does."""
        person, posted = self.stage.login.user, self.request.POST
        asked = self.request.method == "POST"
        way = next((name for name in ("credential", "recovery_code") if name in posted), "code") if asked else ""
        self.passkey_form = _passkey_form(self.request, Purpose.SECOND_STEP, person) if way == "credential" else None
        self.auth_form = SecondStepForm(user=person, data=posted if way == "code" else None)
        self.recovery_form = RecoveryForm(posted if way == "recovery_code" else None, person=person, at=self.request.at)
        self.webauthn_form = None
        return {"credential": self.passkey_form, "recovery_code": self.recovery_form}.get(way, self.auth_form)

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if form is self.recovery_form:
            messages.warning(self.request, _left_words(form.left))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        del kwargs
        return {
            "form": self.auth_form,
            "passkey_form": self.passkey_form,
            "recovery_form": self.recovery_form,
            **_ways(self.stage.login.user),
        }


class _StepUp(ReauthenticateView):  # type: ignore[misc] # as above
    template_name = "second_step.html"

    def _check_ratelimit(self, request: Any) -> Any:
        """As allauth does; what it refuses is recorded."""
        refused = super()._check_ratelimit(request)
        if refused is not None:
            second_step_refused(request.user.pk)
        return refused

    def get_form_class(self) -> type[Any]:
        return _step_up_passkey if "credential" in self.request.POST else StepUpForm  # type: ignore[return-value] # what makes the form

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | ({"request": self.request} if "credential" in self.request.POST else {})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        posted = kwargs.get("form")
        by_passkey = isinstance(posted, PasskeyForm)
        wanted = self.get_next_url() or ""
        return {
            "form": StepUpForm(user=self.request.user) if by_passkey or posted is None else posted,
            "passkey_form": posted if by_passkey else None,
            "recovery_form": None,
            "again": True,
            "next": wanted,
            "own_only": wanted.startswith(reverse("factors")),
            **_ways(self.request.user),
        }


def _step_up_passkey(*, data: Any, user: Person, request: Any, **_more: Any) -> PasskeyForm:
    return PasskeyForm(data, request=request, purpose=Purpose.STEP_UP, person=user)


second_step = access(Access.PUBLIC)(_SecondStep.as_view())
step_up = access(Access.TWO_STEP)(_StepUp.as_view())


@access(Access.PUBLIC)
@require_POST
def second_step_begin(request: Any) -> HttpResponse:
    """What the second step asks a passkey for, once the password was right."""
    stage = None if request.user.is_authenticated else LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return redirect("account_login")
    person_id = stage.login.user.pk
    return _asked(
        use_begin(
            request.session, request.at, Purpose.SECOND_STEP, person_id=person_id, known=credentials_of(person_id)
        )
    )


@access(Access.TWO_STEP)
@require_POST
def step_up_begin(request: Any) -> HttpResponse:
    """What a step-up asks a passkey for."""
    person_id = request.user.pk
    return _asked(
        use_begin(request.session, request.at, Purpose.STEP_UP, person_id=person_id, known=credentials_of(person_id))
    )


def credentials_of(person_id: int) -> list[str]:
    """The person's passkeys, as `katip.identity.passkeys` wants them."""
    rows = Authenticator.objects.filter(user_id=person_id, type=PASSKEY).order_by("pk")
    return [row.data["credential"] for row in rows]


def _passkey_form(request: Any, purpose: Purpose, person: Person) -> PasskeyForm:
    return PasskeyForm(request.POST, request=request, purpose=purpose, person=person)


def _ways(person: Person) -> dict[str, bool]:
    """Which ways this person has; said only to someone whose password was right."""
    kinds = {factor.kind for factor in factors_of(person.pk) if factor.kind != RECOVERY_CODES or factor.left}
    return {
        "has_passkey": PASSKEY in kinds,
        "has_code_app": CODE_APP in kinds,
        "has_recovery": RECOVERY_CODES in kinds,
    }


def _left_words(left: int) -> str:
    if not left:
        return _("Son kurtarma kodunuzu kullandınız. Telefonunuz yanınıza gelince yeni kodlar oluşturun.")
    return ngettext(
        "Bir kurtarma kodu kullandınız; geriye %(left)s kod kaldı.",
        "Bir kurtarma kodu kullandınız; geriye %(left)s kod kaldı.",
        left,
    ) % {"left": left}


def _asked(options: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(options)
    add_never_cache_headers(response)
    return response


def _refused(code: str, status: int) -> HttpResponse:
    return JsonResponse({"error": code}, status=status)
