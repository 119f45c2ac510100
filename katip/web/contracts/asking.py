"""What a list of contracts is asked for in its address: the tab, what narrows it, how it is sorted, where it goes on.

Anything odd in an address narrows nothing and begins anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from katip.contracts.lists import KEYS, Asked, Order, Tab
from katip.core.actor import Capacity
from katip.processes.models import PartyKind
from katip.registry.models import District, Province
from katip.rules import ContractState, HazardClass, Profession
from katip.web.templatetags.states import TAGS
from katip.web.words import HAZARDS, PROFESSIONS

TABS: Mapping[str, Tab] = {
    "devam": Tab.RUNNING,
    "bekleyen": Tab.WAITING,
    "guncellenmesi-gereken": Tab.SHORT,
    "sure-guncelleme": Tab.UPDATING,
    "tum": Tab.ALL,
}
TAB_WORDS = {
    Tab.RUNNING: gettext_lazy("Devam Eden"),
    Tab.WAITING: gettext_lazy("Onay Bekleyen"),
    Tab.SHORT: gettext_lazy("Güncellenmesi Gereken"),
    Tab.UPDATING: gettext_lazy("Süre Güncellemesi"),
    Tab.ALL: gettext_lazy("Tüm Sözleşmeler"),
}
SORTS: Mapping[str, Order] = {
    "tarih": Order.OLDEST,
    "-tarih": Order.NEWEST,
    "son-gun": Order.DUE,
    "-son-gun": Order.DUE_LAST,
    "isyeri": Order.PLACE,
    "-isyeri": Order.PLACE_BACK,
}
"""The orders that the address names; `Order.URGENT` is what waiting lists have unless asked."""
_BY_DAY = (Order.DUE, Order.DUE_LAST)
_BY_PLACE = (Order.PLACE, Order.PLACE_BACK)
_WAITS = (Tab.WAITING, Tab.UPDATING)
_STATES = (
    ContractState.AWAITING_PROFESSIONAL,
    ContractState.AWAITING_EMPLOYER,
    ContractState.ACTIVE,
    ContractState.REJECTED,
    ContractState.WITHDRAWN,
    ContractState.LAPSED,
    ContractState.ENDED,
)
_PARTIES = {
    PartyKind.PROFESSIONAL: gettext_lazy("Profesyonel"),
    PartyKind.EMPLOYER: gettext_lazy("İşveren"),
    PartyKind.PROVIDER: gettext_lazy("Hizmet veren"),
}
_PARTIES_OF = {
    Tab.WAITING: (PartyKind.PROFESSIONAL, PartyKind.EMPLOYER),
    Tab.UPDATING: (PartyKind.EMPLOYER, PartyKind.PROVIDER),
}
_MARKS = {
    "sonlanacak": gettext_lazy("Sonlanacağı bildirilen"),
    "aktarilan": gettext_lazy("Başka kayıttan aktarılan"),
}
_EVERY = gettext_lazy("Hepsi")
_MOST_ID = 2**63 - 1
_CODE_DIGITS, _ID_DIGITS = 6, 19


class NarrowForm(forms.Form):
    """What narrows a list; all open. Only what can make a difference in the tab is asked."""

    ara = forms.CharField(label=gettext_lazy("Ara"), required=False, max_length=100)
    gorev = forms.ChoiceField(label=gettext_lazy("Görev"), required=False)
    durum = forms.ChoiceField(label=gettext_lazy("Durum"), required=False)
    beklenen = forms.ChoiceField(label=gettext_lazy("Kimin onayı bekleniyor"), required=False)
    sinif = forms.ChoiceField(label=gettext_lazy("Tehlike sınıfı"), required=False)
    il = forms.ChoiceField(label=gettext_lazy("İl"), required=False)
    ilce = forms.ChoiceField(label=gettext_lazy("İlçe"), required=False)
    isaret = forms.ChoiceField(label=gettext_lazy("İşaret"), required=False)

    def __init__(self, data: Any, *, tab: Tab, capacity: Capacity) -> None:
        """`data` is the address's query; a workplace is not asked for its own place and class."""
        super().__init__(data)
        province = data.get("il", "")
        choices: dict[str, list[tuple[str, Any]]] = {
            "gorev": [(key.value, words) for key, words in PROFESSIONS.items()],
            "durum": [(state.value, TAGS[state][0]) for state in _STATES] if tab == Tab.ALL else [],
            "beklenen": [(party.value, _PARTIES[party]) for party in _PARTIES_OF.get(tab, ())],
            "sinif": [(key.value, words) for key, words in HAZARDS.items()],
            "il": [(str(code), name) for code, name in provinces()] if capacity != Capacity.WORKPLACE else [],
            "ilce": [],
            "isaret": [] if tab == Tab.WAITING else list(_MARKS.items()),
        }
        if capacity == Capacity.WORKPLACE:
            choices["sinif"] = []
        elif province.isdecimal() and len(province) < _CODE_DIGITS:
            choices["ilce"] = _districts(int(province))
        for name, given in choices.items():
            if given:
                self.fields[name].choices = [("", _EVERY), *given]  # type: ignore[attr-defined] # a choice field
            else:
                del self.fields[name]

    def asked(self) -> Asked:
        """What is asked for; what was not understood narrows nothing."""
        self.is_valid()
        typed = self.cleaned_data
        return Asked(
            search=typed.get("ara", ""),
            profession=Profession(typed["gorev"]) if typed.get("gorev") else None,
            state=ContractState(typed["durum"]) if typed.get("durum") else None,
            province=int(typed["il"]) if typed.get("il") else None,
            district=int(typed["ilce"]) if typed.get("ilce") else None,
            hazard=HazardClass(typed["sinif"]) if typed.get("sinif") else None,
            waits_for=PartyKind(typed["beklenen"]) if typed.get("beklenen") else None,
            carried_over=typed.get("isaret") == "aktarilan",
            ending=typed.get("isaret") == "sonlanacak",
        )

    @property
    def named(self) -> dict[str, str]:
        """What is in force, by name in the address."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


@lru_cache(maxsize=1)
def provinces() -> list[tuple[int, str]]:
    """The provinces; they ship with the program and are asked of the database once."""
    return list(Province.objects.order_by("code").values_list("code", "name")[:100])


def _districts(province: int) -> list[tuple[str, Any]]:
    found = District.objects.filter(province_id=province).order_by("name").values_list("pk", "name")[:100]
    return [(str(key), name) for key, name in found]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One list, as an address names it."""

    key: str
    form: NarrowForm
    asked: Asked
    order: Order
    sort: str
    after: tuple[Any, ...] | None

    @property
    def tab(self) -> Tab:
        """The tab that the key names."""
        return TABS[self.key]

    @property
    def named(self) -> dict[str, str]:
        """The address's parameters but for the place in the list."""
        kept = {"liste": self.key} | self.form.named
        return kept | ({"sirala": self.sort} if self.sort else {})

    def address(self, url: str, **more: str) -> str:
        """This list at `url`, with more parameters."""
        return f"{url}?{urlencode(self.named | more)}"


def wanted_read(data: Any, *, key: str, capacity: Capacity) -> Wanted:
    """Read what `data` (a query) asks of the list that `key` names."""
    tab = TABS[key]
    form = NarrowForm(data, tab=tab, capacity=capacity)
    sort = data.get("sirala", "")
    order = SORTS.get(sort)
    if (order in _BY_DAY and tab not in _WAITS) or (order in _BY_PLACE and capacity == Capacity.WORKPLACE):
        order = None
    if order is None:
        sort, order = "", Order.URGENT if tab in _WAITS else Order.NEWEST
    return Wanted(key, form, form.asked(), order, sort, place_read(data.get("sonra", ""), order))


def place_write(contract: Any, order: Order) -> str:
    """The place after this row, for an address: the values of `KEYS`."""
    return "|".join(str(_value(contract, key)) for key in KEYS[order])


def place_read(text: str, order: Order) -> tuple[Any, ...] | None:
    """The place to read on from; None to begin anew."""
    keys = KEYS[order]
    parts = text.split("|", len(keys) - 1)
    if not text or len(parts) != len(keys) or "\x00" in text:
        return None
    try:
        return tuple(_READERS.get(key.removeprefix("-"), str)(part) for key, part in zip(keys, parts, strict=True))
    except ValueError:
        return None


def _value(contract: Any, key: str) -> Any:
    name = key.removeprefix("-")
    return contract.workplace.title_sort if name == "workplace__title_sort" else getattr(contract, name)


def _id(text: str) -> int:
    if not text.isdecimal() or len(text) > _ID_DIGITS or int(text) > _MOST_ID:
        raise ValueError(text[:_ID_DIGITS])
    return int(text)


_READERS: Mapping[str, Any] = {"pk": _id, "rank": _id, "last_day": date.fromisoformat}
