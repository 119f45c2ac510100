"""The forms of setting up and changing second steps."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import validate_totp_code
from django import forms
from django.utils.translation import gettext_lazy as _

from katip.identity.forms import code_field, code_once, guess_count
from katip.identity.models import Person

NAME_LENGTH = 40


def _name_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Anahtarın adı"),
        help_text=_("Anahtarlarınızı ayırt etmek için: telefonun ya da bilgisayarın adı gibi."),
        max_length=NAME_LENGTH,
        required=required,
        error_messages={
            "required": _("Anahtara bir ad yazın."),
            "max_length": _("Ad en çok %(limit_value)s karakter olabilir."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewPasskeyForm(forms.Form):
    """What a new passkey is called. Never refused: the phone has made it already, a name can be changed."""

    name = _name_field(required=False)

    def name_or(self, fallback: str) -> str:
        """What was typed, if it can be a name."""
        return str(self.cleaned_data.get("name") or fallback) if self.is_valid() else fallback


class NameForm(forms.Form):
    """Another name for a passkey."""

    name = _name_field(required=True)


class CodeAppForm(forms.Form):
    """The first code of a new code app shows that it has the secret."""

    def __init__(self, *args: Any, person: Person, secret: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.secret = person, secret
        self.fields["code"] = code_field()

    def clean_code(self) -> str:
        """Each code works once, this one too."""
        forget = guess_count(self.person)
        code: str = self.cleaned_data["code"]
        if not validate_totp_code(self.secret, code) or not code_once(self.person.pk, code):
            raise get_adapter().validation_error("incorrect_code")
        forget()
        return code


class KeptForm(forms.Form):
    """The recovery codes are in a safe place."""

    kept = forms.BooleanField(
        label=_("Kodları sakladım"),
        error_messages={"required": _("Kodları yazdırın, indirin ya da yazın; sonra bu kutuyu işaretleyin.")},
    )
