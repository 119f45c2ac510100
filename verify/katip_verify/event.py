"""A Katip event in its canonical text, and what it commits to.

The log's entry is SHA-256 of the text. The text names people and contracts by number alone, and holds a salted hash of
the detail; the salt and the detail are shown to parties.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from katip_verify.encoding import hash_length, hex_read, json_canonical, json_read
from katip_verify.said import Refused, said

HEADER = "katip event v1\n"
_LEAST_SALT = 16
_NUMBERS = ("id", "at")
_OPTIONAL_NUMBERS = ("actor_id", "organisation_id", "subject_id")
_TEXTS = ("tag", "capacity", "detail_hash")


@dataclass(frozen=True, slots=True)
class Event:
    """What the text says. `at` is in microseconds since 1970 (UTC)."""

    id: int
    at: int
    tag: str
    detail_hash: bytes
    entry: bytes


def event_parse(text: str) -> Event:
    """The event of a canonical text. Raises `Refused` for any other writing of it."""
    what = said("n-event")
    if not text.startswith(HEADER):
        raise Refused("event-header", header=HEADER.strip())
    body = text.removeprefix(HEADER)
    fields = json_read(body, what)
    if not isinstance(fields, dict) or set(fields) != {*_NUMBERS, *_OPTIONAL_NUMBERS, *_TEXTS}:
        raise Refused("event-fields")
    fit = (
        all(type(fields[name]) is int for name in _NUMBERS)
        and all(fields[name] is None or type(fields[name]) is int for name in _OPTIONAL_NUMBERS)
        and all(type(fields[name]) is str for name in _TEXTS)
    )
    if not fit:
        raise Refused("event-fields")
    if json_canonical(fields) != body:
        raise Refused("event-canonical")
    detail = said("n-detail-hash")
    return Event(
        fields["id"],
        fields["at"],
        fields["tag"],
        hash_length(hex_read(fields["detail_hash"], detail), detail),
        entry_of(text),
    )


def entry_of(text: str) -> bytes:
    """The log's entry of a canonical text. Raises `Refused` for a text that UTF-8 cannot write."""
    try:
        return hashlib.sha256(text.encode()).digest()
    except UnicodeEncodeError:
        raise Refused("not-utf8", what=said("n-event")) from None


def detail_check(event: Event, salt: str, body: Any) -> None:
    """Whether salt (hexadecimal) and detail are those that the event commits to. Raises `Refused`."""
    raw = hex_read(salt, said("n-salt"))
    if len(raw) < _LEAST_SALT:
        raise Refused("salt-short", bytes=len(raw), needed=_LEAST_SALT)
    try:
        canonical = json_canonical(body).encode()
    except UnicodeEncodeError:
        raise Refused("not-utf8", what=said("n-detail")) from None
    if hashlib.sha256(raw + canonical).digest() != event.detail_hash:
        raise Refused("detail-differs")
