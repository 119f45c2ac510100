"""The command line of `deploy/cluster`."""

import argparse
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.reference import commands
from deploy.reference.database import patronictl, primary_find
from deploy.reference.layout import SERVICES, Cluster, cluster_of_environment
from deploy.reference.nodes import enter
from deploy.reference.status import status_find, status_lines
from deploy.reference.tools import ClusterError, say

_ACTS = ("start", "stop", "restart", "kill", "pause", "continue", "cut", "join")


def main() -> int:
    """Do what was asked for; returns the status to end with."""
    asked = _asked(sys.argv[1:])
    if os.geteuid() != 0:
        sys.stderr.write("It makes network namespaces and mounts: as root, please.\n")
        return 1
    try:
        return _do(cluster_of_environment(), asked)
    except ClusterError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _asked(words: list[str]) -> argparse.Namespace:
    """What was asked for; options behind a command that is handed through are that command's own."""
    on = None
    if words[:1] in (["katip"], ["run"]) and words[1:2] == ["--on"] and len(words) > 2:  # noqa: PLR2004 -- and a name
        on, words = words[2], [words[0], *words[3:]]
    whole = 2 if words[:1] == ["shell"] else 1
    through = words[:1] != [] and words[0] in {"katip", "run", "patronictl", "shell"} and len(words) > whole
    asked = _parser().parse_args(words[:whole] if through else words)
    if through:
        asked.words = words[whole:]
    asked.on = on
    return asked


def _do(cluster: Cluster, asked: argparse.Namespace) -> int:
    if asked.what in {"up", "down", "upgrade"}:
        with _alone(cluster):
            if asked.what == "up":
                commands.up(cluster, sample=asked.demo or None, disk=asked.disk)
            elif asked.what == "down":
                commands.down(cluster, delete=asked.delete)
            else:
                commands.upgrade(cluster)
        return 0
    commands.home_demand(cluster)
    if asked.what == "status":
        say(json.dumps(status_find(cluster)) if asked.json else "\n".join(status_lines(cluster)))
        return 0
    if asked.what == "node":
        commands.node_do(cluster, cluster.find(asked.node), asked.act, asked.service)
        return 0
    if asked.what == "switchover":
        commands.switchover(cluster, asked.to)
        return 0
    return _told(cluster, asked)


def _told(cluster: Cluster, asked: argparse.Namespace) -> int:
    """What hands our input and output to a program of the cluster; returns its status."""
    if asked.what == "katip":
        return commands.katip(cluster, *asked.words, on=asked.on)
    if asked.what == "run":
        return commands.command_run(cluster, *asked.words, on=asked.on)
    if asked.what == "code":
        if not (cluster.work[0].data / "cast.json").exists():
            raise ClusterError("There is no sample world. It is chosen with the first start: deploy/cluster up --demo")
        return commands.katip(cluster, "code", asked.key, "--data", str(cluster.work[0].data))
    if asked.what == "cast":
        data = f"KATIP_DATA={cluster.work[0].data}"  # where the sample world was made
        return commands.command_run(cluster, "env", data, "python", "-P", "-m", "deploy.reference.world", "cast")
    if asked.what == "psql":
        node = primary_find(cluster)
        if node is None:
            raise ClusterError("No database node is primary now: deploy/cluster status")
        words = ("-c", asked.sql) if asked.sql else ()
        return enter(node, "chpst", "-u", "postgres", "psql", "-h", str(node.home / "run"), "-d", "katip", *words)
    if asked.what == "patronictl":
        command = patronictl(cluster, *asked.words)
        os.execvp(command[0], command)  # noqa: S606 -- a list, no shell
    if asked.what == "shell":
        return enter(cluster.find(asked.node), *(asked.words or ["bash"]))
    return _logs(cluster, asked)


def _logs(cluster: Cluster, asked: argparse.Namespace) -> int:
    node = cluster.find(asked.node)
    names = [asked.service] if asked.service else SERVICES[node.kind]
    files = [node.logs / name / "current" for name in names]
    files += sorted((node.logs / "postgres").glob("*.log")) if "patroni" in names else []
    found = [str(file) for file in files if Path(file).exists()]
    if not found:
        raise ClusterError(f"{node.name} has said nothing yet")
    os.execvp("tail", ["tail", *(["-F"] if asked.follow else ["-n", "50"]), *found])  # noqa: S606, S607 -- a list, no shell


@contextmanager
def _alone(cluster: Cluster) -> Iterator[None]:
    """One at a time: two that bring the same cluster up or down would undo each other's work."""
    with Path(f"/run/{cluster.name}-cluster.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ClusterError("Another deploy/cluster is at work: wait for it") from error
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deploy/cluster",
        description="Katip on many machines, on this one: three database nodes, two web nodes, two workers, an edge.",
    )
    what = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    one = what.add_parser("up", help="bring up whatever is not up; installs what is missing")
    one.add_argument("--demo", action="store_true", help="with the sample world (at the first time)")
    one.add_argument("--disk", default="2G", metavar="SIZE", help="of each database node, at the first time (2G)")
    one = what.add_parser("down", help="stop everything; nothing runs, nothing is mounted afterwards")
    one.add_argument("--delete", action="store_true", help="and delete the data")
    one = what.add_parser("status", help="how every node is")
    one.add_argument("--json", action="store_true", help="for programs")
    one = what.add_parser("node", help="do something to one node: NODE ACT [SERVICE]")
    one.add_argument("node")
    one.add_argument("act", choices=_ACTS)
    one.add_argument("service", nargs="?", help="only this program of the node")
    one = what.add_parser("switchover", help="have another database node be primary")
    one.add_argument("--to", metavar="NODE")
    what.add_parser("upgrade", help="bring this checkout's version to the running nodes, one by one")
    one = what.add_parser("logs", help="what a node's programs said")
    one.add_argument("node")
    one.add_argument("service", nargs="?")
    one.add_argument("-f", "--follow", action="store_true")
    what.add_parser("cast", help="who can sign in to the sample world")
    one = what.add_parser("code", help="the second step of one of the sample cast")
    one.add_argument("key")
    one = what.add_parser("psql", help="the database's superuser on the primary")
    one.add_argument("sql", nargs="?")
    for name, told in (
        ("katip", "a katip command on a worker; --on NODE … on another node"),
        ("run", "any command there, with Katip's environment; --on NODE …"),
        ("patronictl", "Patroni's own command"),
    ):
        what.add_parser(name, help=told).add_argument("words", nargs="*")
    one = what.add_parser("shell", help="a shell, or a command, on a node")
    one.add_argument("node")
    one.add_argument("words", nargs="*")
    return parser


sys.exit(main())
