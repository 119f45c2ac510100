"""What is put away beside the keys: the settings that were set, and the files that settings name.

Settings of the machine itself (where the data lie, which database, which port) stay with it.
"""

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from katip.core.backup.errors import BackupError
from katip.core.choices.database import Database
from katip.core.choices.seeing import Seeing
from katip.core.environment import Environment

KEYS = ("secret_key", "lookup_key", "field_key", "log_key")
_MACHINE = {
    "env",
    "demo",
    "host",
    "port",
    "web_workers",
    "web_threads",
    "drain_seconds",
    "stop_seconds",
    "data",
    *Database.model_fields,
    *Seeing.model_fields,
    "backup_passphrase_file",
}
_FILE_OF = {"log_key": "log"}
SETTINGS_FILE = "restored-settings.sh"
_LARGEST = 40 << 20


def keys_given(environment: Environment) -> dict[str, str]:
    """The keys that the environment gives, by the names of their files."""
    return {_FILE_OF.get(name, name): value for name in KEYS if (value := getattr(environment, name))}


def settings_set(environment: Environment) -> dict[str, str]:
    """The variables that are set and belong to the installation, as they are written."""
    names = environment.model_fields_set - _MACHINE - set(KEYS)
    values = environment.model_dump(mode="json", include=names)
    return {
        f"KATIP_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in sorted(values.items())
    }


def files_named(environment: Environment) -> dict[str, bytes]:
    """The files and folders that settings name, and the data folder's own `trust`. `BackupError` if too large."""
    places = {
        f"KATIP_{name.upper()}": value
        for name in Environment.model_fields.keys() - _MACHINE
        if isinstance(value := getattr(environment, name), Path)
    }
    if (trust := environment.data / "trust").is_dir():
        places["trust"] = trust
    found: dict[str, bytes] = {}
    for name, place in places.items():
        inside = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
        for path in inside:
            below = path.name if path == place else str(path.relative_to(place))
            found[f"{name}/{below}"] = path.read_bytes()
            if sum(map(len, found.values())) > _LARGEST:
                raise BackupError(
                    f"{name} holds more than {_LARGEST >> 20} MB: what settings name is expected to be small."
                )
    return found


def files_put(data: Path, files: Mapping[str, bytes], settings: Mapping[str, str]) -> Path | None:
    """Put files and settings into the data folder of a new machine; returns the file with the settings, if any.

    What is there already stays. The settings become a file for a shell to read, with the files' new places.
    """
    for name in files:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BackupError(f"The file of keys names a file outside of the data folder: {name}")
    placed = dict(settings)
    for name, content in files.items():
        variable, _, below = name.partition("/")
        path = data / name if variable == "trust" else data / "files" / name
        if variable in settings:
            single = sum(other.startswith(f"{variable}/") for other in files) == 1 and "/" not in below
            placed[variable] = str((path if single else data / "files" / variable).absolute())
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
    if not placed:
        return None
    path = data / SETTINGS_FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as listing:
        listing.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(placed.items()))
    return path
