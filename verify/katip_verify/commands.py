"""What each command checks."""

from argparse import Namespace
from collections.abc import Callable

from katip_verify.checkpoint import Checkpoint, checkpoint_open
from katip_verify.document import document_check
from katip_verify.encoding import hash_either, json_read, text_read
from katip_verify.event import event_parse
from katip_verify.merkle import consistency_check, inclusion_check, leaf_hash
from katip_verify.note import Key, Opened, keys_parse, note_open
from katip_verify.proof import proof_check, proof_parse
from katip_verify.record import FORMAT as RECORD
from katip_verify.record import record_check
from katip_verify.report import Report
from katip_verify.said import Refused, Unable, said
from katip_verify.shapes import CONSISTENCY, INCLUSION, Fields, fields_needed, fields_read
from katip_verify.sources import file_read, source_open
from katip_verify.statement import moment_of, statement_check, valid_at
from katip_verify.tiles import Log, checkpoint_read
from katip_verify.trust import trust_read
from katip_verify.walk import walk

Check = Callable[[Namespace, Report], None]
_LARGEST = 16_000_000
"""bytes of a file; what is too long to be a note, say, is refused further on, with that reason"""
_LARGEST_PDF = 64_000_000
_LARGEST_ENTRY = 2**16 - 1


def document(given: Namespace, report: Report) -> None:
    """`kanit-<code>.json`, from the statement to the signature over the log."""
    raw = file_read(given.file, _LARGEST)
    pdf = None if given.pdf is None else file_read(given.pdf, _LARGEST_PDF)
    trust = trust_read(given.seal, given.seal_sha256)
    document_check(raw, _keys(given), trust, report, origin=given.origin, pdf=pdf)


def proof(given: Namespace, report: Report) -> None:
    """A tlog-proof."""
    parsed = proof_parse(file_read(given.file, _LARGEST))
    leaf = _leaf(given)
    if leaf is None:
        raise Unable("field-missing", name="leaf-hash")
    checkpoint = proof_check(parsed, leaf, _keys(given), given.origin)
    _checkpoint_report(checkpoint, report)
    report.holds("included", index=parsed.index, size=checkpoint.head.size)
    report.facts |= {"index": parsed.index, "leaf": leaf.hex()}


def inclusion(given: Namespace, report: Report) -> None:
    """An inclusion proof, or an index whose proof is computed from tiles."""
    leaf = _leaf(given)
    flags = {"index": given.index, "size": given.size, "root": given.root, "proof": given.proof}
    if leaf is not None:
        flags["leaf"] = leaf.hex()
    fields = fields_read(INCLUSION, (file_read(name, _LARGEST) for name in given.files), flags)
    if given.log is not None:
        _inclusion_from_log(given, fields, report)
    at, size, root, leaf = fields_needed(fields, "index", "size", "root", "leaf")
    inclusion_check(leaf, at, size, root, fields["proof"])
    report.holds("included", index=at, size=size)
    report.facts |= {"index": at, "size": size, "root": root.hex(), "leaf": leaf.hex()}


def _inclusion_from_log(given: Namespace, fields: Fields, report: Report) -> None:
    """Take size and root from the log's signed checkpoint, and the path from its tiles."""
    if {"size", "root"} & set(fields) or fields["proof"]:
        raise Unable("log-and-proof")
    (at,) = fields_needed(fields, "index")
    source = source_open(given.log)
    head = _checkpoint_check(checkpoint_read(source), given, report).head
    if at >= head.size:
        raise Refused("index-range", index=at, size=head.size)
    fields |= {"size": head.size, "root": head.root, "proof": Log(source, head.size).inclusion(at)}


def consistency(given: Namespace, report: Report) -> None:
    """A consistency proof between two sizes and roots, or two checkpoints; or one computed from tiles."""
    flags = {name: getattr(given, name) for name in ("size1", "root1", "size2", "root2", "proof")}
    fields = fields_read(CONSISTENCY, (file_read(name, _LARGEST) for name in given.files), flags)
    if given.older is not None or given.newer is not None or given.log is not None:
        _consistency_from_checkpoints(given, fields, report)
    size1, root1, size2, root2 = fields_needed(fields, "size1", "root1", "size2", "root2")
    consistency_check(size1, root1, size2, root2, fields["proof"])
    report.holds("extends", size1=size1, size2=size2)
    report.facts |= {"size1": size1, "root1": root1.hex(), "size2": size2, "root2": root2.hex()}


def _consistency_from_checkpoints(given: Namespace, fields: Fields, report: Report) -> None:
    """Take both sizes and roots from signed checkpoints of one log, and the proof from its tiles if there are any."""
    if set(fields) != {"proof"} or given.older is None or (given.newer is None and given.log is None):
        raise Unable("checkpoints-or-fields")
    source = None if given.log is None else source_open(given.log)
    old = _checkpoint_check(file_read(given.older, _LARGEST), given, report)
    if given.newer is not None:
        new = _checkpoint_check(file_read(given.newer, _LARGEST), given, report)
    else:
        new = _checkpoint_check(checkpoint_read(source_open(given.log)), given, report)
    _same_log(old, new)
    size1, size2 = old.head.size, new.head.size
    if source is not None and 0 < size1 < size2:
        if fields["proof"]:
            raise Unable("log-and-proof")
        fields["proof"] = Log(source, size2).consistency(size1)
    fields |= {"size1": size1, "root1": old.head.root, "size2": size2, "root2": new.head.root}


def note(given: Namespace, report: Report) -> None:
    """A signed note."""
    opened = note_open(file_read(given.file, _LARGEST), _keys(given))
    if given.origin is not None and opened.text.partition("\n")[0] != given.origin:
        raise Refused("origin-differs", origin=opened.text.partition("\n")[0], wanted=given.origin)
    _signatures_report(opened, report)
    report.facts["text"] = opened.text


def checkpoint(given: Namespace, report: Report) -> None:
    """A checkpoint."""
    _checkpoint_check(file_read(given.file, _LARGEST), given, report)


def log(given: Namespace, report: Report) -> None:
    """A whole log, and that it extends an older checkpoint."""
    keys = _keys(given)
    old = None if given.older is None else checkpoint_open(file_read(given.older, _LARGEST), keys, given.origin)
    source = source_open(given.log)
    new = checkpoint_open(checkpoint_read(source), keys, given.origin)
    _checkpoint_report(new, report)
    head, sizes = new.head, {new.head.size}
    if old is not None:
        _same_log(old, new)
        if old.head.size > head.size:
            raise Refused("sizes-backwards", size1=old.head.size, size2=head.size)
        sizes.add(old.head.size)
    roots = walk(Log(source, head.size), sizes, from_entries=not given.hashes)
    if roots[head.size] != head.root:
        raise Refused("root-differs", found=roots[head.size].hex(), root=head.root.hex())
    report.holds("walked-hashes" if given.hashes else "walked", size=head.size)
    if old is not None:
        if roots[old.head.size] != old.head.root:
            raise Refused("old-root-differs", found=roots[old.head.size].hex(), root=old.head.root.hex())
        report.holds("extends", size1=old.head.size, size2=head.size)
        report.facts["from"] = old.head.size


def statement(given: Namespace, report: Report) -> None:
    """A JSON Web Signature, and what it opens where it is one of Katip's statements."""
    found = statement_check(file_read(given.file, _LARGEST), trust_read(given.seal, given.seal_sha256))
    report.holds("statement-signed", signer=found.signer)
    report.facts["algorithm"] = found.header["alg"]
    try:
        body = json_read(found.payload, said("n-payload"))
    except Refused:
        report.facts["payload"] = found.payload.hex()
        return
    report.facts["statement"] = body
    if isinstance(body, dict) and body.get("format") == RECORD:
        event = record_check(body, _keys(given), report, origin=given.origin)
        if event and found.certificate and not valid_at(found.certificate, moment_of(event.at)):
            report.passes_by("certificate-time", signer=found.signer)


def _keys(given: Namespace) -> tuple[Key, ...]:
    """The verifier keys that are trusted. A line of a key file that is empty or begins with # is none."""
    lines = list(given.key)
    for name in given.key_file:
        try:
            text = text_read(file_read(name, _LARGEST), said("n-file"))
        except Refused as refused:
            raise Unable("file-unreadable", name=name, why=refused.said) from None
        lines += [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return keys_parse(lines)


def _leaf(given: Namespace) -> bytes | None:
    """The leaf's hash, by whichever flag gives it."""
    ways = [way for way in (given.leaf_hash, given.entry, given.event) if way is not None]
    if len(ways) > 1:
        raise Unable("leaf-ways")
    if given.entry is not None:
        return leaf_hash(file_read(given.entry, _LARGEST_ENTRY))
    if given.event is not None:
        return leaf_hash(event_parse(text_read(file_read(given.event, _LARGEST), said("n-event"))).entry)
    return None if given.leaf_hash is None else hash_either(given.leaf_hash, said("n-leaf"))


def _checkpoint_check(raw: bytes, given: Namespace, report: Report) -> Checkpoint:
    found = checkpoint_open(raw, _keys(given), given.origin)
    _checkpoint_report(found, report)
    return found


def _checkpoint_report(found: Checkpoint, report: Report) -> None:
    _signatures_report(found.note, report, found.head.origin)
    report.facts |= {"origin": found.head.origin, "size": found.head.size, "root": found.head.root.hex()}
    if found.head.extensions:
        report.facts["extensions"] = list(found.head.extensions)


def _signatures_report(opened: Opened, report: Report, origin: str | None = None) -> None:
    for one in opened.verified:
        if origin is None:
            report.holds("note-signed", key=one.shown)
        else:
            report.holds("signed", origin=origin, key=one.shown)
    if opened.ignored:
        report.passes_by("signatures-ignored", keys=", ".join(one.shown for one in opened.ignored))


def _same_log(old: Checkpoint, new: Checkpoint) -> None:
    if old.head.origin != new.head.origin:
        raise Refused("origin-differs", origin=old.head.origin, wanted=new.head.origin)
