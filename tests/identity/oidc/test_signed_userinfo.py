"""A signed answer about a person counts only where it was written by the provider, and for us."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from katip.identity.oidc.client import Client
from katip.identity.oidc.fetch import Answer
from katip.identity.oidc.metadata import Metadata
from katip.identity.oidc.reasons import ProviderRefusedError, Reason
from katip.identity.oidc.tokens import Shown
from tests.identity.oidc.known import ISSUER, NOW, provider

MINE = {"iss": ISSUER, "aud": "katip", "sub": "ada"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"aud": "baska"}, Reason.AUDIENCE),
        ({"iss": "https://baska.ornek.com.tr"}, Reason.ISSUER),
        ({"sub": "ece"}, Reason.USERINFO_SUBJECT),
    ],
)
def test_whom_it_is_for_is_checked(
    changed: dict[str, str], reason: Reason | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = generate_private_key(65537, 2048)
    body = jwt.encode(MINE | changed, key, "RS256").encode()
    client = Client(provider(national_id_from="signed_userinfo"))
    found = Metadata(f"{ISSUER}/auth", f"{ISSUER}/token", f"{ISSUER}/keys", f"{ISSUER}/me", names_itself=True)
    monkeypatch.setattr(Client, "metadata", lambda *_: found)
    monkeypatch.setattr(Client, "_key", lambda *_: key.public_key())
    monkeypatch.setattr("katip.identity.oidc.client.fetch", lambda *_, **__: Answer(200, "application/jwt", body))
    if reason is None:
        assert client._userinfo("access", Shown("ada", None), NOW)["sub"] == "ada"
        return
    with pytest.raises(ProviderRefusedError) as caught:
        client._userinfo("access", Shown("ada", None), NOW)
    assert caught.value.reason == reason
