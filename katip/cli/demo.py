"""`katip demo`: the product with its sample world on the embedded database, from nothing to a page and back.

One foreground process that starts PostgreSQL, the web server and a hand, and stops them in the opposite order. The
environment is set before Django is imported; what the operator of a real installation has set for the database is not
used here.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from katip.cli.country import country
from katip.cli.database import database_start, database_stop
from katip.cli.hands import hands_run
from katip.cli.metrics import metrics_begin, metrics_served
from katip.cli.sending import sending
from katip.cli.sequencer import sequencing
from katip.cli.stopping import StopRequested, signals_set, stop_at_pauses
from katip.cli.sweep import due_do, sweep_beside
from katip.cli.web_process import ready_await, web_run
from katip.core.environment import default_data

if TYPE_CHECKING:
    from katip.core.environment import Environment
    from katip.demo.cast import Entry

_DEFAULT_DATA = default_data("demo")

_SAMPLE = {
    "KATIP_ENV": "development",
    "KATIP_HOST": "127.0.0.1",
    "KATIP_APPROVAL_DEADLINE_DAYS": "5",
    "KATIP_OPERATOR_NAME": "Örnek İşletmeci A.Ş.",
    "KATIP_HELP_NAME": "Katip Destek, Umut Örnek",
    "KATIP_HELP_PHONE": "8500000000",
    "KATIP_HELP_HOURS": "Hafta içi 09:00–18:00",
    "KATIP_COUNTER_NAME": "Örnek İşletmeci A.Ş. Nilüfer gişesi",
    "KATIP_REVIEW_PERCENT": "100",
    "KATIP_WEBHOOK_LOOPBACK": "true",
}
_NOT_HERE = (
    "KATIP_DATABASE_URL",
    "KATIP_DATABASE_WORK_URL",
    "KATIP_DATABASE_OWNER_URL",
    "KATIP_PUBLIC_URL",
    "KATIP_CHIP_TRUST",
)
"""the sample world must never end up in a real installation's database, nor its country in a real trust folder"""


@click.group("demo", invoke_without_command=True)
@click.pass_context
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port on this machine.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=_DEFAULT_DATA,
    show_default="var/demo",
    help="Folder for the database, the keys and cast.json.",
)
@click.option("--fresh", is_flag=True, help="Delete what an earlier run left in the folder.")
def command(ctx: click.Context, port: int, data: Path, *, fresh: bool) -> None:
    """Run the product with its sample world until Ctrl-C; or, with a sub-command, make a country."""
    if ctx.invoked_subcommand is None:
        signals_set()
        try:
            with told_plainly():
                _run(port, data, fresh=fresh)
        except StopRequested:
            click.echo("Stopped.")


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what a sample installation cannot get past into a sentence."""
    from katip.core.errors import KatipError
    from katip.core.postgres import PostgresError

    try:
        yield
    except (PostgresError, KatipError) as error:
        raise click.ClickException(str(error)) from error
    except PermissionError as error:
        raise click.ClickException(
            f"No permission for {error.filename}. Start it as the account that made it, or choose another: --data DIR"
        ) from error


command.add_command(country)


def environment_set(data: Path, port: int | None = None) -> None:
    """Set the process's environment, and thereby its children's, to the sample installation in the folder `data`."""
    for name, value in _SAMPLE.items():
        os.environ.setdefault(name, value)
    for name in _NOT_HERE:
        os.environ.pop(name, None)
    os.environ["KATIP_DEMO"] = "true"
    os.environ["KATIP_DATA"] = str(data.resolve())
    if port is not None:
        os.environ["KATIP_PORT"] = str(port)
    os.environ["DJANGO_SETTINGS_MODULE"] = "katip.config.settings"


def _run(port: int, data: Path, *, fresh: bool) -> None:
    from katip.core.checks import demo_errors
    from katip.core.environment import Environment
    from katip.demo.folder import folder_open

    environment_set(data, port)
    environment = Environment()
    for error in demo_errors(environment):
        raise click.ClickException(f"{error.msg} {error.hint}")
    _port_check(environment)
    folder_open(data, fresh=fresh)
    database_start(environment.data, environment.pg_bin)
    try:
        entries = _prepare(environment)
        metrics_begin()
        stop_at_pauses(environment.stop_seconds)
        with web_run(environment, workers=1) as web:
            ready_await(web, environment)
            _announce(environment, entries, data)
            with hands_run(1) as hands, sequencing(), sending(), metrics_served():
                raise click.ClickException(f"The web server ended by itself (status {sweep_beside(web, hands)}).")
    finally:
        database_stop()


def _prepare(environment: "Environment") -> "list[Entry]":
    """Bring the database to this version's shape, and the sample world and its cast into it."""
    import django

    django.setup()

    from django.core.management import CommandError, call_command
    from django.db import connections

    from katip.audit.log.sequence import sequence_all
    from katip.cli.migrate import migrate
    from katip.demo.cards.office import office_open
    from katip.demo.world import WORLD, cast_open, world_load
    from katip.identity.sessions import expired_clear

    try:
        with Path(os.devnull).open("w") as silence:  # errors are raised; that there are none is not worth a line
            call_command("check", stdout=silence)
    except CommandError as error:
        raise click.ClickException(str(error)) from error
    migrate(finish=True)
    expired_clear()
    call_command("collectstatic", verbosity=0, interactive=False)
    now = datetime.now(UTC)
    world_load(WORLD, now)
    entries = cast_open(environment.data, now)
    office_open(environment.data, environment.trust_folder, entries, now)
    due_do(now)
    sequence_all(now)
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
    return entries


def _port_check(environment: "Environment") -> None:
    """Refuse a port that is taken, before anything is started."""
    with socket.socket(socket.AF_INET6 if ":" in environment.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.host, environment.port))
        except OSError as error:
            raise click.ClickException(
                f"Port {environment.port} cannot be used ({error.strerror}). Choose another one: --port N"
            ) from error


def _announce(environment: "Environment", entries: "list[Entry]", data: Path) -> None:
    from katip.demo.cast import cast_table
    from katip.demo.folder import origin_keep

    where = "" if data == _DEFAULT_DATA else f" --data {data}"
    origin_keep(data, environment.origin)
    click.echo(f"Katip is ready: {environment.origin}\n")
    click.echo(cast_table(entries, datetime.now(UTC)))
    click.echo(f"\nCodes change every 30 seconds. The current one: script/katip code employer{where}")
    click.echo(f"An ID card with a chip, for a reader that needs no hardware: script/katip card newcomer{where}")
    click.echo("Sample data only. Stop with Ctrl-C.")
