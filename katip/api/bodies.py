"""Reading what is sent to the API: bounded before it is read, strict in what it may be."""

import base64
import binascii
import json
from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError

_DIGITS = 12


class BodyError(Exception):
    """The body is not what the call takes. `code`: `malformed`, `too_large`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def body_read(request: HttpRequest, *, most: int, fields: Collection[str]) -> dict[str, Any]:
    """The JSON object of the body, with exactly these fields.

    `most` is the largest size in bytes; what is declared larger is not read. Raises `BodyError`.
    """
    declared = request.META.get("CONTENT_LENGTH") or ""
    if not (declared.isascii() and declared.isdecimal()):
        raise BodyError("malformed")
    if len(declared) > _DIGITS or int(declared) > most:
        raise BodyError("too_large")
    if request.content_type != "application/json":
        raise BodyError("malformed")
    try:
        found = json_strict(request.body)
    except (ValueError, RecursionError, RawPostDataException, UnreadablePostError) as error:
        raise BodyError("malformed") from error
    if not isinstance(found, dict) or set(found) != set(fields):
        raise BodyError("malformed")
    return found


def json_strict(content: bytes) -> Any:
    """JSON in UTF-8 in which no name stands twice, and which has no NaN. Raises `ValueError`, `RecursionError`."""
    return json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)


def text_of(value: object, *, most: int) -> str:
    """A text of at most so many characters. Raises `BodyError`."""
    if not isinstance(value, str) or len(value) > most:
        raise BodyError("malformed")
    return value


def bytes_of(value: object, *, most: int) -> bytes:
    """Bytes written in base64 (RFC 4648, section 4, with padding, nothing else in it); at most so many.

    Raises `BodyError`: too long a text is `too_large` before it is decoded.
    """
    if not isinstance(value, str):
        raise BodyError("malformed")
    if len(value) > 4 * ((most + 2) // 3):
        raise BodyError("too_large")
    try:
        found = binascii.a2b_base64(value.encode("ascii"), strict_mode=True)
    except ValueError as error:
        raise BodyError("malformed") from error
    if base64.b64encode(found).decode("ascii") != value:
        raise BodyError("malformed")
    if len(found) > most:
        raise BodyError("too_large")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice means two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)
