"""The faults: what is done to which node, and how it is undone. Which node, and for how long, is drawn."""

import errno
import os
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.faults.inside import inside, say
from deploy.reference import commands, database, nodes
from deploy.reference.layout import Cluster, Node
from deploy.reference.tools import ClusterError, wait_for

Undo = Callable[[], None]
_BLOCK = 64 * 1024 * 1024
_FILLER = "filler"
_SERVE_SECONDS = 90
_DRAIN_PAUSE = 2.0
_MONTH, _CHUNK = 1000, 25
"""workplaces that a month changes, and those of a chunk"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `begin` does it and returns what undoes it, `hold` is between how many seconds it lasts."""

    name: str
    words: str
    begin: Callable[[Cluster, random.Random], Undo]
    hold: tuple[float, float] = (0.0, 0.0)
    is_planned: bool = False
    """a planned act: no request may go unanswered"""
    is_once: bool = False
    """a world has it in its first round only"""


def faults_named(names: Sequence[str]) -> list[Fault]:
    """Those of the names, in the order given; all where none is. Raises `LookupError`."""
    by_name = {one.name: one for one in FAULTS}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise LookupError(f"no such fault: {', '.join(missing)}. There are: {', '.join(by_name)}")
    return [by_name[name] for name in names] or list(FAULTS)


def _primary(cluster: Cluster) -> Node:
    found = database.primary_find(cluster)
    if found is None:
        raise ClusterError("There is no primary to be hurt")
    return found


def _standby(cluster: Cluster) -> Node:
    """The one that the primary waits for."""
    for member in database.members(cluster):
        if member.get("role") == "sync_standby":
            return cluster.find(member["name"])
    raise ClusterError("There is no synchronous standby to be hurt")


def _start(cluster: Cluster, *which: Node) -> Undo:
    def start() -> None:
        with ThreadPoolExecutor(len(which)) as pool:
            list(pool.map(lambda node: commands.node_do(cluster, node, "start", None), which))

    return start


def _kill(cluster: Cluster, *which: Node) -> Undo:
    """Every process of the nodes at once, by signal 9."""
    with ThreadPoolExecutor(len(which)) as pool:
        list(pool.map(nodes.node_kill, which))
    return _start(cluster, *which)


def _primary_kill(cluster: Cluster, _: random.Random) -> Undo:
    return _kill(cluster, _primary(cluster))


def _standby_kill(cluster: Cluster, _: random.Random) -> Undo:
    return _kill(cluster, _standby(cluster))


def _server_kill(cluster: Cluster, _: random.Random) -> Undo:
    """PostgreSQL alone dies; Patroni beside it lives on."""
    node = _primary(cluster)
    for pid in nodes.pids_find(node):
        with suppress(OSError):
            if Path(f"/proc/{pid}/exe").readlink().name == "postgres":
                os.kill(pid, 9)
    return lambda: None


def _primary_pause(cluster: Cluster, _: random.Random) -> Undo:
    node = _primary(cluster)
    nodes.node_pause(node)
    return lambda: nodes.node_continue(node)


def _primary_cut(cluster: Cluster, _: random.Random) -> Undo:
    node = _primary(cluster)
    nodes.node_cut(node)
    return lambda: nodes.node_join(node)


def _primary_disk(cluster: Cluster, _: random.Random) -> Undo:
    node = _primary(cluster)
    filler = node.disk / _FILLER
    with filler.open("wb") as file:
        size, block = 0, _BLOCK
        while block:
            try:
                os.posix_fallocate(file.fileno(), size, block)
                size += block
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                block //= 2
                block -= block % 4096
    return lambda: filler.unlink(missing_ok=True)


def _web_kill(cluster: Cluster, drawn: random.Random) -> Undo:
    return _kill(cluster, drawn.choice(cluster.web))


def _workers_kill(cluster: Cluster, _: random.Random) -> Undo:
    return _kill(cluster, *cluster.work)


def _etcd_kill(cluster: Cluster, drawn: random.Random) -> Undo:
    node = drawn.choice(cluster.db)
    commands.node_do(cluster, node, "kill", "etcd")
    commands.node_do(cluster, node, "stop", "etcd")
    return lambda: commands.node_do(cluster, node, "start", "etcd")


def _pooler_restart(cluster: Cluster, _: random.Random) -> Undo:
    for node in cluster.web:
        commands.node_do(cluster, node, "kill", "pgbouncer")
    return lambda: None


def _all_restart(cluster: Cluster, _: random.Random) -> Undo:
    return _kill(cluster, *(node for node in cluster.nodes if node.kind != "edge"))


def _month(cluster: Cluster, drawn: random.Random) -> Undo:
    """A month begins, and in the midst of it the primary and a worker die."""
    say(
        f"    a month of {inside('deploy.faults.month', str(_MONTH), str(_CHUNK), seconds=300).strip()} chunks begins …"
    )
    time.sleep(drawn.uniform(0.5, 4))
    return _kill(cluster, _primary(cluster), drawn.choice(cluster.work))


def _switchover(cluster: Cluster, _: random.Random) -> Undo:
    commands.switchover(cluster, None)
    return lambda: None


def _web_rolling(cluster: Cluster, _: random.Random) -> Undo:
    for node in cluster.web:
        nodes.service_do(node, "katip", "restart", seconds=_SERVE_SECONDS)
        wait_for(f"{node.name} to serve", lambda node=node: commands._serves(cluster, node), seconds=_SERVE_SECONDS)  # type: ignore[misc] # noqa: SLF001 -- as `upgrade` waits
        time.sleep(_DRAIN_PAUSE)
    return lambda: None


FAULTS = (
    Fault("primary-kill", "every process of the primary's machine dies", _primary_kill, (15, 40)),
    Fault("server-kill", "PostgreSQL on the primary dies, Patroni lives", _server_kill, (10, 20)),
    Fault("primary-pause", "the primary's machine stands still, then goes on", _primary_pause, (32, 50)),
    Fault("primary-cut", "the primary's cable is pulled, then put back", _primary_cut, (25, 50)),
    Fault("primary-disk", "the primary's disk is full, then empty again", _primary_disk, (15, 40)),
    Fault("standby-kill", "the synchronous standby's machine dies", _standby_kill, (15, 40)),
    Fault("web-kill", "a web node dies", _web_kill, (10, 25)),
    Fault("workers-kill", "both workers die", _workers_kill, (10, 25)),
    Fault("etcd-kill", "a member of etcd is away", _etcd_kill, (15, 30)),
    Fault("pooler-kill", "pgbouncer dies on both web nodes and is started again", _pooler_restart, (3, 8)),
    Fault("all-restart", "every machine dies at once and is started again", _all_restart, (1, 5)),
    Fault("month", "the primary and a worker die while a month is carried out", _month, (10, 25), is_once=True),
    Fault("switchover", "another database node becomes primary, as planned", _switchover, (3, 8)),
    Fault("web-rolling", "the web nodes are restarted one after the other", _web_rolling, (1, 3), is_planned=True),
)
