"""Asking for documents, in the transaction that gives the occasion: one statement, and nothing is made here.

A month's chunk is written down as one row, whatever the number of its contracts; its documents are asked for later.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from katip.contracts.listeners import Change
from katip.core.codes import code_draw
from katip.documents.models import CODE_LENGTH, MonthDocuments, Occasion, Urgency

_ASK = """
INSERT INTO documents_document
    (contract_id, occasion, version_no, code, at, state, urgency, due_at, attempts, fault, statement)
SELECT contract_id, occasion, version_no, code, at, 'waiting', %s, %s, 0, '', ''
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[], %s::timestamptz[])
    WITH ORDINALITY AS asked (contract_id, occasion, version_no, code, at, place)
ORDER BY place
ON CONFLICT (contract_id, occasion, version_no) DO NOTHING
"""

Asked = tuple[int, Occasion, int, datetime]
"""contract, occasion, number of the version (0 for an end), the moment of it"""


def documents_ask(asked: Iterable[Asked], *, urgency: Urgency, due_at: datetime) -> int:
    """Write down documents that are to be made, none twice; returns how many are new."""
    rows = [(contract, str(occasion), no, code_draw(CODE_LENGTH), at) for contract, occasion, no, at in asked]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [int(urgency), due_at, *(list(column) for column in zip(*rows, strict=True))])
        return int(cursor.rowcount)


def occasion_of(version_no: int | None) -> Occasion:
    """What a document of this version is about; None is the end."""
    if version_no is None:
        return Occasion.ENDED
    return Occasion.ACTIVE if version_no == 1 else Occasion.VERSION


class DocumentsWanted:
    """The room's ear at `contracts.listeners`."""

    def contracts_changed(self, changes: Sequence[Change]) -> None:
        """Each of these contracts gets a document."""
        asked = [(one.contract_id, occasion_of(one.version_no), one.version_no or 0, one.at) for one in changes]
        documents_ask(asked, urgency=Urgency.USUAL, due_at=changes[0].at)

    def month_written(self, run: int, chunk: int, at: datetime) -> None:
        """What a chunk changed or ended gets its documents when nothing else is to be made."""
        MonthDocuments.objects.create(run=run, chunk=chunk, at=at)
