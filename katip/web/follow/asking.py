"""What the board is asked for in its address: stage, what narrows it, where it goes on. Anything odd begins anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from katip.notices.follow import WAITING, Asked, Obstacle, Stage
from katip.rules import Profession
from katip.web.addresses import number_read
from katip.web.contracts.asking import provinces
from katip.web.words import PROFESSIONS

STAGES: Mapping[str, Stage] = {
    "profesyonelde": Stage.PROFESSIONAL,
    "isverende": Stage.EMPLOYER,
    "dusen": Stage.LAPSED,
    "reddedilen": Stage.REJECTED,
    "geri-cekilen": Stage.WITHDRAWN,
    "yururlukte": Stage.ACTIVE,
}
STAGE_WORDS = {
    Stage.PROFESSIONAL: _("Profesyonelde"),
    Stage.EMPLOYER: _("İşverende"),
    Stage.LAPSED: _("Düşen"),
    Stage.REJECTED: _("Reddedilen"),
    Stage.WITHDRAWN: _("Geri çekilen"),
    Stage.ACTIVE: _("Yürürlükte"),
}
_DAYS = (3, 7, 14, 30)
_OBSTACLES = {
    "kullanici-yok": (Obstacle.NO_USER, _("e-Bildirge kullanıcısı yok")),
    "iki-asama-kapali": (Obstacle.NO_TWO_STEP, _("İki aşamalı giriş kapalı")),
    "adres-yok": (Obstacle.NO_ADDRESS, _("E-posta adresi yok")),
    "adres-calismiyor": (Obstacle.ADDRESS_FAILS, _("Adres ileti kabul etmiyor")),
}
_EVERY = _("Hepsi")


class FollowForm(forms.Form):
    """What narrows the board; all open. Only what waits has a time of waiting and obstacles."""

    ara = forms.CharField(label=_("Ara"), required=False, max_length=100)
    gorev = forms.ChoiceField(label=_("Görev"), required=False)
    il = forms.ChoiceField(label=_("İl"), required=False)
    gun = forms.ChoiceField(label=_("En az şu kadar gündür bekleyen"), required=False)
    engel = forms.ChoiceField(label=_("Onayın önündeki engel"), required=False)

    def __init__(self, data: Any, *, stage: Stage) -> None:
        """`data` is the address's query."""
        super().__init__(data)
        choices: dict[str, list[tuple[str, Any]]] = {
            "gorev": [(key.value, words) for key, words in PROFESSIONS.items()],
            "il": [(str(code), name) for code, name in provinces()],
            "gun": [(str(days), _("%(days)s gün") % {"days": days}) for days in _DAYS],
            "engel": [(key, words) for key, (_obstacle, words) in _OBSTACLES.items()],
        }
        for name, given in choices.items():
            if name in {"gun", "engel"} and stage not in WAITING:
                del self.fields[name]
            else:
                self.fields[name].choices = [("", _EVERY), *given]  # type: ignore[attr-defined] # a choice field

    @property
    def named(self) -> dict[str, str]:
        """What is in force, by name in the address."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def asked(self) -> Asked:
        """What is asked for; what was not understood narrows nothing."""
        typed = self.named
        return Asked(
            search=typed.get("ara", ""),
            profession=Profession(typed["gorev"]) if typed.get("gorev") else None,
            province=int(typed["il"]) if typed.get("il") else None,
            days=int(typed.get("gun", 0)),
            obstacle=_OBSTACLES[typed["engel"]][0] if typed.get("engel") else None,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """One list of the board, as an address names it."""

    key: str
    form: FollowForm
    asked: Asked
    after: tuple[datetime, int] | None

    @property
    def stage(self) -> Stage:
        """The stage that the key names."""
        return STAGES[self.key]

    @property
    def named(self) -> dict[str, str]:
        """The address's parameters but for the place in the list."""
        return {"asama": self.key, **self.form.named}

    def address(self, url: str, **more: str) -> str:
        """This list at `url`, with more parameters."""
        return f"{url}?{urlencode(self.named | more)}"


def wanted_read(data: Any, *, otherwise: str) -> Wanted:
    """Read what `data` (a query) asks for; `otherwise` is the stage's key where none is named."""
    key = data.get("asama", "")
    key = key if key in STAGES else otherwise
    form = FollowForm(data, stage=STAGES[key])
    return Wanted(key, form, form.asked(), place_read(data.get("sonra", "")))


def place_write(offer: Any) -> str:
    """The place after this row, for an address."""
    return f"{offer.process.waiting_since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}|{offer.pk}"


def place_read(text: str) -> tuple[datetime, int] | None:
    """The place to read on from; None to begin anew."""
    moment, _bar, number = text.partition("|")
    no = number_read(number)
    try:
        return (datetime.fromisoformat(moment).replace(tzinfo=UTC), no) if no is not None else None
    except ValueError:
        return None
