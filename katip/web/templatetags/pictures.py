"""Pictures of figures, drawn by `katip.web.drawing`, each with its words and, where it needs one, a table twin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from katip.web import drawing, tiles
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


@register.inclusion_tag("components/minutes_bar.html")
def minutes_bar(
    title: str,
    *,
    active: int = 0,
    blocked: int = 0,
    pending: int = 0,
    total: int = 0,
    scale: int = 0,
    twin: bool = False,
) -> dict[str, object]:
    """Draw a professional's month as one bar: what is served, blocked, offered and still free of the staff minutes.

    Arguments, minutes a month: the three parts; the staff contracts' minutes together; what the full width stands for,
    the same for all bars that are compared. An offer beyond the staff minutes passes the limit tick. ``twin`` adds the
    same figures as a folded table, where they do not stand beside the bar anyway.
    """
    served = active + blocked + pending
    drawn = meter(
        title,
        active=active,
        blocked=blocked,
        pending=pending,
        free=max(0, total - served),
        scale=max(scale, total, served),
        limit=total if served > total else 0,
    )
    rows = [
        (gettext("Etkin sözleşmeler"), active),
        (gettext("Bloke, ay sonuna dek"), blocked),
        (gettext("Onay bekleyen"), pending),
        (gettext("Boş, atanabilir"), total - served),
        (gettext("Personel süresi"), total),
    ]
    return {"title": title, "bar": drawn, "rows": rows if twin else []}


@register.inclusion_tag("components/funnel.html")
def funnel(steps: Sequence[Mapping[str, Any]], *, title: str = "") -> dict[str, object]:
    """Show how far offers came, step by step: how many passed, how many wait there, how many went no further.

    Arguments: steps of ``label``, ``passed``, ``waiting`` (counts) and ``lost`` (words, or nothing), first step first;
    the table's name.
    """
    language = current_language()
    scale = max((step["passed"] + step.get("waiting", 0) for step in steps), default=0)
    rows = []
    for step in steps:
        passed, waiting = step["passed"], step.get("waiting", 0)
        told = gettext("%(label)s: geçen %(passed)s, bekleyen %(waiting)s") % {
            "label": step["label"],
            "passed": fmt.number_text(passed, language),
            "waiting": fmt.number_text(waiting, language),
        }
        bar = SafeString(drawing.meter_svg(active=passed, pending=waiting, scale=scale, title=told))
        rows.append({**step, "waiting": waiting, "bar": bar})
    swatches = [SafeString(drawing.swatch_svg(name)) for name in ("active", "pending")]
    return {"rows": rows, "title": title or gettext("Teklifler nerede duruyor"), "swatches": swatches}


@register.inclusion_tag("components/province_tiles.html")
def province_tiles(
    rows: Iterable[Mapping[str, Any]], *, title: str, column_title: str = "", mark_label: str = ""
) -> dict[str, object]:
    """Draw the 81 provinces as equal tiles in five steps of one hue, with a table of the same figures folded beneath.

    Arguments: rows of ``plate``, ``name``, ``value`` (None: not known), ``text`` (the value as written) and, which may
    lack, ``url`` and ``mark``; the picture's name; the head of the table's figures; what the mark says.
    """
    drawn = [
        tiles.Tile(
            int(row["plate"]),
            str(row["name"]),
            row["value"],
            str(row["text"]) if row["value"] is not None else "–",
            str(row.get("url", "")),
            bool(row.get("mark")),
        )
        for row in rows
    ]
    known = sorted((tile for tile in drawn if tile.value is not None), key=lambda tile: cast("float", tile.value))
    lower = tiles.steps_of([cast("float", tile.value) for tile in known])
    legend = []
    for step in range(1, tiles.STEPS + 1):
        inside = [tile.text for tile in known if tiles.step_of(tile.value, lower) == step]
        if inside:
            words = inside[0] if inside[0] == inside[-1] else f"{inside[0]} – {inside[-1]}"
            legend.append((SafeString(tiles.step_svg(step)), words))
    if any(tile.value is None for tile in drawn):
        legend.append((SafeString(tiles.step_svg(0)), gettext("bilinmiyor")))
    if mark_label and any(tile.mark for tile in drawn):
        legend.append((SafeString(tiles.mark_svg()), mark_label))
    return {
        "title": title,
        "column_title": column_title or gettext("Değer"),
        "svg": SafeString(tiles.tiles_svg(drawn, title=title)),
        "legend": legend,
        "tiles": sorted(drawn, key=lambda tile: tile.plate),
        "mark_label": mark_label,
    }


@register.inclusion_tag("components/minutes_history.html")
def minutes_history(
    versions: Sequence[Mapping[str, Any]], *, today: date, title: str = "", note_title: str = ""
) -> dict[str, object]:
    """Draw how a contract's monthly minutes changed, each version as long as it held, with a folded table.

    Arguments: versions from oldest to newest of ``since`` (a day), ``minutes`` (a month) and, which may lack, ``until``
    (the last day), ``note`` (such as the headcount, in words) and ``waits`` (offered, not in force); the day up to
    which the running one is drawn; the picture's name; the head of the notes' column.
    """
    language = current_language()
    steps, rows = [], []
    for index, version in enumerate(versions):
        following = versions[index + 1]["since"] if index + 1 < len(versions) else today
        until = version.get("until") or following
        waits = bool(version.get("waits"))
        note = str(version.get("note", ""))
        told = gettext("%(note)s, bekliyor") % {"note": note} if waits and note else note
        minutes_written = fmt.minutes_text(version["minutes"], language)
        steps.append(
            drawing.Step(
                days=max((until - version["since"]).days, WAITS_AS_LONG if waits else 1),
                value=version["minutes"],
                title=minutes_written.split(" (")[0],
                text=told,
                since=f"{fmt.short_month_text(version['since'], language)} {version['since'].year}",
                waits=waits,
            )
        )
        rows.append({**version, "note": note, "waits": waits})
    title = title or gettext("Aylık sürenin geçmişi")
    svg = SafeString(drawing.history_svg(_waiting_widened(steps), title=title)) if steps else ""
    return {
        "svg": svg,
        "rows": list(reversed(rows)),
        "title": title,
        "note_title": note_title or gettext("Not"),
        "notes": any(row["note"] for row in rows),
    }


WAITS_AS_LONG: Final = 30
WAITING_SHARE: Final = 0.1


def _waiting_widened(steps: Sequence[drawing.Step]) -> list[drawing.Step]:
    """Give a version that only waits a tenth of the picture, so that it can be seen beside years."""
    held = sum(step.days for step in steps if not step.waits)
    return [replace(step, days=max(step.days, round(held * WAITING_SHARE))) if step.waits else step for step in steps]


@register.simple_tag
def sparkline(values: Sequence[float], *, title: str) -> SafeString:
    """Draw the course of a figure in a table's cell. Arguments: values, oldest first; what it says, in words."""
    return SafeString(drawing.sparkline_svg(values, title=title)) if values else SafeString("")


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
    and ``text``, or of ``at`` and ``number`` alone; the picture's name; the heading of the table's figures.
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
        drawing.Mark(
            months.index((mark["at"].year, mark["at"].month)),
            str(mark["title"]),
            str(mark.get("text", "")),
            mark.get("number"),
        )
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
