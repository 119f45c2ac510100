"""Merkle trees as RFC 6962 and RFC 9162 define them, SHA-256: hashes, and the two proofs.

Every function takes whatever a stranger may hand in. Lengths are checked before anything is hashed: for an index and a
size, or two sizes, there is exactly one right number of hashes.
"""

import hashlib
from collections.abc import Sequence

from katip_verify.encoding import LARGEST, hash_length
from katip_verify.said import Refused, Said, said

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves"""


def leaf_hash(entry: bytes) -> bytes:
    """The leaf's hash of an entry (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two others (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root above neighbouring nodes of one level, the last of which may stand for fewer leaves."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        above = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def inclusion_length(index: int, size: int) -> int:
    """How many hashes prove the leaf at `index` in a tree of `size` leaves; 0 <= index < size."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def consistency_length(size1: int, size2: int) -> int:
    """How many hashes prove a tree of `size1` leaves the beginning of one of `size2`; 0 < size1 < size2."""
    whole = (size1 & -size1).bit_length() - 1  # the leaves of the old tree's last full subtree, as a power of two
    inner = ((size1 - 1) ^ (size2 - 1)).bit_length()
    seed = 0 if size1 == 1 << whole else 1
    return seed + inner - whole + ((size1 - 1) >> inner).bit_count()


def inclusion_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that follows from a leaf and its inclusion proof (RFC 9162 §2.1.3.2). Raises `Refused`."""
    _range_check(index, said("n-index"))
    _range_check(size, said("n-size"))
    if size == 0:
        raise Refused("tree-empty")
    if index >= size:
        raise Refused("index-range", index=index, size=size)
    hash_length(leaf, said("n-leaf"))
    _proof_check(proof, inclusion_length(index, size))
    at, last, above = index, size - 1, leaf
    for sibling in proof:  # once at the right edge, always there: what is left of the proof are left siblings
        above = node_hash(sibling, above) if at % 2 or at == last else node_hash(above, sibling)
        at, last = at >> 1, last >> 1
    return above


def inclusion_check(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Whether the leaf is at `index` in the tree. Raises `Refused`."""
    hash_length(root, said("n-root"))
    found = inclusion_root(leaf, index, size, proof)
    if found != root:
        raise Refused("root-differs", found=found.hex(), root=root.hex())


def consistency_check(size1: int, root1: bytes, size2: int, root2: bytes, proof: Sequence[bytes]) -> None:
    """Whether the second tree begins with all of the first (RFC 9162 §2.1.4.2). Raises `Refused`.

    Of equal sizes the roots must be equal and the proof empty. An empty tree, whose root is SHA-256 of nothing, is the
    beginning of every tree; that is no proof of anything, and nothing may stand in it.
    """
    _range_check(size1, said("n-size1"))
    _range_check(size2, said("n-size2"))
    hash_length(root1, said("n-root1"))
    hash_length(root2, said("n-root2"))
    if size1 > size2:
        raise Refused("sizes-backwards", size1=size1, size2=size2)
    if size1 in {0, size2}:
        if proof:
            raise Refused("proof-not-empty" if size1 else "proof-from-empty", got=len(proof))
        if size1 == 0 and root1 != EMPTY_ROOT:
            raise Refused("empty-root", root=root1.hex())
        if size1 == size2 and root1 != root2:
            raise Refused("same-size", size=size1)
        return
    _proof_check(proof, consistency_length(size1, size2))
    found1, found2 = _consistency_roots(size1, root1, size2, proof)
    if found1 != root1:
        raise Refused("old-root-differs", found=found1.hex(), root=root1.hex())
    if found2 != root2:
        raise Refused("new-root-differs", found=found2.hex(), root=root2.hex())


def _consistency_roots(size1: int, root1: bytes, size2: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of both trees that follow from a proof of the right length."""
    path = list(proof)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)  # a full tree is itself a node of the larger one, and left out of the proof
    at, last = size1 - 1, size2 - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if at % 2 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return old, new


def _range_check(number: int, what: Said) -> None:
    if not 0 <= number <= LARGEST:
        raise Refused("number-range", what=what, text=str(number))


def _proof_check(proof: Sequence[bytes], needed: int) -> None:
    for no, sibling in enumerate(proof):
        hash_length(sibling, said("n-sibling", no=no))
    if len(proof) != needed:
        raise Refused("proof-short" if len(proof) < needed else "proof-long", got=len(proof), needed=needed)
