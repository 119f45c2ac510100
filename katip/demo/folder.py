"""The sample installation's data folder: made, recognised by a marker file, and emptied only where the marker is."""

import os
import shutil
from pathlib import Path

from katip.core.errors import KatipError
from katip.core.postgres import server_remove

MARKER = "katip-demo.txt"
_ORIGIN = "origin.txt"
_MARKER_TEXT = "Sample data of Katip. `katip demo --fresh` deletes everything in this folder.\n"


class FolderRefusedError(KatipError):
    """The folder is not the sample installation's; the message says what to do."""


def folder_open(data: Path, *, fresh: bool) -> None:
    """Make `data` the sample installation's folder; with `fresh`, delete what an earlier one left in it.

    Raises FolderRefusedError where the folder holds anything else, PostgresError while its database runs.
    """
    if data.exists() and not data.is_dir():
        raise FolderRefusedError(f"{data} is not a folder.")
    marker = data / MARKER
    if data.exists() and any(data.iterdir()) and not marker.is_file():
        raise FolderRefusedError(
            f"{data} holds something else than Katip's sample data (it has no {MARKER}). Choose another: --data DIR"
        )
    if fresh and marker.is_file():
        server_remove(data)
        # the marker goes last: an interrupted removal can be repeated
        for path in sorted(data.iterdir(), key=lambda path: path == marker):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    data.mkdir(parents=True, exist_ok=True)
    marker.write_text(_MARKER_TEXT, "utf-8")


def origin_keep(data: Path, origin: str) -> None:
    """Keep the address at which the product is reached with this folder, for commands in other terminals."""
    private_write(data / _ORIGIN, origin)


def origin_find(data: Path) -> str:
    """Return the address at which the product was last reached with this folder, or the usual one."""
    try:
        return (data / _ORIGIN).read_text("utf-8")
    except FileNotFoundError:
        return "http://localhost:8000"


def private_write(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by nobody but the account that runs this."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
