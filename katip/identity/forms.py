"""The two forms of signing in."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from katip.core.crypto import lookup_key
from katip.rules import FormatError, parse_national_id


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


class _OnceOnly:
    """A code works once for as long as any clock tolerance could still accept it."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc] # mixed into allauth's forms
        person_id = self.user.pk  # type: ignore[attr-defined] # set by allauth's form
        accepted_for = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 1)
        digits = "".join(character for character in code if character.isdigit())  # `123 456` is the code `123456`
        if not cache.add(f"second-step-used:{person_id}:{digits}", 1, timeout=accepted_for):
            self._emit_authentication_failed(self.authenticator)  # type: ignore[attr-defined] # as above
            raise get_adapter().validation_error("incorrect_code")
        return code


class _CodeField:
    """The field itself, alike in both forms."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(  # type: ignore[attr-defined] # mixed into a form
            label=_("6 haneli kod"),
            max_length=12,
            error_messages={"required": _("Kod uygulamanızdaki 6 haneli kodu yazın.")},
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        )


class SecondStepForm(_OnceOnly, _CodeField, AuthenticateForm):  # type: ignore[misc] # as above
    """The second step of signing in."""


class StepUpForm(_OnceOnly, _CodeField, ReauthenticateForm):  # type: ignore[misc] # as above
    """The second step asked again before a weighty act."""
