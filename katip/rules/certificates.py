"""Which certificate may serve which hazard class.

A serves all classes, B tehlikeli and az tehlikeli, C az tehlikeli. Until 31.12.2024 a specialist could serve one class
up (6331 geçici m.4); its end moved with the duty's start, and older texts still give 31.12.2023.

In listed sectors, a workplace with several specialists needs the class for one full-time specialist only (İSG Hizm.
Yön. m.5/3). The regulation names the sectors in words (kamu, maden, inşaat, metal, tekstil and others) and no activity
codes; no source says which codes these are. `LISTED_SECTORS` is therefore empty, and the rule off, until it is filled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from katip.rules.values import CertificateClass, Citation, HazardClass, Profession, RuleViolation


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


@dataclass(frozen=True, slots=True)
class ListedSectorRow:
    """Activities whose code begins with `prefix` belong to a listed sector, `since` to `until`, both days included."""

    prefix: str
    since: date
    until: date | None = None


_LAW = date(2012, 6, 30)  # RG 30.06.2012/28339
_OLD_TRANSITION_END = date(2023, 12, 31)
_LAST_EXTENSION = date(2024, 1, 1)
_TRANSITION_END = date(2024, 12, 31)
_ACT = "6331 sayılı İş Sağlığı ve Güvenliği Kanunu"

LAW_8 = Citation("6331 s.K. m.8/5", f"{_ACT} m.8/5", _LAW)
TRANSITION_OLD = Citation("6331 s.K. geçici m.4 (eski)", f"{_ACT} geçici m.4 (31.12.2023'e kadar)", _LAW)
TRANSITION = Citation("6331 s.K. geçici m.4", f"{_ACT} geçici m.4 (31.12.2024'e kadar)", _LAST_EXTENSION)
CERTIFIED = Citation("6331 s.K. m.6, m.8", f"{_ACT} m.6 ve m.8", _LAW)
# of RG 29.12.2012/28512; since when the paragraph stands in its present words was not found
SECTORS_5_3 = Citation(
    "İSG Hizm. Yön. m.5/3", "İş Sağlığı ve Güvenliği Hizmetleri Yönetmeliği m.5/3", date(2012, 12, 29)
)

_A, _B, _C = CertificateClass.A, CertificateClass.B, CertificateClass.C

CERTIFICATES: tuple[CertificateRow, ...] = (
    CertificateRow(_A, HazardClass.VERY_HAZARDOUS, LAW_8, _LAW),
    CertificateRow(_B, HazardClass.HAZARDOUS, LAW_8, _LAW),
    CertificateRow(_C, HazardClass.LOW, LAW_8, _LAW),
    # one class up, 6331 geçici m.4, as it read until its last extension
    CertificateRow(_B, HazardClass.VERY_HAZARDOUS, TRANSITION_OLD, _LAW, _OLD_TRANSITION_END),
    CertificateRow(_C, HazardClass.HAZARDOUS, TRANSITION_OLD, _LAW, _OLD_TRANSITION_END),
    # and by that extension
    CertificateRow(_B, HazardClass.VERY_HAZARDOUS, TRANSITION, _LAST_EXTENSION, _TRANSITION_END),
    CertificateRow(_C, HazardClass.HAZARDOUS, TRANSITION, _LAST_EXTENSION, _TRANSITION_END),
)

LISTED_SECTORS: tuple[ListedSectorRow, ...] = ()
"""Off until filled; see the module's text. A row is a prefix of the six-digit code, as `41.` or `25.11.05`."""


def certificate_serves(
    profession: Profession, certificate_class: CertificateClass, hazard: HazardClass, as_of: date
) -> Fit:
    """Say whether a certificate of this class may serve a workplace of this hazard class on this day.

    The certificates of physicians and other health personnel know no class and serve everywhere, so
    `certificate_class` is not looked at for them. A specialist's `CertificateClass.NONE` serves nowhere.
    Source: 6331 m.8/5 and geçici m.4.
    """
    if profession is not Profession.SAFETY_SPECIALIST:
        return Fit(ok=True, citation=CERTIFIED)
    for row in CERTIFICATES:
        in_force = row.since <= as_of and (row.until is None or as_of <= row.until)
        if row.certificate_class is certificate_class and in_force and hazard <= row.highest:
            return Fit(ok=True, citation=row.citation)
    return Fit(ok=False, citation=LAW_8)


def check_eligibility(  # noqa: PLR0917 - the facts of one certificate at one workplace
    profession: Profession,
    certificate_class: CertificateClass,
    valid_from: date,
    valid_to: date | None,
    hazard: HazardClass,
    as_of: date,
    *,
    activity: str | None = None,
    fitting_full_timer: bool = False,
    listed_sectors: Sequence[ListedSectorRow] = LISTED_SECTORS,
) -> Fit:
    """Refuse a certificate that may not serve a workplace of this hazard class on this day; else say by which text.

    `valid_from` to `valid_to` is the certificate's validity, both days included, None open. `activity` is the
    workplace's six-digit code, and `fitting_full_timer` whether another specialist, whose certificate has the class,
    serves there full-time: both matter in `listed_sectors` only.

    Raises RuleViolation with citation: `certificate_expired` (facts: valid_from, valid_to, as_of), also before the
    first day; `certificate_unfit` (class, hazard, as_of).
    Sources: 6331 m.8/5 and geçici m.4, İSG Hizm. Yön. m.5/3.
    """
    if as_of < valid_from or (valid_to is not None and as_of > valid_to):
        raise RuleViolation(
            "certificate_expired", CERTIFIED, {"valid_from": valid_from, "valid_to": valid_to, "as_of": as_of}
        )
    fit = certificate_serves(profession, certificate_class, hazard, as_of)
    if fit.ok:
        return fit
    certified = certificate_class is not CertificateClass.NONE
    if certified and fitting_full_timer and activity is not None and _listed(activity, as_of, listed_sectors):
        return Fit(ok=True, citation=SECTORS_5_3)
    raise RuleViolation(
        "certificate_unfit", fit.citation, {"class": certificate_class, "hazard": hazard, "as_of": as_of}
    )


def _listed(activity: str, as_of: date, rows: Sequence[ListedSectorRow]) -> bool:
    return any(
        activity.startswith(row.prefix) and row.since <= as_of and (row.until is None or as_of <= row.until)
        for row in rows
    )
