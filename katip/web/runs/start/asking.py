"""What the lists are asked for in their addresses; anything odd narrows nothing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from katip.contracts.anew import FALLEN
from katip.contracts.lists import Asked
from katip.rules import ContractState, Profession
from katip.web.templatetags.states import TAGS
from katip.web.words import PROFESSIONS

_EVERY = gettext_lazy("Hepsi")


class ChooseForm(forms.Form):
    """What narrows a list of contracts to be acted on."""

    ara = forms.CharField(label=gettext_lazy("Ara"), required=False, max_length=100)
    gorev = forms.ChoiceField(label=gettext_lazy("Görev"), required=False)
    durum = forms.ChoiceField(label=gettext_lazy("Durum"), required=False)

    def __init__(self, data: Any, *, fallen: bool = False) -> None:
        """`data` is a query or what was posted; the state is asked of fallen offers only."""
        super().__init__(data)
        self._choices("gorev", [(key.value, words) for key, words in PROFESSIONS.items()])
        if fallen:
            self._choices("durum", [(state.value, TAGS[state][0]) for state in FALLEN])
        else:
            del self.fields["durum"]

    def _choices(self, name: str, given: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", _EVERY), *given]  # type: ignore[attr-defined] # a choice field

    @property
    def named(self) -> dict[str, str]:
        """What is in force, by name in the address."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def asked(self) -> Asked:
        """What is asked for."""
        named = self.named
        return Asked(
            search=named.get("ara", ""),
            profession=Profession(named["gorev"]) if "gorev" in named else None,
            state=ContractState(named["durum"]) if "durum" in named else None,
        )


class CardsForm(forms.Form):
    """What narrows the list of workplaces."""

    ara = forms.CharField(label=gettext_lazy("İşyeri ya da SGK no"), required=False, max_length=100)
    beyan = forms.ChoiceField(
        label=gettext_lazy("Beyan"),
        required=False,
        choices=[("", _EVERY), ("yok", gettext_lazy("Hiç beyan edilmemiş"))],
    )

    @property
    def named(self) -> dict[str, str]:
        """What is in force, by name in the address."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}
