"""`script/bench beside`: whether people notice that a month is carried out.

On a copy of a country's database the first month is carried out, so that many updates wait for employers. Then the
product's own web server answers employers: their list of waiting updates, the workplace card, and approvals, each of
another update, as requests by HTTP that come at a fixed pace, whether the ones before are answered or not. First while
nothing else goes on, then from the moment when the second month is planned until it is closed; where that is too soon,
the second month is told anew and carried out again. What was approved in the middle is checked by the rules afterwards.
"""

import http.client
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from katip.cli.bench.load_client import AGENT
from katip.cli.bench.month import copy_drop, copy_environment, copy_make, program_run

KINDS = ("inbox", "card", "approval")
_ADDRESS = {"inbox": "/sozlesmeler/?liste=sure-guncelleme", "card": "/isyeri-karti/"}
_PORT = 8977
_RATE = 2.0
"""requests a second of each kind"""
_WARM, _QUIET, _ENOUGH = 40, 200, 200
_ROUNDS = 12
_CLIENTS = 24
_SLOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Case:
    """An employer's open browser, and the update that waits there."""

    session: str
    process: int
    version: int
    terms_hash: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: when it was due (POSIX seconds), how long it took from then on, how it was answered."""

    kind: str
    due: float
    seconds: float
    status: int
    location: str = ""
    process: int = 0


def beside(workplaces: int, *, seed: int, hands: int | None, chunk: int | None, folder: Path) -> dict[str, Any]:
    """Measure the three kinds quiet and beside a month; prints a table, returns the figures."""
    asked = (str(hands or 0), str(chunk or 0))
    data = folder / f"country-{workplaces}-{seed}"
    program_run(
        ["-m", "katip", "demo", "country", "--workplaces", str(workplaces), "--seed", str(seed), "--data", str(data)]
    )
    from katip.core.postgres import server_start

    with server_start(data.resolve()) as server, tempfile.TemporaryDirectory() as scratch:
        copy_make(server, data)
        try:
            given = copy_environment(server, data) | {
                "KATIP_HOST": "127.0.0.1",
                "KATIP_PORT": str(_PORT),
                "KATIP_STEP_UP_MINUTES": "600",
                "KATIP_IDLE_MINUTES": "600",
            }
            return _measured(workplaces, seed, asked, Path(scratch), given)
        finally:
            copy_drop(server)


def _measured(
    workplaces: int, seed: int, asked: tuple[str, str], scratch: Path, given: dict[str, str]
) -> dict[str, Any]:
    program = ["-m", "katip.cli.bench.beside_country"]
    cases_file, answers_file, feed = scratch / "cases.json", scratch / "answers.json", str(scratch / "headcounts.csv")
    click.echo(program_run([*program, "prepare", feed, str(cases_file), asked[0]], **given))
    cases = [Case(*one) for one in json.loads(cases_file.read_text("utf-8"))]
    random.Random(seed).shuffle(cases)  # noqa: S311 -- nothing secret
    during, told = list[Sample](), list[dict[str, Any]]()
    with _web(given):
        load = _Load(cases)
        load.run(lambda count: count >= _WARM)
        quiet = load.run(lambda count: count >= _QUIET)
        while len(during) < len(KINDS) * _ENOUGH and len(told) < _ROUNDS:
            program_run([*program, "feed", str(seed + len(told)), feed], **given)
            with _month([*program, "month", *asked], given) as month:
                sampled = load.run(partial(_is_over, month.ended))
            told.append(json.loads(month.said))
            steps = told[-1]["steps"]
            during += [one for one in sampled if steps["plan"][0] <= one.due <= steps["close"][1]]
    answers = [[one.process, one.status, one.location] for one in during if one.kind == "approval"]
    answers_file.write_text(json.dumps(answers), "utf-8")
    checked = json.loads(program_run([*program, "check", str(answers_file)], **given))
    figures = _figures(workplaces, quiet, during, told, checked)
    _show(quiet, during, told, checked)
    if figures["errors"]:
        sys.exit(f"{figures['errors']} requests were answered wrongly, or left something wrong: {checked['wrong'][:5]}")
    return figures


def _is_over(ended: threading.Event, _: int) -> bool:
    return ended.is_set()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` of them do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _of(kind: str, samples: Sequence[Sample]) -> list[float]:
    return [one.seconds for one in samples if one.kind == kind]


def _wrong(one: Sample) -> bool:
    """Whether a page was not shown. Approvals are looked at by what they left."""
    return one.status >= HTTPStatus.INTERNAL_SERVER_ERROR or (one.kind != "approval" and one.status != HTTPStatus.OK)


def _figures(
    workplaces: int,
    quiet: Sequence[Sample],
    during: Sequence[Sample],
    told: Sequence[dict[str, Any]],
    checked: dict[str, Any],
) -> dict[str, Any]:
    figures: dict[str, Any] = {"workplaces": workplaces, "requests_per_second": _RATE * len(KINDS)}
    for kind in KINDS:
        before, beside_it = (percentile(_of(kind, samples), 0.99) for samples in (quiet, during))
        figures[f"{kind}_p99_ms"] = [round(1000 * before, 1), round(1000 * beside_it, 1)]
        figures[f"{kind}_ratio"] = round(beside_it / before, 2)
    return figures | {
        "longest_approval_s": round(max(_of("approval", during)), 3),
        "longest_chunk_s": max(one["longest_chunk_s"] for one in told),
        "samples": min(len(_of(kind, during)) for kind in KINDS),
        "month_s": [round(one["steps"]["close"][1] - one["steps"]["plan"][0], 1) for one in told],
        "approved": checked["approved"],
        "refused": checked["refused"],
        "errors": len(checked["wrong"]) + sum(map(_wrong, [*quiet, *during])),
    }


def _show(
    quiet: Sequence[Sample], during: Sequence[Sample], told: Sequence[dict[str, Any]], checked: dict[str, Any]
) -> None:
    click.echo(f"{'':10}{'quiet':>24}{'beside the month':>30}   ratio of p99")
    for kind in KINDS:
        cells, ends = "", []
        for samples in (quiet, during):
            found = _of(kind, samples)
            ends.append(percentile(found, 0.99))
            cells += f"{len(found):>7}: p50 {1000 * percentile(found, 0.5):6.1f}  p99 {1000 * ends[-1]:6.1f}"
        click.echo(f"{kind:10}{cells} ms   {ends[1] / ends[0]:.2f}")
    for step in told[0]["steps"]:
        spans = [one["steps"][step] for one in told]
        within = [one for one in during if any(begun <= one.due < ended for begun, ended in spans)]
        asked = [kind for kind in KINDS if _of(kind, within)]
        parts = ", ".join(f"{kind} {1000 * percentile(_of(kind, within), 0.99):.0f}" for kind in asked)
        lengths = ", ".join(f"{ended - begun:.1f}" for begun, ended in spans)
        click.echo(f"  {step}: {lengths} s; p99 in ms: {parts or 'no request'}")
    click.echo(f"longest wait of an approval {max(_of('approval', during)):.3f} s")
    longest = max(one["longest_chunk_s"] for one in told)
    click.echo(f"longest chunk {longest:.3f} s of {told[0]['chunks']}, {told[0]['hands']} hands")
    click.echo(f"{checked['approved']} approved meanwhile, refused for a reason: {checked['refused'] or 'none'}")
    fewest = min(len(_of(kind, during)) for kind in KINDS)
    if fewest < _ENOUGH:
        click.echo(f"Only {fewest} requests of a kind met the month: a larger country takes longer.")


class _Load:
    """Browsers that ask at a fixed pace, as many at once as it takes."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._cases, self._next = cases, 0
        self._local = threading.local()

    def run(self, enough: Callable[[int], bool]) -> list[Sample]:
        """Ask one of each kind again and again until `enough` of so many of each; returns the samples."""
        begun, count, waiting = time.time(), 0, []
        with ThreadPoolExecutor(_CLIENTS) as clients:
            while not enough(count):
                for place, kind in enumerate(KINDS):
                    due = begun + (count + place / len(KINDS)) / _RATE
                    time.sleep(max(0.0, due - time.time()))
                    waiting.append(clients.submit(self._ask, kind, self._case(kind), due))
                count += 1
        return [one.result() for one in waiting]

    def _case(self, kind: str) -> Case:
        """The next update for an approval; others look at what lies some way on, so that nothing is in memory yet."""
        if kind == "approval":
            self._next += 1
        if self._next > len(self._cases):
            raise click.ClickException("All updates are approved: a larger country has more of them.")
        return self._cases[(self._next - 1 + {"approval": 0, "inbox": 7, "card": 13}[kind]) % len(self._cases)]

    def _ask(self, kind: str, case: Case, due: float) -> Sample:
        headers = {"User-Agent": AGENT, "Cookie": f"sessionid={case.session}; csrftoken={'k' * 32}"}
        body, method, address = None, "GET", _ADDRESS.get(kind, f"/surecler/{case.process}/tamamla/")
        if kind == "approval":
            seen = {"version": case.version, "terms_hash": case.terms_hash, "read": "on"}
            method, body = "POST", urlencode({"csrfmiddlewaretoken": "k" * 32, **seen})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = self._connection()
        try:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return Sample(kind, due, time.time() - due, HTTPStatus.BAD_GATEWAY, process=case.process)
        location = answer.headers.get("Location", "")
        return Sample(kind, due, time.time() - due, answer.status, location, case.process)

    def _connection(self) -> http.client.HTTPConnection:
        """This thread's own connection, kept open."""
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPConnection("127.0.0.1", _PORT, timeout=_SLOW_SECONDS)
        connection: http.client.HTTPConnection = self._local.connection
        return connection


class _Month:
    """The month's process: what it said last, once it ended."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.ended = threading.Event()
        self.said = ""
        self._process = process
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        said, _ = self._process.communicate()
        self.said = said.strip().rpartition("\n")[2]
        self.ended.set()

    def wait(self) -> None:
        """Return when it ended. Raises ClickException where it did not end well."""
        self._reader.join()
        if self._process.returncode:
            raise click.ClickException(f"The month ended with status {self._process.returncode}.")


@contextmanager
def _month(arguments: Sequence[str], given: dict[str, str]) -> Iterator[_Month]:
    process = subprocess.Popen(
        [sys.executable, "-P", *arguments],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # as started elsewhere than where people ask
    )
    month = _Month(process)
    try:
        yield month
    except BaseException:
        process.terminate()
        raise
    finally:
        month.wait()


@contextmanager
def _web(given: dict[str, str]) -> Iterator[None]:
    """The product's own web server, with the processes that `katip serve` starts."""
    from katip.cli.web_process import ready_await, web_run
    from katip.core.environment import Environment

    program_run(["-m", "katip.cli.bench.beside_country", "static"], **given)
    before = dict(os.environ)
    os.environ.update(given)
    try:
        environment = Environment()
        with web_run(environment, workers=2) as web:
            ready_await(web, environment)
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
