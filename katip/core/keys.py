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


class KeyMissingError(Exception):
    """A secret is given nowhere, and must not be made here: the message says what to do."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The key {path.name} is missing: there is no file {path}, and no variable gives it. Copy the folder "
            f"{path.parent} from a machine of this installation that has it, or from the backup. For a new "
            "installation: katip keys make"
        )


def key_load(folder: Path, name: str, given: str = "", *, make: Callable[[], str] | None = random_key) -> str:
    """The secret `name`: the `given` one, else the one in `folder`, else a new one written there, as `make` makes it.

    Without `make`, raises `KeyMissingError` where there is none. Raises `PermissionError` when the kept file can be
    read by others.
    """
    if given:
        return given
    path = folder / name
    if not path.exists():
        if make is None:
            raise KeyMissingError(path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
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
