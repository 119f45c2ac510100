"""What a provider sends, read without trust: JSON without ambiguities, addresses that may be asked."""

import json
import re
from typing import Any, NoReturn
from urllib.parse import urlsplit

from katip.core.environment import is_loopback
from katip.identity.oidc.reasons import ProviderRefusedError, Reason

_URL = re.compile(r"https?://[!-~]{1,2000}", re.ASCII)
"""Visible ASCII only: no blanks, no control characters."""


def json_object(data: bytes) -> dict[str, Any]:
    """The JSON object that `data` holds. Raises `ProviderRefusedError` for anything else.

    A member that stands twice is refused, as are NaN and Infinity: two readers could understand them differently.
    """
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_members, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise ProviderRefusedError(Reason.NOT_JSON) from error
    if not isinstance(found, dict):
        raise ProviderRefusedError(Reason.NOT_JSON)
    return found


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def number_of(value: Any) -> float | None:
    """A moment in seconds since 1970 (`NumericDate`); None for anything that is no number, and for true and false."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 else None  # noqa: PLR2004 -- far beyond any year that is meant


def url_is_fit(url: Any, *, plain: bool) -> bool:
    """Whether `url` may be asked or led to: https; with `plain`, also http on loopback. No user, no fragment."""
    if not isinstance(url, str) or not _URL.fullmatch(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or "#" in url or port == 0:
        return False
    return parts.scheme == "https" or (plain and is_loopback(parts.hostname))
