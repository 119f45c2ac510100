"""Hazard class of an activity, from its six-digit NACE Rev.2.1 code.

`data/nace_hazard.csv` carries facts only (code, class, first and last day, gazette), not the gazette's descriptions:
an operator loads those from the official list.

What the dates can and cannot say: the list begins with RG 13.03.2025/32840, and nothing earlier is answered. A code
that RG 01.04.2026/33211 added or renumbered begins on that day; a code that stands in the 2025 list alone ends on the
day before (inferred: its removal is not dated by itself). Where an amendment (RG 21.05.2025/32906 or 33211) changed a
code's entry, only the class after it is known. The class is then taken to have held from the beginning, which is
right for a changed wording and may be wrong for the days before a changed class.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
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


def activity_rows() -> Iterator[ActivityRow]:
    """Every row of the list, by code: present codes and ended ones."""
    for rows in _rows_by_code().values():
        yield from rows


def hazard_class_of(code: str, as_of: date) -> HazardClass:
    """Hazard class of `code`, written `NN.NN.NN`, on a day.

    Raises RuleViolation `unknown_activity` where the list has no such code on that day; its facts are `code`, `as_of`
    and, for a code that the list knows on other days, `valid_from` and `valid_to` of its latest row.
    """
    rows = _rows_by_code().get(code, ())
    for row in rows:
        if row.valid_from <= as_of and (row.valid_to is None or as_of <= row.valid_to):
            return row.hazard
    facts: dict[str, object] = {"code": code, "as_of": as_of}
    if rows:
        facts |= {"valid_from": rows[-1].valid_from, "valid_to": rows[-1].valid_to}
    raise RuleViolation("unknown_activity", HAZARD_LIST, facts)


@cache
def _rows_by_code() -> dict[str, tuple[ActivityRow, ...]]:
    text = files("katip.rules").joinpath("data/nace_hazard.csv").read_text(encoding="utf-8")
    grouped: dict[str, tuple[ActivityRow, ...]] = {}
    for line in csv.DictReader(text.splitlines()):
        row = ActivityRow(
            code=line["code"],
            hazard=HazardClass(line["class"]),
            valid_from=date.fromisoformat(line["valid_from"]),
            valid_to=date.fromisoformat(line["valid_to"]) if line["valid_to"] else None,
            source=line["source"],
        )
        grouped[row.code] = (*grouped.get(row.code, ()), row)
    return grouped
