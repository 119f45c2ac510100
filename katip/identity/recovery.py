"""Recovery codes: ten codes on paper that stand in for a phone which is not at hand, each once.

They are kept as slow, salted hashes (scrypt) under the installation's key: neither a copy of the database nor the key
alone gives them back.
"""

import hashlib
import secrets

from katip.core.codes import code_draw, code_read
from katip.core.crypto import lookup_key

COUNT = 10
LENGTH = 12
"""Signs of a code: 59 bits."""
COST = 1 << 14
"""scrypt's N, with r = 8 and p = 1: 16 MiB and some 50 ms a code"""


def codes_make() -> tuple[list[str], dict[str, object]]:
    """Ten new codes in clear, the only time that they are known, and what is kept of them."""
    codes = [code_draw(LENGTH) for _ in range(COUNT)]
    salt = secrets.token_hex(16)
    return codes, {"salt": salt, "cost": COST, "keys": [_key(code, salt, COST) for code in codes]}


def code_key(text: str, kept: dict[str, object]) -> str | None:
    """By which a typed code is found among `kept["keys"]`; None for what cannot be a code."""
    code = code_read(text, LENGTH)
    return _key(code, str(kept["salt"]), int(str(kept["cost"]))) if code else None


def _key(code: str, salt: str, cost: int) -> str:
    slow = hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=cost, r=8, p=1, dklen=32)
    return lookup_key(f"recovery:{slow.hex()}")
