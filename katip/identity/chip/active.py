"""Active authentication: the chip signs the server's challenge with a key that never leaves it.

Doc 9303-11 6.1. With RSA by ISO/IEC 9796-2, scheme 1, which hands part of the message back; with ECDSA as r and s in a
row. Every octet of what RSA gives back is accounted for: where some are free, signatures can be made without the key.
"""

import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from katip.identity.chip.keys import (
    EC_SIGNATURES,
    PLAIN_EC_SIGNATURES,
    EcKey,
    Hash,
    KeyUnfitError,
    PublicKey,
    RsaKey,
    digest_make,
    encode_plain,
)

_EC_ALGORITHMS = {**PLAIN_EC_SIGNATURES, **EC_SIGNATURES}
CHALLENGE_LENGTH = 8
"""bytes (Doc 9303-11 6.1.2: RND.IFD)"""

_HEADER = 0x6A
"""part of the message is handed back, and the block has no filling"""
_OWN_HASH, _NAMED_HASH = 0xBC, 0xCC
_LAST_NIBBLE = 0x0C
_TRAILERS: dict[int, Hash] = {
    0x33: hashes.SHA1(),  # noqa: S303 -- what Doc 9303 began with: a second preimage is still out of reach
    0x38: hashes.SHA224(),
    0x34: hashes.SHA256(),
    0x36: hashes.SHA384(),
    0x35: hashes.SHA512(),
}
"""by the hash's number in ISO/IEC 10118-3"""
_EC_HASHES: tuple[Hash, ...] = (hashes.SHA256(), hashes.SHA384(), hashes.SHA512(), hashes.SHA224())
"""SHA-1 is not allowed with ECDSA (Doc 9303-11 6.1.2.3)"""


def challenge_answered(
    public: PublicKey, challenge: bytes, signature: bytes, *, algorithms: frozenset[str] = frozenset()
) -> bool:
    """Whether the chip with this key signed the challenge.

    `algorithms` are those that the chip's data group 14 sets for ECDSA: at most one, and then no other will do. Without
    one, every hash that the key is long enough for is tried, and the signature is r and s in a row.
    Raises KeyUnfitError `unknown_algorithm` when what is set may not be used, or not with this key.
    """
    if len(challenge) != CHALLENGE_LENGTH:
        return False
    if isinstance(public.key, rsa.RSAPublicKey):
        if algorithms & _EC_ALGORITHMS.keys():  # one data group speaks of ECDSA, the other of RSA
            raise KeyUnfitError("unknown_algorithm")
        return _rsa_holds(public.key, challenge, signature)
    return _ec_holds(public.key, challenge, signature, algorithms)


def _rsa_holds(key: RsaKey, challenge: bytes, signature: bytes) -> bool:
    numbers = key.public_numbers()
    n, number = numbers.n, int.from_bytes(signature, "big")
    size = n.bit_length() // 8
    if n.bit_length() % 8 or len(signature) != size or not 0 < number < n:
        return False
    opened = pow(number, numbers.e, n)
    if opened % 16 != _LAST_NIBBLE:  # the first edition signs with the lesser of s and n - s
        opened = n - opened
    block = opened.to_bytes(size, "big")
    found = _trailer(block)
    if block[0] != _HEADER or found is None:
        return False
    hash_algorithm, trailer_length = found
    hash_at = size - trailer_length - hash_algorithm.digest_size
    recovered, digest = block[1:hash_at], block[hash_at : size - trailer_length]
    return hmac.compare_digest(digest, digest_make(hash_algorithm, recovered, challenge))


def _trailer(block: bytes) -> tuple[Hash, int] | None:
    """The hash that the block's end names, and how many octets it takes to do so."""
    if block[-1] == _OWN_HASH:
        return _TRAILERS[0x33], 1
    named = _TRAILERS.get(block[-2]) if block[-1] == _NAMED_HASH else None
    return (named, 2) if named else None


def _ec_holds(key: EcKey, challenge: bytes, signature: bytes, algorithms: frozenset[str]) -> bool:
    allowed = [each for each in _EC_HASHES if each.digest_size * 8 <= key.curve.key_size]
    if algorithms:
        set_hash = _EC_ALGORITHMS.get(next(iter(algorithms))) if len(algorithms) == 1 else None
        allowed = [each for each in allowed if set_hash is not None and each.name == set_hash.name]
        if not allowed:
            raise KeyUnfitError("unknown_algorithm")
    if algorithms & EC_SIGNATURES.keys():  # not by the book, but plainly said: then it is DER
        return any(_ec_verifies(key, signature, challenge, each) for each in allowed)
    try:
        encoded = encode_plain(key, signature)
    except InvalidSignature:
        return False
    return any(_ec_verifies(key, encoded, challenge, each) for each in allowed)


def _ec_verifies(key: EcKey, encoded: bytes, challenge: bytes, hash_algorithm: Hash) -> bool:
    try:
        key.verify(encoded, challenge, ec.ECDSA(hash_algorithm))
    except InvalidSignature:
        return False
    return True
