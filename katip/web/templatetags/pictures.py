"""Pictures of figures, drawn by `katip.web.drawing`, each with its words and, where it needs one, a table twin."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from katip.web import drawing
from katip.web import format as fmt
from katip.web.templatetags.words import current_language

register = template.Library()


@register.simple_tag
def meter(
    title: str,
    *,
    active: int = 0,
    blocked: int = 0,
    pending: int = 0,
    free: int = 0,
    scale: int = 0,
    limit: int = 0,
    required: int = 0,
) -> SafeString:
    """Draw minutes a month as one bar; see `katip.web.drawing.meter_svg`. The title gets the figures added in words.

    ``required`` is a short way to draw a duty: what is missing is shown hollow, an excess passes the limit tick.
    """
    if required:
        served = active + blocked + pending
        free, limit = max(0, required - served), required if served > required else 0
    language = current_language()
    parts = [
        (gettext("etkin"), active),
        (gettext("bloke"), blocked),
        (gettext("onay bekleyen"), pending),
        (gettext("boş"), free),
    ]
    told = ", ".join(f"{word} {fmt.minutes_text(value, language)}" for word, value in parts if value)
    return SafeString(
        drawing.meter_svg(
            active=active,
            blocked=blocked,
            pending=pending,
            free=free,
            scale=scale,
            limit=limit,
            title=f"{title}: {told}" if told else title,
        )
    )


@register.simple_tag
def meter_legend(*names: str) -> SafeString:
    """Explain the patterns of the bars: any of ``active``, ``blocked``, ``pending``, ``free``, ``limit``."""
    words = {
        "active": gettext("Etkin"),
        "blocked": gettext("Bloke"),
        "pending": gettext("Onay bekleyen"),
        "free": gettext("Boş"),
        "limit": gettext("Sınır"),
    }
    items = format_html_join(
        "", "<li>{}{}</li>", ((SafeString(drawing.swatch_svg(name)), words[name]) for name in names or tuple(words))
    )
    return format_html('<ul class="legend">{}</ul>', items)


@register.inclusion_tag("components/column_plot.html")
def column_plot(
    points: Sequence[tuple[date, int]],
    marks: Sequence[Mapping[str, Any]] = (),
    *,
    title: str,
    column_title: str,
) -> dict[str, object]:
    """Draw a figure over months as columns, with a table of the same figures folded beneath.

    Arguments: (month, figure) from oldest to newest; changes of ``at`` (the first month of the new figure), ``title``
    and ``text``; the picture's name; the heading of the table's figures.
    """
    language = current_language()
    months = [(month.year, month.month) for month, _ in points]
    columns = [
        drawing.Column(
            label=fmt.short_month_text(month, language),
            year=str(month.year),
            value=value,
            value_text=fmt.number_text(value, language),
        )
        for month, value in points
    ]
    drawn_marks = [
        drawing.Mark(months.index((mark["at"].year, mark["at"].month)), str(mark["title"]), str(mark.get("text", "")))
        for mark in marks
        if (mark["at"].year, mark["at"].month) in months
    ]
    svg = ""
    if columns:
        ticks = drawing.axis_ticks(max(value for _, value in points))
        svg = drawing.column_plot_svg(
            columns,
            drawn_marks,
            title=title,
            tick_texts={tick: fmt.number_text(tick, language) for tick in ticks},
        )
    rows = [{"month": fmt.month_text(month, language), "value": value} for month, value in reversed(points)]
    return {"svg": SafeString(svg), "rows": rows, "title": title, "column_title": column_title, "marks": drawn_marks}
