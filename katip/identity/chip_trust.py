"""The trust store of this installation: read once for each process, and again when its folder has changed."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from katip.identity.chip.trust import TrustStore, trust_load

Marks = tuple[tuple[str, int, int, int], ...]
"""of every file: path, time of change in ns, size, inode"""


class _Held:
    """What this process has read. One thread reads at a time; the others wait for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.marks: Marks | None = None
        self.store: TrustStore | None = None


_HELD = _Held()


def trust_now() -> TrustStore:
    """The certificates and revocation lists as they lie in the folder now."""
    folder = settings.KATIP.trust_folder
    with _HELD.lock:
        marks = tuple(_marks(folder))  # before reading: what changes meanwhile is seen the next time
        if _HELD.store is None or marks != _HELD.marks:
            _HELD.store, _HELD.marks = trust_load(folder), marks
        return _HELD.store


def _marks(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Of all that lies in the folder, however deep; asked for with every evidence, therefore without `Path`."""
    yield str(folder), 0, 0, 0
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:  # gone, or not to be read: nothing can be taken from it
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            mark = _mark(entry)
            if mark is not None:
                yield mark


def _mark(entry: "os.DirEntry[str]") -> tuple[str, int, int, int] | None:
    try:
        found = entry.stat()
    except OSError:  # gone since it was listed
        return None
    return entry.path, found.st_mtime_ns, found.st_size, found.st_ino
