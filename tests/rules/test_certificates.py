"""Which certificate may serve which hazard class."""

from datetime import date

import pytest

from katip.rules import CertificateClass, HazardClass, Profession, certificate_serves

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
    assert "geçici" in certificate_serves(IGU, B, COK, LAST_TRANSITION_DAY).citation.short
    assert certificate_serves(IGU, B, TEH, LAST_TRANSITION_DAY).citation.short == "6331 s.K. m.8/5"
    assert certificate_serves(IGU, B, COK, TODAY).citation.short == "6331 s.K. m.8/5"


@pytest.mark.parametrize("profession", [Profession.WORKPLACE_PHYSICIAN, Profession.OTHER_HEALTH_PERSONNEL])
def test_health_certificates_serve_everywhere(profession: Profession) -> None:
    assert all(certificate_serves(profession, NONE, hazard, TODAY).ok for hazard in HazardClass)
