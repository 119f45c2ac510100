"""*Verilerime kim baktı?*, and the page on which an official says why they look."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from katip.audit.looks import KEPT_MONTHS, WINDOW, After, Occasion, Reason
from katip.core.actor import Capacity
from katip.core.clock import ISTANBUL, day_of
from katip.registry.looks import Looked, own_looks
from katip.registry.services.reason import WHO_ASK, reason_give
from katip.web.access import Access, access
from katip.web.addresses import number_read, safe_next
from katip.web.looks.forms import LookReasonForm, LooksForm
from katip.web.looks.reasons import reason_drop, reason_keep, reason_of
from katip.web.looks.words import OCCASIONS, REASONS
from katip.web.officials.guard import for_offices
from katip.web.words import OFFICES

PAGE = 50
_YEAR = 12


@access(Access.TWO_STEP)
@require_GET
def account_looks(request: Any) -> HttpResponse:
    """Who looked at one's data, when, in which role and on what occasion; newest first."""
    kept = months_kept(request.at)
    form = LooksForm(kept, request.GET)
    month = form.month()
    first = month if month in kept else None
    since = _start(first or kept[-1])
    found = own_looks(
        request.actor,
        since=since,
        until=_start(_following(first)) if first else None,
        after=_after_read(request.GET.get("sonra", "")),
        limit=PAGE,
    )
    rows, more = found[:PAGE], len(found) > PAGE
    url = reverse("account_looks")
    named = {"ay": f"{first:%Y-%m}"} if first else {}
    here = f"{url}?{urlencode(named)}" if named else url
    context = {
        "form": form,
        "narrowed": bool(first),
        "rows": [_row(one) for one in rows],
        "months": KEPT_MONTHS,
        "window": int(WINDOW.total_seconds()) // 60,
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or "sonra" in request.GET else "",
        "first_url": here if "sonra" in request.GET else "",
        "next_url": f"{url}?{urlencode({**named, 'sonra': _after_write(rows[-1])})}" if more else "",
    }
    return render(request, "account_looks.html", context)


@for_offices(*WHO_ASK)
@require_http_methods(["GET", "POST"])
def look_reason(request: Any) -> HttpResponse:
    """Why the official is about to look people up; then on to the page that was asked for."""
    onward = safe_next(request)
    given = reason_of(request)
    form = LookReasonForm(
        request.POST if request.method == "POST" else None,
        initial={"reason": str(given.reason), "matter": given.matter} if given else None,
    )
    if request.method == "POST" and form.is_valid():
        made = reason_give(actor=request.actor, at=request.at, reason=form.chosen(), matter=form.cleaned_data["matter"])
        reason_keep(request, made)
        return HttpResponseRedirect(onward or reverse("office"))
    context = {"form": form, "next": onward, "minutes": settings.KATIP.reason_minutes, "given": given}
    return render(request, "look_reason.html", context, status=422 if form.is_bound else 200)


@for_offices(*WHO_ASK)
@require_POST
def look_reason_close(request: Any) -> HttpResponse:
    """The matter is closed: who is looked up next needs a reason of their own."""
    reason_drop(request)
    return redirect("office")


def months_kept(at: datetime) -> list[date]:
    """The first days of the months for which looks are kept, the newest first."""
    today = day_of(at)
    last = today.year * _YEAR + today.month - 1
    return [date(number // _YEAR, number % _YEAR + 1, 1) for number in range(last, last - KEPT_MONTHS, -1)]


def _following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ISTANBUL).astimezone(UTC)


def _row(one: Looked) -> dict[str, Any]:
    look = one.look
    return {
        "at": look.at,
        "name": one.name or _("Kayıt işleticisi"),
        "role": _role(one),
        "occasion": OCCASIONS[Occasion(look.occasion)],
        "reason": REASONS[Reason(look.reason)] if look.reason else "",
    }


def _role(one: Looked) -> str:
    """In which capacity, for whom."""
    if one.office is not None:
        place = one.office.province.name if one.office.province else _("bütün iller")
        return f"{OFFICES[one.office.role]}, {place}"
    words = {
        Capacity.INDIVIDUAL: _("kendi adına"),
        Capacity.WORKPLACE: _("e-Bildirge kullanıcısı"),
        Capacity.PROVIDER: _("sorumlu müdür"),
        Capacity.OFFICIAL: _("görevli"),
        Capacity.OPERATOR: _("bu kurulumu işleten"),
    }[Capacity(one.look.capacity)]
    return f"{words}, {one.organisation}" if one.organisation else words


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _after_write(one: Looked) -> str:
    return f"{(one.look.at - _EPOCH) // timedelta(microseconds=1)}|{one.look.event_id}"


def _after_read(text: str) -> After | None:
    """The place to read on from; anything odd begins anew."""
    moment, _separator, number = text.partition("|")
    micros, event = number_read(moment), number_read(number)
    if micros is None or event is None:
        return None
    try:
        return After(_EPOCH + timedelta(microseconds=micros), event)
    except OverflowError:
        return None
