"""Who is looked for on the capacity board."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from katip.contracts.capacity import Wanted
from katip.rules import HazardClass, Profession
from katip.web.words import HAZARDS, PROFESSIONS

MOST_MINUTES = 99_999


class BoardForm(forms.Form):
    """All open: nothing narrows the board unless asked for."""

    ara = forms.CharField(label=gettext_lazy("Ad"), required=False, max_length=100)
    gorev = forms.ChoiceField(label=gettext_lazy("Görev"), required=False)
    sinif = forms.ChoiceField(label=gettext_lazy("İşyerinin tehlike sınıfı"), required=False)
    dakika = forms.IntegerField(
        label=gettext_lazy("Aranan dakika"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Aranan dakikayı rakamla yazın, örneğin 240.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = gettext_lazy("Hepsi")
        self.fields["gorev"].choices = [("", every), *((key.value, word) for key, word in PROFESSIONS.items())]  # type: ignore[attr-defined] # a choice field
        self.fields["sinif"].choices = [("", every), *((key.value, word) for key, word in HAZARDS.items())]  # type: ignore[attr-defined] # as above

    def wanted(self) -> Wanted:
        """What is asked for; what was not understood narrows nothing."""
        self.is_valid()
        typed = self.cleaned_data
        return Wanted(
            text=typed.get("ara", ""),
            profession=Profession(typed["gorev"]) if typed.get("gorev") else None,
            hazard=HazardClass(typed["sinif"]) if typed.get("sinif") else None,
            minutes=typed.get("dakika"),
        )
