"""A provider as its file has it, for tests that ask nobody."""

from typing import Any

from katip.identity.oidc.providers import Provider

ISSUER = "https://giris.ornek.com.tr"
NOW = 1_750_000_000.0


def provider(**more: Any) -> Provider:
    given: dict[str, Any] = {
        "number": 1,
        "name": "Örnek Kapı",
        "issuer": ISSUER,
        "client_id": "katip",
        "client_secret": "only-for-tests",
        "national_id_claim": "tckn",
    }
    return Provider.model_validate(given | more)
