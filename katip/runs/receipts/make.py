"""Making receipts that wait: one at a time, by as many processes as there are.

Which is taken is written down first; a process that dies leaves it to others after `CLAIM`. One that cannot be made is
tried again, ever more seldom, and keeps nobody waiting.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.codes import code_shown
from katip.core.usecase import use_case
from katip.documents.making.render import pdf_render
from katip.documents.seal.pdf import Sealed, pdf_seal
from katip.documents.services.make import register_now
from katip.runs.receipts.facts import Facts, facts_read
from katip.runs.receipts.layout import pdf_render_apart
from katip.runs.receipts.models import RunReceipt, RunReceiptFile
from katip.runs.receipts.paper import paper_of

CLAIM = timedelta(minutes=10)
_LOG_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(hours=1)
_SHORT = 50
"""rows that are laid out here; more of them in a process of their own"""

log = logging.getLogger("katip.runs")


@dataclass(frozen=True, slots=True)
class Made:
    """What came of the receipt that was taken: made, or waiting for the log, or neither. False: there was none."""

    made: bool = False
    waiting: bool = False
    taken: bool = True

    def __bool__(self) -> bool:
        return self.taken


def receipt_make(*, actor: Actor, at: datetime) -> Made:
    """Make the next receipt that is due; those that list rows come before those of single rows."""
    taken = _take(actor=actor, at=at)
    if taken is None:
        return Made(taken=False)
    receipt = RunReceipt.objects.get(pk=taken)
    try:
        facts = facts_read(receipt)
        if facts.event_id is None or facts.proof is None:
            _wait(actor=actor, at=at, receipt_id=taken)
            return Made(waiting=True)
        sealed = _sealed(facts, at)
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with one must not keep the others
        log.warning("Receipt %s could not be made (%s); it is tried again.", receipt, type(error).__name__)
        _fail(actor=actor, at=at, receipt_id=taken, fault=type(error).__name__)
        return Made()
    return Made(made=_keep(actor=actor, at=at, facts=facts, sealed=sealed))


def _sealed(facts: Facts, at: datetime) -> Sealed:
    render = pdf_render if len(facts.rows) <= _SHORT else pdf_render_apart
    plain = render(paper_of(facts, register_now()), at=at)
    return pdf_seal(plain, reason=f"Katip {code_shown(facts.receipt.code)}", at=at)


_TAKE = """
UPDATE runs_runreceipt AS receipt SET due_at = %s, attempts = LEAST(receipt.attempts + 1, 1000)
FROM (
    SELECT id FROM runs_runreceipt WHERE made_at IS NULL AND due_at <= %s
    ORDER BY is_own, id LIMIT 1 FOR UPDATE SKIP LOCKED
) AS due
WHERE receipt.id = due.id RETURNING receipt.id
"""


@use_case
def _take(*, actor: Actor, at: datetime) -> int | None:  # noqa: ARG001 -- a use case has an actor
    """Have this receipt to oneself for a while: nothing happened yet, so no event."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [at + CLAIM, at])
        row = cursor.fetchone()
    return int(row[0]) if row else None


@use_case
def _wait(*, actor: Actor, at: datetime, receipt_id: int) -> None:  # noqa: ARG001 -- as above
    RunReceipt.objects.filter(pk=receipt_id).update(due_at=at + _LOG_PAUSE, attempts=F("attempts") - 1)


@use_case
def _fail(*, actor: Actor, at: datetime, receipt_id: int, fault: str) -> None:  # noqa: ARG001 -- as above
    attempts = RunReceipt.objects.values_list("attempts", flat=True).get(pk=receipt_id)
    pause = min(timedelta(seconds=2 ** min(attempts, 12)), _LONGEST_PAUSE)
    RunReceipt.objects.filter(pk=receipt_id).update(due_at=at + pause, fault=fault[:80])


@use_case
def _keep(*, actor: Actor, at: datetime, facts: Facts, sealed: Sealed) -> bool:
    """Keep what was made; False where this process was taken for dead, and another was faster."""
    receipt = facts.receipt
    waits = RunReceipt.objects.filter(pk=receipt.pk, made_at__isnull=True)
    if not waits.update(made_at=at, fault="", event_id=facts.event_id):
        return False
    sha256 = hashlib.sha256(sealed.content).hexdigest()
    RunReceiptFile.objects.create(
        receipt=receipt, sha256=sha256, content=sealed.content, sealed_at=at, level=sealed.level, key_id=sealed.key_id
    )
    record(actor, at, Happening("runs:receipt:made", receipt.run_id, {"receipt": receipt.no, "sha256": sha256}))
    return True
