"""`katip sweep`: what the days bring by themselves. Web server, workers and the demo do the same beside their work."""

import logging
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from katip.cli.agreed import Agreement
from katip.cli.database import database_tend
from katip.cli.hands import work_care
from katip.cli.stopping import pause, threads_run

if TYPE_CHECKING:
    from katip.cli.hands import Hands

EVERY_SECONDS = 60.0
_SOONER_SECONDS = 5.0
"""so much earlier than a minute after the last one it may come: nobody's clock strikes exactly"""

log = logging.getLogger("katip.sweep")


@click.command("sweep", short_help="Do what is due: lapses, ends, and what follows from new figures.")
@click.option("--judge", is_flag=True, help="Also hold every contract in force against the law again.")
def command(*, judge: bool) -> None:
    """Let offers fall whose last day is over, end what is to end, and hold contracts against the law once a day.

    Does what is due and nothing twice; two at once do no harm. `katip serve` and `katip worker` do it every minute: run
    this where neither runs.
    """
    told = due_do(datetime.now(UTC), judge=judge)
    click.echo(told or "Nothing is due.")


def due_do(now: datetime, *, judge: bool = False, sending: bool = True) -> str:
    """Do what is due at `now`; returns what was done in one line, or nothing. Needs Django set up.

    Without `sending`, messages are left to the senders that run beside (`katip.cli.sending`).
    """
    from katip.contracts.services.coverage import coverage_count, coverage_due
    from katip.contracts.services.sweep import fitness_sweep, fitness_sweep_recent, sweep
    from katip.core.actor import OPERATOR
    from katip.counter.services.sweep import applications_sweep
    from katip.documents.seal.waiting import seals_repair
    from katip.documents.services.check_count import checks_record
    from katip.keeping.services.requests import requests_sweep
    from katip.keeping.services.retention import retention_sweep
    from katip.notices.engine import deliveries_send
    from katip.notices.reminders import reminders_make
    from katip.notices.services.queue import Sent
    from katip.updates.services.digest_send import digests_send

    swept = sweep(at=now)
    parts = {
        "lapsed": swept.lapsed,
        "ended on their day": swept.ended,
        "ended with their workplace": swept.closed,
    }
    daily = judge or coverage_due(now)
    parts["judged differently"] = fitness_sweep(at=now) if daily else fitness_sweep_recent(at=now)
    if daily:
        coverage_count(actor=OPERATOR, at=now)
    applications = applications_sweep(now)
    parts |= {"applicants reminded": applications.reminded, "applications ended": applications.expired}
    parts["told of their month"] = digests_send(at=now)
    checks_record(actor=OPERATOR, at=now)
    parts["told of requests about their data"] = requests_sweep(now)
    parts["reminded"] = reminders_make(at=now)
    told = deliveries_send(at=now) if sending else Sent()
    parts["given the timestamp of their seal"] = seals_repair(actor=OPERATOR, at=now).stamped
    parts |= {"messages sent": told.sent, "messages given up": told.given_up}
    parts["rows destroyed, their time being over"] = retention_sweep(now)
    return ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)


def sweep_beside(web: "subprocess.Popen[bytes]", hands: "Hands") -> int:
    """Do what is due every minute, and keep the hands at work, until the web server ends by itself; its status."""
    with sweeping():
        return beside(web, hands)


def beside(web: "subprocess.Popen[bytes]", hands: "Hands") -> int:
    """Keep the hands and an embedded database at work until the web server ends by itself; its status."""
    agreement = Agreement()
    while (status := web.poll()) is None:
        database_tend()
        agreement.look()
        hands.tend()
        pause(1)
    return status


@contextmanager
def sweeping() -> Iterator[None]:
    """Have done during the block what is due every minute, by a thread of its own.

    Of any number of them, on any number of machines, one does it at a time, and no two within the same minute.
    """
    stop = threading.Event()
    with threads_run(stop, [threading.Thread(target=_run, args=(stop,), name="sweep", daemon=True)]):
        yield


def _run(stop: threading.Event) -> None:
    from django.db import connections

    while True:
        try:
            _minute()
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close()
        if stop.wait(EVERY_SECONDS):
            return


def _minute() -> None:
    from django.db import DatabaseError
    from psycopg import Error

    from katip.core.metrics import SWEEPS
    from katip.core.turn import turn_take

    try:
        with turn_take("sweep", EVERY_SECONDS - _SOONER_SECONDS) as is_mine:
            told = due_do(datetime.now(UTC), sending=False) if is_mine else ""
        if is_mine:
            SWEEPS.labels("done").inc()
        if told:
            log.info("Sweep: %s.", told)
    except (DatabaseError, Error, OSError) as error:  # it may be away, or be told to shut down; it will come back
        log.warning("The sweep was left out; it is tried again in a minute (%s).", str(error).split("\n")[0])
    except Exception:  # whatever is wrong with one contract must not take the rest with it
        SWEEPS.labels("failed").inc()
        log.exception("The sweep was left out; it is tried again in a minute.")
    work_care()
