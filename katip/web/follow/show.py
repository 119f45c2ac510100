"""One offer as a line of the board, in plain words and values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from katip.core.clock import day_of
from katip.notices.follow import FALLEN, WAITING, Obstacle, Stage, Told
from katip.notices.models.delivery import Channel, State
from katip.processes.deadlines import working_days_left
from katip.rules import Profession
from katip.web import format as fmt
from katip.web.templatetags.words import current_language
from katip.web.words import PROFESSIONS

Row = dict[str, Any]
_CHANNELS = {Channel.EMAIL: lazy("e-posta"), Channel.SMS: "SMS", Channel.KEP: "KEP"}
_STATES = {
    State.WAITING: lazy("yolda"),
    State.SENT: lazy("gönderildi"),
    State.DELIVERED: lazy("ulaştı"),
    State.REFUSED: lazy("adres kabul etmedi"),
    State.BOUNCED: lazy("geri döndü"),
    State.GIVEN_UP: lazy("gönderilemedi"),
    State.DROPPED: lazy("gönderilmedi"),
}
_FAILED = {State.REFUSED, State.BOUNCED, State.GIVEN_UP}
_OBSTACLES = {
    Obstacle.NO_USER: (lazy("e-Bildirge kullanıcısı yok"), "guide_no_user"),
    Obstacle.NO_TWO_STEP: (lazy("İki aşamalı giriş kapalı"), "guide_two_step"),
    Obstacle.NO_ADDRESS: (lazy("E-posta adresi yok; haber gitmez"), ""),
    Obstacle.ADDRESS_FAILS: (lazy("Adres ileti kabul etmiyor"), ""),
}


def offers_shown(
    offers: Sequence[Any], told: Mapping[int, Told], rejected: Mapping[int, Any], *, stage: Stage, at: datetime
) -> list[Row]:
    """The lines of a page."""
    return [_row(one, told.get(one.process_id), rejected.get(one.process_id), stage, at) for one in offers]


def _row(offer: Any, told: Told | None, rejection: Any, stage: Stage, at: datetime) -> Row:
    process, waits = offer.process, stage in WAITING
    return {
        "no": process.pk if waits else offer.pk,
        "process_no": process.pk,
        "code": offer.code,
        "profession_label": PROFESSIONS[Profession(offer.profession)],
        "url": reverse("step", args=[process.pk]) if waits else reverse("contract", args=[offer.pk]),
        "selectable": waits or (stage in FALLEN and not offer.is_anew),
        "is_anew": stage in FALLEN and offer.is_anew,
        "workplace": offer.workplace.title,
        "place": offer.workplace.province.name,
        "person": offer.professional.person.name,
        "minutes": offer.minutes,
        "full_time": offer.assignment_type == "full_time",
        "since": process.waiting_since if waits else offer.active_from or process.closed_at,
        "waited": _days((day_of(at) - day_of(process.waiting_since)).days) if waits else "",
        "deadline": process.due_on if waits else None,
        "days_left": working_days_left(process.due_on, at) if waits and process.due_on else None,
        "reason": rejection.reason if rejection else "",
        "told_at": told.at if told else None,
        "told": _ways(told) if told else [],
        "seen": _seen(told),
        "failed": told is not None and any(state in _FAILED for _channel, state in told.ways),
        "obstacles": _obstacles(offer) if waits else [],
    }


def _days(days: int) -> str:
    if not days:
        return _("Bugünden beri")
    return ngettext("%(n)s gündür", "%(n)s gündür", days) % {"n": fmt.number_text(days, current_language())}


def _ways(told: Told) -> list[str]:
    if not told.ways:
        return [_("yalnız kayıttaki bildirimlerde")]
    return [f"{_CHANNELS[Channel(channel)]}: {_STATES[State(state)]}" for channel, state in told.ways]


def _seen(told: Told | None) -> str:
    if told is None or told.seen_at is None:
        return ""
    return _("Kayıtta okundu: %(at)s") % {"at": fmt.moment_text(told.seen_at, current_language())}


def _obstacles(offer: Any) -> list[Row]:
    """What stands in the way, with the page to send to whom it concerns. Without anybody, nothing else is said."""
    found = [one for one in Obstacle if getattr(offer, one.value)]
    if Obstacle.NO_USER in found:
        found = [Obstacle.NO_USER]
    return [
        {"label": words, "url": reverse(page) if page else ""} for words, page in (_OBSTACLES[one] for one in found)
    ]
