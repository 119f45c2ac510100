"""*Personel*: the provider's professionals with their own minutes a month, and what of them is taken."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.people import SHOWN, Staffed, StaffKey, staff_contract_seen, staff_of, staff_waiting
from katip.contracts.services.staff import staff_end as end
from katip.contracts.services.staff import staff_propose as propose
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.core.shown import shown
from katip.core.usecase import acting_as
from katip.processes.deadlines import working_days_left
from katip.processes.models import Process
from katip.registry.models import StaffContract
from katip.rules import FULL_TIME_MONTH_MINUTES, Profession
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.once import once
from katip.web.people.forms import StaffEndForm, StaffForm
from katip.web.people.serve import FormPage, form_serve
from katip.web.processes.kinds import Row, row
from katip.web.templatetags.words import current_language
from katip.web.words import PROFESSIONS, certificate_words

SEARCHED = 100
"""characters of a search; more are not read"""


@access(Access.PROVIDER)
@require_GET
def staff(request: Any) -> HttpResponse:
    """Everybody with a staff contract that runs or comes, by name; above them the proposals that wait."""
    query = request.GET.get("ara", "").replace("\0", "").strip()[:SEARCHED]
    after = _after_read(request.GET.get("sonra", ""))
    found = staff_of(request.actor.organisation, request.at, search=query, after=after)
    rows, more = found[:SHOWN], len(found) > SHOWN
    asked = {"ara": query} if query else {}
    context = {
        "query": query,
        "rows": [_row(one, request) for one in rows],
        "waiting": [_waiting(process, request) for process in staff_waiting(request.actor.organisation)],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": f"{reverse('staff')}?{urlencode(asked)}" if after else "",
        "next_url": f"{reverse('staff')}?{urlencode({**asked, 'sonra': _after_write(rows[-1])})}" if more else "",
    }
    return render(request, "people_staff.html", context)


@access(Access.PROVIDER)
@once("staff")
@require_http_methods(["GET", "POST"])
def staff_propose(request: Any) -> HttpResponse:
    """Propose a staff contract, which the professional then accepts."""
    page = FormPage(
        title=_("Personel sözleşmesi önerin"),
        lead=_("Profesyonelin kurumunuzdaki aylık süresi: hizmet sözleşmelerinin süresi bundan karşılanır."),
        button=_("Profesyonele gönder"),
        back_label=_("Personel"),
        back_url=reverse("staff"),
        notes=(_("Profesyonel, Bireysel girişte kabul edince süre ilk günden başlayarak kullanılabilir."),),
        initial={
            "minutes": fmt.number_text(FULL_TIME_MONTH_MINUTES, current_language()),
            "first_day": day_of(request.at),
        },
    )

    def act(typed: dict[str, Any]) -> object:
        names = ("national_id", "minutes", "first_day", "last_day", "replace")
        return propose(actor=request.actor, at=request.at, **{name: typed[name] for name in names})

    return form_serve(request, StaffForm, page, act, done=_("Öneri gönderildi; profesyonelin kabulü bekleniyor."))


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def staff_end(request: Any, no: int) -> HttpResponse:
    """End a staff contract with a last day: the provider's side, or the professional in their own name."""
    provider_id = request.actor.organisation_id if request.actor.capacity == Capacity.PROVIDER else None
    if provider_id is None and request.actor.capacity != Capacity.INDIVIDUAL:
        raise Http404
    with acting_as(request.actor):
        found = staff_contract_seen(no, provider_id=provider_id, person_id=request.user.pk)
    if found is None:
        raise Http404
    mine = provider_id is None
    page = FormPage(
        title=_("Personel sözleşmesini sonlandırın"),
        lead=_("Son gün geçince bu süre hizmet sözleşmeleri için kullanılamaz."),
        button=_("Sonlandır"),
        back_label=_("Kendi Kayıtlarım") if mine else _("Personel"),
        back_url=reverse("own_records") if mine else reverse("staff"),
        notes=(_("Bu sürenin karşıladığı hizmet sözleşmeleri sürerken sonlandırma kabul edilmez."),),
        summary=tuple(summary(found)),
        danger=True,
    )

    def act(typed: dict[str, Any]) -> object:
        return end(actor=request.actor, at=request.at, staff_id=no, last_day=typed["last_day"])

    return form_serve(request, StaffEndForm, page, act, done=_("Personel sözleşmesinin son günü kaydedildi."))


def summary(one: StaffContract) -> list[Row]:
    """What tells a staff contract from others."""
    language = current_language()
    return [
        row(_("Hizmet veren"), one.provider.title),
        row(_("Profesyonel"), one.professional.person.name),
        row(_("Aylık süre"), fmt.minutes_text(one.minutes, language), strong=True),
        row(_("Günler"), days_text(one)),
    ]


def days_text(one: StaffContract | Staffed) -> str:
    """From when until when."""
    language = current_language()
    since = fmt.date_text(one.valid_from, language)
    if one.valid_to is None:
        return _("%(day)s gününden beri, belirsiz süreli") % {"day": since}
    return f"{since} – {fmt.date_text(one.valid_to, language)}"


def _row(one: Staffed, request: Any) -> Row:
    labels: dict[str, None] = {}
    shown(one.person_id)
    today = day_of(request.at)
    for certificate in (held for held in one.certificates if held.valid_to is None or held.valid_to >= today):
        label = str(PROFESSIONS[Profession(certificate.profession)])
        words = certificate_words(certificate.certificate_class)
        labels[f"{label}, {words}" if words else label] = None
    return {
        "no": one.staff_id,
        "person_no": one.professional_id,
        "name": one.name,
        "certificates": list(labels),
        "days": days_text(one) if one.valid_to or one.valid_from > day_of(request.at) else "",
        "coming": one.valid_from > day_of(request.at),
        "suspended": one.suspended,
        "minutes": one.minutes,
        "active": one.active,
        "pending": one.pending,
        "blocked": one.blocked,
        "free": one.free,
    }


def _waiting(process: Process, request: Any) -> Row:
    person = process.waits_for_person
    return {
        "no": process.pk,
        "name": person.name if person else "",
        "minutes": process.terms["minutes"],
        "deadline": process.due_on,
        "days_left": working_days_left(process.due_on, request.at) if process.due_on else None,
    }


def _after_write(one: Staffed) -> str:
    return f"{one.staff_id}|{one.name_sort}"


def _after_read(text: str) -> StaffKey | None:
    """The place to read on from; anything odd begins anew."""
    digits, separator, name_sort = text.replace("\0", "").partition("|")
    number = number_read(digits)
    return StaffKey(name_sort, number) if separator and number is not None else None
