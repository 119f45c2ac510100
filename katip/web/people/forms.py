"""What is posted about people. A T.C. kimlik no is posted, never an address's part, and never repeated in a message.

Every form names the organisation that it was shown for: a tab in which the firm was changed meanwhile acts for nobody.
"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.contracts.kinds.staff import MOST_MINUTES
from katip.contracts.models import AssignmentType
from katip.contracts.services.end import NOTE_LENGTH
from katip.rules import FULL_TIME_MONTH_MINUTES, FormatError, Profession, UndertakerQuality, parse_national_id
from katip.web import format as fmt
from katip.web.people.words import QUALITIES
from katip.web.templatetags.words import current_language
from katip.web.words import ASSIGNMENT_TYPES, PROFESSIONS

_KINDS: dict[type, str] = {forms.RadioSelect: "radio", forms.CheckboxInput: "check"}
"""how a widget is drawn; others as text"""


class PeopleForm(forms.Form):
    """`faults` tells beside which field a refusal of the register stands; others stand on top."""

    faults: ClassVar[dict[str, str]] = {}
    widths: ClassVar[dict[str, str]] = {}
    sometimes: ClassVar[frozenset[str]] = frozenset()
    """fields that another answer makes necessary: their hint says when, they are not marked optional"""

    organisation = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def shown(self) -> Iterator[dict[str, Any]]:
        """The visible fields in order, each with how it is drawn."""
        for bound in self.visible_fields():
            kind = _KINDS.get(type(bound.field.widget), "text")
            yield {
                "bound": bound,
                "kind": kind,
                "pair": kind == "radio" and len(getattr(bound.field, "choices", ())) == len(ASSIGNMENT_TYPES),
                "width": self.widths.get(bound.name, "s"),
                "optional": False if bound.name in self.sometimes else None,
                "inputmode": "numeric" if bound.name in {"national_id", "minutes"} else "",
                "counter": isinstance(bound.field.widget, forms.Textarea),
            }


class NationalIdField(forms.CharField):
    """A T.C. kimlik no: 11 digits whose check digits fit."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("T.C. kimlik no"))
        messages = {"required": gettext_lazy("T.C. kimlik no yazın: 11 hane.")}
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(max_length=30, error_messages=messages, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """The digits, or what is wrong; what was typed is not repeated."""
        try:
            return parse_national_id(str(super().clean(value)))
        except FormatError as error:
            raise forms.ValidationError(_("T.C. kimlik no 11 hanedir; yazdığınızı denetleyin.")) from error


class MinutesField(forms.CharField):
    """Whole minutes a month as people write them, 11.700 and 11 700 too; None where an optional field is empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Aylık süre (dakika)"))
        messages = {"required": gettext_lazy("Aylık süreyi dakika olarak yazın.")}
        super().__init__(max_length=12, error_messages=messages, **kwargs)

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


class DayField(forms.DateField):
    """A day as people write it, `31.12.2026`."""

    def __init__(self, **kwargs: Any) -> None:
        required = kwargs.pop("missing", gettext_lazy("Tarihi yazın: gg.aa.yyyy."))
        messages = {"required": required, "invalid": gettext_lazy("Tarihi gg.aa.yyyy biçiminde yazın: 31.12.2026.")}
        super().__init__(
            input_formats=["%d.%m.%Y", "%Y-%m-%d"],
            widget=forms.DateInput(format="%d.%m.%Y", attrs={"autocomplete": "off"}),
            error_messages=messages,
            **kwargs,
        )


class PlainLines(forms.CharField):
    """A text whose line ends count once, as the counter in the browser counts them."""

    def to_python(self, value: Any) -> str:
        """The text with plain line ends."""
        return str(super().to_python(value)).replace("\r\n", "\n")


def _missing(words: Any) -> dict[str, Any]:
    return {"required": words, "invalid_choice": words}


class OwnStaffForm(PeopleForm):
    """Who serves as what, how, and for how long a month."""

    sometimes = frozenset({"minutes"})
    faults: ClassVar[dict[str, str]] = {
        "person_unknown": "national_id",
        "not_certified": "national_id",
        "professional_suspended": "national_id",
        "already_live": "national_id",
        "already_offered": "national_id",
        "no_certificate": "profession",
        "certificate_unfit": "profession",
        "certificate_expired": "profession",
        "full_time_elsewhere": "assignment_type",
        "minutes_range": "minutes",
        "minutes_below_minimum": "minutes",
    }

    national_id = NationalIdField(
        help_text=gettext_lazy("Belgeli çalışanınızın numarası. Bu sayfada kalır, adres çubuğuna yazılmaz.")
    )
    profession = forms.TypedChoiceField(
        label=gettext_lazy("Hangi görev için?"),
        coerce=Profession,
        choices=list(PROFESSIONS.items()),
        widget=forms.RadioSelect,
        error_messages=_missing(gettext_lazy("Görevi seçin.")),
    )
    assignment_type = forms.ChoiceField(
        label=gettext_lazy("Görevlendirme türü"),
        choices=[(value, ASSIGNMENT_TYPES[value]) for value in (AssignmentType.PART_TIME, AssignmentType.FULL_TIME)],
        widget=forms.RadioSelect,
        error_messages=_missing(gettext_lazy("Görevlendirme türünü seçin.")),
    )
    minutes = MinutesField(
        required=False,
        help_text=gettext_lazy("Kısmi sürelide yazın. Tam sürelide boş bırakırsanız 11.700 dakika (195 saat) alınır."),
    )

    def clean(self) -> dict[str, Any]:
        """Full time without minutes is the usual full-time month."""
        typed = super().clean() or {}
        if "minutes" in typed and typed["minutes"] is None:
            if typed.get("assignment_type") == AssignmentType.FULL_TIME:
                typed["minutes"] = FULL_TIME_MONTH_MINUTES
            elif "assignment_type" in typed:
                self.add_error("minutes", _("Aylık süreyi dakika olarak yazın."))
        return typed


class UndertakingForm(PeopleForm):
    """Who undertakes in which quality, by which training, for how long a month."""

    faults: ClassVar[dict[str, str]] = {
        "person_unknown": "national_id",
        "undertaking_other_employer": "national_id",
        "undertaking_other_province": "national_id",
        "undertaking_deputy_one": "quality",
        "training_in_future": "training_on",
        "undertaking_minutes": "minutes",
    }

    national_id = NationalIdField(
        help_text=gettext_lazy("Hizmeti üstlenecek kişinin numarası; kendiniz de olabilirsiniz.")
    )
    quality = forms.TypedChoiceField(
        label=gettext_lazy("Kişi SGK kaydında hangi sıfatla yer alıyor?"),
        help_text=gettext_lazy("Yalnız e-Bildirge kullanıcısı olmak yetmez."),
        coerce=UndertakerQuality,
        choices=list(QUALITIES.items()),
        widget=forms.RadioSelect,
        error_messages=_missing(gettext_lazy("Sıfatı seçin.")),
    )
    training_no = forms.CharField(
        label=gettext_lazy("Eğitim belgesinin numarası"),
        max_length=40,
        error_messages={"required": gettext_lazy("Eğitim belgesinin numarasını yazın.")},
    )
    training_on = DayField(label=gettext_lazy("Eğitim belgesinin tarihi"), help_text=gettext_lazy("gg.aa.yyyy"))
    minutes = MinutesField(help_text=gettext_lazy("Çalışan başına ayda en az 10 dakika."))
    declared = forms.BooleanField(
        label=gettext_lazy("Kişinin bu sıfatla SGK kaydında yer aldığını beyan ederim"),
        help_text=gettext_lazy(
            "Sıfat, eğitim ve sınav bu kayıtta denetlenmez; beyanınız kişinin onayıyla birlikte saklanır."
        ),
        error_messages={"required": gettext_lazy("Beyan için kutuyu işaretleyin.")},
    )


class StaffForm(PeopleForm):
    """Whom, for how many minutes a month, from when until when."""

    faults: ClassVar[dict[str, str]] = {
        "person_unknown": "national_id",
        "not_certified": "national_id",
        "professional_suspended": "national_id",
        "staff_proposed": "national_id",
        "staff_minutes": "minutes",
        "staff_minutes_needed": "minutes",
        "first_day_in_past": "first_day",
        "staff_overlaps": "first_day",
        "staff_period_over": "last_day",
    }

    national_id = NationalIdField(
        help_text=gettext_lazy("Belgeli uzman, hekim ya da diğer sağlık personelinin numarası.")
    )
    minutes = MinutesField(help_text=gettext_lazy("Tam süreli ay 11.700 dakikadır (195 saat)."))
    first_day = DayField(label=gettext_lazy("İlk gün"), help_text=gettext_lazy("gg.aa.yyyy; bugün ya da sonrası"))
    last_day = DayField(
        label=gettext_lazy("Son gün"), required=False, help_text=gettext_lazy("gg.aa.yyyy; boşsa belirsiz süreli")
    )
    replace = forms.BooleanField(
        required=False,
        label=gettext_lazy("Süren personel sözleşmesinin yerine geçsin"),
        help_text=gettext_lazy("Süreyi değiştirmek için: kişi kabul edince eskisi ilk günden bir gün önce kapanır."),
    )


class StaffEndForm(PeopleForm):
    """The last day of a staff contract."""

    faults: ClassVar[dict[str, str]] = {
        "end_in_past": "last_day",
        "staff_not_begun": "last_day",
        "end_announced": "last_day",
        "staff_minutes_needed": "last_day",
    }

    last_day = DayField(label=gettext_lazy("Son gün"), help_text=gettext_lazy("gg.aa.yyyy; bugün ya da sonrası"))


class AppointForm(PeopleForm):
    """Who is to manage the provider."""

    faults: ClassVar[dict[str, str]] = dict.fromkeys(
        ("person_unknown", "already_manager", "appointment_proposed"), "national_id"
    )

    national_id = NationalIdField(help_text=gettext_lazy("Sorumlu müdür olacak kişinin numarası."))


class ReasonForm(PeopleForm):
    """Why something ends; the other side reads it."""

    widths: ClassVar[dict[str, str]] = {"reason": ""}

    reason = PlainLines(
        label=gettext_lazy("Neden"),
        help_text=gettext_lazy("Kayıtta kalır. En az 10, en çok 200 karakter."),
        min_length=NOTE_LENGTH.start,
        max_length=NOTE_LENGTH.stop - 1,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Nedenini yazın; karşı taraf bunu okuyabilir."),
            "min_length": gettext_lazy("En az %(limit_value)d karakter yazın; şu an %(show_value)d."),
            "max_length": gettext_lazy("En çok %(limit_value)d karakter yazın; şu an %(show_value)d."),
        },
    )
