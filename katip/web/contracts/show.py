"""One contract as a line of a list, in plain words and values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.contracts.fitness import UNDERTAKEN, WorkplaceFitness, fitness_of
from katip.contracts.lists import Tab
from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING
from katip.core.actor import Capacity
from katip.processes.deadlines import working_days_left
from katip.processes.models import PartyKind
from katip.rules import ContractAction, ContractState, Profession
from katip.web import format as fmt
from katip.web.contracts.acts.seen import actions_open
from katip.web.templatetags.words import current_language
from katip.web.words import PROFESSIONS, certificate_words, fit_words

_MINE = {
    Capacity.WORKPLACE: PartyKind.EMPLOYER,
    Capacity.PROVIDER: PartyKind.PROVIDER,
    Capacity.INDIVIDUAL: PartyKind.PROFESSIONAL,
}


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done to the contract of the ticked row: the button's words, and the page that does it.

    `of_process` says that the page is asked for by the number of the contract's process, not by the contract's.
    """

    words: Any
    actions: Collection[ContractAction]
    route: str
    of_process: bool = False


ACTS: Mapping[str, Act] = {
    "guncelle": Act(gettext_lazy("Süreyi Güncelle"), {ContractAction.UPDATE}, "contract_update"),
    "iptal": Act(gettext_lazy("İptal Et"), {ContractAction.WITHDRAW}, "step_withdraw", of_process=True),
    "sonlandir": Act(
        gettext_lazy("Sözleşmeyi Sonlandır"), {ContractAction.END, ContractAction.ANNOUNCE_END}, "contract_end"
    ),
    "yeniden": Act(gettext_lazy("Yeniden Teklif Et"), {ContractAction.REOFFER}, "contract_reoffer"),
}
"""The buttons above a list, in their order, by what the address calls them."""


def rows_shown(contracts: Sequence[Contract], request: Any, tab: Tab) -> list[dict[str, Any]]:
    """The lines of a page; one statement more judges the workplaces of those in force."""
    running = [contract.workplace_id for contract in contracts if contract.state == ContractState.ACTIVE]
    judged = fitness_of(running, request.at) if running else {}
    return [_row(contract, request, tab, judged) for contract in contracts]


def _row(given: Any, request: Any, tab: Tab, judged: Mapping[int, WorkplaceFitness]) -> dict[str, Any]:
    contract: Any = given  # with what the selector annotates
    process, waits = contract.process, contract.state in WAITING
    from_workplace = request.actor.capacity == Capacity.WORKPLACE
    notes = [certificate_words(contract.certificate.certificate_class), contract.professional.person.national_id_masked]
    updating = contract.update_process is not None
    decides_update = updating and contract.update_waits_for == _MINE[request.actor.capacity]
    mine = contract.rank == 0 if waits else decides_update
    step = process.pk if waits else contract.update_process
    in_process = waits or (updating and tab == Tab.UPDATING)
    due = process.due_on if waits else contract.update_due_on
    verdict, reason = _verdict(contract, judged.get(contract.workplace_id))
    return {
        "no": step or process.pk,
        "contract_no": contract.pk,
        "code": contract.code,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "tags": _tags(contract, tab, updating=updating),
        "url": reverse("step", args=[step]) if in_process else reverse("contract", args=[contract.pk]),
        "waits": step is not None,
        "decidable": mine and step is not None,
        "deadline": due if step else None,
        "days_left": working_days_left(due, request.at) if step and due else None,
        "person": contract.professional.person.name,
        "person_note": ", ".join(note for note in notes if note),
        **_other_side(contract, from_workplace=from_workplace),
        "minutes": contract.minutes_now,
        "full_time": contract.assignment_type == "full_time",
        "since": contract.active_from if contract.state == ContractState.ACTIVE else process.waiting_since,
        "notes": _notes(contract, updating=updating),
        "verdict": verdict,
        "reason": reason,
        "acts": acts_open(contract, request, updating=updating),
    }


def _other_side(contract: Contract, *, from_workplace: bool) -> dict[str, str]:
    """Whom the contract is with: the workplace, or who supplies the professional."""
    if not from_workplace:
        return {"other_side": contract.workplace.title, "other_place": contract.workplace.province.name}
    if contract.provider is None:
        return {"other_side": _("İşyerinin kendi personeli"), "other_place": ""}
    return {"other_side": contract.provider.short_title, "other_place": contract.provider.province.name}


def _tags(contract: Contract, tab: Tab, *, updating: bool) -> list[str]:
    tags = [str(contract.state)]
    if updating and tab != Tab.UPDATING:
        tags.append("update_waits")
    if contract.state == ContractState.ACTIVE and contract.ends_on is not None:
        tags.append("ending")
    if contract.carried_over:
        tags.append("carried_over")
    return tags


def _notes(contract: Any, *, updating: bool) -> list[str]:
    notes, language = [], current_language()
    if updating:
        waits = {
            PartyKind.EMPLOYER: _("İşveren onayı bekliyor."),
            PartyKind.PROVIDER: _("Hizmet veren onayı bekliyor."),
        }.get(contract.update_waits_for, "")
        words = _("Önerilen süre %(minutes)s dakika.") % {"minutes": fmt.number_text(contract.update_minutes, language)}
        notes.append(f"{words} {waits}".strip())
    if contract.state == ContractState.ACTIVE and contract.ends_on is not None:
        notes.append(_("Son gün %(day)s.") % {"day": fmt.date_text(contract.ends_on, language)})
    return notes + _suspensions(contract)


def _suspensions(contract: Contract) -> list[str]:
    """That who serves under a running contract is suspended: it goes on, and whoever reads it should know."""
    if contract.state != ContractState.ACTIVE:
        return []
    since = {
        _("Hizmet veren kurumun yetkisi %(since)s gününden beri askıda."): contract.provider
        and contract.provider.suspended_on,
        _("Profesyonelin belgesi %(since)s gününden beri askıda."): contract.professional.suspended_on,
    }
    return [words % {"since": fmt.date_text(day, current_language())} for words, day in since.items() if day]


def _verdict(contract: Contract, judged: WorkplaceFitness | None) -> tuple[str, str]:
    """Whether what is in force is enough, and why in one line; nothing for what is not in force."""
    if contract.state != ContractState.ACTIVE or judged is None:
        return "", ""
    profession = Profession(contract.profession)
    undertaken = judged.undertaken and profession in UNDERTAKEN
    return str(judged.fitness(profession)), fit_words(judged.judged[profession], undertaken=undertaken)


def acts_open(contract: Contract, request: Any, *, updating: bool) -> list[str]:
    """What this person may do to the contract beside deciding: keys of `ACTS`."""
    allowed = set(actions_open(contract, request, update_open=updating))
    return [key for key, act in ACTS.items() if allowed & set(act.actions)]


def act_words(request: Any, keys: Collection[str]) -> list[tuple[str, str]]:
    """These keys of `ACTS` with the words on their buttons, in order. One resigns in one's own name."""
    in_person = request.actor.capacity == Capacity.INDIVIDUAL
    words = {key: str(act.words) for key, act in ACTS.items() if key in keys}
    if in_person and "sonlandir" in words:
        words["sonlandir"] = _("Görevden Ayrıl")
    return list(words.items())
