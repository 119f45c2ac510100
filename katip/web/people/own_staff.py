"""*Kendi personelimiz*: certified employees whom the workplace itself assigned."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.models import Contract
from katip.contracts.people import SHOWN, own_staff_of
from katip.contracts.services.own_staff import own_staff_assign as assign
from katip.processes.deadlines import working_days_left
from katip.rules import ContractState, Profession
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.once import once
from katip.web.people.forms import OwnStaffForm
from katip.web.people.serve import FormPage, form_serve
from katip.web.words import ASSIGNMENT_TYPES, PROFESSIONS, certificate_words


@access(Access.WORKPLACE)
@require_GET
def own_staff(request: Any) -> HttpResponse:
    """The assignments of own staff, the newest first."""
    before_id = number_read(request.GET.get("sonra", ""))
    found = own_staff_of(request.actor.organisation, request.at, before=before_id)
    rows, more = found[:SHOWN], len(found) > SHOWN
    context = {
        "rows": [_row(contract, request) for contract in rows],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or before_id else "",
        "first_url": reverse("own_staff") if before_id else "",
        "next_url": f"{reverse('own_staff')}?{urlencode({'sonra': rows[-1].pk})}" if more else "",
    }
    return render(request, "people_own_staff.html", context)


@access(Access.WORKPLACE)
@once("own_staff")
@require_http_methods(["GET", "POST"])
def own_staff_assign(request: Any) -> HttpResponse:
    """Assign a certified employee, who then accepts in their own name."""
    page = FormPage(
        title=_("Kendi personelinizi görevlendirin"),
        lead=_(
            "İşyerinizde çalışan belgeli bir kişiyi uzman, hekim ya da diğer sağlık personeli olarak görevlendirin."
        ),
        button=_("Görevlendirmeyi gönder"),
        back_label=_("Kendi Personelimiz"),
        back_url=reverse("own_staff"),
        notes=(_("Kişi, Bireysel girişte kabul edince görevlendirme bu kayıtta yürürlüğe girer."),),
        aside=(
            (
                _("Ne denetlenir"),
                _("Belgenin geçerliliği ve sınıfı, işyerinin tehlike sınıfı, çalışan sayısına göre yasal alt süre."),
            ),
        ),
    )

    def act(typed: dict[str, Any]) -> object:
        return assign(
            actor=request.actor,
            at=request.at,
            national_id=typed["national_id"],
            profession=typed["profession"],
            minutes=typed["minutes"],
            assignment_type=typed["assignment_type"],
        )

    return form_serve(request, OwnStaffForm, page, act, done=_("Görevlendirme gönderildi; kişinin kabulü bekleniyor."))


def _row(contract: Contract, request: Any) -> dict[str, Any]:
    process, waits = contract.process, contract.state == ContractState.AWAITING_PROFESSIONAL
    ending = contract.state == ContractState.ACTIVE and contract.ends_on is not None
    return {
        "code": contract.code,
        "name": contract.professional.person.name,
        "note": contract.professional.person.national_id_masked,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "certificate": certificate_words(contract.certificate.certificate_class),
        "state": "ending" if ending else contract.state,
        "ends_on": contract.ends_on,
        "deadline": process.due_on if waits else None,
        "days_left": working_days_left(process.due_on, request.at) if waits and process.due_on else None,
        "since": contract.active_from,
        "minutes": contract.minutes_now,  # type: ignore[attr-defined] # annotated by the selector
        "type_label": ASSIGNMENT_TYPES[contract.assignment_type],
        "url": reverse("step", args=[process.pk]) if waits else reverse("contract", args=[contract.pk]),
    }
