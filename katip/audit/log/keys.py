"""The key that signs the log's checkpoints: a file beside the database, made once, replaced by rotation.

`keys/log` holds the private key in its first line, in the form of Go's `note` package with the log's name in it, and
the verifier keys of earlier ones below. The name is fixed with the file: a log that changes its name is another log.
"""

import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from katip.audit.log.notes import Signer, Verifier, signer_parse, verifier_parse
from katip.core.keys import key_load

_FILE = "log"


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Who signs now, and whose signatures on older checkpoints stay valid."""

    signer: Signer
    earlier: tuple[Verifier, ...]

    @property
    def origin(self) -> str:
        """The log's name: the first line of its checkpoints."""
        return self.signer.name

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """The newest first."""
        return (self.signer.verifier, *self.earlier)

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The verifiers as text, to be given to monitors, the newest first."""
        return tuple(one.text for one in self.verifiers)


@lru_cache(maxsize=1)
def log_keys() -> LogKeys:
    """The installation's keys, made where there are none and it makes its own.

    Raises `NoteError` where they cannot be read, `KeyMissingError`.
    """
    make = _made if settings.KATIP.makes_keys else None
    return keys_parse(key_load(_folder(), _FILE, settings.KATIP.log_key, make=make))


def keys_parse(text: str) -> LogKeys:
    """The keys that a file or setting holds. Raises `NoteError`."""
    signer, *earlier = text.split()
    return LogKeys(signer_parse(signer), tuple(verifier_parse(one) for one in earlier))


def key_rotate() -> LogKeys:
    """Put a new key in the file; the old one stays known by its public half. Processes take it when they start.

    Raises `PermissionError` where the key is given by the environment and cannot be changed here.
    """
    if settings.KATIP.log_key:
        message = "the key is given by KATIP_LOG_KEY; change it there"
        raise PermissionError(message)
    old = log_keys()
    fresh = Signer(old.origin, secrets.token_bytes(32))
    path = _folder() / _FILE
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write("\n".join((fresh.text, *old.vkeys)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    log_keys.cache_clear()
    return log_keys()


def _folder() -> Path:
    return Path(settings.KATIP.data) / "keys"


def _made() -> str:
    return Signer(settings.KATIP.log_name, secrets.token_bytes(32)).text
