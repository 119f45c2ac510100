"""*Bekleyen işler*: all that waits for the person, for whomever they may act, the most urgent first."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from katip.core.actor import Capacity
from katip.processes.inbox import (
    COUNTED,
    FACETS,
    MOST,
    Counts,
    Summary,
    Waiting,
    inbox_find,
    inbox_summary,
    processes_of,
)
from katip.processes.kinds import kind_get
from katip.processes.models import Process
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.inbox.asking import (
    CAPACITIES,
    CAPACITY_WORDS,
    InboxForm,
    Wanted,
    near_day,
    place_read,
    place_write,
    wanted_read,
)
from katip.web.processes.present import waiting_row
from katip.web.templatetags.words import current_language
from katip.web.words import kind_words

PAGE, SHORT = 50, 8
"""rows of a page; so many are seen at a glance and need no narrowing"""
_RELATED = ("contract__professional", "duration_update__contract__professional")


@access(Access.TWO_STEP)
@require_GET
def inbox(request: Any) -> HttpResponse:
    """One page for everything that waits; no capacity need be chosen, every row opens in the one that decides it."""
    wanted = wanted_read(request.GET, request.at)
    summary = inbox_summary(request.actor, request.at, wanted.filters, soon=near_day(request.at))
    request.waiting = Counts(min(summary.everything, COUNTED), min(summary.here, COUNTED))
    after = place_read(request.GET.get("sonra", ""))
    found = inbox_find(request.user.pk, request.at, wanted.filters, after=after, limit=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    url = reverse("inbox")
    bulk = settings.KATIP.bulk_approval
    context = {
        "lead": _lead(summary) if summary.everything else "",
        "everything": summary.everything,
        "tabs": [] if summary.undated or summary.everything <= SHORT else _tabs(summary, wanted, url),
        "form": _form(summary, wanted),
        "is_long": summary.everything > SHORT,
        "narrowed": bool(wanted.named),
        "inbox_url": url,
        "rows": _rows(rows, request, several=len(summary.capacities) > 1),
        "bulk": bulk,
        "kept": list(wanted.named.items()),
        "digest": summary.digest,
        "number": summary.rows,
        "all_number": summary.rows if bulk and 1 < summary.rows <= MOST else 0,
        "too_many": bulk and summary.rows > MOST,
        "most": MOST,
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": _address(url, wanted.named) if after else "",
        "next_url": _address(url, wanted.named | {"sonra": place_write(rows[-1])}) if more else "",
    }
    return render(request, "inbox.html", context)


def _address(url: str, named: dict[str, str]) -> str:
    return f"{url}?{urlencode(named)}" if named else url


def _lead(summary: Summary) -> str:
    """How much it is, and how pressing, in a sentence or two."""
    language = current_language()
    words = {"n": number_words(summary.rows), "places": fmt.number_text(summary.companies, language)}
    if summary.companies > 1 and set(summary.capacities) == {Capacity.WORKPLACE}:
        lead = ngettext(
            "%(places)s firmada %(n)s iş kararınızı bekliyor.",
            "%(places)s firmada %(n)s iş kararınızı bekliyor.",
            summary.rows,
        )
    elif summary.companies > 1:
        lead = ngettext(
            "%(places)s yerden %(n)s iş kararınızı bekliyor.",
            "%(places)s yerden %(n)s iş kararınızı bekliyor.",
            summary.rows,
        )
    else:
        lead = ngettext("%(n)s iş kararınızı bekliyor.", "%(n)s iş kararınızı bekliyor.", summary.rows)
    lead %= words
    if summary.today:
        today = ngettext("%(n)s tanesinin son günü bugün.", "%(n)s tanesinin son günü bugün.", summary.today)
        lead += " " + today % {"n": fmt.number_text(summary.today, language)}
    return lead


def number_words(number: int) -> str:
    """A number of rows: what lies beyond the most that are taken together is not counted."""
    words = fmt.number_text(min(number, MOST), current_language())
    return f"{words}+" if number > MOST else words


def _tabs(summary: Summary, wanted: Wanted, url: str) -> list[dict[str, Any]]:
    """By how near the last day is."""
    rest = {name: value for name, value in wanted.named.items() if name != "gun"}
    every = summary.today + summary.soon + summary.later
    tabs = [
        ("", _("Hepsi"), every),
        ("bugun", _("Bugün son gün"), summary.today),
        ("yakin", _("3 iş günü içinde"), summary.soon),
        ("sonra", _("Daha sonra"), summary.later),
    ]
    current = wanted.named.get("gun", "")
    return [
        {
            "label": label,
            "url": _address(url, rest | ({"gun": key} if key else {})),
            "current": key == current,
            "count": number_words(count),
        }
        for key, label, count in tabs
    ]


def _form(summary: Summary, wanted: Wanted) -> InboxForm:
    """What can be narrowed by; where there are too many companies to list, one is searched for."""
    places = [(str(number), title) for number, title, _count in summary.workplaces]
    if len(places) > FACETS:
        places = []
    words = {capacity: key for key, capacity in CAPACITIES.items()}
    asked = {wanted.filters.capacity} if wanted.filters.capacity else set()
    sides = [capacity for capacity in CAPACITY_WORDS if capacity in summary.capacities.keys() | asked]
    choices: dict[str, list[tuple[str, Any]]] = {
        "kod": [(str(code), f"{code} · {kind_words(kind_get(code).short_title)}") for code, _count in summary.codes],
        "firma": places,
        "veren": [(str(number), title) for number, title, _count in summary.providers],
        "taraf": [(words[capacity], CAPACITY_WORDS[capacity]) for capacity in sides],
    }
    return InboxForm(wanted.named, choices)


def _rows(found: Sequence[Waiting], request: Any, *, several: bool) -> list[dict[str, Any]]:
    """The lines of a page. A company's name stands out the first time only; `several` capacities are told apart."""
    lines, before = [], None
    for row, process in zip(found, processes_of(found, related=_RELATED), strict=True):
        line = _row(process, request)
        company = (row.workplace_id, line["company"])
        line |= {"again": company == before, "capacity": CAPACITY_WORDS[row.capacity] if several else ""}
        before = company
        lines.append(line)
    return lines


def _row(process: Process, request: Any) -> dict[str, Any]:
    workplace, provider = process.workplace, process.provider
    requirement = process.terms.get("requirement") or {}
    company = workplace.title if workplace else provider.title if provider else ""
    return {
        **waiting_row(process, request),
        "company": company,
        "sgk_number": workplace.sgk_number if workplace else "",
        "employees": requirement.get("employees"),
        "minutes_before": process.terms.get("minutes_before"),
        "since": process.waiting_since,
    }
