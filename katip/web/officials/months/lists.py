"""Lists of one month: which contracts changed and why, who lacks a professional, which lines a feed had wrong."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from katip.contracts.overview import Where
from katip.registry.models import Provider
from katip.rules import Profession
from katip.updates import official as reads
from katip.updates.official import READING, Key, Sought
from katip.web.addresses import number_read
from katip.web.officials.forms import NarrowForm
from katip.web.officials.guard import WATCHING, for_offices
from katip.web.officials.months import show
from katip.web.officials.months.faults import column_words, fault_words
from katip.web.officials.months.pages import month_word, run_get
from katip.web.words import PROFESSIONS

PAGE = 50
_NUMBERS = 2**31
_KEYS = 3


class ChangesForm(NarrowForm):
    """What became of the contract; where; of which class."""

    sonuc = forms.ChoiceField(
        label=gettext_lazy("Sonuç"),
        required=False,
        choices=[("", gettext_lazy("Bütün sonuçlar")), *((key, word) for key, (_o, _r, word) in show.KINDS.items())],
    )
    field_order = ["sonuc", "il", "sinif"]


class MissingForm(NarrowForm):
    """Which profession is missing, where."""

    gorev = forms.ChoiceField(
        label=gettext_lazy("Olmayan görev"),
        required=False,
        choices=[("", gettext_lazy("Hepsi")), *((key.value, word) for key, word in PROFESSIONS.items())],
    )
    sinif = None  # type: ignore[assignment] # Django's way to drop an inherited field
    field_order = ["gorev", "il"]


@for_offices(*READING)
@require_GET
def changes(request: Any, no: int) -> HttpResponse:
    """Contracts that the month changed, asked about or ended, with the reason in one sentence each."""
    office, form = request.chosen.office, ChangesForm(request.chosen.office, request.GET)
    row = run_get(request, no)
    provider = _provider(request)
    after = key_read(request.GET.get("sonra", ""))
    found = reads.changes_find(request.actor, no, sought_read(form, provider), after=after, limit=PAGE)
    context = {
        "month_word": month_word(row),
        "no": no,
        "form": form,
        "provider": provider,
        "without_provider_url": _address(request, kurum="") if provider else "",
        "rows": [show.change_row(change, office) for change in found.rows],
        "file_url": reverse("official_month_changes_file", args=[no]),
        "file_fields": [
            (name, request.GET[name]) for name in ("sonuc", "il", "sinif", "kurum") if request.GET.get(name)
        ],
        **_pager(request, len(found.rows), after, found.after),
    }
    return render(request, "official_month_changes.html", context)


@for_offices(*READING)
@require_GET
def missing(request: Any, no: int) -> HttpResponse:
    """Workplaces that owe a profession since this month and have nobody for it."""
    office, form = request.chosen.office, MissingForm(request.chosen.office, request.GET)
    row = run_get(request, no)
    after = key_read(request.GET.get("sonra", ""), words=True)
    where, profession = Where(form.province()), profession_read(form)
    found = reads.missing_find(request.actor, no, where, profession, after=after, limit=PAGE)
    watching = office.role in WATCHING
    context = {
        "month_word": month_word(row),
        "no": no,
        "form": form,
        "rows": [
            {
                "url": reverse("official_workplace", args=[one.workplace_id]) if watching else "",
                "title": one.workplace.title,
                "sgk_number": one.workplace.sgk_number,
                "place": f"{one.workplace.province.name}, {one.workplace.district.name}",
                "profession": PROFESSIONS[Profession(one.profession)],
            }
            for one in found.rows
        ],
        "file_url": reverse("official_month_missing_file", args=[no]),
        "file_fields": [(name, request.GET[name]) for name in ("gorev", "il") if request.GET.get(name)],
        **_pager(request, len(found.rows), after, found.after),
    }
    return render(request, "official_month_missing.html", context)


@for_offices(*READING)
@require_GET
def faults(request: Any, no: int) -> HttpResponse:
    """The lines of a feed that were set aside, and why."""
    feed = reads.feed_find(request.actor, no) if no < _NUMBERS else None
    if feed is None:
        raise Http404
    after = fault_after(request.GET.get("sonra", ""))
    found = reads.faults_find(request.actor, no, after=after, limit=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    last = rows[-1] if more else None
    context = {
        "feed": show.feed_row(feed, request.chosen.office),
        "rows": [
            {
                "line": one.line,
                "part": one.part,
                "column": column_words(one.column),
                "value": one.value,
                "reason": fault_words(one.code),
            }
            for one in rows
        ],
        "parts": any(one.part for one in rows),
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": request.path if after else "",
        "next_url": _address(request, sonra=f"{last.part}|{last.line}|{last.pk}") if last else "",
    }
    return render(request, "official_month_faults.html", context)


def sought_read(form: ChangesForm, provider: Provider | None) -> Sought:
    """What the form asks for; what was not understood narrows nothing."""
    outcomes, reason, _word = show.KINDS.get(form.asked().get("sonuc", ""), ((), None, ""))
    return Sought(outcomes, reason, Where(form.province(), form.hazard()), provider.pk if provider else None)


def profession_read(form: MissingForm) -> Profession | None:
    """The profession chosen."""
    chosen = form.asked().get("gorev")
    return Profession(chosen) if chosen else None


def provider_read(text: str) -> Provider | None:
    """The provider whose changes are asked for; anything odd is nobody."""
    number = number_read(text)
    return Provider.objects.filter(pk=number).first() if number is not None and number < _NUMBERS else None


def _provider(request: Any) -> Provider | None:
    return provider_read(request.GET.get("kurum", ""))


def key_read(text: str, *, words: bool = False) -> Key | None:
    """The place to read on from: two numbers, or a number and a profession; anything odd begins anew."""
    first, _separator, second = text.replace("\0", "").partition("|")
    number, other = number_read(first), second if words else number_read(second)
    if number is None or other is None or (words and other not in set(Profession)):
        return None
    return number, other


def fault_after(text: str) -> tuple[int, int, int] | None:
    """The place to read on from in a list of faults; anything odd begins anew."""
    numbers = [number_read(part) for part in text.split("|")]
    if len(numbers) != _KEYS or None in numbers:
        return None
    part, line, pk = (number for number in numbers if number is not None)
    return part, line, pk


def _pager(request: Any, shown: int, after: Key | None, following: Key | None) -> dict[str, Any]:
    return {
        "more": following is not None,
        "shown": _("%(n)s satır gösteriliyor") % {"n": shown} if following or after else "",
        "first_url": _address(request) if after else "",
        "next_url": _address(request, sonra=f"{following[0]}|{following[1]}") if following else "",
    }


def _address(request: Any, **changed: str) -> str:
    query = request.GET.copy()
    query.pop("sonra", None)
    for key, value in changed.items():
        query.pop(key, None)
        if value:
            query[key] = value
    return f"{request.path}?{query.urlencode()}" if query else str(request.path)
