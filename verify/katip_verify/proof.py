"""Proofs for carrying about, as C2SP tlog-proof has them: index, hashes, and the checkpoint they lead to."""

from collections.abc import Sequence
from dataclasses import dataclass

from katip_verify.checkpoint import Checkpoint, checkpoint_open
from katip_verify.encoding import base64_read, hash_read, number_read, text_read
from katip_verify.merkle import inclusion_check
from katip_verify.note import LONGEST, Key
from katip_verify.said import Refused, said

HEADER = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 64
"""A tree of 2^64 leaves has no longer path."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as it is written; nothing of it is checked yet. `extra` is opaque, and nobody vouches for it."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def proof_parse(raw: bytes) -> Proof:
    """The parts of a proof. Raises `Refused`."""
    if len(raw) > LONGEST:
        raise Refused("proof-file-long", limit=LONGEST)
    above, parted, checkpoint = text_read(raw, said("n-proof")).partition("\n\n")
    header, *lines = above.split("\n")
    if header != HEADER:
        raise Refused("proof-header", header=HEADER)
    if not parted:
        raise Refused("proof-blank")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = base64_read(lines.pop(0).removeprefix("extra "), said("n-extra"))
    if not lines or not lines[0].startswith("index "):
        raise Refused("proof-index")
    index = number_read(lines.pop(0).removeprefix("index "), said("n-index"))
    if len(lines) > MOST_HASHES:
        raise Refused("proof-long", got=len(lines), needed=MOST_HASHES)
    hashes = tuple(hash_read(line, said("n-sibling", no=no)) for no, line in enumerate(lines))
    return Proof(index, hashes, checkpoint.encode(), extra)


def proof_check(proof: Proof, leaf: bytes, keys: Sequence[Key], origin: str | None = None) -> Checkpoint:
    """The checkpoint that the leaf is proved to be under. Raises `Refused`, `Unable`."""
    checkpoint = checkpoint_open(proof.checkpoint, keys, origin)
    inclusion_check(leaf, proof.index, checkpoint.head.size, checkpoint.head.root, proof.hashes)
    return checkpoint
