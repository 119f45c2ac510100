"""An employer who takes the duty on personally."""

from datetime import date

import pytest

from katip.rules import HazardClass, OtherWorkplace, RuleViolation, UndertakerQuality, check_own_undertaking
from katip.rules.own_undertaking import OwnUndertaking

AZ, TEH, COK = HazardClass
EMPLOYER, PARTNER, DEPUTY, MANAGER = UndertakerQuality
TODAY = date(2026, 11, 1)
BURSA, IZMIR = 16, 35


def check(  # noqa: PLR0917 - one row of the table
    employees: int = 7,
    minutes: int = 1000,
    quality: UndertakerQuality = EMPLOYER,
    others: tuple[tuple[int, int], ...] = (),
    hazard: HazardClass = AZ,
    as_of: date = TODAY,
) -> OwnUndertaking:
    return check_own_undertaking(
        hazard=hazard,
        employees=employees,
        quality=quality,
        other_workplaces=[OtherWorkplace(*other) for other in others],
        province=BURSA,
        minutes=minutes,
        as_of=as_of,
    )


@pytest.mark.parametrize(
    ("employees", "minutes", "quality", "others", "minimum"),
    [
        (7, 70, EMPLOYER, (), 70),
        (7, 500, PARTNER, (), 70),
        (7, 70, DEPUTY, (), 70),
        (7, 70, MANAGER, (), 70),
        (49, 490, EMPLOYER, (), 490),
        (1, 10, EMPLOYER, (), 10),
        (0, 0, EMPLOYER, (), 0),
        (20, 200, EMPLOYER, ((BURSA, 20), (BURSA, 9)), 200),  # 49 together
        (20, 200, PARTNER, ((BURSA, 29),), 200),
    ],
)
def test_allowed(
    employees: int, minutes: int, quality: UndertakerQuality, others: tuple[tuple[int, int], ...], minimum: int
) -> None:
    allowed = check(employees, minutes, quality, others)
    assert (allowed.minimum, allowed.per_employee) == (minimum, 10)
    assert allowed.citation.short == "RG 21.05.2018/30427"
    assert not allowed.health_examinations_included


@pytest.mark.parametrize(
    ("code", "facts", "asked"),
    [
        ("undertaking_hazard_class", {"hazard": TEH}, {"hazard": TEH}),
        ("undertaking_hazard_class", {"hazard": COK}, {"hazard": COK, "employees": 60}),
        ("undertaking_too_large", {"employees": 50, "together": 50, "limit": 50}, {"employees": 50}),
        (
            "undertaking_too_large",
            {"employees": 20, "together": 50, "limit": 50},
            {"employees": 20, "others": ((BURSA, 20), (BURSA, 10))},
        ),
        (
            "undertaking_other_province",
            {"province": BURSA, "other_province": IZMIR},
            {"others": ((BURSA, 3), (IZMIR, 3))},
        ),
        ("undertaking_deputy_one", {"quality": DEPUTY, "others": 1}, {"quality": DEPUTY, "others": ((BURSA, 3),)}),
        ("undertaking_deputy_one", {"quality": MANAGER, "others": 1}, {"quality": MANAGER, "others": ((BURSA, 3),)}),
        ("undertaking_minutes", {"minutes": 69, "minimum": 70, "per_employee": 10}, {"minutes": 69}),
    ],
)
def test_refused(code: str, facts: dict[str, object], asked: dict[str, object]) -> None:
    with pytest.raises(RuleViolation) as refusal:
        check(**asked)  # type: ignore[arg-type] # facts by their names
    assert refusal.value.code == code
    assert refusal.value.facts == facts
    assert refusal.value.citation is not None
    assert refusal.value.citation.full.endswith("RG 21.05.2018/30427")


def test_days_before_the_rule_are_not_answered() -> None:
    assert check(as_of=date(2018, 5, 21)).minimum == 70
    with pytest.raises(RuleViolation) as refusal:
        check(as_of=date(2018, 5, 20))
    assert refusal.value.code == "no_rule_for_date"


@pytest.mark.parametrize("asked", [{"employees": -1}, {"minutes": -1}, {"others": ((BURSA, -1),)}])
def test_negative_figures_are_mistakes(asked: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="negative"):
        check(**asked)  # type: ignore[arg-type] # facts by their names
