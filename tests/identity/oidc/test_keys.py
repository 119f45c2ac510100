"""Keys of every kind that may sign, and those that may not."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from katip.identity.oidc.keys import key_choose, keys_read
from katip.identity.oidc.providers import ALGORITHMS
from katip.identity.oidc.reasons import ProviderRefusedError
from katip.identity.oidc.tokens import Asked, claims_check, claims_read, header_read
from tests.identity.oidc.known import ISSUER, NOW, provider

RSA = rsa.generate_private_key(65537, 2048)
PRIVATE: dict[str, Any] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def jwk(algorithm: str) -> dict[str, Any]:
    private = PRIVATE.get(algorithm, RSA)
    makers: dict[str, Any] = {"ES": ECAlgorithm, "Ed": OKPAlgorithm}
    made = makers.get(algorithm[:2], RSAAlgorithm).to_jwk(private.public_key(), as_dict=True)
    return {name: value for name, value in made.items() if name != "key_ops"} | {"kid": "one"}


def token(algorithm: str, claims: dict[str, Any], **header: Any) -> str:
    return jwt.encode(claims, PRIVATE.get(algorithm, RSA), algorithm, {"kid": "one"} | header)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_that_may_be_allowed_is_checked(algorithm: str) -> None:
    whole = token(algorithm, {"sub": "x"})
    header = header_read(whole, ALGORITHMS)
    key = key_choose(keys_read({"keys": [jwk(algorithm)]}), header.kid, header.algorithm)
    assert claims_read(whole, header, key) == {"sub": "x"}
    other = token(algorithm, {"sub": "y"})
    mixed = ".".join([*whole.split(".")[:1], other.split(".")[1], whole.split(".")[2]])
    with pytest.raises(ProviderRefusedError, match="signature"):
        claims_read(mixed, header, key)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_hash_of_the_access_token_is_checked_for_every_algorithm(algorithm: str) -> None:
    maker = {"256": RSAAlgorithm.SHA256, "384": RSAAlgorithm.SHA384}.get(algorithm[-3:], RSAAlgorithm.SHA512)
    hashed = RSAAlgorithm(maker).compute_hash_digest(b"access")
    at_hash = jwt.utils.base64url_encode(hashed[: len(hashed) // 2]).decode()
    claims = {"iss": ISSUER, "aud": "katip", "exp": NOW + 9, "iat": NOW, "nonce": "n", "sub": "x", "at_hash": at_hash}
    told: dict[str, Any] = {"provider": provider(), "asked": Asked("n", NOW, NOW), "algorithm": algorithm}
    assert claims_check(claims, access_token="access", **told).subject == "x"
    for access_token in ("other", None):
        with pytest.raises(ProviderRefusedError, match="at_hash"):
            claims_check(claims, access_token=access_token, **told)


def test_a_key_fits_its_own_algorithm_and_curve_only() -> None:
    keys = keys_read({"keys": [jwk("ES384") | {"kid": "ec"}, jwk("EdDSA") | {"kid": "ed"}, jwk("RS256")]})
    for kid, algorithm in (("ec", "ES256"), ("ec", "RS256"), ("ed", "ES384"), ("one", "ES256"), ("one", "EdDSA")):
        with pytest.raises(ProviderRefusedError, match="key_unfit"):
            key_choose(keys, kid, algorithm)


def test_a_token_without_a_name_is_taken_where_only_one_key_can_be_meant() -> None:
    one = keys_read({"keys": [jwk("RS256"), jwk("ES256") | {"use": "enc"}]})
    assert isinstance(key_choose(one, None, "RS256"), rsa.RSAPublicKey)
    two = keys_read({"keys": [jwk("RS256"), jwk("RS256") | {"kid": "two"}]})
    with pytest.raises(ProviderRefusedError, match="key_unknown"):
        key_choose(two, None, "RS256")


@pytest.mark.parametrize(
    "change",
    [
        {"x": "AAAA"},
        {"x": jwk("ES256")["y"]},
        {"y": None},
        {"crv": "secp256k1"},
        {"kty": "RSA"},
        {"use": ["sig"]},
        {"key_ops": "verify"},
        {"key_ops": ["sign"]},
    ],
)
def test_a_broken_key_is_no_key(change: dict[str, Any]) -> None:
    keys = keys_read({"keys": [jwk("ES256") | change]})
    with pytest.raises(ProviderRefusedError, match="key_unfit"):
        key_choose(keys, "one", "ES256")


def test_a_weak_key_is_no_key() -> None:
    weak = jwk("RS256")
    weak["n"] = weak["n"][:171]  # 1026 bits
    with pytest.raises(ProviderRefusedError, match="key_unfit"):
        key_choose(keys_read({"keys": [weak]}), "one", "RS256")


def test_too_many_keys_are_none() -> None:
    with pytest.raises(ProviderRefusedError, match="key_set"):
        keys_read({"keys": [jwk("ES256")] * 101})
