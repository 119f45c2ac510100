"""What the client keeps of a provider, for how long, and when it asks anew."""

import json
from typing import Any

import pytest

from katip.identity.oidc import client as module
from katip.identity.oidc.client import FAILED, KEPT, KEYS_AGAIN, Client
from katip.identity.oidc.fetch import Answer
from katip.identity.oidc.reasons import ProviderRefusedError, Reason
from katip.identity.oidc.tokens import Header
from tests.identity.oidc.known import ISSUER, NOW, provider
from tests.identity.oidc.test_keys import jwk


class Web:
    """Stands for the provider; `asked` keeps the addresses."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.keys = [jwk("RS256")]
        self.down = False

    def fetch(self, url: str, **_: Any) -> Answer:
        self.asked.append(url)
        if self.down:
            raise ProviderRefusedError(Reason.SLOW)
        found: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        if url == f"{ISSUER}/keys":
            found = {"keys": self.keys}
        return Answer(200, "application/json", json.dumps(found).encode())


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    made = Web()
    monkeypatch.setattr(module, "fetch", made.fetch)
    return made


def test_a_document_and_its_keys_are_believed_for_an_hour(web: Web) -> None:
    client = Client(provider())
    for _ in range(3):
        client.keys(NOW)
        client.metadata(NOW + KEPT - 1)
    assert web.asked == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]
    client.keys(NOW + KEPT)
    assert len(web.asked) == 4


def test_a_new_key_is_found_when_its_name_comes_up(web: Web) -> None:
    client = Client(provider())
    client.keys(NOW)
    web.keys = [jwk("RS256") | {"kid": "two"}]
    client._key(Header("RS256", "two"), NOW + KEYS_AGAIN)
    assert len(web.asked) == 3


def test_names_that_nobody_knows_do_not_make_us_ask_again_and_again(web: Web) -> None:
    client = Client(provider())
    client.keys(NOW)
    for moment in (0, 1, KEYS_AGAIN - 1, KEYS_AGAIN, KEYS_AGAIN + 1, 2 * KEYS_AGAIN - 1):
        with pytest.raises(ProviderRefusedError, match="key_unknown"):
            client._key(Header("RS256", "nobody's"), NOW + moment)
    assert web.asked.count(f"{ISSUER}/keys") == 2


def test_a_provider_that_is_down_is_not_waited_for_by_everybody(web: Web) -> None:
    client = Client(provider())
    web.down = True
    for moment in (0, 1, FAILED - 1):
        with pytest.raises(ProviderRefusedError, match="slow"):
            client.metadata(NOW + moment)
    assert len(web.asked) == 1
    web.down = False
    assert client.metadata(NOW + FAILED).jwks_uri == f"{ISSUER}/keys"


def test_what_is_kept_survives_a_provider_that_is_down(web: Web) -> None:
    client = Client(provider())
    client.keys(NOW)
    web.down = True
    assert client.keys(NOW + KEPT - 1)
