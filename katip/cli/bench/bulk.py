"""`script/bench bulk`: what an approval costs, alone over HTTP and with many others in one run.

An installation of its own is made in a scratch folder, with employers by the thousand (`bulk_world`), and thrown away
afterwards.

- over HTTP: the product's own web server, with two workers as `katip serve` starts them, answers eight connections;
  each request is the approval of another employer, in a session of their own. The floor (`bulk_floor`) does the same
  writes in one statement, served and asked in the same way; the two take turns. Then approvals come at half of the pace
  that was reached, whether those before are answered or not: how long do they wait?
- in one run: a thousand rows, from *Tamamla* to the last outcome, beside a thousand use cases one after the other.
- memory: what a run of ten thousand rows takes more than one of a thousand.
"""

import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from katip.cli.bench.beside import percentile
from katip.cli.bench.bulk_world import Waiting
from katip.cli.bench.load_client import AGENT
from katip.cli.bench.month import program_run

_PORT, _FLOOR_PORT = 8976, 8975
_CONNECTIONS, _WORKERS = 8, 2
_WARM, _ROUNDS, _BLOCK, _FLOOR_BLOCK, _PACED = 200, 3, 400, 800, 500
_ALONE, _RUN, _LONG_RUN = 1_000, 1_000, 10_000
_APPROVALS = _WARM + _ROUNDS * _BLOCK + _PACED
_COUNT = _APPROVALS + _WARM + _ROUNDS * _FLOOR_BLOCK + _ALONE + _RUN + _LONG_RUN
_TOKEN = "k" * 32
_SHARE = 0.5
"""of the pace reached, at which waiting is measured"""


def bulk(folder: Path) -> dict[str, Any]:
    """Measure all of it; prints what was found, returns the figures."""
    from katip.core.postgres import server_remove, server_start

    data = (folder / "bulk").resolve()
    shutil.rmtree(data, ignore_errors=True)
    try:
        with server_start(data):
            told = program_run(["-m", "katip.cli.bench.bulk", "world", str(data)], **_given(data))
            click.echo(told)
            figures = _over_http(data)
            told = program_run(["-m", "katip.cli.bench.bulk", "runs", str(data)], **_given(data))
            figures |= json.loads(told)
            click.echo(f"runs: {told}")
            return figures
    finally:
        server_remove(data)
        shutil.rmtree(data, ignore_errors=True)


def _given(data: Path) -> dict[str, str]:
    return {
        "KATIP_DATA": str(data),
        "KATIP_HOST": "127.0.0.1",
        "KATIP_PORT": str(_PORT),
        "KATIP_STEP_UP_MINUTES": "600",
        "KATIP_IDLE_MINUTES": "600",
        "DJANGO_SETTINGS_MODULE": "katip.config.settings",
    }


class _Cases:
    """The waiting contracts, handed out in order, each with a session whose step page was just read."""

    def __init__(self, data: Path) -> None:
        self._data, self._next = data, 0
        self._waiting = [Waiting(*one) for one in json.loads((data / "cases.json").read_text())]

    def requests(self, count: int, *, floor: bool = False) -> list[bytes]:
        """The next `count` approvals."""
        begin, self._next = self._next, self._next + count
        asked = ["sessions", str(self._data), str(begin), str(count)]
        keys = json.loads(program_run(["-m", "katip.cli.bench.bulk", *asked], **_given(self._data)))
        return [_request(*one, floor=floor) for one in zip(keys, self._waiting[begin : self._next], strict=True)]


def _over_http(data: Path) -> dict[str, Any]:
    """The two take turns, so that a machine's moods meet both alike."""
    from katip.core.postgres import server_find

    server = server_find(data)
    assert server is not None  # noqa: S101 -- started by the caller
    dsn = " ".join(f"{name}={value}" for name, value in server.dsn("work").items())
    rates: dict[str, list[float]] = {"floor": [], "product": []}
    waited: list[float] = []
    cases = _Cases(data)
    with _web(_given(data)), _floor(dsn):
        _asked(_FLOOR_PORT, cases.requests(_WARM, floor=True))
        _asked(_PORT, cases.requests(_WARM))
        for _ in range(_ROUNDS):
            for name, port, count in (("floor", _FLOOR_PORT, _FLOOR_BLOCK), ("product", _PORT, _BLOCK)):
                requests = cases.requests(count, floor=name == "floor")
                begun = time.perf_counter()
                found = _asked(port, requests)
                rates[name].append(count / (time.perf_counter() - begun))
                waited += found if name == "product" else []
        rate = statistics.median(rates["product"])
        paced = _asked(_PORT, cases.requests(_PACED), rate=_SHARE * rate)
    floor = statistics.median(rates["floor"])
    figures = {
        "approval_vs_floor": round(rate / floor, 3),
        "approvals_per_second": round(rate),
        "floor_per_second": round(floor),
        "p50_ms": round(1000 * percentile(paced, 0.5), 1),
        "p99_ms": round(1000 * percentile(paced, 0.99), 1),
        "p99_saturated_ms": round(1000 * percentile(waited, 0.99), 1),
    }
    click.echo(
        f"over HTTP: {figures}; rates { ({name: [round(one) for one in found] for name, found in rates.items()}) }"
    )
    return figures


def _request(session: str, waiting: Waiting, *, floor: bool = False) -> bytes:
    """The bytes of an approval, as a browser sends it; the floor is told what it does not look up."""
    form = {
        "csrfmiddlewaretoken": _TOKEN,
        "version": waiting.version,
        "terms_hash": waiting.terms_hash,
        "read": "on",
    } | ({"step": waiting.step, "person": waiting.person} if floor else {})
    body = urlencode(form)
    lines = (
        f"POST /surecler/{waiting.process}/tamamla/ HTTP/1.1",
        "Host: 127.0.0.1",
        f"User-Agent: {AGENT}",
        f"Cookie: sessionid={session}; csrftoken={_TOKEN}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class _Client(asyncio.Protocol):
    """One connection that sends a request and waits for its answer; knows as much of HTTP as it needs."""

    def __init__(self) -> None:
        self._came = b""
        self._answered: asyncio.Future[None] | None = None
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, ended, body = self._came.partition(b"\r\n\r\n")
        if not ended or self._answered is None:
            return
        lower = head.lower()
        if b"content-length: " in lower:
            whole = len(body) >= int(lower.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        else:
            whole = b"chunked" not in lower or body.endswith(b"0\r\n\r\n")
        if whole:
            self._came = b""
            status, location = int(head[9:12]), lower.partition(b"location: ")[2].partition(b"\r\n")[0]
            if status != 302 or not location.endswith(b"/sonuc/"):  # noqa: PLR2004 -- sent to the result
                self._answered.set_exception(RuntimeError(f"answered {status} {location.decode()}"))
            else:
                self._answered.set_result(None)

    async def ask(self, request: bytes) -> None:
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._answered


def _asked(port: int, requests: Sequence[bytes], *, rate: float | None = None) -> list[float]:
    """Send the requests over the connections: each as soon as one is free, or at so many a second; seconds of each.

    With a rate, seconds count from the moment at which a request was due. Raises where one is answered wrongly.
    """
    return asyncio.run(_asking(port, requests, rate))


async def _asking(port: int, requests: Sequence[bytes], rate: float | None) -> list[float]:
    loop = asyncio.get_running_loop()
    waiting = iter(enumerate(requests))
    seconds: list[float] = []
    begun = loop.time()

    async def work() -> None:
        _, client = await loop.create_connection(_Client, "127.0.0.1", port)
        for number, request in waiting:
            due = loop.time() if rate is None else begun + number / rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            await client.ask(request)
            seconds.append(loop.time() - due)

    await asyncio.gather(*(work() for _ in range(_CONNECTIONS)))
    return seconds


@contextmanager
def _web(given: dict[str, str]) -> Iterator[None]:
    """The product's own web server, with the processes that `katip serve` starts."""
    from katip.cli.web_process import ready_await, web_run
    from katip.core.environment import Environment

    program_run(["-m", "katip.cli.bench.beside_country", "static"], **given)
    before = dict(os.environ)
    os.environ.update(given)
    try:
        environment: Environment = Environment()
        with web_run(environment, workers=_WORKERS) as web:
            ready_await(web, environment)
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _floor(dsn: str) -> Iterator[None]:
    """The floor's server: the same one, with as many workers, and four connections to the database in each."""
    arguments = [sys.executable, "-P", "-m", "granian", "katip.cli.bench.bulk_floor:app", "--interface", "asgi"]
    arguments += ["--host", "127.0.0.1", "--port", str(_FLOOR_PORT), "--workers", str(_WORKERS), "--log-level", "error"]
    process = subprocess.Popen(arguments, env={**os.environ, "KATIP_BENCH_DSN": dsn})
    try:
        _until_there(_FLOOR_PORT)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _until_there(port: int, *, seconds: float = 30) -> None:
    import socket

    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


# ------------------------------------------------------------------------------------ in processes of their own


def world(data: Path) -> None:
    """An empty register of this version, and the employers in it."""
    from dataclasses import astuple

    from django.db import connections

    from katip.cli.bench.bulk_world import world_make
    from katip.cli.migrate import migrate

    begun = time.perf_counter()
    migrate(finish=True)
    made = world_make(_COUNT)
    with connections["owner"].cursor() as owner:
        owner.execute("VACUUM ANALYZE")
    (data / "cases.json").write_text(json.dumps([astuple(one) for one in made]))
    click.echo(f"{len(made):,} contracts wait for their employers, made in {time.perf_counter() - begun:.0f} s")


def sessions(data: Path, begin: int, count: int) -> list[str]:
    """Open browsers of some employers, whose step page was read just now."""
    from katip.cli.bench.beside_country import sessions_open

    cases = [Waiting(*one) for one in json.loads((data / "cases.json").read_text())[begin : begin + count]]
    return sessions_open([(one.person, one.workplace) for one in cases])


def runs() -> dict[str, Any]:
    """A thousand one by one, a thousand in one run, ten thousand in one run."""
    from katip.processes.models import Process, ProcessState

    waiting = list(
        Process.objects.filter(state=ProcessState.OPEN)
        .order_by("-pk")[: _ALONE + _RUN + _LONG_RUN]
        .only("pk", "version", "terms_hash", "workplace_id")
    )
    alone, together, long = waiting[:_ALONE], waiting[_ALONE : _ALONE + _RUN], waiting[_ALONE + _RUN :]
    half = _ALONE // 2
    seconds_alone = _one_by_one(alone[:half])
    seconds = _in_one_run(together)
    seconds_alone += _one_by_one(alone[half:])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds_long = _in_one_run(long)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "speedup": round(seconds_alone / seconds, 1),
        "alone_ms": round(1000 * seconds_alone / _ALONE, 2),
        "in_run_ms": round(1000 * seconds / _RUN, 2),
        "in_long_run_ms": round(1000 * seconds_long / _LONG_RUN, 2),
        "long_run_mb": round(grown / 1024, 1),
    }


def _one_by_one(processes: Sequence[Any]) -> float:
    from django.db import connection

    from katip.core.actor import Actor, Capacity, Proof
    from katip.processes.services.complete import StepDecision, steps_complete

    person = _person()
    begun = time.perf_counter()
    for one in processes:
        now = datetime.now(UTC)
        actor = Actor(person, Capacity.WORKPLACE, one.workplace_id, Proof("totp", now))
        steps_complete(actor=actor, at=now, decisions=[StepDecision(one.pk, one.version, one.terms_hash)])
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def _in_one_run(processes: Sequence[Any]) -> float:
    """From *Tamamla* on, as the job does it; the review before is reading."""
    from katip.core.actor import Actor, Capacity, Proof
    from katip.runs.kinds import RowAsked
    from katip.runs.models import Run
    from katip.runs.services.carry import run_carry
    from katip.runs.services.open import run_open
    from katip.runs.services.prepare import run_prepare

    now = datetime.now(UTC)
    actor = Actor(_person(), proof=Proof("totp", now))
    rows = [
        RowAsked(one.pk, Capacity.WORKPLACE, one.workplace_id, version=one.version, digest=one.terms_hash)
        for one in processes
    ]
    draft = run_prepare(actor=actor, at=now, kind="decide", rows=rows)
    begun = time.perf_counter()
    run = run_open(actor=actor, at=datetime.now(UTC), run_id=draft.pk, shown_hash=draft.shown_hash, texts=())
    while run_carry(run=run, at=datetime.now(UTC)):
        pass
    seconds = time.perf_counter() - begun
    done = Run.objects.get(pk=run.pk)
    if done.refused or done.reached != len(processes):
        sys.exit(f"{done.reached} of {len(processes)} rows were carried out, {done.refused} refused")
    return seconds


def _person() -> int:
    """Who is e-Bildirge user of every workplace."""
    from katip.registry.models import Mandate

    found = Mandate.objects.filter(capacity="e_bildirge").order_by("pk").values_list("person_id", flat=True).first()
    assert found is not None  # noqa: S101 -- made before
    return found


def main(arguments: Sequence[str]) -> None:
    """Do what is named by the first argument."""
    import django

    django.setup()
    match arguments:
        case ["world", data]:
            world(Path(data))
        case ["sessions", data, begin, count]:
            click.echo(json.dumps(sessions(Path(data), int(begin), int(count))))
        case ["runs", _]:
            click.echo(json.dumps(runs()))
        case _:
            sys.exit(f"{arguments}: not known here")


if __name__ == "__main__":
    main(sys.argv[1:])
