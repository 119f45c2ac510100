"""Where the cluster's files, its socket and its lock lie.

    DATA/postgres/        passwords.json, server.log, lock, cluster/, run/ (the socket)
    DATA/postgres/elsewhere   only if DATA is closed to the account that runs the server: names the folder, below
                          /var/lib/katip, that has lock, cluster/ and run/ instead

Nobody's permissions are widened: a folder that was there before is left as it is.
"""

import fcntl
import hashlib
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from katip.core.postgres.account import Account
from katip.core.postgres.errors import PostgresError

_ELSEWHERE = Path("/var/lib/katip")
# struct sockaddr_un holds 108 bytes with the closing zero; the server puts ".s.PGSQL.5432" (and for its lock file,
# ".lock", which is an ordinary file) into the folder.
_LONGEST_SOCKET = 107
PORT = 5432  # names the socket file only: no TCP port is opened
# A comma separates hosts for libpq and folders for the server; quotes and blanks invite trouble in both.
_PLAIN = re.compile(r"/[A-Za-z0-9._/+@=~-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The folders of one cluster. `home` holds the cluster, `outer` is always DATA/postgres."""

    outer: Path
    home: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "cluster"

    @property
    def lock(self) -> Path:
        """The file whose lock says who runs the cluster."""
        return self.home / "lock"

    @property
    def passwords(self) -> Path:
        """The generated passwords; readable by the launcher's account only."""
        return self.outer / "passwords.json"

    @property
    def log(self) -> Path:
        """The server's log, unless the caller names another."""
        return self.outer / "server.log"

    @property
    def pointer(self) -> Path:
        """Says where `home` is when it is not `outer`."""
        return self.outer / "elsewhere"


def places_find(data: Path) -> Places | None:
    """Return the places of the cluster of `data`, or None where there never was one. Makes nothing."""
    outer = data.resolve() / "postgres"
    if not outer.is_dir():
        return None
    pointer = outer / "elsewhere"
    if not pointer.exists():
        return Places(outer=outer, home=outer)
    home = Path(pointer.read_text().strip())
    if home.parent != _ELSEWHERE:
        raise PostgresError(f"{pointer} must name a folder in {_ELSEWHERE}, not {home}")
    return Places(outer=outer, home=home)


def places_make(data: Path, account: Account) -> Places:
    """Return the places of the cluster of `data` and make the folders that are missing."""
    outer = data.resolve() / "postgres"
    if not outer.exists():
        outer.mkdir(parents=True)
        outer.chmod(0o711 if account.is_other else 0o700)
    places = places_find(data)
    if places is None:
        raise PostgresError(f"{outer} is not a folder")
    if places.home != outer:
        _folder_open(places.home)
    elif not account.can_enter(outer):
        if places.cluster.exists():
            raise PostgresError(f"{account.name} cannot enter {outer}, where its cluster is: a folder above was closed")
        identity = hashlib.sha256(os.fsencode(outer)).hexdigest()[:16]
        places = Places(outer=outer, home=_ELSEWHERE / identity)
        _folder_open(places.home)
        if not account.can_enter(places.home):
            raise PostgresError(
                f"{account.name} can enter neither {outer} nor {places.home}: choose another data folder"
            )
        places.pointer.write_text(f"{places.home}\n")
    return places


def socket_folder_make(places: Places, account: Account) -> Path:
    """Make the folder of the server's socket, closed to all but the account (and root), with a path short enough."""
    identity = hashlib.sha256(os.fsencode(places.home)).hexdigest()[:16]
    candidates = [places.home / "run"]
    if os.geteuid() == 0:
        candidates.append(Path("/run/katip") / identity)
    elif runtime := os.environ.get("XDG_RUNTIME_DIR"):
        candidates.append(Path(runtime) / f"katip-{identity}")
    candidates.append(Path(tempfile.gettempdir()) / f"katip-{account.uid}-{identity}")
    candidates.append(Path("/tmp") / f"katip-{account.uid}-{identity}")  # noqa: S108 - checked for its owner below
    problems: list[str] = []
    for folder in candidates:
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > _LONGEST_SOCKET or not _PLAIN.fullmatch(str(folder)):
            problems.append(f"{folder}: too long or not plain")
            continue
        try:
            if folder.parent == Path("/run/katip"):
                _folder_open(folder.parent)
            _folder_closed(folder, account)
        except OSError as error:
            problems.append(f"{folder}: {error.strerror}")
            continue
        if account.can_enter(folder):
            return folder
        problems.append(f"{folder}: closed to {account.name}")
    raise PostgresError(f"No place for the server's socket. {'; '.join(problems)}")


def _folder_open(folder: Path) -> None:
    """Make a folder, and those above it that are missing, that all may traverse and only we may list and change."""
    if not folder.exists():
        _folder_open(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)


def _folder_closed(folder: Path, account: Account) -> None:
    """Make a folder for the account alone; refuse one that somebody else put there (in /tmp anybody can)."""
    try:
        folder.mkdir(mode=0o700)
        account.own(folder)
    except FileExistsError:
        found = folder.lstat()
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077
        if not ours:
            raise PostgresError(f"{folder} exists and is not a closed folder of {account.name}: remove it") from None


class Lock:
    """Held while a launcher runs, sets up or removes the cluster. The kernel drops it with the process."""

    def __init__(self, path: Path) -> None:
        """Take the lock or raise PostgresError with the holder's process id."""
        self._descriptor = self._take(path)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)
        # A forked child shares the lock and would keep it beyond our end; closing its copy does not give ours up.
        os.register_at_fork(after_in_child=self.release)

    @staticmethod
    def _take(path: Path) -> int:
        while True:
            # Not lockf(): its locks end when the process closes any descriptor of the file, e.g. after reading it.
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = os.pread(descriptor, 32, 0).decode() or "unknown"
                os.close(descriptor)
                raise PostgresError(
                    f"The database in {path.parent} is already in use by process {holder}: stop that one first"
                ) from error
            if path.exists() and os.fstat(descriptor).st_ino == path.stat().st_ino:
                return descriptor
            os.close(descriptor)  # removed between our open and our lock: take the new one

    def release(self) -> None:
        """Give the lock up; twice does no harm."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def places_remove(places: Places) -> None:
    """Delete the cluster, its passwords and its folders; the caller holds the lock."""
    if places.home != places.outer:
        shutil.rmtree(places.home)
    shutil.rmtree(places.outer)
