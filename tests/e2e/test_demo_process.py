"""`script/demo` as people run it: a process that starts, answers, keeps what was done, and ends without a trace."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from katip.core.postgres import server_remove

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PATIENCE = 120
LAST = 200
"""longer than a command takes to give its parts up and say where it stands"""


class Demo:
    """A started `script/demo`."""

    def __init__(self, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("KATIP_", "DJANGO_"))}
        self.process = subprocess.Popen(
            [str(ROOT / "script/demo"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        self.output = ""

    def read_until(self, words: str) -> str:
        """Everything said up to `words`, however long that takes, within reason."""
        assert self.process.stdout
        deadline = time.monotonic() + PATIENCE
        while words not in self.output:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert chunk, f"no {words!r} in: {self.output}"
            self.output += chunk.decode()
        return self.output

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(LAST)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def run(*arguments: str) -> Demo:
        started.append(Demo(*arguments))
        return started[-1]

    yield run
    for demo in started:
        if demo.process.poll() is None:
            demo.end(signal.SIGTERM)
        assert demo.process.stdout
        demo.process.stdout.close()


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose database goes with it, also where it had to lie elsewhere."""
    yield tmp_path / "demo"
    server_remove(tmp_path / "demo")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def processes_with(words: str) -> list[str]:
    """Command lines and working directories of running processes that name `words`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            said = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            said += f" in {(entry / 'cwd').readlink()}"
        except OSError:  # ended meanwhile
            continue
        if words in said and entry.name != str(os.getpid()):
            found.append(said)
    return found


def test_it_starts_answers_ends_without_a_trace_and_keeps_what_was_done(
    start: Callable[..., Demo], port: int, data: Path
) -> None:
    arguments = ("--port", str(port), "--data", str(data))

    first = start(*arguments)
    said = first.read_until("Stop with Ctrl-C")
    assert f"Katip is ready: http://localhost:{port}\n" in said
    cast = json.loads((data / "cast.json").read_text("utf-8"))
    assert all(entry["national_id"] in said and entry["password"] in said for entry in cast)
    status, page = get(port, "/")
    assert status == 200
    assert "İSG-KATİP" in page
    cluster = _cluster(data)
    assert processes_with(cluster)
    assert processes_with(f"--port {port}")
    assert first.end(signal.SIGTERM) == 0
    assert first.read_until("Stopped.")
    assert processes_with(cluster) == processes_with(f"--port {port}") == []

    second = start(*arguments)
    second.read_until("Stop with Ctrl-C")
    assert json.loads((data / "cast.json").read_text("utf-8")) == cast
    assert second.end(signal.SIGINT) == 0
    assert processes_with(cluster) == processes_with(f"--port {port}") == []

    fresh = start(*arguments, "--fresh")
    fresh.read_until("Stop with Ctrl-C")
    assert json.loads((data / "cast.json").read_text("utf-8")) != cast
    assert fresh.end(signal.SIGTERM) == 0


def test_a_port_in_use_is_said_and_nothing_is_started(start: Callable[..., Demo], data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        demo = start("--port", str(number), "--data", str(data))
        assert f"Port {number} cannot be used" in demo.read_until("Choose another one")
        assert demo.process.wait(PATIENCE) == 1
    assert not data.exists()


def _cluster(data: Path) -> str:
    """Where the database's files are: below the data folder, or where its note says."""
    note = data / "postgres/elsewhere"
    return note.read_text().strip() if note.exists() else str(data / "postgres")
