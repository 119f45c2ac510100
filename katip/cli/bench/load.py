"""`script/bench load`: what a day's visitors find in a country, beside a small one; and how many it carries.

Both countries are made, or found where they were made before; all that is written goes into a copy of each database
that stays for the next time. Each is served by an installation of its own, as `katip serve` runs it, both at once on
this machine. Employers from all over the country, each with password, code app and address of their own, go the guide's
way by the pages' own forms.

- pages: visitors come to both at the same pace, at moments drawn beforehand, and look at each page for a while. What a
  page costs in one country is held against the other: both were asked on the same machine in the same minutes.
- approvals: in the large country alone, people who are inside already open a step and approve it, as many at once as
  there are clients; then at four fifths of that pace, whether those before are answered or not. While the slowest of a
  hundred waits for more than a second, it is tried at a lower pace.
- visits: the same with whole visits, sign-in and all.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from katip.cli.bench.load_client import Account, Visitor
from katip.cli.bench.load_cost import Meter
from katip.cli.bench.load_pace import People, Seen, come, crowd, moments, shares, sources, visit
from katip.cli.bench.load_world import accounts_read, accounts_write
from katip.cli.bench.month import copy_environment, copy_make, program_run, warm

if TYPE_CHECKING:
    from katip.core.postgres.server import Server

PARTS = ("pages", "approvals", "visits")
_COPY, _PORT = "load_bench", 8970
_MOST_PEOPLE, _OF_WORKPLACES = 6_000, 10
_WARM, _CLIENTS, _CROWD_SECONDS, _OPEN_SECONDS = 12, 8, 10.0, 15.0
_GENTLER, _SHARE, _TRIES, _SLOW_MS = 0.75, 0.8, 4, 1_000.0
_TERMS = "processes_process"
"""the most of a register is what was agreed long ago, which nobody looks at; its indexes are looked at"""
_STEPS = 4_000
"""that are approved at most while the pace is looked for"""
_FEWEST = 20
"""answers of a kind by which two countries are compared"""
_TABLES = ("processes_process", "processes_step", "contracts_contract", "contracts_contractact", "identity_person")
"""what the preparation writes to"""


class Installation:
    """A country that is served: its pages, who come to them, and its meter."""

    def __init__(self, port: int, people: People, meter: Meter, given: dict[str, str], scratch: Path) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.people, self.meter, self._given, self._scratch = people, meter, given, scratch
        self._addresses = iter(sources())

    def visitor(self, account: Account, seen: Seen, cookies: dict[str, str] | None = None) -> Visitor:
        """Somebody in a browser of their own, at an address of their own."""
        return Visitor(self.origin, account, seen.take, source=next(self._addresses), cookies=cookies)

    def inside(self, seen: Seen, number: int) -> list[tuple[Visitor, int]]:
        """Up to so many steps that wait, each with a visitor who came in already and acts for the workplace."""
        found: list[tuple[Visitor, int]] = []
        spare = len(self.people) // 2  # for what is measured next
        while len(found) < number and len(self.people) > spare:
            some = self.people.take(min(number - len(found), len(self.people) - spare, 500))
            file = self._scratch / "inside.json"
            accounts_write(file, some)
            keys = json.loads(program_run(["-m", "katip.cli.bench.load_server", "sessions", str(file)], **self._given))
            for account, key in zip(some, keys, strict=True):
                for process, _ in account.waiting:
                    found.append((self.visitor(account, seen, {"sessionid": key, "csrftoken": "k" * 32}), process))
        return found[:number]


def load(
    workplaces: int, beside: int, *, seed: int, rate: float, seconds: float, folder: Path, parts: Sequence[str]
) -> dict[str, Any]:
    """Measure the parts; prints tables, returns the figures. Without any, the countries are only made ready."""
    figures: dict[str, Any] = {"workplaces": workplaces, "beside": beside}
    with ExitStack() as both:
        large = both.enter_context(_country(workplaces, seed, folder, _PORT))
        if "pages" in parts or not parts:
            with _country(beside, seed, folder, _PORT + 1) as small:
                figures |= _pages({"large": large, "small": small}, seed, rate, seconds) if parts else {}
        for part, measure in (("approvals", _approvals), ("visits", _visits)):
            if part in parts:
                errors = figures.get("errors", 0)
                figures |= measure(large, seed)
                figures["errors"] += errors
    return figures


# ------------------------------------------------------------------------------------------------- the installations


@contextmanager
def _country(size: int, seed: int, folder: Path, port: int) -> Iterator[Installation]:
    from katip.core.postgres import server_start

    data = (folder / f"country-{size}-{seed}").resolve()
    made = ["demo", "country", "--workplaces", str(size), "--seed", str(seed), "--data", str(data)]
    program_run(["-m", "katip", *made])
    with server_start(data) as server:
        copy_make(server, data, _COPY, again=False)
        given = copy_environment(server, data, _COPY) | {"KATIP_HOST": "127.0.0.1", "KATIP_PORT": str(port)}
        program_run(["-m", "katip", "keys", "make"], **given)
        file = data / "load.json"
        wanted = min(size // _OF_WORKPLACES, _MOST_PEOPLE)
        told = program_run(["-m", "katip.cli.bench.load_world", "country", str(wanted), str(file)], **given)
        click.echo(f"{size:,} workplaces: {told}")
        _settle(server)
        warm(server, data, _COPY, but=_TERMS)
        accounts = accounts_read(file)
        random.Random(seed).shuffle(accounts)  # noqa: S311 -- nothing secret
        with _served(given, port) as leader:
            _log_await(server)
            meter = Meter(leader, data / "postgres" / "cluster")
            yield Installation(port, People(accounts), meter, given, data)


def _settle(server: "Server") -> None:
    """Have behind us what the preparation would otherwise cause in the middle of a measurement."""
    import psycopg

    with closing(psycopg.connect(**server.dsn("owner", _COPY), autocommit=True)) as connection:
        for table in _TABLES:
            connection.execute(f"VACUUM (ANALYZE) {table}")


def _log_await(server: "Server") -> None:
    """Return when what the preparation did has its place in the log."""
    import psycopg

    with closing(psycopg.connect(**server.dsn("owner", _COPY), autocommit=True)) as connection:
        while connection.execute("SELECT FROM audit_logqueue LIMIT 1").rowcount:
            time.sleep(0.5)


@contextmanager
def _served(given: dict[str, str], port: int) -> Iterator[int]:
    """An installation that serves; its leader's process number."""
    process = subprocess.Popen([sys.executable, "-P", "-m", "katip.cli.bench.load_server"], env=os.environ | given)
    try:
        _until_there(process, port)
        time.sleep(1)  # its hands, sequencer and senders start
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _until_there(process: "subprocess.Popen[bytes]", port: int, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        if process.poll() is not None or time.monotonic() > end:
            raise click.ClickException("An installation did not start.")
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
                connection.request("GET", "/saglik/")
                connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return


# --------------------------------------------------------------------------------------------------------- the pages


def _pages(places: dict[str, Installation], seed: int, rate: float, seconds: float) -> dict[str, Any]:
    """Visitors to both countries at once, `rate` a second to each, for so long."""
    for place in places.values():
        warming = Seen()
        for account in place.people.take(_WARM):
            visit(place.visitor(account, warming), time.monotonic())
        if warming.wrong:
            raise click.ClickException(f"Nobody gets through: {warming.wrong[0]}")
    seen = {name: Seen() for name in places}
    due = []
    for name, place in places.items():
        chance = random.Random(f"{seed} {name}")  # noqa: S311 -- nothing secret
        when = moments(rate, seconds, chance)
        for moment, account in zip(when, place.people.take(len(when)), strict=True):
            due.append((moment, _one_visit(place.visitor(account, seen[name]), random.Random(chance.random()))))  # noqa: S311 -- nothing secret
    before = {name: place.meter.read() for name, place in places.items()}
    lasted = come(due)
    spent = {name: place.meter.read() - before[name] for name, place in places.items()}
    return _pages_figures(seen, spent, lasted)


def _one_visit(visitor: Visitor, chance: random.Random) -> Callable[[float], None]:
    return lambda moment: visit(visitor, moment, chance)


def _pages_figures(seen: dict[str, Seen], spent: dict[str, Any], lasted: float) -> dict[str, Any]:
    large, small = seen["large"], seen["small"]
    click.echo(f"{'':12}{'large: p50':>12}{'p99':>8}{'cpu':>8}{'sql':>8}{'no':>5}{'small: p50':>14}{'p99':>8}{'cpu':>8}"
               f"{'sql':>8}{'no':>5}   ratio")  # fmt: skip
    ratios = {}
    for name, answers in large.by_name().items():
        others = small.by_name().get(name, [])
        line, middles = f"{name:12}", []
        for place, some in ((large, answers), (small, others)):
            told = shares([one.seconds for one in some])
            cost = [place.cost(name, part) for part in ("cpu", "db", "statements")]
            line += f"{told.get('p50', 0):>12}{told.get('p99', 0):>8}{cost[0]:>8.1f}{cost[1]:>8.1f}{cost[2]:>5.0f}  "
            middles.append(told.get("p50", 0.0))
        if min(len(answers), len(others)) >= _FEWEST:
            ratios[name] = round(middles[0] / middles[1], 2)
        click.echo(f"{line} {ratios.get(name, '')}")
    requests = len(large.answers)
    worst = max(ratios, key=lambda name: ratios[name], default="")
    statements = [large.cost(one.name, "statements") for one in large.answers]
    return {
        "pages_ratio": ratios.get(worst),
        "worst_page": worst,
        "requests": requests,
        "requests_per_second": round(requests / lasted, 1),
        "errors": len(large.wrong) + len(small.wrong),
        "page_wrong": [*large.wrong, *small.wrong][:5],
        **{f"{name}_ms": value for name, value in shares(large.seconds()).items()},
        "small_ms": shares(small.seconds()),
        "cpu_ms_per_request": spent["large"].each(requests),
        "statements_per_request": round(sum(statements) / len(statements), 1),
    }


# ---------------------------------------------------------------------------------------------------------- the most


def _approvals(place: Installation, seed: int) -> dict[str, Any]:
    """How many approvals a second are carried: the step read, *Tamamla*."""
    seen = Seen()
    ready = iter(place.inside(seen, _STEPS))

    def approve(due: float | None = None) -> float:
        visitor, process = next(ready)
        begun = time.monotonic() if due is None else due
        if visitor.step(process, due).ok:
            visitor.approve(process)
        visitor.close()
        return time.monotonic() - begun

    return _most("approval", approve, place, seen, seed)


def _visits(place: Installation, seed: int) -> dict[str, Any]:
    """How many whole visits a second are carried, without looking at anything."""
    seen = Seen()

    def come_by(due: float | None = None) -> float:
        begun = time.monotonic() if due is None else due
        visit(place.visitor(place.people.take(1)[0], seen), begun)
        return time.monotonic() - begun

    return _most("visit", come_by, place, seen, seed)


def _most(
    name: str, act: Callable[[float | None], float], place: Installation, seen: Seen, seed: int
) -> dict[str, Any]:
    """The pace of a crowd, and the pace at which nobody waits for long."""
    before = place.meter.read()
    crowded = crowd(_CROWD_SECONDS, _CLIENTS, lambda: act(None))
    spent = place.meter.read() - before
    rate, chance, waited = _SHARE * crowded, random.Random(seed), list[float]()  # noqa: S311 -- nothing secret

    def due(moment: float) -> None:
        waited.append(act(moment))

    for _ in range(_TRIES):
        seen.answers.clear()
        waited.clear()
        come([(moment, due) for moment in moments(rate, _OPEN_SECONDS, chance)])
        slow = max(shares([one.seconds for one in some])["p99"] for some in seen.by_name().values())
        click.echo(f"{name}s: {rate:.1f} a second, {shares(waited)} ms, the slowest page {slow} ms at p99")
        if slow < _SLOW_MS:
            break
        rate *= _GENTLER
    click.echo(f"{name}s: {crowded:.1f} a second by {_CLIENTS} at once; {spent} of cores' time in {_CROWD_SECONDS} s")
    return {
        f"{name}s_per_second": round(rate, 1),
        f"{name}s_crowded": round(crowded, 1),
        f"{name}_ms": shares(waited),
        f"{name}_cpu_ms": spent.each(crowded * _CROWD_SECONDS),
        f"{name}_wrong": seen.wrong[:5],
        "errors": len(seen.wrong),
    }
