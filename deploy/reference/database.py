"""The database nodes: who is primary, by Patroni's own word, and what it is asked to do."""

import http.client
import json
from typing import Any

from deploy.reference.files import logins_sql
from deploy.reference.layout import Cluster, Node
from deploy.reference.nodes import init_find, inside
from deploy.reference.tools import ClusterError, run, wait_for

_PATIENCE_SECONDS = 180
_ASK_SECONDS = 3


def members(cluster: Cluster) -> list[dict[str, Any]]:
    """The members as the first node that answers names them; none where none answers."""
    for node in cluster.db:
        answer = _asked(node, "/cluster")
        if answer is not None and "members" in answer:
            found: list[dict[str, Any]] = answer["members"]
            return found
    return []


def primary_find(cluster: Cluster) -> Node | None:
    """The node that says itself that it is primary."""
    for node in cluster.db:
        if _status(node, "/primary") == http.HTTPStatus.OK:
            return node
    return None


def ready_await(cluster: Cluster) -> Node:
    """Wait until there is a primary and one that follows it synchronously, and return the primary."""
    wait_for("a primary and its standby", lambda: _is_ready(cluster), seconds=_PATIENCE_SECONDS)
    found = primary_find(cluster)
    if found is None:
        raise ClusterError("The primary changed its place just now: try again")
    return found


def whole_await(cluster: Cluster) -> None:
    """Wait until every member follows."""
    wait_for("all members to follow the primary", lambda: _is_whole(cluster), seconds=_PATIENCE_SECONDS)


def logins_make(cluster: Cluster, primary: Node) -> None:
    """Make the logins and the database where they are missing."""
    psql(primary, logins_sql(cluster))


def psql(node: Node, text: str, *, database: str = "postgres") -> str:
    """Have the superuser on a database node run `text`; returns what psql says, unaligned, without headings."""
    command = ("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", node.home / "run", "-d", database)
    return run(*inside(node, "chpst", "-u", "postgres", *command), stdin=text)


def patronictl(cluster: Cluster, *words: str) -> list[str]:
    """Patroni's own command on the first database node that runs, as it is to be called."""
    for node in cluster.db:
        if init_find(node) is not None:
            return inside(node, "chpst", "-u", "postgres", "patronictl", "-c", node.etc / "patroni.yml", *words)
    raise ClusterError("No database node runs: deploy/cluster up")


def _is_ready(cluster: Cluster) -> bool:
    return primary_find(cluster) is not None and any(one.get("role") == "sync_standby" for one in members(cluster))


def _is_whole(cluster: Cluster) -> bool:
    found = members(cluster)
    states = [one.get("state") for one in found if one.get("role") not in {"leader", "master"}]
    return _is_ready(cluster) and len(found) == len(cluster.db) and all(s in {"running", "streaming"} for s in states)


def _status(node: Node, path: str) -> int | None:
    connection = http.client.HTTPConnection(node.address, 8008, timeout=_ASK_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _asked(node: Node, path: str) -> dict[str, Any] | None:
    connection = http.client.HTTPConnection(node.address, 8008, timeout=_ASK_SECONDS)
    try:
        connection.request("GET", path)
        found: dict[str, Any] = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return found
