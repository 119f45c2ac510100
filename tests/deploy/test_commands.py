"""What the reference cluster says and does when an operator asks; nothing is started but one sleeping child."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from deploy.reference import commands, database, disks, network, nodes, status
from deploy.reference.layout import Cluster, Node
from deploy.reference.tools import ClusterError

CLUSTER = Cluster("katip", "10.203.0", 8080)
MEMBERS = [
    {"name": "db1", "role": "leader", "state": "running"},
    {"name": "db2", "role": "sync_standby", "state": "streaming", "lag": 0},
    {"name": "db3", "role": "replica", "state": "streaming", "lag": 0},
]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster as `status` sees it: db3 is down, everything else is up."""
    monkeypatch.setattr(status, "members", lambda _cluster: MEMBERS)
    monkeypatch.setattr(status, "primary_find", lambda cluster: cluster.db[0])
    monkeypatch.setattr(status, "init_find", lambda node: None if node.name == "db3" else 1)
    monkeypatch.setattr(status, "is_paused", lambda _pid: False)
    monkeypatch.setattr(status, "wire_is_up", lambda _node: True)
    monkeypatch.setattr(status, "service_state", lambda _node, _name: "run")
    monkeypatch.setattr(status, "_answers", lambda *_: True)


def _told() -> dict[str, str]:
    """What `status` says of each database node."""
    return {words[0]: " ".join(words[2:5]) for words in map(str.split, status.status_lines(CLUSTER)[1:4])}


def test_a_node_that_is_down_has_no_role(seen: None) -> None:
    assert _told() == {"db1": "up primary etcd:run", "db2": "up synchronous standby", "db3": "down"}


def test_who_was_primary_is_not_called_so_without_its_own_word(seen: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "primary_find", lambda _cluster: None)
    assert _told()["db1"] == "up takes no"


def test_a_stopped_process_is_called_paused() -> None:
    child = subprocess.Popen(["/bin/sleep", "60"])
    try:
        assert not nodes.is_paused(child.pid)
        child.send_signal(signal.SIGSTOP)
        os.waitpid(child.pid, os.WUNTRACED)
        assert nodes.is_paused(child.pid)
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("said", ["Switchover failed, details: 412, candidate name does not match", "Error: Member x"])
def test_a_switchover_that_patroni_refused_has_not_succeeded(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ready_await", lambda cluster: cluster.db[0])
    monkeypatch.setattr(database, "patronictl", lambda _cluster, *_words: ["true"])
    monkeypatch.setattr(commands, "run", lambda *_command, **_: said)
    with pytest.raises(ClusterError, match="db1 is still the primary"):
        commands.switchover(CLUSTER, "db3")
    monkeypatch.setattr(commands, "run", lambda *_command, **_: 'Successfully switched over to "db2"')
    commands.switchover(CLUSTER, None)


def test_a_command_finds_a_node_that_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    up = {"work2", "web1"}
    entered: list[str] = []

    def enter(node: Node, *_words: str) -> int:
        entered.append(node.name)
        return 0

    monkeypatch.setattr(nodes, "init_find", lambda node: 1 if node.name in up else None)
    monkeypatch.setattr(nodes, "enter", enter)
    monkeypatch.setattr(commands, "_as_katip", lambda *_: ["true"])
    commands.katip(CLUSTER, "doctor")
    commands.katip(CLUSTER, "doctor", on="web1")
    up.remove("work2")
    commands.katip(CLUSTER, "doctor")
    assert entered == ["work2", "web1", "web1"]
    with pytest.raises(ClusterError, match="web2 is down"):
        commands.katip(CLUSTER, "doctor", on="web2")
    with pytest.raises(ClusterError, match="db1 has no katip"):
        commands.katip(CLUSTER, "doctor", on="db1")


def test_without_a_cluster_nothing_is_said_of_its_nodes_and_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(Cluster, "home", property(lambda _self: tmp_path / "none"))
    with pytest.raises(ClusterError, match="There is no cluster yet"):
        commands.home_demand(CLUSTER)
    for module in (nodes, network, disks, database):
        for name in ("node_continue", "wires_up", "wires_remove", "disk_remove", "bridge_remove", "primary_find"):
            monkeypatch.setattr(module, name, lambda *_: None, raising=False)
    monkeypatch.setattr(nodes, "init_find", lambda _node: None)
    commands.down(CLUSTER, delete=False)
    assert capsys.readouterr().out == "Down.\n"
