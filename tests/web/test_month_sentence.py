"""The sentence that says why minutes changed: figures, minutes, article."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from katip.rules import HazardClass, MonthOutcome, MonthReason, Profession
from katip.web.months.sentence import ChangeFacts, change_parts, change_sentence, facts_of_terms

SPECIALIST, PHYSICIAN = Profession.SAFETY_SPECIALIST, Profession.WORKPLACE_PHYSICIAN
HAZARDOUS, VERY = HazardClass.HAZARDOUS, HazardClass.VERY_HAZARDOUS
THE_USUAL = "12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12"


def facts(**changes: Any) -> ChangeFacts:
    told: dict[str, Any] = {
        "outcome": MonthOutcome.AMENDED,
        "profession": SPECIALIST,
        "employees": (12, 15),
        "hazard": (HAZARDOUS, HAZARDOUS),
        "minutes": (240, 300),
        "required": (240, 300),
        "on": date(2026, 11, 20),
    } | changes
    return ChangeFacts(**told)


CROSSED = {
    "outcome": MonthOutcome.PERSON,
    "reason": MonthReason.FULL_TIME_THRESHOLD,
    "employees": (480, 1520),
    "minutes": (9600, 9600),
    "required": (9600, 400),
}
EMPTIED = {
    "outcome": MonthOutcome.ENDED,
    "reason": MonthReason.HEADCOUNT_ZERO,
    "employees": (3, 0),
    "minutes": (60, 60),
    "required": (60, 0),
}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, THE_USUAL),
        (
            {"profession": PHYSICIAN, "minutes": (120, 150), "required": (120, 150)},
            "12 → 15 çalışan, tehlikeli: 120 → 150 dk/ay, İH-DSP Yön. m.12",
        ),
        (
            {"employees": (12, 12), "hazard": (HAZARDOUS, VERY), "minutes": (240, 480), "required": (240, 480)},
            "12 çalışan, tehlikeli → çok tehlikeli: 240 → 480 dk/ay, İGU Yön. m.12",
        ),
        (  # agreed above the minimum, or one of several contracts: both figures are told
            {"minutes": (280, 300)},
            "12 → 15 çalışan, tehlikeli: 280 → 300 dk/ay, işyerinde gereken 240 → 300 dk/ay, İGU Yön. m.12",
        ),
        (
            {"outcome": MonthOutcome.PROVIDER, "reason": MonthReason.CAPACITY_SHORT},
            f"{THE_USUAL}; profesyonelin boş süresi yetmiyor",
        ),
        (
            CROSSED,
            (
                "480 → 1.520 çalışan, tehlikeli: 9.600 dk/ay, işyerinde gereken 9.600 → 400 dk/ay, İGU Yön. m.12; "
                "gereken tam süreli kişi 0 → 3"
            ),
        ),
        (EMPTIED, "3 → 0 çalışan, tehlikeli: çalışan kalmadığı için sözleşme sona erdi"),
    ],
)
def test_the_sentence_names_figures_minutes_and_article(changes: dict[str, Any], sentence: str) -> None:
    assert change_sentence(facts(**changes)) == sentence


def test_it_is_said_in_the_pages_language() -> None:
    with translation.override("en"):
        assert change_sentence(facts()) == "12 → 15 employees, hazardous: 240 → 300 min/month, İGU Yön. m.12"
        assert "9,600 min/month" in change_sentence(facts(**CROSSED))
        assert change_sentence(facts(**EMPTIED)).startswith("3 → 0 employees, hazardous: the contract ended because")


@pytest.mark.parametrize("reason", list(MonthReason))
def test_every_reason_has_words_of_its_own(reason: MonthReason) -> None:
    outcome = MonthOutcome.ENDED if reason == MonthReason.HEADCOUNT_ZERO else MonthOutcome.PERSON
    change = facts(outcome=outcome, reason=reason)
    assert change_sentence(change).endswith(change_parts(change).reason)
    assert reason.value not in change_sentence(change)


def test_the_article_is_that_of_the_day() -> None:
    old = facts(on=date(2015, 11, 20), employees=(52, 55), minutes=(416, 440), required=(416, 440))
    assert change_sentence(old).endswith("İGU Yön. m.12 (eski)")


def test_the_terms_of_an_update_tell_the_same() -> None:
    month = {
        "run": 1,
        "period": "2026-11-01",
        "reason": "",
        "employees_before": 12,
        "employees_after": 15,
        "hazard_before": "hazardous",
        "hazard_after": "hazardous",
        "required_before": 240,
        "required_after": 300,
    }
    asked = facts_of_terms(month, SPECIALIST, (240, 300), date(2026, 11, 20))
    assert (asked.outcome, asked.reason) == (MonthOutcome.ASKED, None)
    assert change_sentence(asked) == THE_USUAL
    short = facts_of_terms(month | {"reason": "capacity_short"}, SPECIALIST, (240, 300), date(2026, 11, 20))
    assert short.outcome == MonthOutcome.PROVIDER
    assert change_sentence(short) == f"{THE_USUAL}; profesyonelin boş süresi yetmiyor"
