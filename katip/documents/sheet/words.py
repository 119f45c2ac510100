"""The words that cells say things with: written here for the export, read back by the same tables.

Values that sources show are written as they show them. The certificate's type, the states of offers and the approval
of a party are not shown by any official text; they are what other programs for this sheet look for.
"""

from datetime import date, datetime
from enum import StrEnum

from katip.core.clock import ISTANBUL
from katip.documents.sheet.columns import header_key
from katip.rules import CertificateClass, ContractState, EndReason, HazardClass, Profession

MONTHLY = "Aylık"
YES, NO = "Evet", "Hayır"


class SheetState(StrEnum):
    """Where the sheet says a contract stands: fewer states than the register knows."""

    DRAFT = "draft"
    OFFERED = "offered"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"
    INCOMPLETE = "incomplete"
    DELETED = "deleted"


class Approval(StrEnum):
    """How far the approval of a party, or of all, has come."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


_NAMES = {
    103: "OSGB İLE ÖZEL İŞYERİ ARASINDA İŞ GÜVENLİĞİ UZMANI HİZMET ALIMI SÖZLEŞMESİ",
    140: "OSGB İLE ÖZEL İŞYERİ ARASINDA İŞYERİ HEKİMLİĞİ HİZMET ALIMI SÖZLEŞMESİ",
    177: "OSGB İLE ÖZEL İŞYERİ ARASINDA DİĞER SAĞLIK PERSONELİ HİZMET ALIMI SÖZLEŞMESİ",
}

_STATES = {
    SheetState.DRAFT: "Taslak",
    SheetState.OFFERED: "Sözleşme Teklif Durumunda",
    SheetState.RUNNING: "Sözleşme Devam Ediyor",
    SheetState.ENDED: "Sözleşme Sonlandırıldı",
    SheetState.CANCELLED: "Sözleşme İptal Edildi",
    SheetState.INCOMPLETE: "Tamamlanmadı",
    SheetState.DELETED: "Silindi",
}
SHEET_STATE = {
    ContractState.DRAFT: SheetState.DRAFT,
    ContractState.DELETED: SheetState.DELETED,
    ContractState.AWAITING_PROFESSIONAL: SheetState.OFFERED,
    ContractState.AWAITING_EMPLOYER: SheetState.OFFERED,
    ContractState.ACTIVE: SheetState.RUNNING,
    ContractState.REJECTED: SheetState.CANCELLED,
    ContractState.WITHDRAWN: SheetState.CANCELLED,
    ContractState.LAPSED: SheetState.INCOMPLETE,
    ContractState.ENDED: SheetState.ENDED,
}
"""What each state of the register is called in the sheet."""

_APPROVALS = {
    Approval.WAITING: ("Sözleşme Onay Bekliyor", "Onay Bekliyor"),
    Approval.APPROVED: ("Sözleşme Onaylandı", "Onaylandı"),
    Approval.REJECTED: ("Sözleşme Reddedildi", "Reddedildi"),
}
_HAZARDS = {
    HazardClass.LOW: "Az Tehlikeli",
    HazardClass.HAZARDOUS: "Tehlikeli",
    HazardClass.VERY_HAZARDOUS: "Çok Tehlikeli",
}
_ASSIGNMENT_TYPES = {"full_time": "Tam Süreli", "part_time": "Kısmi Süreli"}
_CERTIFICATES = {
    Profession.SAFETY_SPECIALIST: "İş Güvenliği Uzmanlığı Belgesi",
    Profession.WORKPLACE_PHYSICIAN: "İşyeri Hekimliği Belgesi",
    Profession.OTHER_HEALTH_PERSONNEL: "Diğer Sağlık Personeli Belgesi",
}

_END_REASONS = {
    EndReason.BY_PROVIDER: "Hizmet veren tarafından sonlandırıldı",
    EndReason.BY_EMPLOYER: "Hizmet alan tarafından sonlandırıldı",
    EndReason.BY_PROFESSIONAL: "Görevlendirilen kişi tarafından sonlandırıldı",
    EndReason.HEADCOUNT_ZERO: "Çalışan sayısı sıfıra düştü",
    EndReason.WORKPLACE_CLOSED: "İşyeri kapandı",
    EndReason.OTHER: "Diğer",
}


def contract_name_words(code: int) -> str:
    """Sözleşme Adı of a process code, in capitals. Raises KeyError for what is no service contract."""
    return _NAMES[code]


def contract_state_words(state: ContractState) -> str:
    """Sözleşme Statü of a state."""
    return _STATES[SHEET_STATE[state]]


def approval_words(approval: Approval, *, of_contract: bool = False) -> str:
    """Onay Statüsü of a party, or with `of_contract` the Sözleşme Onay Durumu."""
    return _APPROVALS[approval][0 if of_contract else 1]


def hazard_class_words(hazard: HazardClass) -> str:
    """Tehlike Sınıfı."""
    return _HAZARDS[hazard]


def assignment_type_words(assignment_type: str) -> str:
    """Sözleşme Tipi of `full_time` or `part_time`."""
    return _ASSIGNMENT_TYPES[assignment_type]


def certificate_type_words(profession: Profession, certificate_class: CertificateClass) -> str:
    """Sertifika Tipi: `A Sınıfı İş Güvenliği Uzmanlığı Belgesi`; the other professions have no class."""
    words = _CERTIFICATES[profession]
    return words if certificate_class == CertificateClass.NONE else f"{certificate_class} Sınıfı {words}"


def end_reason_words(reason: EndReason, note: str = "") -> str:
    """Sonlandırılma Nedeni, with the words of who ended the contract."""
    return f"{_END_REASONS[reason]}: {note}" if note else _END_REASONS[reason]


def yes_no_words(answer: bool | None) -> str:  # noqa: FBT001 -- the answer is all there is to say
    """Evet, Hayır, or nothing where it is not known."""
    return "" if answer is None else YES if answer else NO


def day_words(day: date | None) -> str:
    """`23.09.2026`, nothing where there is none."""
    return f"{day:%d.%m.%Y}" if day else ""


def moment_words(at: datetime | None) -> str:
    """`23.09.2026 14:05:00` on the clocks of Turkey, nothing where there is none."""
    return f"{at.astimezone(ISTANBUL):%d.%m.%Y %H:%M:%S}" if at else ""


HAZARD_OF = {header_key(words): hazard for hazard, words in _HAZARDS.items()}
ASSIGNMENT_TYPE_OF = {header_key(words): name for name, words in _ASSIGNMENT_TYPES.items()} | {
    "tam": "full_time",
    "tamzamanli": "full_time",
    "kismi": "part_time",
    "kismizamanli": "part_time",
}
STATE_OF = {header_key(words): state for state, words in _STATES.items()} | {
    "onaybekliyor": SheetState.OFFERED,
    "sozlesmeonaybekliyor": SheetState.OFFERED,
    "devamediyor": SheetState.RUNNING,
    "sonlandirildi": SheetState.ENDED,
    "iptaledildi": SheetState.CANCELLED,
    "sozlesmetamamlanmadi": SheetState.INCOMPLETE,
    "sozlesmesilindi": SheetState.DELETED,
}
APPROVAL_OF = {header_key(words): approval for approval, both in _APPROVALS.items() for words in both} | {
    "onaybekleniyor": Approval.WAITING,
    "sozlesmeonaybekleniyor": Approval.WAITING,
    "bekliyor": Approval.WAITING,
}
ANSWER_OF = {
    "evet": True,
    "var": True,
    "uygun": True,
    "hayir": False,
    "yok": False,
    "uygundegil": False,
}
PROFESSION_BY_NAME = (
    ("isguvenligiuzman", Profession.SAFETY_SPECIALIST),
    ("isyerihekim", Profession.WORKPLACE_PHYSICIAN),
    ("digersaglikpersonel", Profession.OTHER_HEALTH_PERSONNEL),
)
"""A contract's name, or a certificate's type, belongs to the profession whose key stands in it."""
