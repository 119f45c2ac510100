"""Reading the sheet from a workbook or a CSV file, whoever made it: rows of plain text by field.

Columns are recognised by the letters and digits of their headers, in any order. What a spreadsheet made of the cells is
undone where nothing is lost: real dates become `dd.mm.yyyy`, `240.0` becomes `240`. A number too long for a spreadsheet
(`2.22E+25`) stays as such, for `parse_row` to refuse. A formula counts as the text that it last showed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from katip.core.imports.faults import FileFaultError
from katip.core.imports.reader import Line, Reader
from katip.documents.sheet.columns import BY_FIELD, BY_KEY, COLUMNS, header_key
from katip.documents.sheet.errors import SheetError
from katip.documents.sheet.workbook import HEAD_ROWS, Limits, worksheet_open
from katip.documents.sheet.write import unguarded

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
_BLANKS = re.compile(r"\s+")
_MEGABYTE = 1 << 20

FOR_PAGES = Limits(file_bytes=10 * _MEGABYTE, unpacked_bytes=150 * _MEGABYTE, rows=20_000)
"""What somebody may upload: more than the largest provider's contracts."""
FOR_COMMANDS = Limits(file_bytes=2_048 * _MEGABYTE, unpacked_bytes=2_048 * _MEGABYTE, rows=1_048_575)
"""What the operator may import. A workbook is held in memory (about 1 GB for 300 000 rows); CSV streams."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the header worth telling: `unknown_column`, `double_column` or `absent_column`; its name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its line in the file (the first is 1) and the text of its cells by field, of the columns there are.

    `fault` is set where the line itself cannot be read (`quotes`, `cell_count`); it has no cells then.
    """

    line: int
    cells: Mapping[str, str]
    fault: str = ""


class Sheet:
    """An open sheet: `headers` by field, in the file's order and words, and `notices`; `rows` can be read once."""

    def __init__(
        self, lines: Iterator[tuple[int, Sequence[str] | str]], limits: Limits, required: Sequence[str]
    ) -> None:
        """`lines` yields line numbers with cells, or with the code of a fault."""
        self._lines = lines
        self._limits = limits
        self.headers: dict[str, str] = {}
        self._places, self.notices = self._header(required)
        self.fields: tuple[str, ...] = tuple(self.headers)

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows that say anything. Raises `SheetError` where there are too many, or the file breaks off."""
        count = 0
        for number, cells in self._lines:
            if isinstance(cells, str):
                row = SheetRow(number, {}, cells)
            else:
                values = {field: _tidy(field, cells[place]) for place, field in self._places if place < len(cells)}
                if not any(values.values()):
                    continue
                row = SheetRow(number, values)
            count += 1
            if count > self._limits.rows:
                raise SheetError("too_many_rows", most=self._limits.rows)
            yield row

    def _header(self, required: Sequence[str]) -> tuple[list[tuple[int, str]], tuple[Notice, ...]]:
        """Find the first line that has all the columns required; else say which the likeliest one lacks."""
        most: set[str] = set()
        for _, (_, cells) in zip(range(HEAD_ROWS), self._lines, strict=False):
            if isinstance(cells, str):
                continue
            places, notices = _columns_of(cells)
            fields = {field for _, field in places}
            if fields.issuperset(required) and fields:
                self.headers = {field: cells[place].strip() for place, field in places}
                absent = [Notice("absent_column", each.header) for each in COLUMNS if each.field not in fields]
                return places, (*notices, *absent)
            most = max(most, fields, key=len)
        if not most:
            raise SheetError("no_header")
        missing = next(field for field in required if field not in most)
        raise SheetError("missing_column", column=BY_FIELD[missing].header.strip())


def _columns_of(cells: Sequence[str]) -> tuple[list[tuple[int, str]], list[Notice]]:
    places: list[tuple[int, str]] = []
    notices: list[Notice] = []
    seen: set[str] = set()
    for place, header in enumerate(cells):
        if not header.strip():
            continue
        column = BY_KEY.get(header_key(header))
        if column is None:
            notices.append(Notice("unknown_column", header.strip()))
        elif column.field in seen:
            notices.append(Notice("double_column", header.strip()))
        else:
            seen.add(column.field)
            places.append((place, column.field))
    return places, notices


def _tidy(field: str, text: str) -> str:
    text = text.strip()
    return _BLANKS.sub(" ", text.replace("__", " ")).strip() if BY_FIELD[field].is_title else text


@contextmanager
def sheet_open(
    source: Path | bytes | IO[bytes], *, limits: Limits = FOR_PAGES, required: Sequence[str] = ("workplace_sgk",)
) -> Iterator[Sheet]:
    """Open a sheet: a path, its bytes, or a file that can be read from its start (an upload).

    `required` names the fields whose columns must be there. Raises `SheetError`.
    """
    with lines_open(source, limits) as opened:
        yield Sheet(opened, limits, required)


@contextmanager
def lines_open(source: Path | bytes | IO[bytes], limits: Limits) -> Iterator[Iterator[tuple[int, Sequence[str] | str]]]:
    """Yield the lines of a file with any columns: their numbers with the text of their cells, or a fault's code.

    What the file is, is told by its first bytes and not by its name. Raises `SheetError`.
    """
    with _file(source) as file:
        file.seek(0, 2)
        if file.tell() > limits.file_bytes:
            raise SheetError("too_large", most=limits.file_bytes)
        file.seek(0)
        start = file.read(4)
        file.seek(0)
        if start == _OLD:
            raise SheetError("old_workbook")
        lines = _workbook_lines(file, limits) if start == _ZIP else _text_lines(file, limits)
        with lines as opened:
            yield opened


def sheet_read(
    source: Path | bytes | IO[bytes], *, limits: Limits = FOR_PAGES, required: Sequence[str] = ("workplace_sgk",)
) -> Iterator[SheetRow]:
    """Yield the rows of a sheet; `sheet_open` tells more. Raises `SheetError`."""
    with sheet_open(source, limits=limits, required=required) as sheet:
        yield from sheet.rows()


@contextmanager
def _file(source: Path | bytes | IO[bytes]) -> Iterator[IO[bytes]]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    elif isinstance(source, bytes):
        yield BytesIO(source)
    else:
        yield source


@contextmanager
def _workbook_lines(file: IO[bytes], limits: Limits) -> Iterator[Iterator[tuple[int, Sequence[str]]]]:
    with worksheet_open(file, limits) as worksheet:
        yield ((number, [_text(value) for value in row]) for number, row in enumerate(worksheet.iter_rows(), start=1))


def _text(value: object) -> str:
    """Return what a cell shows, as the exact sheet would have it."""
    if isinstance(value, bool):
        return "Evet" if value else "Hayır"
    if isinstance(value, float):
        if not value.is_integer():
            return str(value)
        return str(int(value)) if abs(value) < _EXACT else f"{value:.5E}"
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y}" if value.time() == time() else f"{value:%d.%m.%Y %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return str(value)


@contextmanager
def _text_lines(file: IO[bytes], limits: Limits) -> Iterator[Iterator[tuple[int, Sequence[str] | str]]]:
    with NamedTemporaryFile(suffix=".csv") as copy:  # the reader goes through it twice, for its encoding first
        while chunk := file.read(_MEGABYTE):
            copy.write(chunk)
        copy.flush()
        try:
            with Reader(Path(copy.name)) as reader:
                if len(reader.header) > limits.columns:
                    raise SheetError("too_many_columns", most=limits.columns)
                yield _records(reader)
        except FileFaultError as fault:
            raise SheetError("no_header" if fault.code in {"no_header", "no_lines"} else fault.code) from None


def _records(reader: Reader) -> Iterator[tuple[int, Sequence[str] | str]]:
    yield reader.header_line, reader.header
    try:
        for line in reader.lines():
            if isinstance(line, Line):
                yield line.number, [unguarded(cell) for cell in line.cells]
            else:
                yield line.number, line.code
    except FileFaultError as fault:
        if fault.code != "no_lines":
            raise SheetError(fault.code) from None
