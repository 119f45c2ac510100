"""A contract's process in words: terms, reckoning, time line. Shown the same on step, rejection and result."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.contracts.models import Contract
from katip.contracts.selectors import decision_of
from katip.contracts.texts import TEXTS
from katip.core.actor import Capacity
from katip.processes.deadlines import working_days_left
from katip.processes.models import Outcome, PartyKind, Step
from katip.rules import HazardClass, Profession, SgkNumber, parse_sgk_number
from katip.web import format as fmt
from katip.web.context import contact
from katip.web.templatetags.katip import current_language
from katip.web.words import ASSIGNMENT_TYPES, CERTIFICATE_REACH, HAZARDS, PROFESSIONS, certificate_words

Row = dict[str, Any]


def process_head(contract: Contract, request: Any) -> Row:
    """Which process this is and where it stands."""
    process = contract.process
    waits = bool(process.waits_for)
    return {
        "no": process.pk,
        "code": contract.code,
        "profession_label": PROFESSIONS[Profession(contract.profession)],
        "state": contract.state,
        "deadline": process.due_on if waits else None,
        "days_left": working_days_left(process.due_on, request.at) if waits and process.due_on else None,
    }


def frame(contract: Contract, request: Any) -> Row:
    """What every page of a process shares: its head, the list it belongs to, whom to call."""
    mine = request.actor.capacity == Capacity.INDIVIDUAL
    provider = contract.provider
    name = f"{provider.short_title}, {provider.contact_name}"
    return {
        "process": process_head(contract, request),
        "list_label": _("Görevlendirmelerim") if mine else _("İSG Hizmet Sözleşmeleri"),
        "list_url": reverse("assignments") if mine else reverse("contracts"),
        "help_contact": contact(name, provider.contact_phone, provider.contact_hours),
    }


def terms_rows(contract: Contract, *, auto_update: bool | None, in_full: bool) -> list[Row]:
    """The terms as they were offered: what the parties approve. National ids are for the parties, who need them."""
    terms, profession = contract.process.terms, Profession(contract.profession)
    sgk: SgkNumber = parse_sgk_number(terms["workplace"]["sgk_number"])
    letter = terms["certificate"]["class"]
    certificate = _("Belge no %(number)s") % {"number": terms["certificate"]["number"]}
    if letter in CERTIFICATE_REACH:
        certificate = f"{certificate_words(letter)}, {certificate}; {CERTIFICATE_REACH[letter]}"
    provider_note = _("%(kind)s, yetki belgesi no %(number)s, %(place)s") % {
        "kind": contract.provider.get_kind_display(),
        "number": terms["provider"]["authorisation_no"],
        "place": terms["provider"]["province"],
    }
    national_id = _("T.C. kimlik no %(number)s") % {"number": contract.professional.person.national_id}
    rows = [
        _row(_("Hizmet alan işyeri"), terms["workplace"]["title"], _("SGK no %(n)s") % {"n": sgk.grouped()}),
        _row(_("Hizmet veren"), terms["provider"]["title"], provider_note),
        _row(str(PROFESSIONS[profession]), terms["professional"]["name"], national_id, certificate),
        _row(
            _("Aylık süre"),
            fmt.minutes_text(terms["minutes"], current_language()),
            _("Yolda geçen süre bu sürenin içinde değildir."),
            strong=True,
        ),
    ]
    if not in_full:
        return rows
    requirement = terms["requirement"]
    consent = {
        None: (_("Talimat verilmedi"), _("Çalışan sayınız değişirse yeni süre ayrıca onayınıza gelir.")),
        False: (_("Hayır"), _("Çalışan sayınız değişirse yeni süre ayrıca onayınıza gelir.")),
        True: (_("Evet"), _("Güncelleme başladığında süre yeni yasal alt sınıra uyar.")),
    }[auto_update]
    rows += [
        _row(_("Görevlendirme türü"), str(ASSIGNMENT_TYPES[terms["assignment_type"]])),
        _row(_("Tehlike sınıfı"), str(HAZARDS[HazardClass(requirement["hazard"])]), f"NACE {requirement['nace']}"),
        _row(_("Çalışan sayısı"), fmt.number_text(requirement["employees"], current_language()), _period(requirement)),
        _row(_("Yasal alt sınır"), *_minimum(requirement)),
        _row(_("Başlangıç"), _start(contract)),
        _row(_("Bitiş"), _("Belirsiz; taraflardan biri sonlandırana kadar")),
    ]
    if contract.process.waits_for:  # the card of today is no part of terms that were decided
        rows.append(_row(_("Otomatik güncelleme"), consent[0], consent[1]))
    return rows


def reckoning(contract: Contract) -> Row | None:
    """How the legal minimum was computed; nothing where the profession is not asked for."""
    requirement = contract.process.terms["requirement"]
    if not requirement["required"]:
        return None
    since = fmt.date_text(date.fromisoformat(requirement["citation"]["since"]), current_language())
    sources = [
        _("Çalışan sayısı: SGK, %(month)s. Tehlike sınıfı: NACE %(code)s.")
        % {"month": _month(requirement), "code": requirement["nace"]},
        _("Dayanak: %(article)s (%(since)s tarihinden beri).")
        % {"article": requirement["citation"]["full"], "since": since},
    ]
    if requirement["full_time_persons"]:
        sources.insert(
            0, _("Bu sürenin yanında %(n)s tam süreli kişi gerekir.") % {"n": requirement["full_time_persons"]}
        )
    if requirement["running"]:
        sources.insert(0, _("Bu görevde %(n)s dakika zaten yürürlükte.") % {"n": requirement["running"]})
    return {
        "headcount": requirement["remainder_employees"],
        "per_employee": requirement["per_employee"],
        "minutes": requirement["minutes"],
        "hazard_label": HAZARDS[HazardClass(requirement["hazard"])],
        "sources": sources,
    }


def timeline(contract: Contract, steps: list[Step], request: Any) -> list[Row]:
    """Who did what, who is next, and what follows."""
    process = contract.process
    party_words = {
        PartyKind.PROFESSIONAL: str(PROFESSIONS[Profession(contract.profession)]),
        PartyKind.EMPLOYER: _("İşveren"),
    }
    offered = _row("", "", f"{process.created_by.name}, {contract.provider.short_title}")
    events: list[Row] = [
        {"title": _("Teklif gönderildi"), "lines": offered["details"], "at": process.created_at, "mark": "done"}
    ]
    for step in steps:
        decision, party = decision_of(step), party_words[PartyKind(step.party)]
        if decision is not None:
            accepted = decision.outcome == Outcome.APPROVED
            words = _("%(party)s onayladı") if accepted else _("%(party)s reddetti")
            lines = [decision.person.name, *([decision.reason] if decision.reason else [])]
            mark = "done" if accepted else "bad"
            events.append({"title": words % {"party": party}, "lines": lines, "at": decision.decided_at, "mark": mark})
        elif step.no == process.current_step and process.waits_for:
            mine = request.actor.capacity == Capacity.WORKPLACE and step.party == PartyKind.EMPLOYER
            mine = mine or step.person_id == request.user.pk
            title = _("Sıra sizde: %(party)s onayı") if mine else _("Sırada: %(party)s onayı")
            until = []
            if process.due_on:
                until = [_("Son gün %(day)s") % {"day": fmt.deadline_text(process.due_on, current_language())}]
            events.append(
                {
                    "title": title % {"party": party},
                    "lines": until,
                    "at": None,
                    "mark": "current",
                }
            )
        elif process.waits_for:
            title = _("%(party)s onayı") % {"party": party}
            events.append({"title": title, "lines": [], "at": None, "mark": "todo"})
    if process.waits_for:
        events.append({"title": _("Yürürlüğe girer"), "lines": [_("Bu kayıtta, son onayla birlikte")], "mark": "todo"})
    return events


def receipt(step: Step) -> list[Row]:
    """Who decided, in which capacity, when, by which second step, on which text."""
    decision = decision_of(step)
    if decision is None:
        return []
    capacity = _("e-Bildirge kullanıcısı") if step.party == PartyKind.EMPLOYER else _("İSG profesyoneli")
    methods = {"totp": _("kod uygulaması")}
    language = current_language()
    digest = _("Koşulların özeti (SHA-256): %(hash)s") % {"hash": decision.terms_hash}
    words = TEXTS.get(decision.text_version, {}).get(language, "")
    text = [words, _("Metin sürümü %(version)s") % {"version": decision.text_version}] if words else []
    return [
        _row(_("Süreç no"), str(step.process_id)),
        _row(_("Onaylayan") if decision.outcome == Outcome.APPROVED else _("Reddeden"), decision.person.name, capacity),
        _row(_("Zaman"), fmt.moment_text(decision.decided_at, language)),
        _row(
            _("İkinci adım"),
            methods.get(decision.proof_method, decision.proof_method),
            fmt.moment_text(decision.proof_at, language),
        ),
        _row(_("Metin") if text else _("Koşullar"), *(text or [digest]), *([digest] if text else [])),
    ]


def _row(label: str, value: str, *details: str, strong: bool = False) -> Row:
    return {"label": label, "value": value, "details": [detail for detail in details if detail], "strong": strong}


def _month(requirement: Row) -> str:
    return fmt.month_text(date.fromisoformat(requirement["period"]), current_language())


def _period(requirement: Row) -> str:
    return _("SGK, %(month)s") % {"month": _month(requirement)}


def _minimum(requirement: Row) -> tuple[str, str]:
    if not requirement["required"]:
        return _("Bu işyerinde zorunlu değil"), requirement["citation"]["short"]
    text = fmt.minutes_text(requirement["minutes"], current_language())
    if requirement["full_time_persons"]:
        text = _("%(n)s tam süreli kişi ve %(minutes)s") % {"n": requirement["full_time_persons"], "minutes": text}
    return text, requirement["citation"]["short"]


def _start(contract: Contract) -> str:
    if contract.active_from is None:
        return _("İşverenin onayladığı an")
    return fmt.moment_text(contract.active_from, current_language())
