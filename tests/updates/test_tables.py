"""The statute as columns says just what the rules say, headcount by headcount."""

from datetime import date
from itertools import pairwise, product

import polars as pl
import pytest

from katip.rules import Requirement, certificate_serves, required_minutes
from katip.updates.plan.tables import CLASSES, HAZARDS, PROFESSIONS, bands, requirement, serves

DAYS = (date(2026, 11, 23), date(2025, 1, 1), date(2024, 12, 31), date(2016, 1, 1))
HEADCOUNTS = [*range(3001), 9_999, 10_000, 74_250, 1_000_000]


def asked(profession: int, hazard: int, employees: int, physician: int, as_of: date) -> Requirement:
    return required_minutes(
        PROFESSIONS[profession],
        hazard=HAZARDS[hazard],
        employees=employees,
        as_of=as_of,
        full_time_physician=bool(physician),
    )


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_every_requirement_is_the_rules(as_of: date) -> None:
    every = list(product(range(len(PROFESSIONS)), range(len(HAZARDS)), (0, 1), HEADCOUNTS))
    frame = pl.DataFrame(every, schema=["profession", "hazard", "physician", "employees"], orient="row")
    columns = requirement(as_of, profession="profession", hazard="hazard", employees="employees", physician="physician")
    told = frame.select(
        required=columns.required,
        persons=columns.persons,
        minutes=columns.minutes,
        has_threshold=columns.has_threshold,
    )
    expected = []
    for profession, hazard, physician, employees in every:
        need = asked(profession, hazard, employees, physician, as_of)
        known = need.full_time_per is not None
        expected.append((need.required, need.full_time_persons, need.minutes, known))
    differ = [
        (row, by_set, by_rule)
        for row, by_set, by_rule in zip(every, told.iter_rows(), expected, strict=True)
        if by_set != by_rule
    ]
    assert differ == []


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_bands_follow_each_other_without_gap_and_differ_from_their_neighbours(as_of: date) -> None:
    held: dict[tuple[int, int, bool], list[tuple[int, int | None, tuple[bool, int, int]]]] = {}
    for band in bands(as_of):
        figures = (band.required, band.per_employee, band.full_time_per)
        held.setdefault((band.profession, band.hazard, band.physician), []).append((band.least, band.most, figures))
    assert len(held) == len(PROFESSIONS) * len(HAZARDS) * 2
    for mine in held.values():
        assert (mine[0][0], mine[-1][1]) == (1, None)
        for (_, most, figures), (least, _, others) in pairwise(mine):
            assert most == least - 1
            assert figures != others


@pytest.mark.parametrize("as_of", [*DAYS, date(2023, 12, 31)], ids=str)
def test_every_certificate_serves_as_the_rules_say(as_of: date) -> None:
    every = list(product(range(len(PROFESSIONS)), range(len(CLASSES)), range(len(HAZARDS))))
    frame = pl.DataFrame(every, schema=["profession", "class", "hazard"], orient="row")
    told = frame.select(serves(as_of, profession="profession", certificate_class="class", hazard="hazard"))
    assert told.to_series().to_list() == [
        certificate_serves(PROFESSIONS[p], CLASSES[c], HAZARDS[h], as_of).ok for p, c, h in every
    ]
