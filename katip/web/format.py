"""Numbers, money, dates and minutes as people here write them, in Turkish and in English.

Pure functions over plain values. They know nothing of templates or of the active language: both are told to them.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from katip.core.clock import ISTANBUL

Language = Literal["tr", "en"]


MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "tr": (
        "Ocak",
        "Şubat",
        "Mart",
        "Nisan",
        "Mayıs",
        "Haziran",
        "Temmuz",
        "Ağustos",
        "Eylül",
        "Ekim",
        "Kasım",
        "Aralık",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
WEEKDAYS: Final[dict[Language, tuple[str, ...]]] = {
    "tr": ("Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}

SGK_GROUPS: Final = (1, 4, 2, 2, 7, 3, 2, 2, 3)
"""Lengths of the nine groups of a workplace's SGK registration number, 26 digits in all."""


def ungrouped(text: str) -> str:
    """A typed number without the marks of its thousands (1.234, 1,234, 1 234); anything else stays as it was typed."""
    text = text.strip()
    return re.sub(r"[.,\s]", "", text) if re.fullmatch(r"[0-9]{1,3}([.,\s][0-9]{3})+", text) else text


def percent_text(value: int, language: Language = "tr") -> str:
    """Write whole per cent: %25 in Turkish, 25% in English."""
    return f"{value}%" if language == "en" else f"%{value}"


def number_text(value: float | Decimal, language: Language = "tr", decimals: int = 0) -> str:
    """Write a number with thousands grouped: 1.234 in Turkish, 1,234 in English.

    Arguments: the value; the language; how many decimals to show, rounded half up.
    """
    quantum = Decimal(1).scaleb(-decimals)
    text = f"{Decimal(str(value)).quantize(quantum, rounding=ROUND_HALF_UP):,}"
    if language == "en":
        return text
    return text.translate(str.maketrans(",.", ".,"))


def money_text(value: Decimal | float, language: Language = "tr") -> str:
    """Write an amount of Turkish lira: 4.800,00 TL; in English TRY 4,800.00."""
    text = number_text(value, language, decimals=2)
    return f"{text} TL" if language == "tr" else f"TRY {text}"


def minutes_text(minutes: int, language: Language = "tr") -> str:
    """Write minutes a month, with the hours in brackets from one hour up.

    Arguments: whole minutes, not negative. Returns "240 dakika (4 saat)", "90 dakika (1 saat 30 dakika)", "45 dakika".
    """
    total = f"{number_text(minutes, language)} {_unit(minutes, language, 'minute')}"
    hours = hours_text(minutes, language)
    return f"{total} ({hours})" if hours else total


def hours_text(minutes: int, language: Language = "tr") -> str:
    """Write the same span in hours: "4 saat", "1 saat 30 dakika"; nothing below one hour."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return ""
    text = f"{number_text(hours, language)} {_unit(hours, language, 'hour')}"
    return f"{text} {rest} {_unit(rest, language, 'minute')}" if rest else text


def _unit(count: int, language: Language, unit: Literal["minute", "hour"]) -> str:
    if language == "tr":
        return {"minute": "dakika", "hour": "saat"}[unit]
    return unit if count == 1 else f"{unit}s"


def local_date(value: date) -> date:
    """Give the calendar day in Istanbul of a date or of an aware moment."""
    if isinstance(value, datetime):
        return (value.astimezone(ISTANBUL) if value.tzinfo else value).date()
    return value


def date_text(value: date, language: Language = "tr") -> str:
    """Write a day: 27.11.2026; in English 27 November 2026."""
    day = local_date(value)
    if language == "en":
        return f"{day.day} {MONTHS['en'][day.month - 1]} {day.year}"
    return f"{day:%d.%m.%Y}"


def moment_text(value: datetime, language: Language = "tr") -> str:
    """Write a moment in Istanbul time: 27.11.2026 10:42."""
    local = value.astimezone(ISTANBUL) if value.tzinfo else value
    return f"{date_text(local, language)} {local:%H:%M}"


def deadline_text(value: date, language: Language = "tr") -> str:
    """Write a near day with its weekday: "27 Kasım Cuma"; in English "Friday 27 November"."""
    day = local_date(value)
    month, weekday = MONTHS[language][day.month - 1], WEEKDAYS[language][day.weekday()]
    return f"{weekday} {day.day} {month}" if language == "en" else f"{day.day} {month} {weekday}"


def month_text(value: date, language: Language = "tr") -> str:
    """Write a month: "Ekim 2026", "October 2026"."""
    day = local_date(value)
    return f"{MONTHS[language][day.month - 1]} {day.year}"


def short_month_text(value: date, language: Language = "tr") -> str:
    """Write a month's first three letters, for the foot of a plot: "Eki", "Oct"."""
    return MONTHS[language][local_date(value).month - 1][:3]


def sgk_groups(value: str) -> list[str]:
    """Split an SGK registration number into its nine groups; anything but 26 digits comes back whole."""
    digits = "".join(character for character in value if character.isdigit())
    if len(digits) != sum(SGK_GROUPS):
        return [value]
    groups, at = [], 0
    for length in SGK_GROUPS:
        groups.append(digits[at : at + length])
        at += length
    return groups


def sgk_text(value: str) -> str:
    """Write an SGK registration number as people read it: 2 2212 01 01 1224742 016 08 72 000."""
    return " ".join(sgk_groups(value))
