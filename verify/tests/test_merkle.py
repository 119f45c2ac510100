"""Inclusion and consistency: published vectors, a naive tree, and everything that can be wrong with a proof."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katip_verify.merkle import (
    EMPTY_ROOT,
    consistency_check,
    consistency_length,
    inclusion_check,
    inclusion_length,
    leaf_hash,
    root_of,
)
from katip_verify.said import Refused
from tests import naive

DATA = Path(__file__).parent / "data"
# The tree that RFC 6962's first implementations were tested with, and many others since.
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
INCLUSIONS = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (0, 1): (),
}
CONSISTENCIES = {
    (1, 8): INCLUSIONS[0, 8],
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
    (6, 7): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (1, 1): (),
}
SOME = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
ENTRIES = [bytes([n % 256, n // 256]) * (n % 5) for n in range(300)]


def refused(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        check(*given, **more)
    return caught.value.said.code


def proof_of(texts: tuple[str, ...]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def flipped(raw: bytes, bit: int) -> bytes:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def garbled(proof: list[bytes], *more: bytes) -> Iterator[list[bytes]]:
    """Wrong lists of hashes made of a right one."""
    for extra in (b"", SOME, SOME[:-1], *more):
        yield [*proof, extra]
        yield [extra, *proof]
    for no in range(len(proof)):
        yield proof[:no] + proof[no + 1 :]
        yield [*proof[:no], proof[no] + b"\x00", *proof[no + 1 :]]
        yield [*proof[:no], proof[no][:-1], *proof[no + 1 :]]
        yield [*proof[:no], flipped(proof[no], 8 * no + 3), *proof[no + 1 :]]
        yield [*proof[:no], SOME, *proof[no:]]
    if len(proof) > 1:
        yield proof[::-1]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_that_were_published(size: int) -> None:
    assert root_of([leaf_hash(one) for one in LEAVES[:size]]) == ROOTS[size] == naive.root(LEAVES[:size])


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_published_inclusion_proofs_hold_and_nothing_near_them_does(index: int, size: int) -> None:
    leaf, root, proof = leaf_hash(LEAVES[index]), ROOTS[size], proof_of(INCLUSIONS[index, size])
    inclusion_check(leaf, index, size, root, proof)
    for wrong in garbled(proof, root, leaf):
        refused(inclusion_check, leaf, index, size, root, wrong)
    for at in {index - 1, index + 1, index ^ 2, index + size, 2**64 - 1, 2**64, -1} - {index}:
        refused(inclusion_check, leaf, at, size, root, proof)
    for many in (size * 2, size // 2, 0, 2**64, 2**64 - 1, -size):
        refused(inclusion_check, leaf, index, many, root, proof)
    for other in (SOME, EMPTY_ROOT, b"", b"WrongLeaf", flipped(leaf, 77)):
        refused(inclusion_check, other, index, size, root, proof)
        refused(inclusion_check, leaf, index, size, other, proof)


@pytest.mark.parametrize(("size1", "size2"), CONSISTENCIES)
def test_published_consistency_proofs_hold_and_nothing_near_them_does(size1: int, size2: int) -> None:
    root1, root2, proof = ROOTS[size1], ROOTS[size2], proof_of(CONSISTENCIES[size1, size2])
    consistency_check(size1, root1, size2, root2, proof)
    for wrong in garbled(proof, root1, root2, *proof[:1]):
        refused(consistency_check, size1, root1, size2, root2, wrong)
    for other in (SOME, EMPTY_ROOT, b"", b"WrongRoot", flipped(root1, 9)):
        refused(consistency_check, size1, other, size2, root2, proof)
        refused(consistency_check, size1, root1, size2, other, proof)
    if size1 != size2:
        refused(lambda: consistency_check(size1, root2, size2, root1, proof))
        refused(lambda: consistency_check(size1, root1, size2, root2, []))
        for one in (size1 - 1, size1 + 1, size1 ^ 2, 2**64, -1):
            refused(consistency_check, one, root1, size2, root2, proof)
        for one in (size2 * 2, size2 // 2, 2**64, 2**64 - 1, -size2):
            refused(consistency_check, size1, root1, one, root2, proof)


def test_a_log_of_a_thousand_million_certificates_proves_its_leaf_and_its_past() -> None:
    """Answers of the log Argon 2020, which Go's tlog is tested with."""
    sth, proof, consistency = (
        json.loads((DATA / f"argon2020-{name}.json").read_text("utf-8")) for name in ("sth", "proof", "consistency")
    )
    size, root = sth["tree_size"], naive.unb64(sth["sha256_root_hash"])
    leaf = bytes.fromhex("9c2b3799f232761f71e022b243ebb6c6d9a9c66160800e4c2f2987c0d41294b8")
    path = [naive.unb64(one) for one in proof["audit_path"]]
    inclusion_check(leaf, proof["leaf_index"], size, root, path)
    assert refused(lambda: inclusion_check(leaf, proof["leaf_index"] + 1, size, root, path)) == "root-differs"
    old = naive.unb64("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=")
    hashes = [naive.unb64(one) for one in consistency["consistency"]]
    consistency_check(3_654_490, old, size, root, hashes)
    assert refused(lambda: consistency_check(3_654_490, SOME, size, root, hashes)) == "old-root-differs"
    assert refused(lambda: consistency_check(3_654_490, old, size, SOME, hashes)) == "new-root-differs"


def test_every_proof_of_every_small_tree_holds_and_fits_no_other_place() -> None:
    for size in range(1, 20):
        root = naive.root(ENTRIES[:size])
        for index in range(size):
            proof = naive.path(index, ENTRIES[:size])
            assert len(proof) == inclusion_length(index, size)
            for at in range(size):
                if at == index:
                    inclusion_check(leaf_hash(ENTRIES[index]), at, size, root, proof)
                else:
                    refused(inclusion_check, leaf_hash(ENTRIES[index]), at, size, root, proof)


def test_every_consistency_of_every_small_tree_holds_and_fits_no_other_sizes() -> None:
    for size2 in range(1, 18):
        root2 = naive.root(ENTRIES[:size2])
        for size1 in range(1, size2):
            proof = naive.proof(size1, ENTRIES[:size2])
            assert len(proof) == consistency_length(size1, size2)
            consistency_check(size1, naive.root(ENTRIES[:size1]), size2, root2, proof)
            for other in set(range(1, size2)) - {size1}:
                refused(consistency_check, other, naive.root(ENTRIES[:other]), size2, root2, proof)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_larger_trees_agree_with_the_naive_one(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    entries = ENTRIES[:size]
    root = naive.root(entries)
    path = naive.path(index, entries)
    inclusion_check(leaf_hash(entries[index]), index, size, root, path)
    size1 = data.draw(st.integers(1, size))
    proof = naive.proof(size1, entries)
    consistency_check(size1, naive.root(entries[:size1]), size, root, proof)
    if path:
        at = data.draw(st.integers(0, 256 * len(path) - 1))
        wrong = [flipped(one, at % 256) if no == at // 256 else one for no, one in enumerate(path)]
        refused(lambda: inclusion_check(leaf_hash(entries[index]), index, size, root, wrong))
    if proof:
        at = data.draw(st.integers(0, 256 * len(proof) - 1))
        wrong = [flipped(one, at % 256) if no == at // 256 else one for no, one in enumerate(proof)]
        refused(lambda: consistency_check(size1, naive.root(entries[:size1]), size, root, wrong))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 70))
def test_proofs_of_any_length_for_any_numbers_come_to_an_end(one: int, other: int, many: int) -> None:
    refused(lambda: inclusion_check(SOME, one, other, EMPTY_ROOT, [SOME] * many))
    if 0 < one != other > 0:
        refused(lambda: consistency_check(one, SOME, other, EMPTY_ROOT, [SOME] * many))


def test_the_edge_of_the_numbers() -> None:
    size = 2**64 - 1
    root = SOME
    for _ in range(inclusion_length(0, size)):
        root = naive.sha256(b"\x01" + root + SOME)
    inclusion_check(SOME, 0, size, root, [SOME] * 64)
    assert refused(lambda: inclusion_check(SOME, 0, size + 1, root, [SOME] * 64)) == "number-range"
    assert refused(lambda: inclusion_check(SOME, size, size, root, [SOME] * 64)) == "index-range"


def test_an_empty_tree_has_no_leaves_and_begins_every_tree() -> None:
    assert refused(lambda: inclusion_check(SOME, 0, 0, EMPTY_ROOT, [])) == "tree-empty"
    consistency_check(0, EMPTY_ROOT, 5, ROOTS[5], [])
    consistency_check(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert refused(lambda: consistency_check(0, EMPTY_ROOT, 5, ROOTS[5], [SOME])) == "proof-from-empty"
    assert refused(lambda: consistency_check(0, EMPTY_ROOT, 0, EMPTY_ROOT, [EMPTY_ROOT])) == "proof-from-empty"
    assert refused(lambda: consistency_check(0, SOME, 5, ROOTS[5], [])) == "empty-root"
    assert refused(lambda: consistency_check(0, SOME, 0, SOME, [])) == "empty-root"
    assert refused(lambda: consistency_check(0, EMPTY_ROOT, 0, SOME, [])) == "same-size"
    assert refused(lambda: consistency_check(0, EMPTY_ROOT, 5, SOME[:31], [])) == "hash-length"


def test_trees_of_one_size_are_one_tree() -> None:
    consistency_check(5, ROOTS[5], 5, ROOTS[5], [])
    assert refused(lambda: consistency_check(5, ROOTS[5], 5, SOME, [])) == "same-size"
    assert refused(lambda: consistency_check(5, ROOTS[5], 5, ROOTS[5], [SOME])) == "proof-not-empty"
    assert refused(lambda: consistency_check(5, SOME + b"x", 5, SOME + b"x", [])) == "hash-length"
    assert refused(lambda: consistency_check(6, ROOTS[6], 5, ROOTS[5], [])) == "sizes-backwards"


def test_each_fault_is_called_by_its_name() -> None:
    leaf, root, proof = leaf_hash(LEAVES[0]), ROOTS[8], proof_of(INCLUSIONS[0, 8])
    assert refused(lambda: inclusion_check(leaf, 8, 8, root, proof)) == "index-range"
    assert refused(lambda: inclusion_check(leaf, 0, 8, root, proof[:2])) == "proof-short"
    assert refused(lambda: inclusion_check(leaf, 0, 8, root, [*proof, SOME])) == "proof-long"
    assert refused(lambda: inclusion_check(leaf, 0, 8, root, [*proof[:2], proof[2][:31]])) == "hash-length"
    assert refused(lambda: inclusion_check(leaf[:31], 0, 8, root, proof)) == "hash-length"
    assert refused(lambda: inclusion_check(leaf, 0, 8, root[:31], proof)) == "hash-length"
    assert refused(lambda: inclusion_check(leaf, 0, 8, SOME, proof)) == "root-differs"
    assert refused(lambda: inclusion_check(leaf, -1, 8, root, proof)) == "number-range"
    proof = proof_of(CONSISTENCIES[6, 8])
    assert refused(lambda: consistency_check(6, ROOTS[6], 8, root, proof[:2])) == "proof-short"
    assert refused(lambda: consistency_check(6, ROOTS[6], 8, root, [*proof, SOME])) == "proof-long"
    assert refused(lambda: consistency_check(-1, ROOTS[6], 8, root, proof)) == "number-range"
    assert refused(lambda: consistency_check(6, ROOTS[6], 2**64, root, proof)) == "number-range"
    assert refused(consistency_check, 6, ROOTS[6][:31], 8, root, proof) == "hash-length"
    assert refused(consistency_check, 6, ROOTS[6], 8, root + b"x", proof) == "hash-length"
