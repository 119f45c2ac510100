"""Figures of several processes, added up by the command that owns them and given over HTTP."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from katip.cli import metrics
from katip.cli.metrics import metrics_begin, metrics_served
from katip.core.metrics_folder import dead_remove, earlier_remove, metrics_folder_set

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
COUNTS = """
import os
from prometheus_client import Counter, Gauge
Counter("katip_trial", "x").inc(2)
Gauge("katip_now", "x", multiprocess_mode="livesum").set(5)
print(os.getpid())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, "")
    metrics_folder_set(tmp_path, 9464)
    return Path(os.environ[VARIABLE])


def child_count() -> None:
    subprocess.run([sys.executable, "-P", "-c", COUNTS], check=True, stdout=subprocess.DEVNULL)


def test_no_folder_is_made_where_no_port_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    metrics_folder_set(tmp_path, 0)
    assert VARIABLE not in os.environ
    assert list(tmp_path.iterdir()) == []


def test_what_a_process_counted_outlives_it_but_not_how_it_was(folder: Path) -> None:
    child_count()
    assert len(list(folder.glob("*.db"))) == 2
    dead_remove(folder)
    assert [file.name.partition("_")[0] for file in folder.glob("*.db")] == ["counter"]
    assert folder.stat().st_mode & 0o077 == 0
    earlier_remove(folder)
    assert list(folder.glob("*.db")) == []


def test_figures_of_all_processes_are_added_up_and_given(folder: Path, settings: Any) -> None:
    metrics_begin()
    child_count()
    child_count()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.KATIP = settings.KATIP.model_copy(update={"metrics_port": port, "metrics_host": "127.0.0.1"})
    with metrics_served(state=False):
        told = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()
    assert "katip_trial_total 4.0" in told
    assert "katip_now" not in told
    with socket.create_server(("127.0.0.1", port)):
        pass  # it is given back


def test_nothing_is_given_where_no_port_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "States", None)
    with metrics_served():
        pass
