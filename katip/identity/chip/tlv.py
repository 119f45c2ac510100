"""Tag, length, value: the encoding of everything that a chip holds or answers (BER-TLV, ISO/IEC 7816-4 5.2.2).

Strict where it matters: lengths are definite and lie within the bytes given, nothing follows what should be alone, and
the number of objects is bounded. A length may be written in more octets than it needs, since chips in the field do so.
CMS and X.509 structures are not read here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

MAX_LENGTH = 0x2000000
"""the longest value that a length field here may announce, bytes"""
MAX_OBJECTS = 256
"""how many objects one template may hold"""
HEADER_AT_MOST = 8
"""bytes of a tag and a length field together"""

_MORE_TAG_OCTETS = 0x1F
_CONTINUES = 0x80
_SHORT_LENGTH = 0x80
_MAX_TAG_OCTETS = 3
_MAX_LENGTH_OCTETS = 4


class TlvError(ValueError):
    """Bytes are not the data object they should be. The message never holds the bytes."""


@dataclass(frozen=True, slots=True)
class Header:
    """The beginning of a data object: its tag, and how many bytes its header and its value take."""

    tag: int
    header_length: int
    value_length: int

    @property
    def length(self) -> int:
        """Bytes of the whole object: what is read from a file on the chip."""
        return self.header_length + self.value_length


@dataclass(frozen=True, slots=True)
class Tlv:
    """One data object. `tag` is the number that its octets spell: 0x5F1F, 0x87."""

    tag: int
    value: bytes


def header_read(data: bytes) -> Header:
    """Read the header at the start of `data`, which may end before the value does (at most 8 bytes are looked at).

    Raises TlvError when the header is cut off, is indefinite, or announces more than `MAX_LENGTH` bytes.
    """
    tag, position = _tag_read(data)
    first = _octet(data, position)
    position += 1
    if first < _SHORT_LENGTH:
        return Header(tag, position, first)
    count = first - _SHORT_LENGTH
    if not 1 <= count <= _MAX_LENGTH_OCTETS:
        raise TlvError("indefinite or oversized length field")
    octets = data[position : position + count]
    if len(octets) != count:
        raise TlvError("length cut off")
    value_length = int.from_bytes(octets, "big")
    if value_length > MAX_LENGTH:
        raise TlvError("value too long")
    return Header(tag, position + count, value_length)


def tlv_read(data: bytes) -> tuple[Tlv, bytes]:
    """Read the first data object of `data`; return it and the bytes behind it. Raises TlvError."""
    header = header_read(data)
    value = data[header.header_length : header.length]
    if len(value) != header.value_length:
        raise TlvError("value cut off")
    return Tlv(header.tag, value), data[header.length :]


def tlv_each(data: bytes, *, limit: int = MAX_OBJECTS) -> Iterator[Tlv]:
    """Every data object of a template's value, in order, to the last byte.

    Raises TlvError where they do not fill `data` exactly, or are more than `limit`.
    """
    position = 0
    for _ in range(limit):
        if position == len(data):
            return
        header = header_read(data[position : position + HEADER_AT_MOST])
        start, end = position + header.header_length, position + header.length
        if end > len(data):
            raise TlvError("value cut off")
        yield Tlv(header.tag, data[start:end])
        position = end
    if position != len(data):
        raise TlvError("too many objects")


def tlv_only(data: bytes, tag: int) -> bytes:
    """The value of the one data object that `data` is, which must have this tag and end where `data` ends.

    Raises TlvError.
    """
    found, rest = tlv_read(data)
    if found.tag != tag:
        raise TlvError(f"tag {found.tag:X} in place of {tag:X}")
    if rest:
        raise TlvError("bytes behind the object")
    return found.value


def tlv_find(data: bytes, tag: int) -> bytes | None:
    """The value of the object with this tag in a template's value; None where it is not there.

    Raises TlvError when the template is malformed or holds the tag twice.
    """
    values = [found.value for found in tlv_each(data) if found.tag == tag]
    if len(values) > 1:
        raise TlvError(f"tag {tag:X} twice")
    return values[0] if values else None


def tlv_get(data: bytes, tag: int) -> bytes:
    """As `tlv_find`, but the object must be there. Raises TlvError."""
    value = tlv_find(data, tag)
    if value is None:
        raise TlvError(f"tag {tag:X} missing")
    return value


def tlv_encode(tag: int, value: bytes) -> bytes:
    """Write a data object, with its length as short as can be."""
    octets = tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big")
    return octets + length_encode(len(value)) + value


def length_encode(length: int) -> bytes:
    """Write a length field, as short as can be."""
    if length < _SHORT_LENGTH:
        return bytes([length])
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([_SHORT_LENGTH + len(octets)]) + octets


def _tag_read(data: bytes) -> tuple[int, int]:
    """The tag's number and how many octets it takes."""
    first = _octet(data, 0)
    if first & _MORE_TAG_OCTETS != _MORE_TAG_OCTETS:
        return first, 1
    for count in range(2, _MAX_TAG_OCTETS + 1):
        if not _octet(data, count - 1) & _CONTINUES:
            return int.from_bytes(data[:count], "big"), count
    raise TlvError("tag too long")


def _octet(data: bytes, position: int) -> int:
    if position >= len(data):
        raise TlvError("header cut off")
    return data[position]
