"""Words and figures as filters: minutes, days, numbers as people here write them, and the last day of something."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final, cast

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from katip.web import format as fmt

register = template.Library()


def current_language() -> fmt.Language:
    """Give the language of the page: Turkish unless English is active."""
    return "en" if (get_language() or "tr").startswith("en") else "tr"


UNBREAKABLE: Final = re.compile(r"[eE]-(?:Bildirge|Devlet|[Pp]osta)|İSG-KATİP|katip-reader|0?\d{3} \d{3} \d{2} \d{2}")


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
def figure(value: object) -> str:
    """Write a figure of a picture or a row of them: whole numbers grouped, texts as they are, a dash for nothing."""
    if value is None:
        return "–"
    return fmt.number_text(value, current_language()) if isinstance(value, int) else str(value)


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
