"""Service contracts (103, 140, 177) and the employer's own staff (9002): terms, reckoning, consequences."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import Contract
from katip.processes.models import PartyKind, Process
from katip.registry.models import ProviderKind
from katip.rules import HazardClass, Profession, SgkNumber, parse_sgk_number
from katip.web import format as fmt
from katip.web.looks.named import professional_named
from katip.web.processes.kinds.base import Presenter, Row, row
from katip.web.templatetags.katip import current_language
from katip.web.words import ASSIGNMENT_TYPES, CERTIFICATE_REACH, HAZARDS, PROFESSIONS, certificate_words

OWN_STAFF = 9002


class ContractPresenter(Presenter):
    """A contract that a provider offers: the professional answers first, then the employer."""

    is_contract = True
    is_offer = True
    keeps_reason = True

    def label(self, process: Process) -> str:
        return str(PROFESSIONS[Profession(process.terms["profession"])])

    def heading(self, process: Process, role: str) -> str:
        what = {"code": process.code, "profession": self.label(process)}
        if role == PartyKind.EMPLOYER:
            return _("%(code)s · %(profession)s sözleşmesini onaylayın") % what
        if role == PartyKind.PROFESSIONAL:
            return _("%(code)s · %(profession)s görevlendirmenizi onaylayın") % what
        return _("%(code)s · %(profession)s sözleşmesi") % what

    def state(self, process: Process) -> str:
        contract = contract_of(process)
        return contract.state if contract is not None else super().state(process)

    def party(self, process: Process, party: str) -> str:
        return self.label(process) if party == PartyKind.PROFESSIONAL else super().party(process, party)

    def terms_title(self, process: Process) -> str:
        del process
        return _("Sözleşmenin koşulları")

    def terms(self, process: Process, *, in_full: bool, auto_update: bool | None = None) -> list[Row]:
        """What the parties approve, as it was offered. National ids are for the parties, who need them."""
        terms = process.terms
        rows = [
            workplace_row(terms),
            self._provider(terms),
            professional_row(process, self.label(process)),
            row(
                _("Aylık süre"),
                fmt.minutes_text(terms["minutes"], current_language()),
                _("Yolda geçen süre bu sürenin içinde değildir."),
                strong=True,
            ),
        ]
        if not in_full:
            return rows
        requirement = terms["requirement"]
        rows += [
            row(_("Görevlendirme türü"), str(ASSIGNMENT_TYPES[terms["assignment_type"]])),
            *figure_rows(requirement),
            row(_("Başlangıç"), self._start(process)),
            row(_("Bitiş"), _("Belirsiz; taraflardan biri sonlandırana kadar")),
        ]
        if process.waits_for:  # the card of today is no part of terms that were decided
            rows.append(consent_row(auto_update=auto_update))
        return rows

    def _provider(self, terms: Row) -> Row:
        provider = terms["provider"]
        note = _("%(kind)s, yetki belgesi no %(number)s, %(place)s") % {
            "kind": ProviderKind(provider["kind"]).label,
            "number": provider["authorisation_no"],
            "place": provider["province"],
        }
        return row(_("Hizmet veren"), provider["title"], note)

    def _start(self, process: Process) -> str:
        """From when it holds."""
        contract = contract_of(process)
        if contract is None or contract.active_from is None:
            return self._starts_when()
        return fmt.moment_text(contract.active_from, current_language())

    def _starts_when(self) -> str:
        return _("İşverenin onayladığı an")

    def reckoning(self, process: Process) -> Row | None:
        return reckoning(process.terms["requirement"])

    def consequence(self, process: Process, role: str) -> str:
        del process
        if role == PartyKind.EMPLOYER:
            return _(
                "Onaylarsanız sözleşme bu kayıtta hemen yürürlüğe girer. Reddederseniz iptal olur ve yeniden teklif "
                "edilmesi gerekir."
            )
        return _(
            "Onaylarsanız sıra işverene geçer; işveren de onaylayınca sözleşme bu kayıtta yürürlüğe girer. "
            "Reddederseniz iptal olur ve yeniden teklif edilmesi gerekir."
        )

    def done(self, process: Process, role: str, at: datetime) -> str:
        what = {
            "code": process.code,
            "profession": self.label(process),
            "at": fmt.moment_text(at, current_language()),
        }
        if role == PartyKind.EMPLOYER:
            return _("%(code)s · %(profession)s sözleşmesi bu kayıtta yürürlüğe girdi: %(at)s.") % what
        return (
            _(
                "%(code)s · %(profession)s görevlendirmesini onayladınız: %(at)s. Sıra işverende; o onaylayınca "
                "sözleşme bu kayıtta yürürlüğe girer."
            )
            % what
        )

    def opened(self, process: Process) -> str:
        del process
        return _("Teklif gönderildi")

    def follows(self, process: Process) -> str:
        del process
        return _("Yürürlüğe girer")

    def again(self, process: Process) -> str:
        del process
        return _("Teklifi gönderen kurum, sözleşmenin sayfasından yeniden teklif edebilir.")

    def related_url(self, process: Process) -> str:
        contract = contract_of(process)
        return reverse("contract", args=[contract.pk]) if contract is not None else ""


class OwnStaffPresenter(ContractPresenter):
    """9002: the employer assigns a certified employee of their own, whose acceptance completes it."""

    def heading(self, process: Process, role: str) -> str:
        what = {"code": process.code, "profession": self.label(process)}
        if role:
            return _("%(code)s · %(profession)s görevlendirmenizi onaylayın") % what
        return _("%(code)s · %(profession)s, kendi personeli") % what

    def terms_title(self, process: Process) -> str:
        del process
        return _("Görevlendirmenin koşulları")

    def _provider(self, terms: Row) -> Row:
        del terms
        return row(
            _("Hizmet veren"),
            _("İşyerinin kendi personeli"),
            _("İşveren, belgeli bir çalışanını kendi işyerinde görevlendiriyor."),
        )

    def _starts_when(self) -> str:
        return _("Profesyonelin onayladığı an")

    def consequence(self, process: Process, role: str) -> str:
        del process, role
        return _(
            "Onaylarsanız görevlendirme bu kayıtta hemen yürürlüğe girer. Reddederseniz iptal olur; işverenin yeniden "
            "görevlendirmesi gerekir."
        )

    def done(self, process: Process, role: str, at: datetime) -> str:
        del role
        what = {
            "code": process.code,
            "profession": self.label(process),
            "at": fmt.moment_text(at, current_language()),
        }
        return _("%(code)s · %(profession)s görevlendirmesi bu kayıtta yürürlüğe girdi: %(at)s.") % what

    def opened(self, process: Process) -> str:
        del process
        return _("Görevlendirme önerildi")

    def again(self, process: Process) -> str:
        del process
        return _("İşveren, sözleşmenin sayfasından yeniden teklif edebilir.")


def contract_of(process: Process) -> Contract | None:
    """The contract that the process agrees on."""
    contract: Contract | None = getattr(process, "contract", None)
    return contract


def workplace_row(terms: Row) -> Row:
    """The workplace served, with its SGK number in nine groups."""
    sgk: SgkNumber = parse_sgk_number(terms["workplace"]["sgk_number"])
    return row(_("Hizmet alan işyeri"), terms["workplace"]["title"], _("SGK no %(n)s") % {"n": sgk.grouped()})


def professional_row(process: Process, label: str) -> Row:
    """The professional with certificate; the national id where the process was read with its contract."""
    terms = process.terms
    letter = terms["certificate"]["class"]
    certificate = _("Belge no %(number)s") % {"number": terms["certificate"]["number"]}
    if letter in CERTIFICATE_REACH:
        certificate = f"{certificate_words(letter)}, {certificate}; {CERTIFICATE_REACH[letter]}"
    contract: Any = contract_of(process) or getattr(getattr(process, "duration_update", None), "contract", None)
    national_id = ""
    if contract is not None:
        national_id = _("T.C. kimlik no %(number)s") % {"number": contract.professional.person.national_id}
    return row(label, professional_named(process), national_id, certificate)


def figure_rows(requirement: Row) -> list[Row]:
    """The figures that the legal minimum was come by."""
    return [
        row(_("Tehlike sınıfı"), str(HAZARDS[HazardClass(requirement["hazard"])]), f"NACE {requirement['nace']}"),
        row(
            _("Çalışan sayısı"),
            fmt.number_text(requirement["employees"], current_language()),
            _("SGK, %(month)s") % {"month": _month(requirement)},
        ),
        row(_("Yasal alt sınır"), *_minimum(requirement)),
    ]


def consent_row(*, auto_update: bool | None) -> Row:
    """The workplace's standing consent to automatic updates, as of today."""
    label = _("Otomatik güncelleme")
    if auto_update:
        return row(label, _("Evet"), _("Güncelleme başladığında süre yeni yasal alt sınıra uyar."))
    declared = _("Talimat verilmedi") if auto_update is None else _("Hayır")
    return row(label, declared, _("Çalışan sayınız değişirse yeni süre ayrıca onayınıza gelir."))


def reckoning(requirement: Row) -> Row | None:
    """How the legal minimum was computed; nothing where the profession is not asked for."""
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


def _month(requirement: Row) -> str:
    return fmt.month_text(date.fromisoformat(requirement["period"]), current_language())


def _minimum(requirement: Row) -> tuple[str, str]:
    if not requirement["required"]:
        return _("Bu işyerinde zorunlu değil"), requirement["citation"]["short"]
    text = fmt.minutes_text(requirement["minutes"], current_language())
    if requirement["full_time_persons"]:
        text = _("%(n)s tam süreli kişi ve %(minutes)s") % {"n": requirement["full_time_persons"], "minutes": text}
    return text, requirement["citation"]["short"]


def codes() -> tuple[int, ...]:
    """The codes of service contracts."""
    return tuple(kind.code for kind in SERVICE_KINDS)
