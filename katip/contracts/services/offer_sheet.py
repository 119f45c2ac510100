"""Offers for many workplaces at once: the rows of a sheet are checked as a whole, and offered all or none."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.models import Contract, OfferSheet, SheetState
from katip.contracts.offer_rows import (
    KINDS,
    KeptRow,
    Known,
    RowResult,
    SheetLine,
    minutes_fill,
    rows_identify,
    rows_judge,
    rows_read,
)
from katip.contracts.permissions import require_proof
from katip.contracts.services.offer import require_manager
from katip.contracts.services.offer_each import Lawful, Offer, offer_happening, offers_write, professionals_lock
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case, whole_from_here
from katip.registry.models import Certificate
from katip.rules import RuleViolation

MOST_ROWS = 500


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
    whole_from_here("rows name workplaces and offers are judged by what others agreed on")
    rows = rows_identify(provider_id, lines, at)
    known = rows_read(provider_id, rows, at)
    rows = [minutes_fill(row, known) for row in rows]
    results = rows_judge(rows, known)
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
    whole_from_here("offers are judged by what others agreed on")
    professionals_lock({row.professional_id for row in rows if row.professional_id is not None})
    known = rows_read(provider_id, rows, at)
    results = rows_judge(rows, known)
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
    offered = [offer_happening(contract, sheet=sheet.pk) for contract in contracts]
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


@dataclass(frozen=True, slots=True)
class _Right:
    """A row that may be offered, with everything that its contract names."""

    row: KeptRow
    kind: ServiceContractKind
    certificate: Certificate
    workplace_id: int
    minutes: int


def _rights(rows: Sequence[KeptRow], known: Known) -> list[_Right]:
    found = []
    for row in rows:
        assert row.code is not None and row.professional_id is not None  # noqa: S101, PT018 -- every row was right
        assert row.workplace_id is not None and row.minutes is not None  # noqa: S101, PT018 -- as above
        kind = KINDS[row.code]
        certificate = known.certificates[row.professional_id, kind.profession]
        found.append(_Right(row, kind, certificate, row.workplace_id, row.minutes))
    return found


def _insert(actor: Actor, at: datetime, provider_id: int, rows: Sequence[KeptRow], known: Known) -> list[Contract]:
    """Processes, contracts and their stories, by set; the rows were judged under the professionals' locks."""
    lawful = [
        Lawful(
            Offer(
                code=one.kind.code,
                workplace_id=one.workplace_id,
                professional_id=one.certificate.professional_id,
                minutes=one.minutes,
                provider_id=provider_id,
                assignment_type=one.row.assignment_type,
            ),
            one.certificate,
            known.facts[one.row.line],
        )
        for one in _rights(rows, known)
    ]
    try:
        return offers_write(actor, at, lawful)
    except RuleViolation as violation:
        raise StaleStateError("an offer was made at the same moment") from violation
