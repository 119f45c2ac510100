"""What is typed about one's own sign-in. A T.C. kimlik no goes no further than its keyed hash."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from katip.core.crypto import lookup_key
from katip.identity.models import Person
from katip.identity.passwords import LONGEST
from katip.rules import FormatError, parse_email, parse_national_id

CODE_REFUSED = _(
    "Bu T.C. kimlik no ve kodla bir şey açılamıyor. İkisini de denetleyin; kodun son günü geçmiş olabilir."
)
CODE_ALONE_REFUSED = _("Bu kodla hesabınızda bir şey açılamıyor. Kodu denetleyin; son günü geçmiş olabilir.")
TOO_MANY = _("Çok sayıda deneme yapıldı. Birkaç dakika sonra yeniden deneyin.")
_CODE_ATTRS = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def _password_field(label: Any, required: Any, autocomplete: str) -> forms.CharField:
    field = forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST,
        error_messages={"required": required, "max_length": _("Şifre en çok 200 karakter olabilir.")},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )
    del field.widget.attrs["maxlength"]  # a browser would cut a paste short without a word
    return field


class CodeForm(forms.Form):
    """The code that was handed over."""

    code = forms.CharField(
        label=_("Etkinleştirme kodu"),
        max_length=40,
        error_messages={"required": _("Size verilen kodu yazın.")},
        widget=forms.TextInput(attrs=_CODE_ATTRS),
    )


class ActivationForm(CodeForm):
    """Whose account it is, and the code."""

    national_id = forms.CharField(
        label=_("T.C. kimlik no"),
        max_length=20,
        error_messages={"required": _("T.C. kimlik numaranızı yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    field_order = ("national_id", "code")

    def clean_national_id(self) -> str:
        """The keyed hash of the number."""
        try:
            return lookup_key(parse_national_id(self.cleaned_data["national_id"]))
        except FormatError as error:
            raise ValidationError(_("T.C. kimlik no 11 haneli bir sayıdır; yazdığınızı denetleyin.")) from error


class NewPasswordForm(forms.Form):
    """A password, twice: nobody can see what they typed."""

    password = _password_field(_("Yeni şifre"), _("Yeni bir şifre yazın."), "new-password")
    again = _password_field(_("Yeni şifre, bir daha"), _("Yeni şifreyi bir daha yazın."), "new-password")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        """Good enough for this person."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password

    def clean_again(self) -> str:
        """The same once more."""
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError(_("İki şifre aynı değil. İkisini de yeniden yazın."))
        return again


class PasswordChangeForm(NewPasswordForm):
    """And the present one."""

    old = _password_field(_("Şimdiki şifre"), _("Şimdiki şifrenizi yazın."), "current-password")
    field_order = ("old", "password", "again")


class PresentPasswordForm(forms.Form):
    """The present password, where a code leaves it as it is."""

    old = _password_field(_("Şifre"), _("Şifrenizi yazın."), "current-password")


class EmailForm(forms.Form):
    """Where one is told; empty: nowhere."""

    email = forms.CharField(
        label=_("E-posta"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        """The basic shape of an address."""
        typed: str = self.cleaned_data["email"]
        try:
            return parse_email(typed) if typed else ""
        except FormatError as error:
            raise ValidationError(_("E-posta adresi eksik ya da yanlış: ad@firma.com.tr gibi yazın.")) from error
