"""A provider's keys (RFC 7517), and which of them a token may be checked with."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from katip.identity.oidc.reasons import ProviderRefusedError, Reason

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey
Keys = tuple[Mapping[str, Any], ...]

_MOST_KEYS = 100
_SECRET_PARTS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_RSA_BITS = range(2048, 8192 + 1)
_RSA_MOST_TEXT = 8192 // 6 + 8
"""letters of base64url that the largest modulus takes: a longer one is not even decoded"""
_RSA_EXPONENTS = range(3, 1 << 32)
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


def keys_read(document: Mapping[str, Any]) -> Keys:
    """The keys of a JWK set. Raises `ProviderRefusedError` `key_set`.

    A set that shows a private or a shared key is refused whole: whoever reads it could sign.
    """
    listed = document.get("keys")
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        raise ProviderRefusedError(Reason.KEY_SET)
    for key in listed:
        if not isinstance(key, dict) or key.get("kty") == "oct" or _SECRET_PARTS & set(key):
            raise ProviderRefusedError(Reason.KEY_SET)
    return tuple(listed)


def key_choose(keys: Keys, kid: str | None, algorithm: str) -> PublicKey:
    """The one key for a token of this header. Raises `ProviderRefusedError`.

    `key_unknown`: none of that name, or no name where several keys could be meant. `key_unfit`: it is of another kind,
    for another use, too weak, or broken.
    """
    named = [key for key in keys if kid is None or key.get("kid") == kid]
    if not named:
        raise ProviderRefusedError(Reason.KEY_UNKNOWN)
    fit = [key for key in named if _is_meant(key, algorithm)]
    if len(fit) > 1:
        raise ProviderRefusedError(Reason.KEY_UNKNOWN)
    if not fit:
        raise ProviderRefusedError(Reason.KEY_UNFIT)
    return _built(fit[0], algorithm)


def _is_meant(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether the key itself says that it is for checking signatures of this algorithm."""
    operations = key.get("key_ops", ["verify"])
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
        return False
    if not isinstance(operations, list) or "verify" not in operations:
        return False
    if algorithm == "EdDSA":
        return (key.get("kty"), key.get("crv")) == ("OKP", "Ed25519")
    if algorithm in _CURVES:
        return (key.get("kty"), key.get("crv")) == ("EC", _CURVES[algorithm])
    return key.get("kty") == "RSA"


def _built(key: Mapping[str, Any], algorithm: str) -> PublicKey:
    parts = [key.get(name) for name in ("n", "e", "x", "y") if name in key]
    if not all(isinstance(part, str) and len(part) <= _RSA_MOST_TEXT for part in parts):
        raise ProviderRefusedError(Reason.KEY_UNFIT)
    try:
        built = PyJWK({name: key[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in key}, algorithm).key
    except (PyJWTError, ValueError, TypeError, KeyError) as error:
        raise ProviderRefusedError(Reason.KEY_UNFIT) from error
    if isinstance(built, RSAPublicKey):
        exponent = built.public_numbers().e
        if built.key_size not in _RSA_BITS or exponent not in _RSA_EXPONENTS or exponent % 2 == 0:
            raise ProviderRefusedError(Reason.KEY_UNFIT)
    if not isinstance(built, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        raise ProviderRefusedError(Reason.KEY_UNFIT)
    return built
