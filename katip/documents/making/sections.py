"""The sections of a document: parties, terms, the law's figures, approvals, the end, the place in the log."""

from datetime import date
from typing import Any

from katip.contracts.models import VersionBasis
from katip.core.clock import day_of
from katip.documents.making.facts import Approval, Facts
from katip.documents.making.words import (
    ASSIGNMENT_TYPES,
    END_REASONS,
    HAZARDS,
    METHODS,
    PROFESSIONS,
    PROVIDER_KINDS,
    ROLES,
    Line,
    Pair,
    day,
    minutes,
    moment,
    month,
    number,
    pair,
    sgk_number,
)
from katip.documents.models import Occasion
from katip.rules import (
    CertificateClass,
    Citation,
    EndReason,
    HazardClass,
    Profession,
    Requirement,
    certificate_serves,
    required_minutes,
)
from katip.rules.activities import HAZARD_LIST
from katip.rules.certificates import CERTIFIED

Section = dict[str, Any]
NOTHING = "–"

_ITEM, _WHAT, _ARTICLE = pair("Konu", "Item"), pair("Kayıttaki bilgi", "As registered"), pair("Dayanak", "Article")


def _row(label: Pair, *lines: Line, article: Citation | None = None) -> dict[str, Any]:
    return {"label": label, "lines": [line for line in lines if line], "article": article.short if article else NOTHING}


def _rows(title: Pair, *rows: dict[str, Any], whole: bool = False) -> Section:
    head = [_ITEM, _WHAT, _ARTICLE]
    return {"kind": "rows", "title": title, "head": head, "rows": list(rows), "whole": whole}


def parties(facts: Facts) -> Section:
    """Who is bound, as the terms name them; the professional's T.C. kimlik no masked."""
    terms, contract = facts.terms, facts.contract
    workplace, provider, certificate = terms["workplace"], terms["provider"], terms["certificate"]
    place = f"SGK {sgk_number(workplace['sgk_number'])} · {contract.workplace.province.name}"
    served = _row(pair("Hizmet alan işyeri", "Workplace served"), workplace["title"], place)
    if provider is None:
        supplied = _row(
            pair("Görevlendiren", "Assigned by"),
            pair("İşveren, kendi personeli arasından", "The employer, from the own staff"),
        )
    else:
        authorised = pair(
            "{kind}, yetki belgesi no {no}, {province}",
            "{kind}, authorisation no. {no}, {province}",
            kind=PROVIDER_KINDS[provider["kind"]],
            no=provider["authorisation_no"],
            province=provider["province"],
        )
        supplied = _row(pair("Hizmet veren", "Provider"), provider["title"], authorised)
    person = contract.professional.person
    masked = pair("T.C. kimlik no {no}", "Turkish identity no. {no}", no=person.national_id_masked)
    served["article"] = supplied["article"] = CERTIFIED.short
    professional = _row(
        pair("Görevlendirilen", "Professional"),
        terms["professional"]["name"],
        PROFESSIONS[Profession(contract.profession)],
        masked,
        _certificate(certificate),
        article=_serves(facts),
    )
    return _rows(pair("Taraflar", "Parties"), served, supplied, professional)


def _certificate(certificate: dict[str, str]) -> Pair:
    if certificate["class"] == CertificateClass.NONE:
        return pair("Belge no {no}", "Certificate no. {no}", no=certificate["number"])
    words = "{letter} sınıfı belge, no {no}", "Class {letter} certificate, no. {no}"
    return pair(*words, letter=certificate["class"], no=certificate["number"])


def _serves(facts: Facts) -> Citation:
    """The article by which the certificate serves a workplace of this class."""
    return certificate_serves(
        Profession(facts.contract.profession),
        CertificateClass(facts.terms["certificate"]["class"]),
        HazardClass(facts.version.hazard_class),
        day_of(facts.version.valid_from),
    ).citation


def terms(facts: Facts) -> Section:
    """What was agreed."""
    contract, version = facts.contract, facts.version
    minimum = _citation(facts)
    basis = {
        VersionBasis.APPROVED: pair("Tarafların onayıyla", "By the parties' approval"),
        VersionBasis.UPDATED: pair("Onaylanan süre güncellemesiyle", "By an approved change of minutes"),
        VersionBasis.AUTOMATIC: pair(
            "İşverenin otomatik güncelleme talimatıyla, aylık bildirimden",
            "By the employer's consent to automatic updates, from a month's figures",
        ),
        VersionBasis.CARRIED: pair("Başka bir kayıttan aktarıldı", "Carried over from another register"),
    }[VersionBasis(version.basis)]
    ends = (
        day(contract.ends_on)
        if contract.ends_on and (facts.document.occasion == Occasion.ENDED or contract.carried_over)
        else pair("Belirsiz; taraflardan biri sonlandırana kadar", "Open, until one of the parties ends it")
    )
    title = facts.contract.process.terms.get("title", "")
    rows = [
        _row(pair("Sözleşme", "Contract"), f"{contract.code}/{contract.pk} · {title}", article=CERTIFIED),
        _row(pair("Sürüm", "Version"), pair("{no}. sürüm", "Version {no}", no=version.no), basis),
        _row(pair("Görevlendirme türü", "Assignment"), ASSIGNMENT_TYPES[version.assignment_type], article=minimum),
        _row(pair("Aylık süre", "Minutes a month"), minutes(version.minutes), article=minimum),
        _row(pair("Başlangıç", "Start"), moment(contract.active_from) if contract.active_from else NOTHING),
        _row(pair("Bu sürümün başlangıcı", "This version since"), moment(version.valid_from)),
        _row(pair("Bitiş", "End"), ends),
    ]
    if version.no == 1:
        del rows[5]
    return _rows(pair("Koşullar", "Terms"), *rows)


def law(facts: Facts) -> Section:
    """What the law asks of the workplace for this profession, and how that is reckoned."""
    version, need = facts.version, facts.requirement
    given = facts.terms.get("requirement") or {}
    employees: Line = number(version.employees)
    if facts.month is None and given.get("employees") == version.employees and given.get("period"):
        known = month(date.fromisoformat(given["period"]))
        employees = pair("{n} ({month})", "{n} ({month})", n=number(version.employees), month=known)
    nace = given.get("nace", "") if given.get("hazard") == version.hazard_class else ""  # a month may have changed both
    hazard = HAZARDS[HazardClass(version.hazard_class)]
    required = pair(
        "Kısmi süreli görevlendirmelerle toplam {minutes} dakika",
        "{minutes} minutes in all by part-time assignments",
        minutes=number(version.required_minutes),
    )
    return _rows(
        pair("Yasal alt sınır", "Legal minimum"),
        _row(pair("Çalışan sayısı", "Employees"), employees, article=_citation(facts)),
        _row(
            pair("Tehlike sınıfı", "Hazard class"),
            pair("{hazard}, NACE {nace}", "{hazard}, NACE {nace}", hazard=hazard, nace=nace) if nace else hazard,
            article=HAZARD_LIST,
        ),
        _row(pair("Gereken", "Required"), required, _reckoning(need), article=_citation(facts)),
        whole=True,
    )


def _reckoning(need: Requirement | None) -> Line:
    """12 çalışan × 20 dakika = 240 dakika."""
    if need is None:
        return ""
    if not need.required:
        return pair("Bu görev bu işyerinde zorunlu değil", "Not required of this workplace")
    served = pair(
        "{employees} çalışan × {each} dakika = {minutes} dakika",
        "{employees} employees × {each} minutes = {minutes} minutes",
        employees=number(need.remainder_employees),
        each=need.per_employee,
        minutes=number(need.minutes),
    )
    if not need.full_time_persons:
        return served
    return pair(
        "{persons} tam süreli kişi (her {per} çalışana bir) ve {served}",
        "{persons} full-time (one for each {per} employees) and {served}",
        persons=need.full_time_persons,
        per=number(need.full_time_per or 0),
        served=served,
    )


def _citation(facts: Facts) -> Citation:
    need = facts.requirement
    if need is not None:
        return need.citation
    version = facts.version
    return required_minutes(
        Profession(facts.contract.profession),
        hazard=HazardClass(version.hazard_class),
        employees=version.employees,
        as_of=day_of(version.valid_from),
    ).citation


def approvals(facts: Facts) -> Section:
    """Who approved in which role, when, by which second step, to which words, and where the log has it."""
    rows = [_approval(one) for one in facts.approvals]
    consent = facts.consent
    if consent is not None and consent.auto_update:
        role = pair("Otomatik güncelleme talimatı, işveren adına", "Consent to automatic updates, for the employer")
        rows.append(
            [
                [consent.declared_by.name, role],
                [moment(consent.declared_at)],
                [NOTHING],
                [consent.consent_text],
                [NOTHING],
            ]
        )
    if not rows:
        words = pair("Bu kayıtta verilmiş bir onay yok", "No approval was given in this register")
        rows.append([[words], [NOTHING], [NOTHING], [NOTHING], [NOTHING]])
    return {
        "kind": "table",
        "whole": False,
        "title": pair("Onaylar", "Approvals"),
        "columns": ["1fr", "32mm", "32mm", "36mm", "18mm"],
        "inline": 21,
        "head": [
            pair("Kim", "Who"),
            pair("Onay", "Approved"),
            pair("İkinci adım", "Second step"),
            pair("Onaylanan", "What"),
            pair("Kayıt sırası", "In the log"),
        ],
        "rows": rows,
    }


def _approval(one: Approval) -> list[list[Line]]:
    decision = one.decision
    process = pair("Süreç {no}", "Process {no}", no=one.process.pk)
    return [
        [decision.person.name, ROLES[one.party]],
        [moment(decision.decided_at)],
        [METHODS.get(decision.proof_method, decision.proof_method), moment(decision.proof_at)],
        [process, decision.text_version],
        [f"{one.position}" if one.position is not None else NOTHING],
    ]


def end(facts: Facts) -> Section:
    """When, why and by whom it ended."""
    contract, act = facts.contract, facts.end
    reason = END_REASONS[EndReason(contract.end_reason or EndReason.OTHER)]
    by = act.person.name if act and act.person else contract.ended_by.name if contract.ended_by else ""
    rows = [
        _row(pair("Son gün", "Last day"), day(contract.ends_on or day_of(facts.document.at))),
        _row(pair("Neden", "Reason"), reason, contract.end_note),
        _row(
            pair("Sonlandıran", "Ended by"),
            by or pair("Kayıt, kendiliğinden", "The register, by itself"),
            moment(facts.document.at),
        ),
    ]
    return _rows(pair("Sona erme", "End"), *rows)


def place(facts: Facts, url: str) -> Section:
    """Where the log has it, and what the hashes of it are; for those who check."""
    proof = facts.proof
    assert proof is not None  # noqa: S101 -- a document without a place in the log is not made
    origin = proof.note.split("\n", 1)[0]
    index = pair(
        "No {index}; {size} işlemlik kayıtta kanıtlandı",
        "No. {index}, proved in a log of {size} entries",
        index=proof.index,
        size=proof.size,
    )
    return {
        "kind": "rows",
        "whole": True,
        "title": pair("Değiştirilemez işlem kaydındaki yeri", "Place in the append-only log"),
        "head": [_ITEM, _WHAT],
        "rows": [
            _row(pair("İşlemin sırası", "Place of the event"), index),
            _row(pair("İşlem kaydı", "Log"), origin),
            _row(pair("İşlemin özeti", "Hash of the event"), proof.entry.hex()),
            _row(pair("Koşulların özeti", "Hash of the terms"), _terms_hash(facts)),
            _row(pair("Doğrulama", "Check"), url),
        ],
    }


def _terms_hash(facts: Facts) -> str:
    return (facts.version.process or facts.contract.process).terms_hash


def evidence(operator: str) -> Section:
    """What the document is, and what it is not (5070 m.5)."""
    return {
        "kind": "words",
        "whole": True,
        "title": pair("Bu belge nedir", "What this document is"),
        "paragraphs": [
            pair(
                "{operator} tarafından işletilen kayıttan alınmış bir kanıttır. Onaylar iki aşamalı girişten sonra bu "
                "kayıtta verildi; elle atılmış imzanın yerine geçmez. Belgenin mührü, onu bu kaydın düzenlediğini ve "
                "sonradan kimsenin değiştirmediğini gösterir.",
                "It is evidence from the register that {operator} runs. Approvals were given in this register after a "
                "sign-in with two steps; they do not replace a handwritten signature. The document's seal shows that "
                "this register made it and that nobody changed it since.",
                operator=operator,
            ),
            pair(
                "Sözleşmenin bugünkü durumunu karekod ya da yukarıdaki adres söyler. Türkçe metin esastır.",
                "What is true of the contract today is told by the QR code or the address above. The Turkish text "
                "prevails.",
            ),
        ],
    }


def cited(facts: Facts) -> list[str]:
    """The articles in full, each once."""
    named = [CERTIFIED, _serves(facts), HAZARD_LIST, _citation(facts)]
    return [f"{short}: {full}." for short, full in {one.short: one.full for one in named}.items()]
