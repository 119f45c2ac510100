"""How every node is, for people and for programs."""

import http.client
from typing import Any

from deploy.reference.database import members, primary_find
from deploy.reference.layout import SERVICES, Cluster, Node
from deploy.reference.network import wire_is_up
from deploy.reference.nodes import init_find, is_paused, service_state

_ASK_SECONDS = 3


def status_find(cluster: Cluster) -> dict[str, Any]:
    """Everything that is known of the cluster now; JSON's types only."""
    known = {one["name"]: one for one in members(cluster)}
    primary = primary_find(cluster)
    return {
        "address": cluster.url,
        "serves": _answers("127.0.0.1", cluster.port, "/saglik/hazir/"),
        "primary": primary.name if primary else None,
        "home": str(cluster.home),
        "nodes": [_node(cluster, node, known.get(node.name), primary) for node in cluster.nodes],
    }


def status_lines(cluster: Cluster) -> list[str]:
    """The same as a table."""
    found = status_find(cluster)
    rows = [("node", "address", "state", "role", "services")]
    for one in found["nodes"]:
        services = " ".join(f"{name}:{state}" for name, state in one["services"].items())
        rows.append((one["name"], one["address"], one["state"], one["role"] or "", services))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.append("")
    lines.append(f"{found['address']}  {'serves' if found['serves'] else 'does not serve'}")
    return lines


def _node(cluster: Cluster, node: Node, member: dict[str, Any] | None, primary: Node | None) -> dict[str, Any]:
    pid = init_find(node)
    found: dict[str, Any] = {
        "name": node.name,
        "kind": node.kind,
        "address": node.address if node.kind != "edge" else f"127.0.0.1:{cluster.port}",
        "namespace": node.namespace,
        "link": node.link,
        "data": str(node.data),
        "logs": str(node.logs),
        "pid": pid,
        "state": _state(node, pid),
        "services": {name: service_state(node, name) for name in SERVICES[node.kind]} if pid else {},
        "role": None,
    }
    if member is not None and pid is not None:
        lag = member.get("lag")
        found |= {"role": _role(member, is_primary=node == primary), "lag_bytes": lag if isinstance(lag, int) else None}
    if node.kind == "web":
        found["serves"] = pid is not None and _answers(node.address, cluster.port, "/saglik/hazir/")
        found["role"] = "serves" if found["serves"] else "does not serve"
    return found


def _state(node: Node, pid: int | None) -> str:
    if pid is None:
        return "down"
    if is_paused(pid):
        return "paused"
    return "up" if wire_is_up(node) else "cut off"


def _role(member: dict[str, Any], *, is_primary: bool) -> str:
    """What Patroni says of it; where etcd is away that is of before, so the primary must say so itself."""
    if member["role"] == "leader" and not is_primary:
        return "takes no writes"
    role = {"leader": "primary", "sync_standby": "synchronous standby", "replica": "standby"}
    state = member.get("state", "")
    known = role.get(member["role"], member["role"])
    return known if state in {"running", "streaming"} else f"{known}, {state}"


def _answers(address: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(address, port, timeout=_ASK_SECONDS)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
