"""What the law asks at a headcount and class, for all professions, and at which headcounts that changes.

Pure: plain values in and out, no words of the screen. The rules come from `katip.rules`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from katip.rules import (
    Citation,
    Compliance,
    HazardClass,
    Profession,
    Requirement,
    judge_compliance,
    required_minutes,
)
from katip.rules.minutes import MINUTES
from katip.rules.own_undertaking import UNDERTAKINGS


@dataclass(frozen=True, slots=True)
class Running:
    """What serves already for one profession: minutes a month of part-time contracts, and full-time persons."""

    minutes: int = 0
    persons: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A headcount in whole persons, a hazard class, a day, and what runs already (professions left out: not asked)."""

    employees: int
    hazard: HazardClass
    as_of: date
    running: Mapping[Profession, Running] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one profession owes; `compliance` None where nothing was said of what runs."""

    profession: Profession
    requirement: Requirement
    running: Running | None = None
    compliance: Compliance | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What every profession would owe at another headcount; `now` marks the one that was asked for."""

    employees: int
    requirements: tuple[Requirement, ...]
    now: bool


def answers(question: Question) -> list[Answer]:
    """What each profession owes. A full-time physician who serves already frees from other health personnel (m.19)."""
    found = []
    for profession in Profession:
        requirement = _required(profession, question, question.employees)
        running = question.running.get(profession)
        judged = None
        if running is not None:
            judged = judge_compliance(requirement, part_time=[running.minutes], full_time_persons=running.persons)
        found.append(Answer(profession, requirement, running, judged))
    return found


def own_undertaking(question: Question) -> Citation | None:
    """Where it is written that the employer of such a workplace may take the service on; None where they may not."""
    for row in UNDERTAKINGS:
        in_force = row.since <= question.as_of and (row.until is None or question.as_of <= row.until)
        if in_force and question.hazard <= row.highest and 0 < question.employees < row.below_employees:
            return row.citation
    return None


def neighbours(question: Question, *, greatest: int) -> list[Neighbour]:
    """The headcounts worth a look: one less, one more, and the nearest ones on both sides where something turns.

    Something turns where one more or one less employee brings or takes a full-time person, or another figure per
    employee. Headcounts from 1 to `greatest`, in ascending order, the asked one among them.
    """
    now = question.employees
    points = {now - 1, now, now + 1} | turning_points(question.hazard, now, question.as_of)
    return [
        Neighbour(point, tuple(_required(one, question, point) for one in Profession), point == now)
        for point in sorted(points)
        if 1 <= point <= greatest or point == now
    ]


def turning_points(hazard: HazardClass, employees: int, as_of: date) -> set[int]:
    """The nearest headcounts, below and above, at which the law asks for something else than the same per employee."""
    points: set[int] = set()
    for profession in Profession:
        rows = [
            row
            for row in MINUTES
            if row.profession is profession and row.hazard is hazard and row.holds(row.from_employees, as_of)
        ]
        for threshold in {row.full_time_per for row in rows if row.full_time_per}:
            reached = employees // threshold
            points.add((reached + 1) * threshold)
            if reached:
                points.add(reached * threshold - 1)
        starts = {row.from_employees for row in rows if row.from_employees > 1}
        above, below = [one for one in starts if one > employees], [one for one in starts if one <= employees]
        if above:
            points.add(min(above))
        if below:
            points.add(max(below) - 1)
    return points


def _required(profession: Profession, question: Question, employees: int) -> Requirement:
    physician = question.running.get(Profession.WORKPLACE_PHYSICIAN)
    return required_minutes(
        profession,
        hazard=question.hazard,
        employees=employees,
        as_of=question.as_of,
        full_time_physician=physician is not None and physician.persons > 0,
    )
