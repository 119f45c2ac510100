"""Where lines come from: a text file, a Parquet file, or a part that was sent. Nothing is held beyond one block."""

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from katip.core.imports import Column
from katip.core.imports.faults import FileFaultError
from katip.core.imports.reader import DELIMITERS, BadLine, HeaderFault, Progress, encoding_find, header_match
from katip.updates.feed.cells import REST, Block
from katip.updates.feed.columns import COLUMNS

BLOCK = 16 << 20
"""bytes of text"""
_ROWS = 250_000
"""rows of a Parquet file at a time"""
_PARQUET = b"PAR1"
_LONGEST_LINE = 1 << 20
_OWN = "\x01"
"""stands in no text: makes a line one cell"""


class HeaderError(Exception):
    """The header does not fit; `faults` say why."""

    def __init__(self, line: int, faults: Sequence[HeaderFault]) -> None:
        super().__init__(line, len(faults))
        self.line = line
        self.faults = faults


def content_hash(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_blocks(path: Path, progress: Progress | None = None) -> Iterator[Block]:
    """The lines of a file, by its first bytes Parquet or text. `progress` is called with bytes read and file size.

    Raises `FileFaultError` and `HeaderError` where it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(len(_PARQUET))
    return _parquet_blocks(path, progress) if start == _PARQUET else _file_text_blocks(path, progress)


def _file_text_blocks(path: Path, progress: Progress | None) -> Iterator[Block]:
    encoding, size = encoding_find(path), path.stat().st_size
    with path.open("rb") as file:

        def chunks() -> Iterator[bytes]:
            done = 0
            while chunk := file.read(BLOCK):
                done += len(chunk)
                yield chunk
                if progress:
                    progress(done, size)

        yield from text_blocks(chunks(), encoding)


def text_blocks(chunks: Iterator[bytes], encoding: str = "utf-8", part: int = 0) -> Iterator[Block]:
    """The lines of text that comes in pieces. Raises as `file_blocks`, `no_lines` where there is no line at all."""
    header: _Header | None = None
    line, content = 1, False
    for piece in _whole_lines(chunks):
        text = piece if piece.isascii() else piece.decode(encoding).removeprefix("\ufeff").encode()
        if header is None:
            found = _header_find(text, line)
            if found is None:
                line += text.count(b"\n")
                continue
            header, text = found
            line = header.line + 1
        if not text:
            continue
        content = content or not text.isspace()
        yield _text_block(header, text, line, part)
        line += text.count(b"\n")
    if header is None:
        raise FileFaultError("no_header")
    if not content:
        raise FileFaultError("no_lines", header.line)


@dataclass(frozen=True, slots=True)
class _Header:
    line: int
    delimiter: str
    names: Sequence[str]
    columns: Sequence[Column]


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut after line ends."""
    kept = b""
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if end:
            yield kept + chunk[:end]
            kept = chunk[end:]
        else:
            kept += chunk
        if len(kept) > _LONGEST_LINE:
            raise FileFaultError("line_too_long")
    if kept:
        yield kept


def _header_find(text: bytes, line: int) -> tuple[_Header, bytes] | None:
    """The first line with content, and what follows it."""
    while text:
        first, _, text = text.partition(b"\n")
        if first.strip(b" \t\r\n,;"):
            return _header(first.decode().strip("\r"), line), text
        line += 1
    return None


def _header(first: str, line: int) -> _Header:
    delimiter = max(DELIMITERS, key=first.count)
    try:
        names = [name.strip() for name in next(csv.reader([first], delimiter=delimiter, strict=True))]
    except csv.Error:
        raise FileFaultError("quotes", line) from None
    while names and not names[-1]:  # a spreadsheet writes empty columns at the end of every line
        names.pop()
    columns, faults = header_match(names, COLUMNS)
    if faults:
        raise HeaderError(line, faults)
    return _Header(line, delimiter, names, columns)


def _text_block(header: _Header, text: bytes, line: int, part: int) -> Block:
    names = [column.name for column in header.columns]
    frame = pl.read_csv(
        text,
        has_header=False,
        schema=dict.fromkeys([*names, REST], pl.String),
        separator=header.delimiter,
        quote_char=None,
        infer_schema=False,
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",
        empty_string_is_null=False,
        row_index_name="line",
        row_index_offset=line,
    ).with_columns(pl.col(*names, REST).fill_null(""))
    if (frame[names[-1]] == "").any():  # a line that is cut off must not pass for one whose last cell is empty
        full = _lines(text).str.count_matches(header.delimiter, literal=True) >= len(names) - 1
        frame = frame.with_columns(pl.when(full).then(pl.col(REST)).otherwise(pl.lit("short")).alias(REST))

    def cells(rows: Sequence[int]) -> list[Sequence[str] | BadLine]:
        return [
            _cells(one, header, line + row) for row, one in zip(rows, _lines(text)[list(rows)].to_list(), strict=True)
        ]

    return Block(part, frame, header.columns, header.names, cells)


def _lines(text: bytes) -> pl.Series:
    """The same lines, each as one cell."""
    return pl.read_csv(
        text,
        has_header=False,
        schema={"line": pl.String},
        separator=_OWN,
        quote_char=None,
        infer_schema=False,
        truncate_ragged_lines=True,
        empty_string_is_null=False,
    )["line"].fill_null("")


def _cells(line: str, header: _Header, number: int) -> Sequence[str] | BadLine:
    """As the other lists read a line, but that none goes on in the next."""
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=header.delimiter, strict=True), [])]
    except csv.Error:
        return BadLine(number, "quotes", {})
    expected = len(header.names)
    if any(cells) and (len(cells) < expected or any(cells[expected:])):
        return BadLine(number, "cell_count", {"count": len(cells), "expected": expected})
    return cells


def _parquet_blocks(path: Path, progress: Progress | None) -> Iterator[Block]:
    """Rows count from 1."""
    size = path.stat().st_size
    try:
        scan = pl.scan_parquet(path)
        names = scan.collect_schema().names()
        rows = scan.select(pl.len()).collect().item()
    except pl.exceptions.PolarsError:
        raise FileFaultError("not_parquet") from None
    columns, faults = header_match(names, COLUMNS)
    if faults:
        raise HeaderError(1, faults)
    if not rows:
        raise FileFaultError("no_lines")
    for start in range(0, rows, _ROWS):
        found = scan.slice(start, _ROWS).collect()
        found.columns = [column.name for column in columns]
        yield _parquet_block(found, columns, names, start + 1)
        if progress:
            progress(size * min(start + _ROWS, rows) // rows, size)


def _parquet_block(found: pl.DataFrame, columns: Sequence[Column], names: Sequence[str], first: int) -> Block:
    texts = found.select(_text(found[column.name]) for column in columns)
    frame = texts.with_row_index("line", first).with_columns(pl.lit("").alias(REST))

    def cells(rows: Sequence[int]) -> list[Sequence[str] | BadLine]:
        return [[cell.strip() for cell in texts.row(row)] for row in rows]

    return Block(0, frame, columns, names, cells)


def _text(cells: pl.Series) -> pl.Series:
    """A column as text: dates as their months, whole numbers without a point, nothing as ""."""
    if cells.dtype in {pl.Date, pl.Datetime}:
        cells = cells.dt.strftime("%Y-%m")
    elif cells.dtype.is_float() and (cells.fill_null(0) == cells.fill_null(0).round()).all():
        cells = cells.cast(pl.Int64)
    return cells.cast(pl.String).fill_null("")


Blocks = Callable[[], Iterator[Block]]
"""Brings the blocks of a feed, from the beginning each time."""
