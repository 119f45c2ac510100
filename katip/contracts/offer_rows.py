"""The rows of a sheet of offers: what is kept of them, and how they are judged, each and all together.

Rows are judged as single offers are, and against each other: rows that together overspend a professional, or say the
same twice, are all refused, whatever their order. A fixed number of statements serves any number of rows.

What is kept of a row names people by id; a T.C. kimlik no of nobody the provider employs is kept sealed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.fitness import updates_due
from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.law import require_lawful
from katip.contracts.models import AssignmentType
from katip.contracts.offering import certificates_of, minutes_default, open_offers
from katip.core.crypto import lookup_key, seal
from katip.registry.models import Certificate, StaffContract, Workplace
from katip.registry.permissions import valid_on
from katip.rules import Profession, RuleViolation

KINDS: Mapping[int, ServiceContractKind] = {kind.code: kind for kind in SERVICE_KINDS}


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
class Known:
    """Everything that the rows are judged by, read by set."""

    facts: dict[int, Facts]
    """by line"""
    certificates: dict[tuple[int, Profession], Certificate]
    waiting: set[tuple[int, int, Profession]]
    due: set[int]


def rows_identify(provider_id: int, lines: Sequence[SheetLine], at: datetime) -> list[KeptRow]:
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
    return KINDS[row.code].profession


def _whole(row: KeptRow) -> bool:
    """Whether the row names everything that the law is asked about."""
    return not row.fault and row.workplace_id is not None and row.professional_id is not None


def rows_read(provider_id: int, rows: Sequence[KeptRow], at: datetime) -> Known:
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
    return Known(facts, certificates, open_offers(workplaces, people), updates_due(provider_id, at))


def minutes_fill(row: KeptRow, known: Known) -> KeptRow:
    """The row with the legal minimum where it names no minutes: what is shown is what will be offered."""
    facts = known.facts.get(row.line)
    if row.minutes is not None or facts is None:
        return row
    return replace(row, minutes=minutes_default(facts, _profession(row), row.assignment_type))


def rows_judge(rows: Sequence[KeptRow], known: Known) -> list[RowResult]:
    """A result for each row: by itself first, then against the others."""
    results = {row.line: _judge_one(row, known) for row in rows}
    right = [row for row in rows if not results[row.line].code]
    for found in (*_duplicates(rows), *_full_time_twice(right), *_overspent(right, known)):
        if not results[found.line].code:
            results[found.line] = found
    return [results[row.line] for row in rows]


def _judge_one(row: KeptRow, known: Known) -> RowResult:
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


def _overspent(rows: Sequence[KeptRow], known: Known) -> list[RowResult]:
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
