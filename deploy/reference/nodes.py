"""Starting, stopping and hurting nodes.

A node is a process namespace: its first process is runit's supervisor, which stands for systemd here and starts again
what died. Killing that one process ends the whole node at once, as pulling a plug does.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from deploy.reference.layout import SERVICES, Node
from deploy.reference.network import wire_set
from deploy.reference.tools import ClusterError, run, wait_for

_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/"}
_STOP_SECONDS = 60
_STARTED_AGAIN_SECONDS = 20


def node_start(node: Node) -> None:
    """Start the node with all its services; nothing happens where it runs."""
    if init_find(node) is not None:
        services_up(node)
        return
    inside = ["ip", "netns", "exec", node.namespace] if node.namespace else []
    command = [
        *inside,
        *("unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--uts", "--"),
        *("sh", "-c", 'hostname "$1" && exec runsvdir -P "$2"', "sh", node.name, str(node.services)),
    ]
    with (node.logs / "supervisor.log").open("ab") as log:
        outer = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")

    def begun() -> bool:
        if outer.poll() is not None:
            raise ClusterError(f"{node.name} did not start; see {node.logs / 'supervisor.log'}")
        words = children.read_text().split()
        if not words:
            return False
        _pid_file(node).write_text(json.dumps({"pid": int(words[0]), "begun": _begun(int(words[0]))}))
        return True

    wait_for(f"{node.name} to start", begun, seconds=10)


def node_stop(node: Node) -> None:
    """Let each service end what it does, then end the node."""
    if init_find(node) is None:
        return
    node_continue(node)
    for name in reversed(SERVICES[node.kind]):
        service_do(node, name, "stop", seconds=_STOP_SECONDS)
    node_kill(node)


def node_kill(node: Node) -> None:
    """End every process of the node at this moment."""
    pid = init_find(node)
    if pid is None:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait_for(f"{node.name} to be gone", lambda: init_find(node) is None, seconds=30)
    _pid_file(node).unlink(missing_ok=True)


def node_pause(node: Node) -> None:
    """Stop the clock for every process of the node."""
    _signal_all(node, signal.SIGSTOP)


def node_continue(node: Node) -> None:
    """Let it go on."""
    _signal_all(node, signal.SIGCONT)


def node_cut(node: Node) -> None:
    """Pull its cable."""
    wire_set(node, up=False)


def node_join(node: Node) -> None:
    """Put it back."""
    wire_set(node, up=True)


def services_up(node: Node) -> None:
    """Start what was stopped of a node that runs."""
    for name in SERVICES[node.kind]:
        (node.services / name / "down").unlink(missing_ok=True)
        service_do(node, name, "up", seconds=_STARTED_AGAIN_SECONDS)


def service_do(node: Node, name: str, what: str, *, seconds: int = _STARTED_AGAIN_SECONDS) -> None:
    """What runit's `sv` does: up, stop, restart, kill."""
    folder = node.services / name
    if not folder.is_dir():
        raise ClusterError(f"{node.name} has no service {name}. It has: {', '.join(SERVICES[node.kind])}")
    said = run("sv", "-w", str(seconds), what, folder, check=False)
    if said.startswith(("timeout", "fail", "warning")) and what in {"stop", "restart"}:
        run("sv", "-w", "10", "force-" + what, folder, check=False)


def service_state(node: Node, name: str) -> str:
    """`run`, `down`, or what else runit says of it."""
    said = run("sv", "status", node.services / name, check=False)
    return said.split(":", 1)[0].strip()


def init_find(node: Node) -> int | None:
    """The process id, as we see it, of the node's first process; None where the node is down."""
    try:
        kept = json.loads(_pid_file(node).read_text())
    except (OSError, ValueError):
        return None
    pid = int(kept["pid"])
    return pid if _begun(pid) == kept["begun"] else None


def is_paused(pid: int) -> bool:
    """Whether this process's clock is stopped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


def pids_find(node: Node) -> list[int]:
    """The ids of all processes of the node."""
    pid = init_find(node)
    if pid is None:
        return []
    wanted = _namespace(pid)
    return [one for one in map(int, filter(str.isdigit, os.listdir("/proc"))) if _namespace(one) == wanted]  # noqa: PTH208 -- names are all that is wanted


def inside(node: Node, *command: str | Path) -> list[str]:
    """`command` as it runs on the node."""
    pid = init_find(node)
    if pid is None:
        raise ClusterError(f"{node.name} is down: deploy/cluster node {node.name} start")
    return [
        "nsenter",
        f"--target={pid}",
        "--mount",
        "--uts",
        "--net",
        "--pid",
        "--root",
        "--wd",
        "--",
        *map(str, command),
    ]


def enter(node: Node, *command: str) -> int:
    """Run a command on the node with our own input and output; returns its status."""
    sys.stdout.flush()
    return subprocess.run(inside(node, *command), check=False).returncode


def _signal_all(node: Node, number: signal.Signals) -> None:
    """Signal every process; those that were born meanwhile, too."""
    done: set[int] = set()
    for _ in range(10):
        fresh = set(pids_find(node)) - done
        if not fresh:
            return
        for pid in sorted(fresh):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        done |= fresh
        time.sleep(0.01)


def _begun(pid: int) -> str | None:
    """When the process began, in the kernel's ticks: with its id that is its name for good."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def _namespace(pid: int) -> str | None:
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return None


def _pid_file(node: Node) -> Path:
    return node.home / "run" / "init.json"
