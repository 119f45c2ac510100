"""What whoever runs the installation types about branches and officers."""

import re
from collections.abc import Iterator
from datetime import time
from itertools import pairwise
from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.core.turkish import sort_key
from katip.counter.models import Branch, OpeningHours
from katip.counter.networks import networks_read
from katip.counter.permissions import AT_COUNTER
from katip.counter.services.branches import BranchFields
from katip.registry.models import District
from katip.rules import FormatError, parse_phone
from katip.web.format import WEEKDAYS
from katip.web.people.forms import DayField, NationalIdField, PeopleForm, PlainLines
from katip.web.templatetags.words import current_language
from katip.web.words import OFFICES

Stretches = list[tuple[time, time]]
_STRETCH = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")
_WEEK = range(1, 8)


class BranchForm(PeopleForm):
    """What is known of a branch."""

    faults: ClassVar = {"branch_known": "name"}
    widths: ClassVar = {"name": "", "address": "", "networks": "m"}

    name = forms.CharField(
        label=gettext_lazy("Şubenin adı"),
        help_text=gettext_lazy("Başvuranın göreceği ad"),
        max_length=120,
        error_messages={"required": gettext_lazy("Şubenin adını yazın.")},
    )
    district = forms.TypedChoiceField(
        label=gettext_lazy("İl ve ilçe"), coerce=int, error_messages={"required": gettext_lazy("İl ve ilçe seçin.")}
    )
    address = forms.CharField(
        label=gettext_lazy("Adres"), max_length=300, error_messages={"required": gettext_lazy("Adresi yazın.")}
    )
    phone = forms.CharField(
        label=gettext_lazy("Telefon"),
        help_text=gettext_lazy("Başında 0 olmadan 10 hane"),
        max_length=30,
        required=False,
    )
    networks = PlainLines(
        label=gettext_lazy("Görevlilerin bağlandığı ağlar"),
        help_text=gettext_lazy(
            "Her satıra bir ağ: 10.1.0.0/16 ya da 192.0.2.7. Görevliler yalnız buralardan işlem yapabilir; "
            "boş bırakırsanız her yerden yapabilirler."
        ),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[int, str]]] = {}
        found = District.objects.select_related("province")
        for one in sorted(found, key=lambda one: (sort_key(one.province.name), sort_key(one.name))):
            groups.setdefault(one.province.name, []).append((one.pk, f"{one.province.name}, {one.name}"))
        self.fields["district"].choices = [("", _("Seçin")), *groups.items()]  # type: ignore[attr-defined] # a choice field

    def shown(self) -> Iterator[dict[str, Any]]:
        """The visible fields, the phone with its keyboard."""
        for one in super().shown():
            if one["bound"].name == "phone":
                one["inputmode"] = "numeric"
            one["counter"] = False
            yield one

    def clean_phone(self) -> str:
        """Ten digits, or nothing."""
        typed = self.cleaned_data["phone"]
        try:
            return parse_phone(typed) if typed else ""
        except FormatError as error:
            raise forms.ValidationError(_("Telefonu başında 0 olmadan 10 hane yazın.")) from error

    def clean_networks(self) -> str:
        """Networks that can be read, one a line."""
        typed: str = self.cleaned_data["networks"]
        for line in typed.splitlines():
            try:
                networks_read(line)
            except ValueError as error:
                words = _("“%(line)s” bir ağ adresi değil. 10.1.0.0/16 ya da 192.0.2.7 gibi yazın.")
                raise forms.ValidationError(words % {"line": line.strip()[:60]}) from error
        return typed

    @staticmethod
    def beginning(branch: Branch) -> dict[str, Any]:
        """What the form starts with for a branch that is there."""
        return {
            "name": branch.name,
            "district": branch.district_id,
            "address": branch.address,
            "phone": branch.phone,
            "networks": branch.networks,
        }


def branch_fields(typed: dict[str, Any]) -> BranchFields:
    """What the service takes of the form."""
    return BranchFields(
        name=typed["name"],
        district_id=typed["district"],
        address=typed["address"],
        phone=typed["phone"],
        networks=typed["networks"],
    )


class WeekForm(PeopleForm):
    """When a branch is open: one line a weekday, stretches separated by commas."""

    widths: ClassVar = {f"day{weekday}": "m" for weekday in _WEEK}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in _WEEK:
            label = WEEKDAYS[current_language()][weekday - 1]
            self.fields[f"day{weekday}"] = StretchesField(label=label)

    @staticmethod
    def beginning(hours: tuple[OpeningHours, ...]) -> dict[str, str]:
        """The week as it is typed."""
        return {
            f"day{weekday}": ", ".join(
                f"{one.opens:%H:%M}-{one.closes:%H:%M}" for one in hours if one.weekday == weekday
            )
            for weekday in _WEEK
        }

    def shown(self) -> Iterator[dict[str, Any]]:
        """The weekdays; an empty one is closed, no answer that may be left out."""
        for one in super().shown():
            one["optional"] = False
            yield one

    def week(self) -> dict[int, Stretches]:
        """What the service takes, once the form is valid."""
        return {weekday: self.cleaned_data[f"day{weekday}"] for weekday in _WEEK}


class StretchesField(forms.CharField):
    """`09:00-12:30, 13:30-17:00`; empty is closed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> Stretches:
        """The stretches in order, or what is wrong with them."""
        typed = str(super().clean(value) or "")
        found = sorted(_stretch(part) for part in typed.split(",") if part.strip())
        if any(opens >= closes for opens, closes in found):
            raise forms.ValidationError(_("Kapanış saati açılıştan sonra olmalı."))
        if any(one[1] > following[0] for one, following in pairwise(found)):
            raise forms.ValidationError(_("Saatler birbiriyle çakışıyor."))
        return found


def _stretch(text: str) -> tuple[time, time]:
    read = _STRETCH.fullmatch(text.strip())
    try:
        hour, minute, to_hour, to_minute = map(int, read.groups() if read else ())
        return time(hour, minute), time(to_hour, to_minute)
    except ValueError as error:
        raise forms.ValidationError(_("Saatleri 09:00-12:30, 13:30-17:00 gibi yazın.")) from error


class ClosedDayForm(PeopleForm):
    """A day on which a branch is closed though its week says otherwise."""

    faults: ClassVar = {"day_past": "day", "closure_known": "day"}
    widths: ClassVar = {"reason": "m"}

    day = DayField(label=gettext_lazy("Kapalı gün"), help_text=gettext_lazy("gg.aa.yyyy"))
    reason = forms.CharField(
        label=gettext_lazy("Nedeni"),
        help_text=gettext_lazy("Başvuranlar görür: taşınma, bakım gibi."),
        max_length=120,
        error_messages={"required": gettext_lazy("Nedenini yazın.")},
    )


class ShutForm(PeopleForm):
    """From which day a branch is closed for good."""

    faults: ClassVar = {"day_past": "day"}

    day = DayField(label=gettext_lazy("Kapandığı gün"), help_text=gettext_lazy("gg.aa.yyyy; bugün ya da sonrası"))


class ConfirmForm(PeopleForm):
    """Nothing to type: the page asks whether it is meant."""


class OfficerForm(PeopleForm):
    """Who works at the branch, and as what."""

    faults: ClassVar = {
        "person_unknown": "national_id",
        "officer_self": "national_id",
        "officer_known": "national_id",
    }

    national_id = NationalIdField(help_text=gettext_lazy("Kişi bu kayıtta olmalı. Numara adres çubuğuna yazılmaz."))
    role = forms.ChoiceField(
        label=gettext_lazy("Görevi"),
        choices=[(role.value, capfirst(OFFICES[role.value])) for role in AT_COUNTER],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Görevi seçin.")},
    )


class MoveForm(PeopleForm):
    """To which branch an officer goes."""

    faults: ClassVar = {"posting_province": "branch", "posting_office": "branch"}

    offered: ClassVar[list[tuple[int, str]]] = []

    branch = forms.TypedChoiceField(
        label=gettext_lazy("Yeni şubesi"), coerce=int, error_messages={"required": gettext_lazy("Şubeyi seçin.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [("", _("Seçin")), *self.offered]  # type: ignore[attr-defined] # a choice field
