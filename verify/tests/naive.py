"""A second opinion: trees, proofs, notes and log folders made the plain way, without a line of the program's code."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry)


def half(many: int) -> int:
    """The largest power of two below it."""
    power = 1
    while power * 2 < many:
        power *= 2
    return power


def root(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not entries:
        return sha256(b"")
    if len(entries) == 1:
        return leaf(entries[0])
    k = half(len(entries))
    return sha256(b"\x01" + root(entries[:k]) + root(entries[k:]))


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1."""
    if len(entries) == 1:
        return []
    k = half(len(entries))
    if m < k:
        return [*path(m, entries[:k]), root(entries[k:])]
    return [*path(m - k, entries[k:]), root(entries[:k])]


def proof(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PROOF of RFC 6962 §2.1.2."""
    return subproof(m, entries, whole=True)


def subproof(m: int, entries: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(entries):
        return [] if whole else [root(entries)]
    k = half(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole=whole), root(entries[k:])]
    return [*subproof(m - k, entries[k:], whole=False), root(entries[:k])]


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unb64(text: str) -> bytes:
    return base64.b64decode(text)


class Signer:
    """A key of notes."""

    def __init__(self, name: str, seed: int = 7, kind: int = 1) -> None:
        self.name, self.kind = name, kind
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = bytes([kind]) + self.private.public_key().public_bytes_raw()
        self.key_id = sha256(name.encode() + b"\n" + self.public)[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{b64(self.public)}"

    def line(self, text: str, moment: int = 1_700_000_000) -> str:
        if self.kind == 4:
            message = f"cosignature/v1\ntime {moment}\n{text}".encode()
            value = moment.to_bytes(8, "big") + self.private.sign(message)
        else:
            value = self.private.sign(text.encode())
        return f"— {self.name} {b64(self.key_id + value)}\n"

    def note(self, text: str) -> bytes:
        return f"{text}\n{self.line(text)}".encode()

    def checkpoint(self, entries: Sequence[bytes], origin: str = "") -> bytes:
        return self.note(f"{origin or self.name}\n{len(entries)}\n{b64(root(entries))}\n")


def number(n: int) -> str:
    text = f"{n:03d}" if n < 1000 else f"{n:0{-(-len(str(n)) // 3) * 3}d}"
    parts = [text[at : at + 3] for at in range(0, len(text), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def tlog(folder: Path, entries: Sequence[bytes], note: bytes) -> None:
    """Lay a log out as tlog-tiles says, partial tiles as they are for this size alone."""
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint").write_bytes(note)
    for first in range(0, len(entries), 256):
        part = entries[first : first + 256]
        _write(
            folder, f"entries/{number(first // 256)}", len(part), b"".join(len(e).to_bytes(2, "big") + e for e in part)
        )
    level, hashes = 0, [leaf(entry) for entry in entries]
    while hashes:
        for first in range(0, len(hashes), 256):
            tile = hashes[first : first + 256]
            _write(folder, f"{level}/{number(first // 256)}", len(tile), b"".join(tile))
        span = 256 ** (level + 1)
        hashes = [root(entries[at : at + span]) for at in range(0, len(entries) - span + 1, span)]
        level += 1


def _write(folder: Path, name: str, width: int, content: bytes) -> None:
    file = folder / "tile" / (name if width == 256 else f"{name}.p/{width}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
