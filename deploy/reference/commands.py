"""What `deploy/cluster` does, step by step."""

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.reference import database, disks, network, nodes, program
from deploy.reference.files import DATABASE, folder, node_write, owner_url, passwords, put
from deploy.reference.layout import Cluster, Node
from deploy.reference.packages import ACCOUNT, account_bring, packages_bring
from deploy.reference.status import status_find
from deploy.reference.tools import ClusterError, run, say, wait_for

_MARK = "cluster.json"
_READY_SECONDS = 90
_DRAIN_PAUSE_SECONDS = 2


def up(cluster: Cluster, *, sample: bool | None, disk: str) -> None:
    """Bring up whatever is not up, from nothing or from what `down` left. Safe to repeat."""
    packages_bring()
    account_bring()
    sample = _home_open(cluster, sample=sample)
    passwords(cluster)
    release = program.release_latest(cluster) or program.release_make(cluster)
    network.bridge_bring(cluster)
    for node in cluster.nodes:
        _node_bring(cluster, node, release, sample=sample, disk=disk)
    say("Starting three database nodes …")
    for node in cluster.db:
        nodes.node_start(node)
    primary = database.ready_await(cluster)
    database.logins_make(cluster, primary)
    say(f"{primary.name} is primary. Bringing the database to this version's shape …")
    _program_prepare(cluster, sample=sample)
    say("Starting workers, web nodes and the edge …")
    for node in (*cluster.work, *cluster.web, cluster.edge):
        nodes.node_start(node)
    wait_for("the pages", lambda: bool(status_find(cluster)["serves"]), seconds=_READY_SECONDS)
    database.whole_await(cluster)
    _welcome(cluster, sample=sample)


def down(cluster: Cluster, *, delete: bool) -> None:
    """Stop every node and take away namespaces, cables and mounts; the data stay, unless they are to go as well."""
    for node in cluster.nodes:
        nodes.node_continue(node)
        network.wires_up(node)
    primary = database.primary_find(cluster)
    _together([cluster.edge], nodes.node_stop)
    _together([*cluster.web, *cluster.work], nodes.node_stop)
    # The primary last: it alone has everything for certain, and nobody is to take its place now. etcd after them all:
    # whoever gives the key up needs it.
    for some in ([node for node in cluster.db if node != primary], [primary] if primary else []):
        _together(some, lambda node: nodes.service_do(node, "patroni", "stop", seconds=60))
    _together(cluster.db, nodes.node_stop)
    for node in cluster.nodes:
        network.wires_remove(node)
        disks.disk_remove(node)
    network.bridge_remove(cluster)
    if delete and cluster.home.exists():
        if not (cluster.home / _MARK).exists():
            raise ClusterError(f"{cluster.home} was not made by this program: it stays")
        shutil.rmtree(cluster.home)
        say(f"{cluster.home} is deleted.")
    stays = f"The data stay in {cluster.home}; deploy/cluster down --delete takes them, too."
    say(f"Down. {stays}" if cluster.home.exists() else "Down.")


def _together(some: Sequence[Node], act: Callable[[Node], None]) -> None:
    """Do it to those that run, at the same time."""
    running = [node for node in some if nodes.init_find(node) is not None]
    if not running:
        return
    say(f"Stopping {', '.join(node.name for node in running)} …")
    with ThreadPoolExecutor(len(running)) as pool:
        list(pool.map(act, running))


def home_demand(cluster: Cluster) -> None:
    """Raise ClusterError where there is no cluster yet."""
    if not (cluster.home / _MARK).exists():
        raise ClusterError("There is no cluster yet: deploy/cluster up")


def node_do(cluster: Cluster, node: Node, what: str, service: str | None) -> None:
    """One of the things that happen to a machine."""
    if service is not None:
        if what not in {"start", "stop", "restart", "kill"}:
            raise ClusterError(f"A single service can be started, stopped, restarted or killed, not: {what}")
        nodes.service_do(node, service, "up" if what == "start" else what, seconds=60)
        return
    if what in {"start", "restart"}:
        if what == "restart":
            nodes.node_stop(node)
        network.bridge_bring(cluster)
        network.wires_bring(cluster, node)
        if node.kind == "db":
            disks.disk_bring(node)
        nodes.node_start(node)
    else:
        acts = {
            "stop": nodes.node_stop,
            "kill": nodes.node_kill,
            "pause": nodes.node_pause,
            "continue": nodes.node_continue,
            "cut": nodes.node_cut,
            "join": nodes.node_join,
        }
        acts[what](node)


def upgrade(cluster: Cluster) -> None:
    """Bring the checkout's version to a running cluster, node by node, while it serves."""
    sample = _home_open(cluster, sample=None)
    release = program.release_make(cluster)
    first = _where(cluster, None)
    if first.kind != "work":
        raise ClusterError(f"No worker is up: deploy/cluster node {cluster.work[0].name} start")
    say("Bringing the database to the new version's shape, while the old one serves …")
    _owner_katip(cluster, first, release, "migrate")
    for node in (*cluster.work, *cluster.web):
        runs = nodes.init_find(node) is not None
        say(f"{node.name}: the new version …" if runs else f"{node.name} is down: it starts with the new version.")
        node_write(cluster, node, sample=sample)
        program.release_use(node, release)
        if not runs:
            continue
        nodes.service_do(node, "katip", "restart", seconds=90)
        if node.kind == "web":
            wait_for(f"{node.name} to serve", lambda node=node: _serves(cluster, node), seconds=_READY_SECONDS)  # type: ignore[misc] # mypy sees no type of `node`
            time.sleep(_DRAIN_PAUSE_SECONDS)  # the edge asks every second
    _owner_katip(cluster, first, release, "migrate", "--finish")
    say("Every node runs the new version.")


def switchover(cluster: Cluster, target: str | None) -> None:
    """Have another database node be primary, in good order."""
    primary = database.ready_await(cluster)
    chosen = ["--candidate", target] if target else []
    words = ("switchover", "--leader", primary.name, *chosen, "--force", cluster.name)
    said = run(*database.patronictl(cluster, *words), check=False).strip()
    say(said)
    if "Successfully" not in said:  # Patroni ends with 0 where it refused, too
        raise ClusterError(f"{primary.name} is still the primary. Only the synchronous standby may take its place.")


def katip(cluster: Cluster, *words: str, on: str | None = None) -> int:
    """A `katip …` command on the node named, or on a worker, with our input and output."""
    return command_run(cluster, "python", "-P", "-m", "katip", *words, on=on)


def command_run(cluster: Cluster, *words: str, on: str | None = None) -> int:
    """Any command there, as Katip's account, with its environment; the owner's address too, on a worker."""
    where = _where(cluster, on)
    return nodes.enter(where, *_as_katip(cluster, where, *words))


# ------------------------------------------------------------------------------------------------------------ in order


def _where(cluster: Cluster, name: str | None) -> Node:
    """The node of this name, else the first that is up: a worker, or a web node where no worker is."""
    some = (*cluster.work, *cluster.web) if name is None else (cluster.find(name),)
    if some[0].kind not in {"work", "web"}:
        raise ClusterError(f"{some[0].name} has no katip: take a worker or a web node")
    for node in some:
        if nodes.init_find(node) is not None:
            return node
    raise ClusterError(f"{some[0].name} is down: deploy/cluster node {some[0].name} start, or deploy/cluster up")


def _home_open(cluster: Cluster, *, sample: bool | None) -> bool:
    """Make the folder, or recognise ours. Whether it has the sample world is decided once."""
    mark = cluster.home / _MARK
    if cluster.home.exists() and any(cluster.home.iterdir()) and not mark.exists():
        raise ClusterError(f"{cluster.home} holds something else: move it away first")
    folder(cluster.home)
    if mark.exists():
        kept = bool(json.loads(mark.read_text())["sample"])
        if sample is not None and sample != kept:
            raise ClusterError("The sample world is chosen with the first `up`: first deploy/cluster down --delete")
        return kept
    put(mark, json.dumps({"made by": "deploy/cluster", "sample": bool(sample)}))
    return bool(sample)


def _node_bring(cluster: Cluster, node: Node, release: Path, *, sample: bool, disk: str) -> None:
    folder(node.home)
    if node.kind == "db":
        disks.disk_bring(node, disk)
    node_write(cluster, node, sample=sample)
    network.wires_bring(cluster, node)
    if node.kind in {"web", "work"} and not node.program.exists():
        program.release_use(node, release)


def _program_prepare(cluster: Cluster, *, sample: bool) -> None:
    """Schema, keys and, if wanted, the sample world; by a worker that does nothing else yet."""
    first = cluster.work[0]
    if nodes.init_find(first) is None:
        put(first.services / "katip" / "down", "")
        nodes.node_start(first)
    wait_for("the way to the database", lambda: _database_answers(first, passwords(cluster)["owner"]), seconds=30)
    release = Path(os.path.realpath(first.program))
    fresh = not (first.data / "keys" / "seal").exists()
    if fresh and (release / "katip" / "cli" / "keys.py").exists():
        _run_katip(cluster, first, release, "-m", "katip", "keys", "make")
    _owner_katip(cluster, first, release, "migrate")
    if fresh:
        _run_katip(cluster, first, release, "-m", "deploy.reference.world", "keys")
    if sample and not (first.data / "cast.json").exists():
        say("Loading the sample world …")
        _run_katip(cluster, first, release, "-m", "deploy.reference.world", "sample")
    for node in (*cluster.work[1:], *cluster.web):
        _shared_copy(first, node)
    (first.services / "katip" / "down").unlink(missing_ok=True)


def _shared_copy(first: Node, other: Node) -> None:
    """What every machine needs alike: the keys, and by which cards are believed."""
    for name in ("keys", "trust"):
        there = other.data / name
        if (first.data / name).exists() and not there.exists():
            run("cp", "-a", first.data / name, there)


def _database_answers(node: Node, password: str) -> bool:
    """Whether the owner gets through; the password travels by a pipe, as command lines are everybody's to read."""
    ask = (
        "read -r PGPASSWORD; export PGPASSWORD PGCONNECT_TIMEOUT=3; "
        f"exec psql -w -X -A -t -h 127.0.0.1 -U katip_owner -d {DATABASE} -c \"SELECT 'here'\""
    )
    return "here" in run(*nodes.inside(node, "sh", "-c", ask), stdin=f"{password}\n", check=False)


def _owner_katip(cluster: Cluster, node: Node, release: Path, *words: str) -> None:
    said = _run_katip(cluster, node, release, "-m", "katip", *words)
    say("\n".join(f"  {line}" for line in said.strip().splitlines()))


def _run_katip(cluster: Cluster, node: Node, release: Path, *words: str) -> str:
    return run(*nodes.inside(node, *_as_katip(cluster, node, "python", "-P", *words, release=release)))


def _as_katip(cluster: Cluster, node: Node, *words: str, release: Path | None = None) -> list[str]:
    """`words` in the environment that Katip has on this node; `python` is the release's.

    The owner's address goes to workers alone: pages run under the same account, and must not find it.
    """
    where = release or Path(os.path.realpath(node.program))
    script = (
        'set -a; . "$1"; [ ! -f "$2" ] || KATIP_DATABASE_OWNER_URL=$(cat "$2")\n'
        "DJANGO_SETTINGS_MODULE=katip.config.settings\n"
        'PYTHONPATH=$3; PATH=$3/venv/bin:$PATH; cd "$4"; account=$5; shift 5; exec chpst -u "$account" "$@"'
    )
    owner = node.etc / "owner.url"
    if node.kind == "work":
        put(owner, owner_url(cluster) + "\n", mode=0o600)
    given = (node.etc / "katip.env", owner, where, node.data, ACCOUNT)
    return ["sh", "-c", script, "sh", *map(str, given), *words]


def _serves(cluster: Cluster, node: Node) -> bool:
    return any(one["name"] == node.name and one.get("serves") for one in status_find(cluster)["nodes"])


def _welcome(cluster: Cluster, *, sample: bool) -> None:
    say(f"\nKatip is ready: {cluster.url}\n")
    if sample:
        say("Who can sign in, with which password:     deploy/cluster cast")
        say("The code of the second step, e.g.:        deploy/cluster code employer")
    else:
        say("The register is empty. Commands:          deploy/cluster katip --help")
    say("How every node is:                        deploy/cluster status")
    say(f"The database, {DATABASE}, on the primary:      deploy/cluster psql")
    say("Stop it:                                  deploy/cluster down")
