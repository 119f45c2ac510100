"""`import_file`: one file, one transaction.

Every line is parsed and copied into a staging table as it is read. Then the list's checks look at all lines at once,
and its merges write. With any fault the transaction is rolled back, and the file is read again: beside the lines, in
their order, what the parsers refuse and what the checks found goes into the errors file, with each value as the file
has it. So nothing is held in memory, and nothing is staged that only a message needs.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

from django.db import connection
from django.db.backends.utils import CursorWrapper

from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.imports.faults import (
    ErrorsFile,
    Fault,
    FileFaultError,
    ImportFailedError,
    ImportResult,
    ImportRunningError,
    errors_file,
    errors_path_of,
    reason,
)
from katip.core.imports.reader import Line, Progress, Reader, header_match
from katip.core.imports.spec import Column, ImportSpec
from katip.core.usecase import use_case
from katip.rules import FormatError

Record = Callable[[ImportResult], None]
SqlFault = tuple[int, str, str, str | None]


def import_file(
    spec: ImportSpec,
    path: Path,
    *,
    actor: Actor,
    at: datetime,
    record: Record,
    progress: Progress | None = None,
    limit: int = 20,
) -> ImportResult:
    """Bring the register to what the file says, all of it or nothing.

    `record` is called with the result inside the transaction. `progress` is called with bytes read and file size.
    `limit` is how many faults or warnings the outcome holds; a file with faults has all of them in the `.errors.csv`
    beside it, which a file without faults removes. Raises ImportFailedError, and ImportRunningError while the same list
    is being imported elsewhere.
    """
    result = _import(spec=spec, path=path, actor=actor, at=at, record=record, progress=progress, limit=limit)
    errors_path_of(path).unlink(missing_ok=True)
    return result


class _HeaderError(Exception):
    """The header does not fit; `faults` say why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(len(faults))
        self.faults = faults


@dataclass(slots=True)
class _Staging:
    """What reading a file has shown so far."""

    present: frozenset[str] = frozenset()
    delimiter: str = ","
    file_hash: str = ""
    rows: int = 0
    is_faulty: bool = False
    warnings: int = 0
    shown_warnings: list[Fault] = field(default_factory=list)


@use_case
def _import(
    *, spec: ImportSpec, path: Path, actor: Actor, at: datetime, record: Record, progress: Progress | None, limit: int
) -> ImportResult:
    del actor  # the use case has told the database
    parameters = {"at": at, "today": day_of(at)}
    staging = _Staging()
    with connection.cursor() as cursor:
        _take_turn(cursor, spec)
        try:
            with Reader(path, progress) as reader:
                staging.delimiter = reader.delimiter
                _stage(cursor, spec, reader, staging, limit)
        except (FileFaultError, _HeaderError):
            raise _failure(spec, path, staging, iter([]), limit) from None
        with connection.chunked_cursor() as found:
            found.execute(_checks_sql(spec), parameters)
            first = found.fetchone()
            if first or staging.is_faulty:
                raise _failure(spec, path, staging, chain([first] if first else [], found), limit)
        inserted = updated = 0
        for merge in spec.merges:
            cursor.execute(merge(staging.present), parameters)
            counts = cursor.fetchone() if cursor.description else None
            inserted += counts[0] if counts else 0
            updated += counts[1] if counts else 0
    result = ImportResult(
        kind=spec.kind,
        file_hash=staging.file_hash,
        rows=staging.rows,
        inserted=inserted,
        updated=updated,
        warnings=staging.warnings,
        shown_warnings=tuple(staging.shown_warnings),
    )
    record(result)
    return result


def _take_turn(cursor: CursorWrapper, spec: ImportSpec) -> None:
    cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"katip import {spec.kind}"])
    if not cursor.fetchone()[0]:
        raise ImportRunningError(spec.kind)
    cursor.execute("SET LOCAL statement_timeout = 0")  # a page's limit is not an import's
    cursor.execute("DROP TABLE IF EXISTS pg_temp.import_line")
    cursor.execute(spec.staging_sql)


def _checks_sql(spec: ImportSpec) -> str:
    every = " UNION ALL ".join(f"({check.sql})" for check in spec.checks)
    none = "SELECT 0::bigint, ''::text, ''::text, ''::text WHERE false"
    return f"SELECT * FROM ({every or none}) AS fault (line, name, code, detail) ORDER BY line, name"  # noqa: S608 -- the specs' own SQL


def _stage(cursor: CursorWrapper, spec: ImportSpec, reader: Reader, staging: _Staging, limit: int) -> None:
    columns = _columns(spec, reader)
    staging.present = frozenset(column.name for column in columns)
    names = ", ".join(["line", *(stage.name for column in columns for stage in column.staged)])
    with cursor.copy(f"COPY import_line ({names}) FROM STDIN") as copy:
        for line in reader.lines():
            staging.rows += 1
            if not isinstance(line, Line):
                staging.is_faulty = True
                continue
            row: list[object] = [line.number]
            for name, column, cell in zip(reader.header, columns, line.cells, strict=False):
                parsed = _parse(column, cell)
                if isinstance(parsed, FormatError):
                    staging.is_faulty = True
                    row += [None] * len(column.staged)
                    continue
                row += parsed
                code = column.warn(parsed[0]) if column.warn and cell else None
                if code:
                    staging.warnings += 1
                    if len(staging.shown_warnings) < limit:
                        sentence = reason(spec.reasons, code, {})
                        staging.shown_warnings.append(Fault(line.number, name, cell, code, sentence))
            copy.write_row(row)
    staging.file_hash = reader.file_hash
    cursor.execute("ANALYZE import_line")


def _columns(spec: ImportSpec, reader: Reader) -> list[Column]:
    columns, faults = header_match(reader.header, spec.columns)
    if faults:
        raise _HeaderError(
            [
                Fault(reader.header_line, fault.name, "", fault.code, reason(spec.reasons, fault.code, fault.facts))
                for fault in faults
            ]
        )
    return columns


def _parse(column: Column, cell: str) -> Sequence[object] | FormatError:
    """Return what the cell stages, or why it stages nothing."""
    if not cell:
        return FormatError("empty") if column.required else [column.empty] * len(column.staged)
    try:
        value = column.parse(cell)
    except FormatError as error:
        return error
    return value if isinstance(value, tuple) else (value,)


def _faults_again(spec: ImportSpec, path: Path, from_checks: Iterator[SqlFault]) -> Iterator[Fault]:
    """Every fault in the order of lines, from a second reading."""
    try:
        with Reader(path) as reader:
            columns = _columns(spec, reader)
            pending = next(from_checks, None)
            for line in reader.lines():
                if not isinstance(line, Line):
                    yield Fault(line.number, "", "", line.code, reason(spec.reasons, line.code, line.facts))
                    continue
                refused: set[str] = set()
                for name, column, cell in zip(reader.header, columns, line.cells, strict=False):
                    parsed = _parse(column, cell)
                    if isinstance(parsed, FormatError):
                        refused.add(column.name)
                        sentence = reason(spec.reasons, parsed.code, parsed.facts)
                        yield Fault(line.number, name, cell, parsed.code, sentence)
                while pending and pending[0] <= line.number:
                    if pending[1] not in refused:  # its cell was refused already; the check saw an empty one
                        yield _check_fault(spec, pending, reader.header, columns, line)
                    pending = next(from_checks, None)
    except _HeaderError as error:
        yield from error.faults
    except FileFaultError as fault:
        yield Fault(fault.line, "", "", fault.code, reason(spec.reasons, fault.code, {}))


def _check_fault(
    spec: ImportSpec, found: SqlFault, header: Sequence[str], columns: Sequence[Column], line: Line
) -> Fault:
    number, column_name, code, detail = found
    sentence = reason(spec.reasons, code, {"detail": detail})
    for name, column, cell in zip(header, columns, line.cells, strict=False):
        if column.name == column_name:
            return Fault(number, name, cell, code, sentence)
    return Fault(number, column_name, "", code, sentence)


def _failure(
    spec: ImportSpec, path: Path, staging: _Staging, from_checks: Iterator[SqlFault], limit: int
) -> ImportFailedError:
    """Write the errors file and make the error that tells of it."""
    shown: list[Fault] = []
    count = 0
    errors_path: Path | None = errors_path_of(path)
    unwritable = ""
    with ExitStack() as stack:
        file: ErrorsFile | None = None
        try:
            file = stack.enter_context(errors_file(errors_path_of(path), staging.delimiter))
        except OSError as error:
            errors_path, unwritable = None, error.strerror or str(error)
        for fault in _faults_again(spec, path, from_checks):
            count += 1
            if file:
                file.add(fault)
            if len(shown) < limit:
                shown.append(fault)
    return ImportFailedError(
        kind=spec.kind,
        rows=staging.rows,
        count=count,
        shown=tuple(shown),
        errors_path=errors_path,
        unwritable=unwritable,
    )
