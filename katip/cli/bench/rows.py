"""`script/bench rows`: what row-level security costs a page and an approval.

An installation of its own is made in a scratch folder (`bulk_world`): employers by the thousand, each with a contract
that waits. One process with the web's login answers requests as the web server's do: an employer's list, the step's
page, the approval. Policies are switched on and off in turns within the run, so that a machine's moods meet both alike;
no approval is asked twice. Taken is the time of a core, in the web process and in its connection to PostgreSQL. Off,
the roles and settings are told all the same: that is a part of each transaction, not of the policies, and is measured
by itself (`declare_ms`).
"""

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

import click

from katip.cli.bench.bulk_world import Waiting
from katip.cli.bench.load_client import AGENT
from katip.cli.bench.month import program_run
from katip.cli.bench.rows_pages import database_seconds

KINDS = ("list", "step", "approve")
ROUNDS, BLOCK, WARM = 8, 40, 30
_COUNT = WARM + 2 * ROUNDS * BLOCK
_DECLARED = 200


def rows(folder: Path) -> dict[str, Any]:
    """Measure it; prints a table, returns medians in milliseconds of a core and their ratios."""
    from katip.core.postgres import server_remove, server_start

    data = (folder / "rows").resolve()
    shutil.rmtree(data, ignore_errors=True)
    given = {
        "KATIP_DATA": str(data),
        "KATIP_HOST": "127.0.0.1",
        "KATIP_STEP_UP_MINUTES": "600",
        "DJANGO_SETTINGS_MODULE": "katip.config.settings",
    }
    try:
        with server_start(data):
            program_run(["-m", "katip.cli.bench.rows", "world", str(data)], **given)
            web = {**given, "DJANGO_SETTINGS_MODULE": "katip.config.web_settings"}
            told: dict[str, Any] = json.loads(program_run(["-m", "katip.cli.bench.rows", "ask", str(data)], **web))
    finally:
        server_remove(data)
        shutil.rmtree(data, ignore_errors=True)
    for kind in KINDS:
        on, off = told[f"{kind}_ms"], told[f"{kind}_off_ms"]
        click.echo(f"{kind:8} {off:7.2f} ms without, {on:7.2f} ms with policies: {told[f'{kind}_ratio']:.3f}")
    click.echo(f"saying who acts: {told['declare_ms']:.3f} ms of each transaction")
    return told


def world(data: Path) -> None:
    """Migrate, make the employers, and open their sessions."""
    from katip.cli.bench.beside_country import sessions_open, static
    from katip.cli.bench.bulk_world import world_make
    from katip.cli.migrate import migrate

    migrate()
    static()
    waiting = world_make(_COUNT)
    keys = sessions_open([(one.person, one.workplace) for one in waiting])
    cases = [[key, *astuple(one)] for key, one in zip(keys, waiting, strict=True)]
    (data / "cases.json").write_text(json.dumps(cases), "utf-8")
    _owner("VACUUM ANALYZE")


def ask(data: Path) -> dict[str, Any]:
    """Ask in turns with policies and without; the figures."""
    cases = iter([(one[0], Waiting(*one[1:])) for one in json.loads((data / "cases.json").read_text("utf-8"))])
    for _ in range(WARM):
        _asked(*next(cases))
    taken: dict[tuple[str, bool], list[float]] = {(kind, on): [] for kind in KINDS for on in (True, False)}
    for turn in range(ROUNDS):
        for on in (True, False) if turn % 2 else (False, True):
            with policies(on=on):
                for _ in range(BLOCK):
                    for kind, seconds in _asked(*next(cases)):
                        taken[kind, on].append(seconds)
    figures: dict[str, Any] = {}
    for kind in KINDS:
        bound, free = (1000 * statistics.median(taken[kind, one]) for one in (True, False))
        figures |= {f"{kind}_ms": round(bound, 2), f"{kind}_off_ms": round(free, 2)}
        figures[f"{kind}_ratio"] = round(bound / free, 3)
    return figures | {"declare_ms": round(_declared(), 3)}


def _asked(session: str, case: Waiting) -> Iterator[tuple[str, float]]:
    """An employer's list, the page of the step, and the approval: each with its seconds of a core."""
    from django.test import Client

    client = Client(HTTP_USER_AGENT=AGENT, SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = session
    form = {"version": case.version, "terms_hash": case.terms_hash, "read": "on"}
    step = f"/surecler/{case.process}/"
    requests: tuple[tuple[str, Callable[[], Any], int, str], ...] = (
        ("list", lambda: client.get("/sozlesmeler/"), 200, ""),
        ("step", lambda: client.get(step), 200, ""),
        ("approve", lambda: client.post(f"{step}tamamla/", form), 302, "/sonuc/"),
    )
    times = []
    for kind, request, status, onward in requests:
        begun = time.thread_time() + database_seconds()
        answer = request()
        times.append((kind, time.thread_time() + database_seconds() - begun))
        if answer.status_code != status or not answer.get("Location", "").endswith(onward):
            sys.exit(f"{kind} of {case.process}: {answer.status_code} {answer.get('Location', '')}")
    return iter(times)


@contextmanager
def policies(*, on: bool) -> Iterator[None]:
    """Let the policies bind during the block, or not."""
    from katip.core.rows import rows_enable, rows_wanted

    if on:
        rows_enable("owner")
    else:
        _owner(*(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in rows_wanted()))
    yield


def _declared() -> float:
    """Milliseconds of a transaction that says who acts and does nothing else, less those of an empty one."""
    from django.db import connection, transaction

    from katip.core.actor import Actor
    from katip.core.usecase import acting_as
    from katip.identity.models import Person

    person = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    taken: dict[str, list[float]] = {"said": [], "empty": []}
    for _ in range(_DECLARED):
        begun = time.perf_counter()
        with acting_as(Actor(person)):
            pass
        taken["said"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        taken["empty"].append(time.perf_counter() - begun)
    return 1000 * (statistics.median(taken["said"]) - statistics.median(taken["empty"]))


def _owner(*statements: str) -> None:
    from django.db import connections

    connection = connections["owner"]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def main(what: str, data: str) -> None:
    """Do what is named, in a process of its own."""
    import django

    django.setup()
    if what == "world":
        world(Path(data))
    else:
        click.echo(json.dumps(ask(Path(data))))


if __name__ == "__main__":
    main(*sys.argv[1:])
