"""Which certificate may serve which hazard class.

A serves all classes, B tehlikeli and az tehlikeli, C az tehlikeli. Until 31.12.2024 a specialist could serve one class
up (6331 geçici m.4; older texts still give 31.12.2023 as its end). The rule of listed sectors, where only one
full-time specialist needs the class (İSG Hizm. Yön. m.5/3), depends on the activity code and is not decided here.
"""

from dataclasses import dataclass
from datetime import date

from katip.rules.values import CertificateClass, Citation, HazardClass, Profession


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a certificate may serve a hazard class, and the text that says so."""

    ok: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A class of certificate serves up to `highest`, `since` to `until`, both days included; None is open."""

    certificate_class: CertificateClass
    highest: HazardClass
    citation: Citation
    since: date
    until: date | None = None


_LAW = date(2012, 6, 30)  # RG 30.06.2012/28339
_TRANSITION_END = date(2024, 12, 31)

LAW_8 = Citation(
    "6331 s.K. m.8/5",
    "6331 sayılı İş Sağlığı ve Güvenliği Kanunu m.8/5",
    _LAW,
)
TRANSITION = Citation(
    "6331 s.K. geçici m.4",
    "6331 sayılı İş Sağlığı ve Güvenliği Kanunu geçici m.4 (31.12.2024'e kadar)",
    _LAW,
)
HEALTH_CERTIFICATE = Citation(
    "6331 s.K. m.6, m.8",
    "6331 sayılı İş Sağlığı ve Güvenliği Kanunu m.6 ve m.8",
    _LAW,
)

CERTIFICATES: tuple[CertificateRow, ...] = (
    CertificateRow(CertificateClass.A, HazardClass.VERY_HAZARDOUS, LAW_8, _LAW),
    CertificateRow(CertificateClass.B, HazardClass.HAZARDOUS, LAW_8, _LAW),
    CertificateRow(CertificateClass.C, HazardClass.LOW, LAW_8, _LAW),
    # one class up, 6331 geçici m.4
    CertificateRow(CertificateClass.B, HazardClass.VERY_HAZARDOUS, TRANSITION, _LAW, _TRANSITION_END),
    CertificateRow(CertificateClass.C, HazardClass.HAZARDOUS, TRANSITION, _LAW, _TRANSITION_END),
)


def certificate_serves(
    profession: Profession, certificate_class: CertificateClass, hazard: HazardClass, as_of: date
) -> Fit:
    """Say whether a certificate of this class may serve a workplace of this hazard class on this day.

    The certificates of physicians and other health personnel know no class and serve everywhere, so
    `certificate_class` is not looked at for them. A specialist's `CertificateClass.NONE` serves nowhere.
    Source: 6331 m.8/5 and geçici m.4.
    """
    if profession is not Profession.SAFETY_SPECIALIST:
        return Fit(ok=True, citation=HEALTH_CERTIFICATE)
    for row in CERTIFICATES:
        in_force = row.since <= as_of and (row.until is None or as_of <= row.until)
        if row.certificate_class is certificate_class and in_force and hazard <= row.highest:
            return Fit(ok=True, citation=row.citation)
    return Fit(ok=False, citation=LAW_8)
