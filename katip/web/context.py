"""What every page knows: the installation, the person, the navy column."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

import katip
from katip.core.actor import Capacity
from katip.core.clock import ISTANBUL
from katip.core.usecase import acting_as
from katip.counter.permissions import AT_COUNTER
from katip.processes.inbox import COUNTED, Counts, inbox_counts
from katip.registry.models import OfficialRole
from katip.web import format as fmt
from katip.web.keeping.due import DUE, PAGES
from katip.web.looks.reasons import reason_of, reason_until
from katip.web.looks.words import REASONS
from katip.web.templatetags.words import current_language
from katip.web.words import OFFICES

WARNING_SECONDS = 120
"""How long before the idle time-out a page says so."""


def page(request: Any) -> dict[str, Any]:
    """The context processor; asks the database once, for the number of waiting processes, behind the gate only."""
    site = settings.KATIP
    chosen = getattr(request, "chosen", None)
    waits = waiting_counts(request) if chosen is not None or hasattr(request, "waiting") else None
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {
        "site": {
            "operator_name": site.operator_name,
            "is_ministry": site.operator_is_ministry,
            "help": contact(site.help_name, site.help_phone, site.help_hours),
            "version": katip.__version__,
            "demo": site.demo,
            "counter_name": site.counter_name,
            "controller_name": site.controller_name or site.operator_name,
        },
        "signed_in": signed_in,
        "notice_due": signed_in and request.path in PAGES and request.session.get(DUE, False),
        "own_account": _own_account(request),
        "who": _who(request, chosen) if waits is not None else None,
        "waits": _waits(request, waits) if waits is not None else None,
        "nav": _nav(request, chosen, waits) if waits is not None else [],
        "look_reason": _look_reason(request) if chosen is not None and chosen.office is not None else None,
        "language": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "idle": {"seconds": site.idle_minutes * 60, "warn_seconds": site.idle_minutes * 60 - WARNING_SECONDS}
        if signed_in
        else None,
    }


_UNREAD = {"unseen": "unseen_notices", "told": "unseen_told"}
"""figures that the person of a session carries"""


def _own_account(request: Any) -> dict[str, int] | None:
    """For whoever has come in with two steps: the way to *Hesabım*, and how many notices are unread there."""
    if getattr(getattr(request, "actor", None), "proof", None) is None:
        return None
    return {name: getattr(request.user, noted, 0) for name, noted in _UNREAD.items()}


def _look_reason(request: Any) -> dict[str, Any] | None:
    """Why the official looks people up just now, where a reason was given."""
    given = reason_of(request)
    if given is None:
        return None
    return {"words": REASONS[given.reason], "until": f"{reason_until(given).astimezone(ISTANBUL):%H:%M}"}


def contact(name: str, phone: str, hours: str) -> dict[str, str]:
    """A help contact as `components/help.html` shows it; `phone` has 10 digits without the leading 0, or is empty."""
    return {
        "name": name,
        "phone": f"0{phone[:3]} {phone[3:6]} {phone[6:8]} {phone[8:]}" if phone else "",
        "phone_href": f"tel:+90{phone}" if phone else "",
        "hours": hours,
    }


def waiting_counts(request: Any) -> Counts:
    """How many processes wait for the person, in all and in the capacity chosen; asked of the database once a page.

    Where no capacity is chosen, a page that asks here, or has counted them itself (`request.waiting`), has the column
    and a header that speaks for everything the person may act for; others have neither.
    """
    if not hasattr(request, "waiting"):
        official = request.actor.capacity == Capacity.OFFICIAL
        request.waiting = Counts(0, 0) if official else _counted(request)
    counts: Counts = request.waiting
    return counts


def _counted(request: Any) -> Counts:
    """Asked as the person, also on the page that a form answers, which is made when nobody acts any more."""
    with nullcontext() if connection.in_atomic_block else acting_as(request.actor):
        return inbox_counts(request.actor, request.at)


def waiting_total(request: Any) -> int:
    """How many processes wait for the person in the capacity chosen."""
    return waiting_counts(request).here


def waiting_words(number: int) -> str:
    """A number of waiting processes; counting stops at `COUNTED`."""
    words = fmt.number_text(number, current_language())
    return f"{words}+" if number >= COUNTED else words


def _waits(request: Any, counts: Counts) -> dict[str, Any] | None:
    """What the header says of everything that waits, whatever the capacity; officials have desks of their own."""
    if request.actor.capacity == Capacity.OFFICIAL:
        return None
    elsewhere = counts.all - counts.here
    return {"any": counts.all > 0, "words": waiting_words(counts.all), "elsewhere": max(elsewhere, 0)}


def _who(request: Any, chosen: Any) -> dict[str, Any]:
    if chosen is None:
        words = {"capacity_label": _("Bütün yetkileriniz"), "organisation": ""}
        return {"person_name": request.user.name, **words, "kind": "all", "can_change": True}
    labels = {
        Capacity.INDIVIDUAL: _("Kendi adınıza"),
        Capacity.WORKPLACE: _("e-Bildirge kullanıcısı olarak"),
        Capacity.PROVIDER: _("sorumlu müdür olarak"),
    }
    organisation = chosen.workplace.title if chosen.workplace else ""
    if chosen.provider:
        organisation = chosen.provider.short_title
    if chosen.office:
        labels[Capacity.OFFICIAL] = _("%(role)s olarak") % {"role": OFFICES[chosen.office.role]}
        organisation = chosen.office.province.name if chosen.office.province else _("Bütün iller")
    return {
        "person_name": request.user.name,
        "capacity_label": labels[chosen.capacity],
        "organisation": organisation,
        "kind": chosen.capacity,
        "can_change": True,
    }


def _nav(request: Any, chosen: Any, waits: Counts) -> list[dict[str, Any]]:
    """The navy column, as the guide's words have it; only what exists and is open to this capacity."""

    def item(label: str, name: str, badge: int = 0) -> dict[str, Any]:
        url = reverse(name)
        current = request.path == url or (url != "/" and request.path.startswith(url))
        shown = waiting_words(badge) if badge else None
        return {"label": label, "url": url, "current": current, "badge": shown, "children": []}

    if chosen is None:
        return [item(_("Bekleyen işler"), "inbox", waits.all), item(_("Firmalarım"), "companies")]
    if chosen.capacity == Capacity.INDIVIDUAL:
        return [
            item(_("Bekleyen işler"), "inbox", waits.all),
            item(_("Görevlendirmelerim"), "assignments", waits.here),
            item(_("Sürelerim"), "own_minutes"),
            item(_("Kendi Kayıtlarım"), "own_records"),
        ]
    if chosen.capacity == Capacity.OFFICIAL:
        return _nav_official(request, chosen, item)
    contracts = item(_("İSG Hizmet Sözleşmeleri"), "contracts", waits.here)
    contracts["current"] = contracts["current"] or request.path.startswith("/surecler/")
    processes = [contracts]
    if chosen.capacity == Capacity.PROVIDER:
        processes += [item(_("Takip"), "follow"), item(_("Bu ay ne değişti"), "provider_month")]
        processes.append(item(_("Teklifler"), "offer_drafts"))
    nav = [
        item(_("Bekleyen işler"), "inbox", waits.all),
        item(_("Ana ekran"), "home"),
        {"label": _("Süreç Yönetimi"), "url": "", "current": False, "badge": None, "children": processes},
    ]
    if chosen.capacity == Capacity.WORKPLACE:
        card = item(_("İşyeri Kartı Bilgileri"), "card")
        place = {"label": _("İşyeri Bilgileri"), "url": "", "current": False, "badge": None, "children": [card]}
        label = _("Kişi-Kurum-Ekipman Kartı")
        people = [item(_("Kendi Personelimiz"), "own_staff"), item(_("Şahsen Üstlenme"), "undertaking")]
        if getattr(chosen.workplace, "is_provider", None) is not None:
            people.append(item(_("Sorumlu Müdürler"), "managers"))
        nav.append({"label": label, "url": "", "current": False, "badge": None, "children": [place, *people]})
    else:
        children = [item(_("Kapasite"), "board"), item(_("Personel"), "staff"), item(_("Programlar"), "programs")]
        label = _("Kişi-Kurum-Ekipman Kartı")
        nav.append({"label": label, "url": "", "current": False, "badge": None, "children": children})
    return nav


def _nav_counter(chosen: Any, item: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
    """The desk and one's day; a supervisor reviews, too."""
    desk, day = item(_("Gişe"), "counter"), item(_("Günüm"), "counter_day")
    others = [day]
    if chosen.office.role == OfficialRole.SUPERVISOR:
        others.append(item(_("Gişe denetimi"), "counter_reviews"))
    desk["current"] = desk["current"] and not any(one["current"] for one in others)
    return [desk, *others]


def _nav_official(request: Any, chosen: Any, item: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
    """What an office opens; at the counter nothing of contracts."""
    if chosen.office.role == OfficialRole.OPERATOR:
        return [
            item(_("Şubeler"), "branches"),
            item(_("Aylık güncelleme"), "official_months"),
            item(_("Kişisel veri başvuruları"), "data_requests"),
            item(_("İşletim"), "operation"),
        ]
    if chosen.office.role in AT_COUNTER:
        return _nav_counter(chosen, item)
    overview, lacking = item(_("Genel bakış"), "overview"), item(_("Profesyoneli olmayan işyerleri"), "lacking")
    months = item(_("Aylık güncelleme"), "official_months")
    months["current"] = months["current"] or request.path.startswith("/genel-bakis/bildirimler/")
    unknown = item(_("Tanınmayan OSGB’ler"), "objections")
    below = lacking["current"] or months["current"] or unknown["current"]
    overview["current"] = overview["current"] and not below
    audit = {"label": _("Denetim"), "url": "", "current": False, "badge": None, "children": [lacking, unknown]}
    directory = {
        "label": _("Kişi-Kurum-Ekipman Kartı"),
        "url": "",
        "current": False,
        "badge": None,
        "children": [item(_("Hizmet verenler"), "providers"), item(_("Profesyoneller"), "professionals")],
    }
    return [overview, months, audit, directory]
