"""What the inbox is asked for in its address, and in the form that takes rows to be approved together.

Anything odd in an address narrows nothing and begins anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.processes.deadlines import public_holidays
from katip.processes.inbox import Filters, Place, Waiting
from katip.rules import working_day_add
from katip.web.addresses import number_read

NEAR_DAYS = 3
"""working days within which a last day is near"""
CAPACITIES: Mapping[str, Capacity] = {
    "isveren": Capacity.WORKPLACE,
    "hizmet-veren": Capacity.PROVIDER,
    "kendim": Capacity.INDIVIDUAL,
}
CAPACITY_WORDS = {
    Capacity.WORKPLACE: gettext_lazy("e-Bildirge kullanıcısı olarak"),
    Capacity.PROVIDER: gettext_lazy("Sorumlu müdür olarak"),
    Capacity.INDIVIDUAL: gettext_lazy("Kendi adınıza"),
}
_MOST_CODE = 32_767


def near_day(at: datetime) -> date:
    """The last of the days that are near."""
    today = day_of(at)
    return working_day_add(today, NEAR_DAYS, holidays=public_holidays(today.year))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, as filters and by name in the address."""

    filters: Filters
    named: dict[str, str]


def wanted_read(data: Any, at: datetime) -> Wanted:
    """Read what `data` (a query, or a posted form) asks for."""
    search = data.get("ara", "").replace("\0", "").strip()[:100]
    numbers = {name: number_read(data.get(name, "")) for name in ("kod", "veren", "firma")}
    if (numbers["kod"] or 0) > _MOST_CODE:
        numbers["kod"] = None
    capacity = CAPACITIES.get(data.get("taraf", ""))
    times = _times(at)
    when = data.get("gun", "")
    due_from, due_to = times.get(when, (None, None))
    named = {"ara": search} | {name: str(value) for name, value in numbers.items() if value is not None}
    named |= {"taraf": data["taraf"]} if capacity else {}
    named |= {"gun": when} if when in times else {}
    filters = Filters(
        search=search,
        code=numbers["kod"],
        provider_id=numbers["veren"],
        workplace_id=numbers["firma"],
        capacity=capacity,
        due_from=due_from,
        due_to=due_to,
    )
    return Wanted(filters, {name: value for name, value in named.items() if value})


def filters_read(data: Any, at: datetime) -> Filters:
    """Only the filters."""
    return wanted_read(data, at).filters


def _times(at: datetime) -> dict[str, tuple[date | None, date | None]]:
    today, near = day_of(at), near_day(at)
    day = timedelta(days=1)
    return {"bugun": (None, today), "yakin": (today + day, near), "sonra": (near + day, None)}


class InboxForm(forms.Form):
    """What narrows the inbox; only what can make a difference is asked."""

    ara = forms.CharField(label=gettext_lazy("Firma, SGK no, kişi"), required=False, max_length=100)
    kod = forms.ChoiceField(label=gettext_lazy("Süreç"), required=False)
    firma = forms.ChoiceField(label=gettext_lazy("Firma"), required=False)
    veren = forms.ChoiceField(label=gettext_lazy("Hizmet veren"), required=False)
    taraf = forms.ChoiceField(label=gettext_lazy("Kimin adına"), required=False)

    def __init__(self, named: Mapping[str, str], choices: Mapping[str, Sequence[tuple[str, Any]]]) -> None:
        """`named` is what is in force; of `choices` by field, those of one alone are not asked."""
        super().__init__(dict(named))
        for name, given in choices.items():
            value = named.get(name, "")
            known = {key for key, _words in given}
            offered = [*given, *([(value, value)] if value and value not in known else [])]
            if len(offered) > 1 or value:
                self.fields[name].choices = [("", gettext_lazy("Hepsi")), *offered]  # type: ignore[attr-defined] # a choice field
            else:
                del self.fields[name]


def place_write(row: Waiting) -> str:
    """The place after this row, for an address."""
    return f"{row.due_on.isoformat() if row.due_on else ''}|{day_of(row.waiting_since).isoformat()}|{row.process_id}"


def place_read(text: str) -> Place | None:
    """The place to read on from; None to begin anew."""
    parts = text.split("|")
    if len(parts) != 3:  # noqa: PLR2004 -- as written above
        return None
    number = number_read(parts[2])
    try:
        due_on, since = date.fromisoformat(parts[0]) if parts[0] else None, date.fromisoformat(parts[1])
    except ValueError:
        return None
    return Place(due_on, since, number) if number is not None else None
