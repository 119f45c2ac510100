"""Keys and settings in one file, encrypted with a passphrase.

    katip keys 1
    {"cipher": "aes-256-gcm", "kdf": "scrypt", "n": 131072, "nonce": HEX, "p": 1, "r": 8, "salt": HEX}
    ciphertext and tag, to the end

The key is scrypt (RFC 7914) of the passphrase, the cipher AES-256-GCM; both lines of the head, line feeds and all, are
authenticated with it. Inside is JSON. Whoever tries a passphrase pays 128 MiB and a third of a second for each.
"""

import base64
import json
import os
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from katip.core.backup.archive import private_require
from katip.core.backup.errors import BackupError

PASSPHRASE_LEAST = 12
"""characters of a passphrase, at least"""
COST = 1 << 17
"""scrypt's n: memory is 1 KiB times this"""
_DEAREST = 1 << 20
_TITLE = b"katip keys 1\n"
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is put away: keys by their path in the keys folder, files by a path of their own, settings by variable."""

    keys: Mapping[str, bytes]
    files: Mapping[str, bytes] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


def bundle_write(path: Path, bundle: Bundle, passphrase: str) -> None:
    """Write the file, readable by its owner only. Raises `BackupError` where one is, or others could read it."""
    if path.exists():
        raise BackupError(f"{path} is there already. Nothing is overwritten.")
    fresh = path.with_name(f".{path.name}.partial")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BackupError(f"{fresh}: a backup is being made, or was cut off. Look, then remove it.") from error
    except OSError as error:
        raise BackupError(f"{path} cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            private_require(fresh)
            file.write(encrypted(bundle, passphrase))
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)  # refuses where a file of that name came meanwhile
    finally:
        fresh.unlink(missing_ok=True)


def bundle_read(path: Path, passphrase: str) -> Bundle:
    """Read the file. Raises `BackupError`: no such file, another format, another passphrase, a changed byte."""
    try:
        if path.stat().st_size > _LARGEST:
            raise BackupError(f"{path} is larger than any file of keys.")
        return decrypted(path.read_bytes(), passphrase)
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror}).") from error


def encrypted(bundle: Bundle, passphrase: str) -> bytes:
    """The file's content. A passphrase shorter than `PASSPHRASE_LEAST` is refused with `BackupError`."""
    if len(passphrase) < PASSPHRASE_LEAST:
        raise BackupError(f"The passphrase has fewer than {PASSPHRASE_LEAST} characters.")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head = {"kdf": "scrypt", "n": COST, "r": 8, "p": 1, "salt": salt.hex()}
    head |= {"cipher": "aes-256-gcm", "nonce": nonce.hex()}
    top = _TITLE + json.dumps(head, sort_keys=True).encode() + b"\n"
    body = {
        "keys": {name: base64.b64encode(value).decode() for name, value in sorted(bundle.keys.items())},
        "files": {name: base64.b64encode(value).decode() for name, value in sorted(bundle.files.items())},
        "settings": dict(sorted(bundle.settings.items())),
    }
    plain = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    return top + AESGCM(_key(passphrase, salt, COST, 8, 1)).encrypt(nonce, plain, top)


def decrypted(content: bytes, passphrase: str) -> Bundle:
    """What `encrypted` was given. Raises `BackupError`."""
    title, head_text, sealed = _lines(content)
    try:
        head: dict[str, Any] = json.loads(head_text)
        if (head["kdf"], head["cipher"]) != ("scrypt", "aes-256-gcm"):
            raise BackupError("The file of keys is encrypted in a way that this program does not know.")
        if not (1 < head["n"] <= _DEAREST and head["r"] == 8 and head["p"] == 1):  # noqa: PLR2004 -- what is written
            raise BackupError("The file of keys asks for more work than any that this program writes.")
        key = _key(passphrase, bytes.fromhex(head["salt"]), head["n"], head["r"], head["p"])
        plain = AESGCM(key).decrypt(bytes.fromhex(head["nonce"]), sealed, title + head_text + b"\n")
        body = json.loads(plain)
        return Bundle(_unpacked(body["keys"]), _unpacked(body["files"]), dict(body["settings"]))
    except InvalidTag as error:
        raise BackupError("The passphrase is not the file's, or the file was changed.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"The file of keys cannot be read ({type(error).__name__}).") from error


def _lines(content: bytes) -> tuple[bytes, bytes, bytes]:
    head, separator, sealed = content.removeprefix(_TITLE).partition(b"\n")
    if not content.startswith(_TITLE) or not separator:
        raise BackupError("This is no file of keys that this program can read.")
    return _TITLE, head, sealed


def _unpacked(values: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(value, validate=True) for name, value in values.items()}


def _key(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # The same characters typed on another keyboard are the same passphrase.
    text = unicodedata.normalize("NFC", passphrase).encode()
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(text)
