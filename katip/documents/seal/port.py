"""The port to whatever holds the private key: a file now; a card, a module or a service could follow."""

import hashlib
from dataclasses import dataclass
from typing import Literal, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from katip.documents.seal.errors import SealError

_LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How a kind of key signs: the hash, the name in a CMS (RFC 5652) and the name in a JWS (RFC 7518)."""

    digest: Literal["sha256", "sha384"]
    cms: str
    jws: str
    field_bytes: int = 0
    """length of one of the two numbers of an ECDSA signature"""

    def hash(self) -> hashes.HashAlgorithm:
        """The hash, as `cryptography` names it."""
        return hashes.SHA384() if self.digest == "sha384" else hashes.SHA256()


_P256 = Mechanism("sha256", "sha256_ecdsa", "ES256", 32)
_P384 = Mechanism("sha384", "sha384_ecdsa", "ES384", 48)
_RSA = Mechanism("sha256", "sha256_rsa", "RS256")


def mechanism_of(key: object) -> Mechanism:
    """How the public key `key` is used. Raises `SealError` for a kind that the seal does not know."""
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        return _P256
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp384r1":
        return _P384
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS:
        return _RSA
    message = "The key is of a kind that the seal does not take; it takes P-256, P-384, and RSA from 2048 bits"
    raise SealError(message)


def signature_holds(key: object, signature: bytes, data: bytes) -> bool:
    """Whether `signature` over `data` was made with the private key to `key`, by the mechanism for its kind."""
    digest = mechanism_of(key).hash()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


class Sealer(Protocol):
    """Who signs: knows its certificates, and signs what it is given. Kept for as long as the process lives."""

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Its certificate, then those that stand above it."""

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`, hashed as `mechanism_of` says: DER for ECDSA, PKCS #1 v1.5 for RSA.

        Raises `SealError` where it cannot.
        """


def key_id_of(certificate: x509.Certificate) -> str:
    """How a key is called everywhere: the SHA-256 of its certificate, in hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def name_of(certificate: x509.Certificate) -> str:
    """The common name in a certificate, else all of its subject."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
