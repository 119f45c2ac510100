"""What every page knows: the installation, the person, the navy column."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

import katip
from katip.core.actor import Capacity
from katip.core.clock import ISTANBUL
from katip.counter.permissions import AT_COUNTER
from katip.processes.selectors import waiting_count
from katip.registry.models import OfficialRole
from katip.web.keeping.due import DUE, PAGES
from katip.web.looks.reasons import reason_of, reason_until
from katip.web.looks.words import REASONS
from katip.web.words import OFFICES

WARNING_SECONDS = 120
"""How long before the idle time-out a page says so."""


def page(request: Any) -> dict[str, Any]:
    """The context processor; asks the database once, for the number of waiting processes, behind the gate only."""
    site = settings.KATIP
    chosen = getattr(request, "chosen", None)
    waiting = waiting_total(request) if chosen is not None else 0
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
        "who": _who(request, chosen, waiting) if chosen is not None else None,
        "nav": _nav(request, chosen, waiting) if chosen is not None else [],
        "look_reason": _look_reason(request) if chosen is not None and chosen.office is not None else None,
        "language": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "idle": {"seconds": site.idle_minutes * 60, "warn_seconds": site.idle_minutes * 60 - WARNING_SECONDS}
        if signed_in
        else None,
    }


def _own_account(request: Any) -> dict[str, int] | None:
    """For whoever has come in with two steps: the way to *Hesabım*, and how many notices are unread there."""
    if getattr(getattr(request, "actor", None), "proof", None) is None:
        return None
    return {"unseen": getattr(request.user, "unseen_notices", 0)}


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


def waiting_total(request: Any) -> int:
    """How many processes wait for the person in the capacity chosen; asked of the database once a page."""
    if not hasattr(request, "waiting"):
        request.waiting = waiting_count(request.actor)
    return int(request.waiting)


def _who(request: Any, chosen: Any, waiting: int) -> dict[str, Any]:
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
        "waiting": waiting,
        "can_change": True,
    }


def _nav(request: Any, chosen: Any, waiting: int) -> list[dict[str, Any]]:
    """The navy column, as the guide's words have it; only what exists and is open to this capacity."""

    def item(label: str, name: str, badge: int | None = None) -> dict[str, Any]:
        url = reverse(name)
        current = request.path == url or (url != "/" and request.path.startswith(url))
        return {"label": label, "url": url, "current": current, "badge": badge or None, "children": []}

    if chosen.capacity == Capacity.INDIVIDUAL:
        return [
            item(_("Görevlendirmelerim"), "assignments", waiting),
            item(_("Sürelerim"), "own_minutes"),
            item(_("Kendi Kayıtlarım"), "own_records"),
        ]
    if chosen.capacity == Capacity.OFFICIAL:
        return _nav_official(request, chosen, item)
    contracts = item(_("İSG Hizmet Sözleşmeleri"), "contracts", waiting)
    contracts["current"] = contracts["current"] or request.path.startswith("/surecler/")
    processes = [contracts]
    if chosen.capacity == Capacity.PROVIDER:
        processes += [item(_("Bu ay ne değişti"), "provider_month"), item(_("Teklifler"), "offer_drafts")]
    nav = [
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
        children = [item(_("Kapasite"), "board"), item(_("Personel"), "staff")]
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
        ]
    if chosen.office.role in AT_COUNTER:
        return _nav_counter(chosen, item)
    overview, lacking = item(_("Genel bakış"), "overview"), item(_("Profesyoneli olmayan işyerleri"), "lacking")
    months = item(_("Aylık güncelleme"), "official_months")
    months["current"] = months["current"] or request.path.startswith("/genel-bakis/bildirimler/")
    overview["current"] = overview["current"] and not (lacking["current"] or months["current"])
    audit = {"label": _("Denetim"), "url": "", "current": False, "badge": None, "children": [lacking]}
    directory = {
        "label": _("Kişi-Kurum-Ekipman Kartı"),
        "url": "",
        "current": False,
        "badge": None,
        "children": [item(_("Hizmet verenler"), "providers"), item(_("Profesyoneller"), "professionals")],
    }
    return [overview, months, audit, directory]
