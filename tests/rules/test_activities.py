"""The list of activity codes and what it can say on which day."""

import re
from collections import Counter
from datetime import date, timedelta
from importlib.resources import files

import pytest

from katip.rules import HazardClass, RuleViolation, activity_rows, hazard_class_of

TODAY = date(2026, 11, 1)
FIRST_DAY = date(2025, 3, 13)
AMENDED = date(2026, 4, 1)
EVE = AMENDED - timedelta(days=1)


def counts(as_of: date) -> Counter[HazardClass]:
    return Counter(
        row.hazard
        for row in activity_rows()
        if row.valid_from <= as_of and (row.valid_to is None or as_of <= row.valid_to)
    )


def test_todays_list_has_as_many_codes_of_each_class_as_the_gazette() -> None:
    assert counts(TODAY) == {HazardClass.LOW: 897, HazardClass.HAZARDOUS: 888, HazardClass.VERY_HAZARDOUS: 356}
    assert counts(TODAY).total() == 2141


def test_the_list_before_the_amendment_of_2026() -> None:
    # 26 codes ended, 7 came new and 5 under a new number
    assert counts(EVE).total() == 2141 + 26 - 7 - 5
    assert counts(FIRST_DAY) == counts(EVE)
    assert counts(FIRST_DAY - timedelta(days=1)).total() == 0


def test_rows_are_sound() -> None:
    rows = list(activity_rows())
    assert len({row.code for row in rows}) == len(rows)
    assert [row.code for row in rows] == sorted(row.code for row in rows)
    for row in rows:
        assert re.fullmatch(r"\d\d\.\d\d\.\d\d", row.code)
        assert row.valid_to is None or row.valid_from <= row.valid_to
        assert re.fullmatch(r"RG \d\d\.\d\d\.\d{4}/\d{5}", row.source)


def test_the_file_carries_facts_and_no_descriptions() -> None:
    text = files("katip.rules").joinpath("data/nace_hazard.csv").read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    assert header == "code,class,valid_from,valid_to,source"
    assert all(line.count(",") == 4 for line in lines)


@pytest.mark.parametrize(
    ("code", "as_of", "hazard"),
    [
        ("22.12.01", TODAY, HazardClass.HAZARDOUS),
        ("62.10.00", TODAY, HazardClass.LOW),
        ("62.10.00", FIRST_DAY, HazardClass.LOW),  # only its wording changed
        ("05.10.01", EVE, HazardClass.VERY_HAZARDOUS),
        ("05.10.00", AMENDED, HazardClass.VERY_HAZARDOUS),
        ("96.99.15", AMENDED, HazardClass.LOW),
    ],
)
def test_class_on_a_day(code: str, as_of: date, hazard: HazardClass) -> None:
    assert hazard_class_of(code, as_of) is hazard


@pytest.mark.parametrize(
    ("code", "as_of", "known"),
    [
        ("99.99.99", TODAY, {}),
        ("221201", TODAY, {}),
        ("05.10.01", AMENDED, {"valid_from": FIRST_DAY, "valid_to": EVE, "successor": "05.10.00"}),
        ("05.10.00", EVE, {"valid_from": AMENDED, "valid_to": None}),
        ("22.12.01", FIRST_DAY - timedelta(days=1), {"valid_from": FIRST_DAY, "valid_to": None}),
    ],
)
def test_unknown_codes_are_refused(code: str, as_of: date, known: dict[str, object]) -> None:
    with pytest.raises(RuleViolation) as refusal:
        hazard_class_of(code, as_of)
    assert refusal.value.code == "unknown_activity"
    assert refusal.value.facts == {"code": code, "as_of": as_of} | known
    assert refusal.value.citation is not None
