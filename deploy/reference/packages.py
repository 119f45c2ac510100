"""What a bare Debian lacks: packages, and the account that Katip runs as."""

import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.reference.tools import ClusterError, run, say

POSTGRES = Path("/usr/lib/postgresql/15/bin")
_NEEDED = {
    "postgresql-15": POSTGRES / "postgres",
    "patroni": Path("/usr/bin/patroni"),
    "python3-etcd": Path("/usr/lib/python3/dist-packages/etcd"),
    "etcd-server": Path("/usr/bin/etcd"),
    "haproxy": Path("/usr/sbin/haproxy"),
    "pgbouncer": Path("/usr/sbin/pgbouncer"),
    "runit": Path("/usr/bin/runsvdir"),
    "iproute2": Path("/usr/sbin/ip"),
    "procps": Path("/usr/bin/ps"),
    "python3-venv": Path("/usr/share/doc/python3-venv"),
}
_SERVICES = ("postgresql", "patroni", "etcd", "haproxy", "pgbouncer")
_POLICY = Path("/usr/sbin/policy-rc.d")
_CLUSTERS = Path("/etc/postgresql-common/createcluster.conf")
ACCOUNT = "katip"


def packages_bring() -> None:
    """Install what is missing. Packages that come now start nothing, neither at once nor at the next boot."""
    missing = [name for name, sign in _NEEDED.items() if not sign.exists()]
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise ClusterError(f"Please install: {', '.join(missing)}")
    say(f"Installing {', '.join(missing)} …")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    had = {name for name in _SERVICES if _unit(name)}
    run("apt-get", "update", "-qq")
    with _nothing_starts():
        if "postgresql-15" in missing:  # first its common part, so that no cluster `main` is made beside ours
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql-common")
            _clusters_by_hand()
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing)
    for name in _SERVICES if shutil.which("systemctl") else ():
        if name not in had and _unit(name):
            run("systemctl", "disable", "--quiet", name, check=False)
    still = [name for name, sign in _NEEDED.items() if not sign.exists()]
    if still:
        raise ClusterError(f"Not as in Debian 12 after installing: {', '.join(still)}")


def account_bring() -> None:
    """Make the account that Katip's processes run as; it can sign in nowhere."""
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        run("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
            "--shell", "/usr/sbin/nologin", ACCOUNT)  # fmt: skip


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """Debian's own switch against starting services while they are installed."""
    if _POLICY.exists():  # somebody has a policy of their own
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def _clusters_by_hand() -> None:
    text = _CLUSTERS.read_text() if _CLUSTERS.exists() else ""
    if "\ncreate_main_cluster" not in f"\n{text}":
        _CLUSTERS.write_text(f"{text}\ncreate_main_cluster = false\n")


def _unit(name: str) -> bool:
    return Path(f"/usr/lib/systemd/system/{name}.service").exists()
