"""The main screens: of a workplace, of a provider, and of a person in their own name."""

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
from katip.contracts.seen import short_count
from katip.contracts.selectors import WAITING, After, Duty, contract_list, contracts_now, state_counts
from katip.core.actor import Capacity
from katip.processes.models import PartyKind, Process
from katip.processes.selectors import WaitingAfter, processes_waiting
from katip.registry.models import ContactDeclaration
from katip.rules import ContractState, Profession
from katip.updates.provider_month import months_of
from katip.web.access import Access, access
from katip.web.context import waiting_total
from katip.web.contracts.views import PAGE, after_read, after_write
from katip.web.home.duties import obligations, owed
from katip.web.months.digest import digest_link
from katip.web.processes.kinds import presenter_of
from katip.web.processes.present import waiting_row
from katip.web.words import HAZARDS, PROFESSIONS


@access(Access.ACTING)
@require_GET
def home(request: Any) -> HttpResponse:
    """*Ana ekran*: what waits, which of the guide's steps are done, what the law asks."""
    if request.chosen.capacity == Capacity.INDIVIDUAL:
        return redirect("assignments")
    if request.chosen.capacity == Capacity.PROVIDER:
        return _home_of_provider(request)
    workplace = request.chosen.workplace
    live = contracts_now(request.actor, request.at, limit=PAGE)
    waiting = processes_waiting(request.actor, limit=PAGE, related=["contract__professional"])[:PAGE]
    duties, fitness = owed(workplace, request)
    declared = ContactDeclaration.objects.filter(workplace=workplace).order_by("-no").first()
    providers = {process.provider.short_title if process.provider else "" for process in waiting}
    context = {
        "waiting": [waiting_row(process, request) for process in waiting],
        "waiting_total": waiting_total(request),
        "only_contracts": 0 < waiting_total(request) == sum(presenter_of(process).is_offer for process in waiting),
        "provider_name": providers.pop() if len(providers) == 1 else "",
        "card_tasks": [*_approval_tasks(live, duties), *_card_tasks(declared)],
        "headcount": fitness.employees,
        "hazard_label": HAZARDS[fitness.hazard] if fitness.hazard else "",
        "obligations": obligations(duties, fitness),
        "events": _events(live),
        "digest": digest_link(request.actor),
    }
    return render(request, "home.html", context)


def _home_of_provider(request: Any) -> HttpResponse:
    """What waits for the provider's own decision, and how many contracts stand where."""
    waiting = processes_waiting(request.actor, limit=PAGE, related=["contract__professional"])[:PAGE]
    counts = state_counts(request.actor)
    months = months_of(request.actor)
    url = reverse("contracts")
    context = {
        "waiting": [waiting_row(process, request) for process in waiting],
        "waiting_total": waiting_total(request),
        "digest": digest_link(request.actor),
        "month": months[0] if months else None,
        "months_open": sum(month.open for month in months),
        "suspended_on": request.chosen.provider.suspended_on,
        "tallies": [
            {
                "label": _("Devam eden sözleşme"),
                "count": counts.get(ContractState.ACTIVE, 0),
                "url": f"{url}?liste=devam",
            },
            {
                "label": _("Başkasının onayını bekleyen teklif"),
                "count": sum(counts.get(state, 0) for state in WAITING),
                "url": f"{url}?liste=bekleyen",
            },
            {
                "label": _("Süresi yasal alt sınırın altında"),
                "count": short_count(request.actor.organisation),
                "url": f"{url}?liste=guncellenmesi-gereken",
            },
        ],
    }
    return render(request, "home_provider.html", context)


def assignment_row(contract: Contract) -> dict[str, Any]:
    """One assignment of a professional that awaits the employer, or runs."""
    return {
        "no": contract.process_id,
        "code": contract.code,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "url": reverse("contract", args=[contract.pk]),
        "minutes": contract.minutes_now,  # type: ignore[attr-defined] # annotated by the selector
        "state": contract.state,
        "ends_on": contract.ends_on,
        "workplace": contract.workplace.title,
        "place": contract.workplace.province.name,
        "provider": contract.provider.short_title if contract.provider else _("İşyerinin kendi personeli"),
        "since": contract.active_from,
    }


def _approval_tasks(live: list[Contract], duties: list[Duty]) -> list[dict[str, Any]]:
    """The guide's approvals that do not wait for this person: done, still with the professional, or not offered."""
    tasks = []
    for kind in SERVICE_KINDS:
        mine = [contract for contract in live if contract.profession == kind.profession]
        needed = any(
            duty.profession == kind.profession and duty.requirement and duty.requirement.required for duty in duties
        )
        if any(contract.process.waits_for == PartyKind.EMPLOYER for contract in mine) or not (mine or needed):
            continue
        title = _("%(code)s · %(profession)s sözleşmesi") % {
            "code": mine[0].code if mine else kind.code,
            "profession": PROFESSIONS[kind.profession],
        }
        if not mine:
            tasks.append({"title": title, "url": "", "text": _("OSGB’nizin teklifi bekleniyor."), "tag": "not_yet"})
            continue
        contract = mine[0]
        active = contract.state == ContractState.ACTIVE
        text = _("Bu kayıtta yürürlükte.") if active else _("Önce profesyonelin onayı bekleniyor.")
        url = reverse("contract", args=[contract.pk])
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
        side = contract.provider.short_title if contract.provider else _("İşyeriniz")
        offered = _("%(provider)s %(code)s teklif etti") % {"provider": side, "code": code}
        turns.append({"title": offered, "at": contract.created_at, "lines": []})
    return sorted(turns, key=lambda turn: turn["at"], reverse=True)[:6]


@access(Access.ACTING)
@require_GET
def assignments(request: Any) -> HttpResponse:
    """*Görevlendirmelerim*: what waits for the professional, and what runs."""
    if request.chosen.capacity != Capacity.INDIVIDUAL:
        return redirect("home")
    waiting_after = waiting_after_read(request.GET.get("bekleyen", ""))
    waiting = processes_waiting(request.actor, after=waiting_after, limit=PAGE, related=["contract__professional"])
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
        "digest": digest_link(request.actor),
        "waiting": [waiting_row(process, request) for process in waiting],
        "waiting_total": waiting_total(request),
        "waiting_first_url": reverse("assignments") if waiting_after else "",
        "waiting_next_url": f"{reverse('assignments')}?{urlencode({'bekleyen': waiting_after_write(waiting[-1])})}"
        if more_waiting
        else "",
        "running": [assignment_row(contract) for contract in running],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(running)} if more or after else "",
        "first_url": reverse("assignments") if after else "",
        "next_url": f"{reverse('assignments')}?{urlencode({'sonra': after_write(running[-1])})}" if more else "",
    }
    return render(request, "assignments.html", context)


def waiting_after_write(process: Process) -> str:
    """The place after this process in an inbox, for an address."""
    return f"{process.due_on.isoformat() if process.due_on else ''}|{process.pk}"


def waiting_after_read(text: str) -> WaitingAfter | None:
    """The place to read on from; anything odd begins anew."""
    day, bar, number = text.partition("|")
    if not bar or not number.isdecimal() or len(number) > 18:  # noqa: PLR2004 -- a bigint
        return None
    try:
        return WaitingAfter(date.fromisoformat(day) if day else None, int(number))
    except ValueError:
        return None
