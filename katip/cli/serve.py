"""`katip serve`: the web processes, what goes on beside them, and the embedded database where no other is set."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO

import click

from katip.cli.hands import Hands, hands_run
from katip.cli.metrics import metrics_begin, metrics_served
from katip.cli.sending import sending
from katip.cli.sequencer import sequencing
from katip.cli.stopping import StopRequested, signals_set, stop_at_pauses
from katip.cli.sweep import beside, sweeping
from katip.cli.web_process import drained, ready_await, web_run


@click.command("serve")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=None,
    show_default="KATIP_WEB_WORKERS, else a core each",
    help="Web processes on this machine.",
)
@click.option(
    "--hands",
    "count",
    type=click.IntRange(0, 64),
    default=None,
    show_default="1",
    help="Processes for what is done after a commit. 0: workers elsewhere do it.",
)
@click.option(
    "--web-only", is_flag=True, help="Web processes alone: everything else is done by katip worker elsewhere."
)
def command(workers: int | None, count: int | None, *, web_only: bool) -> None:
    """Serve the pages on KATIP_HOST and KATIP_PORT until stopped.

    Alone it is a whole installation. With --web-only it is one of many behind a proxy, which asks /saglik/hazir/: it
    starts and waits where the database is away, and at a stop goes on serving until the proxy looked elsewhere.
    """
    from django.conf import settings
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError

    from katip.cli.main import house_require
    from katip.core.ready import draining_file

    if web_only and count:
        raise click.UsageError("--web-only has no hands: leave --hands out.")
    if not web_only:
        house_require()
    drain = draining_file(settings.KATIP.data, settings.KATIP.port)
    signals_set()
    try:
        call_command("check", fail_level="ERROR", stdout=StringIO())
        call_command("collectstatic", verbosity=0, interactive=False)
        if not web_only:
            _clear()
        metrics_begin()
        stop_at_pauses(settings.KATIP.drain_seconds + settings.KATIP.stop_seconds)
        with web_run(settings.KATIP, workers=workers) as web:
            ready_await(web, settings.KATIP)
            click.echo(f"Katip serves {settings.KATIP.origin}. Stop with Ctrl-C.")
            with _company(0 if web_only else 1 if count is None else count, web_only=web_only) as hands:
                with drained(drain, settings.KATIP.drain_seconds):
                    status = beside(web, hands)
                raise click.ClickException(f"The web server ended by itself (status {status}).")
    except StopRequested:
        click.echo("Stopped.")
    except CommandError as error:
        raise click.ClickException(str(error)) from error
    except DatabaseError as error:
        raise click.ClickException(f"The database does not answer as it should: {error}") from error
    finally:
        drain.unlink(missing_ok=True)


@contextmanager
def _company(count: int, *, web_only: bool) -> Iterator[Hands]:
    """What goes on beside the web processes during the block."""
    with ExitStack() as stack:
        hands = stack.enter_context(hands_run(count))
        if not web_only:
            for each in (sweeping, sequencing, sending):
                stack.enter_context(each())
        stack.enter_context(metrics_served(state=not web_only))
        yield hands


def _clear() -> None:
    from django.db import connection

    from katip.identity.sessions import expired_clear

    expired_clear()
    connection.close()
