"""In whose name: Bireysel or Kurumsal, then the box of companies."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.core.usecase import acting_as
from katip.processes.inbox import EVERYTHING, Summary, inbox_summary
from katip.processes.selectors import Company, CompanyKey, companies_find
from katip.registry.models import Mandate, Official
from katip.registry.permissions import valid_on
from katip.web.access import Access, access
from katip.web.acting.chosen import chosen_write, offices_of
from katip.web.addresses import number_read, safe_next
from katip.web.words import CAPACITIES, OFFICES

_FETCHED = "mandates_fetched"
_PAGE = 20
_OFFICES_SHOWN = 10
_FEW = 8
"""Things to decide. With more than so many, of several organisations, whoever comes in sees them all at once; with
fewer the way begins as the guide for employers has it."""


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def capacity(request: Any) -> HttpResponse:
    """Bireysel, Kurumsal, or the office that one holds; nothing is chosen beforehand.

    Whoever comes in and has much to decide, of several organisations, finds it on one page first (`?sec` asks for this
    page all the same).
    """
    wanted = safe_next(request)
    choice = request.POST.get("secim", "")
    if choice == "bireysel":
        chosen_write(request, Capacity.INDIVIDUAL)
        return redirect(wanted or "assignments")
    if choice == "kurumsal":
        return redirect(_with_next(reverse("companies"), wanted))
    with acting_as(request.actor):
        offices = list(offices_of(request.user.pk)[:_OFFICES_SHOWN])
        waits = inbox_summary(request.actor, request.at, EVERYTHING, soon=day_of(request.at))
    comes_in = request.method == "GET" and request.chosen is None and not wanted and "sec" not in request.GET
    if comes_in and _is_much(waits):
        return redirect("inbox")
    for office in offices:
        if choice == f"gorevli-{office.pk}":
            chosen_write(request, Capacity.OFFICIAL, office.pk)
            return redirect(wanted or "office")
    error = ""
    if request.method == "POST":
        error = _("Seçeneklerden birini seçin.") if offices else _("Bireysel ya da Kurumsal: birini seçin.")
    context = {
        "chosen": "",
        "error": error,
        "next": wanted,
        "offices": [_office(office) for office in offices],
        "everything": waits.everything,
    }
    return render(request, "capacity.html", context)


def _is_much(waits: Summary) -> bool:
    return waits.everything > _FEW and waits.companies > 1


def _office(office: Official) -> dict[str, str]:
    place = office.province.name if office.province else _("bütün iller")
    return {"value": f"gorevli-{office.pk}", "role": str(OFFICES[office.role]), "place": place}


@access(Access.TWO_STEP)
@require_GET
def companies(request: Any) -> HttpResponse:
    """The companies in whose name the person may act, once fetched; those with waiting work first."""
    return _box(request)


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def companies_fetch(request: Any) -> HttpResponse:
    """*E-Bildirge kullanıcısı olduğum firmaları getir*: ask the mandate source."""
    if request.method == "GET":  # back from a sign-in, or in another language
        return redirect(_with_next(reverse("companies"), safe_next(request)))
    refreshed = import_string(settings.KATIP_MANDATE_SOURCE)().refresh(request.user.pk)
    request.session[_FETCHED] = refreshed.isoformat() if refreshed else ""
    return redirect(_with_next(reverse("companies"), safe_next(request)))


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def company_choose(request: Any) -> HttpResponse:
    """Act for this company from now on, if a mandate holds."""
    if request.method == "GET":  # as above
        return redirect(_with_next(reverse("companies"), safe_next(request)))
    kind, _separator, digits = request.POST.get("firma", "").partition("-")
    number = number_read(digits)
    capacities = {"workplace": Capacity.WORKPLACE, "provider": Capacity.PROVIDER}
    if kind not in capacities or number is None:
        return _box(request, error=_("Kutudan bir firma seçin."), status=400)
    mandate = Mandate.objects.filter(valid_on(request.at), person_id=request.user.pk, **{f"{kind}_id": number})
    with acting_as(request.actor, at=request.at):
        holds = mandate.exists()
    if not holds:
        return _box(request, error=_("Bu firma adına yetkiniz yok. Kutudan bir firma seçin."), status=403)
    chosen_write(request, capacities[kind], number)
    return redirect(safe_next(request) or ("home" if kind == "workplace" else "contracts"))


def _box(request: Any, *, error: str = "", status: int = 200) -> HttpResponse:
    fetched = request.session.get(_FETCHED)
    search = request.GET.get("ara", "").replace("\0", "").strip()[:100]  # PostgreSQL's text knows no NUL
    after = _key_read(request.GET.get("sonra", "").replace("\0", ""))
    rows: list[Company] = []
    matching = 0
    if fetched is not None:
        asked = {"person_id": request.user.pk, "at": request.at, "search": search, "after": after, "limit": _PAGE}
        with acting_as(request.actor):
            rows, matching = companies_find(**asked)
    more = ""
    if matching > len(rows):
        onward = {"ara": search, "sonra": _key_write(rows[-1]), "next": safe_next(request)}
        more = f"{reverse('companies')}?{urlencode({name: value for name, value in onward.items() if value})}"
    context = {
        "fetched_at": datetime.fromisoformat(fetched) if fetched else None,
        "fetched": fetched is not None,
        "total": matching,
        "later": after is not None,
        "query": search,
        "page": [_row(company) for company in rows],
        "more_url": more,
        "chosen": _value_now(request) if not error else "",
        "error": error,
        "next": safe_next(request),
    }
    return render(request, "companies.html", context, status=status)


def _row(company: Company) -> dict[str, Any]:
    return {
        "value": f"{company.kind}-{company.id}",
        "title": company.title,
        "sgk_number": company.sgk_number,
        "capacity_label": CAPACITIES[company.capacity],
        "place": f"{company.province}, {company.district}",
        "waiting": company.waiting,
    }


def _value_now(request: Any) -> str:
    chosen = request.chosen
    if chosen is None or not (chosen.workplace or chosen.provider):
        return ""
    return f"{chosen.capacity}-{(chosen.workplace or chosen.provider).pk}"


def _key_write(company: Company) -> str:
    return "|".join([str(int(company.waiting == 0)), company.kind, str(company.id), company.title_sort])


def _key_read(text: str) -> CompanyKey | None:
    """The place to read on from; anything odd begins anew."""
    parts = text.split("|", 3)
    if len(parts) != 4:  # noqa: PLR2004 -- as written above
        return None
    rank, number = number_read(parts[0]), number_read(parts[2])
    if rank is None or number is None:
        return None
    return CompanyKey(rank=rank, kind=parts[1], id=number, title_sort=parts[3])


def _with_next(url: str, wanted: str) -> str:
    return f"{url}?{urlencode({'next': wanted})}" if wanted else url
