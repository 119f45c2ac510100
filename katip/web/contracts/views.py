"""The list of contract processes of the organisation in whose name the person acts."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING, After, contract_list, state_counts
from katip.core.actor import Capacity
from katip.processes.deadlines import working_days_left
from katip.processes.models import PartyKind
from katip.rules import ContractState, Profession
from katip.web.access import Access, access
from katip.web.words import PROFESSIONS, certificate_words

PAGE = 50
TABS: dict[str, tuple[ContractState, ...]] = {
    "bekleyen": WAITING,
    "devam": (ContractState.ACTIVE,),
    "tum": tuple(ContractState),
}


@access(Access.ACTING)
@require_GET
def contracts(request: Any) -> HttpResponse:
    """*İSG Hizmet Sözleşmeleri*: opens on what waits, else on what runs."""
    if request.chosen.capacity == Capacity.INDIVIDUAL:
        return redirect("assignments")
    counts = state_counts(request.actor)
    sums = {key: sum(counts.get(state, 0) for state in states) for key, states in TABS.items()}
    current = request.GET.get("liste", "")
    if current not in TABS:
        current = "bekleyen" if sums["bekleyen"] else "devam"
    after = after_read(request.GET.get("sonra", ""))
    found = contract_list(request.actor, request.at, states=TABS[current], after=after, limit=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    url = f"{reverse('contracts')}?{urlencode({'liste': current})}"
    shown = [row(contract, request) for contract in rows]
    selectable = any(line["selectable"] for line in shown)
    labels = {"bekleyen": _("Onay Bekleyen"), "devam": _("Devam Eden"), "tum": _("Tüm Sözleşmeler")}
    context = {
        "tabs": [
            {
                "label": labels[key],
                "url": f"{reverse('contracts')}?{urlencode({'liste': key})}",
                "current": key == current,
                "count": sums[key],
            }
            for key in TABS
        ],
        "current": current,
        "lead": "" if selectable else _lead(request),
        "rows": shown,
        "selectable": selectable,
        "other_label": _("Hizmet veren") if request.chosen.workplace else _("İşyeri"),
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": url if after else "",
        "next_url": f"{url}&{urlencode({'sonra': after_write(rows[-1])})}" if more else "",
    }
    return render(request, "contracts.html", context)


def _lead(request: Any) -> str:
    """What the page is for, where nothing in it waits for this person."""
    if request.chosen.workplace:
        return _("Bu işyerinin sözleşme süreçleri. Şu an sizden bir karar beklenmiyor.")
    return _("Kurumunuzun sözleşme süreçleri: hangisi kimi bekliyor, ne zamandan beri.")


def row(contract: Contract, request: Any) -> dict[str, Any]:
    """One line of a list, in plain words and values."""
    process = contract.process
    waits = contract.state in WAITING
    from_workplace = request.actor.capacity == Capacity.WORKPLACE
    side = contract.provider if from_workplace else contract.workplace
    notes = [certificate_words(contract.certificate.certificate_class), contract.professional.person.national_id_masked]
    mine = waits and process.waits_for == PartyKind.EMPLOYER and from_workplace
    return {
        "no": process.pk,
        "code": contract.code,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "state": contract.state,
        "state_label": "",
        "url": reverse("step", args=[process.pk]),
        "selectable": mine,
        "deadline": process.due_on if waits else None,
        "days_left": working_days_left(process.due_on, request.at) if waits and process.due_on else None,
        "person": contract.professional.person.name,
        "person_note": ", ".join(note for note in notes if note),
        "other_side": contract.provider.short_title if from_workplace else contract.workplace.title,
        "other_place": side.province.name,
        "minutes": contract.minutes_now,  # type: ignore[attr-defined] # annotated by the selector
        "since": contract.active_from if contract.state == ContractState.ACTIVE else process.waiting_since,
        "note": "",
    }


def after_write(contract: Contract) -> str:
    """The place after this row, for an address."""
    due = contract.process.due_on
    return f"{contract.rank}|{due.isoformat() if due else ''}|{contract.pk}"  # type: ignore[attr-defined] # annotated by the selector


def after_read(text: str) -> After | None:
    """The place to read on from; anything odd begins anew."""
    parts = text.split("|")
    if len(parts) != 3 or parts[0] not in {"0", "1"} or not parts[2].isdecimal():  # noqa: PLR2004 -- as written above
        return None
    try:
        return After(int(parts[0]), date.fromisoformat(parts[1]) if parts[1] else None, int(parts[2]))
    except ValueError:
        return None
