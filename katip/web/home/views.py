"""The main screens: of a workplace, and of a professional in their own name."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import Contract
from katip.contracts.selectors import After, Duty, contract_list, contracts_now, duties_of
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.processes.deadlines import working_days_left
from katip.processes.models import PartyKind
from katip.registry.models import ContactDeclaration
from katip.registry.selectors import hazard_of, headcounts_of
from katip.rules import ContractState, Profession
from katip.web.access import Access, access
from katip.web.context import waiting_total
from katip.web.contracts.views import PAGE, after_read, after_write
from katip.web.words import HAZARDS, PROFESSIONS


@access(Access.ACTING)
@require_GET
def home(request: Any) -> HttpResponse:
    """*Ana ekran*: what waits, which of the guide's steps are done, what the law asks."""
    if request.chosen.capacity == Capacity.INDIVIDUAL:
        return redirect("assignments")
    if request.chosen.capacity == Capacity.PROVIDER:
        return redirect("contracts")
    workplace, day = request.chosen.workplace, day_of(request.at)
    live = contracts_now(request.actor, request.at, limit=PAGE)
    waiting = [contract for contract in live[:PAGE] if contract.process.waits_for == PartyKind.EMPLOYER]
    waiting.sort(key=lambda contract: (contract.process.due_on or date.max, contract.code))
    hazard, headcounts = hazard_of(workplace.activity_id, day), headcounts_of(workplace)
    employees = headcounts[-1].employees if headcounts else None
    duties = duties_of(request.actor, request.at, day, hazard.hazard_class if hazard else None, employees)
    declared = ContactDeclaration.objects.filter(workplace=workplace).order_by("-no").first()
    providers = {contract.provider.short_title for contract in waiting}
    context = {
        "waiting": [waiting_row(contract, request) for contract in waiting],
        "waiting_total": waiting_total(request),
        "provider_name": providers.pop() if len(providers) == 1 else "",
        "card_tasks": [*_approval_tasks(live, duties), *_card_tasks(declared)],
        "headcount": employees,
        "hazard_label": HAZARDS[hazard.hazard_class] if hazard else "",
        "obligations": [obligation(duty) for duty in duties],
        "events": _events(live),
    }
    return render(request, "home.html", context)


def waiting_row(contract: Contract, request: Any) -> dict[str, Any]:
    """One thing that waits for this person."""
    process = contract.process
    return {
        "no": process.pk,
        "code": contract.code,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "url": reverse("step", args=[process.pk]),
        "person": contract.professional.person.name,
        "minutes": contract.minutes,
        "deadline": process.due_on,
        "days_left": working_days_left(process.due_on, request.at) if process.due_on else None,
        "state": contract.state,
        "workplace": contract.workplace.title,
        "place": contract.workplace.province.name,
        "provider": contract.provider.short_title,
        "since": contract.active_from,
    }


def obligation(duty: Duty) -> dict[str, Any]:
    """What the law asks of one profession, beside what this register holds."""
    requirement = duty.requirement
    required = requirement.minutes if requirement else 0
    persons = requirement.full_time_persons if requirement else 0
    if requirement is None:
        tag, note = "waiting", _("Çalışan sayısı ya da tehlike sınıfı henüz bilinmiyor.")
    elif not requirement.required:
        tag, note = "not_required", requirement.citation.short
    elif duty.active >= required and duty.full_time_active >= persons:
        tag, note = "fit", ""
    elif duty.active + duty.pending >= required:
        tag, note = "waiting", ""
    else:
        tag, note = "short", ""
    if persons:
        missing = _("Ayrıca %(n)s tam süreli kişi gerekir.") % {"n": persons}
        note = f"{note} {missing}".strip()
    return {
        "profession_label": PROFESSIONS[duty.profession],
        "required": required if requirement and requirement.required else 0,
        "active": duty.active,
        "pending": duty.pending,
        "tag": tag,
        "note": note,
    }


def _approval_tasks(live: list[Contract], duties: list[Duty]) -> list[dict[str, Any]]:
    """The guide's approvals that do not wait for this person: done, still with the professional, or not offered."""
    tasks = []
    for kind in SERVICE_KINDS:
        mine = [contract for contract in live if contract.code == kind.code]
        needed = any(
            duty.profession == kind.profession and duty.requirement and duty.requirement.required for duty in duties
        )
        if any(contract.process.waits_for == PartyKind.EMPLOYER for contract in mine) or not (mine or needed):
            continue
        title = _("%(code)s · %(profession)s sözleşmesi") % {
            "code": kind.code,
            "profession": PROFESSIONS[kind.profession],
        }
        if not mine:
            tasks.append({"title": title, "url": "", "text": _("OSGB’nizin teklifi bekleniyor."), "tag": "not_yet"})
            continue
        contract = mine[0]
        active = contract.state == ContractState.ACTIVE
        text = _("Bu kayıtta yürürlükte.") if active else _("Önce profesyonelin onayı bekleniyor.")
        url = reverse("step", args=[contract.process_id])
        tasks.append({"title": title, "url": url, "text": text, "tag": "done" if active else "not_yet"})
    return tasks


def _card_tasks(declared: ContactDeclaration | None) -> list[dict[str, Any]]:
    url = reverse("contact")
    answered = declared is not None and declared.auto_update is not None
    return [
        {
            "title": _("Beyan telefonu ve e-postanızı girin"),
            "url": url,
            "text": _("İşyerinize ulaşılacak telefon ve e-posta."),
            "tag": "done" if declared else "todo",
        },
        {
            "title": _("Otomatik güncelleme talimatı"),
            "url": url,
            "text": _("Çalışan sayınız değiştikçe sürelerin onaysız uyması için."),
            "tag": "done" if answered else "optional",
        },
    ]


def _events(contracts: list[Contract]) -> list[dict[str, Any]]:
    """The newest turns of the workplace's contracts."""
    turns: list[dict[str, Any]] = []
    for contract in contracts:
        person, code = contract.professional.person.name, contract.code
        if contract.state == ContractState.ACTIVE:
            title = _("%(code)s yürürlüğe girdi") % {"code": code}
            turns.append({"title": title, "at": contract.active_from, "lines": [person]})
        elif contract.process.waits_for == PartyKind.EMPLOYER:
            title = _("%(person)s onayladı, %(code)s size geldi") % {"person": person, "code": code}
            turns.append({"title": title, "at": contract.process.waiting_since, "lines": []})
        offered = _("%(provider)s %(code)s teklif etti") % {"provider": contract.provider.short_title, "code": code}
        turns.append({"title": offered, "at": contract.created_at, "lines": []})
    return sorted(turns, key=lambda turn: turn["at"], reverse=True)[:6]


@access(Access.ACTING)
@require_GET
def assignments(request: Any) -> HttpResponse:
    """*Görevlendirmelerim*: what waits for the professional, and what runs."""
    if request.chosen.capacity != Capacity.INDIVIDUAL:
        return redirect("home")
    waiting_after = after_read(request.GET.get("bekleyen", ""))
    waiting = contract_list(
        request.actor, request.at, states=(ContractState.AWAITING_PROFESSIONAL,), after=waiting_after, limit=PAGE
    )
    more_waiting, waiting = len(waiting) > PAGE, waiting[:PAGE]
    after: After | None = after_read(request.GET.get("sonra", ""))
    found = contract_list(
        request.actor,
        request.at,
        states=(ContractState.ACTIVE, ContractState.AWAITING_EMPLOYER),
        after=after,
        limit=PAGE,
    )
    running, more = found[:PAGE], len(found) > PAGE
    context = {
        "waiting": [waiting_row(contract, request) for contract in waiting],
        "waiting_total": waiting_total(request),
        "waiting_first_url": reverse("assignments") if waiting_after else "",
        "waiting_next_url": f"{reverse('assignments')}?{urlencode({'bekleyen': after_write(waiting[-1])})}"
        if more_waiting
        else "",
        "running": [waiting_row(contract, request) for contract in running],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(running)} if more or after else "",
        "first_url": reverse("assignments") if after else "",
        "next_url": f"{reverse('assignments')}?{urlencode({'sonra': after_write(running[-1])})}" if more else "",
    }
    return render(request, "assignments.html", context)
