"""What is wrong with a file, where, and why; and the file beside it that says all of it."""

import csv
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from katip.core.errors import KatipError

if TYPE_CHECKING:
    import _csv

REASONS: Mapping[str, str] = {
    # the file as a whole
    "workbook": "this is an Excel workbook; save it as “CSV UTF-8” and import that file",
    "utf16": "the file is UTF-16; save it as “CSV UTF-8” and import that file",
    "not_utf8": "the file is UTF-8 up to this line, where a character is broken",
    "not_text": "the file is neither UTF-8 nor Windows-1254 (Turkish Excel) text",
    "no_header": "the file is empty; its first line must name the columns",
    "no_lines": "the file has no lines below its header",
    "unknown_column": "no such column in this list; it has {known}",
    "missing_column": "this column is required, and the file does not have it",
    "double_column": "this column is there twice",
    "line_too_long": "the line is too long; a quotation mark may be missing before it",
    # one line
    "quotes": "the quotation marks of this line do not pair",
    "cell_count": "the line has {count} cells where the header has {expected}",
    # one cell
    "empty": "must not be empty",
    "too_long": "too long: {length} characters where {expected} are allowed",
    "bad_character": "contains a character that no text should have",
    "scientific": "a spreadsheet rounded this number; format the column as text before saving",
    "not_digits": "may contain digits only",
    "wrong_length": "has {length} digits where {expected} are needed",
    "leading_zero": "must not begin with 0",
    "wrong_first_digit": "must not begin with {first_digit}",
    "country_code": "must be written without the country code",
    "checksum": "the check digits do not fit; a digit is wrong",
    "missing_at": "an e-mail address has an @",
    "bad_local_part": "the part before the @ is not possible in an e-mail address",
    "bad_domain": "the part after the @ is not possible in an e-mail address",
    "not_a_date": "not a date; write 2026-01-31 or 31.01.2026",
    "not_a_month": "not a month; write 2026-01 or 01.2026",
    "not_a_number": "not a whole number",
    "not_an_amount": "not an amount; write 1.234,50 or 1234.50",
    "negative": "must not be below 0",
    "too_small": "must be {least} at least",
    "too_large": "must be {most} at most",
    "unknown_word": "must be one of: {words}",
    # against other lines
    "conflict": "says something else than line {detail}, which speaks of the same",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the line in the file (the header is 1), the column as the file calls it, the value, the reason.

    `code` is stable, `reason` is its sentence. A fault of a whole line or file has no column and no value.
    """

    line: int
    column: str
    value: str
    code: str
    reason: str


class FileFaultError(Exception):
    """The file cannot be read any further."""

    def __init__(self, code: str, line: int = 1) -> None:
        super().__init__(code, line)
        self.code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class ImportResult:
    """A finished import. `rows` are the file's lines of data; `inserted` and `updated` count rows of the database."""

    kind: str
    file_hash: str
    rows: int
    inserted: int
    updated: int
    warnings: int
    shown_warnings: tuple[Fault, ...]


class ImportFailedError(KatipError):
    """A file with faults; nothing was changed.

    `shown` holds the first of `count` faults, `errors_path` the file with all of them. `errors_path` is None where that
    file could not be written; `unwritable` then says why.
    """

    def __init__(
        self,
        *,
        kind: str,
        rows: int,
        count: int,
        shown: tuple[Fault, ...],
        errors_path: Path | None,
        unwritable: str = "",
    ) -> None:
        super().__init__(kind, rows, count)
        self.kind = kind
        self.rows = rows
        self.count = count
        self.shown = shown
        self.errors_path = errors_path
        self.unwritable = unwritable


class ImportRunningError(KatipError):
    """Another import of the same list is running."""


def reason(reasons: Mapping[str, str], code: str, facts: Mapping[str, object]) -> str:
    """Return the sentence for `code`, from the list's own `reasons` or the engine's; else the code itself."""
    template = reasons.get(code) or REASONS.get(code, code)
    return template.format_map(facts)


def errors_path_of(path: Path) -> Path:
    """Return where the faults of a file go: `people.csv` → `people.errors.csv`."""
    return path.with_name(f"{path.stem}.errors.csv")


_FORMULA = re.compile(r"[=+\-@\t\r](?![0-9.,]*$)")


@contextmanager
def errors_file(path: Path, delimiter: str) -> Iterator["ErrorsFile"]:
    """Write faults to `path`, which appears whole or not at all, readable by its owner only: it holds personal data."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            yield ErrorsFile(csv.writer(file, delimiter=delimiter))
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


class ErrorsFile:
    """Takes faults one by one; made by `errors_file`."""

    def __init__(self, writer: "_csv.Writer") -> None:
        self._writer = writer
        self._writer.writerow(["line", "column", "value", "reason"])

    def add(self, fault: Fault) -> None:
        """Write one fault. A value that a spreadsheet would run as a formula gets an apostrophe in front."""
        guard = "'" if _FORMULA.match(fault.value) else ""
        self._writer.writerow([fault.line, fault.column, guard + fault.value, fault.reason])
