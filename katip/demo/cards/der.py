"""A writer of ASN.1, for the synthetic certificates and security objects: what is asked for is written, right or wrong.

By hand and not by the library that the verifier parses with: real documents contain what such libraries refuse to
write (lengths left open, serial numbers below zero), and a parser is no proof of itself.
"""

from collections.abc import Iterable
from datetime import datetime

from katip.identity.chip.tlv import tlv_encode

UTF8, PRINTABLE = 0x0C, 0x13
SEQUENCE, OPEN_OCTETS, OPEN_CONTEXT_0 = 0x30, 0x24, 0xA0
_BOOLEAN, _INTEGER, _BIT_STRING, _OCTETS, _NULL, _OID, _ENUMERATED, _SET = 1, 2, 3, 4, 5, 6, 10, 0x31
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_UTC_TIME_UNTIL = 2050


def open_length(tag: int, *content: bytes) -> bytes:
    """A value of BER whose length is left open, ended by two zero bytes."""
    return bytes([tag, 0x80]) + b"".join(content) + b"\0\0"


def seq(*parts: bytes) -> bytes:
    """A SEQUENCE."""
    return tlv_encode(SEQUENCE, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """A SET OF, sorted as DER asks."""
    return tlv_encode(_SET, b"".join(sorted(parts)))


def tagged(number: int, *content: bytes) -> bytes:
    """A constructed context tag: explicit around one whole value, or implicit around the parts of one."""
    return tlv_encode(OPEN_CONTEXT_0 | number, b"".join(content))


def tagged_plain(number: int, content: bytes) -> bytes:
    """A primitive context tag: implicit, in place of a string's own."""
    return tlv_encode(0x80 | number, content)


def integer(value: int) -> bytes:
    """An INTEGER, negative ones too."""
    octets = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return tlv_encode(_INTEGER, value.to_bytes(octets, "big", signed=True))


def enumerated(value: int) -> bytes:
    """An ENUMERATED of one byte."""
    return tlv_encode(_ENUMERATED, bytes([value]))


def true() -> bytes:
    """The BOOLEAN true."""
    return tlv_encode(_BOOLEAN, b"\xff")


def null() -> bytes:
    """NULL."""
    return tlv_encode(_NULL, b"")


def octets(content: bytes) -> bytes:
    """An OCTET STRING."""
    return tlv_encode(_OCTETS, content)


def bits(content: bytes, unused: int = 0) -> bytes:
    """A BIT STRING whose last byte has `unused` bits to spare."""
    return tlv_encode(_BIT_STRING, bytes([unused]) + content)


def text(tag: int, value: str) -> bytes:
    """A string of the type `tag`, which is UTF8 or PRINTABLE."""
    return tlv_encode(tag, value.encode())


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER by its dotted number."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    body = bytearray()
    for arc in (40 * first + second, *rest):
        groups, left = [arc & 0x7F], arc >> 7
        while left:
            groups.append(0x80 | left & 0x7F)
            left >>= 7
        body += bytes(reversed(groups))
    return tlv_encode(_OID, bytes(body))


def time(at: datetime) -> bytes:
    """A Time of X.509 (RFC 5280, 4.1.2.5): two digits of the year until 2049. `at` is in UTC."""
    if at.year < _UTC_TIME_UNTIL:
        return tlv_encode(_UTC_TIME, at.strftime("%y%m%d%H%M%SZ").encode())
    return tlv_encode(_GENERALIZED_TIME, at.strftime("%Y%m%d%H%M%SZ").encode())
