"""Which certificate may serve which hazard class."""

from datetime import date, timedelta

import pytest

from katip.rules import (
    CertificateClass,
    HazardClass,
    ListedSectorRow,
    Profession,
    RuleViolation,
    certificate_serves,
    check_eligibility,
)
from katip.rules.certificates import CERTIFICATES, LISTED_SECTORS

A, B, C, NONE = CertificateClass
AZ, TEH, COK = HazardClass
IGU = Profession.SAFETY_SPECIALIST
TODAY = date(2026, 11, 1)
LAST_TRANSITION_DAY = date(2024, 12, 31)


@pytest.mark.parametrize(
    ("certificate_class", "today", "in_transition"),
    [
        (A, (True, True, True), (True, True, True)),
        (B, (True, True, False), (True, True, True)),
        (C, (True, False, False), (True, True, False)),
        (NONE, (False, False, False), (False, False, False)),
    ],
)
def test_specialists(
    certificate_class: CertificateClass, today: tuple[bool, ...], in_transition: tuple[bool, ...]
) -> None:
    def serves(as_of: date) -> tuple[bool, ...]:
        return tuple(certificate_serves(IGU, certificate_class, hazard, as_of).ok for hazard in HazardClass)

    assert serves(TODAY) == today
    assert serves(date(2025, 1, 1)) == today
    assert serves(LAST_TRANSITION_DAY) == in_transition


def test_the_source_is_the_transition_only_where_it_was_needed() -> None:
    assert certificate_serves(IGU, B, COK, LAST_TRANSITION_DAY).citation.short == "6331 s.K. geçici m.4"
    assert certificate_serves(IGU, C, TEH, date(2024, 1, 1)).citation.short == "6331 s.K. geçici m.4"
    assert certificate_serves(IGU, C, TEH, date(2023, 12, 31)).citation.short == "6331 s.K. geçici m.4 (eski)"
    assert certificate_serves(IGU, B, TEH, LAST_TRANSITION_DAY).citation.short == "6331 s.K. m.8/5"
    assert certificate_serves(IGU, B, COK, TODAY).citation.short == "6331 s.K. m.8/5"


@pytest.mark.parametrize("profession", [Profession.WORKPLACE_PHYSICIAN, Profession.OTHER_HEALTH_PERSONNEL])
def test_health_certificates_serve_everywhere(profession: Profession) -> None:
    assert all(certificate_serves(profession, NONE, hazard, TODAY).ok for hazard in HazardClass)


FROM, TO = date(2022, 5, 1), date(2027, 4, 30)


@pytest.mark.parametrize("as_of", [FROM, TODAY, TO])
@pytest.mark.parametrize("profession", Profession)
def test_a_valid_certificate_of_the_class_may_serve(profession: Profession, as_of: date) -> None:
    fit = check_eligibility(profession, A, FROM, TO, COK, as_of)
    assert fit.ok
    assert fit.citation.short == ("6331 s.K. m.8/5" if profession is IGU else "6331 s.K. m.6, m.8")


@pytest.mark.parametrize("as_of", [FROM - timedelta(days=1), TO + timedelta(days=1)])
@pytest.mark.parametrize("profession", Profession)
def test_a_certificate_out_of_its_days_is_refused(profession: Profession, as_of: date) -> None:
    with pytest.raises(RuleViolation) as refusal:
        check_eligibility(profession, A, FROM, TO, AZ, as_of)
    assert refusal.value.code == "certificate_expired"
    assert refusal.value.facts == {"valid_from": FROM, "valid_to": TO, "as_of": as_of}
    assert refusal.value.citation is not None


def test_a_certificate_without_an_end_does_not_expire() -> None:
    assert check_eligibility(IGU, C, FROM, None, AZ, date(2090, 1, 1)).ok


@pytest.mark.parametrize(
    ("certificate_class", "hazard"), [(B, COK), (C, TEH), (C, COK), (NONE, AZ), (NONE, TEH), (NONE, COK)]
)
def test_a_class_too_low_is_refused(certificate_class: CertificateClass, hazard: HazardClass) -> None:
    with pytest.raises(RuleViolation) as refusal:
        check_eligibility(IGU, certificate_class, FROM, TO, hazard, TODAY, activity="41.00.02", fitting_full_timer=True)
    assert refusal.value.code == "certificate_unfit"
    assert refusal.value.facts == {"class": certificate_class, "hazard": hazard, "as_of": TODAY}
    assert refusal.value.citation is not None
    assert refusal.value.citation.short == "6331 s.K. m.8/5"


def test_listed_sectors_are_off_until_they_are_filled() -> None:
    assert LISTED_SECTORS == ()
    construction = [ListedSectorRow("41.", date(2020, 1, 1), date(2026, 12, 31))]

    def serves(
        certificate_class: CertificateClass = C,
        activity: str | None = "41.00.02",
        as_of: date = TODAY,
        full_timer: bool = True,
    ) -> bool:
        try:
            fit = check_eligibility(
                IGU,
                certificate_class,
                FROM,
                None,
                COK,
                as_of,
                activity=activity,
                fitting_full_timer=full_timer,
                listed_sectors=construction,
            )
        except RuleViolation:
            return False
        assert fit.citation.short == "İSG Hizm. Yön. m.5/3"
        return True

    assert serves()
    assert not serves(full_timer=False)
    assert not serves(activity="14.10.02")
    assert not serves(activity=None)
    assert not serves(as_of=date(2027, 1, 1))
    assert not serves(certificate_class=NONE)


def test_the_transition_has_both_its_ends_in_the_table() -> None:
    ends = {(row.certificate_class, row.until) for row in CERTIFICATES if row.until is not None}
    assert ends == {(letter, day) for letter in (B, C) for day in (date(2023, 12, 31), LAST_TRANSITION_DAY)}
