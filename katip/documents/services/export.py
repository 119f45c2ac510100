"""`contracts_export`: write the contracts that somebody may see into a file, and record that they took them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import IO, NamedTuple

from django.db.models import QuerySet

from katip.audit.looks import Occasion, looks_record
from katip.audit.services.record import Happening, record
from katip.contracts.models import Contract
from katip.core.actor import Actor
from katip.core.shown import showing, unshown
from katip.core.usecase import use_case
from katip.documents.export import rows_for
from katip.documents.sheet import csv_write, sheet_write, sheet_write_typed

MOST_ROWS = 50_000
"""A download's limit: above any provider's contracts, below what a page should wait for."""


class ExportForm(StrEnum):
    """In which form the sheet is written."""

    EXACT = "exact"
    """.xlsx, every cell text, as tools expect it"""
    TYPED = "typed"
    """.xlsx with real dates and numbers, for analysis"""
    CSV = "csv"

    @property
    def suffix(self) -> str:
        """The ending of the file's name."""
        return "csv" if self == ExportForm.CSV else "xlsx"

    @property
    def content_type(self) -> str:
        """The media type to answer with."""
        if self == ExportForm.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Exported(NamedTuple):
    """How many rows a file holds, and whether there were more."""

    rows: int
    is_cut: bool


@use_case
def contracts_export(
    *,
    actor: Actor,
    at: datetime,
    file: IO[bytes],
    form: ExportForm = ExportForm.EXACT,
    among: QuerySet[Contract] | None = None,
    ids: Sequence[int] | None = None,
    asked: Mapping[str, object] | None = None,
) -> Exported:
    """Write the contracts that the actor may see, the newest `MOST_ROWS` at most. `rows_for` tells the rest.

    The record says how many, in which form and what was `asked` for (plain values that name nobody): the file holds
    T.C. kimlik numbers in clear. Whoever stands in it can see who took it. `file` is open for writing bytes and stays
    open.
    """
    with showing() as seen:
        rows = rows_for(actor, at, among=among, ids=ids)
        count = _WRITERS[form](file, islice(rows, MOST_ROWS), at)
    with unshown():  # it is not in the file
        is_cut = next(rows, None) is not None
    detail: dict[str, object] = {"rows": count, "form": form.value}
    detail |= ({"cut": True} if is_cut else {}) | ({"asked": dict(asked)} if asked else {})
    record(actor, at, Happening("documents:contracts:exported", None, detail))
    looks_record(actor, at, seen.resolved(), Occasion.EXPORT)
    return Exported(count, is_cut)


_Write = Callable[[IO[bytes], Iterable[Mapping[str, str]], datetime], int]

_WRITERS: Mapping[ExportForm, _Write] = {
    ExportForm.EXACT: lambda file, rows, at: sheet_write(file, rows, at=at),
    ExportForm.TYPED: lambda file, rows, at: sheet_write_typed(file, rows, at=at),
    ExportForm.CSV: lambda file, rows, _: csv_write(file, rows),
}
