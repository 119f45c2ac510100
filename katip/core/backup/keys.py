"""Which keys an installation has, whether they are those of an archive, and how they come to a new machine.

A key is a file in the keys folder, or was given by the environment; both go into the bundle under the file's name.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from katip.core.backup.archive import Archive, Manifest
from katip.core.backup.errors import BackupError

_SIGNING = ("field_key", "lookup_key")
"""the keys under which a manifest is authenticated: without them an archive cannot be read anyway"""


def keys_read(folder: Path, given: Mapping[str, str]) -> dict[str, bytes]:
    """All keys: the files of the keys folder, and over them those `given` by the environment (empty ones count not)."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    return found | {name: value.encode() for name, value in given.items() if value}


def fingerprints(keys: Mapping[str, bytes]) -> dict[str, str]:
    """What tells one key from another and nothing more: 16 hex digits each."""
    return {
        name: hmac.new(value.strip(), b"katip key fingerprint 1", hashlib.sha256).hexdigest()[:16]
        for name, value in keys.items()
    }


def manifest_mac(manifest_text: bytes, keys: Mapping[str, bytes]) -> str:
    """HMAC-SHA-256 of a manifest under a key made from the installation's own, in hex. Raises `BackupError`."""
    if missing := [name for name in _SIGNING if name not in keys]:
        raise BackupError(f"The installation has no {' and no '.join(missing)}.")
    secret = b"\0".join(keys[name].strip() for name in _SIGNING)
    signing = hmac.new(secret, b"katip backup manifest 1", hashlib.sha256).digest()
    return hmac.new(signing, manifest_text, hashlib.sha256).hexdigest()


def keys_require(archive: Archive, keys: Mapping[str, bytes]) -> None:
    """Raise `BackupError` unless the keys are those of the archive and the archive was made by who had them."""
    _named_require(archive.manifest, keys)
    if not hmac.compare_digest(manifest_mac(archive.manifest_text, keys), archive.mac):
        raise BackupError(
            "The manifest was not written by the installation that has these keys, or was changed since. Restore "
            "nothing from it before you know why."
        )


def _named_require(manifest: Manifest, keys: Mapping[str, bytes]) -> None:
    found = fingerprints(keys)
    missing = [name for name in manifest.keys if name not in found]
    others = [name for name, value in manifest.keys.items() if name in found and found[name] != value]
    if missing or others:
        says = [f"{name} is missing" for name in missing] + [f"{name} is another" for name in others]
        raise BackupError(f"These keys are not those of the backup: {', '.join(says)}.")


@contextmanager
def keys_put(folder: Path, keys: Mapping[str, bytes], given: Mapping[str, str]) -> Iterator[None]:
    """Put the keys into the keys folder of a new machine; those put are taken away again where the block fails.

    A key that is there already must be the same. Raises `BackupError` before anything is written otherwise.
    """
    for name in keys:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BackupError(f"The file of keys names a file outside of the keys folder: {name}")
    others = [
        name for name, value in keys_read(folder, given).items() if name in keys and value.strip() != keys[name].strip()
    ]
    if others:
        raise BackupError(f"{folder} (or the environment) has other keys already: {', '.join(others)}. Move them away.")
    put: list[Path] = []
    try:
        for name, value in keys.items():
            if not (path := folder / name).exists():
                put.append(path)
                _put(folder, path, value)
        yield
    except BaseException:
        for path in put:
            path.unlink(missing_ok=True)
        raise


def _put(folder: Path, path: Path, value: bytes) -> None:
    for parent in reversed([path.parent, *path.parent.parents]):
        if parent == folder or folder in parent.parents:
            parent.mkdir(mode=0o700, exist_ok=True, parents=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
