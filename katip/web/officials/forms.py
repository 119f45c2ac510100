"""What officials look for, and what they enter."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.core.turkish import sort_key
from katip.registry.models import District, Official, ProviderKind, Province
from katip.registry.services.standing import REASON_LENGTH, CertificateFields, ProviderFields
from katip.rules import (
    CertificateClass,
    FormatError,
    HazardClass,
    Profession,
    parse_phone,
    parse_sgk_number,
    parse_vkn,
)
from katip.web.people.forms import DayField, NationalIdField, PeopleForm
from katip.web.words import HAZARDS, PROFESSIONS

_PROFESSIONS = [(key.value, word) for key, word in PROFESSIONS.items()]
_HAZARDS = [(key.value, word) for key, word in HAZARDS.items()]


def provinces(office: Official) -> list[tuple[str, str]]:
    """The provinces that an office can choose among, in Turkish order."""
    found = Province.objects.all()
    if office.province_id is not None:
        found = found.filter(pk=office.province_id)
    return [(str(one.pk), one.name) for one in sorted(found, key=lambda one: sort_key(one.name))]


class NarrowForm(forms.Form):
    """A province and a hazard class; an office of one province is not asked for it."""

    il = forms.ChoiceField(label=gettext_lazy("İl"), required=False)
    sinif = forms.ChoiceField(label=gettext_lazy("Tehlike sınıfı"), required=False)

    def __init__(self, office: Official, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "sinif" in self.fields:
            self.fields["sinif"].choices = [("", gettext_lazy("Bütün sınıflar")), *_HAZARDS]  # type: ignore[attr-defined] # a choice field
        if office.province_id is not None:
            del self.fields["il"]
        else:
            self.fields["il"].choices = [("", gettext_lazy("Bütün iller")), *provinces(office)]  # type: ignore[attr-defined] # as above

    def asked(self) -> dict[str, Any]:
        """What is asked for; what was not understood narrows nothing."""
        self.is_valid()
        return self.cleaned_data

    def province(self) -> int | None:
        """The plate code chosen."""
        chosen = self.asked().get("il")
        return int(chosen) if chosen else None

    def hazard(self) -> HazardClass | None:
        """The class chosen."""
        chosen = self.asked().get("sinif")
        return HazardClass(chosen) if chosen else None


class LackingForm(NarrowForm):
    """Which profession is missing, where; or one workplace by its number."""

    gorev = forms.ChoiceField(label=gettext_lazy("Olmayan görev"), required=False, choices=_PROFESSIONS)
    sgk = forms.CharField(
        label=gettext_lazy("SGK numarası"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    field_order = ["gorev", "il", "sinif", "sgk"]

    def clean_sgk(self) -> str:
        """The 26 digits, or what is wrong."""
        typed = self.cleaned_data["sgk"]
        if not typed:
            return ""
        try:
            return str(parse_sgk_number(typed))
        except FormatError as error:
            raise forms.ValidationError(_("SGK numarası 26 hanedir; yazdığınızı denetleyin.")) from error


class DirectoryForm(NarrowForm):
    """A part of a name or a number; where; suspended or not."""

    ara = forms.CharField(label=gettext_lazy("Ad ya da belge no"), required=False, max_length=100)
    durum = forms.ChoiceField(
        label=gettext_lazy("Durum"),
        required=False,
        choices=[
            ("", gettext_lazy("Hepsi")),
            ("yetkili", gettext_lazy("Yetkili")),
            ("askida", gettext_lazy("Askıda")),
        ],
    )
    sinif = None  # type: ignore[assignment] # Django's way to drop an inherited field
    field_order = ["ara", "il", "durum"]


class PersonForm(forms.Form):
    """One person by number, posted."""

    national_id = NationalIdField()


class ReasonForm(PeopleForm):
    """Why; it stays in the history."""

    widths: ClassVar = {"reason": ""}

    suspended = forms.BooleanField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    """what was shown: a page that offered to suspend never restores"""
    reason = forms.CharField(
        label=gettext_lazy("Gerekçe"),
        help_text=gettext_lazy("Yetki geçmişinde durur. En az 10, en çok 200 karakter."),
        min_length=REASON_LENGTH.start,
        max_length=REASON_LENGTH.stop - 1,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Gerekçeyi yazın."),
            "min_length": gettext_lazy("Gerekçe en az 10 karakter olmalı."),
            "max_length": gettext_lazy("Gerekçe en çok 200 karakter olabilir."),
        },
    )


class ProviderForm(PeopleForm):
    """A new provider."""

    faults: ClassVar = {
        "authorisation_known": "authorisation_no",
        "own_workplace_unknown": "sgk_number",
        "own_workplace_taken": "sgk_number",
    }
    widths: ClassVar = {"title": "", "sgk_number": "", "contact_hours": "m", "short_title": "m", "contact_name": "m"}

    title = forms.CharField(
        label=gettext_lazy("Unvan"), max_length=300, error_messages={"required": gettext_lazy("Unvanı yazın.")}
    )
    short_title = forms.CharField(
        label=gettext_lazy("Kısa ad"),
        max_length=80,
        error_messages={"required": gettext_lazy("Listelerde görünecek kısa adı yazın.")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("Yetki belgesi türü"), choices=ProviderKind.choices)
    authorisation_no = forms.CharField(
        label=gettext_lazy("Yetki belgesi no"),
        max_length=30,
        error_messages={"required": gettext_lazy("Yetki belgesi numarasını yazın.")},
    )
    vkn = forms.CharField(label=gettext_lazy("Vergi kimlik no"), max_length=14, required=False)
    district = forms.TypedChoiceField(
        label=gettext_lazy("İl ve ilçe"), coerce=int, error_messages={"required": gettext_lazy("İl ve ilçe seçin.")}
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Arananın adı"),
        max_length=120,
        error_messages={"required": gettext_lazy("Müşterilerin arayacağı kişinin adını yazın.")},
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Telefon"),
        help_text=gettext_lazy("Başında 0 olmadan 10 hane"),
        max_length=30,
        error_messages={"required": gettext_lazy("Telefonu yazın.")},
    )
    contact_hours = forms.CharField(
        label=gettext_lazy("Çalışma saatleri"),
        max_length=80,
        error_messages={"required": gettext_lazy("Çalışma saatlerini yazın.")},
    )
    sgk_number = forms.CharField(
        label=gettext_lazy("Kurumun kendi SGK numarası"),
        help_text=gettext_lazy("Sorumlu müdürü bu işyerinin e-Bildirge kullanıcısı görevlendirir."),
        max_length=60,
        required=False,
    )

    office: ClassVar[Official | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = District.objects.select_related("province")
        if self.office is not None and self.office.province_id is not None:
            found = found.filter(province_id=self.office.province_id)
        groups: dict[str, list[tuple[int, str]]] = {}
        for one in sorted(found, key=lambda one: (sort_key(one.province.name), sort_key(one.name))):
            groups.setdefault(one.province.name, []).append((one.pk, f"{one.province.name}, {one.name}"))
        self.fields["district"].choices = [("", _("Seçin")), *groups.items()]  # type: ignore[attr-defined] # a choice field

    def shown(self) -> Iterator[dict[str, Any]]:
        """The visible fields, numbers with their keyboard."""
        for one in super().shown():
            if one["bound"].name in {"vkn", "contact_phone", "sgk_number"}:
                one["inputmode"] = "numeric"
            yield one

    def clean_vkn(self) -> str:
        """Ten digits whose check digit fits."""
        typed = self.cleaned_data["vkn"]
        try:
            return parse_vkn(typed) if typed else ""
        except FormatError as error:
            raise forms.ValidationError(_("Vergi kimlik no 10 hanedir; yazdığınızı denetleyin.")) from error

    def clean_contact_phone(self) -> str:
        """Ten digits."""
        try:
            return parse_phone(self.cleaned_data["contact_phone"])
        except FormatError as error:
            raise forms.ValidationError(_("Telefonu başında 0 olmadan 10 hane yazın.")) from error

    def clean_sgk_number(self) -> str:
        """26 digits."""
        typed = self.cleaned_data["sgk_number"]
        try:
            return str(parse_sgk_number(typed)) if typed else ""
        except FormatError as error:
            raise forms.ValidationError(_("SGK numarası 26 hanedir; yazdığınızı denetleyin.")) from error


def provider_fields(typed: dict[str, Any]) -> ProviderFields:
    """What the service takes of the form."""
    names = [name for name in ProviderFields.__dataclass_fields__ if name != "district_id"]
    return ProviderFields(**{name: typed[name] for name in names}, district_id=typed["district"])


_CLASSES = [("none", gettext_lazy("Sınıfı yok")), ("A", "A"), ("B", "B"), ("C", "C")]


class CertificateForm(PeopleForm):
    """A certificate of a person whom the register knows."""

    faults: ClassVar = {
        "person_unknown": "national_id",
        "certificate_class_unfit": "certificate_class",
        "certificate_dates": "valid_to",
        "certificate_known": "number",
    }

    national_id = NationalIdField(help_text=gettext_lazy("Belgenin sahibi. Kişi bu kayıtta olmalı."))
    profession = forms.ChoiceField(label=gettext_lazy("Görev"), choices=_PROFESSIONS)
    certificate_class = forms.ChoiceField(
        label=gettext_lazy("Belge sınıfı"),
        help_text=gettext_lazy("Yalnız iş güvenliği uzmanında A, B ya da C."),
        choices=_CLASSES,
    )
    number = forms.CharField(
        label=gettext_lazy("Belge no"),
        max_length=30,
        error_messages={"required": gettext_lazy("Belge numarasını yazın.")},
    )
    valid_from = DayField(label=gettext_lazy("Geçerliliğinin ilk günü"))
    valid_to = DayField(label=gettext_lazy("Son günü"), required=False)


def certificate_fields(typed: dict[str, Any]) -> CertificateFields:
    """What the service takes of the form."""
    return CertificateFields(
        profession=Profession(typed["profession"]),
        certificate_class=CertificateClass(typed["certificate_class"]),
        number=typed["number"],
        valid_from=typed["valid_from"],
        valid_to=typed["valid_to"],
    )
