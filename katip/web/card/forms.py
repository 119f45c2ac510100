"""Rows 6 and 7 of the workplace card as a form."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.core.turkish import sort_key
from katip.registry.consents import AUTO_UPDATE_NOW
from katip.registry.models import ContactDeclaration, District, Province, Workplace
from katip.registry.services.card_declare import CardFields
from katip.rules import FormatError, parse_email, parse_phone
from katip.web.addresses import number_read
from katip.web.templatetags.katip import current_language

ANSWERS = {"evet": True, "hayir": False}


class ContactForm(forms.Form):
    """Phone and e-mail are asked for; other addresses and the consent are optional, and never preselected."""

    workplace = forms.IntegerField(widget=forms.HiddenInput)
    phone = forms.CharField(
        label=gettext_lazy("Beyan telefonu"),
        max_length=30,
        error_messages={"required": gettext_lazy("Beyan telefonunu yazın.")},
    )
    email = forms.CharField(
        label=gettext_lazy("E-posta"),
        max_length=254,
        error_messages={"required": gettext_lazy("E-posta adresini yazın.")},
    )
    postal_address = forms.CharField(label=gettext_lazy("Tebligat adresi"), max_length=300, required=False)
    kep = forms.CharField(label=gettext_lazy("KEP adresi"), max_length=120, required=False)
    province = forms.TypedChoiceField(
        label=gettext_lazy("İl"),
        coerce=int,
        error_messages={"required": gettext_lazy("İl seçin."), "invalid_choice": gettext_lazy("İl seçin.")},
        widget=forms.Select(attrs={"data-fetches": "id_district", "data-action": "districts"}),
    )
    district = forms.TypedChoiceField(
        label=gettext_lazy("İlçe"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("İlçe seçin."),
            "invalid_choice": gettext_lazy("Bu ilçe seçtiğiniz ilde değil; İlçeleri getir’e basıp yeniden seçin."),
        },
    )
    auto_update = forms.ChoiceField(
        label=gettext_lazy("Otomatik Güncelleme"),
        choices=[("evet", gettext_lazy("Evet")), ("hayir", gettext_lazy("Hayır"))],
        required=False,
        widget=forms.RadioSelect,
    )
    text_version = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = Province.objects.order_by("code")
        self.fields["province"].choices = [(one.code, one.name) for one in sorted(provinces, key=_by_name)]  # type: ignore[attr-defined] # a choice field
        chosen = str(self["province"].value() or "")
        districts = District.objects.filter(province_id=number_read(chosen) or 0)
        empty = [("", _("İlçe seçin"))]
        self.fields["district"].choices = empty + [(one.pk, one.name) for one in sorted(districts, key=_by_name)]  # type: ignore[attr-defined] # as above

    @staticmethod
    def beginning(workplace: Workplace, last: ContactDeclaration | None) -> dict[str, Any]:
        """What the form starts with: the last declaration, else the place that the register knows."""
        start: dict[str, Any] = {
            "workplace": workplace.pk,
            "province": workplace.province_id,
            "district": workplace.district_id,
            "text_version": AUTO_UPDATE_NOW[current_language()],
        }
        if last is not None:
            start |= {
                "phone": last.phone,
                "email": last.email,
                "postal_address": last.postal_address,
                "kep": last.kep,
                "province": last.province_id,
                "district": last.district_id,
                "auto_update": {True: "evet", False: "hayir", None: ""}[last.auto_update],
            }
        return start

    def clean_phone(self) -> str:
        """Ten digits, or what is wrong with them."""
        try:
            return parse_phone(self.cleaned_data["phone"])
        except FormatError as error:
            raise forms.ValidationError(_PHONE.get(error.code, _PHONE["not_digits"]) % dict(error.facts)) from error

    def clean_email(self) -> str:
        """One address."""
        try:
            return parse_email(self.cleaned_data["email"])
        except FormatError as error:
            raise forms.ValidationError(_("E-posta adresi eksik ya da yanlış: ad@firma.com.tr gibi yazın.")) from error

    def fields_typed(self) -> CardFields:
        """What the service takes, once the form is valid."""
        typed = self.cleaned_data
        return CardFields(
            phone=typed["phone"],
            email=typed["email"],
            postal_address=typed["postal_address"],
            kep=typed["kep"],
            district_id=typed["district"],
            auto_update=ANSWERS.get(typed["auto_update"]),
            consent_text=typed["text_version"],
        )


_PHONE = {
    "leading_zero": gettext_lazy("Beyan telefonunu başındaki 0 olmadan yazın: 10 hane kalmalı."),
    "country_code": gettext_lazy("Beyan telefonunu ülke kodu olmadan yazın: 10 hane kalmalı."),
    "not_digits": gettext_lazy("Beyan telefonunda yalnız rakam olur: 10 hane yazın."),
    "wrong_length": gettext_lazy("Beyan telefonu 10 hanelidir; yazdığınız %(length)s hane."),
    "wrong_first_digit": gettext_lazy("Beyan telefonu 2, 3, 4, 5 ya da 8 ile başlar; yazdığınızı denetleyin."),
    "empty": gettext_lazy("Beyan telefonunu yazın."),
}


def _by_name(place: Province | District) -> str:
    return sort_key(place.name)
