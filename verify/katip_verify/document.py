"""The proof that Katip gives for a document, `kanit-<code>.json` (format `katip-proof/1`), checked from end to end.

What everybody can download holds the log's entry, its path and the checkpoint. The parties' own also opens the entry
(event, detail with salt) and has the signed statement.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from katip_verify.checkpoint import Checkpoint, checkpoint_open, log_keys
from katip_verify.encoding import LARGEST, hash_read, json_read
from katip_verify.event import Event, detail_check, event_parse
from katip_verify.merkle import inclusion_check, leaf_hash
from katip_verify.note import LONGEST, Key
from katip_verify.proof import MOST_HASHES
from katip_verify.record import FORMAT as RECORD
from katip_verify.record import record_check
from katip_verify.report import Report
from katip_verify.said import Refused, Unable, said
from katip_verify.statement import TYPE, Statement, moment_of, statement_check, valid_at
from katip_verify.trust import Trust

FORMAT = "katip-proof/1"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NEEDED: dict[str, type] = {"index": int, "size": int, "entry": str, "hashes": list, "checkpoint": str}


def document_check(
    raw: bytes,
    keys: Sequence[Key],
    trust: Trust,
    report: Report,
    *,
    origin: str | None = None,
    pdf: bytes | None = None,
) -> None:
    """Go through all that the file proves, as far as keys are given. Raises `Refused`, `Unable`."""
    told = _parse(raw)
    checkpoint = _checkpoint_check(told, keys, origin, report)
    entry = _entry_check(told, checkpoint, report)
    event = _event_check(told, entry, report)
    report.facts["code"] = str(_dict(told, "document").get("code", ""))
    statement = _statement_check(told, trust, report)
    if statement is not None:
        report.holds("statement-signed", signer=statement.signer)
        report.facts["statement"] = body = _binding_check(told, statement, report)
        record_check(body, keys, report, origin=origin)
        if event and statement.certificate and not valid_at(statement.certificate, moment_of(event.at)):
            report.passes_by("certificate-time", signer=statement.signer)
    if pdf is not None:
        _pdf_check(_dict(told, "document"), pdf, report)


def _parse(raw: bytes) -> dict[str, Any]:
    told = json_read(raw, said("n-file"))
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise Refused("document-format", format=FORMAT)
    for name, kind in _NEEDED.items():
        if type(told.get(name)) is not kind:
            raise Refused("document-field", name=name)
    for name in ("index", "size"):
        if not 0 <= told[name] <= LARGEST:
            raise Refused("number-range", what=said(f"n-{name}"), text=str(told[name]))
    if len(told["hashes"]) > MOST_HASHES or not all(isinstance(one, str) for one in told["hashes"]):
        raise Refused("document-field", name="hashes")
    return told


def _checkpoint_check(told: dict[str, Any], keys: Sequence[Key], origin: str | None, report: Report) -> Checkpoint:
    """The checkpoint, signed by the log itself: a key that bears the log's name."""
    raw = told["checkpoint"].encode(errors="surrogatepass")[: LONGEST + 1]
    checkpoint = checkpoint_open(raw, keys, origin)
    head = checkpoint.head
    own = {key.name for key in log_keys(keys)}
    if origin is None and head.origin not in own & {one.name for one in checkpoint.note.verified}:
        raise Refused("origin-unsigned", origin=head.origin)
    if told.get("origin", head.origin) != head.origin:
        raise Refused("document-differs", name="origin")
    if told["size"] != head.size:
        raise Refused("document-differs", name="size")
    for one in checkpoint.note.verified:
        report.holds("signed", origin=head.origin, key=one.shown)
    report.facts |= {"origin": head.origin, "size": head.size, "root": head.root.hex(), "index": told["index"]}
    return checkpoint


def _entry_check(told: dict[str, Any], checkpoint: Checkpoint, report: Report) -> bytes:
    entry = hash_read(told["entry"], said("n-entry"))
    proof = [hash_read(text, said("n-sibling", no=no)) for no, text in enumerate(told["hashes"])]
    head = checkpoint.head
    inclusion_check(leaf_hash(entry), told["index"], head.size, head.root, proof)
    report.holds("included", index=told["index"], size=head.size)
    report.facts["entry"] = entry.hex()
    return entry


def _event_check(told: dict[str, Any], entry: bytes, report: Report) -> Event | None:
    """Whether the opened event is what the log's entry commits to, and the detail what the event commits to."""
    text, detail = told.get("event"), told.get("detail")
    if text is None:
        if detail is not None:
            raise Refused("detail-alone")
        report.passes_by("event-absent")
        return None
    if not isinstance(text, str):
        raise Refused("document-field", name="event")
    event = event_parse(text)
    if event.entry != entry:
        raise Refused("event-differs")
    report.holds("event-fits", tag=event.tag, at=moment_of(event.at).isoformat())
    report.facts |= {"event": event.id, "tag": event.tag, "at": event.at}
    if detail is None:
        report.passes_by("detail-absent")
        return event
    if not isinstance(detail, dict) or set(detail) != {"salt", "body"} or not isinstance(detail["salt"], str):
        raise Refused("document-field", name="detail")
    detail_check(event, detail["salt"], detail["body"])
    report.holds("detail-fits")
    return event


def _statement_check(told: dict[str, Any], trust: Trust, report: Report) -> Statement | None:
    """The statement, if the file has one and something was given to check its signature with. Raises `Refused`."""
    text = told.get("statement")
    if not text:
        report.passes_by("statement-absent")
        return None
    if not isinstance(text, str):
        raise Refused("document-field", name="statement")
    raw = text.encode(errors="surrogatepass")
    sha256 = hashlib.sha256(raw).hexdigest()
    if _dict(told, "document").get("statement_sha256", sha256) != sha256:
        raise Refused("document-differs", name="statement_sha256")
    if not trust:
        report.passes_by("statement-no-key")
        return None
    statement = statement_check(raw, trust)
    if statement.header.get("typ") != TYPE:
        raise Refused("statement-type", kind=TYPE)
    return statement


def _binding_check(told: dict[str, Any], statement: Statement, report: Report) -> dict[str, Any]:
    """The statement's content, if it speaks of this document, this event and this entry of this log."""
    body = json_read(statement.payload, said("n-payload"))
    if not isinstance(body, dict) or body.get("format") != RECORD:
        raise Refused("document-format", format=RECORD)
    log, event = _dict(body, "log"), _dict(body, "event")
    for name in ("origin", "index", "entry"):
        if log.get(name) != report.facts[name] or type(log.get(name)) is not type(report.facts[name]):
            raise Refused("statement-log-differs", name=name)
    if told.get("event") is not None and event.get("text", told["event"]) != told["event"]:
        raise Refused("statement-log-differs", name="event")
    if _dict(body, "document").get("code") != _dict(told, "document").get("code"):
        raise Refused("statement-log-differs", name="code")
    return body


def _dict(whole: dict[str, Any], name: str) -> dict[str, Any]:
    """A part of the file that may be missing."""
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _pdf_check(document: dict[str, Any], pdf: bytes, report: Report) -> None:
    """Whether the PDF is one that this file names: the newest, or the same before it got its timestamp."""
    newest, earlier = document.get("sha256"), document.get("earlier_sha256", [])
    named = [newest, *(earlier if isinstance(earlier, list) else [])]
    if not isinstance(newest, str) or not all(isinstance(one, str) and _SHA256.fullmatch(one) for one in named):
        raise Unable("pdf-unnamed")
    if hashlib.sha256(pdf).hexdigest() not in named:
        raise Refused("pdf-differs")
    report.holds("pdf-fits")
