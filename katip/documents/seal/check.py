"""What an uploaded PDF is worth: whether it is ours, and as we issued it.

No PDF is parsed. A file of ours has one seal that covers all bytes but its envelope, and the envelope can be built
again from its signature and its timestamp: what equals that is as we issued it, whatever else would read in it. So
nothing that a hostile file says of itself is followed, and the work grows with its length only.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from katip.documents.seal.cms import certificates_of, envelope, envelope_open, to_sign
from katip.documents.seal.keys import CHANGE_OVER, KnownKey, keys_known
from katip.documents.seal.pdf import Level, digest_of, envelope_place
from katip.documents.seal.port import mechanism_of, name_of, signature_holds
from katip.documents.seal.tsa import TimestampError, timestamp_check

CHECK_LIMIT = 10_000_000
"""bytes: what is larger is not read"""
_HEAD = 1024
"""the bytes within which a PDF says that it is one"""
_UNPACKED = 20_000_000
"""bytes that are unpacked at most to look for a seal that another program packed"""
_EARLY = timedelta(minutes=5)
"""an authority's clock may be behind ours"""
_MOST_STREAMS = 200
_MOST_SIGNATURES = 8
_RANGE = re.compile(rb"/ByteRange\s{0,8}\[\s{0,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{0,80}\]")
_MOMENT = re.compile(rb"/M \(D(?:\\072|:)(\d{14})Z\)")
_PACKED = re.compile(rb"/Type\s{0,8}/ObjStm[^>]{0,400}>>\s{0,8}stream\r?\n")
_SIGNED = re.compile(rb"/ByteRange\b")


class SealState(StrEnum):
    """What a file turned out to be."""

    NOT_PDF = "not_pdf"
    """not a PDF, too large, or not readable; `reason` says which"""
    UNSEALED = "unsealed"
    """a PDF without any seal or signature"""
    FOREIGN = "foreign"
    """sealed or signed, but not by a key of this installation"""
    CHANGED = "changed"
    """carries our seal, but is not what we issued; `reason` says what was done to it"""
    DOUBTED = "doubted"
    """unchanged under our seal, but set when the key was no longer only ours"""
    INTACT = "intact"
    """ours, every byte as it was sealed"""


class SealReason(StrEnum):
    """Why a file is not intact."""

    NONE = ""
    TOO_LARGE = "too_large"
    NO_PDF = "no_pdf"
    UNREADABLE = "unreadable"
    CONTENT_CHANGED = "content_changed"
    """bytes that the seal covers are others"""
    ADDED = "added"
    """something was appended after the seal (a page, a note, a form value, another signature)"""
    COVERAGE = "coverage"
    """the seal does not cover the whole file"""
    ENVELOPE = "envelope"
    """the seal itself was tampered with: its signature, its certificates or the room around them"""
    TIMESTAMP = "timestamp"
    """the timestamp in the seal does not belong to it, or is not believed"""
    KEY_REVOKED = "key_revoked"
    """sealed after the moment since which the key counts as compromised, or at an unproved moment"""
    KEY_NOT_IN_USE = "key_not_in_use"
    """sealed outside the time in which the key was in use"""


@dataclass(frozen=True, kw_only=True)
class SealFinding:
    """What `seal_check` found."""

    state: SealState
    reason: SealReason = SealReason.NONE
    sha256: str = ""
    """of the bytes that were given, in hex"""
    sealed_at: datetime | None = None
    """by the authority where there is a timestamp, else by our own clock"""
    level: str = ""
    """`B-B` or `B-T`"""
    signer: str = ""
    """the name in the certificate; of a foreign seal: unproved"""
    key_id: str = ""


def seal_check(content: bytes, *, issued_at: datetime | None = None) -> SealFinding:
    """What the file `content` is: never raises, whatever was uploaded. Nothing is kept.

    `issued_at`: when the register issued exactly this file, where it knows it by its `sha256`. That proves its moment
    as well as a timestamp does, where the key was compromised later.
    """
    if len(content) > CHECK_LIMIT:
        return SealFinding(state=SealState.NOT_PDF, reason=SealReason.TOO_LARGE)
    return found_by(keys_known(), content, issued_at)


def found_by(keys: Sequence[KnownKey], content: bytes, issued_at: datetime | None = None) -> SealFinding:
    """`seal_check` by these keys."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        finding = _found(keys, content, issued_at)
    except Exception:  # noqa: BLE001 -- whatever a hostile file does to the libraries: it cannot be read
        finding = SealFinding(state=SealState.NOT_PDF, reason=SealReason.UNREADABLE)
    return replace(finding, sha256=sha256)


def _found(keys: Sequence[KnownKey], content: bytes, issued_at: datetime | None) -> SealFinding:
    if b"%PDF-" not in content[:_HEAD]:
        return SealFinding(state=SealState.NOT_PDF, reason=SealReason.NO_PDF)
    key = _key_named(keys, content)
    if key is not None:
        return _ours(key, content, issued_at)
    signed = _SIGNED.search(content) is not None
    for unpacked in _unpacked(content):
        key = _key_named(keys, unpacked)
        if key is not None:  # another program wrote the file anew
            return _changed(key, SealReason.CONTENT_CHANGED)
        signed = signed or _SIGNED.search(unpacked) is not None
    if signed:
        return SealFinding(state=SealState.FOREIGN, signer=_foreign_signer(content))
    return SealFinding(state=SealState.UNSEALED)


def _key_named(keys: Sequence[KnownKey], content: bytes) -> KnownKey | None:
    """The key whose seal the file carries, or pretends to: by its public key or its certificate's number."""
    plain = content.upper()
    for key in keys:
        own = key.chain[0]
        public = own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        number = own.serial_number.to_bytes(20, "big").lstrip(b"\0")
        for mark in (public, own.signature, number):
            if mark.hex().upper().encode("ascii") in plain or mark in content:
                return key
    return None


def _ours(key: KnownKey, content: bytes, issued_at: datetime | None) -> SealFinding:
    place = envelope_place(content)
    if place is None:
        return _changed(key, _what_happened(key, content))
    begin, end = place
    text = content[begin + 1 : end - 1]
    name = mechanism_of(key.chain[0].public_key()).digest
    digest = digest_of(content, begin, end, name)
    try:
        signature, timestamp = envelope_open(bytes.fromhex(text.decode("ascii")))
        expected = envelope(digest, key.chain, signature, timestamp)
    except (ValueError, TypeError):
        return _changed(key, SealReason.ENVELOPE)
    if text != expected.hex().upper().encode("ascii").ljust(len(text), b"0"):
        is_other = digest.hex().encode("ascii") not in text.lower()
        return _changed(key, SealReason.CONTENT_CHANGED if is_other else SealReason.ENVELOPE)
    if not signature_holds(key.chain[0].public_key(), signature, to_sign(digest, key.chain)):
        return _changed(key, SealReason.ENVELOPE)
    return _dated(key, content[end:], timestamp, signature, issued_at)


def _dated(
    key: KnownKey, rest: bytes, timestamp: bytes | None, signature: bytes, issued_at: datetime | None
) -> SealFinding:
    """The finding on an unchanged file: when it was sealed, and whether the key was ours alone then."""
    sealed_at, proved_at = _claimed(rest), issued_at
    level, reason = Level.B_B, SealReason.NONE
    if timestamp is not None:
        try:
            sealed_at = timestamp_check(timestamp, signature)
            level, proved_at = Level.B_T, min(sealed_at, issued_at or sealed_at)
        except TimestampError as error:
            # Without the certificates of the authority nothing is said against the timestamp, nor for it.
            reason = SealReason.NONE if error.fault == "no_authority" else SealReason.TIMESTAMP
    if reason:
        return _changed(key, reason)
    doubt = _doubt(key, sealed_at, proved_at)
    return SealFinding(
        state=SealState.DOUBTED if doubt else SealState.INTACT,
        reason=doubt,
        sealed_at=sealed_at,
        level=level,
        signer=name_of(key.chain[0]),
        key_id=key.key_id,
    )


def _doubt(key: KnownKey, sealed_at: datetime | None, proved_at: datetime | None) -> SealReason:
    """Whoever has the key dates a seal as they like: after a compromise only a proved moment counts."""
    if key.revoked_since is not None and (proved_at is None or proved_at >= key.revoked_since):
        return SealReason.KEY_REVOKED
    until = key.used_until + CHANGE_OVER if key.used_until else None
    moment = proved_at or sealed_at
    if moment is None or moment < key.used_from - _EARLY or (until is not None and moment >= until):
        return SealReason.KEY_NOT_IN_USE
    return SealReason.NONE


def _claimed(rest: bytes) -> datetime | None:
    found = _MOMENT.search(rest)
    return datetime.strptime(found[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None


def _what_happened(key: KnownKey, content: bytes) -> SealReason:
    """Why no seal covers the whole file: the plainest word that fits, by the seal of ours that is there."""
    for found in list(_RANGE.finditer(content))[:_MOST_SIGNATURES]:
        first, begin, end, rest = (int(found[number]) for number in range(1, 5))
        covered = end + rest
        if first != 0 or not begin < end <= covered <= len(content):
            continue
        if envelope_place(content[:covered]) is None or _key_named([key], content[begin:end]) is None:
            continue
        was = _ours(key, content[:covered], None)  # what the seal covers, without what stands behind it
        return was.reason if was.state == SealState.CHANGED else SealReason.ADDED
    return SealReason.COVERAGE


def _changed(key: KnownKey, reason: SealReason) -> SealFinding:
    return SealFinding(state=SealState.CHANGED, reason=reason, signer=name_of(key.chain[0]), key_id=key.key_id)


def _unpacked(content: bytes) -> Iterator[bytes]:
    """The packed objects of a PDF, within bounds: programs that write a file anew put a seal among them."""
    left = _UNPACKED
    for number, found in enumerate(_PACKED.finditer(content)):
        if number >= _MOST_STREAMS or left <= 0:
            return
        unpack = zlib.decompressobj()
        try:
            plain = unpack.decompress(content[found.end() : found.end() + CHECK_LIMIT], left)
        except zlib.error:
            continue
        left -= len(plain)
        yield plain


def _foreign_signer(content: bytes) -> str:
    for found in list(_RANGE.finditer(content))[:_MOST_SIGNATURES]:
        begin, end = int(found[2]), int(found[3])
        if not begin < end <= min(len(content), begin + 200_000):
            continue
        try:
            held = certificates_of(bytes.fromhex(content[begin + 1 : end - 1].decode("ascii")))
        except ValueError:
            continue
        leaf = next((each for each in held if not any(each.subject == other.issuer for other in held)), None)
        if leaf is not None:
            return name_of(leaf)
    return ""
