"""The directory: providers and professionals, their standing, and what the directorate does about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.audit.services.record import Happening, record
from katip.contracts.capacity import Held
from katip.contracts.overview import COUNTED_TO, running_number
from katip.core.clock import day_of
from katip.core.errors import StaleStateError
from katip.core.usecase import acting_as
from katip.identity.models import Person
from katip.registry.directory import (
    NameAfter,
    Sought,
    professionals_find,
    professionals_seen,
    providers_find,
    providers_seen,
    staff_of,
    standings_of,
)
from katip.registry.models import OfficialRole, Professional, Provider, StandingVerb
from katip.registry.services.standing import (
    professional_authorise,
    professional_restore,
    professional_suspend,
    provider_authorise,
    provider_restore,
    provider_suspend,
)
from katip.rules import CertificateClass, Profession, RuleViolation
from katip.web.addresses import number_read
from katip.web.capacity.show import certificate_label, certificate_notes
from katip.web.context import contact
from katip.web.officials.forms import (
    CertificateForm,
    DirectoryForm,
    PersonForm,
    ProviderForm,
    ReasonForm,
    certificate_fields,
    provider_fields,
)
from katip.web.officials.guard import WATCHING, for_offices, read_record
from katip.web.once import once
from katip.web.people.serve import FormPage, form_serve
from katip.web.refusals import refusal_words

PAGE = 50
_NUMBERS = 2**31
_SUSPENDED = {"askida": True, "yetkili": False}


@for_offices(*WATCHING)
@require_GET
def providers(request: Any) -> HttpResponse:
    """*Hizmet verenler*: by title, found in any Turkish spelling."""
    office, form = request.chosen.office, DirectoryForm(request.chosen.office, request.GET)
    after = after_read(request.GET.get("sonra", ""))
    found = providers_find(office, _sought(form), after=after, limit=PAGE)
    rows = [
        {
            "url": reverse("provider", args=[one.pk]),
            "title": one.title,
            "short_title": one.short_title,
            "kind": one.get_kind_display(),
            "number": one.authorisation_no,
            "place": f"{one.province.name}, {one.district.name}",
            "suspended_on": one.suspended_on,
        }
        for one in found[:PAGE]
    ]
    last = found[PAGE - 1] if len(found) > PAGE else None
    context = {
        "rows": rows,
        "form": form,
        "narrowed": any(form.asked().values()),
        "may_act": _may_act(request),
        **_pager(request, "providers", len(rows), after, f"{last.pk}|{last.title_sort}" if last else ""),
    }
    return render(request, "directory_providers.html", context)


@for_offices(*WATCHING, people=True)
@require_GET
def provider(request: Any, no: int) -> HttpResponse:
    """One provider: its standing and history, its staff, how many contracts run."""
    found = _provider(request, no)
    read_record(request, "provider", found.pk)
    after = number_read(request.GET.get("sonra", ""))
    staff = staff_of(found, request.at, after=after, limit=PAGE)
    here, more = reverse("provider", args=[no]), len(staff) > PAGE
    context = {
        "provider": found,
        "kind": found.get_kind_display(),
        "contact": contact(found.contact_name, found.contact_phone, found.contact_hours),
        "running": _running(found),
        "history": _history(found),
        "staff": staff[:PAGE],
        "may_act": _may_act(request),
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(staff[:PAGE])} if more or after else "",
        "first_url": here if after else "",
        "next_url": f"{here}?{urlencode({'sonra': staff[PAGE - 1].pk})}" if more else "",
    }
    return render(request, "directory_provider.html", context)


@for_offices(*WATCHING, people=True)
@require_http_methods(["GET", "POST"])
def professionals(request: Any) -> HttpResponse:
    """*Profesyoneller*: by name or certificate; by T.C. kimlik no, which is posted and stands in no address."""
    person_form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        with acting_as(request.actor):
            number = _sought_by_number(request, person_form)
        if number is not None:
            return redirect("professional", no=number)
        with acting_as(request.actor):
            return _professionals_page(request, person_form, status=422)
    return _professionals_page(request, person_form)


def _sought_by_number(request: Any, form: PersonForm) -> int | None:
    """The professional with the number posted; that somebody was looked for is written down, the number is not."""
    if not form.is_valid():
        return None
    person = Person.objects.find_by_national_id(form.cleaned_data["national_id"])
    found = professionals_seen(request.chosen.office).filter(person=person).first() if person else None
    record(request.actor, request.at, Happening("official:professional:sought", found.pk if found else None))
    if found is None:
        form.add_error("national_id", _("Bu numarayla, görevinizin gördüğü bir profesyonel yok."))
        return None
    return found.pk


def _professionals_page(request: Any, person_form: PersonForm, *, status: int = 200) -> HttpResponse:
    office, form = request.chosen.office, DirectoryForm(request.chosen.office, request.GET)
    after = after_read(request.GET.get("sonra", ""))
    found = professionals_find(office, _sought(form), after=after, limit=PAGE)
    rows = [
        {
            "url": reverse("professional", args=[one.pk]),
            "name": one.person.name,
            "national_id": one.person.national_id_masked,
            "certificates": [(certificate_label(held), held.number) for held in _held(one)],
            "suspended_on": one.suspended_on,
        }
        for one in found[:PAGE]
    ]
    last = found[PAGE - 1] if len(found) > PAGE else None
    context = {
        "rows": rows,
        "form": form,
        "person_form": person_form,
        "narrowed": any(form.asked().values()),
        "may_act": _may_act(request),
        **_pager(request, "professionals", len(rows), after, f"{last.pk}|{last.person.name_sort}" if last else ""),
    }
    return render(request, "directory_professionals.html", context, status=status)


@for_offices(*WATCHING, people=True)
@require_GET
def professional(request: Any, no: int) -> HttpResponse:
    """One professional: certificates, standing and history, with whom they are on the staff."""
    found = _professional(request, no)
    read_record(request, "professional", found.pk)
    held = _held(found)
    context = {
        "no": found.pk,
        "name": found.person.name,
        "national_id": found.person.national_id_masked,
        "suspended_on": found.suspended_on,
        "certificates": [(certificate_label(one), one.number, one.valid_to) for one in held],
        "notes": certificate_notes(held, day_of(request.at)),
        "running": _running(found),
        "history": _history(found),
        "staff": staff_of(found, request.at, limit=PAGE)[:PAGE],
        "may_act": _may_act(request),
    }
    return render(request, "directory_professional.html", context)


@for_offices(OfficialRole.DIRECTORATE)
@once("providers")
@require_http_methods(["GET", "POST"])
def provider_new(request: Any) -> HttpResponse:
    """Authorise a provider."""
    page = FormPage(
        title=_("Yeni hizmet veren"),
        lead=_("Yetki belgesi düzenlenen kurumu kaydedin; kurum aynı gün teklif verebilir."),
        button=_("Yetkilendir"),
        back_label=_("Hizmet verenler"),
        back_url=reverse("providers"),
    )
    form_class = type("OfficeProviderForm", (ProviderForm,), {"office": request.chosen.office})

    def act(typed: dict[str, Any]) -> object:
        return provider_authorise(actor=request.actor, at=request.at, fields=provider_fields(typed))

    return form_serve(request, form_class, page, act, done=_("Hizmet veren yetkilendirildi."))


@for_offices(OfficialRole.DIRECTORATE)
@once("professionals")
@require_http_methods(["GET", "POST"])
def professional_new(request: Any) -> HttpResponse:
    """Authorise a professional: enter a certificate."""
    page = FormPage(
        title=_("Yeni belge"),
        lead=_("Belgesi olan kişi, bir kuruma personel olunca görevlendirilebilir."),
        button=_("Yetkilendir"),
        back_label=_("Profesyoneller"),
        back_url=reverse("professionals"),
    )

    def act(typed: dict[str, Any]) -> object:
        fields = certificate_fields(typed)
        return professional_authorise(
            actor=request.actor, at=request.at, national_id=typed["national_id"], fields=fields
        )

    return form_serve(request, CertificateForm, page, act, done=_("Profesyonel yetkilendirildi."))


@for_offices(OfficialRole.DIRECTORATE)
@require_http_methods(["GET", "POST"])
def provider_stand(request: Any, no: int) -> HttpResponse:
    """Suspend a provider, or restore one that is suspended: the same page, by what the provider is now."""
    with acting_as(request.actor):
        found = _provider(request, no)
        running = _running(found)
    service = provider_restore if found.suspended_on else provider_suspend
    return _stand(
        request,
        name=found.title,
        back=reverse("provider", args=[no]),
        suspended=found.suspended_on is not None,
        running=running,
        act=lambda reason: service(actor=request.actor, at=request.at, provider_id=no, reason=reason),
    )


@for_offices(OfficialRole.DIRECTORATE, people=True)
@require_http_methods(["GET", "POST"])
def professional_stand(request: Any, no: int) -> HttpResponse:
    """Suspend a professional, or restore one who is suspended."""
    with acting_as(request.actor):
        found = _professional(request, no)
        running = _running(found)
    service = professional_restore if found.suspended_on else professional_suspend
    return _stand(
        request,
        name=found.person.name,
        back=reverse("professional", args=[no]),
        suspended=found.suspended_on is not None,
        running=running,
        act=lambda reason: service(actor=request.actor, at=request.at, professional_id=no, reason=reason),
    )


def _stand(
    request: Any, *, name: str, back: str, suspended: bool, running: str, act: Callable[[str], object]
) -> HttpResponse:
    if request.method == "POST" and request.POST.get("suspended", "False") != str(suspended):
        messages.warning(request, refusal_words(RuleViolation("standing_changed")))
        return redirect(back)
    if suspended:
        title, button = _("Askıdan kaldırın"), _("Askıdan kaldır")
        lead = _("Bugünden başlayarak yeni teklif ve görevlendirme yeniden yapılabilir.")
        notes: tuple[str, ...] = ()
        done = _("Askıdan kaldırıldı.")
    else:
        title, button = _("Askıya alın"), _("Askıya al")
        lead = _("Bugünden başlayarak yeni teklif yapılamaz, bekleyen teklifler onaylanamaz.")
        notes = (_("Süren sözleşme: %(n)s. Onlar devam eder; sayfalarında askı görünür.") % {"n": running},)
        done = _("Askıya alındı.")
    page = FormPage(
        title=title,
        lead=lead,
        button=button,
        back_label=name,
        back_url=back,
        notes=notes,
        danger=not suspended,
        initial={"suspended": suspended},
    )

    def once(typed: dict[str, Any]) -> object:
        try:
            return act(typed["reason"])
        except StaleStateError as error:
            raise RuleViolation("standing_changed") from error

    return form_serve(request, ReasonForm, page, once, done=done)


def _provider(request: Any, no: int) -> Provider:
    found = providers_seen(request.chosen.office).filter(pk=no).first() if no < _NUMBERS else None
    if found is None:
        raise Http404
    return found


def _professional(request: Any, no: int) -> Professional:
    found = professionals_seen(request.chosen.office).filter(pk=no).first() if no < _NUMBERS else None
    if found is None:
        raise Http404
    return found


def _held(one: Professional) -> list[Held]:
    return [
        Held(Profession(held.profession), CertificateClass(held.certificate_class), held.number, held.valid_to)
        for held in one.certificates.all()[:PAGE]
    ]


def _running(subject: Provider | Professional) -> str:
    number = running_number(subject)
    return f"{COUNTED_TO}+" if number >= COUNTED_TO else str(number)


def _history(subject: Provider | Professional) -> list[dict[str, Any]]:
    words = {
        StandingVerb.AUTHORISED: (_("Yetkilendirildi"), "done"),
        StandingVerb.SUSPENDED: (_("Askıya alındı"), "bad"),
        StandingVerb.RESTORED: (_("Askıdan kaldırıldı"), "done"),
    }
    return [
        {
            "title": words[StandingVerb(one.verb)][0],
            "mark": words[StandingVerb(one.verb)][1],
            "at": one.at,
            "who": one.official.name,
            "role": _("yetkilendirme görevlisi"),
            "text": one.reason,
        }
        for one in standings_of(subject)
    ]


def _may_act(request: Any) -> bool:
    return bool(request.chosen.office.role == OfficialRole.DIRECTORATE)


def _sought(form: DirectoryForm) -> Sought:
    asked = form.asked()
    return Sought(asked.get("ara", ""), form.province(), _SUSPENDED.get(asked.get("durum", "")))


def _pager(request: Any, name: str, number: int, after: NameAfter | None, key: str) -> dict[str, str]:
    query = request.GET.copy()
    query.pop("sonra", None)
    first = f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)
    query["sonra"] = key
    return {
        "shown": _("%(n)s satır gösteriliyor") % {"n": number} if key or after else "",
        "first_url": first if after else "",
        "next_url": f"{reverse(name)}?{query.urlencode()}" if key else "",
    }


def after_read(text: str) -> NameAfter | None:
    """The place to read on from; anything odd begins anew."""
    number, _separator, sort = text.replace("\0", "").partition("|")
    found = number_read(number)
    return NameAfter(sort, found) if found is not None else None
