"""Cursors: where the next page of a list begins. Signed, so that only what was handed out is read.

A cursor holds numbers and days, never a name; it is good for one list of one provider, narrowed in one way.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.core.signing import BadSignature, Signer

from katip.api.v1.problems import Problem, error

_SALT = "katip.api.v1.cursor"
LONGEST = 400


def list_name(name: str, provider_id: int, asked: dict[str, Any]) -> str:
    """What a cursor is bound to: the list, whose it is, how it was narrowed."""
    plain = json.dumps({key: value for key, value in sorted(asked.items()) if value is not None}, default=str)
    return hashlib.sha256(f"{name}\n{provider_id}\n{plain}".encode()).hexdigest()[:16]


def cursor_write(bound: str, place: Sequence[int | str | None]) -> str:
    """The cursor of a place."""
    return Signer(salt=_SALT).sign_object([bound, *place])


def cursor_read(bound: str, cursor: str) -> list[Any] | None:
    """The place, or None at the beginning. Raises `Problem` `bad_cursor`."""
    if not cursor:
        return None
    try:
        found = Signer(salt=_SALT).unsign_object(cursor)
    except (BadSignature, ValueError) as wrong:
        raise _bad() from wrong
    if not isinstance(found, list) or not found or found[0] != bound:
        raise _bad()
    return found[1:]


def _bad() -> Problem:
    return Problem("bad_cursor", errors=[error("?cursor", "unknown")])
