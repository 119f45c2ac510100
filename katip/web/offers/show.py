"""What the pages of an offer show, as plain words and values."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import AssignmentType, Contract, OfferDraft
from katip.contracts.offering import Candidate, Place, written
from katip.contracts.services.draft import missing
from katip.contracts.services.offer import Figures
from katip.processes.deadlines import working_days_left
from katip.processes.models import Process
from katip.rules import ContractState, Profession, Requirement
from katip.web import format as fmt
from katip.web.offers.refusals import refusal_of
from katip.web.templatetags.katip import current_language
from katip.web.words import ASSIGNMENT_TYPES, HAZARDS, PROFESSIONS, certificate_words, kind_words

Row = dict[str, Any]
ORDER = ("kind", "information", "workplace", "professional", "minutes", "check")


def kind_hints() -> dict[str, str]:
    """The kinds' full titles, beside their cards."""
    return {str(kind.code): kind_words(kind.title) for kind in SERVICE_KINDS}


def frame(draft: OfferDraft | None, step: str) -> Row:
    """What every page of the wizard shares: which step it is of how many, and the draft it speaks of."""
    return {
        "draft": draft,
        "step": step,
        "step_no": ORDER.index(step) + 1 if step in ORDER else None,
        "steps": len(ORDER),
        "code": draft.code if draft else None,
        "profession_label": profession_words(draft.code) if draft else "",
        "profession": _profession(draft.code) if draft else "",
    }


def _profession(code: int) -> Profession:
    return next(kind.profession for kind in SERVICE_KINDS if kind.code == code)


def profession_words(code: int) -> str:
    """Who serves under a code: İşyeri hekimi."""
    return str(PROFESSIONS[_profession(code)])


def draft_row(
    draft: OfferDraft, workplaces: Mapping[int, str], people: Mapping[int, str], urls: Mapping[str, str]
) -> Row:
    """One line of the list of drafts."""
    answers = written(draft)
    open_step = missing(answers)
    waits = {
        "information": _("Sırada: bilgilendirmeyi okumak"),
        "workplace": _("Sırada: işyeri"),
        "professional": _("Sırada: profesyonel"),
        "minutes": _("Sırada: süre"),
        "": _("Sırada: denetleyip göndermek"),
    }
    unknown = _("SGK no %(n)s, bu kayıtta yok") % {"n": fmt.sgk_text(answers.sgk_number)} if answers.sgk_number else ""
    return {
        "no": draft.pk,
        "version": draft.version,
        "code": draft.code,
        "profession_label": profession_words(draft.code),
        "workplace": workplaces.get(answers.workplace_id or 0, unknown),
        "person": people.get(answers.professional_id or 0, ""),
        "minutes": answers.minutes,
        "next": waits[open_step],
        "url": reverse(urls[open_step], args=[draft.pk]),
        "by": draft.created_by.name,
        "at": draft.updated_at,
    }


def place(found: Place, code: int) -> Row:
    """The workplace with what the law asks of it for this code's profession, and what runs there."""
    fitness, workplace = found.fitness, found.workplace
    judged = fitness.judged[_profession(code)]
    return {
        "id": workplace.pk,
        "title": workplace.title,
        "sgk_number": workplace.sgk_number,
        "where": f"{workplace.province.name}, {workplace.district.name}",
        "nace": workplace.activity_id,
        "employees": fitness.employees,
        "period": found.period,
        "hazard_label": HAZARDS[fitness.hazard] if fitness.hazard else "",
        "required": requirement_words(judged.requirement) if judged else "",
        "article": judged.requirement.citation.short if judged else "",
        "is_required": judged.requirement.required if judged else True,
        "missing": judged.missing_minutes if judged else None,
        "missing_persons": judged.missing_persons if judged else 0,
        "undertaken": fitness.undertaken,
        "has_user": found.has_user,
    }


def requirement_words(requirement: Requirement) -> str:
    """`240 dakika (4 saat)`, with the full-time persons in front where some are owed."""
    if not requirement.required:
        return _("Bu işyerinde zorunlu değil")
    text = fmt.minutes_text(requirement.minutes, current_language())
    if requirement.full_time_persons:
        return _("%(n)s tam süreli kişi ve %(minutes)s") % {"n": requirement.full_time_persons, "minutes": text}
    return text


def candidate(found: Candidate) -> Row:
    """A professional with the month's minutes."""
    facts = found.facts
    words = refusal_of(found.refusal) if found.refusal else None
    return {
        "id": found.professional.pk,
        "name": found.professional.person.name,
        "national_id": found.professional.person.national_id_masked,
        "certificate": ", ".join(
            part
            for part in (
                certificate_words(found.certificate.certificate_class),
                _("belge no %(number)s") % {"number": found.certificate.number},
            )
            if part
        ),
        "staff": facts.staff,
        "active": facts.active,
        "blocked": facts.blocked,
        "blocked_until": facts.blocked_until,
        "pending": facts.pending,
        "free": facts.free,
        "refused": words.text if words else "",
        "cure": words.cure if words else "",
        "tag": "fit" if found.refusal is None else "short",
        "tag_label": _("Görevlendirilebilir") if found.refusal is None else _("Görevlendirilemez"),
    }


def figures(found: Figures, draft: OfferDraft, period: date | None) -> Row:
    """The reckoning of the offer: what is owed, what runs, what this one brings, what remains."""
    answers = written(draft)
    kind = answers.assignment_type or AssignmentType.PART_TIME
    facts, requirement = found.facts, found.requirement
    minutes = answers.minutes or 0
    part_time = kind == AssignmentType.PART_TIME
    remains = None
    if facts is not None and requirement is not None and part_time and answers.minutes is not None:
        remains = requirement.minutes - facts.running - minutes
    return {
        "assignment_type": ASSIGNMENT_TYPES[kind],
        "minutes": answers.minutes,
        "employees": facts.employees if facts else None,
        "period": period,
        "hazard_label": HAZARDS[facts.hazard] if facts and facts.hazard else "",
        "required": requirement_words(requirement) if requirement else "",
        "article": requirement.citation.short if requirement else "",
        "running": facts.running if facts else None,
        "running_persons": facts.full_time_persons if facts else 0,
        "minimum": found.minimum,
        "is_required": requirement.required if requirement else True,
        "remains": max(remains, 0) if remains is not None else None,
        "beyond": max(-remains, 0) if remains is not None else None,
        "free": found.free,
        "free_after": found.free - minutes if found.free is not None and answers.minutes is not None else None,
        "pending_with": facts.pending + minutes if facts else 0,
        "code": draft.code,
    }


def sheet_kind(code: int) -> str:
    """`103 · İş güvenliği uzmanı`."""
    return f"{code} · {profession_words(code)}"


def days_left(process: Process, at: datetime) -> int | None:
    """Working days to the last day of the step that waits, or None where there is none."""
    return working_days_left(process.due_on, at) if process.waits_for and process.due_on else None


def sent_terms(contract: Contract) -> list[Row]:
    """What was offered, in rows."""
    terms = contract.process.terms
    rows = [
        (_("Süreç no"), str(contract.process_id), ""),
        (_("İşyeri"), terms["workplace"]["title"], fmt.sgk_text(terms["workplace"]["sgk_number"])),
        (profession_words(contract.code), contract.professional.person.name, ""),
        (_("Görevlendirme türü"), str(ASSIGNMENT_TYPES[contract.assignment_type]), ""),
        (_("Aylık süre"), fmt.minutes_text(contract.minutes, current_language()), ""),
    ]
    return [{"label": label, "value": value, "details": [note] if note else []} for label, value, note in rows]


def sent_events(contract: Contract) -> list[Row]:
    """What happened and what follows, while the offer waits; afterwards the contract's own page tells more."""
    process = contract.process
    waits = contract.state
    until = []
    if process.waits_for and process.due_on:
        until = [_("Son gün %(day)s") % {"day": fmt.deadline_text(process.due_on, current_language())}]
    marks = {
        ContractState.AWAITING_PROFESSIONAL: ("current", "todo", "todo"),
        ContractState.AWAITING_EMPLOYER: ("done", "current", "todo"),
        ContractState.ACTIVE: ("done", "done", "done"),
    }
    sent_by = process.created_by.name if process.created_by else ""
    events: list[Row] = [
        {"title": _("Teklif gönderildi"), "lines": [sent_by], "at": process.created_at, "mark": "done"}
    ]
    if ContractState(waits) not in marks:
        return events
    steps = (
        (_("Profesyonel onaylar"), contract.professional.person.name),
        (_("İşveren onaylar"), contract.workplace.title),
        (_("Yürürlüğe girer"), _("Bu kayıtta, son onayla birlikte")),
    )
    for (title, who), mark in zip(steps, marks[ContractState(waits)], strict=True):
        events.append({"title": title, "lines": [who, *(until if mark == "current" else [])], "at": None, "mark": mark})
    return events
