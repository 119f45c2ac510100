"""Making documents that wait: a few at once, by as many processes as there are.

Which are taken is written down first, so that nobody makes them too; a process that dies leaves them to others after
`CLAIM`. Each is made by itself: one that cannot be made is tried again, ever more seldom, and keeps nobody waiting.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.codes import code_shown
from katip.core.usecase import use_case
from katip.documents.making.facts import Facts, Reading
from katip.documents.making.paper import Register, paper_of
from katip.documents.making.render import pdf_render
from katip.documents.making.statement import statement_of
from katip.documents.models import Document, DocumentFile, DocumentState, Urgency
from katip.documents.seal.pdf import Sealed, pdf_seal
from katip.documents.seal.statement import statement_sign
from katip.documents.seal.waiting import waiting_note

BATCH = 16
CLAIM = timedelta(minutes=5)
_LOG_PAUSE = timedelta(seconds=2)
"""until the log is asked again for the place of an event"""
_LONGEST_PAUSE = timedelta(hours=1)
NO_EVENT = "NoEvent"
"""the fault of a document whose occasion left no event: nothing comes by itself, so it is asked for ever more seldom"""

log = logging.getLogger("katip.documents")


@dataclass(frozen=True, slots=True)
class Made:
    """How many documents were made, how many wait for the log, how many could not be made this time."""

    made: int
    waiting: int
    failed: int

    def __bool__(self) -> bool:
        return bool(self.made or self.waiting or self.failed)


@dataclass(frozen=True, slots=True)
class Ready:
    """A document made, not yet kept."""

    facts: Facts
    sealed: Sealed
    statement: str


def register_now() -> Register:
    """Who this installation says that it is."""
    katip = settings.KATIP
    return Register(katip.origin, katip.operator_name, katip.operator_is_ministry, katip.demo)


def document_make(facts: Facts, register: Register, at: datetime) -> Ready:
    """The sealed PDF of these facts and the signed statement. Raises `SealError` without a usable key."""
    plain = pdf_render(paper_of(facts, register), at=at)
    sealed = pdf_seal(plain, reason=f"Katip {code_shown(facts.document.code)}", at=at)
    return Ready(facts, sealed, statement_sign(statement_of(facts, register), at=at))


def documents_make(*, actor: Actor, at: datetime, least: Urgency = Urgency.MONTH, limit: int = BATCH) -> Made:
    """Make up to `limit` documents that are due, the most urgent first, none below `least`."""
    taken = _take(actor=actor, at=at, least=least, limit=limit)
    if not taken:
        return Made(0, 0, 0)
    documents = list(Document.objects.filter(pk__in=taken).order_by("pk"))
    reading, register = Reading(documents), register_now()
    ready: list[Ready] = []
    waiting: list[int] = []
    faults: dict[int, str] = {}
    for document in documents:
        try:
            facts = reading.facts(document)
            if facts.event is None:
                faults[document.pk] = NO_EVENT
            elif facts.proof is None:
                waiting.append(document.pk)
            else:
                ready.append(document_make(facts, register, at))
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one must not keep the others
            faults[document.pk] = type(error).__name__
            log.warning("Document %s could not be made (%s); it is tried again.", document.pk, _first_line(error))
    _keep(actor=actor, at=at, ready=ready, waiting=waiting, faults=faults)
    return Made(len(ready), len(waiting), len(faults))


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".split("\n", 1)[0]


_TAKE = """
UPDATE documents_document AS document SET due_at = %s, attempts = LEAST(document.attempts + 1, 1000)
FROM (
    SELECT id FROM documents_document
    WHERE state = 'waiting' AND due_at <= %s AND urgency >= %s
    ORDER BY urgency DESC, id LIMIT %s FOR UPDATE SKIP LOCKED
) AS due
WHERE document.id = due.id RETURNING document.id
"""


@use_case
def _take(*, actor: Actor, at: datetime, least: Urgency, limit: int) -> list[int]:  # noqa: ARG001 -- a use case has an actor
    """Have these documents to oneself for a while: nothing happened yet, so no event."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [at + CLAIM, at, int(least), limit])
        return [row[0] for row in cursor.fetchall()]


@use_case
def _keep(
    *, actor: Actor, at: datetime, ready: Sequence[Ready], waiting: Sequence[int], faults: dict[int, str]
) -> None:
    """Keep what was made, with one event for all of it; put back what was not."""
    kept = {}
    for one in ready:
        document, event = one.facts.document, one.facts.event
        values = {"state": DocumentState.MADE, "made_at": at, "fault": "", "statement": one.statement}
        values["event_id"] = event.pk if event else None
        waits = Document.objects.filter(pk=document.pk, state=DocumentState.WAITING)
        if not waits.update(**values):
            continue  # this process was taken for dead, and another was faster
        file = _file_of(one, at)
        file.save(force_insert=True)
        waiting_note(file.pk, one.sealed, at=at)
        kept[str(document.pk)] = file.sha256
    if waiting:
        Document.objects.filter(pk__in=waiting).update(due_at=at + _LOG_PAUSE, attempts=F("attempts") - 1)
    for pk, fault in faults.items():
        document = Document.objects.get(pk=pk)
        pause = min(timedelta(seconds=2 ** min(document.attempts, 12)), _LONGEST_PAUSE)
        Document.objects.filter(pk=pk).update(due_at=at + pause, fault=fault[:80])
    if kept:
        record(actor, at, Happening("document:file:made", None, {"files": kept}))


def _file_of(one: Ready, at: datetime) -> DocumentFile:
    content = one.sealed.content
    return DocumentFile(
        document=one.facts.document,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        sealed_at=at,
        level=one.sealed.level,
        is_timestamped=one.sealed.timestamped,
        key_id=one.sealed.key_id,
    )
