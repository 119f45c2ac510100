"""Proofs for carrying about (C2SP tlog-proof)."""

from collections.abc import Callable

import pytest

from katip_verify.merkle import leaf_hash
from katip_verify.note import keys_parse, note_open
from katip_verify.proof import proof_check, proof_parse
from katip_verify.said import Refused
from tests import naive

LOG = naive.Signer("log.example/kayit")
KEYS = keys_parse([LOG.vkey])
ENTRIES = [b"entry %d" % n for n in range(11)]
CHECKPOINT = LOG.checkpoint(ENTRIES).decode()
HASHES = [naive.b64(one) for one in naive.path(6, ENTRIES)]


def written(*lines: str, checkpoint: str = CHECKPOINT) -> bytes:
    return ("\n".join(["c2sp.org/tlog-proof@v1", *lines, "", ""]) + checkpoint).encode()


PROOF = written("index 6", *HASHES)


def refused(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        check(*given, **more)
    return caught.value.said.code


def checked(raw: bytes, entry: bytes = ENTRIES[6]) -> int:
    return proof_check(proof_parse(raw), leaf_hash(entry), KEYS).head.size


def test_a_proof_leads_from_the_entry_to_the_signed_checkpoint() -> None:
    assert checked(PROOF) == 11
    parsed = proof_parse(written("extra YWJj", "index 6", *HASHES))
    assert (parsed.index, parsed.extra, parsed.checkpoint.decode()) == (6, b"abc", CHECKPOINT)
    one = LOG.checkpoint(ENTRIES[:1]).decode()
    assert checked(written("index 0", checkpoint=one), ENTRIES[0]) == 1


def test_another_entry_index_checkpoint_or_hash_is_refused() -> None:
    assert refused(lambda: checked(PROOF, b"entry 7")) == "root-differs"
    assert refused(lambda: checked(written("index 5", *HASHES))) == "root-differs"
    assert refused(lambda: checked(written("index 11", *HASHES))) == "index-range"
    assert refused(lambda: checked(written("index 6", *HASHES[:-1]))) == "proof-short"
    assert refused(lambda: checked(written("index 6", *HASHES, HASHES[0]))) == "proof-long"
    smaller = LOG.checkpoint(ENTRIES[:10]).decode()
    assert refused(lambda: checked(written("index 6", *HASHES, checkpoint=smaller))) == "root-differs"
    forged = naive.Signer("log.example/kayit", 8).checkpoint(ENTRIES).decode()
    assert refused(lambda: checked(written("index 6", *HASHES, checkpoint=forged))) == "note-unverified"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "proof-header"),
        (b"wrong-header\nindex 0\n\ncheckpoint\n", "proof-header"),
        (PROOF.replace(b"@v1", b"@v2"), "proof-header"),
        (PROOF.replace(b"\n", b"\r\n"), "proof-header"),
        (b" " + PROOF, "proof-header"),
        (b"\n" + PROOF, "proof-header"),
        (PROOF.replace(b"index 6\n", b""), "proof-index"),
        (PROOF.replace(b"index 6", b"index"), "proof-index"),
        (PROOF.replace(b"index 6", b"Index 6"), "proof-index"),
        (PROOF.replace(b"index 6", b"index  6"), "number-form"),
        (PROOF.replace(b"index 6", b"index 06"), "number-form"),
        (PROOF.replace(b"index 6", b"index -6"), "number-form"),
        (PROOF.replace(b"index 6", b"index six"), "number-form"),
        (PROOF.replace(b"index 6", b"index 6 "), "number-form"),
        (PROOF.replace(b"index 6", b"index 18446744073709551616"), "number-range"),
        (written("index 6", "extra YWJj", *HASHES), "base64-form"),
        (written("extra !!", "index 6", *HASHES), "base64-form"),
        (written("extra YWJ=", "index 6", *HASHES), "base64-canonical"),
        (written("extra YWJj", "extra YWJj", "index 6", *HASHES), "proof-index"),
        (written("index 6", "!!notbase64!!"), "base64-form"),
        (written("index 6", naive.b64(bytes(64))), "hash-length"),
        (written("index 6", naive.b64(bytes(31))), "hash-length"),
        (written("index 6", bytes(32).hex()), "hash-length"),
        (written("index 6", *HASHES * 20), "proof-long"),
        (PROOF.replace(b"\n\n", b"\n"), "proof-blank"),
        (b"c2sp.org/tlog-proof@v1\nindex 6", "proof-blank"),
        (b"\xff" + PROOF, "not-utf8"),
        (PROOF + b"x" * 1_000_000, "proof-file-long"),
        (written("index 6", *HASHES, "", *HASHES), "signature-wrong"),  # what follows the blank line is the note's
        (written("index 6", *HASHES, checkpoint=""), "note-blank"),
        (written("index 6", *HASHES, checkpoint=f"\n{CHECKPOINT}"), "signature-wrong"),
    ],
)
def test_a_malformed_proof_is_refused(raw: bytes, code: str) -> None:
    assert refused(lambda: checked(raw)) == code


def test_no_proof_holds_after_any_single_change() -> None:
    for at in range(len(PROOF)):
        changed = bytearray(PROOF)
        changed[at] ^= 1
        refused(checked, bytes(changed))
        refused(checked, PROOF[:at] + PROOF[at + 1 :])


def test_the_longest_proof_and_the_longest_note_are_read() -> None:
    assert len(proof_parse(written("index 0", *HASHES[:1] * 64)).hashes) == 64
    note = LOG.note("x" * (999_999 - len(LOG.note(""))) + "\n")
    assert len(note) == 1_000_000
    assert note_open(note, KEYS).verified
    assert refused(note_open, note + b"x", KEYS) == "note-long"
    assert len(proof_parse(PROOF + b"x" * (1_000_000 - len(PROOF))).checkpoint) > 900_000
