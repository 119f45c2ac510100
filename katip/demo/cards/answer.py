"""The chip's side of active authentication: the answer to a challenge (ICAO Doc 9303-11 6.1, appendix D)."""

import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from katip.demo.cards.keys import HASHES, Key, digest_of

_TRAILERS = {
    "sha1": b"\xbc",
    "sha224": b"\x38\xcc",
    "sha256": b"\x34\xcc",
    "sha384": b"\x36\xcc",
    "sha512": b"\x35\xcc",
}
_HEADER = b"\x6a"
"""partial recovery: the chip's own random bytes come first, the challenge is not repeated"""


def challenge_answer(key: Key, challenge: bytes, hash_name: str, *, least: bool = False) -> bytes:
    """Sign the challenge: ISO/IEC 9796-2 scheme 1 with RSA, r and s in a row with ECDSA.

    `least` takes the lesser of s and n - s with RSA, as the first edition of the standard has it.
    """
    if isinstance(key.private, ec.EllipticCurvePrivateKey):
        size = (key.private.curve.key_size + 7) // 8
        r, s = decode_dss_signature(key.private.sign(challenge, ec.ECDSA(HASHES[hash_name])))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    numbers = key.private.private_numbers()
    n = numbers.public_numbers.n
    size = (n.bit_length() + 7) // 8
    trailer = _TRAILERS[hash_name]
    own = secrets.token_bytes(size - len(_HEADER) - HASHES[hash_name].digest_size - len(trailer))
    block = _HEADER + own + digest_of(hash_name, own + challenge) + trailer
    signature = pow(int.from_bytes(block, "big"), numbers.d, n)
    return (min(signature, n - signature) if least else signature).to_bytes(size, "big")
