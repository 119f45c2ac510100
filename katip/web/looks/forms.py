"""The reason form, and the month by which one's own list is narrowed."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.audit.looks import Reason
from katip.registry.services.reason import MATTER_LENGTH
from katip.web import format as fmt
from katip.web.looks.words import REASONS
from katip.web.templatetags.words import current_language


class LookReasonForm(forms.Form):
    """Why an official is about to look people up."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Neden"),
        choices=[(str(key), words) for key, words in REASONS.items()],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Neden baktığınızı seçin."),
            "invalid_choice": gettext_lazy("Nedeni listeden seçin."),
        },
    )
    matter = forms.CharField(
        label=gettext_lazy("İş ya da dosya"),
        help_text=gettext_lazy("Dosya numarası ya da birkaç sözcük. Kayda geçer, bakılan kişiye gösterilmez."),
        max_length=MATTER_LENGTH,
        error_messages={"required": gettext_lazy("Hangi iş ya da dosya için baktığınızı yazın.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def chosen(self) -> Reason:
        """The category."""
        return Reason(self.cleaned_data["reason"])


class LooksForm(forms.Form):
    """One month, or all of them; `months` are first days, the newest first."""

    ay = forms.ChoiceField(label=gettext_lazy("Ay"), required=False)

    def __init__(self, months: list[date], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = current_language()
        named = [(f"{month:%Y-%m}", fmt.month_text(month, language)) for month in months]
        self.fields["ay"].choices = [("", _("Bütün aylar")), *named]  # type: ignore[attr-defined] # a choice field

    def month(self) -> date | None:
        """The first day of the month asked for; what was not understood narrows nothing."""
        self.is_valid()
        text = self.cleaned_data.get("ay", "")
        return date.fromisoformat(f"{text}-01") if text else None
