"""Which operating system account runs the cluster, and how to run a program as it.

PostgreSQL refuses to run as root. Started by root, the launcher drops to an unprivileged account with a name
(PostgreSQL looks its own account up); started by anybody else, it stays who it is.
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from katip.core.child import dies_with_parent
from katip.core.postgres.errors import PostgresError

_OWN_ACCOUNT = "katip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The account that owns the cluster's files and runs its processes."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether running as this account means giving up our own."""
        return self.uid != os.geteuid()

    def can_enter(self, folder: Path) -> bool:
        """Whether the account may traverse `folder` and all folders above it; asked of the system, not computed."""
        if not self.is_other:
            return os.access(folder, os.X_OK)
        return self.run(["test", "-x", f"{folder}/."]).returncode == 0

    def can_read(self, file: Path) -> bool:
        """Whether the account may read `file`."""
        if not self.is_other:
            return os.access(file, os.R_OK)
        return self.run(["test", "-r", str(file)]).returncode == 0

    def own(self, path: Path) -> None:
        """Give `path` to the account."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def run(self, arguments: list[str], *, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a program to its end as the account; output is captured, the return code is the caller's to judge."""
        return subprocess.run(
            arguments,
            check=False,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            **self._identity(),
        )

    def popen(self, arguments: list[str], *, log: int) -> subprocess.Popen[bytes]:
        """Start the server as the account.

        It gets a session of its own, so that Ctrl-C in a terminal reaches only the launcher, and a "parent death"
        signal, so that it shuts down by itself when the launcher is killed without a chance to stop it.
        """
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            # After fork only one C function, looked up beforehand, is called: safe beside other threads.
            preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509
            **self._identity(),
        )

    def _identity(self) -> Mapping[str, Any]:
        # cwd: ours may be closed to the account. env: PGOPTIONS, PGDATA and the like of the caller must not leak in.
        identity: dict[str, Any] = {
            "cwd": "/",
            "umask": 0o077,
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        }
        if self.is_other:
            identity |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return identity


def account_choose(cluster: Path) -> Account:
    """Say which account shall run the cluster in `cluster`, which need not exist yet.

    An existing cluster is run by its owner. A new one by us, unless we are root. Then by the account `katip`, where the
    operator made one; else by Debian's `postgres`, a system account that exists for exactly this; else `katip` is made.
    `nobody` comes last, only where no account can be made: other daemons share it, and could read the cluster's files.
    """
    if cluster.exists():
        return _account_of_existing(cluster)
    if os.geteuid() != 0:
        return Account(name=_name(os.geteuid()), uid=os.geteuid(), gid=os.getegid())
    for name in (_OWN_ACCOUNT, "postgres"):
        if account := _account_find(name):
            return account
    account = _account_make() or _account_find("nobody")
    if account is None:
        raise PostgresError(
            "PostgreSQL does not run as root, and there is no account to run it as. Make one: "
            f"useradd --system --user-group --no-create-home {_OWN_ACCOUNT}"
        )
    return account


def _account_of_existing(cluster: Path) -> Account:
    owner = cluster.stat()
    if owner.st_uid == 0:
        raise PostgresError(f"{cluster} belongs to root, and PostgreSQL does not run as root: chown it to its account")
    if os.geteuid() not in (0, owner.st_uid):
        raise PostgresError(
            f"{cluster} belongs to {_name(owner.st_uid)}: start Katip as that account or as root, "
            f"not as {_name(os.geteuid())}"
        )
    return Account(name=_name(owner.st_uid), uid=owner.st_uid, gid=owner.st_gid)


def _account_find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid) if entry.pw_uid else None


def _account_make() -> Account | None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if useradd is None:
        return None
    options = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
    ]
    subprocess.run([useradd, *options, _OWN_ACCOUNT], check=False, capture_output=True)
    return _account_find(_OWN_ACCOUNT)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
