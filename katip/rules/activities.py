"""Hazard class of an activity, from its six-digit NACE Rev.2.1 code.

`data/nace_hazard.csv` carries facts only (code, class, first and last day, gazette), not the gazette's descriptions:
an operator loads those from the official list.

What the dates can and cannot say: the list begins with RG 13.03.2025/32840, and nothing earlier is answered. A code
that RG 01.04.2026/33211 added or renumbered begins on that day; a code that stands in the 2025 list alone ends on the
day before (inferred: its removal is not dated by itself). Where an amendment (RG 21.05.2025/32906 or 33211) changed a
code's entry, only the class after it is known. The class is then taken to have held from the beginning, which is
right for a changed wording and may be wrong for the days before a changed class.

`data/nace_changes.csv` lists what the gazette changed since, and leads from a dropped code to the one that took its
activity over, so that older records can be understood. The gazette itself names the new number of five codes
(`stated`); for others the same activity is found under another code (`inferred`); the rest have no successor.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from katip.rules.values import Citation, HazardClass, RuleViolation

HAZARD_LIST = Citation(
    "Tehlike Sınıfları Tebliği",
    "İş Sağlığı ve Güvenliğine İlişkin İşyeri Tehlike Sınıfları Tebliği, RG 13.03.2025/32840 ve değişiklikleri",
    date(2025, 3, 13),
)


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One code's class, `valid_from` to `valid_to`, both days included; `valid_to` None is open."""

    code: str
    hazard: HazardClass
    valid_from: date
    valid_to: date | None
    source: str


class ActivityChange(StrEnum):
    """What the gazette did to a code."""

    ADDED = "added"
    CHANGED = "changed"
    """another wording or class"""
    RENUMBERED = "renumbered"
    """the new number of an activity that the list knew before"""
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Successor:
    """The code that took an activity over. `stated` says that the gazette names it; else it is inferred."""

    code: str
    since: date
    stated: bool
    source: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of the list, in force from `day` on; `successor` only for some of the removed codes."""

    code: str
    change: ActivityChange
    day: date
    source: str
    successor: Successor | None = None


def activity_rows() -> Iterator[ActivityRow]:
    """Every row of the list, by code: present codes and ended ones."""
    for rows in _rows_by_code().values():
        yield from rows


def hazard_class_of(code: str, as_of: date) -> HazardClass:
    """Hazard class of `code`, written `NN.NN.NN`, on a day.

    Raises RuleViolation `unknown_activity` where the list has no such code on that day; its facts are `code`, `as_of`
    and, for a code that the list knows on other days, `valid_from` and `valid_to` of its latest row, and `successor`,
    the code that took it over, where there is one.
    """
    rows = _rows_by_code().get(code, ())
    for row in rows:
        if row.valid_from <= as_of and (row.valid_to is None or as_of <= row.valid_to):
            return row.hazard
    facts: dict[str, object] = {"code": code, "as_of": as_of}
    if rows:
        facts |= {"valid_from": rows[-1].valid_from, "valid_to": rows[-1].valid_to}
    successor = successor_of(code)
    if successor is not None:
        facts["successor"] = successor.code
    raise RuleViolation("unknown_activity", HAZARD_LIST, facts)


def successor_of(code: str) -> Successor | None:
    """The code that took over the activity of a dropped `code`, written `NN.NN.NN`; None where none is known.

    Source: RG 01.04.2026/33211 where `stated`.
    """
    return _successors().get(code)


@cache
def activity_changes() -> tuple[ChangeRow, ...]:
    """The gazette's changes to the list, by code."""
    return tuple(_change(line) for line in _lines("nace_changes.csv"))


def _change(line: dict[str, str]) -> ChangeRow:
    day, source = date.fromisoformat(line["day"]), line["source"]
    successor = Successor(line["successor"], day, line["weight"] == "stated", source) if line["successor"] else None
    return ChangeRow(line["code"], ActivityChange(line["change"]), day, source, successor)


@cache
def _successors() -> dict[str, Successor]:
    return {row.code: row.successor for row in activity_changes() if row.successor is not None}


def _lines(name: str) -> Iterator[dict[str, str]]:
    text = files("katip.rules").joinpath("data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@cache
def _rows_by_code() -> dict[str, tuple[ActivityRow, ...]]:
    grouped: dict[str, tuple[ActivityRow, ...]] = {}
    for line in _lines("nace_hazard.csv"):
        row = ActivityRow(
            code=line["code"],
            hazard=HazardClass(line["class"]),
            valid_from=date.fromisoformat(line["valid_from"]),
            valid_to=date.fromisoformat(line["valid_to"]) if line["valid_to"] else None,
            source=line["source"],
        )
        grouped[row.code] = (*grouped.get(row.code, ()), row)
    return grouped
