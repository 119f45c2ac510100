"""The workplace card: what the register knows, and rows 6–7, which its e-Bildirge user declares."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.registry.consents import AUTO_UPDATE, AUTO_UPDATE_NOW
from katip.registry.figures import headcounts_by_month
from katip.registry.hazards import Hazards
from katip.registry.models import ContactDeclaration, Workplace
from katip.registry.selectors import declarations_of, payments_of
from katip.registry.services.card_declare import card_declare
from katip.rules import HazardClass, kep_fits
from katip.updates.employer_month import changes_here, told_until
from katip.web.access import Access, access
from katip.web.card.forms import ContactForm
from katip.web.card.months import MONTHS_SHOWN, consent_did, headcount_row, months_before
from katip.web.entrance.kept import form_kept
from katip.web.home.duties import obligations, owed
from katip.web.once import once
from katip.web.reached import card_reached
from katip.web.templatetags.katip import current_language
from katip.web.words import HAZARDS


@access(Access.WORKPLACE)
@require_GET
def card(request: Any) -> HttpResponse:
    """*İşyeri Kartı Bilgileri*, rows 1 to 7."""
    workplace = _workplace(request)
    until = told_until(workplace.pk)
    since = months_before(until, MONTHS_SHOWN - 1) if until else None
    figures = headcounts_by_month(workplace.pk, since, until) if since and until else []
    changes = changes_here(request.actor, since) if since else []
    hazards = Hazards({workplace.activity_id, *(activity for _month, _employees, activity in figures if activity)})
    hazard = hazards.row(workplace.activity_id, day_of(request.at))
    declared = declarations_of(workplace)
    faults, users = card_reached(workplace.pk, declared[0] if declared else None, request.at)
    context = {
        "card": {
            "title": workplace.title,
            "sgk_number": workplace.sgk_number,
            "tax_no": workplace.vkn,
            "province": workplace.province.name,
            "district": workplace.district.name,
            "address": workplace.address,
            "nace_code": workplace.activity_id,
            "activity": workplace.activity.description,
            "hazard_label": HAZARDS[HazardClass(hazard.hazard_class)] if hazard else _("Bilinmiyor"),
            "hazard_source": hazard.source if hazard else "",
        },
        "headcount": headcount_row(figures, changes, hazards, workplace.activity_id),
        "consent_did": consent_did(changes),
        "duties": obligations(*owed(workplace, request)),
        "bank": [
            {
                "date": payment.paid_on,
                "text": payment.description,
                "counterparty": payment.counterparty,
                "amount": payment.amount,
                "tag": payment.state,
            }
            for payment in payments_of(workplace)
        ],
        "declaration": _declaration(declared[0]) | faults if declared else None,
        "users": users,
        "earlier": [_declaration(one) for one in declared[1:]],
        "can_edit": True,
        "who_may": "",
    }
    return render(request, "card.html", context)


@access(Access.WORKPLACE)
@once("card")
@require_http_methods(["GET", "POST"])
def contact(request: Any) -> HttpResponse:
    """*Kurumsal İletişim ve İzin İşlemleri*: one row, one form."""
    if request.method == "POST":
        return _contact_post(request)
    workplace = request.chosen.workplace
    last = ContactDeclaration.objects.filter(workplace=workplace).order_by("-no").first()
    start = ContactForm.beginning(workplace, last)
    kept = form_kept(request, workplace=str(workplace.pk))
    if kept:
        start |= {name: values[-1] for name, values in kept.items() if name in ContactForm.base_fields and values}
    return _contact_page(request, ContactForm(initial=start), kept=bool(kept))


def _contact_post(request: Any) -> HttpResponse:
    workplace = request.chosen.workplace
    if request.POST.get("action") == "districts":
        with acting_as(request.actor):
            return _contact_page(request, ContactForm(initial=_typed(request.POST)))
    with acting_as(request.actor):
        form = ContactForm(request.POST)
        if form.is_valid() and form.cleaned_data["workplace"] != workplace.pk:
            form.add_error(
                None,
                _("Başka bir sekmede firmayı değiştirdiniz. Şu an %(title)s adına işlem yapıyorsunuz; kaydedilmedi.")
                % {"title": workplace.title},
            )
        if not form.is_valid():
            return _contact_page(request, form, status=422)
    try:
        card_declare(actor=request.actor, at=request.at, workplace_id=workplace.pk, fields=form.fields_typed())
    except PermissionRefusedError:
        return redirect("companies")
    except StaleStateError:
        form.add_error(
            None, _("Aynı anda başka bir beyan kaydedildi. Yazdıklarınızı denetleyip yeniden Tamamla’ya basın.")
        )
        with acting_as(request.actor):
            return _contact_page(request, form, status=409)
    messages.success(request, _("İşyeri kartınız kaydedildi."))
    if form.cleaned_data["kep"] and not kep_fits(form.cleaned_data["kep"]):
        messages.warning(request, _("KEP adresi alışılmış biçimde değil (firma@hs01.kep.tr); yanlışsa düzeltin."))
    return redirect("home")


def _contact_page(request: Any, form: ContactForm, *, kept: bool = False, status: int = 200) -> HttpResponse:
    context = {"form": form, "consent": AUTO_UPDATE[AUTO_UPDATE_NOW[current_language()]].split("\n\n"), "kept": kept}
    return render(request, "contact.html", context, status=status)


def _typed(post: QueryDict) -> dict[str, Any]:
    return {name: post.get(name, "") for name in ContactForm.base_fields}


def _workplace(request: Any) -> Workplace:
    """The workplace with all that its card names."""
    related = Workplace.objects.select_related("province", "district", "activity")
    return related.get(pk=request.chosen.workplace.pk)


def _declaration(one: ContactDeclaration) -> dict[str, Any]:
    return {
        "phone": one.phone,
        "email": one.email,
        "postal_address": one.postal_address,
        "kep": one.kep,
        "province": one.province.name,
        "district": one.district.name,
        "auto_update": one.auto_update,
        "at": one.declared_at,
        "by": one.declared_by.name,
        "text_version": one.consent_text,
    }
