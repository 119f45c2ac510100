"""The tree of RFC 6962 against vectors of its reference implementations, and against a tree made the slow way."""

import pytest

from katip.audit.log.tree import (
    EMPTY,
    Peaks,
    ProofError,
    consistency_check,
    consistency_ranges,
    folded,
    inclusion_check,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    subtrees,
)

# The eight leaves, and the roots of the trees of the first 0 to 8 of them, that implementations of RFC 6962 are tested
# with (Certificate Transparency, Trillian).
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(one)
    for one in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
# (leaf, size) and the proof's hashes
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
# (older size, newer size) and the proof's hashes
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

HASHES = [leaf_hash(one) for one in LEAVES]
MANY = [leaf_hash(no.to_bytes(2, "big")) for no in range(70)]


def slow(hashes: list[bytes]) -> bytes:
    """The definition itself (RFC 6962, 2.1)."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(slow(hashes[:half]), slow(hashes[half:]))


def proof_of(ranges: list[tuple[int, int]], hashes: list[bytes]) -> list[bytes]:
    return [slow(hashes[start:end]) for start, end in ranges]


def test_roots_are_those_of_the_reference() -> None:
    peaks = Peaks()
    for size, root in enumerate(ROOTS):
        assert peaks.root == slow(HASHES[:size]) == root
        if size < len(HASHES):
            peaks.grow(HASHES[size])


@pytest.mark.parametrize("case", INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference(case: tuple[int, int]) -> None:
    leaf, size = case
    proof = [bytes.fromhex(one) for one in INCLUSION[case]]
    assert proof_of(inclusion_ranges(leaf, size), HASHES) == proof
    inclusion_check(leaf, size, HASHES[leaf], proof, ROOTS[size])


@pytest.mark.parametrize("case", CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference(case: tuple[int, int]) -> None:
    old, new = case
    proof = [bytes.fromhex(one) for one in CONSISTENCY[case]]
    assert proof_of(consistency_ranges(old, new), HASHES) == proof
    consistency_check(old, new, ROOTS[old], ROOTS[new], proof)


def test_every_leaf_of_every_tree_is_proved_and_no_other() -> None:
    for size in range(1, len(MANY) + 1):
        root = slow(MANY[:size])
        for leaf in range(size):
            proof = proof_of(inclusion_ranges(leaf, size), MANY)
            inclusion_check(leaf, size, MANY[leaf], proof, root)
            with pytest.raises(ProofError):
                inclusion_check(leaf, size, MANY[leaf - 1] if size > 1 else EMPTY, proof, root)
            for wrong in (proof[:-1], [*proof, root]):
                if wrong != proof:
                    with pytest.raises(ProofError):
                        inclusion_check(leaf, size, MANY[leaf], wrong, root)


def test_every_growth_is_proved_and_no_other() -> None:
    roots = [slow(MANY[:size]) for size in range(len(MANY) + 1)]
    for new in range(len(MANY) + 1):
        for old in range(new + 1):
            proof = proof_of(consistency_ranges(old, new), MANY)
            consistency_check(old, new, roots[old], roots[new], proof)
            with pytest.raises(ProofError):
                consistency_check(old, new, roots[old], roots[new], [*proof, MANY[0]])
            with pytest.raises(ProofError):
                consistency_check(old, new, leaf_hash(roots[old]), roots[new], proof)
            if old > 0:
                with pytest.raises(ProofError):
                    consistency_check(old, new, roots[old], leaf_hash(roots[new]), proof)


def test_complete_subtrees_fold_to_the_root() -> None:
    for size in range(1, len(MANY) + 1):
        parts = [slow(MANY[index << level : index + 1 << level]) for level, index in subtrees(0, size)]
        assert folded(parts) == slow(MANY[:size])


@pytest.mark.parametrize("proof", [[], [EMPTY], [HASHES[0], HASHES[1]]])
def test_from_an_empty_tree_nothing_is_proved_by_anything(proof: list[bytes]) -> None:
    for new in (0, 1, 8):
        if proof:
            with pytest.raises(ProofError, match="must be empty"):
                consistency_check(0, new, EMPTY, ROOTS[new], proof)
        else:
            consistency_check(0, new, EMPTY, ROOTS[new], proof)
    with pytest.raises(ProofError, match="another root"):
        consistency_check(0, 8, ROOTS[1], ROOTS[8], [])


def test_trees_of_one_size_have_one_root() -> None:
    with pytest.raises(ProofError, match="different roots"):
        consistency_check(8, 8, ROOTS[7], ROOTS[8], [])
    with pytest.raises(ProofError, match="must be empty"):
        consistency_check(8, 8, ROOTS[8], ROOTS[8], [HASHES[0]])


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_what_has_not_32_bytes_is_no_hash(length: int) -> None:
    odd = bytes(length)
    proof = [bytes.fromhex(one) for one in INCLUSION[0, 8]]
    for arguments in ((odd, proof, ROOTS[8]), (HASHES[0], [*proof[:-1], odd], ROOTS[8]), (HASHES[0], proof, odd)):
        with pytest.raises(ProofError, match="bytes"):
            inclusion_check(0, 8, *arguments)
    grown = [bytes.fromhex(one) for one in CONSISTENCY[6, 8]]
    for roots in (
        (odd, ROOTS[8], grown),
        (ROOTS[6], odd, grown),
        (ROOTS[6], ROOTS[8], [odd, *grown[1:]]),
    ):
        with pytest.raises(ProofError, match="bytes"):
            consistency_check(6, 8, *roots)
    with pytest.raises(ProofError, match="bytes"):
        consistency_check(0, 8, EMPTY, odd, [])


@pytest.mark.parametrize(("leaf", "size"), [(8, 8), (9, 8), (-1, 8), (0, 0)])
def test_a_leaf_beyond_the_tree_is_refused(leaf: int, size: int) -> None:
    with pytest.raises(ProofError, match="no leaf"):
        inclusion_ranges(leaf, size)
    with pytest.raises(ProofError, match="no leaf"):
        inclusion_check(leaf, size, HASHES[0], [], ROOTS[1])


def test_a_tree_never_shrinks() -> None:
    with pytest.raises(ProofError, match="never grew"):
        consistency_ranges(8, 7)
    with pytest.raises(ProofError, match="never grew"):
        consistency_check(8, 7, ROOTS[8], ROOTS[7], [])
