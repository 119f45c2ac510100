"""Opening a workbook that a stranger sent, without believing anything it says of itself.

calamine reads a worksheet into a table as large as its farthest cell, with a copy of each text for every cell that
refers to it: two cells, or one long text, can ask for more memory than there is. So the few parts that are needed are
first copied, counted as they unpack and looked through; calamine gets the copy. Macros, pictures, links to elsewhere
and document types are not copied at all.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from katip.documents.sheet.errors import SheetError

_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(_rels/)?workbook\.xml(\.rels)?|xl/styles\.xml|xl/sharedStrings\.xml"
    r"|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})", re.ASCII)
_CHUNK = 1 << 16
_DAMAGE = (BadZipFile, zlib.error, struct.error, expat.ExpatError, RuntimeError, ValueError, EOFError, OSError)
"""What the standard library raises over a damaged archive, one kind of damage each."""
_MOST_PARTS = 2_000
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read: bytes as it is sent, bytes when unpacked, rows and columns."""

    file_bytes: int
    unpacked_bytes: int
    rows: int
    columns: int = 100


@contextmanager
def worksheet_open(file: IO[bytes], limits: Limits) -> Iterator[CalamineSheet]:
    """Yield the first worksheet of a workbook (.xlsx, .xlsm). Raises `SheetError`."""
    with TemporaryFile() as copy:
        try:
            _copy_checked(file, copy, limits)
        except _DAMAGE:
            raise SheetError("broken_workbook") from None
        copy.seek(0)
        yield _first_worksheet(copy)


def _first_worksheet(copy: IO[bytes]) -> CalamineSheet:
    try:
        workbook = CalamineWorkbook.from_filelike(copy)
        for place, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ == SheetTypeEnum.WorkSheet:
                return workbook.get_sheet_by_index(place)
    except CalamineError:
        raise SheetError("broken_workbook") from None
    except BaseException as error:  # a panic of the Rust side is no Exception
        if type(error).__name__ == "PanicException":
            raise SheetError("broken_workbook") from None
        raise
    raise SheetError("no_worksheet")


def _copy_checked(file: IO[bytes], copy: IO[bytes], limits: Limits) -> None:
    with ZipFile(file) as source, ZipFile(copy, "w", ZIP_DEFLATED, compresslevel=1) as target:
        parts = source.infolist()
        if len(parts) > _MOST_PARTS or len({part.filename.lower() for part in parts}) < len(parts):
            raise SheetError("broken_workbook")
        if sum(part.file_size for part in parts) > limits.unpacked_bytes:
            raise SheetError("too_unpacked", most=limits.unpacked_bytes)
        needed = [part for part in parts if _NEEDED.fullmatch(part.filename)]
        if not any(part.filename.lower() == "xl/workbook.xml" for part in needed):
            raise SheetError("not_a_sheet")
        check = _Check(limits)
        for part in sorted(needed, key=lambda part: "worksheets" in part.filename.lower()):  # after the texts they use
            _part_copy(source, part, target, check)


def _part_copy(source: ZipFile, part: ZipInfo, target: ZipFile, check: "_Check") -> None:
    if part.flag_bits & _ENCRYPTED:
        raise SheetError("old_workbook")
    feed = check.reader(part.filename.lower())
    with source.open(part) as unpacked, target.open(part.filename, "w") as out:
        while chunk := unpacked.read(_CHUNK):
            check.count(len(chunk))
            feed(chunk, False)  # noqa: FBT003 -- expat's own signature
            out.write(chunk)
        feed(b"", True)  # noqa: FBT003 -- as above


class _Check:
    """What the parts say, added up. Raises `SheetError` as soon as it is too much."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._unpacked = 0
        self._lengths: list[int] = []

    def count(self, size: int) -> None:
        """Count bytes, unpacked or held as text."""
        self._unpacked += size
        if self._unpacked > self._limits.unpacked_bytes:
            raise SheetError("too_unpacked", most=self._limits.unpacked_bytes)

    def reader(self, name: str) -> Callable[[bytes, bool], object]:
        """Return the parser to feed a part to. A document type is refused: it could define entities."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        if name.endswith("sharedstrings.xml"):
            _Texts(self._lengths).attach(parser)
        elif "worksheets" in name:
            _Cells(self._limits, self._lengths, self.count).attach(parser)
        return parser.Parse


def _refuse(*_: object) -> None:
    raise SheetError("broken_workbook")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Texts:
    """The length of each shared text."""

    def __init__(self, lengths: list[int]) -> None:
        self._lengths = lengths

    def attach(self, parser: Any) -> None:
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._text

    def _start(self, name: str, _: dict[str, str]) -> None:
        if _local(name) == "si":
            self._lengths.append(0)

    def _text(self, text: str) -> None:
        if self._lengths:
            self._lengths[-1] += len(text)


class _Cells:
    """How far the cells reach, and how much text they refer to."""

    def __init__(self, limits: Limits, lengths: list[int], count: Callable[[int], None]) -> None:
        self._limits = limits
        self._lengths = lengths
        self._count = count
        self._row = self._column = 0
        self._is_shared = self._in_value = False
        self._value = ""

    def attach(self, parser: Any) -> None:
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if name == "c":
            self._cell(attributes.get("r"))
            self._is_shared = attributes.get("t") == "s"
        elif name == "row":
            place = attributes.get("r")
            self._reach(self._number(place) if place else self._row + 1, 0)
        elif name == "v":
            self._in_value, self._value = self._is_shared, ""

    def _cell(self, place: str | None) -> None:
        if place is None:
            self._reach(self._row, self._column + 1)
            return
        found = _CELL.fullmatch(place)
        if found is None:
            raise SheetError("broken_workbook")
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - 64
        self._reach(int(found[2]), column)

    def _number(self, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < len("10000000")):
            raise SheetError("broken_workbook")
        return int(text)

    def _reach(self, row: int, column: int) -> None:
        if row > self._limits.rows + HEAD_ROWS:
            raise SheetError("too_many_rows", most=self._limits.rows)
        if column > self._limits.columns:
            raise SheetError("too_many_columns", most=self._limits.columns)
        self._row, self._column = row, column

    def _text(self, text: str) -> None:
        if self._in_value:
            self._value += text

    def _end(self, name: str) -> None:
        if not self._in_value or _local(name) != "v":
            return
        self._in_value = False
        value = self._value.strip()
        if not value.isdecimal() or len(value) > len("10000000") or int(value) >= len(self._lengths):
            raise SheetError("broken_workbook")
        self._count(self._lengths[int(value)])


HEAD_ROWS = 20
"""The header is looked for in this many rows; some programs write a title above it."""
