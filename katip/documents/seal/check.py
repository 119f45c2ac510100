"""What an uploaded PDF is worth: whether it is ours, and as we issued it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CHECK_LIMIT = 10_000_000
"""bytes: what is larger is not read"""


class SealState(StrEnum):
    """What a file turned out to be."""

    NOT_PDF = "not_pdf"
    """not a PDF, too large, or not readable; `reason` says which"""
    UNSEALED = "unsealed"
    """a PDF without any seal or signature"""
    FOREIGN = "foreign"
    """sealed or signed, but not by a key of this installation"""
    CHANGED = "changed"
    """carries our seal, but is not what we issued; `reason` says what was done to it"""
    DOUBTED = "doubted"
    """unchanged under our seal, but set when the key was no longer only ours"""
    INTACT = "intact"
    """ours, every byte as it was sealed"""


class SealReason(StrEnum):
    """Why a file is not intact."""

    NONE = ""
    TOO_LARGE = "too_large"
    NO_PDF = "no_pdf"
    UNREADABLE = "unreadable"
    CONTENT_CHANGED = "content_changed"
    """bytes that the seal covers are others"""
    ADDED = "added"
    """something was appended after the seal (a page, a note, a form value, another signature)"""
    COVERAGE = "coverage"
    """the seal does not cover the whole file"""
    ENVELOPE = "envelope"
    """the seal itself was tampered with: its signature, its certificates or the room around them"""
    TIMESTAMP = "timestamp"
    """the timestamp in the seal does not belong to it"""
    KEY_REVOKED = "key_revoked"
    """sealed after the moment since which the key counts as compromised, or at an unproved moment"""
    KEY_NOT_IN_USE = "key_not_in_use"
    """sealed outside the time in which the key was in use"""


@dataclass(frozen=True, kw_only=True)
class SealFinding:
    """What `seal_check` found."""

    state: SealState
    reason: SealReason = SealReason.NONE
    sha256: str = ""
    """of the bytes that were given, in hex"""
    sealed_at: datetime | None = None
    """by the authority where there is a timestamp, else by our own clock"""
    level: str = ""
    """`B-B` or `B-T`"""
    signer: str = ""
    """the name in the certificate; of a foreign seal: unproved"""
    key_id: str = ""


def seal_check(content: bytes) -> SealFinding:
    """What the file `content` is: never raises, whatever was uploaded. Nothing is kept."""
    raise NotImplementedError
