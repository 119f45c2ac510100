"""Words, numbers and days in Turkish and English at once: a document is in both, whoever reads it.

Pure functions over plain values. Days and times are those of Istanbul.
"""

from datetime import date, datetime
from typing import TypedDict

from katip.core.clock import ISTANBUL
from katip.rules import EndReason, HazardClass, Profession


class Pair(TypedDict):
    """The same in both languages."""

    tr: str
    en: str


Line = Pair | str
"""a plain string is in no language: a name, a number, a code"""


def pair(tr: str, en: str, **values: object) -> Pair:
    """A sentence in both languages, `{name}` filled with `values`: a `Pair` fills each language with its own."""
    return {"tr": tr.format(**_of(values, "tr")), "en": en.format(**_of(values, "en"))}


def _of(values: dict[str, object], language: str) -> dict[str, object]:
    return {name: value[language] if isinstance(value, dict) else value for name, value in values.items()}


_MONTHS = {
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "en": "January February March April May June July August September October November December",
}

PROFESSIONS = {
    Profession.SAFETY_SPECIALIST: pair("İş güvenliği uzmanı", "Occupational safety specialist"),
    Profession.WORKPLACE_PHYSICIAN: pair("İşyeri hekimi", "Workplace physician"),
    Profession.OTHER_HEALTH_PERSONNEL: pair("Diğer sağlık personeli", "Other health personnel"),
}
HAZARDS = {
    HazardClass.LOW: pair("az tehlikeli", "less hazardous"),
    HazardClass.HAZARDOUS: pair("tehlikeli", "hazardous"),
    HazardClass.VERY_HAZARDOUS: pair("çok tehlikeli", "very hazardous"),
}
ASSIGNMENT_TYPES = {"full_time": pair("Tam süreli", "Full time"), "part_time": pair("Kısmi süreli", "Part time")}
END_REASONS = {
    EndReason.BY_PROVIDER: pair("Hizmet veren sonlandırdı", "Ended by the provider"),
    EndReason.BY_EMPLOYER: pair("İşveren sonlandırdı", "Ended by the employer"),
    EndReason.BY_PROFESSIONAL: pair("Profesyonel ayrıldı", "Ended by the professional"),
    EndReason.HEADCOUNT_ZERO: pair("Çalışan kalmadı", "Nobody is employed any more"),
    EndReason.WORKPLACE_CLOSED: pair(
        "İşyerinin SGK numarası kapandı", "The workplace's SGK registration number was closed"
    ),
    EndReason.OTHER: pair("Bildirilen son gün doldu", "The announced last day has passed"),
}
ROLES = {
    "professional": pair("İSG profesyoneli", "OHS professional"),
    "employer": pair("İşveren adına e-Bildirge kullanıcısı", "e-Bildirge user, for the employer"),
    "provider": pair("Hizmet verenin sorumlu müdürü", "Responsible manager of the provider"),
    "person": pair("Kendi adına", "In their own name"),
}
METHODS = {
    "totp": pair("kod uygulaması", "code app"),
    "webauthn": pair("geçiş anahtarı", "passkey"),
    "webauthn_alone": pair("geçiş anahtarı, şifresiz", "passkey, without a password"),
    "recovery_codes": pair("kurtarma kodu", "recovery code"),
    "oidc": pair("başka kimlik sağlayıcı", "another identity provider"),
}
PROVIDER_KINDS = {
    "osgb": pair("OSGB", "Joint health and safety unit (OSGB)"),
    "tsm": pair("TSM / ÇASMER", "Community health centre (TSM / ÇASMER)"),
    "isgb": pair("İSGB", "Workplace health and safety unit (İSGB)"),
}


def number(value: int) -> Pair:
    """1.234 · 1,234."""
    return {"tr": f"{value:,}".replace(",", "."), "en": f"{value:,}"}


def minutes(value: int) -> Pair:
    """240 dakika (4 saat) · 240 minutes (4 hours)."""
    hours, rest = divmod(value, 60)
    turkish, english = f"{number(value)['tr']} dakika", _counted(value, "minute")
    if not hours:
        return {"tr": turkish, "en": english}
    rests = (f" {rest} dakika", f" {_counted(rest, 'minute')}") if rest else ("", "")
    return {
        "tr": f"{turkish} ({number(hours)['tr']} saat{rests[0]})",
        "en": f"{english} ({_counted(hours, 'hour')}{rests[1]})",
    }


def _counted(value: int, noun: str) -> str:
    return f"{number(value)['en']} {noun if value == 1 else f'{noun}s'}"


def day(value: date) -> Pair:
    """02.06.2025 · 2 June 2025."""
    return {"tr": f"{value:%d.%m.%Y}", "en": f"{value.day} {_month(value, 'en')} {value.year}"}


def moment(value: datetime) -> Pair:
    """02.06.2025 12:00 · 2 Jun 2025 12:00, in Istanbul; short, since it stands in narrow columns."""
    local = value.astimezone(ISTANBUL)
    return {
        "tr": f"{local:%d.%m.%Y %H:%M}",
        "en": f"{local.day} {_month(local.date(), 'en')[:3]} {local:%Y %H:%M}",
    }


def month(value: date) -> Pair:
    """Mayıs 2025 · May 2025."""
    return {"tr": f"{_month(value, 'tr')} {value.year}", "en": f"{_month(value, 'en')} {value.year}"}


def _month(value: date, language: str) -> str:
    return _MONTHS[language].split()[value.month - 1]


def sgk_number(digits: str) -> str:
    """2 2222 01 01 0000001 016 08 72 000: the nine groups."""
    at, groups = 0, []
    for length in (1, 4, 2, 2, 7, 3, 2, 2, 3):
        groups.append(digits[at : at + length])
        at += length
    return " ".join(groups) if len(digits) == at else digits
