"""The list of activity codes and what it can say on which day."""

import re
from collections import Counter
from datetime import date, timedelta
from importlib.resources import files

import pytest

from katip.rules import (
    ActivityChange,
    HazardClass,
    RuleViolation,
    activity_changes,
    activity_rows,
    hazard_class_of,
    successor_of,
)

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


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("nace_hazard.csv", "code,class,valid_from,valid_to,source"),
        ("nace_changes.csv", "code,change,day,source,successor,weight"),
    ],
)
def test_the_files_carry_facts_and_no_descriptions(name: str, columns: str) -> None:
    header, *lines = files("katip.rules").joinpath("data", name).read_text(encoding="utf-8").splitlines()
    assert header == columns
    assert all(re.fullmatch(r"[0-9a-zRG._/, -]*", line) for line in lines)
    assert {line.count(",") for line in lines} == {columns.count(",")}


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


def test_changes_of_the_gazette_are_counted_as_published() -> None:
    counted = Counter((row.change, row.day) for row in activity_changes())
    assert counted == {
        (ActivityChange.ADDED, AMENDED): 7,
        (ActivityChange.RENUMBERED, AMENDED): 5,
        (ActivityChange.CHANGED, AMENDED): 13,
        (ActivityChange.CHANGED, date(2025, 5, 21)): 3,
        (ActivityChange.REMOVED, AMENDED): 26,
    }
    assert {row.source for row in activity_changes()} == {"RG 21.05.2025/32906", "RG 01.04.2026/33211"}


def test_changes_agree_with_the_list() -> None:
    known = {row.code: row for row in activity_rows()}
    for change in activity_changes():
        row = known[change.code]
        if change.change is ActivityChange.REMOVED:
            assert row.valid_to == change.day - timedelta(days=1)
        else:
            assert row.valid_to is None
        if change.change in {ActivityChange.ADDED, ActivityChange.RENUMBERED}:
            assert (row.valid_from, row.source) == (change.day, change.source)


@pytest.mark.parametrize(
    ("old", "new", "stated"),
    [
        ("05.10.01", "05.10.00", True),
        ("05.20.01", "05.20.00", True),
        ("07.10.01", "07.10.00", True),
        ("08.92.01", "08.92.00", True),
        ("60.39.00", "60.39.09", True),
        ("13.92.11", "13.96.13", False),
        ("25.21.11", "28.21.11", False),
        ("43.12.01", "43.12.00", False),
        ("43.12.02", "43.12.00", False),
        ("46.36.04", "46.33.04", False),
    ],
)
def test_old_codes_lead_to_new_ones(old: str, new: str, stated: bool) -> None:
    successor = successor_of(old)
    assert successor is not None
    assert (successor.code, successor.stated, successor.since) == (new, stated, AMENDED)
    assert successor.source == "RG 01.04.2026/33211"
    assert hazard_class_of(new, AMENDED) is hazard_class_of(old, EVE)


def test_no_other_code_has_a_successor() -> None:
    assert sum(successor_of(row.code) is not None for row in activity_rows()) == 10
    assert successor_of("22.12.01") is None
    assert successor_of("05.10.02") is None
    assert successor_of("99.99.99") is None
