"""Signed notes, verifier keys and checkpoints: C2SP signed-note and tlog-checkpoint, with Ed25519 (type 0x01).

Pure. Keys are written as Go's `note` package writes them, so that monitors can be configured with them unchanged:
`name+hash+key` for a verifier, `PRIVATE+KEY+name+hash+key` for a signer.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from katip.audit.log.tree import HASH_BYTES

_ED25519 = b"\x01"
_KEY_BYTES = 32
_ID_BYTES = 4
_MOST_SIGNATURES = 100
_MOST_BYTES = 1 << 20
_PRIVATE = "PRIVATE+KEY+"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_NAME = re.compile(r"[^\s+]+")


class NoteError(ValueError):
    """A note, a key or a checkpoint is not what it should be; the message says what."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whose signatures are believed: a name and an Ed25519 public key (32 bytes)."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which a signature line names this key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """The verifier key as text (vkey)."""
        return f"{self.name}+{self.key_id.hex()}+{_encoded(_ED25519 + self.public)}"

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether this key made the signature over the note's text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and an Ed25519 secret (32 bytes)."""

    name: str
    secret: bytes

    @property
    def verifier(self) -> Verifier:
        """What others need to check its signatures."""
        return Verifier(self.name, Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The signer key as text: a secret."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{_encoded(_ED25519 + self.secret)}"

    def sign(self, text: str) -> str:
        """The note of this text with one signature. Raises `NoteError` where the text cannot be a note's."""
        if not text.endswith("\n") or _CONTROL.search(text):
            message = "a note's text ends with a newline and has no other control characters"
            raise NoteError(message)
        signature = Ed25519PrivateKey.from_private_bytes(self.secret).sign(text.encode())
        return f"{text}\n— {self.name} {_encoded(self.verifier.key_id + signature)}\n"


def verifier_parse(text: str) -> Verifier:
    """The verifier that a vkey names. Raises `NoteError`."""
    name, key_id, key = _key_parts(text)
    found = Verifier(name, key)
    if found.key_id.hex() != key_id:
        message = "the verifier key's hash is not its key's"
        raise NoteError(message)
    return found


def signer_parse(text: str) -> Signer:
    """The signer of a private key's text. Raises `NoteError`, which says nothing of the key."""
    if not text.startswith(_PRIVATE):
        message = "this is no private key of a note"
        raise NoteError(message)
    name, key_id, key = _key_parts(text.removeprefix(_PRIVATE))
    found = Signer(name, key)
    if found.verifier.key_id.hex() != key_id:
        message = "the private key's hash is not its key's"
        raise NoteError(message)
    return found


def _key_parts(text: str) -> tuple[str, str, bytes]:
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    key = _decoded(encoded)
    if not _NAME.fullmatch(name) or key[:1] != _ED25519 or len(key) != 1 + _KEY_BYTES:
        message = "this is no Ed25519 key of a note: name+hash+key"
        raise NoteError(message)
    return name, key_id, key[1:]


def note_open(note: str, verifiers: Sequence[Verifier]) -> str:
    """The text of a note that one of the verifiers signed. Signatures of keys not named are not looked at.

    Raises `NoteError` where the note is malformed, where a known key's signature does not hold, and where none does.
    """
    text, lines = _parted(note)
    known = {(one.name, one.key_id): one for one in verifiers}
    signed = False
    for name, blob in (_signature_parse(line) for line in lines):
        verifier = known.get((name, blob[:_ID_BYTES]))
        if verifier is None:
            continue
        if not verifier.signed(text, blob[_ID_BYTES:]):
            message = f"the signature of {name} does not hold"
            raise NoteError(message)
        signed = True
    if not signed:
        message = "no signature is by a key that is known here"
        raise NoteError(message)
    return text


def _parted(note: str) -> tuple[str, list[str]]:
    """A note's text and its signature lines."""
    if len(note.encode(errors="replace")) > _MOST_BYTES:
        message = "the note is too long"
        raise NoteError(message)
    if _CONTROL.search(note):
        message = "the note has control characters"
        raise NoteError(message)
    text, parted, signatures = note.rpartition("\n\n")
    if not parted or not signatures.endswith("\n"):
        message = "this is no signed note"
        raise NoteError(message)
    lines = signatures[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        message = "the note has too many signatures"
        raise NoteError(message)
    return text + "\n", lines


def _signature_parse(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    blob = _decoded(encoded)
    if dash != "—" or not _NAME.fullmatch(name) or len(blob) <= _ID_BYTES:
        message = "a signature line is malformed"
        raise NoteError(message)
    return name, blob


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: whose log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"


def head_parse(text: str) -> Head:
    """The head that a checkpoint's text (no signatures) states; further lines are opaque. Raises `NoteError`."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or not all(lines):  # noqa: PLR2004 -- three lines and what follows the last newline
        message = "a checkpoint has at least three lines, none of them empty"
        raise NoteError(message)
    if not _DECIMAL.fullmatch(lines[1]):
        message = "the checkpoint's size is no number"
        raise NoteError(message)
    root = _decoded(lines[2])
    if len(root) != HASH_BYTES:
        message = f"the checkpoint's root has {len(root)} bytes instead of {HASH_BYTES}"
        raise NoteError(message)
    return Head(lines[0], int(lines[1]), root)


def checkpoint_open(note: str, verifiers: Sequence[Verifier]) -> Head:
    """The head of a checkpoint that one of the verifiers signed. Raises `NoteError`, also for another log's origin."""
    head = head_parse(note_open(note, verifiers))
    if head.origin not in {one.name for one in verifiers}:
        message = f"this is a checkpoint of another log, {head.origin}"
        raise NoteError(message)
    return head


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes:
    """Standard base64, in its one canonical form. Raises `NoteError`."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        message = "what should be base64 is not"
        raise NoteError(message) from error
    if _encoded(content) != text:
        message = "what should be base64 is not in its canonical form"
        raise NoteError(message)
    return content
