"""*Bu ay ne değişti*: what a month did to a provider's contracts, what asks for action first; and it as a file."""

from collections.abc import Mapping, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from katip.core.usecase import acting_as
from katip.documents.services.month_export import month_export
from katip.updates.models import RunState
from katip.updates.provider_month import (
    ACTIONS,
    KEYS,
    Fit,
    MonthTold,
    Standing,
    Tally,
    Wanted,
    changes_page,
    fits_of,
    fitting,
    months_of,
    tallies,
)
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.months import provider_show as show
from katip.web.templatetags.words import current_language

PAGE = 50
_IN_MEMORY = 2_000_000
"""bytes; a larger file waits on the disk, without a name"""
LISTS: Mapping[str, Standing] = {
    "sigan": Standing.FITS,
    "sigmayan": Standing.SHORT,
    "kisi": Standing.PERSON,
    "isveren": Standing.EMPLOYER,
    "karar": Standing.DECIDED,
    "kendiliginden": Standing.AMENDED,
    "sona-eren": Standing.ENDED,
    "degismeyen": Standing.KEPT,
}
"""the lists of a month, by what the address calls them"""
_PLACES = {"workplace__title_sort": str, "professional__person__name_sort": str, "province_sort": str}


class MonthForm(forms.Form):
    """What narrows a month; open unless asked for."""

    ara = forms.CharField(label=gettext_lazy("İşyeri ya da profesyonel"), required=False, max_length=100)


@access(Access.PROVIDER)
@require_GET
def provider_month(request: Any) -> HttpResponse:
    """The newest month that touched the provider's contracts, or the one asked for (`ay`)."""
    months = months_of(request.actor)
    month = month_asked(months, request.GET.get("ay", ""))
    if month is None:
        return render(request, "provider_month.html", {"month": None})
    weighed = fitting(request.actor, request.at, month.run) if month.open else {}
    fits = fits_of(weighed)
    counted = tallies(request.actor, month.run, fits)
    form = MonthForm(request.GET)
    search = form.cleaned_data.get("ara", "") if form.is_valid() else ""
    key = request.GET.get("durum", "")
    wanted = Wanted(search, LISTS.get(key))
    sort = request.GET.get("sirala", "")
    sort = sort if sort in KEYS else ""
    after = place_read(request.GET.get("sonra", ""), sort)
    found = changes_page(request.actor, month.run, fits, wanted=wanted, sort=sort, after=after, limit=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    lines = [show.line(change, weighed, request) for change in rows]
    named = {"ay": str(month.run)} | {
        name: value for name, value in (("durum", key), ("ara", search), ("sirala", sort)) if value
    }
    url = reverse("provider_month")
    context = {
        "month": month,
        "months": [_month_line(one, months) for one in months if one.run != month.run],
        "earlier": [_month_line(one, months) for one in months if one.open and one.run != month.run],
        "running": month.state != RunState.DONE,
        "lead": _lead(counted),
        "fits": _fits(weighed),
        "tabs": _tabs(counted, month, key),
        "form": form,
        "narrowed": bool(search),
        "clear_url": f"{url}?{urlencode({'ay': month.run})}",
        "sort": sort,
        "rows": lines,
        "tickable": sum(line["tickable"] for line in lines),
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": f"{url}?{urlencode(named)}" if after else "",
        "next_url": f"{url}?{urlencode(named | {'sonra': place_write(rows[-1], sort)})}" if more else "",
    }
    return render(request, "provider_month.html", context)


@access(Access.PROVIDER)
@require_POST
def provider_month_export(request: Any) -> HttpResponse:
    """The month as a file; that it was taken is written down."""
    with acting_as(request.actor):
        month = month_asked(months_of(request.actor), request.POST.get("ay", ""))
    if month is None:
        return redirect("provider_month")
    file = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 -- the response closes it
    month_export(
        actor=request.actor,
        at=request.at,
        run=month.run,
        file=file,
        header=show.file_header(),
        line=show.file_line,
    )
    file.seek(0)
    name = f"aylik-degisiklikler-{month.period:%Y-%m}.csv"
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
    return cast("HttpResponse", answer)


def month_asked(months: Sequence[MonthTold], text: str) -> MonthTold | None:
    """The month of the run that an address names, the newest where it names none; None where there is no month.

    Raises `Http404` for a month that is not the provider's.
    """
    if not text:
        return months[0] if months else None
    run = number_read(text)
    month = next((one for one in months if one.run == run), None)
    if month is None:
        raise Http404
    return month


def _month_line(month: MonthTold, months: Sequence[MonthTold]) -> dict[str, Any]:
    """A month to choose; one that came twice is told apart by its day."""
    language = current_language()
    label = fmt.month_text(month.period, language)
    if sum(one.period == month.period for one in months) > 1:
        label = f"{label} ({fmt.date_text(month.at, language)})"
    url = f"{reverse('provider_month')}?{urlencode({'ay': month.run})}"
    return {"label": label, "url": url, "open": month.open}


def _lead(counted: Mapping[Standing, Tally]) -> str:
    """How many contracts the month touched, and how many of them ask for something."""
    language = current_language()
    waiting = sum(counted[standing].changes for standing in ACTIONS if standing in counted)
    figures = {
        "n": fmt.number_text(sum(tally.changes for tally in counted.values()), language),
        "waiting": fmt.number_text(waiting, language),
    }
    if waiting:
        return _("Bu ay %(n)s sözleşmenizi ilgilendiriyor; %(waiting)s tanesi sizden bir iş istiyor.") % figures
    return _("Bu ay %(n)s sözleşmenizi ilgilendiriyor; sizden beklenen bir iş yok.") % figures


def _fits(weighed: Mapping[int, Fit]) -> dict[str, Any] | None:
    """What can be accepted at once: how many, of how many persons, the minutes that are added and given back."""
    fits = [fit for fit in weighed.values() if fit.fits]
    if not fits:
        return None
    return {
        "number": len(fits),
        "persons": len({fit.professional_id for fit in fits}),
        "more": show.signed(sum(max(0, fit.more) for fit in fits)),
        "less": show.signed(sum(min(0, fit.more) for fit in fits)),
    }


def _tabs(counted: Mapping[Standing, Tally], month: MonthTold, key: str) -> list[dict[str, Any]]:
    """The lists that have something in them, and the one that is open."""
    language = current_language()

    def tab(name: str, label: Any, count: int) -> dict[str, Any]:
        query = {"ay": month.run} | ({"durum": name} if name else {})
        url = f"{reverse('provider_month')}?{urlencode(query)}"
        return {"label": label, "url": url, "current": name == key, "count": fmt.number_text(count, language)}

    every = tab("", _("Hepsi"), sum(tally.changes for tally in counted.values()))
    every["current"] = key not in LISTS
    told = [
        tab(name, show.STANDINGS[standing], counted[standing].changes if standing in counted else 0)
        for name, standing in LISTS.items()
        if standing in counted or name == key
    ]
    return [every, *told]


def place_write(change: Any, sort: str) -> str:
    """The place after this row, for an address: the values of `KEYS`."""
    return "|".join(str(_value(change, key)) for key in KEYS[sort])


def place_read(text: str, sort: str) -> tuple[Any, ...] | None:
    """The place to read on from; anything odd begins anew."""
    keys = KEYS[sort]
    parts = text.split("|", len(keys) - 1)
    if not text or len(parts) != len(keys) or "\x00" in text:
        return None
    values = [_PLACES.get(key.removeprefix("-"), _whole)(part) for key, part in zip(keys, parts, strict=True)]
    return None if None in values else tuple(values)


def _whole(text: str) -> int | None:
    size = number_read(text.removeprefix("-"))
    return -size if size is not None and text.startswith("-") else size


def _value(change: Any, key: str) -> Any:
    name = key.removeprefix("-")
    if name == "workplace__title_sort":
        return change.workplace.title_sort
    return change.professional.person.name_sort if name == "professional__person__name_sort" else getattr(change, name)
