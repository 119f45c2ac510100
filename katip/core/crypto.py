"""Sealing of small secrets in the database, with keys that live outside it.

A T.C. kimlik no is found by a keyed hash and shown by opening its sealed form; TOTP secrets are sealed the same way.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet
from django.conf import settings


@lru_cache(maxsize=2)
def _fernet(key: str) -> Fernet:
    return Fernet(key)


def seal(text: str) -> bytes:
    """`text` encrypted and authenticated (Fernet) with the installation's field key."""
    return _fernet(settings.KATIP_FIELD_KEY).encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The text that `seal` was given. Raises `cryptography.fernet.InvalidToken` under another key."""
    return _fernet(settings.KATIP_FIELD_KEY).decrypt(bytes(sealed)).decode()


def lookup_key(text: str) -> str:
    """A keyed hash (HMAC-SHA-256, 64 hex digits) by which a sealed value can be found but not guessed."""
    return hmac.new(settings.KATIP_LOOKUP_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
