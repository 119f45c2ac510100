"""Numbers, base64, hexadecimal and JSON, each in its one canonical form.

Two writings of one value would let two people hold different files of which both are "the proof". So there is one:
no leading zeros, no base64 with stray bits, no JSON object that names a thing twice.
"""

import base64
import binascii
import json
import re
from typing import Any

from katip_verify.said import Refused, Said

HASH_SIZE = 32
LARGEST = 2**64 - 1
"""Sizes and indexes are unsigned 64-bit numbers (RFC 9162 §4.10)."""
_DIGITS = re.compile(r"0|[1-9][0-9]*")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_HEX = re.compile(r"[0-9a-fA-F]*")
_MOST_DIGITS = 20


def number_read(text: str, what: Said) -> int:
    """A decimal number as ASCII digits without leading zeros, 0 to 2^64 - 1. Raises `Refused`."""
    if _DIGITS.fullmatch(text) is None:
        raise Refused("number-form", what=what, text=text)
    if len(text) > _MOST_DIGITS or int(text) > LARGEST:
        raise Refused("number-range", what=what, text=text)
    return int(text)


def base64_read(text: str, what: Said) -> bytes:
    """Standard base64 with padding (RFC 4648 §4), canonical. Raises `Refused`."""
    if _BASE64.fullmatch(text) is None:
        raise Refused("base64-form", what=what)
    raw = binascii.a2b_base64(text)
    if base64.b64encode(raw).decode() != text:
        raise Refused("base64-canonical", what=what)
    return raw


def base64url_read(text: str, what: Said) -> bytes:
    """base64url without padding (RFC 7515 §2), canonical. Raises `Refused`."""
    if _BASE64URL.fullmatch(text) is None or len(text) % 4 == 1:
        raise Refused("base64url-form", what=what)
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise Refused("base64-canonical", what=what)
    return raw


def hash_length(raw: bytes, what: Said) -> bytes:
    """The same bytes, which must be 32. Raises `Refused`."""
    if len(raw) != HASH_SIZE:
        raise Refused("hash-length", what=what, bytes=len(raw))
    return raw


def hash_read(text: str, what: Said) -> bytes:
    """A SHA-256 hash in base64. Raises `Refused`."""
    return hash_length(base64_read(text, what), what)


def hash_either(text: str, what: Said) -> bytes:
    """A SHA-256 hash as 64 hexadecimal digits or in base64; no text of the right length is both. Raises `Refused`."""
    if text and is_hex(text):
        if len(text) % 2:
            raise Refused("hex-odd", what=what)
        return hash_length(bytes.fromhex(text), what)
    return hash_read(text, what)


def is_hex(text: str) -> bool:
    """Whether it has hexadecimal digits alone."""
    return _HEX.fullmatch(text) is not None


def hex_read(text: str, what: Said) -> bytes:
    """Bytes as lower-case hexadecimal digits. Raises `Refused`."""
    if not is_hex(text) or len(text) % 2 or text != text.lower():
        raise Refused("hex-form", what=what)
    return bytes.fromhex(text)


def text_read(raw: bytes, what: Said) -> str:
    """UTF-8. Raises `Refused`."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not-utf8", what=what) from None


def json_read(raw: bytes | str, what: Said) -> Any:
    """JSON as RFC 8259 has it; no key twice, no NaN, no `-0`, nothing nested without end. Raises `Refused`."""
    text = text_read(raw, what) if isinstance(raw, bytes) else raw

    def pairs_read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refused("json-twice", what=what)
        return found

    def constant_refuse(constant: str) -> Any:
        raise Refused("json-form", what=what, why=constant)

    def whole_read(digits: str) -> int:
        if digits == "-0" or len(digits) > _MOST_DIGITS + 1:
            raise Refused("number-range", what=what, text=digits)
        return int(digits)

    try:
        return json.loads(text, object_pairs_hook=pairs_read, parse_constant=constant_refuse, parse_int=whole_read)
    except (ValueError, RecursionError) as error:
        raise Refused("json-form", what=what, why=str(error)) from None


def json_canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces, and every sign as itself."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
