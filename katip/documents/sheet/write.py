"""Writing the sheet: exactly as tools expect it, typed for analysis, or as CSV. Rows stream; nothing is held.

**Cells that begin with `=`, `+`, `-` or `@`.** In a workbook a text cell is text: no program runs it. A CSV file has no
text cells, and a spreadsheet runs what looks like a formula, so there such a cell gets an apostrophe in front, as
spreadsheets themselves mark text; `sheet_read` takes it off again. A program that reads the CSV sees the apostrophe.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from katip.core.clock import ISTANBUL
from katip.documents.sheet.columns import COLUMNS, ColumnKind

Row = Mapping[str, str]

SHEET_NAME = "Sözleşmeler"
_LONGEST_CELL = 32_767  # characters, a limit of the format
_LAST_ROW = 1_048_575
_NO_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold and no name has
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NO_MOMENT = datetime(1980, 1, 1, tzinfo=UTC)  # as the entries of the archive say
_BEFORE_WORKBOOKS = 1900  # workbooks count days from then, and one day too many in that year
_DAY_FORMAT, _MOMENT_FORMAT = "dd.mm.yyyy", "dd.mm.yyyy hh:mm:ss"


class SheetFullError(Exception):
    """More rows than a workbook's sheet can hold."""


def file_name(at: datetime, suffix: str = "xlsx", *, first: int = 0) -> str:
    """The name under which people know this file: `ISG_HIZMET_SOZLESME_SURECI_DISA_AKTAR_1790000000000.xlsx`.

    One that holds only the `first` rows of more says so.
    """
    cut = f"_ILK_{first}" if first else ""
    return f"ISG_HIZMET_SOZLESME_SURECI_DISA_AKTAR{cut}_{int(at.timestamp() * 1000)}.{suffix}"


def sheet_write(file: IO[bytes], rows: Iterable[Row], *, at: datetime = _NO_MOMENT) -> int:
    """Write the exact sheet: one worksheet, 46 columns, every cell text. Return the number of rows.

    `at` is the moment that the file's properties name. Raises `SheetFullError`.
    """
    with _workbook(file, at) as workbook:
        worksheet = workbook.add_worksheet(SHEET_NAME)
        worksheet.ignore_errors({"number_stored_as_text": f"A1:AT{_LAST_ROW + 1}"})
        for column, each in enumerate(COLUMNS):
            worksheet.write_string(0, column, each.header)
        return _rows_write(rows, [worksheet.write_string] * len(COLUMNS))


def sheet_write_typed(file: IO[bytes], rows: Iterable[Row], *, at: datetime = _NO_MOMENT) -> int:
    """Write the sheet for analysis: real dates, moments and numbers; numbers that name something stay text.

    Same columns and headers, a frozen head, filters, widths. Return the number of rows. Raises `SheetFullError`.
    """
    with _workbook(file, at) as workbook:
        worksheet = workbook.add_worksheet(SHEET_NAME)
        head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = workbook.add_format({"num_format": "@"})
        formats = {
            ColumnKind.DAY: workbook.add_format({"num_format": _DAY_FORMAT}),
            ColumnKind.MOMENT: workbook.add_format({"num_format": _MOMENT_FORMAT}),
            ColumnKind.NUMBER: workbook.add_format({"num_format": "0"}),
        }
        for column, each in enumerate(COLUMNS):
            worksheet.set_column(column, column, each.width)
            worksheet.write_string(0, column, each.header, head)
        worksheet.freeze_panes(1, 0)
        worksheet.ignore_errors({"number_stored_as_text": f"A1:AT{_LAST_ROW + 1}"})
        writers = [_typed(worksheet, each.kind, formats.get(each.kind, text), text) for each in COLUMNS]
        count = _rows_write(rows, writers)
        worksheet.autofilter(0, 0, count, len(COLUMNS) - 1)
        return count


def csv_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield the same cells as CSV: UTF-8 with its mark, `;` between cells, as a Turkish Excel opens it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")

    def taken() -> bytes:
        line = buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
        return line

    writer.writerow([column.header for column in COLUMNS])
    yield "\ufeff".encode() + taken()
    for row in rows:
        writer.writerow([guarded(_clean(row.get(column.field, ""))) for column in COLUMNS])
        yield taken()


def csv_write(file: IO[bytes], rows: Iterable[Row]) -> int:
    """Write `csv_lines` into a file. Return the number of rows."""
    count = -1
    for line in csv_lines(rows):
        file.write(line)
        count += 1
    return count


def _workbook(file: IO[bytes], at: datetime) -> Workbook:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    workbook = Workbook(file, options)
    workbook.set_properties({"title": "İSG hizmet sözleşmeleri", "created": at.astimezone(UTC)})
    return workbook


_Write = Callable[[int, int, str], object]


def _rows_write(rows: Iterable[Row], writers: list[_Write]) -> int:
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > _LAST_ROW:
            raise SheetFullError
        for place, (column, write) in enumerate(zip(COLUMNS, writers, strict=True)):
            write(number, place, _clean(row.get(column.field, "")))
    return number


def _typed(worksheet: Worksheet, kind: ColumnKind, kind_format: Format, text_format: Format) -> _Write:
    """Return the writer of a column; what is not of its kind is written as the text it is."""

    def write(row: int, place: int, text: str) -> object:
        if kind == ColumnKind.NUMBER and text.isascii() and text.isdecimal():
            return worksheet.write_number(row, place, int(text), kind_format)
        if kind in (ColumnKind.DAY, ColumnKind.MOMENT) and (moment := _moment(text)):
            return worksheet.write_datetime(row, place, moment, kind_format)
        return worksheet.write_string(row, place, text, text_format) if text else None

    return write


def _moment(text: str) -> datetime | None:
    for pattern in ("%d.%m.%Y", "%d.%m.%Y %H:%M:%S"):
        try:
            moment = datetime.strptime(text, pattern).replace(tzinfo=ISTANBUL)
        except ValueError:
            continue
        return moment if moment.year > _BEFORE_WORKBOOKS else None
    return None


def _clean(text: str) -> str:
    return _NO_TEXT.sub("", text)[:_LONGEST_CELL]


def guarded(text: str) -> str:
    """Put an apostrophe in front of what a spreadsheet would run."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Take off the apostrophe that `csv_write` put in front of what a spreadsheet would run."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
