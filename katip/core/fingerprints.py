"""Whether this machine has the keys that the database was begun with: told by fingerprints that the database keeps.

With another `lookup_key` nobody would be found, with another `field_key` no number could be read, with another
`secret_key` people would be signed out at every second request. None of it would look like a wrong key.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from katip.core.facts import fact_claim, fact_find, fact_put

_USE = b"katip: fingerprint of a key"
_SHOWN = 16

REPLACEABLE = ("secret_key",)
"""another one signs everybody out and does no other harm"""


class KeyDiffersError(Exception):
    """This machine has another key than the database was begun with; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """A key of this machine, and the one that the database knows, by their fingerprints."""

    name: str
    here: str
    there: str
    """empty where the database knows none yet"""

    @property
    def differs(self) -> bool:
        """Whether they are two keys."""
        return bool(self.there) and self.there != self.here


def fingerprint(key: str) -> str:
    """What tells a key from others and tells nobody the key: 16 hexadecimal digits."""
    return hmac.new(key.encode(), _USE, hashlib.sha256).hexdigest()[:_SHOWN]


def keys_held() -> list[Held]:
    """The keys of this machine beside what the database knows of them."""
    held = []
    for name, key in _keys().items():
        fact = fact_find(_fact(name))
        held.append(Held(name, fingerprint(key), fact.value if fact else ""))
    return held


def keys_compare(at: datetime) -> None:
    """Have a database that knows no keys yet know ours. Raises `KeyDifferError` where it knows others."""
    for name, key in _keys().items():
        here = fingerprint(key)
        there = fact_claim(_fact(name), here, at)
        if here != there:
            raise KeyDiffersError(difference(Held(name, here, there)))


def difference(held: Held) -> str:
    """In words."""
    told = (
        f"The key {held.name} of this machine ({held.here}) is not the one that this database was begun with "
        f"({held.there}). Copy the folder of keys from a machine of this installation, or from the backup; or the "
        "database is another one than you mean: look at KATIP_DATABASE_URL."
    )
    if held.name in REPLACEABLE:
        told += f" If it was changed on purpose, on all machines: katip keys adopt {held.name}"
    return told


def key_adopt(name: str, at: datetime | None = None) -> None:
    """Have the database know this machine's key `name` from now on. Raises `KeyError` for one that is not replaced."""
    if name not in REPLACEABLE:
        raise KeyError(name)
    fact_put(_fact(name), fingerprint(_keys()[name]), at or datetime.now(UTC))


def _keys() -> dict[str, str]:
    return {
        "secret_key": settings.SECRET_KEY,
        "lookup_key": settings.KATIP_LOOKUP_KEY,
        "field_key": settings.KATIP_FIELD_KEY,
    }


def _fact(name: str) -> str:
    return f"key:{name}"
