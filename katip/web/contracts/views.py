"""The lists of contracts of whoever acts: of a workplace, a provider, or a professional in their own name."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts.lists import Tab, contracts_page, tab_counts
from katip.contracts.models import Contract
from katip.contracts.selectors import COUNTED, After
from katip.core.actor import Capacity
from katip.documents.services.export import MOST_ROWS, ExportForm
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.context import waiting_total
from katip.web.contracts.asking import TAB_WORDS, TABS, Wanted, place_write, wanted_read
from katip.web.contracts.show import act_words, rows_shown
from katip.web.templatetags.words import current_language

PAGE, SHORT = 50, 8
"""rows of a page; a list of no more than so many is seen at a glance and needs no narrowing"""


@access(Access.ACTING)
@require_GET
def contracts(request: Any) -> HttpResponse:
    """*İSG Hizmet Sözleşmeleri*: opens on what waits, else on what runs."""
    if request.chosen.capacity == Capacity.INDIVIDUAL and "liste" not in request.GET:
        return redirect("assignments")
    counted = tab_counts(request.actor)
    counts = counted.tabs
    key = request.GET.get("liste", "")
    if key not in TABS:
        key = "bekleyen" if counts[Tab.WAITING] else "devam"
    wanted = wanted_read(request.GET, key=key, capacity=request.actor.capacity)
    found = page_read(request, wanted)
    rows, more = found[:PAGE], len(found) > PAGE
    shown = rows_shown(rows, request, wanted.tab)
    decidable = any(line["decidable"] for line in shown)
    url = reverse("contracts")
    words = {tab: count_words(counts[tab]) for tab in Tab}
    context = {
        "tabs": [
            {"label": TAB_WORDS[tab], "url": f"{url}?liste={name}", "current": name == key, "count": words[tab]}
            for name, tab in TABS.items()
        ],
        "current": key,
        "form": wanted.form,
        "is_long": counts[wanted.tab] > SHORT or bool(wanted.form.named) or wanted.after is not None,
        "sort": wanted.sort,
        "by_day": wanted.tab in {Tab.WAITING, Tab.UPDATING},
        "by_place": request.actor.capacity != Capacity.WORKPLACE,
        "narrowed": bool(wanted.form.named),
        "clear_url": f"{url}?liste={key}",
        "lead": "" if decidable else _lead(request),
        "rows": shown,
        "decidable": decidable,
        "several": sum(line["decidable"] for line in shown) > 1,
        "buttons": _buttons(shown, request),
        "ticked": {number_read(text) for text in request.GET.getlist("surec")},
        "kept": [*wanted.named.items(), *([("sonra", request.GET["sonra"])] if wanted.after else [])],
        "other_label": _("Hizmet veren") if request.chosen.workplace else _("İşyeri"),
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or wanted.after else "",
        "first_url": wanted.address(url) if wanted.after else "",
        "next_url": wanted.address(url, sonra=place_write(rows[-1], wanted.order)) if more else "",
        "list_url": url,
        "can_export": request.actor.capacity != Capacity.INDIVIDUAL,
        "export": _export(request, wanted) | {"most": MOST_ROWS if counts[wanted.tab] >= COUNTED else 0},
        "is_provider": request.actor.capacity == Capacity.PROVIDER,
        "renumbered": counted.is_renumbered,
        "months": counted.months and count_words(counted.months),
    }
    return render(request, "contracts.html", context)


def _buttons(shown: Sequence[Mapping[str, Any]], request: Any) -> list[dict[str, str]]:
    """What can be done to a row of the page, as the buttons above it."""
    open_to = {key for line in shown for key in line["acts"]}
    go = [("surec", _("Sürece Git"))] if any(line["waits"] for line in shown) else []
    return [{"key": key, "label": label} for key, label in [*go, *act_words(request, open_to)]]


def page_read(request: Any, wanted: Wanted) -> list[Contract]:
    """The page that is asked for, and one contract more where there is a next one."""
    return contracts_page(
        request.actor,
        request.at,
        wanted.tab,
        asked=wanted.asked,
        order=wanted.order,
        after=wanted.after,
        limit=PAGE,
    )


def count_words(count: int) -> str:
    """A count for a tab: beyond what is counted it only says so."""
    words = fmt.number_text(count, current_language())
    return f"{words}+" if count >= COUNTED else words


def _export(request: Any, wanted: Wanted) -> dict[str, Any]:
    """What the download's form carries along: this list and this page of it."""
    after = request.GET.get("sonra", "") if wanted.after else ""
    return {
        "hidden": [*wanted.named.items(), *([("sonra", after)] if after else [])],
        "forms": [
            (ExportForm.EXACT.value, _("XLSX, 46 sütun, metin")),
            (ExportForm.TYPED.value, _("XLSX, gerçek tarih ve sayı")),
            (ExportForm.CSV.value, _("CSV")),
        ],
    }


def _lead(request: Any) -> str:
    """What the page is for, where nothing in it waits for this person."""
    if request.chosen.workplace and waiting_total(request):
        return _("Bu işyerinin sözleşme süreçleri.")
    if request.chosen.workplace:
        return _("Bu işyerinin sözleşme süreçleri. Şu an sizden bir karar beklenmiyor.")
    if request.actor.capacity == Capacity.INDIVIDUAL:
        return _("Görevlendirildiğiniz bütün sözleşmeler.")
    return _("Kurumunuzun sözleşme süreçleri: hangisi kimi bekliyor, ne zamandan beri.")


def after_write(contract: Contract) -> str:
    """The place after this row of a professional's page, for an address."""
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
