"""What lies on a node: its configuration, from the templates, and how its supervisor starts each program."""

import json
import os
import pwd
import secrets
from pathlib import Path
from string import Template

from deploy.reference.layout import CHECKOUT, SERVICES, Cluster, Node
from deploy.reference.packages import ACCOUNT

TEMPLATES = CHECKOUT / "deploy" / "templates"
DATABASE = "katip"
LOGINS = ("patroni", "replication", "rewind", "owner", "app", "work")
_SAMPLE = {"katip_env": "development", "demo": "true", "public_url": "", "review_percent": "100"}
_REAL = {"katip_env": "production", "demo": "false", "review_percent": "5"}
_POOLED = {"app_port": "6432", "prepare": "false"}
_STRAIGHT = {"app_port": "5432", "prepare": "true"}


def passwords(cluster: Cluster) -> dict[str, str]:
    """The cluster's passwords, drawn when first asked for."""
    try:
        kept: dict[str, str] = json.loads(cluster.secrets.read_text())
    except FileNotFoundError:
        kept = {}
    if set(LOGINS) - set(kept):
        kept = {name: kept.get(name) or secrets.token_urlsafe(24) for name in LOGINS}
        put(cluster.secrets, json.dumps(kept, indent=1), mode=0o600)
    return kept


def put(path: Path, text: str, *, owner: str = "root", mode: int = 0o644) -> None:
    """Write a file whole or not at all, for `owner`'s group to read where the mode says so."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.chown(fresh, 0, pwd.getpwnam(owner).pw_gid)
    fresh.chmod(mode)
    fresh.replace(path)


def folder(path: Path, *, owner: str = "root", mode: int = 0o755) -> Path:
    """Make a folder that belongs to `owner`."""
    path.mkdir(parents=True, exist_ok=True)
    account = pwd.getpwnam(owner)
    os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(mode)
    return path


def node_write(cluster: Cluster, node: Node, *, sample: bool) -> None:
    """Write all of the node's configuration anew."""
    for one in (node.home, node.etc, node.services, node.logs):
        folder(one)
    folder(node.home / "run", owner="postgres" if node.kind == "db" else "root")
    values = _values(cluster, node)
    if node.kind == "db":
        _database_write(node, values)
    elif node.kind == "edge":
        put(node.etc / "haproxy.cfg", _filled("haproxy-edge.cfg", values))
        put(node.etc / "503.http", (TEMPLATES / "503.http").read_bytes().decode())
    else:
        _katip_write(cluster, node, values, sample=sample)
    for name in SERVICES[node.kind]:
        _service_write(node, name)


def logins_sql(cluster: Cluster) -> str:
    """What makes the logins and the database, for psql."""
    known = passwords(cluster)
    given = "".join(f"\\set {name}_password {known[name]}\n" for name in ("owner", "app", "work"))
    return given + Template((TEMPLATES / "logins.sql").read_text()).substitute(database=DATABASE)


def owner_url(cluster: Cluster) -> str:
    """The address of the owner's login, from a worker."""
    return f"postgresql://katip_owner:{passwords(cluster)['owner']}@127.0.0.1:5432/{DATABASE}"


# ------------------------------------------------------------------------------------------------------ kinds of nodes


def _database_write(node: Node, values: dict[str, str]) -> None:
    folder(node.disk / "etcd", owner="etcd", mode=0o700)
    folder(node.disk / "postgres", owner="postgres", mode=0o700)
    folder(node.logs / "postgres", owner="postgres", mode=0o750)
    put(node.etc / "etcd.env", _filled("etcd.env", values), owner="etcd", mode=0o640)
    put(node.etc / "patroni.yml", _filled("patroni.yml", values), owner="postgres", mode=0o640)


def _katip_write(cluster: Cluster, node: Node, values: dict[str, str], *, sample: bool) -> None:
    folder(node.data, owner=ACCOUNT, mode=0o750)
    proxy = _filled("haproxy-database.cfg", values)
    if node.kind == "web" and sample:
        proxy += _filled("haproxy-sample.cfg", values)
    put(node.etc / "haproxy.cfg", proxy)
    values |= _POOLED if node.kind == "web" else _STRAIGHT
    if sample:  # never but on loopback: the proxy of the node's namespace passes on what the edge sends
        values |= {**_SAMPLE, "host": "127.0.0.1"}
    else:
        values |= {**_REAL, "public_url": cluster.url, "host": node.address}
    put(node.etc / "katip.env", _filled("katip.env", values), owner=ACCOUNT, mode=0o640)
    if node.kind == "web":
        put(node.etc / "pgbouncer.ini", _filled("pgbouncer.ini", values), owner="postgres", mode=0o640)
        put(node.etc / "userlist.txt", _filled("userlist.txt", values), owner="postgres", mode=0o640)


def _values(cluster: Cluster, node: Node) -> dict[str, str]:
    known = passwords(cluster)
    return {
        "name": node.name,
        "scope": cluster.name,
        "address": node.address,
        "network": f"{cluster.net}.0/24",
        "database": DATABASE,
        "etc": str(node.etc),
        "run": str(node.home / "run"),
        "log": str(node.logs),
        "etcd_data": str(node.disk / "etcd" / "data"),
        "etcd_members": ",".join(f"{one.name}=http://{one.address}:2380" for one in cluster.db),
        "etcd_hosts": ", ".join(f"{one.address}:2379" for one in cluster.db),
        "postgres_data": str(node.disk / "postgres" / "data"),
        "katip_data": str(node.home / "katip"),
        "patroni_password": known["patroni"],
        "replication_password": known["replication"],
        "rewind_password": known["rewind"],
        "app_password": known["app"],
        "work_password": known["work"],
        "database_servers": _servers(cluster.db, 5432, " maxconn 90"),
        "web_servers": _servers(cluster.web, cluster.port),
        "edge_bind": f"127.0.0.1:{cluster.port}",
        "host": "localhost",
        "port": str(cluster.port),
        # One machine carries all of it here; docs/cluster.md says what machines of their own get.
        "max_connections": "120",
        "shared_buffers": "128MB",
        "max_wal_size": "256MB",
        "wal_keep_size": "64MB",
        "max_slot_wal_keep_size": "512MB",
        "pool_size": "16",
        "operator_name": "Örnek İşletmeci A.Ş.",
        "help_name": "Katip Destek, Umut Örnek",
        "help_phone": "8500000000",
        "help_hours": "Hafta içi 09:00–18:00",
        "counter_name": "Örnek İşletmeci A.Ş. Nilüfer gişesi",
    }


def _servers(nodes: tuple[Node, ...], port: int, more: str = "") -> str:
    return "\n".join(f"    server {one.name} {one.address}:{port}{more}" for one in nodes)


def _filled(name: str, values: dict[str, str]) -> str:
    return Template((TEMPLATES / name).read_text("utf-8")).substitute(values)


# ------------------------------------------------------------------------------------------------------------ services


def _service_write(node: Node, name: str) -> None:
    """How runit starts the program, and where what it says goes; a change counts at its next start."""
    place = folder(node.services / name)
    begin = _BEGIN[name].format(
        etc=node.etc, data=node.data, program=node.program, account=ACCOUNT, command=_KATIP.get(node.kind, "")
    )
    put(place / "run", f"#!/bin/sh\nexec 2>&1\n{begin}", mode=0o755)
    log = folder(place / "log")
    kept = folder(node.logs / name)
    put(kept / "config", "s4000000\nn5\n")
    put(log / "run", f"#!/bin/sh\nexec svlogd -tt {kept}\n", mode=0o755)


_KATIP = {"web": "serve --web-only", "work": "worker"}
_BEGIN = {
    "etcd": "set -a\n. {etc}/etcd.env\nexec chpst -u etcd /usr/bin/etcd\n",
    "patroni": "exec chpst -u postgres /usr/bin/patroni {etc}/patroni.yml\n",
    "pgbouncer": "exec chpst -u postgres /usr/sbin/pgbouncer {etc}/pgbouncer.ini\n",
    "haproxy": "exec /usr/sbin/haproxy -db -f {etc}/haproxy.cfg\n",
    # The link is followed once: a release that comes meanwhile counts at the next start.
    "katip": (
        "set -a\n. {etc}/katip.env\nPYTHONPATH=$(readlink -f {program})\n"
        "cd {data}\nexec chpst -u {account} $PYTHONPATH/venv/bin/python -P -m katip {command}\n"
    ),
}
