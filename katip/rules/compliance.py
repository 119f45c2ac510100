"""Whether the contracts of a workplace are enough for one profession: uygun, asgari sürenin üzerinde, uygun değil.

Persons and minutes are two debts. The law owes whole full-time persons for the full thresholds and minutes a month for
the employees that remain (İGU Yön. m.12, İH-DSP Yön. m.12). Part-time minutes never pay for a missing person, however
many they are. A full-time person beyond the owed ones serves the remainder: it is smaller than one threshold, which one
person may serve whole (inferred; no text says it in these words). Other health personnel know no threshold and owe
minutes only; each full-time person of theirs counts as a full-time month (`FULL_TIME_MONTH_MINUTES`; inferred).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from katip.rules.capacity import FULL_TIME_MONTH_MINUTES
from katip.rules.minutes import Requirement
from katip.rules.values import Citation


class Verdict(StrEnum):
    """What the register says of a contract or a workplace."""

    FIT = "fit"
    """uygun: exactly what is owed"""
    ABOVE = "above"
    """asgari sürenin üzerinde: all that is owed and more"""
    SHORT = "short"
    """uygun değil: minutes or persons are missing"""


@dataclass(frozen=True, slots=True)
class Compliance:
    """What runs, held against `requirement`; minutes a month and whole persons.

    Nothing is missing unless `verdict` is SHORT. A surplus of minutes can stand beside missing persons, and does not
    make up for them. `surplus_persons` are full-time persons beyond those owed and beyond the one serving the
    remainder; where the profession knows no threshold their time is counted in `surplus_minutes` instead.
    """

    verdict: Verdict
    missing_minutes: int
    missing_persons: int
    surplus_minutes: int
    citation: Citation
    requirement: Requirement
    surplus_persons: int = 0


def judge_compliance(requirement: Requirement, *, part_time: Iterable[int], full_time_persons: int) -> Compliance:
    """Hold the running contracts of one profession at one workplace against what the law asks of it.

    `part_time` are the minutes a month of each running part-time contract, in any order; `full_time_persons` how many
    persons serve there full-time. Where nothing is required, whatever runs stands above the minimum.

    Raises ValueError for negative minutes or persons.
    Sources: İGU Yön. m.12, İH-DSP Yön. m.12 and m.19 (`requirement.citation`).
    """
    running = _sum(part_time)
    if full_time_persons < 0:
        raise ValueError(f"persons cannot be negative: {full_time_persons}")
    missing_persons = max(0, requirement.full_time_persons - full_time_persons)
    extra = max(0, full_time_persons - requirement.full_time_persons)
    owed = requirement.minutes
    if extra and requirement.full_time_per is None:
        running, extra = running + extra * FULL_TIME_MONTH_MINUTES, 0
    elif extra and owed:
        owed, extra = 0, extra - 1
    missing, surplus = max(0, owed - running), max(0, running - owed)
    verdict = Verdict.ABOVE if surplus or extra else Verdict.FIT
    if missing or missing_persons:
        verdict = Verdict.SHORT
    return Compliance(verdict, missing, missing_persons, surplus, requirement.citation, requirement, extra)


def minimum_part_time(requirement: Requirement, *, part_time: Iterable[int], full_time_persons: int) -> int:
    """The least minutes a month that one more part-time contract must bring, given those running; never below 1.

    Missing persons are not among them: a part-time contract cannot bring a person. Raises and counts as
    `judge_compliance`.
    """
    judged = judge_compliance(requirement, part_time=part_time, full_time_persons=full_time_persons)
    return max(1, judged.missing_minutes)


def _sum(minutes: Iterable[int]) -> int:
    given = list(minutes)
    if any(one < 0 for one in given):
        raise ValueError(f"minutes cannot be negative: {min(given)}")
    return sum(given)
