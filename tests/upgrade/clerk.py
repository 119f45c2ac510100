"""One version of the program at work: serves its pages, and does what it is told on standard input, as JSON lines.

    PYTHONPATH=TREE python -P tests/upgrade/clerk.py

Runs under the version before as well as under this one, so it uses only what both have. Its first line names the port;
every answer is a line of JSON.
"""

import json
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

STEPS = 6
"""workplaces, each with an offer that waits"""


def world() -> dict[str, Any]:
    """The tests' cast, a password and a code app for three of them, and offers that wait."""
    from tests import cast

    made = cast.world_make()
    places = [made.workplace, *(cast.workplace(number) for number in range(11, 10 + STEPS))]
    for who in (made.owner, made.colleague, made.accountant):
        cast.sign_in_open(who)
        for place in places if who is made.accountant else places[1:]:
            cast.e_bildirge(who, place, valid_from=date(2020, 1, 1))
    waiting = []
    for place in places:
        contract = made.accepted(103, workplace_id=place.pk)
        waiting.append([contract.process_id, place.pk])
    people = {name: getattr(made, name).national_id for name in ("owner", "colleague", "accountant")}
    return {"people": people, "password": cast.PASSWORD, "secret": cast.SECRET, "waiting": waiting}


def work() -> dict[str, Any]:
    """What is due after the commit: places in the log, then every job that waits."""
    from asgiref.sync import async_to_sync
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import ProcrastinateJob
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    from katip.audit.log.sequence import sequence_all
    from katip.documents.jobs import documents_tend
    from katip.documents.models import DocumentFile

    async def hands() -> None:
        with app.replace_connector(PsycopgConnector(kwargs=connector_params())) as worker:
            async with worker.open_async():
                await worker.run_worker_async(
                    wait=False, listen_notify=False, install_signal_handlers=False, delete_jobs="successful"
                )

    sequence_all(datetime.now(UTC))
    documents_tend()
    async_to_sync(hands)()
    left = list(ProcrastinateJob.objects.values_list("task_name", "status"))
    return {"documents": DocumentFile.objects.count(), "left": left}


def backup(*, folder: str, keys: str) -> dict[str, Any]:
    """This version's `katip backup`: the archive and the file of its keys."""
    from click.testing import CliRunner

    from katip.cli.backup import command

    done = CliRunner().invoke(command, [folder, "--keys-to", keys])
    (archive,) = Path(folder).iterdir()
    return {"said": done.output, "archive": str(archive), "keys": keys}


def verify() -> dict[str, Any]:
    """The tables held against the log."""
    from katip.audit.log.audit import log_audit
    from katip.audit.log.keys import log_keys
    from katip.audit.log.sequence import sequence_all

    sequence_all(datetime.now(UTC))
    findings: list[str] = []
    counts = log_audit(
        log_keys().verifiers, [], datetime.now(UTC), lambda finding: findings.append(f"{finding.code}: {finding.words}")
    )
    return {"events": counts.events, "findings": findings}


def approved() -> dict[str, Any]:
    """Which processes were decided by the employer, each as often as it was."""
    from katip.processes.models import Decision

    decided = Decision.objects.filter(step__party="employer").order_by("pk")
    return {"approved": list(decided.values_list("step__process_id", flat=True))}


def migrate(*, finish: bool) -> dict[str, Any]:
    """This version's `katip migrate`."""
    from katip.cli.migrate import migrate as run
    from katip.core.schema import finish_due

    run(finish=finish)
    return {"due": finish_due("owner")}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "world": world,
    "work": work,
    "backup": backup,
    "verify": verify,
    "approved": approved,
    "migrate": migrate,
}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Requests are not worth a line."""


def main() -> None:
    """Until standard input ends."""
    import django
    from django.conf import settings

    django.setup()
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)  # noqa: T201 -- the answer
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(COMMANDS[asked.pop("do")](**asked), default=str), flush=True)  # noqa: T201 -- as above


if __name__ == "__main__":
    main()
