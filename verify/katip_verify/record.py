"""What a Katip statement (`katip-statement/1`) says, held against what it opens: an approval's record for machines.

The signature says that the register said it. Here it is computed that what it said is what was logged: the event is the
log's entry, the details are those that the events commit to, the terms are those that were approved.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from katip_verify.encoding import hash_length, hex_read, json_canonical
from katip_verify.event import Event, detail_check, event_parse
from katip_verify.merkle import leaf_hash, node_hash
from katip_verify.note import Key
from katip_verify.proof import MOST_HASHES, proof_check, proof_parse
from katip_verify.report import Report
from katip_verify.said import Refused, said
from katip_verify.statement import moment_of

FORMAT = "katip-statement/1"
_MOST_APPROVALS = 100


def record_check(
    body: dict[str, Any], keys: Sequence[Key], report: Report, *, origin: str | None = None
) -> Event | None:
    """Go through a statement whose signature holds; its event, where it opens one. Raises `Refused`."""
    event, detail = _event_open(body.get("event"), "event")
    _log_check(_part(body, "log"), event, keys, report, origin)
    if event is not None:
        report.holds("event-fits", tag=event.tag, at=moment_of(event.at).isoformat())
        if detail is None:
            report.passes_by("detail-absent")
        else:
            report.holds("detail-fits")
    if body.get("month") is not None:
        _month_check(_part(body, "month"), detail)
        report.holds("month-fits")
    _approvals_check(body, report)
    return event


def _log_check(
    log: dict[str, Any], event: Event | None, keys: Sequence[Key], report: Report, origin: str | None
) -> None:
    """Whether the entry is the event's and, given the log's key, whether the proof in the statement leads from it."""
    what = said("n-entry")
    if not isinstance(log.get("entry"), str) or type(log.get("index")) is not int:
        raise Refused("document-field", name="log")
    entry = hash_length(hex_read(log["entry"], what), what)
    if event is not None and event.entry != entry:
        raise Refused("event-differs")
    if not isinstance(log.get("proof"), str) or not keys:
        report.passes_by("log-no-key")
        return
    proof = proof_parse(log["proof"].encode(errors="surrogatepass"))
    checkpoint = proof_check(proof, leaf_hash(entry), keys, origin)
    if proof.index != log["index"] or checkpoint.head.origin != log.get("origin"):
        raise Refused("statement-log-differs", name="proof")
    for one in checkpoint.note.verified:
        report.holds("signed", origin=checkpoint.head.origin, key=one.shown)
    report.holds("included", index=proof.index, size=checkpoint.head.size)


def _event_open(opened: Any, name: str) -> tuple[Event | None, Any]:
    """An event of the statement and its detail's content, each None where it is not opened. Raises `Refused`."""
    if opened is None:
        return None, None
    if not isinstance(opened, dict) or not isinstance(opened.get("text"), str):
        raise Refused("document-field", name=name)
    event = event_parse(opened["text"])
    if opened.get("id") != event.id:
        raise Refused("document-differs", name=name)
    detail = opened.get("detail")
    if detail is None:
        return event, None
    if not isinstance(detail, dict) or set(detail) != {"salt", "body"} or not isinstance(detail["salt"], str):
        raise Refused("document-field", name=name)
    detail_check(event, detail["salt"], detail["body"])
    return event, detail["body"]


def _approvals_check(body: dict[str, Any], report: Report) -> None:
    """Whether the terms are those of the hash, and each approval's event commits to the terms that it names."""
    terms, approvals = _part(body, "terms"), body.get("approvals")
    if not isinstance(approvals, list) or len(approvals) > _MOST_APPROVALS:
        raise Refused("document-field", name="approvals")
    if _sha256(terms.get("approved")) != terms.get("sha256"):
        raise Refused("terms-differ")
    report.holds("terms-fit")
    for one in approvals:
        _, detail = _event_open(one.get("event") if isinstance(one, dict) else "", "approvals")
        if one.get("process") == terms.get("process") and one.get("terms_sha256") != terms["sha256"]:
            raise Refused("terms-differ")
        if isinstance(detail, dict) and detail.get("terms_hash") != one.get("terms_sha256"):
            raise Refused("terms-differ")
    opened = sum(one.get("event") is not None for one in approvals)
    report.holds("approvals-fit", many=len(approvals), opened=opened)


def _month_check(month: dict[str, Any], detail: Any) -> None:
    """Whether a month's change is under the root that its chunk's event commits to. Raises `Refused`."""
    path = month.get("path")
    if not isinstance(month.get("leaf_text"), str) or not isinstance(path, list) or len(path) > MOST_HASHES:
        raise Refused("document-field", name="month")
    above = leaf_hash(_encoded(month["leaf_text"]))
    if above.hex() != month.get("leaf"):
        raise Refused("month-differs")
    for no, step in enumerate(path):
        if not isinstance(step, list) or [type(one) for one in step] != [str, str] or step[0] not in {"left", "right"}:
            raise Refused("document-field", name="month")
        beside = hash_length(hex_read(step[1], said("n-sibling", no=no)), said("n-sibling", no=no))
        above = node_hash(beside, above) if step[0] == "left" else node_hash(above, beside)
    if not isinstance(detail, dict) or detail.get("root") != above.hex():
        raise Refused("month-differs")


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    if not isinstance(part, dict):
        raise Refused("document-field", name=name)
    return part


def _sha256(value: Any) -> str:
    return hashlib.sha256(_encoded(json_canonical(value))).hexdigest()


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Refused("not-utf8", what=said("n-payload")) from None
