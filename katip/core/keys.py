"""Secrets that live outside the database: made once, kept in files that only their owner reads."""

import base64
import os
import secrets
from pathlib import Path


def key_load(folder: Path, name: str, given: str = "") -> str:
    """The secret `name`: the `given` one, else the one in `folder`, else a new one written there.

    Returns 43 characters of URL-safe base64 (32 random bytes) with padding when it makes a new one.
    Raises `PermissionError` when the kept file can be read by others.
    """
    if given:
        return given
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            message = f"{path} can be read by others; make it private: chmod 600 {path}"
            raise PermissionError(message) from None
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
        file.write(fresh + "\n")
    return fresh
