"""Offers for many workplaces at once: the rows of a sheet are checked as a whole, and offered all or none.

Rows are judged as single offers are, and against each other: rows that together overspend a professional, or say the
same twice, are all refused, whatever their order. A fixed number of statements serves any number of rows.

What is kept of a row names people by id; a T.C. kimlik no of nobody the provider employs is kept sealed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening, record
from katip.contracts.acts import Act, acts_of_born
from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.fitness import updates_due
from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.law import require_lawful
from katip.contracts.models import AssignmentType, Contract, OfferSheet, SheetState
from katip.contracts.offering import certificates_of, minutes_default, open_offers
from katip.contracts.permissions import require_proof
from katip.contracts.services.offer import professionals_lock, require_manager
from katip.contracts.terms import offer_terms
from katip.core.actor import Actor
from katip.core.crypto import lookup_key, seal
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.processes.services.open import Opening, processes_open
from katip.registry.models import Certificate, Provider, StaffContract, Workplace
from katip.registry.permissions import valid_on
from katip.rules import ContractAction, ContractRole, ContractState, Profession, RuleViolation

MOST_ROWS = 500
_KINDS: Mapping[int, ServiceContractKind] = {kind.code: kind for kind in SERVICE_KINDS}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A row as it was read: `line` in the file, the first is 1. `minutes` are a month's, None for the legal minimum.

    `fault` names what cannot be understood (`cell_sgk`, `cell_national_id`, `cell_kind`, `cell_minutes`,
    `cell_assignment`, `cell_line`); the values that could be read stand beside it. `national_id` is what was typed.
    """

    line: int
    sgk_number: str = ""
    national_id: str = ""
    code: int | None = None
    minutes: int | None = None
    assignment_type: str = AssignmentType.PART_TIME
    fault: str = ""


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row as the sheet keeps it: no personal number in clear. `minutes` None: the minimum could not be known."""

    line: int
    sgk_number: str
    workplace_id: int | None
    professional_id: int | None
    national_id_sealed: str
    code: int | None
    minutes: int | None
    is_minimum: bool
    assignment_type: str
    fault: str

    @property
    def is_full_time(self) -> bool:
        """Whether a full-time person is offered."""
        return self.assignment_type == AssignmentType.FULL_TIME


@dataclass(frozen=True, slots=True)
class RowResult:
    """What the check says of a row. `code` is '' where it may be offered; `process_id` once it was."""

    line: int
    code: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    article: str = ""
    process_id: int | None = None


@dataclass(slots=True)
class _Known:
    """Everything that the rows are judged by, read by set."""

    facts: dict[int, Facts]
    """by line"""
    certificates: dict[tuple[int, Profession], Certificate]
    waiting: set[tuple[int, int, Profession]]
    due: set[int]


def sheet_rows(sheet: OfferSheet) -> list[tuple[KeptRow, RowResult]]:
    """The rows of a sheet, each with what the last check said."""
    results = {one["line"]: RowResult(**one) for one in sheet.results}
    return [(row, results[row.line]) for row in _kept(sheet)]


@use_case
def sheet_check(
    *, actor: Actor, at: datetime, file_name: str, file_hash: str, lines: Sequence[SheetLine]
) -> OfferSheet:
    """Judge the rows of a file, each and all together, and keep them with a result for each; nothing is offered.

    Raises `PermissionRefusedError` unless the actor manages the provider; `RuleViolation` `sheet_empty`,
    `sheet_too_long` (fact: most).
    """
    provider_id = require_manager(actor, at)
    if not lines:
        raise RuleViolation("sheet_empty")
    if len(lines) > MOST_ROWS:
        raise RuleViolation("sheet_too_long", facts={"most": MOST_ROWS})
    rows = _identified(provider_id, lines, at)
    known = _read(provider_id, rows, at)
    rows = [_with_minutes(row, known) for row in rows]
    results = _judge(rows, known)
    sheet = OfferSheet.objects.create(
        provider_id=provider_id,
        file_name=file_name,
        file_hash=file_hash,
        rows=[asdict(row) for row in rows],
        results=[asdict(result) for result in results],
        created_by_id=actor.person,
        created_at=at,
    )
    record(actor, at, Happening("contract:sheet:checked", sheet.pk, _counts(results) | {"file_hash": file_hash}))
    return sheet


@use_case
def sheet_offer(*, actor: Actor, at: datetime, sheet_id: int) -> OfferSheet:
    """Offer every row of a checked sheet, or none: where the world changed since, `results` say what refuses now.

    The sheet's state tells which. Raises `PermissionRefusedError` as `sheet_check`, and `no_second_step` without one;
    `StaleStateError` when the sheet was offered or dropped already.
    """
    require_proof(actor)
    provider_id = require_manager(actor, at)
    sheet = _locked(provider_id, sheet_id)
    rows = _kept(sheet)
    professionals_lock({row.professional_id for row in rows if row.professional_id is not None})
    known = _read(provider_id, rows, at)
    results = _judge(rows, known)
    if any(result.code for result in results):
        sheet.results = [asdict(result) for result in results]
        sheet.save(update_fields=["results"])
        record(actor, at, Happening("contract:sheet:refused", sheet.pk, _counts(results)))
        return sheet
    contracts = _insert(actor, at, provider_id, rows, known)
    sheet.results = [
        asdict(replace(result, process_id=contract.process_id))
        for result, contract in zip(results, contracts, strict=True)
    ]
    sheet.state, sheet.decided_at = SheetState.OFFERED, at
    sheet.save(update_fields=["results", "state", "decided_at"])
    offered = [
        Happening(
            "contract:offer:made",
            contract.process_id,
            {
                "code": contract.code,
                "workplace": contract.workplace_id,
                "minutes": contract.minutes,
                "terms_hash": contract.process.terms_hash,
                "sheet": sheet.pk,
            },
        )
        for contract in contracts
    ]
    record(actor, at, Happening("contract:sheet:offered", sheet.pk, _counts(results)), *offered)
    return sheet


@use_case
def sheet_drop(*, actor: Actor, at: datetime, sheet_id: int) -> OfferSheet:
    """Put a checked sheet aside; nothing was offered from it. Raises as `sheet_offer`, no second step asked."""
    provider_id = require_manager(actor, at)
    sheet = _locked(provider_id, sheet_id)
    sheet.state, sheet.decided_at = SheetState.DROPPED, at
    sheet.save(update_fields=["state", "decided_at"])
    record(actor, at, Happening("contract:sheet:dropped", sheet.pk, {}))
    return sheet


def _locked(provider_id: int, sheet_id: int) -> OfferSheet:
    sheet = OfferSheet.objects.select_for_update().filter(pk=sheet_id, provider_id=provider_id).first()
    if sheet is None:
        raise PermissionRefusedError("not_yours")
    if sheet.state != SheetState.CHECKED:
        raise StaleStateError("the sheet was offered or dropped")
    return sheet


def _kept(sheet: OfferSheet) -> list[KeptRow]:
    return [KeptRow(**row) for row in sheet.rows]


def _counts(results: Collection[RowResult]) -> dict[str, int]:
    return {"rows": len(results), "refused": sum(bool(result.code) for result in results)}


def _identified(provider_id: int, lines: Sequence[SheetLine], at: datetime) -> list[KeptRow]:
    """Replace numbers by ids: workplaces by SGK number, people among the provider's own staff only."""
    numbers = {line.sgk_number for line in lines if line.sgk_number}
    workplaces = dict(Workplace.objects.filter(sgk_number__in=numbers).values_list("sgk_number", "pk"))
    keys = {line.national_id: lookup_key(line.national_id) for line in lines if line.national_id}
    staff = StaffContract.objects.filter(
        valid_on(at), provider_id=provider_id, professional__person__national_id_key__in=set(keys.values())
    )
    people = dict(staff.values_list("professional__person__national_id_key", "professional_id"))
    rows = []
    for line in lines:
        person = people.get(keys.get(line.national_id, ""))
        sealed = seal(line.national_id).decode("ascii") if line.national_id and person is None else ""
        rows.append(
            KeptRow(
                line=line.line,
                sgk_number=line.sgk_number,
                workplace_id=workplaces.get(line.sgk_number),
                professional_id=person,
                national_id_sealed=sealed,
                code=line.code,
                minutes=line.minutes,
                is_minimum=line.minutes is None,
                assignment_type=line.assignment_type,
                fault=line.fault,
            )
        )
    return rows


def _profession(row: KeptRow) -> Profession:
    assert row.code is not None  # noqa: S101 -- rows without a code have a fault
    return _KINDS[row.code].profession


def _whole(row: KeptRow) -> bool:
    """Whether the row names everything that the law is asked about."""
    return not row.fault and row.workplace_id is not None and row.professional_id is not None


def _read(provider_id: int, rows: Sequence[KeptRow], at: datetime) -> _Known:
    """What the law asks about, for all rows, by a fixed number of statements."""
    whole = [row for row in rows if _whole(row)]
    workplaces = {row.workplace_id for row in whole if row.workplace_id is not None}
    people = {row.professional_id for row in whole if row.professional_id is not None}
    certificates = certificates_of(people, {_profession(row) for row in whole}, at)
    asked = {
        row.line: Asked(
            row.workplace_id,
            row.professional_id,
            provider_id,
            certificates[row.professional_id, _profession(row)].pk,
            _profession(row),
        )
        for row in whole
        if row.workplace_id is not None
        and row.professional_id is not None
        and (row.professional_id, _profession(row)) in certificates
    }
    facts = dict(zip(asked, facts_read(list(asked.values()), at), strict=True))
    return _Known(facts, certificates, open_offers(workplaces, people), updates_due(provider_id, at))


def _with_minutes(row: KeptRow, known: _Known) -> KeptRow:
    """The row with the legal minimum where it names no minutes: what is shown is what will be offered."""
    facts = known.facts.get(row.line)
    if row.minutes is not None or facts is None:
        return row
    return replace(row, minutes=minutes_default(facts, _profession(row), row.assignment_type))


def _judge(rows: Sequence[KeptRow], known: _Known) -> list[RowResult]:
    """A result for each row: by itself first, then against the others."""
    results = {row.line: _judge_one(row, known) for row in rows}
    right = [row for row in rows if not results[row.line].code]
    for found in (*_duplicates(rows), *_full_time_twice(right), *_overspent(right, known)):
        if not results[found.line].code:
            results[found.line] = found
    return [results[row.line] for row in rows]


def _judge_one(row: KeptRow, known: _Known) -> RowResult:
    if row.fault:
        return RowResult(row.line, row.fault)
    if row.workplace_id is None:
        return RowResult(row.line, "workplace_unknown")
    if row.professional_id is None:
        return RowResult(row.line, "not_staff")
    profession = _profession(row)
    facts = known.facts.get(row.line)
    if facts is None:
        return RowResult(row.line, "no_certificate")
    if (row.workplace_id, row.professional_id, profession) in known.waiting:
        return RowResult(row.line, "already_offered")
    try:
        require_lawful(facts, profession=profession, minutes=row.minutes or 0, assignment_type=row.assignment_type)
    except RuleViolation as violation:
        return _refused(row, violation)
    others = known.due - {row.workplace_id}
    if others:
        return RowResult(row.line, "updates_wait", {"workplaces": len(others)})
    return RowResult(row.line)


def _refused(row: KeptRow, violation: RuleViolation) -> RowResult:
    facts = {name: value.isoformat() if isinstance(value, date) else value for name, value in violation.facts.items()}
    return RowResult(row.line, violation.code, facts, violation.citation.short if violation.citation else "")


def _duplicates(rows: Sequence[KeptRow]) -> list[RowResult]:
    """Rows that offer the same professional to the same workplace for the same profession."""
    groups: dict[tuple[int | None, int | None, int | None], list[KeptRow]] = {}
    for row in rows:
        if _whole(row):
            groups.setdefault((row.workplace_id, row.professional_id, row.code), []).append(row)
    return [
        RowResult(row.line, "sheet_duplicate", {"lines": [one.line for one in group]})
        for group in groups.values()
        if len(group) > 1
        for row in group
    ]


def _by_person(rows: Sequence[KeptRow]) -> dict[int, list[KeptRow]]:
    groups: dict[int, list[KeptRow]] = {}
    for row in rows:
        if row.professional_id is not None:
            groups.setdefault(row.professional_id, []).append(row)
    return groups


def _full_time_twice(rows: Sequence[KeptRow]) -> list[RowResult]:
    """Rows that make one professional a full-time person of several workplaces."""
    return [
        RowResult(row.line, "sheet_full_time_twice", {"lines": [one.line for one in group]})
        for group in _by_person([row for row in rows if row.is_full_time]).values()
        if len(group) > 1
        for row in group
    ]


def _overspent(rows: Sequence[KeptRow], known: _Known) -> list[RowResult]:
    """Rows that each fit, but together exceed what their professional has free: all of them, whatever their order."""
    found = []
    for group in _by_person(rows).values():
        facts = known.facts[group[0].line]
        together = sum(row.minutes or 0 for row in group)
        if together > facts.free:
            until = facts.blocked_until
            told = {
                "together": together,
                "assignable": facts.free,
                "short_by": together - facts.free,
                "blocked": facts.blocked,
                "blocked_until": until.isoformat() if until else None,
                "lines": [row.line for row in group],
            }
            found += [RowResult(row.line, "sheet_overspent", told) for row in group]
    return found


@dataclass(frozen=True, slots=True)
class _Right:
    """A row that may be offered, with everything that its contract names."""

    row: KeptRow
    kind: ServiceContractKind
    certificate: Certificate
    workplace: Workplace
    minutes: int


def _rights(rows: Sequence[KeptRow], known: _Known) -> list[_Right]:
    workplaces = Workplace.objects.in_bulk({row.workplace_id for row in rows})
    found = []
    for row in rows:
        assert row.code is not None and row.professional_id is not None  # noqa: S101, PT018 -- every row was right
        assert row.workplace_id is not None and row.minutes is not None  # noqa: S101, PT018 -- as above
        kind = _KINDS[row.code]
        certificate = known.certificates[row.professional_id, kind.profession]
        found.append(_Right(row, kind, certificate, workplaces[row.workplace_id], row.minutes))
    return found


def _insert(actor: Actor, at: datetime, provider_id: int, rows: Sequence[KeptRow], known: _Known) -> list[Contract]:
    """Processes, contracts and their stories, by set; the rows were judged under the professionals' locks."""
    provider = Provider.objects.select_related("province").get(pk=provider_id)
    rights = _rights(rows, known)
    openings = [
        Opening(
            one.kind,
            offer_terms(
                code=one.kind.code,
                title=one.kind.title,
                profession=one.kind.profession,
                workplace=one.workplace,
                provider=provider,
                certificate=one.certificate,
                facts=known.facts[one.row.line],
                minutes=one.minutes,
                assignment_type=one.row.assignment_type,
            ),
            workplace_id=one.workplace.pk,
            provider_id=provider_id,
            person_id=one.certificate.professional.person_id,
        )
        for one in rights
    ]
    processes = processes_open(actor, at, openings)
    try:
        with transaction.atomic():
            contracts = Contract.objects.bulk_create(
                Contract(
                    code=one.kind.code,
                    form=one.kind.form,
                    profession=one.kind.profession,
                    workplace=one.workplace,
                    provider=provider,
                    professional_id=one.certificate.professional_id,
                    certificate=one.certificate,
                    process=process,
                    minutes=one.minutes,
                    assignment_type=one.row.assignment_type,
                    state=ContractState.AWAITING_PROFESSIONAL,
                    created_at=at,
                )
                for one, process in zip(rights, processes, strict=True)
            )
    except IntegrityError as error:
        raise StaleStateError("an offer was made at the same moment") from error
    acts_of_born(
        [Act(contract, ContractAction.OFFER, ContractRole.MANAGER, actor.person_id, at) for contract in contracts]
    )
    return contracts
