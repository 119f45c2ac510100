"""Asking for documents after the event: of a month's chunk, of contracts from before there were any, of one by hand."""

from datetime import datetime

from django.db import connection

from katip.audit.services.record import Happening, record
from katip.contracts.models import MonthChange
from katip.contracts.seen import contract_seen
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.documents.asking import documents_ask, occasion_of
from katip.documents.models import Document, DocumentState, MonthDocuments, Urgency
from katip.rules import MonthOutcome

CHUNK = 1_000


@use_case
def month_ask(*, actor: Actor, at: datetime) -> bool:  # noqa: ARG001 -- a use case has an actor
    """Ask for the documents of one chunk of a month; False where none is open. Derived, so no event of its own."""
    chunk = MonthDocuments.objects.select_for_update(skip_locked=True).filter(is_open=True).order_by("pk").first()
    if chunk is None:
        return False
    changes = MonthChange.objects.filter(run=chunk.run, chunk=chunk.chunk).values_list(
        "contract_id", "version_no", "outcome"
    )
    asked = [
        (contract, occasion_of(version_no), version_no or 0, chunk.at)
        for contract, version_no, outcome in changes
        if version_no is not None or outcome == MonthOutcome.ENDED
    ]
    documents_ask(asked, urgency=Urgency.MONTH, due_at=at)
    MonthDocuments.objects.filter(pk=chunk.pk).update(is_open=False)
    return True


_MISSING = """
WITH few AS (
    SELECT id, state, ended_at FROM contracts_contract
    WHERE id > %(after)s AND (state = 'active' OR %(all)s AND state = 'ended') ORDER BY id LIMIT %(limit)s
), wanted AS (
    SELECT few.id, version.no, version.valid_from AS at
    FROM few JOIN LATERAL (
        SELECT no, valid_from, basis FROM contracts_contractversion WHERE contract_id = few.id
        ORDER BY no DESC LIMIT CASE WHEN %(all)s THEN NULL ELSE 1 END
    ) AS version ON %(all)s OR version.basis <> 'carried'
    UNION ALL
    SELECT id, NULL, ended_at FROM few WHERE state = 'ended' AND %(all)s
)
SELECT wanted.id, wanted.no, wanted.at, (SELECT max(id) FROM few)
FROM (SELECT 1) AS one LEFT JOIN wanted ON NOT EXISTS (
    SELECT FROM documents_document AS document
    WHERE document.contract_id = wanted.id AND document.version_no = COALESCE(wanted.no, 0)
)
ORDER BY wanted.id, wanted.no
"""


@use_case
def missing_ask(*, actor: Actor, at: datetime, after: int, everything: bool) -> tuple[int, int | None]:
    """Ask for documents that were never asked for, of the next `CHUNK` contracts after the number `after`.

    Of contracts in force the terms that hold; `everything`: also ended ones, every version, and what was carried over.
    Returns how many were asked for, and after which number to go on (None: that was all).
    """
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"after": after, "all": everything, "limit": CHUNK})
        rows = cursor.fetchall()
    asked = [(contract, occasion_of(no), no or 0, moment) for contract, no, moment, _ in rows if contract is not None]
    count = documents_ask(asked, urgency=Urgency.MONTH, due_at=at)
    if count:
        record(actor, at, Happening("document:missing:asked", None, {"after": after, "documents": count}))
    return count, rows[0][3]


@use_case
def document_want(*, actor: Actor, at: datetime, contract_id: int, version_no: int) -> None:
    """Have this document made before others: one that waits for its turn, or that was never asked for.

    `version_no` is 0 for the end. Raises `PermissionRefusedError` for whoever may not see the contract, and for a
    version or an end that there is not.
    """
    contract = contract_seen(actor.person, contract_id, at)
    if contract is None:
        raise PermissionRefusedError("not_yours")
    version = contract.versions.filter(no=version_no).first() if version_no else None
    moment = version.valid_from if version else None if version_no else contract.ended_at
    if moment is None:
        raise PermissionRefusedError("not_yours")
    asked = (contract.pk, occasion_of(version_no or None), version_no, moment)
    documents_ask([asked], urgency=Urgency.ASKED, due_at=at)
    waiting = Document.objects.filter(contract=contract, version_no=version_no, state=DocumentState.WAITING)
    waiting.update(urgency=Urgency.ASKED)
    record(actor, at, Happening("document:file:asked", contract.pk, {"version": version_no}))
