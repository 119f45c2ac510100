"""The Merkle tree of RFC 6962 (2.1) and RFC 9162 (2.1): hashes, which nodes a proof is made of, and checking proofs.

Pure: standard library only. A node is (level, index): the hash over the 2**level leaves from index * 2**level on. All
hashes are SHA-256, 32 bytes.
"""

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()
"""the root of a tree without leaves"""

Node = tuple[int, int]
Range = tuple[int, int]
"""leaves from the first number up to, but not including, the second"""


class ProofError(ValueError):
    """A proof, or what it is held against, is not right; the message says what."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def row_above(hashes: Sequence[bytes]) -> list[bytes]:
    """The nodes above an even number of neighbours."""
    sha256 = hashlib.sha256
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)]


def folded(hashes: Sequence[bytes]) -> bytes:
    """The hash over complete subtrees that stand side by side, each smaller than the one before (a tree's peaks)."""
    if not hashes:
        return EMPTY
    above = hashes[-1]
    for left in reversed(hashes[:-1]):
        above = node_hash(left, above)
    return above


def subtrees(start: int, end: int) -> list[Node]:
    """The complete subtrees, the largest first, whose fold is the hash over the leaves `start` to `end`.

    `start` is 0, or a multiple of a power of two that is not smaller than the range, as in all ranges of a proof.
    """
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What the hashes of an inclusion proof are over, from the leaf's sibling up (RFC 6962, 2.1.1).

    Raises `ProofError` where the tree has no such leaf.
    """
    if not 0 <= index < size:
        message = f"a tree of {size} has no leaf {index}"
        raise ProofError(message)
    start, end, ranges = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """What the hashes of a consistency proof are over (RFC 6962, 2.1.2); nothing from an empty or to an equal tree.

    Raises `ProofError` where `old` is the larger one.
    """
    if not 0 <= old <= new:
        message = f"a tree of {old} never grew into one of {new}"
        raise ProofError(message)
    if old in {0, new}:
        return []
    start, end, whole, ranges = 0, new, True, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def inclusion_check(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Hold an inclusion proof against a root (RFC 9162, 2.1.3.2); `leaf` is the leaf's hash. Raises `ProofError`."""
    _lengths_check((leaf, root, *proof))
    if not 0 <= index < size:
        message = f"a tree of {size} has no leaf {index}"
        raise ProofError(message)
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            message = "the inclusion proof is too long"
            raise ProofError(message)
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    if last:
        message = "the inclusion proof is too short"
        raise ProofError(message)
    if found != root:
        message = "the inclusion proof leads to another root"
        raise ProofError(message)


def consistency_check(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Hold a consistency proof against two roots (RFC 9162, 2.1.4.2). Raises `ProofError`."""
    _lengths_check((old_root, new_root, *proof))
    if not 0 <= old <= new:
        message = f"a tree of {old} never grew into one of {new}"
        raise ProofError(message)
    if old in {0, new}:
        _trivial_check(old, old_root, new_root if old == new else None, proof)
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        message = "the consistency proof is too short"
        raise ProofError(message)
    found_old, found_new = _grown(old - 1, new - 1, path)
    if found_old != old_root:
        message = "the consistency proof leads to another root of the older tree"
        raise ProofError(message)
    if found_new != new_root:
        message = "the consistency proof leads to another root of the newer tree"
        raise ProofError(message)


def _grown(at: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots that a consistency proof leads to; `at` and `last` are the two trees' last leaves."""
    while at & 1:
        at, last = at >> 1, last >> 1
    found_old = found_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            message = "the consistency proof is too long"
            raise ProofError(message)
        if at & 1 or at == last:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found_new = node_hash(found_new, sibling)
        at, last = at >> 1, last >> 1
    if last:
        message = "the consistency proof is too short"
        raise ProofError(message)
    return found_old, found_new


def _trivial_check(old: int, old_root: bytes, new_root: bytes | None, proof: Sequence[bytes]) -> None:
    """From an empty tree, or between equal sizes, nothing is to be proved: whatever is there is refused."""
    if proof:
        message = "a consistency proof from an empty tree, or to one of the same size, must be empty"
        raise ProofError(message)
    if old == 0 and old_root != EMPTY:
        message = "the empty tree has another root"
        raise ProofError(message)
    if new_root is not None and old_root != new_root:
        message = "trees of the same size have different roots"
        raise ProofError(message)


def _lengths_check(hashes: Sequence[bytes]) -> None:
    for one in hashes:
        if len(one) != HASH_BYTES:
            message = f"a hash has {len(one)} bytes instead of {HASH_BYTES}"
            raise ProofError(message)


class Peaks:
    """A tree that only grows and keeps no more than its right edge: one hash for each bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def grow(self, leaf: bytes) -> None:
        """Take in the next leaf's hash."""
        covered = self.size
        while covered & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            covered >>= 1
        self._peaks.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of the tree so far."""
        return folded(self._peaks)
