"""Keys of synthetic countries, signers and chips, written and used in all the ways seen in real documents.

RSA (PKCS #1 v1.5 or PSS) and EC, whose curve is named or spelled out in full. The spelled-out parameters in
`curves.csv` are as OpenSSL writes them, so that they also test the verifier's own table of curves.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from katip.demo.cards import der

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 -- real documents of the first years have it
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_HASH_OIDS = {
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_RSA, _PSS, _MGF1 = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
_RSA_WITH = {"sha1": 5, "sha224": 14, "sha256": 11, "sha384": 12, "sha512": 13}
_EC = "1.2.840.10045.2.1"
_ECDSA_WITH = {"sha1": "1", "sha224": "3.1", "sha256": "3.2", "sha384": "3.3", "sha512": "3.4"}
_CURVES: dict[str, type[ec.EllipticCurve]] = {
    curve.name: curve
    for curve in (
        ec.SECP256R1, ec.SECP384R1, ec.SECP521R1, ec.BrainpoolP256R1, ec.BrainpoolP384R1, ec.BrainpoolP512R1
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """A private key and how its owner writes it. `explicit`: the curve is spelled out; `pss`: RSASSA-PSS."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    explicit: bool = False
    pss: bool = False

    @property
    def is_rsa(self) -> bool:
        """RSA, or else EC."""
        return isinstance(self.private, rsa.RSAPrivateKey)

    def public_info(self) -> bytes:
        """SubjectPublicKeyInfo."""
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey) or not self.explicit:
            return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        algorithm = der.seq(der.oid(_EC), curve_parameters(public.curve.name))
        return der.seq(algorithm, der.bits(self.public_point()))

    def public_point(self) -> bytes:
        """What key identifiers are made of: the public key without its algorithm."""
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            return public.public_bytes(Encoding.DER, PublicFormat.PKCS1)
        return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def key_id(self) -> bytes:
        """Subject key identifier (RFC 5280, 4.2.1.2, method 1)."""
        digest = hashes.Hash(HASHES["sha1"])
        digest.update(self.public_point())
        return digest.finalize()

    def sign(self, message: bytes, hash_name: str) -> bytes:
        """A signature as certificates and CMS hold it."""
        algorithm = HASHES[hash_name]
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(message, ec.ECDSA(algorithm))
        if self.pss:
            filling = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
            return self.private.sign(message, filling, algorithm)
        return self.private.sign(message, padding.PKCS1v15(), algorithm)

    def algorithm(self, hash_name: str) -> bytes:
        """AlgorithmIdentifier of `sign`."""
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return der.seq(der.oid(f"1.2.840.10045.4.{_ECDSA_WITH[hash_name]}"))
        if self.pss:
            mask = der.seq(der.oid(_MGF1), hash_algorithm(hash_name))
            salt = der.integer(HASHES[hash_name].digest_size)
            parts = der.tagged(0, hash_algorithm(hash_name)), der.tagged(1, mask), der.tagged(2, salt)
            return der.seq(der.oid(_PSS), der.seq(*parts))
        return der.seq(der.oid(f"1.2.840.113549.1.1.{_RSA_WITH[hash_name]}"), der.null())


RSA_ENCRYPTION = der.seq(der.oid(_RSA), der.null())
"""AlgorithmIdentifier that some signers write in place of the signature's: the hash is said elsewhere"""


def key_ec(curve: str = "secp256r1", *, explicit: bool = False) -> Key:
    """A new key on the curve of that name in OpenSSL."""
    return Key(ec.generate_private_key(_CURVES[curve]()), explicit=explicit)


def key_rsa(bits: int = 2048, *, pss: bool = False) -> Key:
    """A new RSA key; takes between 50 ms and a second."""
    return Key(rsa.generate_private_key(65537, bits), pss=pss)


@cache
def key_pooled(bits: int = 2048, number: int = 0, *, pss: bool = False) -> Key:
    """RSA key `number` of this process: made once, for tests that need a key and not a new one."""
    del number
    return key_rsa(bits, pss=pss)


def hash_algorithm(hash_name: str) -> bytes:
    """AlgorithmIdentifier of a hash."""
    return der.seq(der.oid(_HASH_OIDS[hash_name]), der.null())


def digest_of(hash_name: str, data: bytes) -> bytes:
    """The hash of `data`."""
    digest = hashes.Hash(HASHES[hash_name])
    digest.update(data)
    return digest.finalize()


@cache
def curve_parameters(name: str) -> bytes:
    """ECParameters of a curve, spelled out."""
    with (Path(__file__).parent / "curves.csv").open(encoding="ascii") as file:
        rows = {row["curve"]: row["parameters"] for row in csv.DictReader(file)}
    return bytes.fromhex(rows[name])
