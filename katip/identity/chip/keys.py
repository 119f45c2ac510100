"""Public keys of countries, signers and chips, and the signatures that they prove.

What is accepted, and since when it is not, stands in the constants on top; docs/chip-trust.md tells operators. SHA-1 is
accepted from countries, MD5 never: what they sign is theirs to choose, so that breaking it takes a second preimage,
which nobody can find. Every cipher is the `cryptography` library's.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from katip.identity.chip.asn1 import (
    Asn1Error,
    ec_parameters_read,
    key_info_read,
    pss_parameters_read,
    rsa_key_read,
)
from katip.identity.chip.curves import curve_find
from katip.identity.chip.structures import Algorithm

MIN_RSA_BITS = 2048
"""of countries and signers; Doc 9303-12 asks for as much since 2014 and for more of countries"""
MIN_CHIP_RSA_BITS = 1024
"""of chips: cards of the first years carry 1024, which Doc 9303 allowed; a chip's key serves one card only"""
MAX_RSA_BITS = 8192
MAX_EXPONENT_BITS = 64
"""larger ones have no use but to keep the machine busy"""

Hash = hashes.HashAlgorithm
RsaKey = rsa.RSAPublicKey
EcKey = ec.EllipticCurvePublicKey

HASHES: dict[str, Hash] = {
    "1.3.14.3.2.26": hashes.SHA1(),  # noqa: S303 -- see the module's head
    "2.16.840.1.101.3.4.2.4": hashes.SHA224(),
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
_SHA1, _SHA224, _SHA256, _SHA384, _SHA512 = HASHES.values()
_RSA, _PSS, _EC = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1"
_RSA_SIGNATURES: dict[str, Hash | None] = {
    _RSA: None,  # seen in the field: the hash is the one of digestAlgorithm
    "1.2.840.113549.1.1.5": _SHA1,
    "1.2.840.113549.1.1.14": _SHA224,
    "1.2.840.113549.1.1.11": _SHA256,
    "1.2.840.113549.1.1.12": _SHA384,
    "1.2.840.113549.1.1.13": _SHA512,
}
EC_SIGNATURES: dict[str, Hash] = {
    "1.2.840.10045.4.1": _SHA1,
    "1.2.840.10045.4.3.1": _SHA224,
    "1.2.840.10045.4.3.2": _SHA256,
    "1.2.840.10045.4.3.3": _SHA384,
    "1.2.840.10045.4.3.4": _SHA512,
}
"""r and s in DER (RFC 5758)"""
PLAIN_EC_SIGNATURES: dict[str, Hash] = {
    "0.4.0.127.0.7.1.1.4.1.1": _SHA1,
    "0.4.0.127.0.7.1.1.4.1.2": _SHA224,
    "0.4.0.127.0.7.1.1.4.1.3": _SHA256,
    "0.4.0.127.0.7.1.1.4.1.4": _SHA384,
    "0.4.0.127.0.7.1.1.4.1.5": _SHA512,
}
"""r and s in a row (BSI TR-03111 5.2.1)"""


class KeyUnfitError(ValueError):
    """A key or an algorithm that is not accepted. `code`: `malformed`, `unknown_algorithm`, `unknown_curve`, `weak`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that was found acceptable. `only_pss`: its owner allows RSASSA-PSS alone."""

    key: RsaKey | EcKey
    only_pss: bool = False

    @property
    def is_rsa(self) -> bool:
        """Whether it signs with RSA; with ECDSA otherwise."""
        return isinstance(self.key, rsa.RSAPublicKey)

    def mark(self) -> bytes:
        """Equal for the same key, however its certificate writes it."""
        return self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_key_read(key_info: bytes, *, min_rsa_bits: int = MIN_RSA_BITS) -> PublicKey:
    """The key of a SubjectPublicKeyInfo. Raises KeyUnfitError."""
    try:
        given = key_info_read(key_info)
        if given.algorithm.oid in (_RSA, _PSS):
            return PublicKey(_rsa(given.key, min_rsa_bits), only_pss=given.algorithm.oid == _PSS)
        if given.algorithm.oid == _EC:
            return PublicKey(_ec(given.algorithm.parameters, given.key))
    except Asn1Error:
        raise KeyUnfitError("malformed") from None
    raise KeyUnfitError("unknown_algorithm")


def hash_of(algorithm: Algorithm) -> Hash:
    """The hash that an AlgorithmIdentifier names. Raises KeyUnfitError `unknown_algorithm`, for MD5 too."""
    found = HASHES.get(algorithm.oid)
    if found is None:
        raise KeyUnfitError("unknown_algorithm")
    return found


def digest_make(algorithm: Hash, *data: bytes) -> bytes:
    """The hash of the pieces of `data` in a row."""
    digest = hashes.Hash(algorithm)
    for piece in data:
        digest.update(piece)
    return digest.finalize()


def signature_holds(
    public: PublicKey, algorithm: Algorithm, signature: bytes, data: bytes, *, digest: Algorithm | None = None
) -> bool:
    """Whether the key made this signature of `data`. `digest` is CMS's digestAlgorithm, where there is one.

    Raises KeyUnfitError when the algorithm is not accepted or does not belong to the kind of key.
    """
    key = public.key
    try:
        if isinstance(key, rsa.RSAPublicKey):
            filling, hash_algorithm = _rsa_scheme(public, algorithm, digest)
            key.verify(signature, data, filling, hash_algorithm)
        else:
            in_a_row = PLAIN_EC_SIGNATURES.get(algorithm.oid)
            hash_algorithm = in_a_row or _hash({_EC: None, **EC_SIGNATURES}, algorithm, digest)
            key.verify(encode_plain(key, signature) if in_a_row else signature, data, ec.ECDSA(hash_algorithm))
    except KeyUnfitError:
        raise
    except (InvalidSignature, ValueError):  # the latter where a salt or hash does not fit into the key
        return False
    except UnsupportedAlgorithm:
        raise KeyUnfitError("unknown_algorithm") from None
    return True


def encode_plain(key: EcKey, signature: bytes) -> bytes:
    """A signature of r and s in a row, each as long as the order of the curve, as the library takes it.

    Raises InvalidSignature when it has another length.
    """
    size = (key.curve.key_size + 7) // 8  # all curves of the table have an order as long as their field
    if len(signature) != 2 * size:
        raise InvalidSignature
    r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
    return encode_dss_signature(r, s)


def _rsa_scheme(
    public: PublicKey, algorithm: Algorithm, digest: Algorithm | None
) -> tuple[padding.PSS | padding.PKCS1v15, Hash]:
    if algorithm.oid != _PSS:
        if public.only_pss:
            raise KeyUnfitError("unknown_algorithm")
        return padding.PKCS1v15(), _hash(_RSA_SIGNATURES, algorithm, digest)
    if algorithm.parameters is None:
        raise KeyUnfitError("unknown_algorithm")  # RFC 4055 3.1: a signature has them
    try:
        given = pss_parameters_read(algorithm.parameters)
    except Asn1Error:
        raise KeyUnfitError("malformed") from None
    own, mask = (hash_of(Algorithm(oid, None)) for oid in (given.digest, given.mask_digest))
    if not 0 <= given.salt_length <= MAX_RSA_BITS // 8:
        raise KeyUnfitError("malformed")
    return padding.PSS(padding.MGF1(mask), given.salt_length), own


def _hash(known: dict[str, Hash | None], algorithm: Algorithm, digest: Algorithm | None) -> Hash:
    if algorithm.oid not in known:
        raise KeyUnfitError("unknown_algorithm")
    found = known[algorithm.oid]
    if found is None:
        if digest is None:
            raise KeyUnfitError("unknown_algorithm")
        return hash_of(digest)
    return found


def _rsa(key: bytes, min_bits: int) -> RsaKey:
    n, e = rsa_key_read(key)
    if n.bit_length() < min_bits or e < 3:  # noqa: PLR2004 – 1 encrypts nothing
        raise KeyUnfitError("weak")
    if n.bit_length() > MAX_RSA_BITS or e.bit_length() > MAX_EXPONENT_BITS:
        raise KeyUnfitError("unknown_algorithm")
    try:
        return rsa.RSAPublicNumbers(e, n).public_key()
    except ValueError:  # an even modulus or exponent
        raise KeyUnfitError("malformed") from None


def _ec(parameters: bytes | None, point: bytes) -> EcKey:
    curve = curve_find(ec_parameters_read(parameters))
    if curve is None:
        raise KeyUnfitError("unknown_curve")
    if point[:1] not in (b"\x02", b"\x03", b"\x04"):
        raise KeyUnfitError("malformed")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except ValueError:  # not on the curve
        raise KeyUnfitError("malformed") from None
