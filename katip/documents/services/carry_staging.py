"""The rows of a migration on their way: staged by the sheet's fields, checked against the register by set.

A T.C. kimlik no is staged as its keyed hash, as every list does it. Of a row's cells only those are kept that the
register cannot say itself.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.backends.utils import CursorWrapper

from katip.core.clock import ISTANBUL
from katip.core.crypto import lookup_key
from katip.documents.export import KEPT
from katip.documents.sheet import Parsed, RowFault, SheetRow, SheetState, header_key, parse_row
from katip.documents.sheet.words import STATE_OF
from katip.registry.services.imports import shared

REQUIRED = (
    "contract_id",
    "workplace_sgk",
    "authorisation_no",
    "national_id",
    "certificate_no",
    "assignment_type",
    "minutes",
    "starts_on",
    "state",
)
"""The fields without which a running contract cannot be carried over. The name tells the profession besides."""
COLUMNS = (*REQUIRED, "name")

REASONS: Mapping[str, str] = shared.REASONS | {
    "unknown_profession": "names none of the three professions",
    "unknown_word": "is none of the words that the sheet uses",
    "not_monthly": "the register counts minutes a month",
    "ends_before_start": "lies before the start",
    "unknown_certificate": "the register has no such certificate of this person and profession; import `professionals`"
    " first",
    "unknown_figures": "the register does not know how many work there; import `headcounts` first",
    "already_ended": "lies in the past, and yet the contract is said to go on",
    "same_number": "is the number of another contract in line {detail}",
    "same_assignment": "line {detail} has the same workplace, person and profession",
    "other_contract": "is known here as the number of another contract",
    "already_live": "the register has a running contract of this workplace, person and profession already",
}
_LONGEST_NUMBER = 40

CREATE = """
CREATE TEMPORARY TABLE carry_line (
    line bigint NOT NULL, foreign_id text, profession text, workplace_sgk text, national_id text, authorisation_no text,
    certificate_no text, minutes integer, assignment_type text, starts_on date, ends_on date, active_from timestamptz,
    cells jsonb
) ON COMMIT DROP
"""
_STAGED = (
    "line, foreign_id, profession, workplace_sgk, national_id, authorisation_no, certificate_no, minutes,"
    " assignment_type, starts_on, ends_on, active_from, cells"
)

_KNOWN = """
    carry_line s
    LEFT JOIN registry_workplace workplace ON workplace.sgk_number = s.workplace_sgk
    LEFT JOIN registry_provider provider ON provider.authorisation_no = s.authorisation_no
    LEFT JOIN identity_person person ON person.national_id_key = s.national_id
    LEFT JOIN registry_professional professional ON professional.person_id = person.id
    LEFT JOIN registry_certificate certificate ON certificate.number = s.certificate_no
        AND certificate.professional_id = professional.id AND certificate.profession = s.profession
    LEFT JOIN contracts_carried carried ON carried.foreign_id = s.foreign_id
    LEFT JOIN contracts_contract known ON known.id = carried.contract_id
"""
_SAME = """known.workplace_id IS NOT DISTINCT FROM workplace.id AND known.profession = s.profession
    AND known.professional_id IS NOT DISTINCT FROM professional.id"""

CHECKS = f"""
SELECT * FROM (
    SELECT s.line, 'workplace_sgk', 'unknown_workplace', NULL FROM {_KNOWN} WHERE workplace.id IS NULL
    UNION ALL
    SELECT s.line, 'authorisation_no', 'unknown_provider', NULL FROM {_KNOWN} WHERE provider.id IS NULL
    UNION ALL
    SELECT s.line, 'national_id', CASE WHEN person.id IS NULL THEN 'unknown_person' ELSE 'unknown_professional' END,
           NULL FROM {_KNOWN} WHERE professional.id IS NULL
    UNION ALL
    SELECT s.line, 'certificate_no', 'unknown_certificate', NULL
    FROM {_KNOWN} WHERE certificate.id IS NULL AND professional.id IS NOT NULL
    UNION ALL
    SELECT s.line, 'workplace_sgk', 'unknown_figures', NULL FROM {_KNOWN}
    WHERE workplace.id IS NOT NULL AND known.id IS NULL AND (
        NOT EXISTS (SELECT FROM registry_headcount headcount WHERE headcount.workplace_id = workplace.id)
        OR NOT EXISTS (
            SELECT FROM registry_activityhazard hazard WHERE hazard.activity_id = workplace.activity_id
            AND hazard.valid_from <= %(today)s AND (hazard.valid_to IS NULL OR hazard.valid_to >= %(today)s)
        )
    )
    UNION ALL
    SELECT s.line, 'starts_on', 'in_future', NULL FROM carry_line s WHERE s.starts_on > %(today)s
    UNION ALL
    SELECT s.line, 'ends_on', 'already_ended', NULL FROM {_KNOWN} WHERE s.ends_on < %(today)s AND known.id IS NULL
    UNION ALL
    SELECT later.line, 'contract_id', 'same_number', first.line::text FROM carry_line later JOIN (
        SELECT DISTINCT ON (foreign_id) * FROM carry_line ORDER BY foreign_id, line
    ) first USING (foreign_id)
    WHERE (later.workplace_sgk, later.national_id, later.profession, later.minutes, later.assignment_type)
       IS DISTINCT FROM (first.workplace_sgk, first.national_id, first.profession, first.minutes, first.assignment_type)
    UNION ALL
    SELECT later.line, 'workplace_sgk', 'same_assignment', first.line::text FROM carry_line later JOIN (
        SELECT DISTINCT ON (workplace_sgk, national_id, profession) *
        FROM carry_line ORDER BY workplace_sgk, national_id, profession, line
    ) first USING (workplace_sgk, national_id, profession)
    WHERE later.foreign_id <> first.foreign_id
    UNION ALL
    SELECT s.line, 'contract_id', 'other_contract', NULL FROM {_KNOWN}
    WHERE known.id IS NOT NULL AND workplace.id IS NOT NULL AND professional.id IS NOT NULL AND NOT ({_SAME})
    UNION ALL
    SELECT s.line, 'workplace_sgk', 'already_live', NULL FROM {_KNOWN}
    JOIN contracts_contract live ON live.workplace_id = workplace.id AND live.professional_id = professional.id
        AND live.profession = s.profession AND live.state = 'active'
    WHERE known.id IS NULL
) AS fault (line, field, code, detail) ORDER BY line, field
"""  # noqa: S608 -- built from constants
"""Yields what the register, or another line, has against a line: its number, the field, the code, a detail."""

NEW = f"""
SELECT * FROM (
    SELECT DISTINCT ON (s.foreign_id) s.foreign_id, s.profession, workplace.id AS workplace_id,
           provider.id AS provider_id, professional.id AS professional_id, certificate.id AS certificate_id, s.minutes,
           s.assignment_type, s.ends_on, s.active_from, s.cells::text
    FROM {_KNOWN} WHERE known.id IS NULL ORDER BY s.foreign_id, s.line
) AS new ORDER BY professional_id, workplace_id, foreign_id
"""  # noqa: S608 -- built from constants
"""Yields the contracts that the register does not have yet; a professional's together, as their facts are read."""


def understood(row: SheetRow) -> Parsed | list[RowFault] | None:
    """What a row says; None where it is about no running contract."""
    if row.fault:
        return [RowFault("", row.fault)]
    if STATE_OF.get(header_key(row.cells.get("state", "")), SheetState.RUNNING) != SheetState.RUNNING:
        return None
    found = parse_row(row.cells, required=REQUIRED)
    if isinstance(found, Parsed) and len(found.contract_id) > _LONGEST_NUMBER:
        too_long = {"length": len(found.contract_id), "expected": _LONGEST_NUMBER}
        return [RowFault("contract_id", "too_long", too_long)]
    return found


def stage(cursor: CursorWrapper, lines: Iterator[tuple[SheetRow, Parsed]]) -> None:
    """Copy rows that were understood into the staging table."""
    with cursor.copy(f"COPY carry_line ({_STAGED}) FROM STDIN") as copy:
        for row, found in lines:
            copy.write_row(_staged(row, found))
    cursor.execute("ANALYZE carry_line")


def _staged(row: SheetRow, found: Parsed) -> tuple[Any, ...]:
    assert found.starts_on is not None  # noqa: S101 -- required
    kept = {field: row.cells[field] for field in KEPT if row.cells.get(field)}
    return (
        row.line,
        found.contract_id,
        str(found.profession),
        found.workplace_sgk,
        lookup_key(found.national_id),
        found.authorisation_no,
        found.certificate_no,
        found.minutes,
        found.assignment_type,
        found.starts_on,
        found.ends_on,
        _active_from(found.starts_on, found.approved_at),
        json.dumps(kept, ensure_ascii=False),
    )


def _active_from(starts_on: date, approved_at: datetime | None) -> datetime:
    """The moment of approval where it is known and on that day, else the day's beginning."""
    if approved_at and approved_at.astimezone(ISTANBUL).date() == starts_on:
        return approved_at
    return datetime.combine(starts_on, time(), ISTANBUL).astimezone(UTC)
