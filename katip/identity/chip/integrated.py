"""PACE's integrated mapping: both sides' nonces become a generator at once (Doc 9303-11 4.4.3.3.2, appendix B).

Some chips offer no other. The point encoding is the one of appendix B.2, for primes that leave 3 when divided by 4, as
those of all curves used here do.
"""

from functools import singledispatch
from typing import Any

from katip.identity.chip.apdu import ProtocolError
from katip.identity.chip.groups import Curve, Point, Residues
from katip.identity.chip.suites import Suite

_SHORT = 16
"""bytes of a nonce up to which the first pair of constants serves"""
_CONSTANTS = {
    16: (
        bytes.fromhex("a668892a7c41e3ca739f40b057d85904"),
        bytes.fromhex("a4e136ac725f738b01c1f60217c188ad"),
    ),
    32: (
        bytes.fromhex("d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676"),
        bytes.fromhex("54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517"),
    ),
}
_SPARE_BITS = 64
_BYTE = 8


def nonce_length(suite: Suite) -> int:
    """Bytes of the chip's nonce: as many as the key has, in whole blocks."""
    return _SHORT if suite.key_length <= _SHORT else 2 * _SHORT


def generator_integrated(suite: Suite, group: Any, *, chip_nonce: bytes, reader_nonce: bytes) -> Any:
    """The generator that both nonces give in this group. Raises ProtocolError where a nonce has another length."""
    if len(chip_nonce) != nonce_length(suite) or len(reader_nonce) != suite.key_length:
        raise ProtocolError("nonce of another length")
    return _encode(group, int.from_bytes(pseudo_random(suite, group.p, chip_nonce, reader_nonce), "big") % group.p)


def pseudo_random(suite: Suite, p: int, chip_nonce: bytes, reader_nonce: bytes) -> bytes:
    """The pseudo-random function: bytes enough for a number modulo `p`, and some more."""
    first, second = _CONSTANTS[len(chip_nonce)]
    bits = len(chip_nonce) * _BYTE
    key, found = suite.encrypt(reader_nonce, chip_nonce), b""
    for _ in range(-(-(p.bit_length() + _SPARE_BITS) // bits)):
        key = key[: suite.key_length]
        found += suite.encrypt(key, second)
        key = suite.encrypt(key, first)
    return found


@singledispatch
def _encode(group: object, number: int) -> Any:
    """An element of the group for a number modulo its prime."""
    raise TypeError(group, number)


@_encode.register
def _(group: Residues, number: int) -> int:
    return group.power(number, (group.p - 1) // group.order)


@_encode.register
def _(group: Curve, number: int) -> Point:
    p, a, b = group.p, group.a, group.b
    if p % 4 != 3:  # noqa: PLR2004 – what the encoding is made for
        raise ProtocolError("curve without this mapping")
    alpha = -number * number % p
    both = alpha + alpha * alpha
    x2 = -b * (1 + both) * pow(a * both, p - 2, p) % p
    h2 = (pow(x2, 3, p) + a * x2 + b) % p
    root = pow(h2, p - 1 - (p + 1) // 4, p)  # one divided by the square root, where there is one
    if root * root * h2 % p == 1:
        point = Point(x2, root * h2 % p)
    else:
        point = Point(alpha * x2 % p, root * pow(number, 3, p) * h2 % p)
    return group.decode(group.encode(point))
