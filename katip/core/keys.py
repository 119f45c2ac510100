"""Secrets that live outside the database: made once, kept in files that only their owner reads."""

import base64
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def random_key() -> str:
    """43 characters of URL-safe base64 (32 random bytes) with padding."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def key_load(folder: Path, name: str, given: str = "", *, make: Callable[[], str] = random_key) -> str:
    """The secret `name`: the `given` one, else the one in `folder`, else a new one written there, as `make` makes it.

    Raises `PermissionError` when the kept file can be read by others.
    """
    if given:
        return given
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write(path, make())
    if path.stat().st_mode & 0o077:
        message = f"{path} can be read by others; make it private: chmod 600 {path}"
        raise PermissionError(message)
    return path.read_text("ascii").strip()


def _write(path: Path, fresh: str) -> None:
    """The whole file appears at once; where another process was faster, its key stays."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(fresh + "\n")
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
