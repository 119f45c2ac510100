"""Minutes and certificates in plain words and values, for the board and for the professional's own page."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.contracts.capacity import BoardRow, Freed, Held, Month
from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING
from katip.core.clock import ISTANBUL
from katip.core.shown import shown
from katip.rules import ContractState, Profession
from katip.web import format as fmt
from katip.web.templatetags.words import current_language
from katip.web.words import PROFESSIONS, certificate_words

EXPIRES_SOON = timedelta(days=60)


def certificate_label(held: Held) -> str:
    """`İş güvenliği uzmanı, B sınıfı`."""
    parts = [str(PROFESSIONS[held.profession]), certificate_words(held.certificate_class)]
    return ", ".join(part for part in parts if part)


def certificate_notes(certificates: Iterable[Held], day: date) -> list[str]:
    """What ends soon, or has ended, of the certificates."""
    notes = []
    for held in certificates:
        if held.valid_to is None or held.valid_to > day + EXPIRES_SOON:
            continue
        figures = {"number": held.number, "day": fmt.date_text(held.valid_to, current_language())}
        if held.valid_to < day:
            notes.append(_("%(number)s belgesi bitti; son günü %(day)s idi.") % figures)
        else:
            notes.append(_("%(number)s belgesinin son günü %(day)s.") % figures)
    return notes


def freed_lines(freed: Iterable[Freed]) -> list[str]:
    """`1.200 dakika 01.12.2026 günü boşalır`, a line for each day."""
    language = current_language()
    return [
        _("%(minutes)s dakika %(day)s günü boşalır")
        % {"minutes": fmt.number_text(one.minutes, language), "day": fmt.date_text(one.day, language)}
        for one in freed
    ]


def board_row(row: BoardRow, freed: Iterable[Freed], day: date) -> dict[str, Any]:
    """One professional on the board."""
    shown(row.person_id)
    in_force = [held for held in row.certificates if held.valid_to is None or held.valid_to >= day]
    return {
        "name": row.name,
        "url": reverse("board_person", args=[row.month.professional_id]),
        "certificates": [certificate_label(held) for held in in_force] or [_("Geçerli belgesi yok")],
        "suspended_on": row.suspended_on,
        "notes": certificate_notes(row.certificates, day),
        "freed": freed_lines(freed),
        "month": row.month,
    }


def contract_row(contract: Contract) -> dict[str, Any]:
    """One contract behind a part of a bar, or in a professional's history."""
    since = contract.active_from.astimezone(ISTANBUL).date() if contract.active_from else None
    return {
        "code": contract.code,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "url": reverse("contract", args=[contract.pk]),
        "person": contract.professional.person.name,
        "workplace": contract.workplace.title,
        "place": contract.workplace.province.name,
        "provider": contract.provider.short_title if contract.provider else _("İşyerinin kendi personeli"),
        "state": "ending" if contract.state == ContractState.ACTIVE and contract.ends_on else contract.state,
        "minutes": contract.minutes_now,  # type: ignore[attr-defined] # annotated by the selector
        "since": since,
        "until": contract.ends_on,
        "deadline": contract.process.due_on if contract.state in WAITING else None,
    }


def bar(month: Month, scale: int) -> dict[str, Any]:
    """What the bar's tag takes, and the figures beside it."""
    return {
        "active": month.active,
        "blocked": month.blocked,
        "pending": month.pending,
        "total": month.staff,
        "free": month.free,
        "scale": scale,
    }
