"""What the user trusts to sign statements: certificates and keys as PEM, keys as JWK, and fingerprints."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from katip_verify.encoding import base64url_read, json_read
from katip_verify.said import Refused, Unable, said
from katip_verify.sources import file_read

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
_LONGEST = 1_000_000
_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}


@dataclass(frozen=True, slots=True)
class Trust:
    """Keys, those of the certificates among them; certificates; SHA-256 of certificates."""

    keys: tuple[PublicKey, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()
    fingerprints: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.keys or self.certificates or self.fingerprints)

    def needed(self) -> None:
        """Raise `Unable` where there is nothing to trust."""
        if not self:
            raise Unable("no-seal")

    def certificate_of(self, key: PublicKey) -> x509.Certificate | None:
        """The trusted certificate of a trusted key."""
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for certificate in self.certificates:
            if certificate.public_key().public_bytes(*form) == key.public_bytes(*form):
                return certificate
        return None


def trust_read(files: Iterable[str], fingerprints: Iterable[str]) -> Trust:
    """What the files and fingerprints name. Raises `Unable`."""
    keys: list[PublicKey] = []
    certificates: list[x509.Certificate] = []
    for name in files:
        raw = file_read(name, _LONGEST)
        try:
            if raw.lstrip().startswith(b"{"):
                keys += _jwk_keys(json_read(raw, said("n-jwk")))
            else:
                _pem_read(raw, keys, certificates)
        except (ValueError, TypeError, KeyError, Refused) as error:
            raise Unable("seal-file", name=name, why=str(error)) from None
        if not keys and not certificates:
            raise Unable("seal-file", name=name, why="PEM, JWK")
    texts = [text.strip().lower().replace(":", "") for text in fingerprints]
    for text in texts:
        if not _FINGERPRINT.fullmatch(text):
            raise Unable("fingerprint", text=text)
    return Trust(tuple(keys), tuple(certificates), frozenset(texts))


def _pem_read(raw: bytes, keys: list[PublicKey], certificates: list[x509.Certificate]) -> None:
    """Take in the certificates and public keys of a PEM file; a certificate vouches for its own key."""
    for block in _PEM.finditer(raw):
        label = block[1].decode()
        if label == "CERTIFICATE":
            certificate = x509.load_pem_x509_certificate(block[0])
            certificates.append(certificate)
            keys.append(_fitting(certificate.public_key()))
        elif label == "PUBLIC KEY":
            keys.append(_fitting(load_pem_public_key(block[0])))
        elif "PRIVATE KEY" in label:
            raise Unable("seal-private")


def _jwk_keys(value: Any) -> list[PublicKey]:
    """The keys of a JWK or a JWK set (RFC 7517)."""
    if isinstance(value, dict) and isinstance(value.get("keys"), list):
        return [key for one in value["keys"] for key in _jwk_keys(one)]
    if not isinstance(value, dict):
        raise TypeError("JWK")
    if value.get("kty") == "RSA":
        return [rsa.RSAPublicNumbers(_number(value, "e"), _number(value, "n")).public_key()]
    curve = _CURVES[str(value.get("crv"))]
    return [ec.EllipticCurvePublicNumbers(_number(value, "x"), _number(value, "y"), curve).public_key()]


def _number(value: dict[str, Any], name: str) -> int:
    return int.from_bytes(base64url_read(str(value[name]), said("n-jwk")), "big")


def _fitting(key: Any) -> PublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise TypeError(type(key).__name__)
    return key
