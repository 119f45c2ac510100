"""Which nodes there are, where they lie and how they are called."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deploy.reference.tools import ClusterError

Kind = Literal["db", "web", "work", "edge"]

CHECKOUT = Path(__file__).resolve().parents[2]
SERVICES: dict[Kind, tuple[str, ...]] = {
    "db": ("etcd", "patroni"),
    "web": ("haproxy", "pgbouncer", "katip"),
    "work": ("haproxy", "katip"),
    "edge": ("haproxy",),
}
"""in the order in which they are started; stopped the other way round"""
_LONGEST_NAME = 9  # NAME-work1 names a network interface: fifteen letters at most


@dataclass(frozen=True, slots=True)
class Node:
    """One machine. `namespace` is None for the edge, which stands where the browser is."""

    name: str
    kind: Kind
    address: str
    namespace: str | None
    home: Path

    @property
    def link(self) -> str | None:
        """Our end of its network cable."""
        return self.namespace

    @property
    def etc(self) -> Path:
        """Its configuration."""
        return self.home / "etc"

    @property
    def services(self) -> Path:
        """The folder that its supervisor watches."""
        return self.home / "service"

    @property
    def logs(self) -> Path:
        """A folder for each program."""
        return self.home / "log"

    @property
    def disk(self) -> Path:
        """Where a database node keeps its data: a file system of its own."""
        return self.home / "disk"

    @property
    def data(self) -> Path:
        """Where its programs keep their data."""
        return self.disk if self.kind == "db" else self.home / "katip"

    @property
    def program(self) -> Path:
        """The release that this node runs: a link."""
        return self.home / "program"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster of this machine."""

    name: str
    net: str
    port: int

    @property
    def home(self) -> Path:
        """Everything that it keeps."""
        return Path(f"/var/lib/{self.name}-cluster")

    @property
    def bridge(self) -> str:
        """The switch that the nodes hang on."""
        return f"{self.name}-br"

    @property
    def host_address(self) -> str:
        """Our own address on it."""
        return f"{self.net}.1"

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://localhost:{self.port}"

    @property
    def secrets(self) -> Path:
        """The passwords, for root's eyes."""
        return self.home / "secrets.json"

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All of them."""
        return (*self.db, *self.web, *self.work, self.edge)

    @property
    def db(self) -> tuple[Node, ...]:
        """The database nodes."""
        return tuple(self._node("db", no, 10 + no) for no in (1, 2, 3))

    @property
    def web(self) -> tuple[Node, ...]:
        """The web nodes."""
        return tuple(self._node("web", no, 20 + no) for no in (1, 2))

    @property
    def work(self) -> tuple[Node, ...]:
        """The workers."""
        return tuple(self._node("work", no, 30 + no) for no in (1, 2))

    @property
    def edge(self) -> Node:
        """What browsers reach."""
        return Node("edge", "edge", self.host_address, None, self.home / "nodes" / "edge")

    def find(self, name: str) -> Node:
        """The node of this name. Raises ClusterError."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise ClusterError(f"There is no node {name}. There are: {', '.join(node.name for node in self.nodes)}")

    def _node(self, kind: Kind, no: int, last: int) -> Node:
        name = f"{kind}{no}"
        return Node(name, kind, f"{self.net}.{last}", f"{self.name}-{name}", self.home / "nodes" / name)


def cluster_of_environment() -> Cluster:
    """The usual cluster, or another one beside it by CLUSTER_NAME, CLUSTER_NET and CLUSTER_PORT."""
    name = os.environ.get("CLUSTER_NAME", "katip")
    if not (name.isascii() and name.isalnum() and name.islower() and len(name) <= _LONGEST_NAME):
        raise ClusterError(f"CLUSTER_NAME is at most {_LONGEST_NAME} small letters and digits, not {name!r}")
    return Cluster(name, os.environ.get("CLUSTER_NET", "10.203.0"), int(os.environ.get("CLUSTER_PORT", "8080")))
