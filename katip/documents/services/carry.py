"""`contracts_carry`: running contracts of another register, brought in by the operator from the sheet it exports.

All of the file or nothing of it. Only rows whose contract goes on become contracts; the law is not asked, since they
exist already, but their fitness is judged as of everyone's. They are marked: nobody approved them here, so no step and
no decision stands behind them. A contract that was carried over is never touched again: its number is known.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from katip.audit.services.record import Happening, record
from katip.contracts.acts import Act, acts_of_born
from katip.contracts.facts import Asked, facts_read
from katip.contracts.fitness import fitness_refresh
from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import Carried, Contract, ContractVersion, VersionBasis
from katip.contracts.terms import offer_terms
from katip.core.actor import OPERATOR, Actor
from katip.core.clock import day_of
from katip.core.imports import Fault, ImportFailedError, ImportRunningError
from katip.core.imports.faults import ErrorsFile, errors_file, errors_path_of, reason
from katip.core.usecase import use_case
from katip.documents.services.carry_staging import CHECKS, COLUMNS, CREATE, NEW, REASONS, stage, understood
from katip.documents.sheet import FOR_COMMANDS, Parsed, RowFault, SheetError, SheetRow, sheet_open
from katip.processes.models import PartyKind, Process, ProcessState
from katip.processes.services.terms import terms_hash
from katip.registry.models import Certificate, ImportRun, Provider, Workplace
from katip.rules import ContractAction, ContractForm, ContractRole, ContractState, Profession

KIND = "contracts"
CHUNK = 200
"""So many contracts are made at once; what the facts cost grows faster than their number."""

_KINDS = {kind.profession: kind for kind in SERVICE_KINDS}
_FILE_REASONS = {
    "too_large": "the file is too large: {most} bytes are read at most",
    "too_unpacked": "the workbook unpacks to more than {most} bytes; save it as CSV",
    "too_many_rows": "more than {most} rows",
    "too_many_columns": "more than {most} columns",
    "old_workbook": "an old Excel workbook, or one with a password; save it as .xlsx or CSV",
    "not_a_sheet": "neither a workbook (.xlsx) nor CSV",
    "broken_workbook": "the workbook is damaged",
    "no_worksheet": "the workbook has no worksheet",
    "no_header": "no header of the sheet is found in the first lines",
    "missing_column": "the column “{column}” is required, and the file does not have it",
}


@dataclass(frozen=True, slots=True)
class CarryResult:
    """A finished migration: rows read, contracts made, rows known already, rows about contracts that do not go on.

    `ignored` are the headers of columns that the sheet does not have.
    """

    file_hash: str
    rows: int
    inserted: int
    known: int
    left_out: int
    ignored: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    ignored: tuple[str, ...] = ()
    rows: int = 0
    left_out: int = 0
    is_faulty: bool = False


def contracts_carry(*, actor: Actor = OPERATOR, at: datetime, path: Path, limit: int = 20) -> CarryResult:
    """Make the running contracts of the sheet at `path`, all of them or none.

    `limit` is how many faults the error holds; a file with faults has all of them in the `.errors.csv` beside it, which
    a file without faults removes. Raises ImportFailedError, and ImportRunningError while another migration runs.
    """
    result: CarryResult = _carry(actor=actor, at=at, path=path, limit=limit)
    errors_path_of(path).unlink(missing_ok=True)
    return result


@use_case
def _carry(*, actor: Actor, at: datetime, path: Path, limit: int) -> CarryResult:
    reading = _Reading()
    with connection.cursor() as cursor:
        _take_turn(cursor)
        try:
            with sheet_open(path, limits=FOR_COMMANDS, required=COLUMNS) as sheet:
                reading.ignored = tuple(each.name for each in sheet.notices if each.code == "unknown_column")
                stage(cursor, _understood(sheet.rows(), reading))
        except SheetError:
            raise _failure(path, reading.rows, [], limit) from None
        cursor.execute(CHECKS, {"today": day_of(at)})
        faults = cursor.fetchall()
        if faults or reading.is_faulty:
            raise _failure(path, reading.rows, faults, limit)
        inserted = _make(at)
    with path.open("rb") as file:
        file_hash = hashlib.file_digest(file, "sha256").hexdigest()
    counts = {"rows": reading.rows, "inserted": inserted, "updated": 0}
    run = ImportRun.objects.create(kind=KIND, at=at, file_hash=file_hash, **counts)
    detail = {**counts, "left_out": reading.left_out, "file_hash": file_hash}
    record(actor, at, Happening("contract:sheet:carried", run.pk, detail))
    known = reading.rows - reading.left_out - inserted
    return CarryResult(file_hash, reading.rows, inserted, known, reading.left_out, reading.ignored)


def _take_turn(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"katip import {KIND}"])
    if not cursor.fetchone()[0]:
        raise ImportRunningError(KIND)
    cursor.execute("SET LOCAL statement_timeout = 0")  # a page's limit is not a migration's
    cursor.execute("DROP TABLE IF EXISTS pg_temp.carry_line")
    cursor.execute(CREATE)


def _understood(rows: Iterator[SheetRow], reading: _Reading) -> Iterator[tuple[SheetRow, Parsed]]:
    for row in rows:
        reading.rows += 1
        found = understood(row)
        if found is None:
            reading.left_out += 1
        elif isinstance(found, Parsed):
            yield row, found
        else:
            reading.is_faulty = True


def _make(at: datetime) -> int:
    count = 0
    with connection.chunked_cursor() as found:
        found.execute(NEW)
        while rows := found.fetchmany(CHUNK):
            _make_chunk(rows, at)
            count += len(rows)
    return count


@dataclass(frozen=True, slots=True)
class _New:
    """A contract to be made, as staged."""

    foreign_id: str
    profession: Profession
    workplace_id: int
    provider_id: int
    professional_id: int
    certificate_id: int
    minutes: int
    assignment_type: str
    ends_on: date | None
    active_from: datetime
    cells: str


def _make_chunk(rows: Sequence[tuple[Any, ...]], at: datetime) -> None:
    news = [_New(row[0], Profession(row[1]), *row[2:]) for row in rows]
    asked = [
        Asked(new.workplace_id, new.professional_id, new.provider_id, new.certificate_id, new.profession)
        for new in news
    ]
    facts = facts_read(asked, at)
    workplaces = Workplace.objects.in_bulk({new.workplace_id for new in news})
    providers = Provider.objects.select_related("province").in_bulk({new.provider_id for new in news})
    certificates = Certificate.objects.select_related("professional__person").in_bulk(
        {new.certificate_id for new in news}
    )
    processes = Process.objects.bulk_create(
        _process(
            new,
            at,
            offer_terms(
                code=_KINDS[new.profession].code,
                title=_KINDS[new.profession].title,
                profession=new.profession,
                workplace=workplaces[new.workplace_id],
                provider=providers[new.provider_id],
                certificate=certificates[new.certificate_id],
                facts=fact,
                minutes=new.minutes,
                assignment_type=new.assignment_type,
            ),
        )
        for new, fact in zip(news, facts, strict=True)
    )
    contracts = Contract.objects.bulk_create(
        _contract(new, process, at) for new, process in zip(news, processes, strict=True)
    )
    ContractVersion.objects.bulk_create(
        _version(new, contract, at) for new, contract in zip(news, contracts, strict=True)
    )
    Carried.objects.bulk_create(
        Carried(contract=contract, foreign_id=new.foreign_id, cells=json.loads(new.cells))
        for contract, new in zip(contracts, news, strict=True)
    )
    acts_of_born([_act(contract, at) for contract in contracts])
    fitness_refresh({new.workplace_id for new in news}, at)


def _process(new: _New, at: datetime, terms: dict[str, Any]) -> Process:
    terms |= {"start": new.active_from.isoformat(), "carried_over": True}
    return Process(
        code=terms["code"],
        workplace_id=new.workplace_id,
        provider_id=new.provider_id,
        state=ProcessState.COMPLETED,
        waiting_since=at,
        terms=terms,
        terms_hash=terms_hash(terms),
        proposed_by=PartyKind.PROVIDER,
        created_at=at,
        closed_at=at,
    )


def _contract(new: _New, process: Process, at: datetime) -> Contract:
    return Contract(
        code=process.code,
        form=ContractForm.SERVICE,
        profession=new.profession,
        workplace_id=new.workplace_id,
        provider_id=new.provider_id,
        professional_id=new.professional_id,
        certificate_id=new.certificate_id,
        process=process,
        minutes=new.minutes,
        assignment_type=new.assignment_type,
        state=ContractState.ACTIVE,
        active_from=new.active_from,
        ends_on=new.ends_on,
        carried_over=True,
        created_at=at,
    )


def _act(contract: Contract, at: datetime) -> Act:
    """How the contract came here, and with which last day: an end brought forward and taken back leaves that one."""
    detail = {"last_day": contract.ends_on.isoformat()} if contract.ends_on else {}
    return Act(contract, ContractAction.CARRY_OVER, ContractRole.OPERATOR, None, at, detail=detail)


def _version(new: _New, contract: Contract, at: datetime) -> ContractVersion:
    requirement = contract.process.terms["requirement"]
    return ContractVersion(
        contract=contract,
        no=1,
        basis=VersionBasis.CARRIED,
        process=contract.process,
        valid_from=new.active_from,
        minutes=contract.minutes,
        assignment_type=contract.assignment_type,
        employees=requirement["employees"],
        hazard_class=requirement["hazard"],
        required_minutes=requirement["minutes"],
        recorded_at=at,
    )


_SqlFault = tuple[int, str, str, str | None]


def _failure(path: Path, rows: int, from_checks: Sequence[_SqlFault], limit: int) -> ImportFailedError:
    """Write the errors file and make the error that tells of it."""
    shown: list[Fault] = []
    count = 0
    errors_path: Path | None = errors_path_of(path)
    unwritable = ""
    with ExitStack() as stack:
        file: ErrorsFile | None = None
        try:
            file = stack.enter_context(errors_file(errors_path_of(path), ";"))
        except OSError as error:
            errors_path, unwritable = None, error.strerror or str(error)
        for fault in _faults_again(path, from_checks):
            count += 1
            if file:
                file.add(fault)
            if len(shown) < limit:
                shown.append(fault)
    return ImportFailedError(
        kind=KIND, rows=rows, count=count, shown=tuple(shown), errors_path=errors_path, unwritable=unwritable
    )


def _faults_again(path: Path, from_checks: Sequence[_SqlFault]) -> Iterator[Fault]:
    """Every fault in the order of lines, from a second reading; what the checks found beside it."""
    by_line: dict[int, list[_SqlFault]] = {}
    for found in from_checks:
        by_line.setdefault(found[0], []).append(found)
    try:
        with sheet_open(path, limits=FOR_COMMANDS, required=COLUMNS) as sheet:
            for row in sheet.rows():
                parsed = understood(row)
                faults = parsed if isinstance(parsed, list) else []
                faults += [
                    RowFault(field, code, {"detail": detail}) for _, field, code, detail in by_line.get(row.line, ())
                ]
                for fault in faults:
                    name = sheet.headers.get(fault.field, fault.field)
                    value = row.cells.get(fault.field, "")
                    yield Fault(row.line, name, value, fault.code, reason(REASONS, fault.code, fault.facts))
    except SheetError as error:
        yield Fault(1, "", "", error.code, reason(_FILE_REASONS, error.code, error.facts))
