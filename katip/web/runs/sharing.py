"""Terms of many rows without saying anything twice: once for all, once for a company, and what a row has of its own.

Nothing is left out: every label, value and small print of every row stands in one of these places, or, for who is named
again and again, in a list of those named.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Term = Mapping[str, Any]
"""label, value, details (lines), strong: as `web.processes.kinds.row` makes them"""

_NONE = "–"
_SHORT = 40
"""letters of a figure with its unit, as `2.400 dakika (40 saat)`"""


@dataclass(slots=True)
class Shared:
    """Where the terms of a group of rows stand.

    `named` lists, by label, who or what recurs, with the small print of each; `common` holds for all rows; `by_company`
    has for each company what holds for its rows; `columns` are the labels of the rest, with the small print that all
    values of a column share, and whether they are `figures` alone; `own` has for each row its terms by column.
    """

    named: dict[str, dict[str, Sequence[str]]] = field(default_factory=dict)
    common: list[Term] = field(default_factory=list)
    by_company: dict[Any, list[Term]] = field(default_factory=dict)
    columns: list[dict[str, Any]] = field(default_factory=list)
    own: list[list[Term]] = field(default_factory=list)


def terms_share(
    terms: Sequence[Sequence[Term]],
    companies: Sequence[Any],
    of_company: Collection[str] = (),
    recurring: Collection[str] = (),
) -> Shared:
    """Sort the terms of each row to where they are said once.

    `companies` has the company of each row, in the same order; labels in `of_company` are told of the company where
    they are the same in all its rows; the values of labels in `recurring` are listed once with their small print. What
    is strong stays with its row.
    """
    by_row = [{str(term["label"]): term for term in row} for row in terms]
    labels = list(dict.fromkeys(label for row in by_row for label in row))
    shared = Shared(by_company={company: [] for company in dict.fromkeys(companies)}, own=[[] for _ in by_row])
    for label in labels:
        if label in recurring:
            _name_once(shared, label, by_row)
    for label in labels:
        column = [row.get(label) for row in by_row]
        strong = any(term is not None and term["strong"] for term in column)
        if len(by_row) > 1 and not strong and len({_said(term) for term in column}) == 1 and column[0] is not None:
            shared.common.append(column[0])
            continue
        of_each: dict[Any, set[Any]] = {}
        for company, term in zip(companies, column, strict=True):
            of_each.setdefault(company, set()).add(_said(term))
        if label in of_company and not strong and all(len(said) == 1 for said in of_each.values()):
            for company, term in zip(companies, column, strict=True):
                if term is not None and term not in shared.by_company[company]:
                    shared.by_company[company].append(term)
            continue
        note = _same_lines(column) if len(by_row) > 1 else []
        mine = [_cell(label, term, note, strong=strong) for term in column]
        figures = all(map(_is_figure, mine))
        shared.columns.append({"label": label, "notes": note, "strong": strong, "figures": figures})
        for cells, cell in zip(shared.own, mine, strict=True):
            cells.append({**cell, "figures": figures})
    return shared


def _name_once(shared: Shared, label: str, by_row: Sequence[dict[str, Term]]) -> None:
    """Take the small print of a label's values into the list of those named, where every value has one alone."""
    told: dict[str, set[tuple[str, ...]]] = {}
    for row in by_row:
        if label in row:
            told.setdefault(row[label]["value"], set()).add(tuple(row[label]["details"]))
    once: dict[str, Sequence[str]] = {
        value: next(iter(details)) for value, details in told.items() if len(details) == 1
    }
    if not 1 < len(told) < len(by_row) or not any(once.values()):
        return  # nobody recurs, or it is the same everywhere and is said so
    shared.named[label] = once
    for row in by_row:
        if label in row and row[label]["value"] in once:
            row[label] = {**row[label], "details": []}


def _said(term: Term | None) -> Any:
    return (term["value"], tuple(term["details"])) if term is not None else None


def _same_lines(column: Sequence[Term | None]) -> list[str]:
    """The small print that every value of the column has."""
    told = [term for term in column if term is not None]
    if len(told) != len(column):
        return []
    return [line for line in told[0]["details"] if all(line in term["details"] for term in told)]


def _is_figure(cell: Term) -> bool:
    """Whether it is a short figure, or none; anything else is read as text."""
    value = str(cell["value"])
    return value == _NONE or (not cell["details"] and value[:1].isdigit() and len(value) <= _SHORT)


def _cell(label: str, term: Term | None, notes: Collection[str], *, strong: bool) -> Term:
    """The value of a column, without what the column says for all; a dash where the row has no such term."""
    if term is None:
        return {"label": label, "value": _NONE, "details": [], "strong": strong}
    return {**term, "details": [line for line in term["details"] if line not in notes], "strong": strong}
