"""The proof of a document's event as one file: what everybody may have, and what the parties may have.

Everybody gets the entry (a hash that hides all), its place in the log and the signed checkpoint. Parties also get the
text that the entry is the hash of, with the detail and its salt, and the signed statement.
"""

import base64
import hashlib
from datetime import datetime
from typing import Any

from katip.audit.log.entries import event_text
from katip.audit.models import Event, EventDetail
from katip.contracts.seen import contract_seen
from katip.core.codes import code_shown
from katip.core.usecase import whole_register
from katip.documents.checking import Checked, check_code
from katip.documents.models import Document
from katip.registry.shown import professional_shown

FORMAT = "katip-proof/1"


def proof_public(checked: Checked) -> dict[str, Any]:
    """The proof in plain JSON values: it names nobody, and no id of anybody. Bytes stand in base64, sums in hex.

    Raises `ValueError` where no checkpoint covers the event yet.
    """
    proof = checked.proof
    if proof is None:
        message = "no checkpoint covers the event yet"
        raise ValueError(message)
    return {
        "format": FORMAT,
        "origin": proof.note.partition("\n")[0],
        "index": proof.index,
        "size": proof.size,
        "entry": _base64(proof.entry),
        "hashes": [_base64(one) for one in proof.hashes],
        "checkpoint": proof.note,
        "document": {
            "code": code_shown(checked.document.code),
            "sha256": checked.files[0] if checked.files else "",
            "earlier_sha256": list(checked.files[1:]),
            "statement_sha256": hashlib.sha256(_statement(checked.document).encode()).hexdigest(),
        },
    }


def proof_full(person_id: int, code: str, at: datetime) -> tuple[Checked, dict[str, Any]] | None:
    """The proof with the opened event, for somebody who is of one of the contract's sides at `at`; None for others."""
    checked = check_code(code, at)
    if checked is None or checked.proof is None:
        return None
    seen: Any = contract_seen(person_id, checked.document.contract_id, at)
    if seen is None or not (seen.sees_as_employer or seen.sees_as_provider or seen.sees_as_professional):
        return None
    professional_shown(checked.contract.professional_id)  # whom the statement names, as it names who approved
    with whole_register("the parties read the whole event behind their document, whoever of them acted"):
        event = Event.objects.get(pk=checked.document.event_id or 0)
        detail = EventDetail.objects.filter(event_id=event.pk).first()
    return checked, proof_public(checked) | {
        "event": event_text(event),
        "detail": _detail(detail),
        "statement": _statement(checked.document),
    }


def _detail(detail: EventDetail | None) -> dict[str, Any] | None:
    """The detail with its salt; None where the law has deleted it."""
    return None if detail is None else {"salt": bytes(detail.salt).hex(), "body": detail.body}


@whole_register("a document says the same to whoever has its number")
def _statement(document: Document) -> str:
    return document.statement


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
