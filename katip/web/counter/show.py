"""How applications, branches and hours are put into words."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.core.clock import day_of
from katip.core.turkish import fold
from katip.counter.models import Application, ApplicationState, Purpose
from katip.counter.selectors import OpenBranch, Stretch
from katip.counter.shown import applicant_shown
from katip.identity.models import Person
from katip.web import format as fmt
from katip.web.context import contact
from katip.web.templatetags.words import current_language

PURPOSES = {
    Purpose.ACCOUNT.value: gettext_lazy("Hesap ve şifre"),
    Purpose.SECOND_STEP.value: gettext_lazy("İki aşamalı girişi açma"),
    Purpose.LOST_FACTOR.value: gettext_lazy("Kaybolan ikinci adımın yerine yenisi"),
    Purpose.BOTH_LOST.value: gettext_lazy("Yeni şifre ve yeni ikinci adım"),
}
STATES = {
    ApplicationState.OPEN.value: gettext_lazy("Şubede bekleniyorsunuz"),
    ApplicationState.AWAITING_SECOND.value: gettext_lazy("İkinci görevlinin kararı bekleniyor"),
    ApplicationState.CONFIRMED.value: gettext_lazy("Kimlik doğrulandı"),
    ApplicationState.REFUSED.value: gettext_lazy("Reddedildi"),
    ApplicationState.CANCELLED.value: gettext_lazy("İptal edildi"),
    ApplicationState.EXPIRED.value: gettext_lazy("Süresi doldu"),
}
AT_DESK = {ApplicationState.OPEN.value: gettext_lazy("Karar bekliyor")}
"""what officials read instead"""
TAGS = {"open": "todo", "awaiting_second": "waiting", "confirmed": "done", "refused": "rejected"} | {
    "cancelled": "withdrawn",
    "expired": "lapsed",
}
"""state of an application → tag whose shape and colour fit it"""
_SHORT_DAYS = {
    "tr": ("Pzt", "Sal", "Çar", "Per", "Cum", "Cmt", "Paz"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def applicant_name(application: Application) -> str:
    """The name that was typed, on a page of the officials."""
    applicant_shown(application.pk)
    return f"{application.given_name} {application.family_name}"


def last_day(application: Application) -> date:
    """The last day on which the application can be used."""
    return day_of(application.expires_at - timedelta(seconds=1))


def state_shown(application: Application, at: datetime, *, at_desk: bool = True) -> dict[str, str]:
    """The state as a tag, for officials or for the applicant; what has run out is over, swept or not."""
    state = application.state
    if state in {"open", "awaiting_second"} and application.expires_at <= at:
        state = ApplicationState.EXPIRED
    words = STATES | AT_DESK if at_desk else STATES
    return {"state": str(state), "tag": TAGS[state], "word": str(words[state])}


def branch_rows(found: Iterable[OpenBranch]) -> list[dict[str, Any]]:
    """Branches as the pages list them."""
    language = current_language()
    return [
        {
            "name": one.branch.name,
            "address": one.branch.address,
            "place": f"{one.branch.district.name}, {one.branch.province.name}",
            "contact": contact("", one.branch.phone, ""),
            "hours": hours_words(one.hours),
            "closed": [
                _("%(day)s kapalı: %(reason)s") % {"day": fmt.date_text(day, language), "reason": reason}
                for day, reason in one.closed
            ],
        }
        for one in found
    ]


def hours_words(hours: Iterable[Stretch]) -> list[str]:
    """`Pzt–Cum 09:00–12:30, 13:30–17:30`: neighbouring days that are alike in one line."""
    by_day = {
        day: ", ".join(f"{part.opens:%H:%M}–{part.closes:%H:%M}" for part in parts)
        for day, parts in groupby(sorted(hours, key=lambda part: (part.weekday, part.opens)), lambda part: part.weekday)
    }
    lines: list[tuple[int, int, str]] = []
    for day, words in by_day.items():
        if lines and lines[-1][1] == day - 1 and lines[-1][2] == words:
            lines[-1] = (lines[-1][0], day, words)
        else:
            lines.append((day, day, words))
    names = _SHORT_DAYS[current_language()]
    return [
        f"{names[first - 1]} {words}" if first == last else f"{names[first - 1]}–{names[last - 1]} {words}"
        for first, last, words in lines
    ]


def compared(application: Application, person: Person | None) -> list[dict[str, Any]]:
    """The names as they were typed, beside the register's: rows of label, typed, known, same (None: not known)."""
    pairs = (
        (_("Ad"), application.given_name, person.given_name if person else ""),
        (_("Soyad"), application.family_name, person.family_name if person else ""),
    )
    return [
        {
            "label": label,
            "typed": typed,
            "known": known,
            "same": fold(typed) == fold(known) if person else None,
        }
        for label, typed, known in pairs
    ]


def is_foreign(national_id: str) -> bool:
    """Whether the number is one that foreigners in Turkey have (it begins with 99)."""
    return national_id.startswith("99")
