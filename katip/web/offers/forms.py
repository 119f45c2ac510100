"""What is posted at each step of an offer. Every form carries the version of the draft that was shown."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import AssignmentType
from katip.contracts.services.draft import MOST_MINUTES
from katip.rules import FormatError, parse_national_id, parse_sgk_number
from katip.web import format as fmt
from katip.web.templatetags.words import current_language
from katip.web.words import ASSIGNMENT_TYPES, PROFESSIONS


class KindForm(forms.Form):
    """Which process: 103, 140 or 177; nothing is picked beforehand."""

    code = forms.TypedChoiceField(
        label=gettext_lazy("Hangi görev için teklif edeceksiniz?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Bir süreç seçin."),
            "invalid_choice": gettext_lazy("Bir süreç seçin."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [  # type: ignore[attr-defined] # a choice field
            (kind.code, f"{kind.code} · {PROFESSIONS[kind.profession]}") for kind in SERVICE_KINDS
        ]


class DraftForm(forms.Form):
    """The version that was shown; not restored by browsers that fill forms again."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))


class KindChangeForm(KindForm, DraftForm):
    """Another process for a draft that exists."""


class InformationForm(DraftForm):
    """*Okudum ve onaylıyorum*."""

    read = forms.BooleanField(
        label=gettext_lazy("Okudum ve onaylıyorum"),
        error_messages={"required": gettext_lazy("Okuduysanız kutuyu işaretleyin: Okudum ve onaylıyorum.")},
    )


class WorkplaceForm(DraftForm):
    """The workplace by its SGK registration number, in any spacing."""

    sgk_number = forms.CharField(
        label=gettext_lazy("İşyerinin SGK numarası"),
        max_length=100,
        error_messages={"required": gettext_lazy("SGK numarasını yazın: 26 hane.")},
    )

    def clean_sgk_number(self) -> str:
        """26 digits, or what is wrong with them."""
        try:
            return str(parse_sgk_number(self.cleaned_data["sgk_number"]))
        except FormatError as error:
            raise forms.ValidationError(_SGK.get(error.code, _SGK["not_digits"]) % dict(error.facts)) from error


_SGK = {
    "empty": gettext_lazy("SGK numarasını yazın: 26 hane."),
    "not_digits": gettext_lazy("SGK numarasında yalnız rakam olur: 26 hane."),
    "wrong_length": gettext_lazy("SGK numarası 26 hanedir; yazdığınız %(length)s hane."),
}


class ProfessionalForm(DraftForm):
    """Somebody of the staff: picked from the list, or by T.C. kimlik no, which goes before the list."""

    professional = forms.IntegerField(required=False, min_value=1)
    national_id = forms.CharField(label=gettext_lazy("T.C. kimlik no"), max_length=30, required=False)

    def clean_national_id(self) -> str:
        """11 digits, nothing, or what is wrong with them; never repeated in the message."""
        typed = self.cleaned_data["national_id"]
        if not typed:
            return ""
        try:
            return parse_national_id(typed)
        except FormatError as error:
            raise forms.ValidationError(_("T.C. kimlik no 11 hanedir; yazdığınızı denetleyin.")) from error

    def clean(self) -> dict[str, Any]:
        """One of the two must be there."""
        typed = super().clean() or {}
        if not self.errors and not typed.get("professional") and not typed.get("national_id"):
            self.add_error("professional", _("Listeden birini seçin ya da T.C. kimlik no yazın."))
        return typed


class MinutesField(forms.CharField):
    """Whole minutes a month, as people write them: 1.170 and 1 170 too; nothing where the field is empty."""

    def clean(self, value: Any) -> int | None:
        """The number, or None."""
        text = fmt.ungrouped(str(super().clean(value) or ""))
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= MOST_MINUTES:
            raise forms.ValidationError(
                _("Dakikayı rakamla yazın: 1 ile %(most)s arasında.")
                % {"most": fmt.number_text(MOST_MINUTES, current_language())}
            )
        return int(text)


class MinutesForm(DraftForm):
    """Assignment type and minutes a month; empty minutes mean the legal minimum."""

    assignment_type = forms.ChoiceField(
        label=gettext_lazy("Görevlendirme türü"),
        choices=[(value, ASSIGNMENT_TYPES[value]) for value in (AssignmentType.PART_TIME, AssignmentType.FULL_TIME)],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Görevlendirme türünü seçin."),
            "invalid_choice": gettext_lazy("Görevlendirme türünü seçin."),
        },
    )
    minutes = MinutesField(label=gettext_lazy("Aylık süre (dakika)"), max_length=12, required=False)
