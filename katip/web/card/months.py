"""Row 4 of the workplace card: headcount month by month, and what its changes did to the minutes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.contracts.models import MonthChange
from katip.processes.models import PartyKind
from katip.registry.hazards import Hazards
from katip.rules import HazardClass, MonthOutcome, Profession, RuleViolation, required_minutes
from katip.web import format as fmt
from katip.web.months.sentence import change_sentence
from katip.web.months.standing import standing
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS, PROFESSIONS, in_sentence

Told = tuple[date, int, str | None]
"""a month's first day, employees, activity code"""
MONTHS_SHOWN = 24
ALWAYS = (Profession.SAFETY_SPECIALIST, Profession.WORKPLACE_PHYSICIAN)
ROWS_SHOWN = 12
ROWS_OPEN = 3
"""the newest changes; those before them are folded"""
LATEST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """A month that brought other figures or changed contracts; each pair is before and after."""

    month: date
    employees: tuple[int, int]
    hazard: tuple[HazardClass | None, HazardClass | None]
    changes: tuple[MonthChange, ...] = ()

    def owed(self, profession: Profession) -> tuple[str, str]:
        """What the law asks of the profession before and after."""
        told = [change for change in self.changes if change.profession == profession]
        if profession not in ALWAYS and told:  # whether a full-time physician freed the workplace, the month knew
            return _number(told[0].required_before), _number(told[0].required_after)
        before, after = (
            _owed(profession, employees, hazard, self.month)
            for employees, hazard in zip(self.employees, self.hazard, strict=True)
        )
        return before, after


def headcount_row(
    figures: Sequence[Told], changes: Iterable[MonthChange], hazards: Hazards, activity_code: str
) -> dict[str, Any] | None:
    """What the card shows of the months: the plot's points and marks, a table of what changed, the newest sentences.

    `activity_code` is the present one, where a month told none. None where nothing was ever told.
    """
    if not figures:
        return None
    by_month: dict[date, list[MonthChange]] = defaultdict(list)
    for change in changes:
        by_month[change.period].append(change)  # type: ignore[attr-defined] # annotated by the selector
    turns = _turns(figures, by_month, hazards, activity_code)
    shown = turns[-ROWS_SHOWN:]
    numbered, professions = len(shown) > 1, _professions(shown)
    rows = [_row(turn, no if numbered else None, professions) for no, turn in enumerate(shown, start=1)][::-1]
    return {
        "latest": figures[-1][1],
        "month": figures[-1][0],
        "points": [(month, employees) for month, employees, _activity in figures],
        "marks": [_mark(turn, no if numbered else None) for no, turn in enumerate(shown, start=1)],
        "rows": rows[:ROWS_OPEN],
        "rows_earlier": rows[ROWS_OPEN:],
        "professions": [PROFESSIONS[profession] for profession in professions],
        "sentences": _sentences(by_month),
    }


def consent_did(changes: Iterable[MonthChange]) -> dict[str, Any] | None:
    """What automatic updating did in the months shown: how many times, and when last; None where never."""
    amended = [change for change in changes if change.outcome == MonthOutcome.AMENDED]
    return {"count": len(amended), "at": max(change.at for change in amended)} if amended else None


def months_before(month: date, number: int) -> date:
    """The first day of the month so many months before."""
    years, rest = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(years, rest + 1, 1)


def _turns(
    figures: Sequence[Told], by_month: dict[date, list[MonthChange]], hazards: Hazards, activity_code: str
) -> list[Turn]:
    """Months in which the law began to ask other minutes, or a run changed a contract; the oldest first."""
    turns = {}
    classes = [hazards.hazard_class(activity or activity_code, month) for month, _employees, activity in figures]
    for (before, hazard_before), (after, hazard_after) in pairwise(zip(figures, classes, strict=True)):
        turn = Turn(after[0], (before[1], after[1]), (hazard_before, hazard_after))
        if any(first != second for first, second in map(turn.owed, ALWAYS)):
            turns[turn.month] = turn
    for month, told in by_month.items():
        first = told[0]
        turns[month] = Turn(
            month,
            (first.employees_before, first.employees_after),
            (HazardClass(first.hazard_before), HazardClass(first.hazard_after)),
            tuple(told),
        )
    return [turns[month] for month in sorted(turns)]


def _professions(turns: Sequence[Turn]) -> list[Profession]:
    """The columns: specialist and physician, and other health personnel where a month touched one."""
    other = Profession.OTHER_HEALTH_PERSONNEL
    return [*ALWAYS, *([other] if any(one.profession == other for turn in turns for one in turn.changes) else [])]


def _mark(turn: Turn, no: int | None) -> dict[str, Any]:
    """A change in the plot: alone it has its words there, among several a number."""
    mark: dict[str, Any] = {"at": turn.month, "number": no, "title": "", "text": ""}
    if no is None:
        month = fmt.month_text(turn.month, current_language())
        employees = _("%(n)s çalışan") % {"n": _moved(*map(_number, turn.employees))}
        mark["title"] = f"{month}: {employees}"
        minutes = {"specialist": _moved(*turn.owed(ALWAYS[0])), "physician": _moved(*turn.owed(ALWAYS[1]))}
        mark["text"] = _("Gereken: uzman %(specialist)s, hekim %(physician)s dk/ay") % minutes
    return mark


def _row(turn: Turn, no: int | None, professions: Sequence[Profession]) -> dict[str, Any]:
    return {
        "number": no,
        "month": turn.month,
        "employees": _moved(*map(_number, turn.employees)),
        "hazard": _hazard(turn),
        "cells": [
            {
                "label": PROFESSIONS[profession],
                "owed": _moved(*turn.owed(profession)),
                "standings": [
                    standing(change, PartyKind.EMPLOYER) for change in turn.changes if change.profession == profession
                ],
            }
            for profession in professions
        ],
    }


def _sentences(by_month: dict[date, list[MonthChange]]) -> dict[str, Any] | None:
    """The newest month that changed contracts, contract by contract."""
    if not by_month:
        return None
    month = max(by_month)
    rows = [
        {
            "label": PROFESSIONS[Profession(change.profession)],
            "url": reverse("contract", args=[change.contract_id]),
            "sentence": change_sentence(change),
            "standing": standing(change, PartyKind.EMPLOYER),
        }
        for change in sorted(by_month[month], key=_by_profession)[:LATEST_SHOWN]
    ]
    return {"month": month, "rows": rows}


def _by_profession(change: MonthChange) -> tuple[int, int]:
    return list(Profession).index(Profession(change.profession)), change.contract_id


def _owed(profession: Profession, employees: int, hazard: HazardClass | None, month: date) -> str:
    """`240`, `1 tam süreli + 4.800`; a dash where it cannot be said."""
    if hazard is None:
        return "–"
    try:
        need = required_minutes(profession, hazard=hazard, employees=employees, as_of=month)
    except RuleViolation:  # before the first table
        return "–"
    minutes = _number(need.minutes)
    if not need.full_time_persons:
        return minutes
    return _("%(n)s tam süreli + %(minutes)s") % {"n": need.full_time_persons, "minutes": minutes}


def _hazard(turn: Turn) -> str:
    before, after = (str(HAZARDS[one]) if one else _("Bilinmiyor") for one in turn.hazard)
    return before if before == after else f"{before} → {in_sentence(after)}"


def _number(value: int) -> str:
    return fmt.number_text(value, current_language())


def _moved(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"
