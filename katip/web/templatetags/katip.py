"""The parts of the pages as template tags and filters. `docs` of each part: its look at ``/_parcalar/``.

Tags only show what they are given: they ask no database and decide nothing. Words are Turkish message ids.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast

from django import template
from django.forms import BaseForm, Select, Textarea
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from katip.web import drawing
from katip.web import format as fmt
from katip.web.icons import icon_svg

register = template.Library()

# ------------------------------------------------------------------------------------------------ words and figures


def current_language() -> fmt.Language:
    """Give the language of the page: Turkish unless English is active."""
    return "en" if (get_language() or "tr").startswith("en") else "tr"


UNBREAKABLE: Final = re.compile(r"[eE]-(?:Bildirge|Devlet|[Pp]osta)|İSG-KATİP|0?\d{3} \d{3} \d{2} \d{2}")


@register.filter
def nobr(value: object) -> SafeString:
    """Keep words that people know by sight (e-Bildirge, İSG-KATİP) from breaking at their hyphen.

    The hyphen itself stays as it is, so that copied and searched words match.
    """
    return mark_safe(UNBREAKABLE.sub(r'<span class="nobr">\g<0></span>', conditional_escape(cast("str", value))))  # noqa: S308 - escaped above


@register.filter
def sgk(value: object) -> SafeString:
    """Show an SGK registration number in its nine groups, on one line."""
    return format_html('<span class="sgk">{}</span>', fmt.sgk_text(str(value or "")))


@register.filter
def minutes(value: int | None) -> str:
    """Write minutes a month: 240 dakika (4 saat)."""
    return "" if value is None else fmt.minutes_text(value, current_language())


@register.filter
def hours(value: int | None) -> str:
    """Write minutes as hours: 4 saat."""
    return "" if value is None else fmt.hours_text(value, current_language())


@register.filter
def tr_number(value: float | Decimal | None) -> str:
    """Write a number: 1.234."""
    return "" if value is None else fmt.number_text(value, current_language())


@register.filter
def tr_money(value: Decimal | None) -> str:
    """Write an amount: 4.800,00 TL."""
    return "" if value is None else fmt.money_text(value, current_language())


@register.filter
def tr_date(value: date | None) -> str:
    """Write a day: 27.11.2026."""
    return "" if not value else fmt.date_text(value, current_language())


@register.filter
def tr_moment(value: datetime | None) -> str:
    """Write a moment: 27.11.2026 10:42."""
    return "" if not value else fmt.moment_text(value, current_language())


@register.filter
def tr_deadline(value: date | None) -> str:
    """Write a near day: 27 Kasım Cuma."""
    return "" if not value else fmt.deadline_text(value, current_language())


@register.filter
def tr_month(value: date | None) -> str:
    """Write a month: Ekim 2026."""
    return "" if not value else fmt.month_text(value, current_language())


NEAR_DAYS: Final = 1


@register.simple_tag
def deadline(day: date | None, days_left: int | None = None) -> SafeString:
    """Say the last day and how many working days remain; nothing when there is none.

    Arguments: the last day; working days left (0: it is today; negative: it has passed; None: not said).
    """
    if not day:
        return SafeString("")
    written = fmt.deadline_text(day, current_language())
    near = days_left is not None and days_left <= NEAR_DAYS
    if days_left is None:
        text = gettext("Son gün %(day)s") % {"day": written}
    elif days_left < 0:
        text = gettext("Son gün %(day)s idi") % {"day": written}
    elif days_left == 0:
        text = gettext("Son gün bugün, %(day)s") % {"day": written}
    else:
        remains = ngettext("%(left)s iş günü kaldı", "%(left)s iş günü kaldı", days_left) % {"left": days_left}
        text = format_html('{} <span class="nobr">({})</span>', gettext("Son gün %(day)s") % {"day": written}, remains)
    return format_html('<span class="deadline{}">{}</span>', " near" if near else "", text)


# ---------------------------------------------------------------------------------------------------- shapes, states


@register.simple_tag
def icon(name: str, css: str = "icon") -> SafeString:
    """Draw a shape of `katip.web.icons`; a word must stand beside it."""
    return SafeString(icon_svg(name, css))


# By name: the word, the shape and the look of each state.
TAGS: Final[dict[str, tuple[Any, str, str]]] = {
    # contract and process states
    "draft": (gettext_lazy("Taslak"), "ring-dash", "calm dash"),
    "awaiting_professional": (gettext_lazy("Profesyonel onayı bekliyor"), "ring", "bad line"),
    "awaiting_employer": (gettext_lazy("İşveren onayı bekliyor"), "ring-half", "ok line"),
    "active": (gettext_lazy("Sözleşme devam ediyor"), "ring-full", "ok"),
    "rejected": (gettext_lazy("Reddedildi"), "cross", "bad"),
    "withdrawn": (gettext_lazy("Geri çekildi"), "back", "calm"),
    "lapsed": (gettext_lazy("Onaylanmadığı için düştü"), "hourglass", "calm"),
    "ended": (gettext_lazy("Sonlandırıldı"), "square", "calm"),
    "deleted": (gettext_lazy("Silindi"), "cross", "calm"),
    "update_needed": (gettext_lazy("Güncellenmesi gerekiyor"), "warn", "warn"),
    "update_waits": (gettext_lazy("Süre güncellemesi bekliyor"), "swap", "ok line"),
    "carried_over": (gettext_lazy("Aktarıldı, onayı burada kanıtlanmadı"), "download", "calm dash"),
    "yours": (gettext_lazy("Onayınızı bekliyor"), "ring-half", "ok line"),
    "yours_professional": (gettext_lazy("Onayınızı bekliyor"), "ring", "bad line"),
    # duties
    "fit": (gettext_lazy("Uygun"), "ring-full", "ok"),
    "short": (gettext_lazy("Eksik"), "warn", "warn"),
    "blocked": (gettext_lazy("Bloke"), "lock", "calm"),
    "waiting": (gettext_lazy("Bekliyor"), "ring-half", "ok line"),
    "not_required": (gettext_lazy("Gerekmez"), "dash", "calm"),
    # tasks
    "todo": (gettext_lazy("Yapılacak"), "dot", "info"),
    "optional": (gettext_lazy("İsteğe bağlı"), "ring-dash", "calm dash"),
    "done": (gettext_lazy("Tamamlandı"), "ring-full", "ok"),
    "not_yet": (gettext_lazy("Henüz yapılamaz"), "dash", "calm"),
    "first": (gettext_lazy("Önce bunu deneyin"), "dot", "info"),
    "fallback": (gettext_lazy("Yedek yol"), "dash", "calm"),
    # money
    "paid": (gettext_lazy("Ödendi"), "ring-full", "ok"),
    "refunded": (gettext_lazy("İade edildi"), "back", "calm"),
}


@register.simple_tag
def tag(name: str, label: str = "") -> SafeString:
    """Show a state as shape, word and colour.

    Arguments: its name in `TAGS` (any other name is shown as a plain calm tag); another word for it, if need be.
    """
    word, shape, look = TAGS.get(name, (name, "dash", "calm"))
    return format_html('<span class="tag {}">{}{}</span>', look, SafeString(icon_svg(shape)), label or word)


@register.simple_tag
def state_tag(state: object, label: str = "") -> SafeString:
    """Show a contract's or process's state; takes the name or an enumeration member whose value is the name."""
    return tag(str(getattr(state, "value", state)), label)


@register.simple_tag
def logo() -> SafeString:
    """Draw the product's mark: a register's lines and a tick."""
    return SafeString(
        '<svg viewBox="0 0 28 28" aria-hidden="true" focusable="false"><rect width="28" height="28" rx="6" '
        'class="logo-ground"/><path class="logo-line" d="M7 8h14M7 13.5h6"/>'
        '<path class="logo-tick" d="m10.5 18 3.5 3.5 7.5-8"/></svg>'
    )


# ------------------------------------------------------------------------------------------------------ with a body


NOTICE_ICONS: Final = {"ok": "ring-tick", "info": "info", "warn": "warn", "bad": "bang", "calm": "info"}


@register.simple_block_tag
def notice(content: str, kind: str = "calm", role: str = "") -> SafeString:
    """Frame a few words: ``ok``, ``info``, ``warn``, ``bad`` or ``calm`` (lasting, quiet).

    Arguments: the kind; an ARIA role (``status`` for news after an act).
    """
    return format_html(
        '<div class="notice {}"{}>{}<div>{}</div></div>',
        kind,
        format_html(' role="{}"', role) if role else "",
        SafeString(icon_svg(NOTICE_ICONS[kind])),
        content,
    )


@register.simple_block_tag
def row(content: str, label: str, change_url: str = "", change_label: str = "") -> SafeString:
    """Add one line to a ``<dl class="rows">``: its label, the body as its value, and a link to change it, if any."""
    change: SafeString | str = ""
    if change_url:
        change = format_html(
            '<dd class="act"><a href="{}">{}<span class="vh"> {}</span></a></dd>',
            change_url,
            change_label or gettext("Değiştir"),
            label,
        )
    return format_html("<div><dt>{}</dt><dd>{}</dd>{}</div>", nobr(label), content, change)


@register.simple_block_tag
def fold(content: str, title: str, *, opened: bool = False) -> SafeString:
    """Fold the body under a line that opens and closes it without script."""
    return format_html(
        '<details class="fold"{}><summary>{}<span>{}</span></summary><div>{}</div></details>',
        SafeString(" open") if opened else "",
        SafeString(icon_svg("next")),
        nobr(title),
        content,
    )


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """Frame the page path: ``{% crumb %}`` tags, the last one without address."""
    return format_html('<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>', gettext("Sayfa yolu"), content)


@register.simple_tag
def crumb(text: str, url: str = "") -> SafeString:
    """Add one step to the page path inside ``{% block crumbs %}``; without address it is plain text."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, nobr(text))
    return format_html("<li>{}</li>", nobr(text))


# ----------------------------------------------------------------------------------------------------------- fields


@register.simple_tag
def field(
    bound: BoundField,
    *,
    label: str = "",
    hint: str = "",
    caution: str = "",
    width: str = "",
    optional: bool | None = None,
    counter: bool = False,
    autocomplete: str = "",
    inputmode: str = "",
    css: str = "",
) -> SafeString:
    """Show a form field: label, hint, error, control, in that order, tied together for screen readers.

    Arguments: the bound field; another label or hint than the form's; a caution line; the width of what is expected
    (``xs``, ``s``, ``m``, ``l``, empty for full); whether to mark it optional (None: as the form says); whether to
    count characters down (needs ``max_length``); HTML ``autocomplete`` and ``inputmode``; more classes.
    """
    hint = hint or str(bound.help_text or "")
    limit = getattr(bound.field, "max_length", None) if counter else None
    name = bound.auto_id or bound.html_name
    described = [
        f"{name}_{part}"
        for part, there in (("hint", hint), ("caution", caution), ("error", bound.errors), ("counter", limit))
        if there
    ]
    attrs: dict[str, str | bool] = {"class": f"control w-{width}" if width else "control"}
    if isinstance(bound.field.widget, Textarea):
        attrs["rows"] = "4"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if autocomplete:
        attrs["autocomplete"] = autocomplete
    if inputmode:
        attrs["inputmode"] = inputmode
    if limit:
        attrs["data-counter"] = f"{name}_counter"
    return render_to_string(
        "components/field.html",
        {
            "id": name,
            "label": label or bound.label,
            "hint": hint,
            "caution": caution,
            "errors": bound.errors,
            "optional": (not bound.field.required) if optional is None else optional,
            "limit": limit,
            "control": bound.as_widget(attrs=attrs),
            "select": isinstance(bound.field.widget, Select),
            "width": width,
            "css": css,
        },
    )


@register.simple_tag
def radio_cards(
    bound: BoundField,
    *,
    legend: str = "",
    hint: str = "",
    hints: Mapping[str, str] | None = None,
    pair: bool = False,
    optional: bool | None = None,
    heading: bool = False,
) -> SafeString:
    """Show a choice field as cards of which one may be picked; nothing is picked beforehand unless the form says so.

    Arguments: the bound field; the question; its hint; a hint for each value; two short cards side by side; the
    optional mark; whether the question is the page's only words (shown for screen readers only).
    """
    name = bound.auto_id or bound.html_name
    picked = str(bound.value() if bound.value() is not None else "")
    choices = [
        {"value": str(value), "label": text, "hint": (hints or {}).get(str(value), ""), "checked": picked == str(value)}
        for value, text in cast("Iterable[tuple[Any, Any]]", getattr(bound.field, "choices", ()))
        if str(value)
    ]
    return render_to_string(
        "components/radio_cards.html",
        {
            "id": name,
            "name": bound.html_name,
            "legend": legend or bound.label,
            "legend_hidden": heading,
            "hint": hint or bound.help_text,
            "errors": bound.errors,
            "choices": choices,
            "pair": pair,
            "optional": (not bound.field.required) if optional is None else optional,
        },
    )


@register.simple_tag
def checkbox_card(bound: BoundField, *, label: str = "", hint: str = "") -> SafeString:
    """Show one box to tick as a card; the whole card is the target."""
    return render_to_string(
        "components/checkbox_card.html",
        {
            "id": bound.auto_id or bound.html_name,
            "name": bound.html_name,
            "label": label or bound.label,
            "hint": hint or bound.help_text,
            "errors": bound.errors,
            "checked": bool(bound.value()),
        },
    )


@register.simple_tag
def one_error(text: str, target: str) -> SafeString:
    """Show a summary of one problem on a page without a form class; nothing while the text is empty.

    Arguments: the sentence; the id of the control that it links to.
    """
    return _summary([{"text": text, "target": target}], kept=False) if text else SafeString("")


@register.simple_tag
def error_summary(*forms: BaseForm | None, kept: bool = True) -> SafeString:
    """List what must be corrected, each a link to its field; nothing while there is nothing.

    Arguments: one or more bound forms; whether to say that what was typed is kept (not true of passwords).
    """
    problems: list[dict[str, str]] = []
    for form in forms:
        if form is None or not form.is_bound:
            continue
        problems += [{"text": str(text), "target": ""} for text in form.non_field_errors()]
        for bound in form:
            target = f"{bound.auto_id or bound.html_name}"
            if getattr(bound.field.widget, "input_type", "") == "radio":
                target += "_0"
            problems += [{"text": str(text), "target": target} for text in bound.errors]
    return _summary(problems, kept=kept) if problems else SafeString("")


def _summary(problems: Sequence[Mapping[str, str]], *, kept: bool) -> SafeString:
    title = ngettext("Bir yanıt düzeltilmeli", "%(count)s yanıt düzeltilmeli", len(problems)) % {"count": len(problems)}
    return render_to_string("components/error_summary.html", {"title": title, "problems": problems, "kept": kept})


# ------------------------------------------------------------------------------------------------- lists and pictures


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: str) -> dict[str, object]:
    """Show links to sibling lists; they fold on a phone.

    Arguments: items of ``label``, ``url``, ``current``, ``count`` (None: no figure), the first ones on the left; the
    name of the whole for screen readers.
    """
    current = next((item for item in items if item["current"]), items[0] if items else None)
    return {"items": items, "current": current, "label": label}


TIMELINE_ICONS: Final = {
    "done": ("ring-full", "ok"),
    "current": ("ring-half", "current"),
    "todo": ("ring", ""),
    "warn": ("warn", "warn"),
    "bad": ("cross", "bad"),
    "event": ("dot", "event"),
}


@register.inclusion_tag("components/timeline.html")
def timeline(items: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Show what happened and what follows, in order.

    Arguments: items of ``title``, ``lines`` (may lack), ``at`` (a moment; may lack) and ``mark``: ``done``,
    ``current``, ``todo``, ``warn``, ``bad`` or ``event``.
    """
    drawn = []
    for item in items:
        shape, css = TIMELINE_ICONS[item.get("mark", "event")]
        drawn.append(
            {
                "title": item["title"],
                "lines": item.get("lines", ()),
                "at": item.get("at"),
                "icon": SafeString(icon_svg(shape)),
                "css": css,
            }
        )
    return {"items": drawn}


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
