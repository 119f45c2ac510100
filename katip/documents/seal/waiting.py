"""Seals that wait for their timestamp: noted while the authority is out, mended when it is back.

The token goes into the room that the seal keeps for it. The file stays as long as it was, and every byte that the seal
covers stays: who has the earlier file has a valid one too.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.counter.permissions import require_operator
from katip.documents.models import DocumentFile
from katip.documents.seal.errors import SealError
from katip.documents.seal.models import WaitingSeal
from katip.documents.seal.pdf import Level, Sealed, timestamp_add
from katip.documents.seal.tsa import TimestampError, is_configured

log = logging.getLogger("katip.seal")

AT_ONCE = 50
"""in one minute beside the web server: an authority may count, and bill, what it is asked"""


@dataclass(frozen=True, slots=True)
class Repaired:
    """How many got their timestamp, and in one word why it went no further, if so."""

    stamped: int
    fault: str = ""


def waiting_note(file_id: int, sealed: Sealed, *, at: datetime) -> None:
    """Remember that this file's seal wants a timestamp: where an authority is configured and did not answer."""
    if is_configured() and not sealed.timestamped:
        WaitingSeal.objects.create(file_id=file_id, since=at)


def waiting_count(most: int) -> int:
    """How many wait, counted up to `most`."""
    return len(WaitingSeal.objects.values_list("pk")[:most])


def seals_repair(*, actor: Actor, at: datetime, most: int = AT_ONCE) -> Repaired:
    """Ask for the timestamps that are wanting, the oldest first, `most` at a time, until the authority fails.

    Two at once do no harm: a file gets one.
    """
    require_operator(actor, at)
    if not is_configured():
        return Repaired(0)
    stamped = 0
    for waiting in WaitingSeal.objects.all()[:most]:
        file = DocumentFile.objects.filter(pk=waiting.file_id).first()
        try:
            content = timestamp_add(bytes(file.content), at=at) if file else b""
        except TimestampError as error:
            return Repaired(stamped, error.fault)
        except SealError as error:
            log.warning("File %s stays without a timestamp: %s", waiting.file_id, error)
            file = None
        if file is None:  # destroyed since, or without room: it must not keep the others waiting
            waiting.delete()
            continue
        stamped += _stamped_keep(actor=actor, at=at, waiting=waiting, file=file, content=content)
    return Repaired(stamped)


@use_case
def _stamped_keep(*, actor: Actor, at: datetime, waiting: WaitingSeal, file: DocumentFile, content: bytes) -> bool:
    if not WaitingSeal.objects.filter(pk=waiting.pk).delete()[0]:
        return False  # somebody was faster
    newest = DocumentFile.objects.filter(document_id=file.document_id).aggregate(no=Max("no"))["no"]
    DocumentFile.objects.create(
        document_id=file.document_id,
        no=newest + 1,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        sealed_at=at,
        level=Level.B_T,
        is_timestamped=True,
        key_id=file.key_id,
    )
    record(actor, at, Happening("documents:document:timestamped", file.document_id, {"no": newest + 1}))
    return True
