"""What officials take of a month as a file: tables at once, lists in pieces, so that no list is too long for memory.

A list that names workplaces is taken by POST: that it was taken is written down first.
"""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from katip.contracts.models import MonthChange
from katip.contracts.overview import Where
from katip.core.actor import Actor
from katip.core.usecase import acting_as
from katip.documents.services.month_taken import month_taken
from katip.documents.tables import Cell, table_lines, table_workbook
from katip.registry.models import Province
from katip.rules import HazardClass, MonthOutcome, Profession
from katip.updates import official as reads
from katip.updates.models import Missing, MonthRun
from katip.updates.official import READING, Key, Page, Sums
from katip.web.months.sentence import OUTCOMES, REASONS, change_sentence
from katip.web.officials.guard import for_offices
from katip.web.officials.months import show
from katip.web.officials.months.lists import (
    ChangesForm,
    MissingForm,
    profession_read,
    provider_read,
    sought_read,
)
from katip.web.officials.months.pages import run_get
from katip.web.words import HAZARDS, PROFESSIONS

PIECE = 2_000
"""rows read at a time"""
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@for_offices(*READING)
@require_GET
def figures(request: Any, no: int) -> HttpResponse:
    """The table by province and hazard class."""
    run = run_get(request, no).run
    provinces = Province.objects.in_bulk()
    rows: list[list[Cell]] = [
        [place, provinces[place].name, str(HAZARDS[hazard]), sums.workplaces, *_measures(sums), *_minutes(sums)]
        for (place, hazard), sums in reads.figures_of(request.actor, no).items()
    ]
    head = [_("Plaka"), _("İl"), _("Tehlike sınıfı"), _("İşyeri"), *_measure_words(), *_minute_words()]
    return _table(request, run, "iller", head, rows)


@for_offices(*READING)
@require_GET
def providers(request: Any, no: int) -> HttpResponse:
    """Every provider whose contracts the month touched."""
    run = run_get(request, no).run
    rows: list[list[Cell]] = [
        [
            row.provider.authorisation_no,
            row.provider.title,
            row.provider.province.name,
            *_measures(row.sums)[:-1],
            *_minutes(row.sums),
        ]
        for row in reads.providers_of(request.actor, no, reads.COUNTRY)
    ]
    head = [_("Yetki belgesi no"), _("Hizmet veren"), _("İl"), *_measure_words()[:-1], *_minute_words()]
    return _table(request, run, "hizmet-verenler", head, rows)


@for_offices(*READING)
@require_POST
def changes(request: Any, no: int) -> HttpResponse:
    """Every contract that the month changed, asked about or ended, as narrowed."""
    with acting_as(request.actor):
        run = run_get(request, no).run
        form = ChangesForm(request.chosen.office, request.POST)
        sought = sought_read(form, provider_read(request.POST.get("kurum", "")))
    month_taken(actor=request.actor, at=request.at, run_id=no, part="changes", asked=_asked(form, request))

    def read(after: Key | None) -> Page[MonthChange]:
        return reads.changes_find(request.actor, no, sought, after=after, limit=PIECE)

    head = [
        _("SGK numarası"), _("İşyeri"), _("İl"), _("Görev"), _("Hizmet veren"),
        _("Sözleşme ID"), _("Sonuç"), _("Neden"), _("Önceki çalışan"), _("Yeni çalışan"),
        _("Önceki sınıf"), _("Yeni sınıf"),
        _("Önceki gereken dakika"), _("Yeni gereken dakika"), *_minute_words(), _("Açıklama"),
    ]  # fmt: skip
    return _list(run, "degisenler", head, _rows(request.actor, read, _change_cells))


@for_offices(*READING)
@require_POST
def missing(request: Any, no: int) -> HttpResponse:
    """Every workplace that lacks a profession since this month."""
    with acting_as(request.actor):
        run = run_get(request, no).run
        form = MissingForm(request.chosen.office, request.POST)
        where, profession = Where(form.province()), profession_read(form)
    month_taken(actor=request.actor, at=request.at, run_id=no, part="missing", asked=_asked(form, request))

    def read(after: Key | None) -> Page[Missing]:
        return reads.missing_find(request.actor, no, where, profession, after=after, limit=PIECE)

    head = [_("SGK numarası"), _("İşyeri"), _("İl"), _("İlçe"), _("Olmayan görev")]
    return _list(run, "eksikler", head, _rows(request.actor, read, _missing_cells))


def _change_cells(change: MonthChange) -> list[Cell]:
    place = change.workplace
    return [
        place.sgk_number,
        place.title,
        place.province.name,
        str(PROFESSIONS[Profession(change.profession)]),
        change.provider.title if change.provider else "",
        change.contract_id,
        str(OUTCOMES[MonthOutcome(change.outcome)]),
        str(REASONS[change.reason]) if change.reason else "",  # type: ignore[index] # a reason's value is the reason
        change.employees_before,
        change.employees_after,
        str(HAZARDS[HazardClass(change.hazard_before)]),
        str(HAZARDS[HazardClass(change.hazard_after)]),
        change.required_before,
        change.required_after,
        change.minutes_before,
        change.minutes_after,
        change_sentence(change),
    ]


def _missing_cells(one: Missing) -> list[Cell]:
    place = one.workplace
    words = str(PROFESSIONS[Profession(one.profession)])
    return [place.sgk_number, place.title, place.province.name, place.district.name, words]


def _rows(actor: Actor, read: Callable[[Key | None], Page[Any]], cells: Callable[[Any], list[Cell]]) -> Iterator[Any]:
    """All rows, a piece at a time, each in a transaction of its own: nobody waits for who reads slowly.

    The language is that of the request, which is over when the first line is written.
    """
    language = get_language() or "tr"

    def every() -> Iterator[list[Cell]]:
        after: Key | None = None
        while True:
            with acting_as(actor), override(language):
                page = read(after)
                piece = [cells(row) for row in page.rows]
            yield from piece
            after = page.after
            if after is None:
                return

    return every()


def _measures(sums: Sums) -> list[Cell]:
    return [one["value"] for one in show.measured(sums)]


def _measure_words() -> list[str]:
    return [str(word) for _field, word in show.MEASURES.values()]


def _minutes(sums: Sums) -> list[Cell]:
    return [sums.minutes_before, sums.minutes_after]


def _minute_words() -> list[str]:
    return [_("Önceki dakika"), _("Yeni dakika")]


def _asked(form: Any, request: Any) -> dict[str, object]:
    asked = {name: value for name, value in form.asked().items() if value}
    return asked | ({"kurum": provider} if (provider := request.POST.get("kurum", "")).isdecimal() else {})


def _name(run: MonthRun, part: str, suffix: str) -> str:
    return f"katip-{run.period:%Y-%m}-{part}.{suffix}"


def _table(request: Any, run: MonthRun, part: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> HttpResponse:
    if request.GET.get("bicim") == "csv":
        return _attached(HttpResponse(b"".join(table_lines(head, rows)), content_type=CSV), _name(run, part, "csv"))
    file = BytesIO()
    table_workbook(file, head, rows, name=f"{run.period:%Y-%m}", at=request.at)
    return _attached(HttpResponse(file.getvalue(), content_type=XLSX), _name(run, part, "xlsx"))


def _list(run: MonthRun, part: str, head: Sequence[str], rows: Iterator[Sequence[Cell]]) -> HttpResponse:
    response: Any = StreamingHttpResponse(table_lines(head, rows), content_type=CSV)
    return _attached(response, _name(run, part, "csv"))


def _attached(response: HttpResponse, name: str) -> HttpResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
