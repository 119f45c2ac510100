"""What a reader hands over, and what the server makes of it: evidence and verdict. Plain values; see `verify`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

MAX_SECURITY_OBJECT = 32 * 1024
MAX_DATA_GROUP = 64 * 1024
MAX_SIGNATURE = 1024
"""bytes; Doc 9303 sets no limits, real ones stay far below"""


class Level(StrEnum):
    """How much the evidence proves."""

    CHIP_WITH_CLONE_CHECK = "chip_with_clone_check"
    """the data are the state's, and the chip answered the challenge: it is the card itself"""
    CHIP_ONLY = "chip_only"
    """the data are the state's, but a copy could say the same: not enough alone"""
    REFUSED = "refused"


class Reason(StrEnum):
    """Why evidence is refused, or is not enough. What each means for people stands in docs/chip-trust.md."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"

    SIGNER_UNKNOWN = "signer_unknown"
    SIGNATURE_WRONG = "signature_wrong"
    ALGORITHM_REFUSED = "algorithm_refused"
    NO_TRUSTED_COUNTRY = "no_trusted_country"
    COUNTRY_EXPIRED = "country_expired"
    COUNTRY_MISMATCH = "country_mismatch"
    SIGNER_EXPIRED = "signer_expired"
    SIGNER_NOT_ALLOWED = "signer_not_allowed"
    SIGNER_REVOKED = "signer_revoked"
    REVOCATION_LIST_MISSING = "revocation_list_missing"
    REVOCATION_LIST_STALE = "revocation_list_stale"

    GROUP_MISSING = "group_missing"
    GROUP_NOT_LISTED = "group_not_listed"
    HASH_MISMATCH = "hash_mismatch"

    WRONG_STATE = "wrong_state"
    DOCUMENT_EXPIRED = "document_expired"
    NATIONAL_ID_MISSING = "national_id_missing"
    WRONG_PERSON = "wrong_person"

    CLONE_CHECK_MISSING = "clone_check_missing"
    CLONE_CHECK_FAILED = "clone_check_failed"

    NO_CLONE_CHECK = "no_clone_check"
    """chip_only: the card can do neither active nor chip authentication"""
    ONLY_CHIP_AUTHENTICATION = "only_chip_authentication"
    """chip_only: the card can prove itself in a way that is not offered here (see `ports`)"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read from a chip: EF.SOD, whole data groups by number, its answer to the challenge if it gave one."""

    security_object: bytes = field(repr=False)
    data_groups: Mapping[int, bytes] = field(repr=False)
    signature: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """What the card says of its holder. Kept in memory only: never stored, never logged."""

    national_id: str = field(repr=False)
    given_names: str = field(repr=False)
    surname: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    """None where the state does not know it in full"""
    expires_on: date
    document_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence proves. Everything but `document` may be stored."""

    level: Level
    reasons: tuple[Reason, ...]
    """in the order in which they were found, each once; empty only for `chip_with_clone_check`"""
    signer_fingerprint: str | None = None
    """SHA-256 of the document signer's certificate, hex; None where none could be read"""
    security_object_hash: str | None = None
    """SHA-256 of the security object, hex; None where it was not looked into"""
    document: Document | None = field(default=None, repr=False)
    """only where the state's signature on it holds; also with some refusals, such as `wrong_person`"""
