"""Active authentication: the right answer, and answers that only look like one."""

import hashlib
import secrets
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from katip.demo.cards.answer import challenge_answer
from katip.demo.cards.keys import HASHES, Key, key_ec, key_pooled
from katip.identity.chip.active import challenge_answered
from katip.identity.chip.keys import MIN_CHIP_RSA_BITS, KeyUnfitError, PublicKey, public_key_read
from tests.identity.chip.scene import CHALLENGE, chip_key, rsa_key

SIZE = 256
HASH_NAMES = ("sha1", "sha224", "sha256", "sha384", "sha512")
PLAIN = {name: f"0.4.0.127.0.7.1.1.4.1.{n}" for n, name in enumerate(HASH_NAMES, 1)}


def public(key: Key) -> PublicKey:
    return public_key_read(key.public_info(), min_rsa_bits=MIN_CHIP_RSA_BITS)


def holds(key: Key, signature: bytes, *algorithms: str, challenge: bytes = CHALLENGE) -> bool:
    return challenge_answered(public(key), challenge, signature, algorithms=frozenset(algorithms))


def signed(block: bytes, *, key: Key | None = None) -> bytes:
    """What the chip's own key makes of a block of the tester's choice."""
    private = (key or rsa_key()).private
    assert isinstance(private, rsa.RSAPrivateKey)
    own = private.private_numbers()
    n = own.public_numbers.n
    return pow(int.from_bytes(block, "big"), own.d, n).to_bytes((n.bit_length() + 7) // 8, "big")


def block(
    *, header: bytes = b"\x6a", name: str = "sha256", trailer: bytes = b"\x34\xcc", hashed: bytes | None = None
) -> bytes:
    size = SIZE - len(header) - hashlib.new(name).digest_size - len(trailer)
    own = secrets.token_bytes(size)
    return header + own + hashlib.new(name, own + CHALLENGE if hashed is None else hashed).digest() + trailer


@pytest.mark.parametrize("bits", [1024, 2048])
@pytest.mark.parametrize("name", HASH_NAMES)
@pytest.mark.parametrize("least", [False, True])
def test_rsa_answers(bits: int, name: str, least: bool) -> None:
    key = key_pooled(bits)
    answer = challenge_answer(key, CHALLENGE, name, least=least)
    assert holds(key, answer)
    assert not holds(key, answer, challenge=bytes(8))
    assert not holds(key_pooled(bits, 1), answer)


def test_sha1_may_be_named_in_the_trailer_too() -> None:
    assert holds(rsa_key(), signed(block(name="sha1", trailer=b"\x33\xcc")))


@pytest.mark.parametrize(
    "make",
    [
        lambda: block(trailer=b"\xbc"),  # says SHA-1, is SHA-256
        lambda: block(trailer=b"\x36\xcc"),
        lambda: block(trailer=b"\x31\xcc"),  # RIPEMD-160
        lambda: block(trailer=b"\x37\xcc"),  # Whirlpool
        lambda: block(trailer=b"\x34\xcd"),
        lambda: block(trailer=b"\xcc"),
        lambda: block(header=b"\x4a"),  # the whole message handed back: the challenge would be the chip's choice
        lambda: block(header=b"\x4b\xbb\xba"),
        lambda: block(header=b"\x6b\xbb\xba"),
        lambda: block(header=b"\x2a"),
        lambda: block(header=b"\x6b"),
        lambda: block(header=b""),
        lambda: block(hashed=CHALLENGE),
        lambda: block(hashed=b""),
        lambda: bytes(SIZE),
        lambda: b"\0" + block()[1:],
    ],
)
def test_blocks_that_are_not_to_the_letter_are_refused(make: Callable[[], bytes]) -> None:
    assert holds(rsa_key(), signed(block()))
    assert not holds(rsa_key(), signed(make()))


def test_the_hash_stands_where_it_must() -> None:
    """A hash moved away from the end, with octets of the signer's choice behind it, is how signatures are made up."""
    own = secrets.token_bytes(SIZE - 1 - 32 - 2 - 40)
    moved = b"\x6a" + own + hashlib.sha256(own + CHALLENGE).digest() + secrets.token_bytes(40) + b"\x34\xcc"
    assert len(moved) == SIZE
    assert not holds(rsa_key(), signed(moved))


def test_a_pkcs1_signature_is_no_answer() -> None:
    assert not holds(rsa_key(), rsa_key().sign(CHALLENGE, "sha256"))


def test_numbers_out_of_range_are_refused() -> None:
    answer = challenge_answer(rsa_key(), CHALLENGE, "sha256")
    private = rsa_key().private
    assert isinstance(private, rsa.RSAPrivateKey)
    n = private.private_numbers().public_numbers.n
    larger = int.from_bytes(answer, "big") + n
    for odd in (
        b"",
        bytes(SIZE),
        b"\0" * (SIZE - 1) + b"\1",
        n.to_bytes(SIZE, "big"),
        (n - 1).to_bytes(SIZE, "big"),
        larger.to_bytes(SIZE + 1, "big"),
        b"\0" + answer,
        answer + b"\0",
        answer[1:],
    ):
        assert not holds(rsa_key(), odd)


@pytest.mark.parametrize(
    ("curve", "allowed"),
    [
        ("secp256r1", {"sha224", "sha256"}),
        ("brainpoolP256r1", {"sha224", "sha256"}),
        ("secp384r1", {"sha224", "sha256", "sha384"}),
        ("secp521r1", {"sha224", "sha256", "sha384", "sha512"}),
    ],
)
def test_ecdsa_answers_with_hashes_that_the_key_is_long_enough_for(curve: str, allowed: set[str]) -> None:
    key = key_ec(curve)
    assert {name for name in HASH_NAMES if holds(key, challenge_answer(key, CHALLENGE, name))} == allowed
    for name in HASH_NAMES:
        answer = challenge_answer(key, CHALLENGE, name)
        if name in allowed:
            assert holds(key, answer, PLAIN[name])
            assert not holds(key, challenge_answer(key, bytes(8), name), PLAIN[name])
        else:
            with pytest.raises(KeyUnfitError):
                holds(key, answer, PLAIN[name])


def test_what_group_14_sets_no_other_hash_will_do() -> None:
    key = key_ec("secp384r1")
    assert not holds(key, challenge_answer(key, CHALLENGE, "sha256"), PLAIN["sha384"])


@pytest.mark.parametrize("algorithms", [(PLAIN["sha256"], PLAIN["sha224"]), ("1.2.3.4",), ("0.4.0.127.0.7.1.1.4.1.6",)])
def test_two_algorithms_or_an_unknown_one_are_refused(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(KeyUnfitError):
        holds(chip_key(), challenge_answer(chip_key(), CHALLENGE, "sha256"), *algorithms)


def test_ecdsa_in_der_holds_only_where_group_14_says_der() -> None:
    private = chip_key().private
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    in_der = private.sign(CHALLENGE, ec.ECDSA(HASHES["sha256"]))
    assert not holds(chip_key(), in_der)
    assert not holds(chip_key(), in_der, PLAIN["sha256"])
    assert holds(chip_key(), in_der, "1.2.840.10045.4.3.2")
    assert not holds(chip_key(), challenge_answer(chip_key(), CHALLENGE, "sha256"), "1.2.840.10045.4.3.2")


def test_ecdsa_numbers_out_of_range_are_refused() -> None:
    answer = challenge_answer(chip_key(), CHALLENGE, "sha256")
    n = int("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16).to_bytes(32, "big")
    one = b"\0" * 31 + b"\1"
    for odd in (b"", bytes(64), answer[:-1], answer + b"\0", b"\0" + answer, n + n, answer[:32] + n, one + bytes(32)):
        assert not holds(chip_key(), odd)
