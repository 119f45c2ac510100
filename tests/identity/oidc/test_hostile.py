"""Whatever a provider sends: a refusal with its reason, nothing else."""

import base64
import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from katip.identity.oidc.keys import key_choose, keys_read
from katip.identity.oidc.metadata import metadata_read
from katip.identity.oidc.providers import ALGORITHMS
from katip.identity.oidc.reasons import ProviderRefusedError
from katip.identity.oidc.strict import json_object, url_is_fit
from katip.identity.oidc.tokens import Asked, claims_check, claims_read, header_read, national_id_of
from tests.identity.oidc.known import ISSUER, NOW, provider
from tests.identity.oidc.test_keys import RSA, jwk

KNOWN = ["iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "sub", "auth_time", "acr", "amr", "at_hash", "tckn"]
TRUE: dict[str, Any] = {"iss": ISSUER, "aud": "katip", "exp": NOW + 9, "iat": NOW, "nonce": "n", "sub": "x"}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["katip", ISSUER, "n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=5), values)


@given(st.binary() | objects.map(lambda found: json.dumps(found).encode()))
def test_json(data: bytes) -> None:
    with suppress(ProviderRefusedError):
        assert isinstance(json_object(data), dict)


@given(objects)
def test_claims(found: dict[str, Any]) -> None:
    strict = provider(acr=["x"], amr_any=["otp"], amr_all=["pwd"], max_age=60)
    with suppress(ProviderRefusedError):
        claims_check(
            TRUE | found, provider=strict, asked=Asked("n", NOW, NOW, NOW), algorithm="RS256", access_token="x"
        )
        national_id_of(found, "tckn")


@given(st.text() | st.tuples(objects, st.binary(), st.binary()))
def test_tokens(given_token: Any) -> None:
    if isinstance(given_token, tuple):
        head, *others = given_token
        parts = [json.dumps({"alg": "RS256"} | head).encode(), *others]
        given_token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    with suppress(ProviderRefusedError):
        claims_read(given_token, header_read(given_token, ALGORITHMS), RSA.public_key())
        raise AssertionError("nobody has signed that")


@given(st.dictionaries(st.sampled_from(["kty", "crv", "n", "e", "x", "y", "use", "alg", "kid", "key_ops"]), values))
def test_keys(found: dict[str, Any]) -> None:
    for algorithm in ("RS256", "ES256", "EdDSA"):
        with suppress(ProviderRefusedError):
            key_choose(keys_read({"keys": [jwk(algorithm) | found]}), "one", algorithm)


@given(st.dictionaries(st.sampled_from(["jwks_uri", "token_endpoint", "response_types_supported"]), values))
def test_documents(found: dict[str, Any]) -> None:
    with suppress(ProviderRefusedError):
        metadata_read({"issuer": ISSUER, "response_types_supported": ["code"]} | found, provider())


@given(st.text(alphabet="htps:/@#?[]%\\x.\x00\n 127", max_size=30) | st.text())
def test_addresses(text: str) -> None:
    for plain in (True, False):
        if url_is_fit(text, plain=plain):
            assert text.startswith("https://") or (plain and text.startswith("http://"))
            assert not set(text) & set("\n\\ \x00#")
