"""Values in the words of the screens, in the language now."""

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from katip.documents.making import words
from katip.rules import Profession

PROFESSIONS = {
    Profession.SAFETY_SPECIALIST: _("İş güvenliği uzmanı"),
    Profession.WORKPLACE_PHYSICIAN: _("İşyeri hekimi"),
    Profession.OTHER_HEALTH_PERSONNEL: _("Diğer sağlık personeli"),
}


def language_now() -> str:
    """`tr` or `en`."""
    return "en" if (get_language() or "").startswith("en") else "tr"


def minutes_words(minutes: int) -> str:
    """240 dakika (4 saat)."""
    return _of(words.minutes(minutes))


def day_words(day: date) -> str:
    """02.06.2025."""
    return _of(words.day(day))


def phone_words(phone: str) -> str:
    """0224 000 00 00, of ten digits."""
    return f"0{phone[:3]} {phone[3:6]} {phone[6:8]} {phone[8:]}"


def _of(pair: words.Pair) -> str:
    return pair["en"] if language_now() == "en" else pair["tr"]
