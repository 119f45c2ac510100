"""The story of a contract in words: its acts with who, in which role and by which second step, newest first."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.contracts.models import Contract, ContractAct, ContractVersion, DurationUpdate, MonthChange
from katip.contracts.seen import Story
from katip.contracts.selectors import decision_of
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.processes.models import Decision, Outcome, ProcessState
from katip.rules import ContractAction, ContractRole, ContractState, MonthOutcome, Profession
from katip.web import format as fmt
from katip.web.months.sentence import change_sentence
from katip.web.processes.kinds import Row, presenter_of
from katip.web.processes.present import proof_words, role_of
from katip.web.templatetags.katip import current_language
from katip.web.words import PROFESSIONS, in_sentence

_DECIDED = {ContractAction.ACCEPT, ContractAction.APPROVE, ContractAction.REJECT, ContractAction.UPDATE}
_GOOD = {ContractAction.ACCEPT, ContractAction.APPROVE, ContractAction.UPDATE}
_MONTH_WORDS = {
    MonthOutcome.AMENDED: gettext_lazy("Aylık bildirimle süre %(before)s → %(minutes)s dakika oldu"),
    MonthOutcome.ASKED: gettext_lazy(
        "Aylık bildirim işverene süre güncellemesi sordu: %(before)s → %(minutes)s dakika"
    ),
    MonthOutcome.PROVIDER: gettext_lazy(
        "Aylık bildirim hizmet verene süre güncellemesi sordu: %(before)s → %(minutes)s dakika"
    ),
    MonthOutcome.PERSON: gettext_lazy("Aylık bildirimle yeni bir görevlendirme gerekti"),
}
_BAD = {ContractAction.REJECT, ContractAction.WITHDRAW, ContractAction.LAPSE, ContractAction.END}


def story_rows(contract: Contract, story: Story, request: Any) -> list[Row]:
    """What was done and what is next, newest first, for the time line of acts."""
    links = request.actor.capacity != Capacity.OFFICIAL
    rows = [row for row in (_next_row(contract, request), _ending_row(contract)) if row is not None]
    rows += [_update_row(update, story, request, links=links) for update in story.updates if not _is_told(update)]
    rows += [row for change in story.changes if (row := _month_row(change, request)) is not None]
    decisions = _decisions(story)
    versions = {version.process_id: version for version in story.versions if version.process_id is not None}
    told = [_act_row(act, contract, decisions, versions, links=links) for act in story.acts]
    dated = [row for row in rows if row.get("at")] + told
    waiting = [row for row in rows if not row.get("at")]
    return waiting + sorted(dated, key=lambda row: (row["at"], row["order"]), reverse=True)


def _is_told(update: DurationUpdate) -> bool:
    """An update that was carried out is told by its act."""
    return update.process.state == ProcessState.COMPLETED


def _next_row(contract: Contract, request: Any) -> Row | None:
    process = contract.process
    if not process.waits_for:
        return None
    presenter = presenter_of(process)
    mine = bool(role_of(process, request))
    title = _("Sıra sizde: %(party)s onayı") if mine else _("Sırada: %(party)s onayı")
    until = ""
    if process.due_on:
        until = _("Son gün %(day)s") % {"day": fmt.deadline_text(process.due_on, current_language())}
    button = {"url": reverse("step", args=[process.pk]), "label": _("%(code)s sürecini aç") % {"code": process.code}}
    party = presenter.party(process, process.waits_for)
    return {"title": title % {"party": party}, "text": until, "mark": "current", "button": button if mine else None}


def _ending_row(contract: Contract) -> Row | None:
    if contract.state != ContractState.ACTIVE or contract.ends_on is None:
        return None
    day = fmt.deadline_text(contract.ends_on, current_language())
    return {"title": _("Sözleşmenin son günü: %(day)s") % {"day": day}, "mark": "todo", "text": contract.end_note}


def _update_row(update: DurationUpdate, story: Story, request: Any, *, links: bool) -> Row:
    """An update that waits, or came to nothing."""
    process = update.process
    change = {
        "before": fmt.number_text(update.minutes_before, current_language()),
        "minutes": fmt.number_text(update.minutes, current_language()),
    }
    link = {"url": reverse("step", args=[process.pk]), "label": _("%(code)s sürecini aç") % {"code": process.code}}
    who = process.created_by.name if process.created_by else ""
    links = links and (not update.reason or request.actor.capacity == Capacity.PROVIDER)
    if update.is_open:
        mine = bool(role_of(process, request))
        title = _("Süre güncellemesi sizi bekliyor: %(before)s → %(minutes)s dakika")
        other = _("Süre güncellemesi karar bekliyor: %(before)s → %(minutes)s dakika")
        until = ""
        if process.due_on:
            until = _("Son gün %(day)s") % {"day": fmt.deadline_text(process.due_on, current_language())}
        text = " ".join(part for part in (_("Öneren: %(name)s.") % {"name": who} if who else "", until) if part)
        shown = {"title": (title if mine else other) % change, "text": text, "mark": "warn"}
        return shown | ({"button": link} if mine else {"links": [link] if links else []})
    words = {
        ProcessState.REJECTED: _("Süre güncellemesi reddedildi: %(before)s → %(minutes)s dakika"),
        ProcessState.LAPSED: _("Süre güncellemesi yanıtlanmadığı için düştü: %(before)s → %(minutes)s dakika"),
    }.get(ProcessState(process.state), _("Süre güncellemesi geri çekildi: %(before)s → %(minutes)s dakika"))
    decided = next((decision for step in story.steps[process.pk] if (decision := decision_of(step))), None)
    return {
        "title": words % change,
        "at": process.closed_at,
        "order": 0,
        "who": decided.person.name if decided else "",
        "text": decided.reason if decided else "",
        "mark": "event",
        "links": [link] if links else [],
    }


def _month_row(change: MonthChange, request: Any) -> Row | None:
    """What a month did; an end is told by its act. Only who takes part in what it opened is led there."""
    outcome = MonthOutcome(change.outcome)
    if outcome not in _MONTH_WORDS:
        return None
    figures = {
        "before": fmt.number_text(change.minutes_before, current_language()),
        "minutes": fmt.number_text(change.minutes_after, current_language()),
    }
    links = []
    if change.process_id is not None and request.actor.capacity in _month_parties(change):
        links = [{"url": reverse("step", args=[change.process_id]), "label": _("açılan süreç")}]
    return {
        "title": str(_MONTH_WORDS[outcome]) % figures,
        "at": change.at,
        "order": 0,
        "text": change_sentence(change) + ".",
        "mark": "done" if outcome == MonthOutcome.AMENDED else "event",
        "version": change.version_no or 0,
        "links": links,
    }


def _month_parties(change: MonthChange) -> set[Capacity]:
    """Who takes part in what a month opened."""
    if change.outcome == MonthOutcome.ASKED:
        return {Capacity.WORKPLACE, Capacity.PROVIDER}
    return {Capacity.PROVIDER} if change.provider_id is not None else {Capacity.WORKPLACE}


def _decisions(story: Story) -> dict[tuple[str, int], tuple[Decision, int]]:
    """Decisions by party and person, each with its process: an act finds the one that it carries out."""
    found = {}
    for process_id, steps in story.steps.items():
        for step in steps:
            decision = decision_of(step)
            if decision is not None:
                found[decision.decided_at.isoformat(), decision.person_id] = (decision, process_id)
    return found


def _act_row(
    act: ContractAct,
    contract: Contract,
    decisions: dict[tuple[str, int], tuple[Decision, int]],
    versions: dict[int, ContractVersion],
    *,
    links: bool,
) -> Row:
    action, role = ContractAction(act.action), ContractRole(act.role)
    decision, process_id = None, None
    if action in _DECIDED and act.person_id is not None:
        decision, process_id = decisions.get((act.at.isoformat(), act.person_id), (None, None))
    version = versions.get(process_id or 0) if action in _GOOD and act.state_to == ContractState.ACTIVE else None
    shown: Row = {
        "at": act.at,
        "order": act.pk,
        "title": _title(act, contract),
        "who": act.person.name if act.person else "",
        "role": role_words(role, contract),
        "text": _text(act, decision),
        "mark": "done" if action in _GOOD else "bad" if action in _BAD else "event",
        "version": version.no if version else 0,
        "links": [],
    }
    if action == ContractAction.CARRY_OVER:
        shown["tag"] = "carried_over"
    if links and process_id is not None and decision is not None and decision.outcome == Outcome.APPROVED:
        shown["links"].append({"url": reverse("step", args=[process_id]), "label": _("onaylanan koşullar")})
    if action == ContractAction.REOFFER and act.detail.get("contract") and links:
        url = reverse("contract", args=[int(act.detail["contract"])])
        shown["links"].append({"url": url, "label": _("yeni teklif")})
    return shown


def role_words(role: ContractRole, contract: Contract) -> str:
    """In which role someone acted."""
    if role == ContractRole.MANAGER and contract.provider is not None:
        return _("sorumlu müdür, %(provider)s") % {"provider": contract.provider.short_title}
    return {
        ContractRole.MANAGER: _("sorumlu müdür"),
        ContractRole.EMPLOYER: _("e-Bildirge kullanıcısı"),
        ContractRole.PROFESSIONAL: in_sentence(str(PROFESSIONS[Profession(contract.profession)])),
        ContractRole.OPERATOR: _("kayıt işleticisi"),
        ContractRole.REGISTER: _("kendiliğinden"),
    }[role]


def _title(act: ContractAct, contract: Contract) -> str:
    action, role = ContractAction(act.action), ContractRole(act.role)
    if action == ContractAction.UPDATE:
        return _("Süre %(before)s → %(minutes)s dakika oldu") % {
            "before": fmt.number_text(int(act.detail.get("before", 0)), current_language()),
            "minutes": fmt.number_text(int(act.detail.get("minutes", 0)), current_language()),
        }
    if action == ContractAction.ANNOUNCE_END:
        return _("%(side)s sözleşmenin sona ereceğini bildirdi: %(day)s") % {
            "side": _side(role, contract),
            "day": _last_day(act),
        }
    if action == ContractAction.END:
        if role == ContractRole.REGISTER:
            return _end_by_itself(contract)
        return _("%(side)s sözleşmeyi sonlandırdı") % {"side": _side(role, contract)}
    words = {
        ContractAction.OFFER: _("Teklif gönderildi"),
        ContractAction.CARRY_OVER: _("Başka bir kayıttan aktarıldı"),
        ContractAction.ACCEPT: _("%(side)s kabul etti"),
        ContractAction.APPROVE: _("%(side)s onayladı, sözleşme yürürlüğe girdi"),
        ContractAction.REJECT: _("%(side)s reddetti"),
        ContractAction.WITHDRAW: _("%(side)s teklifi geri çekti"),
        ContractAction.LAPSE: _("Süresinde onaylanmadığı için düştü"),
        ContractAction.REVOKE_END: _("%(side)s bildirdiği sonlandırmayı geri aldı"),
        ContractAction.REOFFER: _("Yeniden teklif edildi"),
        ContractAction.DELETE: _("Taslak silindi"),
    }[action]
    return words % {"side": _side(role, contract)}


def _side(role: ContractRole, contract: Contract) -> str:
    if role == ContractRole.MANAGER and contract.provider is not None:
        return contract.provider.short_title
    if role == ContractRole.PROFESSIONAL:
        return str(PROFESSIONS[Profession(contract.profession)])
    return {ContractRole.EMPLOYER: _("İşveren")}.get(role, _("Kayıt"))


def _end_by_itself(contract: Contract) -> str:
    return {
        "headcount_zero": _("Çalışan kalmadığı için kendiliğinden sonlandı"),
        "workplace_closed": _("İşyerinin SGK numarası kapandığı için kendiliğinden sonlandı"),
    }.get(contract.end_reason, _("Bildirilen son gün doldu, sözleşme sonlandı"))


def _last_day(act: ContractAct) -> str:
    day = str(act.detail.get("last_day", ""))
    return ".".join(reversed(day.split("-"))) if day else fmt.date_text(day_of(act.at), current_language())


def _text(act: ContractAct, decision: Decision | None) -> str:
    parts = [act.reason] if act.reason else []
    if decision is not None:
        method = proof_words(decision.proof_method)
        moment = fmt.moment_text(decision.proof_at, current_language())
        parts.append(_("İkinci adım: %(method)s, %(moment)s.") % {"method": method, "moment": moment})
    return " ".join(parts)
