"""How a webhook is signed: the form of the Standard Webhooks specification, v1 (HMAC-SHA-256).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

_PREFIX = "whsec_"
_BYTES = 32


def secret_draw() -> str:
    """A new secret: 32 random bytes in base64, marked by what it is."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers_signed(number: str, at: datetime, body: bytes, secrets_held: Iterable[str]) -> dict[str, str]:
    """The headers of one message sent at `at`: its id, the time of this try, a signature by each secret."""
    moment = str(int(at.timestamp()))
    signed = f"{number}.{moment}.".encode() + body
    return {
        "webhook-id": number,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets_held),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
