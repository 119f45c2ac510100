"""Checkpoints as C2SP tlog-checkpoint has them: a signed note that says how large a log is, and its root."""

from collections.abc import Sequence
from dataclasses import dataclass

from katip_verify.encoding import hash_read, number_read
from katip_verify.merkle import EMPTY_ROOT
from katip_verify.note import COSIGNATURE, Key, Opened, note_open
from katip_verify.said import Refused, said

_LINES = 3


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint's text says. Lines after the third are opaque, and kept."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head with the note that vouches for it."""

    head: Head
    note: Opened


def head_parse(text: str) -> Head:
    """The head in a note's text. Raises `Refused`."""
    lines = text.split("\n")
    if lines.pop() or len(lines) < _LINES:
        raise Refused("checkpoint-lines", got=len(lines))
    if not all(lines):
        raise Refused("checkpoint-empty-line")
    origin, size, root, *extensions = lines
    head = Head(origin, number_read(size, said("n-size")), hash_read(root, said("n-root")), tuple(extensions))
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise Refused("empty-root", root=head.root.hex())
    return head


def checkpoint_open(raw: bytes, keys: Sequence[Key], origin: str | None = None) -> Checkpoint:
    """The checkpoint, if trusted keys signed it and it is of the log that was asked for. Raises `Refused`, `Unable`."""
    opened = note_open(raw, keys)
    head = head_parse(opened.text)
    if origin is not None and head.origin != origin:
        raise Refused("origin-differs", origin=head.origin, wanted=origin)
    return Checkpoint(head, opened)


def log_keys(keys: Sequence[Key]) -> tuple[Key, ...]:
    """Those that may be a log's own: a witness says that it saw a checkpoint, and is no log."""
    return tuple(key for key in keys if key.kind != COSIGNATURE)
