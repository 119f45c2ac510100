"""*Sorumlu müdürler*: who manages the provider, appointed by the e-Bildirge user of its own workplace."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.kinds.appointment import MANAGER_APPOINTMENT
from katip.contracts.people import managers_of, mandate_seen, open_processes
from katip.contracts.services.appointment import appointment_propose, mandate_end
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.core.usecase import acting_as
from katip.processes.deadlines import working_days_left
from katip.registry.models import Mandate, Provider
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.once import once
from katip.web.people.forms import AppointForm, ReasonForm
from katip.web.people.serve import FormPage, form_serve
from katip.web.processes.kinds import Row, row
from katip.web.templatetags.words import current_language


@access(Access.WORKPLACE)
@require_GET
def managers(request: Any) -> HttpResponse:
    """Who manages the provider now, whose answer is awaited, and who did before."""
    provider = provider_of(request)
    if provider is None:
        return _no_provider(request)
    rows = [mandate_row(one, request) for one in managers_of(provider.pk)]
    context = {
        "provider": provider.title,
        "now": [one for one in rows if one["holds"]],
        "before": [one for one in rows if not one["holds"]],
        "waiting": [
            {
                "no": process.pk,
                "name": process.waits_for_person.name if process.waits_for_person else "",
                "deadline": process.due_on,
                "days_left": working_days_left(process.due_on, request.at) if process.due_on else None,
            }
            for process in open_processes(MANAGER_APPOINTMENT, provider_id=provider.pk)
        ],
    }
    return render(request, "people_managers.html", context)


@access(Access.WORKPLACE)
@once("managers")
@require_http_methods(["GET", "POST"])
def manager_appoint(request: Any) -> HttpResponse:
    """Appoint a person, who then accepts in their own name."""
    with acting_as(request.actor):
        provider = provider_of(request)
        if provider is None:
            return _no_provider(request)
    page = FormPage(
        title=_("Sorumlu müdür görevlendirin"),
        lead=_("Sorumlu müdür, kurum adına sözleşme teklif eder, süresini günceller ve sonlandırır."),
        button=_("Görevlendirmeyi gönder"),
        back_label=_("Sorumlu Müdürler"),
        back_url=reverse("managers"),
        notes=(_("Kişi, Bireysel girişte kabul ettiği andan başlayarak kurum adına işlem yapabilir."),),
        summary=(row(_("Hizmet veren"), provider.title),),
    )

    def act(typed: dict[str, Any]) -> object:
        return appointment_propose(actor=request.actor, at=request.at, national_id=typed["national_id"])

    return form_serve(request, AppointForm, page, act, done=_("Görevlendirme gönderildi; kişinin kabulü bekleniyor."))


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def manager_end(request: Any, no: int) -> HttpResponse:
    """End a mandate at once, with a reason: the provider's own workplace, or the manager in their own name."""
    mine = request.actor.capacity == Capacity.INDIVIDUAL
    with acting_as(request.actor):
        provider = None if mine else provider_of(request)
        if provider is None and not mine:
            raise Http404
        found = mandate_seen(no, provider_id=provider.pk if provider else None, person_id=request.user.pk)
    if found is None or found.provider is None:
        raise Http404
    page = FormPage(
        title=_("Sorumlu müdürlüğü bırakın") if mine else _("Sorumlu müdürün yetkisini sonlandırın"),
        lead=_("Yetki hemen sona erer; kişi açık sayfalarından da kurum adına işlem yapamaz."),
        button=_("Yetkiyi sonlandır"),
        back_label=_("Kendi Kayıtlarım") if mine else _("Sorumlu Müdürler"),
        back_url=reverse("own_records") if mine else reverse("managers"),
        notes=(_("Kurumun başka sorumlu müdürü yoksa, yenisi kabul edene kadar kurum adına kimse işlem yapamaz."),),
        summary=(row(_("Hizmet veren"), found.provider.title), row(_("Sorumlu müdür"), found.person.name)),
        danger=True,
    )

    def act(typed: dict[str, Any]) -> object:
        return mandate_end(actor=request.actor, at=request.at, mandate_id=no, reason=typed["reason"])

    return form_serve(request, ReasonForm, page, act, done=_("Sorumlu müdürün yetkisi sonlandırıldı."))


def provider_of(request: Any) -> Provider | None:
    """The provider whose own workplace the person acts for, if it is one."""
    if request.actor.capacity != Capacity.WORKPLACE:
        return None
    return Provider.objects.filter(workplace_id=request.actor.organisation).first()


def mandate_row(one: Mandate, request: Any) -> Row:
    """A responsible manager's mandate as pages show it."""
    day = day_of(request.at)
    holds = one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
    return {
        "no": one.pk,
        "name": one.person.name,
        "provider": one.provider.title if one.provider else "",
        "holds": holds,
        "days": _days(one.valid_from, one.valid_to),
    }


def _days(since: date, until: date | None) -> str:
    language = current_language()
    if until is None:
        return _("%(day)s gününden beri") % {"day": fmt.date_text(since, language)}
    return f"{fmt.date_text(since, language)} – {fmt.date_text(max(since, until), language)}"


def _no_provider(request: Any) -> HttpResponse:
    words = _("Sorumlu müdürü, hizmet veren kurumun kendi işyerinin e-Bildirge kullanıcısı görevlendirir.")
    return render(request, "403.html", {"who_may": words}, status=403)
