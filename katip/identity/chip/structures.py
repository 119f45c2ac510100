"""Certificates, signed data and revocation lists as plain values: what `asn1` makes of their bytes.

Nothing here is proved: each value is what the bytes say of themselves.
"""

from dataclasses import dataclass
from datetime import datetime

NameKey = tuple[tuple[tuple[str, str], ...], ...]
"""a distinguished name made comparable: how its letters were encoded, their case and blanks do not count"""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """AlgorithmIdentifier: dotted number, and the parameters in DER; None where they are absent or NULL."""

    oid: str
    parameters: bytes | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """An X.509 certificate as it says of itself; nothing in it is proved."""

    der: bytes
    body: bytes
    """what the signature stands on (TBSCertificate)"""
    algorithm: Algorithm
    signature: bytes
    serial: int
    issuer: NameKey
    subject: NameKey
    not_before: datetime
    not_after: datetime
    key_info: bytes
    """SubjectPublicKeyInfo"""
    key_id: bytes | None
    authority_key_id: bytes | None
    is_authority: bool
    usages: frozenset[str] | None
    """None where the certificate does not limit them; names as asn1crypto has them: key_cert_sign"""
    purposes: frozenset[str]
    """extended key usage, dotted"""
    not_understood: tuple[str, ...]
    """critical extensions that nobody here knows"""


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """Who signed, how, and what was signed along."""

    issuer: NameKey | None
    serial: int | None
    key_id: bytes | None
    digest: Algorithm
    attributes: tuple[tuple[str, tuple[bytes, ...]], ...]
    signed: tuple[bytes, ...]
    """what the signature may stand on: the attributes as they were sent, and in DER's order where that is another"""
    algorithm: Algorithm
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    """CMS SignedData with one signer (RFC 5652)."""

    content_type: str
    content: bytes
    certificates: tuple[bytes, ...]
    signer: SignerInfo


@dataclass(frozen=True, slots=True)
class SecurityContent:
    """LDSSecurityObject: the hash of every data group (Doc 9303-10 4.6.2.3)."""

    digest: Algorithm
    hashes: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A CRL. `partial` names the extension that makes it less than a whole list; nothing in it is proved."""

    body: bytes
    algorithm: Algorithm
    signature: bytes
    issuer: NameKey
    authority_key_id: bytes | None
    this_update: datetime
    next_update: datetime | None
    revoked: frozenset[int]
    partial: str | None


@dataclass(frozen=True, slots=True)
class EcParameters:
    """The curve of an EC key: the dotted name of it, or all that makes it."""

    named: str | None
    numbers: "CurveNumbers | None"


@dataclass(frozen=True, slots=True)
class CurveNumbers:
    """A prime curve spelled out: y² = x³ + ax + b modulo p, the base point as encoded, its order n."""

    p: int
    a: int
    b: int
    base: bytes
    n: int
    cofactor: int | None


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """SubjectPublicKeyInfo: the algorithm and, by its kind, what stands in the key."""

    algorithm: Algorithm
    key: bytes


@dataclass(frozen=True, slots=True)
class PssParameters:
    """RSASSA-PSS-params (RFC 4055 3.1), defaults filled in."""

    digest: str
    mask_digest: str
    salt_length: int
