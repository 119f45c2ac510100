"""Brings BER with open (indefinite) lengths into definite ones, which is how everything behind this reads.

Real security objects are written either way. What has a definite length is copied octet by octet, since signatures
stand on those octets; only an element of open length, and what holds one, gets a new header. Bounded: by depth, and by
the length of the bytes given.
"""

import re

from katip.identity.chip.tlv import HEADER_AT_MOST, Tlv, TlvError, header_read, length_encode, tlv_each, tlv_read

MAX_DEPTH = 24
"""how deep elements may lie in one another: twice what CMS around X.509 needs"""

_MAX_PIECES = 100_000

_OPEN = re.compile(rb"[\x20-\x3f\x60-\x7f\xa0-\xbf\xe0-\xff]\x80")
"""where an open length may begin: rarely, and then something else, in bytes that have none"""
_CONSTRUCTED = 0x20
_OPEN_LENGTH = 0x80
_MORE_OCTETS = 0x1F
_CONTINUES = 0x80
_END = b"\x00\x00"
_OCTETS = 0x04


def definite(data: bytes) -> bytes:
    """One element, which fills `data`, with definite lengths throughout. Pieces of an octet string are put together.

    Raises TlvError when lengths do not fit, something follows, or elements lie deeper than `MAX_DEPTH`.
    """
    if not _OPEN.search(data):
        if header_read(data).length != len(data):
            raise TlvError("length does not fit")
        return data
    element, end = _element(data, 0, len(data), 0)
    if end != len(data):
        raise TlvError("bytes behind the element")
    return element


def _element(data: bytes, start: int, limit: int, depth: int) -> tuple[bytes, int]:
    """The element at `start`, rewritten where it must be, and where the next one begins."""
    if depth > MAX_DEPTH:
        raise TlvError("too deep")
    tag_length = _tag_length(data, start, limit)
    content = start + tag_length + 1
    if content > limit:
        raise TlvError("header cut off")
    constructed = bool(data[start] & _CONSTRUCTED)
    if data[content - 1] == _OPEN_LENGTH:
        if not constructed:
            raise TlvError("open length of a primitive element")
        children, end = _until_end(data, content, limit, depth + 1)
        return _rebuilt(data[start : content - 1], children), end
    header = header_read(data[start : min(limit, start + HEADER_AT_MOST)])
    content, end = start + header.header_length, start + header.length
    if end > limit:
        raise TlvError("value cut off")
    if not constructed or not _OPEN.search(data, content, end):
        return data[start:end], end
    children, at, changed = [], content, False
    while at < end:
        child, after = _element(data, at, end, depth + 1)
        changed = changed or child != data[at:after]
        children.append(child)
        at = after
    return (_rebuilt(data[start : start + tag_length], children) if changed else data[start:end]), end


def _until_end(data: bytes, at: int, limit: int, depth: int) -> tuple[list[bytes], int]:
    """The children of an element of open length, and where it is over."""
    children: list[bytes] = []
    while data[at : at + 2] != _END:
        if at >= limit:
            raise TlvError("end missing")
        child, at = _element(data, at, limit, depth)
        children.append(child)
    if at + 2 > limit:
        raise TlvError("end missing")
    return children, at + 2


def _rebuilt(tag: bytes, children: list[bytes]) -> bytes:
    if tag == bytes([_OCTETS | _CONSTRUCTED]):
        pieces = [octets_joined(child) for child in children]
        tag, children = bytes([_OCTETS]), pieces
    value = b"".join(children)
    return tag + length_encode(len(value)) + value


def octets_joined(element: bytes) -> bytes:
    """The octets of an octet string of definite length, put together where it was written in pieces.

    Raises TlvError, also when pieces lie in pieces deeper than `MAX_DEPTH`.
    """
    found, rest = tlv_read(element)
    if rest:
        raise TlvError("bytes behind the element")
    return _joined(found, 0)


def _joined(string: Tlv, depth: int) -> bytes:
    if string.tag == _OCTETS:
        return string.value
    if string.tag != _OCTETS | _CONSTRUCTED or depth > MAX_DEPTH:
        raise TlvError("an octet string of other things, or too deep")
    return b"".join(_joined(piece, depth + 1) for piece in tlv_each(string.value, limit=_MAX_PIECES))


def _tag_length(data: bytes, start: int, limit: int) -> int:
    """How many octets the tag at `start` takes."""
    if start >= limit:
        raise TlvError("header cut off")
    if data[start] & _MORE_OCTETS != _MORE_OCTETS:
        return 1
    for at in range(start + 1, min(limit, start + HEADER_AT_MOST)):
        if not data[at] & _CONTINUES:
            return at + 1 - start
    raise TlvError("tag cut off or too long")
