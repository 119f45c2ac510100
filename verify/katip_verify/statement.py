"""Signed statements: JSON Web Signatures in compact form (RFC 7515), by a key or certificate that the user trusts.

What the header says is used to find the key among those trusted, never to trust one: the algorithm follows from the
key, and certificates in the header count only where a trusted one issued them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from katip_verify.encoding import base64_read, base64url_read, json_read
from katip_verify.said import Refused, said
from katip_verify.trust import PublicKey, Trust

TYPE = "katip-statement+jws"
LONGEST = 1_000_000
_PARTS = 3
_MOST_CERTIFICATES = 4
_LEAST_RSA_BITS = 2048
_OF_CURVES = {"secp256r1": frozenset({"ES256"}), "secp384r1": frozenset({"ES384"})}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose signature holds."""

    payload: bytes
    header: dict[str, Any]
    signer: str
    """who signed, for people: a certificate's subject, or the key's SHA-256"""
    certificate: x509.Certificate | None


def statement_check(raw: bytes, trust: Trust) -> Statement:
    """The statement, if something trusted signed it. Raises `Refused`, `Unable` where nothing is trusted."""
    if len(raw) > LONGEST:
        raise Refused("statement-long", limit=LONGEST)
    try:
        parts = raw.decode("ascii").strip().split(".")
    except UnicodeDecodeError:
        raise Refused("statement-form") from None
    if len(parts) != _PARTS:
        raise Refused("statement-form")
    header = _header_read(base64url_read(parts[0], said("n-header")))
    payload = base64url_read(parts[1], said("n-payload"))
    signature = base64url_read(parts[2], said("n-seal"))
    trust.needed()
    certificates = _certificates_read(header)
    keys = _keys_find(certificates, trust)
    message = f"{parts[0]}.{parts[1]}".encode()
    fitting = [key for key in keys if header["alg"] in _algorithms(key)]
    if not fitting:
        raise Refused("statement-algorithm", algorithm=str(header["alg"]))
    for key in fitting:
        if _signed(key, header["alg"], signature, message):
            leaf = certificates[0] if certificates else trust.certificate_of(key)
            return Statement(payload, header, _shown(key, leaf), leaf)
    raise Refused("statement-signature")


def valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    """Whether the certificate's time covers this moment (with its zone)."""
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def moment_of(microseconds: int) -> datetime:
    """A moment of the log, microseconds since 1970, as a date. Raises `Refused`."""
    try:
        return datetime.fromtimestamp(microseconds / 1_000_000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise Refused("number-range", what=said("n-event"), text=str(microseconds)) from None


def _header_read(raw: bytes) -> dict[str, Any]:
    header = json_read(raw, said("n-header"))
    if not isinstance(header, dict) or not isinstance(header.get("alg"), str):
        raise Refused("statement-form")
    if "crit" in header or "b64" in header:
        raise Refused("statement-critical")
    return header


def _certificates_read(header: dict[str, Any]) -> list[x509.Certificate]:
    """The header's chain, its own first. Raises `Refused`."""
    chain = header.get("x5c", [])
    if not isinstance(chain, list) or len(chain) > _MOST_CERTIFICATES or not all(isinstance(one, str) for one in chain):
        raise Refused("statement-certificates")
    try:
        certificates = [
            x509.load_der_x509_certificate(base64_read(one, said("n-certificate", no=no)))
            for no, one in enumerate(chain)
        ]
    except ValueError:
        raise Refused("statement-certificates") from None
    if certificates and "kid" in header and header["kid"] != fingerprint(certificates[0]):
        raise Refused("statement-kid")
    return certificates


def _keys_find(certificates: Sequence[x509.Certificate], trust: Trust) -> list[PublicKey]:
    """The keys that may have signed: that of the chain's first certificate if something trusted vouches for it."""
    if not certificates:
        return list(trust.keys)
    if not _chain_trusted(certificates, trust):
        raise Refused("statement-untrusted", subject=certificates[0].subject.rfc4514_string())
    key = certificates[0].public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise Refused("statement-key")
    return [key]


def _chain_trusted(certificates: Sequence[x509.Certificate], trust: Trust) -> bool:
    leaf = certificates[0]
    if fingerprint(leaf) in trust.fingerprints or any(_same(leaf.public_key(), key) for key in trust.keys):
        return True
    for no, certificate in enumerate(certificates):
        issuers = [one for one in (*trust.certificates, *_vouched(certificates, trust)) if _issued(certificate, one)]
        if issuers:
            return True
        if no + 1 == len(certificates) or not _issued(certificate, certificates[no + 1]):
            return False
    return False


def _vouched(certificates: Sequence[x509.Certificate], trust: Trust) -> list[x509.Certificate]:
    """Those of the chain that are trusted by their fingerprint."""
    return [one for one in certificates if fingerprint(one) in trust.fingerprints]


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer, an authority, signed the certificate within its own time."""
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return constraints.ca and valid_at(issuer, certificate.not_valid_before_utc)


def _algorithms(key: PublicKey) -> frozenset[str]:
    """Those that are accepted of this key."""
    if isinstance(key, rsa.RSAPublicKey):
        return frozenset({"RS256", "PS256"} if key.key_size >= _LEAST_RSA_BITS else ())
    return _OF_CURVES.get(key.curve.name, frozenset())


def _signed(key: PublicKey, algorithm: str, signature: bytes, message: bytes) -> bool:
    """Whether the key made this signature; the algorithm is one of the key's own."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            sha256 = hashes.SHA256()
            scheme = (
                padding.PKCS1v15() if algorithm == "RS256" else padding.PSS(padding.MGF1(sha256), sha256.digest_size)
            )
            key.verify(signature, message, scheme, sha256)
            return True
        half = key.curve.key_size // 8
        if len(signature) != 2 * half:
            return False
        r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        digest = hashes.SHA256() if algorithm == "ES256" else hashes.SHA384()
        key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _same(one: Any, other: PublicKey) -> bool:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return bool(one.public_bytes(*form) == other.public_bytes(*form))


def _shown(key: PublicKey, certificate: x509.Certificate | None) -> str:
    if certificate is not None:
        return certificate.subject.rfc4514_string()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
