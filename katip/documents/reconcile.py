"""A sheet beside the register, row by row: the same, different and where, missing here, missing there.

Nothing is written: a sheet is no approval. What is missing here may become drafts, which is for the caller to do.
Rows go by in chunks of the same few statements; what is held is which contracts have been met.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from katip.contracts.models import Contract
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.crypto import lookup_key
from katip.core.errors import PermissionRefusedError
from katip.documents.export import CHUNK, exported, rows_of
from katip.documents.sheet import SHEET_STATE, Parsed, RowFault, SheetRow, SheetState, header_key, parse_row
from katip.registry.models import Provider, StaffContract, Workplace
from katip.registry.permissions import require_provider_mandate, valid_on
from katip.rules import ContractState

SHOWN = 2_000
"""So many results are kept in a `Reconciliation`; beyond them only counts go on."""
_LIVE = (ContractState.ACTIVE, ContractState.AWAITING_PROFESSIONAL, ContractState.AWAITING_EMPLOYER)
_GOING_ON = (SheetState.RUNNING, SheetState.OFFERED, None)  # None: the sheet has no column for it

COMPARED: Mapping[str, str] = {
    "professional_name": "professional_name",
    "certificate_no": "certificate_no",
    "assignment_type": "assignment_type",
    "minutes": "minutes",
    "workplace_title": "workplace_title",
    "employees": "employees",
    "hazard_class": "hazard",
    "nace": "nace",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "state": "state",
    "auto_update": "auto_update",
}
"""The fields that are compared, each with its name in `Parsed`. An empty cell says nothing, but for an open end."""


class Outcome(StrEnum):
    """What a row, or a contract, turned out to be."""

    SAME = "same"
    DIFFERS = "differs"
    MISSING_HERE = "missing_here"
    """a contract that goes on there, or is offered, and that this register does not have"""
    MISSING_THERE = "missing_there"
    """a contract that goes on here, or is offered, and that no row speaks of"""
    OVER = "over"
    """a contract that is over there and was never here: nothing to do"""
    FAULTY = "faulty"
    """a row that cannot be understood, or must not stand in this sheet"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that says something else there than here, by field of the sheet."""

    field: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A row beside the contract it speaks of; a contract without a row has no line.

    `workplace_id` and `professional_id` are set for a row that is missing here where they can be named; `faults`
    then tell what is not known (`unknown_workplace`) or who is not of the provider's staff (`unknown_professional`):
    such a row can become no offer.
    """

    outcome: Outcome
    line: int | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    ours: Mapping[str, str] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    faults: tuple[RowFault, ...] = ()
    parsed: Parsed | None = None
    contract_id: int | None = None
    process_id: int | None = None
    workplace_id: int | None = None
    professional_id: int | None = None

    @property
    def may_become_draft(self) -> bool:
        """Whether an offer can be begun from the row."""
        return self.outcome == Outcome.MISSING_HERE and not self.faults


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How many of each, and what is worth looking at: all but the same, the first `SHOWN` of them."""

    counts: Mapping[Outcome, int]
    shown: tuple[Compared, ...]

    @property
    def rows(self) -> int:
        """The number of rows of the sheet."""
        return sum(count for outcome, count in self.counts.items() if outcome != Outcome.MISSING_THERE)

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is shown."""
        return sum(count for outcome, count in self.counts.items() if outcome != Outcome.SAME) > len(self.shown)


def reconcile(actor: Actor, at: datetime, rows: Iterable[SheetRow], *, shown: int = SHOWN) -> Reconciliation:
    """Lay the rows beside the contracts of the actor's provider.

    Raises `PermissionRefusedError` unless the actor manages it; `SheetError` where the rows break off.
    """
    counts = dict.fromkeys(Outcome, 0)
    kept: list[Compared] = []
    for compared in reconcile_rows(actor, at, rows):
        counts[compared.outcome] += 1
        if compared.outcome != Outcome.SAME and len(kept) < shown:
            kept.append(compared)
    return Reconciliation(counts, tuple(kept))


def reconcile_rows(actor: Actor, at: datetime, rows: Iterable[SheetRow], *, chunk: int = CHUNK) -> Iterator[Compared]:
    """Yield each row beside its contract, in the order of the sheet, then the contracts that no row speaks of.

    At most four statements for a chunk of rows, two for a chunk of contracts. Raises as `reconcile` does.
    """
    if actor.capacity != Capacity.PROVIDER:
        raise PermissionRefusedError("no_mandate")
    require_provider_mandate(actor, actor.organisation, at)
    provider = Provider.objects.get(pk=actor.organisation)
    session = _Session(actor, at, provider.authorisation_no)
    pending: list[SheetRow] = []
    for row in rows:
        pending.append(row)
        if len(pending) == chunk:
            yield from session.compare(pending)
            pending = []
    yield from session.compare(pending)
    yield from session.unmet(chunk)


Triple = tuple[str, str, str]
"""Workplace's SGK number, professional's keyed T.C. kimlik no, profession."""


class _Session:
    """What a reconciliation remembers: which contracts it has met, and in which line."""

    def __init__(self, actor: Actor, at: datetime, authorisation_no: str) -> None:
        self._actor = actor
        self._at = at
        self._authorisation_no = authorisation_no
        self._met: dict[int, int] = {}

    def compare(self, rows: Sequence[SheetRow]) -> Iterator[Compared]:
        """Lay a chunk of rows beside their contracts."""
        understood = {row.line: self._understand(row) for row in rows}
        parsed = {line: found for line, found in understood.items() if isinstance(found, Parsed)}
        matches = self._matches(parsed) if parsed else {}
        met = [match for match in matches.values() if isinstance(match, Contract)]
        ours = {contract.pk: row for contract, row in zip(met, rows_of(met, self._at), strict=True)}
        known = _Known(self._actor, self._at, [found for line, found in parsed.items() if matches[line] is None])
        for row in rows:
            found = understood[row.line]
            if isinstance(found, Parsed):
                match = matches[row.line]
                if isinstance(match, Contract):
                    yield _beside(row, found, match, ours[match.pk])
                elif match is None:
                    yield _missing_here(row, found, known)
                else:
                    yield _faulty(row, [match])
            else:
                yield _faulty(row, found)

    def unmet(self, chunk: int) -> Iterator[Compared]:
        """The contracts that go on here, newest first, except those that were met."""
        contracts = exported(self._actor, self._at).filter(state__in=_LIVE).order_by("-pk")
        last: int | None = None
        while True:
            found = list((contracts if last is None else contracts.filter(pk__lt=last))[:chunk])
            missing = [contract for contract in found if contract.pk not in self._met]
            for contract, row in zip(missing, rows_of(missing, self._at), strict=True):
                yield Compared(
                    outcome=Outcome.MISSING_THERE, ours=row, contract_id=contract.pk, process_id=contract.process_id
                )
            if len(found) < chunk:
                return
            last = found[-1].pk

    def _understand(self, row: SheetRow) -> Parsed | list[RowFault]:
        if row.fault:
            return [RowFault("", row.fault)]
        found = parse_row(row.cells)
        if not isinstance(found, Parsed):
            return found
        if found.authorisation_no and header_key(found.authorisation_no) != header_key(self._authorisation_no):
            return [RowFault("authorisation_no", "other_provider")]
        return found

    def _matches(self, rows: Mapping[int, Parsed]) -> dict[int, Contract | RowFault | None]:
        """The contract that each row speaks of: by number first, since parties may have had several."""
        candidates = self._candidates(list(rows.values()))
        matches: dict[int, Contract | RowFault | None] = {}
        for find in (candidates.by_number, candidates.by_parties):
            for line, row in rows.items():
                if matches.get(line) is None:
                    matches[line] = self._meet(line, find(row), is_sure=find == candidates.by_number)
        return matches

    def _meet(self, line: int, found: Sequence[Contract], *, is_sure: bool) -> Contract | RowFault | None:
        """Take the first contract that no row has met yet; two rows with one number contradict each other."""
        for contract in found:
            if contract.pk not in self._met:
                self._met[contract.pk] = line
                return contract
            if is_sure:
                return RowFault("contract_id", "same_contract", {"line": self._met[contract.pk]})
        return None

    def _candidates(self, rows: Sequence[Parsed]) -> "_Candidates":
        contracts = exported(self._actor, self._at).filter(
            Q(carried__foreign_id__in={row.contract_id for row in rows if row.contract_id})
            | Q(
                workplace__sgk_number__in={row.workplace_sgk for row in rows},
                professional__person__national_id_key__in={lookup_key(row.national_id) for row in rows},
            )
        )
        return _Candidates(list(contracts.order_by("-pk")))


class _Candidates:
    """The contracts that a chunk of rows may speak of, newest first."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._by_number: dict[str, Contract] = {}
        self._by_parties: dict[Triple, list[Contract]] = {}
        for contract in contracts:
            carried = getattr(contract, "carried", None)
            if carried is not None:
                self._by_number[carried.foreign_id] = contract
            triple = (
                contract.workplace.sgk_number,
                contract.professional.person.national_id_key,
                contract.profession,
            )
            self._by_parties.setdefault(triple, []).append(contract)

    def by_number(self, row: Parsed) -> list[Contract]:
        """By the other register's number; by our own only between the same parties: theirs may be equal by chance."""
        if not row.contract_id:
            return []
        foreign = self._by_number.get(row.contract_id)
        if foreign is not None:
            return [foreign]
        return [each for each in self._between(row) if str(each.pk) == row.contract_id]

    def by_parties(self, row: Parsed) -> list[Contract]:
        """Between the same parties: what goes on, in the sheet's state first; of what is over, what began that day."""
        found = self._between(row)
        if row.state in _GOING_ON:
            state = row.state or SheetState.RUNNING
            live = [each for each in found if each.state in _LIVE]
            return sorted(live, key=lambda each: SHEET_STATE[ContractState(each.state)] != state)
        over = [each for each in found if each.state not in _LIVE and each.active_from]
        return [each for each in over if each.active_from and day_of(each.active_from) == row.starts_on]

    def _between(self, row: Parsed) -> list[Contract]:
        return self._by_parties.get((row.workplace_sgk, lookup_key(row.national_id), str(row.profession)), [])


class _Known:
    """Which of the parties of unmatched rows are known, of the people the provider's own staff only: two statements.

    Who else is a professional is not the provider's business, and a sheet could ask of thousands.
    """

    def __init__(self, actor: Actor, at: datetime, rows: Sequence[Parsed]) -> None:
        self.workplaces: dict[str, int] = {}
        self.professionals: dict[str, int] = {}
        if not rows:
            return
        numbers = {row.workplace_sgk for row in rows}
        keys = {lookup_key(row.national_id) for row in rows}
        self.workplaces = dict(Workplace.objects.filter(sgk_number__in=numbers).values_list("sgk_number", "pk"))
        staff = StaffContract.objects.filter(
            valid_on(at), provider_id=actor.organisation, professional__person__national_id_key__in=keys
        )
        self.professionals = dict(staff.values_list("professional__person__national_id_key", "professional_id"))


def _faulty(row: SheetRow, faults: Sequence[RowFault]) -> Compared:
    return Compared(outcome=Outcome.FAULTY, line=row.line, cells=row.cells, faults=tuple(faults))


def _missing_here(row: SheetRow, parsed: Parsed, known: _Known) -> Compared:
    if parsed.state not in _GOING_ON:
        return Compared(outcome=Outcome.OVER, line=row.line, cells=row.cells, parsed=parsed)
    workplace = known.workplaces.get(parsed.workplace_sgk)
    professional = known.professionals.get(lookup_key(parsed.national_id))
    faults = [] if workplace else [RowFault("workplace_sgk", "unknown_workplace")]
    faults += [] if professional else [RowFault("national_id", "unknown_professional")]
    return Compared(
        outcome=Outcome.MISSING_HERE,
        line=row.line,
        cells=row.cells,
        faults=tuple(faults),
        parsed=parsed,
        workplace_id=workplace,
        professional_id=professional,
    )


def _beside(row: SheetRow, parsed: Parsed, contract: Contract, ours: Mapping[str, str]) -> Compared:
    here = parse_row(ours)
    if not isinstance(here, Parsed):  # a figure that no sheet may have
        return _faulty(row, here)
    differences = tuple(
        Difference(name, row.cells[name], ours[name])
        for name, attribute in COMPARED.items()
        if name in row.cells
        and (row.cells[name] or name == "ends_on")
        and _meaning(getattr(parsed, attribute)) != _meaning(getattr(here, attribute))
    )
    return Compared(
        outcome=Outcome.DIFFERS if differences else Outcome.SAME,
        line=row.line,
        cells=row.cells,
        ours=ours,
        differences=differences,
        parsed=parsed,
        contract_id=contract.pk,
        process_id=contract.process_id,
    )


def _meaning(value: object) -> object:
    """Names are the same however they are cased and spaced."""
    return header_key(value) if type(value) is str else value
