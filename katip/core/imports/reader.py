"""A delimited text file, read line by line: whichever of the usual encodings and delimiters it has.

Nothing is held beyond one line. The encoding is found in a first pass over the bytes, since a file that is half UTF-8
must be refused before its first line is believed.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from katip.core.imports.faults import FileFaultError
from katip.core.imports.spec import Column
from katip.core.turkish import fold

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed import WriteableBuffer

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the size of the file."""

DELIMITERS = (",", ";", "\t")
_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 20  # characters
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_FIELD_LIMIT = csv.field_size_limit()


@dataclass(frozen=True, slots=True)
class Line:
    """One record: the number of its first line in the file, and its cells without outer blanks."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A record that cannot be read."""

    number: int
    code: str
    facts: dict[str, object]


def encoding_find(path: Path) -> str:
    """Return the encoding of a file: `utf-8-sig`, `utf-8` or `cp1254` (Windows, Turkish).

    Raises FileFaultError `workbook`, `utf16`, `not_utf8` (mostly UTF-8, and broken) or `not_text`.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start in _WORKBOOKS:
        raise FileFaultError("workbook")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileFaultError("utf16")
    marked = start.startswith(codecs.BOM_UTF8)
    broken = _first_undecodable(path, "utf-8")
    if broken is None:
        return "utf-8-sig" if marked else "utf-8"
    if marked or _mostly_utf8(path):
        raise FileFaultError("not_utf8", broken)
    undefined = _first_undecodable(path, "cp1254")
    if undefined is not None:
        raise FileFaultError("not_text", undefined)
    return "cp1254"


def _first_undecodable(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                return lines + error.object[: error.start].count(b"\n")
            if not chunk:
                return None


def _mostly_utf8(path: Path) -> bool:
    # A Turkish letter of Windows-1254 is hardly ever followed by what would make it UTF-8. So a file with more whole
    # UTF-8 characters than broken ones is UTF-8 that was damaged, and reading it otherwise would garble every name.
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    whole = broken = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = decoder.decode(chunk)
            bad = text.count("\ufffd")
            broken += bad
            whole += len(text) - len(text.encode("ascii", "ignore")) - bad
    return whole > broken


class _Counted(io.RawIOBase):
    """The file's bytes, counted and hashed as they pass."""

    def __init__(self, path: Path, progress: Progress | None) -> None:
        self._file = path.open("rb", buffering=0)
        self._size = path.stat().st_size
        self._done = 0
        self._progress = progress
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        count = self._file.readinto(view) or 0
        self.hash.update(view[:count])
        self._done += count
        if self._progress and count:
            self._progress(self._done, self._size)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def header_key(name: str) -> str:
    """Return what header names are compared by: `T.C. Kimlik No`, `tc_kimlik_no` and `TC KİMLİK NO` are one."""
    return fold(name).replace(" ", "")


class Reader:
    """The records of a file. Use it as a context manager, look at `header`, then go through `lines`.

    `header` holds the column names as the file writes them. Raises FileFaultError when the file cannot be read.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        encoding = encoding_find(path)
        self._raw = _Counted(path, progress)
        self._text = io.TextIOWrapper(io.BufferedReader(self._raw, _CHUNK), encoding, newline="")
        try:
            self._blank_lines, first = self._first_line()
            self.delimiter = max(DELIMITERS, key=first.count)
            self._records = csv.reader(self._physical_lines(first), delimiter=self.delimiter, strict=True)
            self.header = self._header()
        except BaseException:
            self._text.close()
            raise
        self.header_line = self._blank_lines + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self._text.close()

    @property
    def file_hash(self) -> str:
        """SHA-256 of what was read, 64 hex digits; of the whole file once `lines` is exhausted."""
        return self._raw.hash.hexdigest()

    def lines(self) -> Iterator[Line | BadLine]:
        """Every record below the header, except those without any content.

        Raises FileFaultError `line_too_long` where a line or cell is beyond measure, `no_lines` when there was none.
        """
        expected = len(self.header)
        is_empty = True
        while True:
            number = self._blank_lines + self._records.line_num + 1
            try:
                cells = [cell.strip() for cell in next(self._records)]
            except StopIteration:
                break
            except csv.Error as error:
                if "limit" in str(error):
                    raise FileFaultError("line_too_long", number) from None
                is_empty = False
                yield BadLine(number, "quotes", {})
                continue
            if not any(cells):
                continue
            is_empty = False
            if len(cells) < expected or any(cells[expected:]):
                yield BadLine(number, "cell_count", {"count": len(cells), "expected": expected})
                continue
            yield Line(number, cells)
        if is_empty:
            raise FileFaultError("no_lines", self.header_line)

    def _first_line(self) -> tuple[int, str]:
        blank = 0
        while line := self._text.readline(_LONGEST_LINE):
            if line.strip(" \t\r\n,;"):
                return blank, line
            blank += 1
        raise FileFaultError("no_header")

    def _physical_lines(self, first: str) -> Iterator[str]:
        line, number = first, self._blank_lines + 1
        while line:
            if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
                raise FileFaultError("line_too_long", number)
            yield line
            line, number = self._text.readline(_LONGEST_LINE), number + 1

    def _header(self) -> list[str]:
        try:
            names = [name.strip() for name in next(self._records)]
        except csv.Error:
            raise FileFaultError("quotes", self._blank_lines + 1) from None
        while names and not names[-1]:  # a spreadsheet writes empty columns at the end of every line
            names.pop()
        return names


@dataclass(frozen=True, slots=True)
class HeaderFault:
    """A column of the header that does not fit: its code, the name to show, facts for the sentence."""

    code: str
    name: str
    facts: dict[str, object]


def header_match(header: Sequence[str], columns: Sequence[Column]) -> tuple[list[Column], list[HeaderFault]]:
    """Return the columns in the file's order, or what keeps the header from being understood."""
    known = {header_key(name): column for column in columns for name in (column.name, *column.aliases)}
    found: list[Column] = []
    faults: list[HeaderFault] = []
    for name in header:
        column = known.get(header_key(name))
        if column is None:
            names = ", ".join(each.name for each in columns)
            faults.append(HeaderFault("unknown_column", name, {"known": names}))
        elif column in found:
            faults.append(HeaderFault("double_column", name, {}))
        else:
            found.append(column)
    faults += [
        HeaderFault("missing_column", column.name, {}) for column in columns if column.required and column not in found
    ]
    return found, faults
