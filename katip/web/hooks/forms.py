"""What is posted about webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.core.errors import KatipError
from katip.notices.hooks.addresses import LONGEST, HookAddressError, require_address
from katip.notices.models import HookKind
from katip.web.hooks.words import ERRORS, KINDS


class HookForm(forms.Form):
    """The address and the kinds of events."""

    url = forms.CharField(
        label=gettext_lazy("Programınızın adresi"),
        help_text=gettext_lazy("https:// ile başlayan, herkese açık bir adres; yönlendirme izlenmez."),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Programınızın adresini yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Hangi olaylar bildirilsin?"),
        choices=[(kind, KINDS[kind]) for kind in HookKind.values],
        error_messages={"required": ERRORS["kinds_none"], "invalid_choice": ERRORS["kinds_none"]},
        widget=forms.CheckboxSelectMultiple(attrs={"class": "tick"}),
    )

    def clean_url(self) -> str:
        """The address, where something can be sent there."""
        try:
            return require_address(self.cleaned_data["url"])
        except HookAddressError as error:
            raise forms.ValidationError(str(ERRORS[error.code])) from error

    def refuse(self, error: KatipError) -> None:
        """Say on top what the service refused."""
        self.add_error(None, str(ERRORS[getattr(error, "code", "")]))


class ReplayForm(forms.Form):
    """From which moment on everything is sent again, in Turkey's time."""

    since = forms.DateTimeField(
        label=gettext_lazy("Şu andan başlayarak"),
        input_formats=["%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y"],
        error_messages={
            "required": gettext_lazy("Günü ve saati yazın."),
            "invalid": gettext_lazy("Günü ve saati 27.11.2026 10:42 gibi yazın."),
        },
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, at: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    def clean_since(self) -> Any:
        """The moment, which has been."""
        since = self.cleaned_data["since"]
        if since > self.at:
            raise forms.ValidationError(_("Gelecekteki bir an seçilemez."))
        return since
