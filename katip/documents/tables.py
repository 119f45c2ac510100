"""Tables to take away: CSV as a Turkish Excel opens it, written as it is asked for, or a workbook. Nothing is held.

Text that a spreadsheet would run gets an apostrophe in front in CSV, as in `documents.sheet.write`; in a workbook text
is text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import IO

from xlsxwriter import Workbook

from katip.documents.sheet.write import guarded

Cell = str | int
BATCH = 500
"""rows a piece of CSV"""


def table_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield the table as CSV in pieces: UTF-8 with its mark, `;` between cells."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")

    def taken() -> bytes:
        piece = buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
        return piece

    writer.writerow(head)
    yield "\ufeff".encode() + taken()
    for number, row in enumerate(rows, start=1):
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        if number % BATCH == 0:
            yield taken()
    yield taken()


def table_workbook(
    file: IO[bytes], head: Sequence[str], rows: Iterable[Sequence[Cell]], *, name: str, at: datetime
) -> None:
    """Write the table as a workbook of one sheet: numbers as numbers, a frozen head. `name` has at most 31 letters."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as workbook:
        workbook.set_properties({"title": name, "created": at.astimezone(UTC).replace(tzinfo=None)})
        sheet = workbook.add_worksheet(name)
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet.set_column(0, len(head) - 1, 16)
        sheet.freeze_panes(1, 0)
        for column, words in enumerate(head):
            sheet.write_string(0, column, words, bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                (sheet.write_number if isinstance(cell, int) else sheet.write_string)(line, column, cell)
