"""The capacity board of a provider, one professional on it, and the professional's own page."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts.capacity import (
    SORTS,
    BoardAfter,
    BoardRow,
    Freed,
    Held,
    Totals,
    blocked_contracts,
    board_read,
    board_totals,
    contracts_behind,
    freed_of,
    month_of,
    own_months,
)
from katip.contracts.models import Undertaking
from katip.contracts.selectors import WAITING, contracts_of, minutes_now
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.registry.models import Certificate, Professional, Provider, StaffContract
from katip.registry.permissions import valid_on
from katip.rules import CertificateClass, ContractState, Profession, blocked_until
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.capacity import show
from katip.web.capacity.forms import BoardForm
from katip.web.templatetags.words import current_language

PAGE = 50
_FEW = 50
_SORT = "bos"
_INTEGER = 2**31
PARTS = ("etkin", "bekleyen", "bloke")


@access(Access.PROVIDER)
@require_GET
def board(request: Any) -> HttpResponse:
    """*Kapasite*: whose minutes are taken by what, who has room, and what becomes free when."""
    day = day_of(request.at)
    form = BoardForm(request.GET)
    asked = request.GET.get("sirala", "")
    sort = asked if asked in SORTS else _SORT
    after = after_read(request.GET.get("sonra", ""), sort)
    totals = board_totals(request.actor, request.at)
    found = board_read(request.actor, request.at, form.wanted(), sort=sort, after=after, limit=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    freed = _by_person(freed_of(request.actor, request.at, [row.month.professional_id for row in rows]))
    query = request.GET.copy()
    query.pop("sonra", None)
    first = f"{reverse('board')}?{query.urlencode()}" if query else reverse("board")
    query["sonra"] = after_write(rows[-1], sort) if rows else ""
    context = {
        "day": day,
        "totals": totals,
        "figures": _figures(totals, day),
        "form": form,
        "narrowed": any(form.cleaned_data.values()) if form.is_valid() else True,
        "sort": sort,
        "rows": [show.board_row(row, freed.get(row.month.professional_id, ()), day) for row in rows],
        "over": [row.name for row in rows if row.month.free < 0] if totals.over else [],
        "opening": _opening(rows, freed),
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": first if after else "",
        "next_url": f"{reverse('board')}?{query.urlencode()}" if more else "",
    }
    return render(request, "board.html", context)


@access(Access.PROVIDER)
@require_GET
def board_person(request: Any, no: int) -> HttpResponse:
    """One professional: the bar, and the contracts behind each part of it."""
    month = month_of(request.actor, request.at, no) if no < _INTEGER else None
    if month is None:
        raise Http404
    day = day_of(request.at)
    professional = Professional.objects.select_related("person").get(pk=no)
    numbers = {"etkin": month.active_number, "bekleyen": month.pending_number, "bloke": month.blocked_number}
    part = request.GET.get("liste", "")
    if part not in numbers:
        part = next((one for one in PARTS if numbers[one]), "etkin")
    after = number_read(request.GET.get("sonra", ""))
    if part == "bloke":
        found = blocked_contracts(contracts_of(request.actor).filter(professional_id=no), request.at)[:PAGE]
    else:
        waiting = part == "bekleyen"
        found = contracts_behind(request.actor, request.at, no, waiting=waiting, after=after, limit=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    labels = {"etkin": _("Etkin"), "bekleyen": _("Onay bekleyen"), "bloke": _("Bloke")}
    here = reverse("board_person", args=[no])
    held = _certificates(no)
    context = {
        "day": day,
        "name": professional.person.name,
        "national_id": professional.person.national_id_masked,
        "suspended_on": professional.suspended_on,
        "certificates": [(show.certificate_label(one), one.number, one.valid_to) for one in held],
        "notes": show.certificate_notes(held, day),
        "bar": show.bar(month, month.extent),
        "over": max(0, -month.free),
        "freed": show.freed_lines(freed_of(request.actor, request.at, [no])),
        "staff": _staff(no, request, provider_id=request.actor.organisation),
        "tabs": [
            {"label": labels[one], "url": f"{here}?liste={one}", "current": one == part, "count": numbers[one]}
            for one in PARTS
        ],
        "part": part,
        "rows": [show.contract_row(contract) for contract in rows],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": f"{here}?liste={part}" if after else "",
        "next_url": f"{here}?{urlencode({'liste': part, 'sonra': rows[-1].pk})}" if more else "",
    }
    return render(request, "board_person.html", context)


@access(Access.ACTING)
@require_GET
def own_minutes(request: Any) -> HttpResponse:
    """*Sürelerim*: the professional's own minutes with each provider, in the figures that the provider sees."""
    if request.chosen.capacity != Capacity.INDIVIDUAL:
        return redirect("home")
    day = day_of(request.at)
    professional = Professional.objects.filter(person_id=request.actor.person).first()
    months = own_months(request.actor, request.at)
    providers = Provider.objects.in_bulk([month.provider_id for month in months])
    scale = max((month.extent for month in months), default=0)
    mine = contracts_of(request.actor)
    own_staff = mine.filter(provider__isnull=True, state__in=(*WAITING, ContractState.ACTIVE))
    after = number_read(request.GET.get("sonra", ""))
    ended = mine.filter(state=ContractState.ENDED).annotate(minutes_now=minutes_now(request.at)).order_by("-pk")
    found = list((ended.filter(pk__lt=after) if after else ended)[: PAGE + 1])
    rows, more = found[:PAGE], len(found) > PAGE
    freed = _freed_by_provider(request, professional)
    held = _certificates(professional.pk) if professional else []
    undertakings = Undertaking.objects.filter(person_id=request.actor.person).select_related("workplace__province")
    context = {
        "day": day,
        "professional": professional is not None,
        "suspended_on": professional.suspended_on if professional else None,
        "certificates": [(show.certificate_label(one), one.number, one.valid_to) for one in held],
        "notes": show.certificate_notes(held, day),
        "providers": [
            {
                "title": providers[month.provider_id].title,
                "suspended_on": providers[month.provider_id].suspended_on,
                "bar": show.bar(month, scale),
                "month": month,
                "freed": freed.get(month.provider_id, []),
            }
            for month in months
        ],
        "staff": _staff(professional.pk, request) if professional else [],
        "own_staff": [
            show.contract_row(contract)
            for contract in own_staff.annotate(minutes_now=minutes_now(request.at)).order_by("-pk")[:_FEW]
        ],
        "undertakings": list(undertakings.order_by("-pk")[:_FEW]),
        "ended": [show.contract_row(contract) for contract in rows],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": reverse("own_minutes") if after else "",
        "next_url": f"{reverse('own_minutes')}?{urlencode({'sonra': rows[-1].pk})}" if more else "",
    }
    return render(request, "own_minutes.html", context)


def _figures(totals: Totals, day: date) -> list[dict[str, Any]]:
    language = current_language()
    opens = {"day": fmt.date_text(blocked_until(day) + timedelta(days=1), language)}
    people = {"n": fmt.number_text(totals.persons, language)}
    offers = {"n": fmt.number_text(totals.offers, language)}
    return [
        {"label": _("Personel süresi"), "value": totals.staff, "note": _("dakika, %(n)s kişi") % people},
        {"label": _("Etkin sözleşmeler"), "value": totals.active, "note": _("dakika")},
        {
            "label": _("Bloke"),
            "value": totals.blocked,
            "note": _("dakika, %(day)s günü açılır") % opens if totals.blocked else _("dakika"),
        },
        {"label": _("Onay bekleyen"), "value": totals.pending, "note": _("dakika, %(n)s teklif") % offers},
    ]


def after_write(row: BoardRow, sort: str) -> str:
    """The place after this row, for an address."""
    month = row.month
    values: dict[str, int | str] = {
        "bos": month.free,
        "etkin": month.active,
        "bloke": month.blocked,
        "bekleyen": month.pending,
        "ad": row.name_sort,
    }
    return f"{month.professional_id}|{values[sort.removeprefix('-')]}"


def after_read(text: str, sort: str) -> BoardAfter | None:
    """The place to read on from; anything odd begins anew."""
    number, _separator, value = text.replace("\0", "").partition("|")
    professional_id = number_read(number)
    if professional_id is None:
        return None
    if sort.removeprefix("-") == "ad":
        return BoardAfter(value, professional_id)
    size = number_read(value.removeprefix("-"))
    if size is None:
        return None
    return BoardAfter(-size if value.startswith("-") else size, professional_id)


def _by_person(freed: Iterable[Freed]) -> dict[int, list[Freed]]:
    found: dict[int, list[Freed]] = {}
    for one in freed:
        found.setdefault(one.professional_id, []).append(one)
    return found


def _opening(rows: Sequence[BoardRow], freed: dict[int, list[Freed]]) -> list[dict[str, Any]]:
    """What becomes free on which day, over all shown: the nearest days first."""
    days: dict[date, list[tuple[str, int]]] = {}
    for row in rows:
        for one in freed.get(row.month.professional_id, ()):
            days.setdefault(one.day, []).append((row.name, one.minutes))
    return [
        {
            "day": day,
            "minutes": sum(minutes for _name, minutes in people),
            "people": [name for name, _minutes in people],
        }
        for day, people in sorted(days.items())[:_FEW]
    ]


def _freed_by_provider(request: Any, professional: Professional | None) -> dict[int, list[str]]:
    if professional is None:
        return {}
    found: dict[int, list[Freed]] = {}
    for one in freed_of(request.actor, request.at, [professional.pk]):
        found.setdefault(one.provider_id, []).append(one)
    return {provider_id: show.freed_lines(freed) for provider_id, freed in found.items()}


def _certificates(professional_id: int) -> list[Held]:
    """The newest certificates, each as the board has it."""
    found = Certificate.objects.filter(professional_id=professional_id).order_by("-valid_from", "-pk")[:_FEW]
    return [
        Held(Profession(one.profession), CertificateClass(one.certificate_class), one.number, one.valid_to)
        for one in found
    ]


def _staff(professional_id: int, request: Any, **of: Any) -> list[StaffContract]:
    """The staff contracts in force."""
    found = StaffContract.objects.filter(valid_on(request.at), professional_id=professional_id, **of)
    return list(found.select_related("provider").order_by("-minutes", "pk")[:_FEW])
