"""Signed notes as C2SP signed-note has them: text, a blank line, signature lines.

Signatures of unknown keys are ignored; one of a known key that fails spoils the note; at least one must hold. Two types
of key are known: Ed25519 over the text (0x01), and a witness's timestamped Ed25519 cosignature of a checkpoint (0x04,
C2SP tlog-cosignature).
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from katip_verify.encoding import base64_read, is_hex, text_read
from katip_verify.said import Refused, Unable, said

ED25519 = 0x01
COSIGNATURE = 0x04
LONGEST = 1_000_000
"""bytes of a note; 16 signatures of the longest kind known are a tenth of it"""
MOST_SIGNATURES = 100
"""signature lines; the format asks that 16 be accepted"""
_KEY_SIZE = 32
_ID_SIZE = 4
_ID_DIGITS = 8
_SIGNATURE_SIZE = 64
_TIME_SIZE = 8
_LATEST = 2**63 - 1
_PREFIX = "— "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Unicode's White_Space"""
_NAME = re.compile(f"[^+{_SPACES}]+")


@dataclass(frozen=True, slots=True)
class Key:
    """A key that somebody trusts: its name, the type of its signatures, 32 bytes of Ed25519."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which signatures name it."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID_SIZE]

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether it made this signature of the text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != _TIME_SIZE + _SIGNATURE_SIZE:
                return False
            moment = int.from_bytes(signature[:_TIME_SIZE], "big")
            if moment > _LATEST:
                return False
            message = b"cosignature/v1\ntime %d\n" % moment + message
            signature = signature[_TIME_SIZE:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: whose it says it is, and the bytes."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def shown(self) -> str:
        """Name and key id, as a verifier key begins."""
        return f"{self.name}+{self.key_id.hex()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A note whose form is right; who signed it is not yet known."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A note that somebody trusted signed."""

    text: str
    verified: tuple[Signature, ...]
    ignored: tuple[Signature, ...]


def key_parse(vkey: str) -> Key:
    """A verifier key, `name+hash+key`. Raises `Unable`: it is what the user trusts, not what is judged."""
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    if not name_fits(name) or _CONTROL.search(name) or len(key_id) != _ID_DIGITS or not is_hex(key_id):
        raise Unable("key-form", key=vkey)
    try:
        material = base64_read(encoded, said("n-key"))
    except Refused as refused:
        raise Unable("key-form-why", key=vkey, why=refused.said) from None
    if not material:
        raise Unable("key-form", key=vkey)
    key = Key(name, material[0], material[1:])
    if key.key_id != bytes.fromhex(key_id):
        raise Unable("key-hash", key=vkey, found=key.key_id.hex())
    if key.kind not in {ED25519, COSIGNATURE}:
        raise Unable("key-kind", key=vkey, kind=f"0x{key.kind:02x}")
    if len(key.public) != _KEY_SIZE:
        raise Unable("key-form", key=vkey)
    return key


def keys_parse(vkeys: Iterable[str]) -> tuple[Key, ...]:
    """Verifier keys, each once. Raises `Unable`, also where two keys share name and hash."""
    keys = tuple(dict.fromkeys(key_parse(vkey.strip()) for vkey in vkeys))
    if len({(key.name, key.key_id) for key in keys}) != len(keys):
        raise Unable("keys-ambiguous")
    return keys


def name_fits(name: str) -> bool:
    """Whether it can be a key's name: not empty, no Unicode space, no plus."""
    return _NAME.fullmatch(name) is not None


def note_parse(raw: bytes) -> Note:
    """The parts of a note. Raises `Refused`."""
    if len(raw) > LONGEST:
        raise Refused("note-long", limit=LONGEST)
    whole = text_read(raw, said("n-note"))
    if _CONTROL.search(whole):
        raise Refused("note-control")
    text, parted, lines = whole.rpartition("\n\n")
    if not parted:
        raise Refused("note-blank")
    if not lines:
        raise Refused("note-unsigned")
    if not lines.endswith("\n"):
        raise Refused("note-end")
    signatures = lines[:-1].split("\n")
    if len(signatures) > MOST_SIGNATURES:
        raise Refused("note-signatures", limit=MOST_SIGNATURES)
    return Note(text + "\n", tuple(_signature_parse(line, no) for no, line in enumerate(signatures, 1)))


def _signature_parse(line: str, no: int) -> Signature:
    what = said("n-signature", no=no)
    name, parted, encoded = line.removeprefix(_PREFIX).partition(" ")
    if not line.startswith(_PREFIX) or not parted:
        raise Refused("signature-line", no=no)
    if not name_fits(name):
        raise Refused("signature-name", no=no)
    raw = base64_read(encoded, what)
    if len(raw) <= _ID_SIZE:
        raise Refused("signature-short", no=no)
    return Signature(name, raw[:_ID_SIZE], raw[_ID_SIZE:])


def note_open(raw: bytes, keys: Sequence[Key]) -> Opened:
    """The note, if trusted keys signed it and no signature of theirs fails. Raises `Refused`; `Unable` without keys."""
    note = note_parse(raw)
    if not keys:
        raise Unable("no-key", keys=", ".join(one.shown for one in note.signatures))
    known = {(key.name, key.key_id): key for key in keys}
    verified, ignored = [], []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            ignored.append(signature)
        elif key.holds(note.text, signature.value):
            verified.append(signature)
        else:
            raise Refused("signature-wrong", key=signature.shown)
    if not verified:
        raise Refused("note-unverified", keys=", ".join(one.shown for one in ignored))
    return Opened(note.text, tuple(verified), tuple(ignored))
