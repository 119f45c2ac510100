"""Starts, watches over and stops one PostgreSQL cluster that belongs to one data folder.

What is safe about it: no TCP port, passwords by SCRAM that never travel or get logged in clear, checksums on data
pages, an account without rights, one launcher at a time, and no process left behind, not even after `kill -9`.
"""

import atexit
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict

from psycopg import pq

from katip.core.postgres.account import Account, account_choose
from katip.core.postgres.binaries import Binaries, binaries_find
from katip.core.postgres.errors import PostgresError
from katip.core.postgres.logins import ADMIN, DATABASE, LOGINS, Login, logins_make
from katip.core.postgres.places import (
    PORT,
    Lock,
    Places,
    places_find,
    places_make,
    places_remove,
    socket_folder_make,
)

_FIRST_WITH_BUILTIN_LOCALE = 17
_HBA = "# Written by Katip: sockets only, passwords only.\nlocal all all scram-sha-256\n"
_STOP_SECONDS = 10
_START_SECONDS = 30
# A cluster that replays its log after a crash answers "starting up" meanwhile; that may take long, and is progress.
_RECOVERY_SECONDS = 600
_LOG_BYTES = 10_000_000
_LOG_TAIL_LINES = 15


class Dsn(TypedDict):
    """What a client needs to connect; keys are libpq's, fit for `psycopg.connect(**dsn)`."""

    host: str
    port: int
    user: str
    password: str
    dbname: str


class Address:
    """Where a running cluster listens, and with which passwords."""

    def __init__(self, socket_dir: Path, passwords: dict[str, str]) -> None:
        self.socket_dir = socket_dir
        self.port = PORT
        self._passwords = passwords

    def dsn(self, login: Login, database: str = DATABASE) -> Dsn:
        """Return the connection parameters of one login. Raises PostgresError where an older version runs it."""
        role = LOGINS[login]
        if role not in self._passwords:
            raise PostgresError(f"The cluster runs without {role}: stop the older version that started it")
        return _dsn(self.socket_dir, role, self._passwords[role], database)


class Server(Address):
    """A running embedded cluster that this process started; a context manager that stops it."""

    def __init__(
        self,
        *,
        socket_dir: Path,
        passwords: dict[str, str],
        process: subprocess.Popen[bytes],
        lock: Lock,
        bin_dir: Path,
    ) -> None:
        super().__init__(socket_dir, passwords)
        self.bin_dir = bin_dir
        self._process = process
        self._lock = lock
        self._owner = os.getpid()
        atexit.register(self.stop)

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the postmaster is alive."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End all sessions, write everything down, stop. Twice does no harm; nor does a forked child that calls it."""
        if os.getpid() != self._owner:
            return
        atexit.unregister(self.stop)
        _process_stop(self._process)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def server_start(data: Path, *, log: Path | None = None, bin_dir: Path | None = None, durable: bool = True) -> Server:
    """Start the cluster of the data folder `data`, making it first where there is none.

    `log` is the server's log file (default DATA/postgres/server.log). `bin_dir` names the folder with PostgreSQL's
    programs (default: the wheel's, then Debian's). `durable=False` gives up safety against power loss for speed: for
    tests. Call it from the main thread: Linux counts the end of the calling thread as the parent's death.

    Raises PostgresError when another process runs the cluster or the server does not come up; the message ends with the
    last lines of its log.
    """
    if threading.current_thread() is not threading.main_thread():
        raise PostgresError("Start the database from the main thread: it stops when the thread that started it ends")
    try:
        places = places_find(data)
        account = account_choose(places.cluster if places else data.resolve() / "postgres" / "cluster")
        places = places_make(data, account)
        lock = Lock(places.lock)
    except PermissionError as error:
        raise PostgresError(f"No permission for {error.filename}: start Katip as the account that made it") from error
    try:
        return _start(places, account, lock, log=log or places.log, bin_dir=bin_dir, durable=durable)
    except BaseException:
        lock.release()
        raise


def server_find(data: Path) -> Address | None:
    """Return the address of the cluster of `data` that some other process runs now, or None.

    For commands beside a running product, e.g. `katip code` while `katip demo` runs.
    """
    places = places_find(data)
    if places is None or not places.passwords.exists():
        return None
    lines = _pid_file_lines(places.cluster)
    if len(lines) < 8 or lines[7].strip() != "ready":  # noqa: PLR2004 - the eighth line is the state
        return None
    address = Address(Path(lines[4]), json.loads(places.passwords.read_text()))
    return address if _ping(address) == pq.Ping.OK else None


def server_remove(data: Path) -> None:
    """Delete the cluster of `data` with everything in it; raises PostgresError while somebody runs it."""
    places = places_find(data)
    if places is None:
        return
    if not places.home.is_dir():
        places_remove(places)
        return
    lock = Lock(places.lock)
    try:
        _leftovers_await(places.cluster)
        places_remove(places)
    finally:
        lock.release()


# ------------------------------------------------------------------------------------------------ one start, in order


def _start(places: Places, account: Account, lock: Lock, *, log: Path, bin_dir: Path | None, durable: bool) -> Server:
    version = places.cluster / "PG_VERSION"
    major = int(version.read_text()) if version.exists() else None
    binaries = binaries_find(account, configured=bin_dir, major=major)
    passwords = _passwords(places, is_new=major is None)
    if major is None:
        _cluster_make(places, account, binaries, passwords[ADMIN], durable=durable)
    _leftovers_await(places.cluster)
    socket_dir = socket_folder_make(places, account)
    address = Address(socket_dir, passwords)
    settings = _settings(socket_dir, durable=durable)
    arguments = [binaries.program("postgres"), "-D", str(places.cluster)]
    arguments += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with _log_open(log) as descriptor:
        process = account.popen(arguments, log=descriptor)
    try:
        _ready_await(process, address, log)
        logins_make(_dsn(socket_dir, ADMIN, passwords[ADMIN], "postgres"), passwords)
    except BaseException:
        _process_stop(process)
        raise
    return Server(socket_dir=socket_dir, passwords=passwords, process=process, lock=lock, bin_dir=binaries.folder)


def _passwords(places: Places, *, is_new: bool) -> dict[str, str]:
    """Read the passwords; make those that are missing: all for a new cluster, a new login's for an old one.

    Written before the cluster and its logins, so that none is without.
    """
    if places.passwords.exists():
        passwords: dict[str, str] = json.loads(places.passwords.read_text())
    elif is_new:
        passwords = {}
    else:
        raise PostgresError(f"{places.passwords} is missing: put it back from the backup, the cluster needs it")
    missing = [role for role in (ADMIN, *LOGINS.values()) if role not in passwords]
    if not missing:
        return passwords
    passwords |= {role: secrets.token_urlsafe(32) for role in missing}
    fresh = places.passwords.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(passwords, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(places.passwords)
    return passwords


def _cluster_make(places: Places, account: Account, binaries: Binaries, password: str, *, durable: bool) -> None:
    """Run initdb beside the final place and move the result there: a cluster half made is never taken for one."""
    fresh = places.home / "cluster.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    account.own(fresh)
    locale = ["--encoding=UTF8", "--locale=C"]
    if binaries.major >= _FIRST_WITH_BUILTIN_LOCALE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    with tempfile.NamedTemporaryFile("w", prefix="katip-", suffix=".pw") as file:  # mode 0600
        file.write(password)
        file.flush()
        account.own(Path(file.name))
        done = account.run(
            [
                binaries.program("initdb"),
                f"--pgdata={fresh}",
                f"--username={ADMIN}",
                f"--pwfile={file.name}",
                "--auth=scram-sha-256",
                "--data-checksums",
                "--no-instructions",
                *locale,
                *([] if durable else ["--no-sync"]),
            ]
        )
    if done.returncode != 0:
        shutil.rmtree(fresh)
        raise PostgresError(f"initdb failed:\n{done.stdout.strip()}")
    (fresh / "pg_hba.conf").write_text(_HBA)  # an existing file: it keeps its owner
    fresh.rename(places.cluster)


def _leftovers_await(cluster: Path) -> None:
    """Wait until no process of an earlier start of the cluster lives, then drop the pid file it may have left.

    After `kill -9` of the launcher the server is shutting down; after `kill -9` of the server its children are about to
    notice. Both take moments. The pid file is dropped only then: its process id may belong to a stranger by now, which
    PostgreSQL would take for a running server; while children live it protects the data from a second server.
    """
    deadline = time.monotonic() + _START_SECONDS
    while pids := _processes_in(cluster):
        if time.monotonic() > deadline:
            raise PostgresError(f"Process {pids[0]} still works in {cluster}: stop it first (kill -INT {pids[0]})")
        time.sleep(0.02)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(cluster: Path) -> list[int]:
    """Return the ids of the processes whose working directory is the cluster: the postmaster and all its children."""
    pids = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == cluster:
                pids.append(int(entry.name))
        except OSError:  # gone meanwhile, or of an account whose processes we may not look at: then not ours
            continue
    return sorted(pids)


def _buffers_mib() -> int:
    """A sixteenth of the machine's memory, at least 128 MiB and at most 2 GiB: a register has the rest to work with."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return min(max(memory // 16, 128), 2048)


def _settings(socket_dir: Path, *, durable: bool) -> dict[str, str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "60",
        "shared_buffers": f"{_buffers_mib()}MB",
        "max_wal_size": "4GB",  # a month writes much at once; checkpoints in its middle would write pages twice
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",  # flash, not a turning disk: else many small reads are mistaken for dear ones
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "password_encryption": "scram-sha-256",
        "cluster_name": "katip",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return settings


@contextmanager
def _log_open(log: Path) -> Iterator[int]:
    """Open the log for appending, the previous one put aside when it has grown large."""
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _ready_await(process: subprocess.Popen[bytes], address: Address, log: Path) -> None:
    begun = time.monotonic()
    limit = _START_SECONDS
    while True:
        if process.poll() is not None:
            raise PostgresError(f"PostgreSQL ended at once (status {process.returncode}). {_log_tail(log)}")
        answer = _ping(address)
        if answer == pq.Ping.OK:
            return
        if answer == pq.Ping.REJECT:
            limit = _RECOVERY_SECONDS
        if time.monotonic() - begun > limit:
            raise PostgresError(f"PostgreSQL is not ready after {limit} seconds. {_log_tail(log)}")
        time.sleep(0.02)


def _ping(address: Address) -> pq.Ping:
    parameters = f"host={address.socket_dir} port={address.port} dbname=postgres user={ADMIN} connect_timeout=5"
    return pq.Ping(pq.PGconn.ping(parameters.encode()))


def _log_tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    return "\n".join([f"The end of {log}:", *lines])


# ------------------------------------------------------------------------------------------------------------- helpers


def _process_stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the postmaster: fast shutdown; after ten seconds the immediate one, from which the next start recovers."""
    for number, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, _STOP_SECONDS), (signal.SIGKILL, None)):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return


def _dsn(socket_dir: Path, role: str, password: str, database: str) -> Dsn:
    return Dsn(host=str(socket_dir), port=PORT, user=role, password=password, dbname=database)


def _pid_file_lines(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []
