"""Documents for tests of the check: made by rows, with a real place in the log."""

import hashlib
from datetime import datetime
from typing import Any

from katip.audit.log.sequence import sequence
from katip.audit.models import Event
from katip.contracts.models import Contract, ContractVersion
from katip.core.codes import code_draw
from katip.documents.models import CODE_LENGTH, Document, DocumentFile, DocumentState, Occasion
from tests.cast import AT

PDF = b"%PDF-1.7 not looked into here"


def document_made(contract: Contract, *, at: datetime = AT, content: bytes = PDF, **told: Any) -> Document:
    """The document of a contract's first version, or as told, with its file; the log has its event."""
    occasion = told.pop("occasion", Occasion.ACTIVE)
    no = told.pop("version_no", 0 if occasion == Occasion.ENDED else 1)
    event = Event.objects.order_by("-pk")[0]
    document, _ = Document.objects.update_or_create(
        contract=contract,
        occasion=occasion,
        version_no=no,
        defaults={
            "state": DocumentState.MADE,
            "at": at,
            "due_at": at,
            "made_at": at,
            "event_id": event.pk,
            "statement": "head.body.signature",
        }
        | told,
        create_defaults={
            "code": code_draw(CODE_LENGTH),
            "state": DocumentState.MADE,
            "at": at,
            "due_at": at,
            "made_at": at,
            "event_id": event.pk,
            "statement": "head.body.signature",
        }
        | told,
    )
    DocumentFile.objects.create(
        document=document,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        sealed_at=at,
        level="B-B",
        key_id="00",
    )
    sequence(at)
    return document


def version_add(contract: Contract, no: int, valid_from: datetime, minutes: int) -> ContractVersion:
    """One more version of the contract's terms."""
    first = ContractVersion.objects.get(contract=contract, no=1)
    first.pk, first._state.adding = None, True
    first.no, first.valid_from, first.minutes, first.basis, first.process_id = (
        no,
        valid_from,
        minutes,
        "automatic",
        None,
    )
    first.save()
    return first
