"""What the reference cluster writes on its nodes; nothing is started."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.reference import files, network
from deploy.reference.layout import CHECKOUT, Cluster, Node

CLUSTER = Cluster("katip", "10.203.0", 8080)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "passwords", lambda _cluster: dict.fromkeys(files.LOGINS, "a-password"))


@pytest.fixture
def written(known: None, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """(node, file) → what a node's configuration says, with and without the sample world under its own name."""
    found: dict[tuple[str, str], str] = {}

    def put(path: Path, text: str, **_: object) -> None:
        found[path.parts[-3] if path.parts[-2] == "etc" else "", path.name] = text

    monkeypatch.setattr(files, "put", put)
    monkeypatch.setattr(files, "folder", lambda path, **_: path)
    for node in CLUSTER.nodes:
        files.node_write(CLUSTER, node, sample=False)
    return found


def test_no_template_leaves_anything_open(written: dict[tuple[str, str], str]) -> None:
    templates = {path.name for path in files.TEMPLATES.iterdir()}
    assert templates - {name for _, name in written} == {"haproxy-database.cfg", "haproxy-sample.cfg",
                                                         "haproxy-edge.cfg", "logins.sql", "sysctl.conf"}  # fmt: skip
    for where, text in written.items():
        assert not re.search(r"\$\{\w+\}", text), where


def test_the_primary_renews_its_key_by_comparing(written: dict[tuple[str, str], str]) -> None:
    for node in CLUSTER.db:
        patroni = yaml.safe_load(written[node.name, "patroni.yml"])
        assert "etcd3" not in patroni
        assert len(patroni["etcd"]["hosts"]) == 3
        assert "ETCD_ENABLE_V2=true" in written[node.name, "etcd.env"].splitlines()


def test_nothing_is_acknowledged_that_stands_on_one_machine_only(written: dict[tuple[str, str], str]) -> None:
    dcs = yaml.safe_load(written["db1", "patroni.yml"])["bootstrap"]["dcs"]
    assert dcs["synchronous_mode"] is True
    assert dcs["synchronous_mode_strict"] is True
    assert dcs["ttl"] >= dcs["loop_wait"] + 2 * dcs["retry_timeout"]
    parameters = dcs["postgresql"]["parameters"]
    assert parameters["synchronous_commit"] == "on"
    assert "statement_timeout" not in parameters  # a COMMIT cancelled while it waits is answered with success


def test_nobody_reaches_the_database_without_a_password(written: dict[tuple[str, str], str]) -> None:
    rules = yaml.safe_load(written["db1", "patroni.yml"])["postgresql"]["pg_hba"]
    assert [rule for rule in rules if "scram-sha-256" not in rule] == ["local all postgres peer"]


def test_pages_go_through_the_pooler_and_work_does_not(written: dict[tuple[str, str], str]) -> None:
    web, work = written["web1", "katip.env"].splitlines(), written["work1", "katip.env"].splitlines()
    assert "KATIP_DATABASE_URL=postgresql://katip_app:a-password@127.0.0.1:6432/katip" in web
    assert "KATIP_DATABASE_PREPARE=false" in web
    assert "KATIP_DATABASE_URL=postgresql://katip_app:a-password@127.0.0.1:5432/katip" in work
    assert "KATIP_DATABASE_WORK_URL=postgresql://katip_work:a-password@127.0.0.1:5432/katip" in work


def test_the_sample_world_listens_on_loopback_only(known: None, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(files, "put", lambda path, text, **_: texts.append(text) if path.name == "katip.env" else None)
    monkeypatch.setattr(files, "folder", lambda path, **_: path)
    for node in (*CLUSTER.web, *CLUSTER.work):
        files.node_write(CLUSTER, node, sample=True)
    assert len(texts) == 4
    assert all("\nKATIP_HOST=127.0.0.1\n" in text and "\nKATIP_PUBLIC_URL=\n" in text for text in texts)


def test_every_variable_of_the_template_is_a_setting(written: dict[tuple[str, str], str]) -> None:
    from katip.core.environment import Environment

    named = {line.partition("=")[0] for line in written["web1", "katip.env"].splitlines() if line.startswith("KATIP_")}
    known = {f"KATIP_{name.upper()}" for name in Environment.model_fields}
    assert named - known <= {"KATIP_DATABASE_WORK_URL"}


def test_every_process_gives_figures(written: dict[tuple[str, str], str]) -> None:
    for node in (*CLUSTER.web, *CLUSTER.work):
        lines = written[node.name, "katip.env"].splitlines()
        assert {f"KATIP_METRICS_HOST={node.address}", "KATIP_METRICS_PORT=9464"} <= set(lines)


def test_a_request_that_changes_something_is_sent_once(written: dict[tuple[str, str], str]) -> None:
    edge = written["edge", "haproxy.cfg"]
    assert "http-request disable-l7-retry unless { method GET HEAD }" in edge
    assert "http-request del-header X-Forwarded-For" in edge


@pytest.mark.skipif(not Path("/usr/sbin/haproxy").exists(), reason="no HAProxy here")
@pytest.mark.parametrize("node", [CLUSTER.web[0], CLUSTER.edge], ids=lambda node: node.name)
def test_haproxy_takes_its_configuration(written: dict[tuple[str, str], str], node: Node, tmp_path: Path) -> None:
    text = written[node.name, "haproxy.cfg"].replace(f"{node.etc}/503.http", str(files.TEMPLATES / "503.http"))
    (tmp_path / "haproxy.cfg").write_text(text)
    done = subprocess.run(
        ["/usr/sbin/haproxy", "-c", "-f", tmp_path / "haproxy.cfg"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_the_docs_name_every_template_and_command() -> None:
    docs = (CHECKOUT / "docs" / "cluster.md").read_text()
    for path in files.TEMPLATES.iterdir():
        assert path.name in docs or path.name in {"userlist.txt", "haproxy-sample.cfg"}, path.name
    for word in ("up --demo", "down --delete", "upgrade", "switchover", "status", "cast", "code employer"):
        assert f"deploy/cluster {word}" in docs or f"… {word}" in docs, word


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_units_are_understood_and_hardened() -> None:
    done = subprocess.run([CHECKOUT / "deploy" / "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr


def test_no_machine_waits_for_hours_for_one_that_vanished() -> None:
    """A node that was being rewound from a primary whose cable was pulled stayed away for the kernel's two hours."""
    kept = network.patience_read()
    idle, between, times = (int(kept[f"net.ipv4.tcp_keepalive_{name}"]) for name in ("time", "intvl", "probes"))
    assert idle + between * times < 30
    assert 3 <= int(kept["net.ipv4.tcp_retries2"]) <= 8
    assert len(kept) == 4


def test_the_logins_are_made_from_one_template(known: None) -> None:
    text = files.logins_sql(CLUSTER)
    assert "\\set owner_password a-password" in text
    assert "${" not in text


@pytest.mark.skipif(os.geteuid() == 0, reason="as root it would begin")
def test_it_asks_for_root() -> None:
    done = subprocess.run([CHECKOUT / "deploy" / "cluster", "status"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "as root" in done.stderr
