"""The wires: a bridge, and a namespace with one cable for each node. Nothing is routed anywhere else."""

from pathlib import Path

from deploy.reference.files import TEMPLATES
from deploy.reference.layout import Cluster, Node
from deploy.reference.tools import run


def bridge_bring(cluster: Cluster) -> None:
    """Make the switch, with our own address on it."""
    if not _there(cluster.bridge):
        run("ip", "link", "add", cluster.bridge, "type", "bridge")
        run("ip", "address", "add", f"{cluster.host_address}/24", "dev", cluster.bridge)
    run("ip", "link", "set", cluster.bridge, "up")


def bridge_remove(cluster: Cluster) -> None:
    """Take the switch away."""
    if _there(cluster.bridge):
        run("ip", "link", "delete", cluster.bridge)


def wires_bring(cluster: Cluster, node: Node) -> None:
    """Make the node's namespace and its cable where they are not there, and set how long a silent line is borne."""
    if node.namespace is None:
        return
    name = node.namespace
    if not Path("/run/netns", name).exists():
        run("ip", "netns", "add", name)
    if not _there(name):
        run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", name, "master", cluster.bridge)
        run("ip", "netns", "exec", name, "ip", "address", "add", f"{node.address}/24", "dev", "eth0")
        run("ip", "netns", "exec", name, "ip", "link", "set", "eth0", "up")
        run("ip", "netns", "exec", name, "ip", "link", "set", "lo", "up")
        run("ip", "link", "set", name, "up")
    for key, value in patience_read().items():
        run("ip", "netns", "exec", name, "sh", "-c", f"echo {value} >/proc/sys/{key.replace('.', '/')}")


def patience_read() -> dict[str, str]:
    """How long a connection is kept whose other side says nothing: the kernel's settings of every machine."""
    lines = (line.split("=") for line in (TEMPLATES / "sysctl.conf").read_text("utf-8").splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, value in lines}


def wires_remove(node: Node) -> None:
    """Take both away."""
    if node.namespace is None:
        return
    if _there(node.namespace):
        run("ip", "link", "delete", node.namespace)
    if Path("/run/netns", node.namespace).exists():
        run("ip", "netns", "delete", node.namespace)


def wire_set(node: Node, *, up: bool) -> None:
    """Pull the node's cable, or put it back."""
    if node.namespace is not None:
        run("ip", "link", "set", node.namespace, "up" if up else "down")


def wires_up(node: Node) -> None:
    """Put back whatever cable was pulled."""
    if node.namespace is not None and _there(node.namespace):
        wire_set(node, up=True)


def wire_is_up(node: Node) -> bool:
    """Whether the node's cable is plugged in."""
    if node.namespace is None:
        return True
    return "state UP" in run("ip", "-oneline", "link", "show", node.namespace, check=False)


def _there(link: str) -> bool:
    return Path("/sys/class/net", link).exists()
