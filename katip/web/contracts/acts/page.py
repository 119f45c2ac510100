"""The page of one contract: where it stands, what it says now, whether that is enough, and all that was done to it."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts.fitness import UNDERTAKEN, fitness_of
from katip.contracts.models import Contract, ContractVersion, MonthChange, VersionBasis
from katip.contracts.seen import Story, story_of
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.core.usecase import whole_register
from katip.processes.deadlines import has_lapsed, working_days_left
from katip.registry.models import ContactDeclaration
from katip.rules import ContractAction, ContractState, HazardClass, Profession, parse_sgk_number
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.contracts.acts.seen import actions_open, contract_get
from katip.web.contracts.acts.story import story_rows
from katip.web.documents.show import document_rows
from katip.web.months.sentence import change_sentence
from katip.web.officials.guard import read_record
from katip.web.processes.kinds import Row, presenter_of, row
from katip.web.processes.present import role_of
from katip.web.templatetags.katip import current_language
from katip.web.words import ASSIGNMENT_TYPES, HAZARDS, PROFESSIONS, certificate_words, fit_words

PICTURE_DAYS = 30
"""A contract that began later has no history to draw yet."""


@access(Access.TWO_STEP)
@require_GET
def contract(request: Any, no: int) -> HttpResponse:
    """Everything about one contract, and what can be done to it."""
    found = contract_get(request, no)
    if request.actor.capacity == Capacity.OFFICIAL:
        read_record(request, "contract", found.pk)
    story = story_of(found)
    verdict, reason, required = _verdict(found, request)
    waits = bool(found.process.waits_for)
    due = found.process.due_on if waits else None
    context = {
        **contract_frame(found, request),
        "tags": _tags(found, story, str(verdict)),
        "deadline": due,
        "days_left": working_days_left(due, request.at) if due else None,
        "next_party": presenter_of(found.process).waits(found.process) if waits else "",
        "notices": _notices(found, request),
        "verdict": verdict,
        "reason": reason,
        "running": found.state == ContractState.ACTIVE,
        "terms": _terms(found, required),
        "history": _history(found, story, request),
        "versions": _versions(found, story, request),
        "today": day_of(request.at),
        "documents": document_rows(found, story.versions),
        "acts": story_rows(found, story, request),
        "links": _links(found, story),
        "buttons": _buttons(found, story, request),
    }
    return render(request, "contract.html", context)


def contract_frame(contract: Contract, request: Any) -> Row:
    """What the page and the pages of acts share: which contract it is, where it belongs, whom to call."""
    in_person = request.actor.capacity == Capacity.INDIVIDUAL
    official = request.actor.capacity == Capacity.OFFICIAL
    profession = str(PROFESSIONS[Profession(contract.profession)])
    other = contract.workplace.title
    if request.actor.capacity == Capacity.WORKPLACE:
        other = provider_words(contract)
    lists = (_("İSG Hizmet Sözleşmeleri"), reverse("contracts"))
    if in_person:
        lists = (_("Görevlendirmelerim"), reverse("assignments"))
    if official:
        lists = (contract.workplace.title, reverse("official_workplace", args=[contract.workplace_id]))
    return {
        "contract": {
            "no": contract.pk,
            "code": contract.code,
            "profession_label": profession,
            "state": contract.state,
            "url": reverse("contract", args=[contract.pk]),
            "other": other,
            "person": contract.professional.person.name,
            "minutes": contract.minutes_now,  # type: ignore[attr-defined] # annotated by the selector
            "process": contract.process_id,
        },
        "official": official,
        "acting": request.actor.capacity,
        "list_label": lists[0],
        "list_url": lists[1],
        "help_contact": presenter_of(contract.process).help(contract.process),
    }


def provider_words(contract: Contract) -> str:
    """Who supplies the professional."""
    return contract.provider.short_title if contract.provider else _("İşyerinin kendi personeli")


def _tags(contract: Contract, story: Story, verdict: str) -> list[str]:
    active = contract.state == ContractState.ACTIVE
    tags = [contract.state]
    if active and contract.ends_on is not None:
        tags.append("ending")
    if story.open_update is not None:
        tags.append("update_waits")
    elif active and verdict == "short":
        tags.append("update_needed")
    if contract.carried_over:
        tags.append("carried_over")
    return tags


def _notices(contract: Contract, request: Any) -> list[dict[str, str]]:
    """What flags the contract: who is suspended, what ends when, what is not proved."""
    language, notices = current_language(), []
    for since, words in (
        (
            contract.provider.suspended_on if contract.provider else None,
            _("Hizmet veren kurumun yetkisi %(day)s gününden beri askıda. Süren sözleşme sürer; yeni teklif olmaz."),
        ),
        (
            contract.professional.suspended_on,
            _("Profesyonelin belgesi %(day)s gününden beri askıda. Süren sözleşme sürer; yeni teklif olmaz."),
        ),
    ):
        if since is not None and since <= day_of(request.at):
            notices.append({"kind": "bad", "text": words % {"day": fmt.date_text(since, language)}})
    if contract.state == ContractState.ACTIVE and contract.ends_on is not None:
        day = fmt.deadline_text(contract.ends_on, language)
        words = _("Son gün %(day)s: o gün de hizmet verilir, sözleşme günün sonunda kendiliğinden sona erer.")
        notices.append({"kind": "warn", "text": words % {"day": day}})
    if has_lapsed(contract.process.due_on, request.at) and contract.process.waits_for:
        words = _("Son gün geçti; bu teklif artık onaylanamaz. %(again)s")
        again = presenter_of(contract.process).again(contract.process)
        notices.append({"kind": "warn", "text": words % {"again": again}})
    if contract.carried_over:
        words = _("Başka bir kayıttan aktarıldı, onayı burada kanıtlanmadı.")
        notices.append({"kind": "calm", "text": words})
    return notices


def _verdict(contract: Contract, request: Any) -> tuple[str, str, int | None]:
    """The verdict on the workplace's contracts of this profession, why, and the minutes that the law asks."""
    profession = Profession(contract.profession)
    judged = fitness_of([contract.workplace_id], request.at).get(contract.workplace_id)
    if judged is None:
        return "", "", None
    compliance = judged.judged[profession]
    required = compliance.requirement.minutes if compliance else None
    if contract.state != ContractState.ACTIVE:
        return "", "", required
    undertaken = judged.undertaken and profession in UNDERTAKEN
    return judged.fitness(profession).value, fit_words(compliance, undertaken=undertaken), required


def _terms(contract: Contract, required: int | None) -> list[Row]:
    """The terms as they are now."""
    language, certificate = current_language(), contract.certificate
    letter = certificate_words(certificate.certificate_class)
    number = _("Belge no %(number)s") % {"number": certificate.number}
    person, provider = contract.professional.person, contract.provider
    sgk = _("SGK no %(n)s") % {"n": parse_sgk_number(contract.workplace.sgk_number).grouped()}
    minutes: int = contract.minutes_now  # type: ignore[attr-defined] # annotated by the selector
    asked = _("İşyerinin bu görevde yasal alt sınırı: %(minutes)s dakika")
    rows = [
        row(_("Hizmet alan işyeri"), contract.workplace.title, sgk, contract.workplace.province.name),
        row(_("Hizmet veren"), provider.title if provider else _("İşyerinin kendi personeli")),
        row(
            str(PROFESSIONS[Profession(contract.profession)]),
            person.name,
            _("T.C. kimlik no %(number)s") % {"number": person.national_id_masked},
            f"{letter}, {number}" if letter else number,
        ),
        row(
            _("Aylık süre"),
            fmt.minutes_text(minutes, language),
            asked % {"minutes": fmt.number_text(required, language)} if required else "",
            strong=True,
        ),
        row(_("Görevlendirme türü"), str(ASSIGNMENT_TYPES[contract.assignment_type])),
        row(_("Başlangıç"), _start(contract)),
        row(_("Bitiş"), *_end(contract)),
    ]
    if contract.state == ContractState.ACTIVE:
        rows.append(_consent(contract))
    return rows


def _start(contract: Contract) -> str:
    if contract.active_from is not None:
        return fmt.date_text(contract.active_from, current_language())
    return _("Son onayla birlikte") if contract.process.waits_for else _("Yürürlüğe girmedi")


def _end(contract: Contract) -> tuple[str, ...]:
    if contract.ends_on is None:
        over = contract.state != ContractState.ACTIVE and not contract.process.waits_for
        return ("–",) if over else (_("Belirsiz; taraflardan biri sonlandırana kadar"),)
    reasons = {
        "by_provider": _("Hizmet veren sonlandırdı"),
        "by_employer": _("İşveren sonlandırdı"),
        "by_professional": _("Profesyonel ayrıldı"),
        "headcount_zero": _("Çalışan kalmadı"),
        "workplace_closed": _("İşyerinin SGK numarası kapandı"),
    }
    if contract.state == ContractState.ACTIVE:
        reasons |= {
            "by_provider": _("Hizmet veren sona ereceğini bildirdi"),
            "by_employer": _("İşveren sona ereceğini bildirdi"),
            "by_professional": _("Profesyonel ayrılacağını bildirdi"),
        }
    day = fmt.date_text(contract.ends_on, current_language())
    return day, reasons.get(contract.end_reason, ""), contract.end_note


def _consent(contract: Contract) -> Row:
    with whole_register("whether minutes follow the figures is a term that every side reads"):
        declared = ContactDeclaration.objects.filter(workplace_id=contract.workplace_id).order_by("-no").first()
    label = _("Otomatik güncelleme")
    if declared is None or declared.auto_update is None:
        return row(label, _("Talimat verilmedi"))
    answer = _("Evet") if declared.auto_update else _("Hayır")
    return row(label, answer, fmt.date_text(declared.declared_at, current_language()))


def _until(contract: Contract, versions: list[ContractVersion], index: int) -> date | None:
    """The last day of a version; None while it holds."""
    if index + 1 < len(versions):
        following = day_of(versions[index + 1].valid_from)
        return max(day_of(versions[index].valid_from), following - timedelta(days=1))
    return contract.ends_on if contract.state == ContractState.ENDED else None


def _history(contract: Contract, story: Story, request: Any) -> list[Row]:
    """The versions as a picture; nothing where one would say no more than the table does."""
    if not story.versions or (day_of(request.at) - day_of(story.versions[0].valid_from)).days < PICTURE_DAYS:
        return []
    rows: list[Row] = [
        {
            "since": day_of(version.valid_from),
            "until": _until(contract, story.versions, index),
            "minutes": version.minutes,
            "note": _("%(n)s çalışan") % {"n": fmt.number_text(version.employees, current_language())},
        }
        for index, version in enumerate(story.versions)
    ]
    update = story.open_update
    if update is not None:
        employees = (update.process.terms.get("requirement") or {}).get("employees")
        note = _("%(n)s çalışan") % {"n": fmt.number_text(employees, current_language())} if employees else ""
        since = day_of(update.process.created_at)
        rows.append({"since": since, "until": None, "minutes": update.minutes, "note": note, "waits": True})
    return rows if len(rows) > 1 else []


def _versions(contract: Contract, story: Story, request: Any) -> list[Row]:
    official = request.actor.capacity == Capacity.OFFICIAL
    basis = {
        VersionBasis.APPROVED: _("Onaylandı"),
        VersionBasis.UPDATED: _("Süre güncellendi"),
        VersionBasis.CARRIED: _("Aktarıldı, onayı burada kanıtlanmadı"),
        VersionBasis.AUTOMATIC: _("Kendiliğinden, aylık bildirimle"),
    }
    by_itself = {change.version_no: change for change in story.changes if change.version_no}
    answered = {change.process_id: change for change in story.changes if change.process_id}
    return [
        {
            "no": version.no,
            "since": version.valid_from,
            "until": _until(contract, story.versions, index),
            "minutes": version.minutes,
            "type": ASSIGNMENT_TYPES[version.assignment_type],
            "basis": basis[VersionBasis(version.basis)],
            "why": _why(by_itself.get(version.no) or answered.get(version.process_id or 0)),
            "employees": version.employees,
            "hazard_label": HAZARDS[HazardClass(version.hazard_class)],
            "required": version.required_minutes,
            "url": reverse("step", args=[version.process_id]) if version.process_id and not official else "",
            "process": version.process_id,
        }
        for index, version in enumerate(story.versions)
    ]


def _why(change: MonthChange | None) -> str:
    """What a month brought, where it made the version or opened the process that agreed on it."""
    return change_sentence(change) if change else ""


def _links(contract: Contract, story: Story) -> list[Row]:
    """What this contract follows, and what follows it."""
    before = contract.predecessor
    found = [(_("Önceki sözleşme"), before)] if before is not None else []
    found += [(_("Yeniden yapılan sözleşme"), after) for after in story.successors]
    words = _("%(code)s, %(day)s günü teklif edildi")
    return [
        {
            "label": label,
            "url": reverse("contract", args=[other.pk]),
            "text": words % {"code": other.code, "day": fmt.date_text(other.created_at, current_language())},
            "state": other.state,
        }
        for label, other in found
    ]


def _buttons(contract: Contract, story: Story, request: Any) -> list[Row]:
    """The acts open to this person, the likeliest first; deciding and taking back lead to the process's own pages."""
    actions = set(actions_open(contract, request, update_open=story.open_update is not None))
    a, process = ContractAction, contract.process_id
    if has_lapsed(contract.process.due_on, request.at):
        actions -= {a.ACCEPT, a.APPROVE, a.REJECT}
    in_person = request.actor.capacity == Capacity.INDIVIDUAL
    shown = [
        ({a.ACCEPT, a.APPROVE}, _("Oku ve karar ver"), reverse("step", args=[process]), "main"),
        ({a.UPDATE}, _("Süreyi güncelle"), reverse("contract_update", args=[contract.pk]), ""),
        ({a.REOFFER}, _("Yeniden teklif et"), reverse("contract_reoffer", args=[contract.pk]), "main"),
        ({a.REVOKE_END}, _("Sonlandırmayı geri al"), reverse("contract_end_revoke", args=[contract.pk]), ""),
        ({a.WITHDRAW}, _("Teklifi geri çek"), reverse("step_withdraw", args=[process]), "bad"),
        (
            {a.END, a.ANNOUNCE_END},
            _("Görevden ayrıl") if in_person else _("Sözleşmeyi sonlandır"),
            reverse("contract_end", args=[contract.pk]),
            "bad",
        ),
    ]
    found = [{"label": label, "url": url, "css": css} for wanted, label, url, css in shown if wanted & actions]
    if request.actor.capacity == Capacity.OFFICIAL:
        return found
    update = story.open_update
    if update is not None:
        mine = bool(role_of(update.process, request))
        label = _("Süre güncellemesine karar ver") if mine else _("Süre güncellemesini aç")
        step = reverse("step", args=[update.process_id])
        found.insert(0 if mine else len(found), {"label": label, "url": step, "css": "main" if mine else ""})
    if contract.process.waits_for and not actions & {a.ACCEPT, a.APPROVE}:
        found.insert(0, {"label": _("Süreci aç"), "url": reverse("step", args=[process]), "css": ""})
    return found
