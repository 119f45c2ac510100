"""The provider's offers in figures: how far they came, and each week's offers, approvals and days to the approval."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from katip.core.clock import ISTANBUL, day_of
from katip.notices.follow import Cohort, Week, cohort_of, weeks_of
from katip.web import drawing
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.templatetags.words import current_language

WEEKS = 12

Row = dict[str, Any]


@access(Access.PROVIDER)
@require_safe
def follow_figures(request: Any) -> HttpResponse:
    """*Haftalara göre*: twelve weeks as plots, each with its table, and the way of the offers made in them."""
    today = day_of(request.at)
    mondays = [today - timedelta(days=today.weekday()) - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    since = datetime.combine(mondays[0], time.min, ISTANBUL)
    provider = request.actor.organisation
    weeks = {week.monday: week for week in weeks_of(provider, since)}
    cohort = cohort_of(provider, since, request.at)
    shown = [weeks.get(monday, Week(monday, 0, 0, None)) for monday in mondays]
    context = {
        "since": mondays[0],
        "weeks": WEEKS,
        "nothing": not weeks,
        "steps": _steps(cohort),
        "figures": _figures(cohort),
        "plots": [
            _plot(_("Haftalara göre teklifler"), _("Teklif"), shown, [week.offered for week in shown]),
            _plot(_("Haftalara göre onaylar"), _("Onay"), shown, [week.approved for week in shown]),
            _plot(
                _("Tekliften onaya kaç gün geçti (ortanca)"),
                _("Gün"),
                shown,
                [week.median_days for week in shown],
            ),
        ],
    }
    return render(request, "follow_figures.html", context)


def _steps(cohort: Cohort) -> list[Row]:
    return [
        {"label": _("Teklif edildi"), "passed": cohort.offered, "waiting": 0, "lost": ""},
        {
            "label": _("Profesyonel kabul etti"),
            "passed": cohort.accepted,
            "waiting": cohort.at_professional,
            "lost": _lost(cohort.lost_at_professional),
        },
        {
            "label": _("İşveren onayladı"),
            "passed": cohort.approved,
            "waiting": cohort.at_employer,
            "lost": _lost(cohort.lost_at_employer),
        },
    ]


def _lost(count: int) -> str:
    return fmt.number_text(count, current_language()) if count else ""


def _figures(cohort: Cohort) -> list[Row]:
    share = fmt.percent_text(round(100 * cohort.approved / max(cohort.offered, 1)), current_language())
    days = "–" if cohort.median_days is None else _("%(days)s gün") % {"days": _one_decimal(cohort.median_days)}
    return [
        {"label": _("Teklif"), "value": cohort.offered, "note": ""},
        {"label": _("Onaylanan"), "value": cohort.approved, "note": share},
        {"label": _("Bekleyen"), "value": cohort.at_professional + cohort.at_employer, "note": ""},
        {"label": _("Onaya kadar"), "value": days, "note": _("son dört haftanın ortancası")},
    ]


def _value(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else _one_decimal(value)


def _one_decimal(value: float) -> str:
    return fmt.number_text(value, current_language(), decimals=1)


def _plot(title: str, column_title: str, weeks: Sequence[Week], given: Sequence[float | None]) -> Row:
    """Columns by week; a week of which nothing is known has none, which is not a nought."""
    language = current_language()
    texts = [_value(one) for one in given]
    values = [one or 0 for one in given]
    columns = [
        drawing.Column(label=_label(week.monday), year=str(week.monday.year), value=value, value_text=text)
        for week, value, text in zip(weeks, values, texts, strict=True)
    ]
    ticks = drawing.axis_ticks(max(values))
    svg = drawing.column_plot_svg(
        columns, [], title=title, tick_texts={tick: fmt.number_text(tick, language) for tick in ticks}
    )
    return {
        "title": title,
        "column_title": column_title,
        "svg": SafeString(svg),
        "rows": [{"week": week.monday, "value": text} for week, text in zip(weeks, texts, strict=True)][::-1],
    }


def _label(monday: date) -> str:
    return f"{monday.day}.{monday.month}."
