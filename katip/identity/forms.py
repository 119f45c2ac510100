"""The forms of signing in: number and password, and the ways of showing a second step."""

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from katip.core.actor import Actor
from katip.core.crypto import lookup_key
from katip.identity.devices import guesses_counted_as
from katip.identity.factors import CODE_APP, PASSKEY, RECOVERY_CODES
from katip.identity.handlers import passkey_failed, second_step_failed, second_step_refused
from katip.identity.limits import TakeBack, attempt_count
from katip.identity.models import Person
from katip.identity.passkeys import PasskeyRefusedError, Purpose, answer_read, challenge_take
from katip.identity.services.second_steps import RecoveryCodeWrongError, passkey_use, recovery_code_use
from katip.rules import FormatError, parse_national_id

_GUESSES = "60/m/ip,5/5m/key"
PASSKEY_WRONG = _("Geçiş anahtarı doğrulanamadı. Yeniden deneyin ya da başka bir yol seçin.")


class SignInForm(LoginForm):  # type: ignore[misc] # allauth ships no types
    """T.C. kimlik no and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("T.C. kimlik no"),
            max_length=20,
            error_messages={"required": _("T.C. kimlik numaranızı yazın.")},
            widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "numeric"}),
        )
        self.fields["password"] = forms.CharField(
            label=_("Şifre"),
            strip=False,
            max_length=200,
            error_messages={"required": _("Şifrenizi yazın.")},
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """The keyed hash of the number; the number itself goes no further."""
        try:
            return lookup_key(parse_national_id(self.cleaned_data["login"]))
        except FormatError as error:
            raise ValidationError(_("T.C. kimlik no 11 haneli bir sayıdır; yazdığınızı denetleyin.")) from error


def guess_count(person: Person) -> TakeBack:
    """Count one try to show a second step; returns what takes it back once it was right.

    Only the right password comes this far, so an account's tries are counted wherever they come from; but a browser
    that the account knows has a count of its own, which a thief of the password cannot fill. Raises `ValidationError`
    where there were too many, which is recorded.
    """
    key, known = guesses_counted_as(context.request, person.national_id_key)
    take_back = attempt_count(context.request, "second_step", _GUESSES, key=key if known else person.national_id_key)
    if take_back is None:
        second_step_refused(person.pk)
        raise get_account_adapter().validation_error("too_many_login_attempts")
    return take_back


def code_once(person_id: int, code: str) -> bool:
    """Whether this code of a code app was not taken before, for as long as any clock tolerance could accept it."""
    accepted_for = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 1)
    digits = "".join(character for character in code if character.isdigit())  # `123 456` is the code `123456`
    return bool(cache.add(f"second-step-used:{person_id}:{digits}", 1, timeout=accepted_for))


def code_field() -> forms.CharField:
    """Six digits of a code app, as people write them."""
    return forms.CharField(
        label=_("6 haneli kod"),
        max_length=12,
        error_messages={"required": _("Kod uygulamanızdaki 6 haneli kodu yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class _CodeApp:
    """A code of the code app, and of nothing else that allauth would take in the same field; each works once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field()  # type: ignore[attr-defined] # mixed into a form

    def clean_code(self) -> str:
        person: Person = self.user  # type: ignore[attr-defined] # set by allauth's form
        code: str = self.cleaned_data["code"]  # type: ignore[attr-defined] # mixed into a form
        forget = guess_count(person)
        app = Authenticator.objects.filter(user=person, type=CODE_APP).first()
        if app is None or not app.wrap().validate_code(code) or not code_once(person.pk, code):
            self._emit_authentication_failed(app)  # type: ignore[attr-defined] # set by allauth's form
            raise get_adapter().validation_error("incorrect_code")
        forget()
        app.user = person
        self.authenticator = app
        return code


class SecondStepForm(_CodeApp, AuthenticateForm):  # type: ignore[misc] # as above
    """The second step of signing in."""


class StepUpForm(_CodeApp, ReauthenticateForm):  # type: ignore[misc] # as above
    """The second step asked again before a weighty act."""


class RecoveryForm(forms.Form):
    """A recovery code in place of the phone; for coming in, never for a step-up.

    Before a decision the person is asked for again: a list on paper says little of who reads from it. Whoever came in
    by it decides for as long as a second step holds, and comes in anew after that.
    """

    recovery_code = forms.CharField(
        label=_("Kurtarma kodu"),
        max_length=40,
        error_messages={"required": _("Listenizdeki kodlardan birini yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    left = 0

    def __init__(self, *args: Any, person: Person, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.at = person, at

    def clean_recovery_code(self) -> str:
        """Use it up."""
        forget = guess_count(self.person)
        code: str = self.cleaned_data["recovery_code"]
        try:
            self.row, self.left = recovery_code_use(actor=Actor(self.person.pk), at=self.at, code=code)
        except RecoveryCodeWrongError as error:
            second_step_failed(user=self.person, reauthentication=False)
            raise ValidationError(
                _("Kurtarma kodu geçerli değil. Her kod bir kez geçer; listenizdeki başka bir kodu yazın.")
            ) from error
        forget()
        return code

    def save(self) -> None:
        """Note it in the session."""
        record_authentication(context.request, self.person, "mfa", id=self.row.pk, type=RECOVERY_CODES)


class PasskeyForm(forms.Form):
    """A passkey's answer, as the script puts it into the form; `person` is None where it shall tell who it is."""

    def __init__(self, *args: Any, request: Any, purpose: Purpose, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.purpose, self.person = request, purpose, person

    def clean(self) -> dict[str, Any]:
        """Take the answer; everything wrong with it reads the same."""
        cleaned: dict[str, Any] = super().clean() or {}
        forget = guess_count(self.person) if self.person is not None else None
        expected = self.person.pk if self.person is not None else None
        try:
            challenge = challenge_take(self.request.session, self.request.at, self.purpose, expected)
            answer = answer_read(str(self.data.get("credential", "")))
            self.row = passkey_use(
                actor=Actor(expected), at=self.request.at, challenge=challenge, answer=answer, purpose=self.purpose
            )
        except PasskeyRefusedError as refused:
            passkey_failed(refused.person_id or expected, self.purpose, refused.code)
            raise ValidationError(PASSKEY_WRONG) from refused
        if forget is not None:
            forget()
        self.person = self.row.user
        return cleaned

    def save(self) -> None:
        """Note it in the session."""
        marks = {Purpose.SIGN_IN: {"passwordless": True}, Purpose.STEP_UP: {"reauthenticated": True}}
        record_authentication(
            self.request, self.person, "mfa", id=self.row.pk, type=PASSKEY, **marks.get(self.purpose, {})
        )
