"""Sealing a PDF by the operator's key (PAdES, ETSI EN 319 142-1)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """What a seal proves about its moment: a baseline level of ETSI EN 319 142-1."""

    B_B = "B-B"
    """the operator's own clock says when"""
    B_T = "B-T"
    """a timestamp authority says when (RFC 3161)"""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A sealed PDF."""

    content: bytes
    level: Level
    timestamped: bool
    """false also where an authority is configured but did not answer: `katip seal repair` adds it later"""
    key_id: str
    """SHA-256 of the certificate that the seal was set with, in hex"""


def pdf_seal(content: bytes, *, reason: str, at: datetime) -> Sealed:
    """The PDF `content` with the operator's seal, which covers all of it.

    An authority that does not answer costs the level, never the seal. Raises `SealError` without a usable key.
    """
    raise NotImplementedError
