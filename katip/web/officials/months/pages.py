"""The list of months, one month, and how far it is carried out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts.overview import Where
from katip.core.clock import day_of
from katip.registry.models import OfficialRole, Province
from katip.rules import MonthReason
from katip.updates import official as reads
from katip.updates.models import RunState
from katip.updates.official import READING, RunRow, sums_of
from katip.updates.selectors import UNFINISHED, run_progress
from katip.web import format as fmt
from katip.web.addresses import number_read
from katip.web.officials.forms import NarrowForm
from katip.web.officials.guard import for_offices
from katip.web.officials.months import show
from katip.web.templatetags.words import current_language

PAGE = 24
FEEDS_LISTED = 6
_NUMBERS = 2**31
MOVING = (RunState.PLANNING, RunState.APPLYING, RunState.CLOSING)
"""states in which the page asks again by itself"""


@for_offices(*READING)
@require_GET
def months(request: Any) -> HttpResponse:
    """Every month that was planned or carried out, the newest first, and the feeds that came last."""
    office, after = request.chosen.office, month_after(request.GET.get("sonra", ""))
    found = reads.runs_find(request.actor, after=after, limit=PAGE)
    more, rows = len(found) > PAGE, found[:PAGE]
    last = rows[-1].run if more else None
    here = reverse("official_months")
    told = reads.month_told(request.actor)
    context = {
        "office": office,
        "measures": [word for _field, word in show.MEASURES.values()],
        "rows": [show.run_row(row) for row in rows],
        "told": told,
        "feeds": [show.feed_row(feed, office) for feed in reads.feeds_newest(request.actor, limit=FEEDS_LISTED)],
        "may_act": may_act(request),
        "unsettled": next(iter(reads.runs_unsettled(request.actor)), None) if may_act(request) else None,
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": here if after else "",
        "next_url": f"{here}?{urlencode({'sonra': f'{last.period:%Y-%m-%d}|{last.pk}'})}" if last else "",
    }
    return render(request, "official_months.html", context)


@for_offices(*READING)
@require_GET
def month(request: Any, no: int) -> HttpResponse:
    """What the plan says, or what was written, by place, class, reason and provider."""
    office, form = request.chosen.office, NarrowForm(request.chosen.office, request.GET)
    row = run_get(request, no)
    where = Where(form.province(), form.hazard()).within(office)
    done = row.run.state == RunState.DONE
    context: dict[str, Any] = {
        "office": office,
        "run": row.run,
        "no": no,
        "month_word": month_word(row),
        "by_whom": show.run_row(row)["who"],
        "state": show.state_of(row.run.state),
        "may_act": may_act(request),
        "feeds": [show.feed_row(feed, office) for feed in reads.feeds_behind(request.actor, row.run)],
        "done": done,
        "old": row.run.state == RunState.PLANNED and day_of(row.run.planned_at) != day_of(request.at),
        **moving_context(row),
    }
    if done:
        context |= _counted(request, row, form, where)
    elif row.sums is not None:
        whole = {"sums": row.sums, "figures": show.figures(row.sums)}
        context |= whole | {"changed": row.run.summary.get("workplaces_changed", 0)}
        if row.run.state not in UNFINISHED and row.sums.changes:
            context["planned"] = show.planned_rows(row.sums, row.run.summary.get("reasons") or {})
    return render(request, "official_month.html", context)


@for_offices(*READING)
@require_GET
def progress(request: Any, no: int) -> HttpResponse:
    """The part of the month's page that changes while it is carried out."""
    row = run_get(request, no)
    return render(request, "official_month_progress.html", {"no": no, **moving_context(row)})


def run_get(request: Any, no: int) -> RunRow:
    """The run, if the office may see it; else 404."""
    row = reads.run_find(request.actor, no) if no < _NUMBERS else None
    if row is None:
        raise Http404
    return row


def may_act(request: Any) -> bool:
    """Whether the office plans months and carries them out."""
    return bool(request.chosen.office.role == OfficialRole.OPERATOR)


def month_word(row: RunRow) -> str:
    """The month's name: *Kasım 2026*."""
    return fmt.month_text(row.run.period, current_language())


def moving_context(row: RunRow) -> dict[str, Any]:
    """How far the run has come: nothing for one that stands still."""
    state = row.run.state
    if state not in MOVING:
        return {"moving": False}
    said = {
        RunState.PLANNING: _("Plan hazırlanıyor; hiçbir sözleşme değişmiyor."),
        RunState.APPLYING: _("Değişiklikler yazılıyor."),
        RunState.CLOSING: _("Hepsi yazıldı; sayılar ve bildirimler hazırlanıyor."),
    }
    how = run_progress(row.run.pk) if state in UNFINISHED else None
    if how is not None and how.done == how.chunks:
        state = RunState.CLOSING
    return {
        "moving": True,
        "said": said[RunState(state)],
        "how": show.progress_row(how) if how is not None else None,
        "written": show.figures(row.sums) if row.sums is not None else None,
    }


def _counted(request: Any, row: RunRow, form: NarrowForm, where: Where) -> dict[str, Any]:
    """What a month came to."""
    office, no = request.chosen.office, row.run.pk
    every = reads.figures_of(request.actor, no)
    provinces = Province.objects.in_bulk()
    chosen = show.by_class(every, where.province)
    total = sums_of(one for hazard, one in chosen.items() if where.hazard in {None, hazard})
    places = show.by_province(every, where.hazard)
    measure = request.GET.get("olcu", "")
    measure = measure if measure in show.MEASURES else next(iter(show.MEASURES))
    sort = request.GET.get("sirala", "")
    sort = sort if sort.removeprefix("-") in {"il", *show.MEASURES} else f"-{measure}"
    rows = show.province_rows(provinces, places, sort, _here(request)) if where.province is None else []
    whole = "hepsi" in request.GET
    narrowed = bool(form.asked().get("il") or where.hazard)
    return {
        "form": form,
        "narrowed": narrowed,
        "place": next((one.name for plate, one in provinces.items() if plate == where.province), ""),
        "sums": total,
        "figures": show.figures(total),
        "measure": measure,
        "measure_word": show.MEASURES[measure][1],
        "measures": _measures(request, measure),
        "tiles": []
        if office.province_id is not None
        else show.tiles(provinces, places, measure, where.province, _here(request)),
        "sort": sort,
        "heads": [(key, word) for key, (_field, word) in show.MEASURES.items()],
        "provinces": rows if whole else rows[: show.FIRST],
        "whole_url": "" if whole or len(rows) <= show.FIRST else _here(request)(hepsi="1"),
        "classes": show.class_rows(chosen),
        "kinds": show.kind_rows(
            no, total, {} if narrowed or office.province_id else reasons(row), show.narrowed_query(where)
        ),
        "missing_url": f"{reverse('official_month_missing', args=[no])}?{show.narrowed_query(Where(where.province))}",
        "providers": show.provider_rows(reads.providers_of(request.actor, no, where, limit=show.FIRST), no, office),
    }


def reasons(row: RunRow) -> Mapping[str, int]:
    """How many contracts by reason, in the whole country: as written, or as planned where that is what was written."""
    written, planned = row.run.totals.get("reasons"), row.run.summary.get("reasons") or {}
    if written is not None:
        return dict(written)
    conflicts = sum(count for reason, count in planned.items() if reason != MonthReason.HEADCOUNT_ZERO)
    return planned if row.sums is not None and conflicts == row.sums.conflicts else {}


def _measures(request: Any, measure: str) -> list[dict[str, Any]]:
    here = _here(request)
    return [
        {"label": word, "url": here(olcu=key, sirala=""), "current": key == measure, "count": None}
        for key, (_field, word) in show.MEASURES.items()
    ]


def _here(request: Any) -> show.Address:
    """Addresses of this page with something changed; an empty value takes it off."""

    def address(**changed: str) -> str:
        query = request.GET.copy()
        for key, value in changed.items():
            query.pop(key, None)
            if value:
                query[key] = value
        return f"{request.path}?{query.urlencode()}" if query else str(request.path)

    return address


def month_after(text: str) -> tuple[date, int] | None:
    """The place to read on from; anything odd begins anew."""
    day, _separator, number = text.partition("|")
    found = number_read(number)
    try:
        return (date.fromisoformat(day), found) if found is not None else None
    except ValueError:
        return None
