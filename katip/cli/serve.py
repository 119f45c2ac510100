"""`katip serve`: the web processes, and the embedded database where no other is configured."""

from io import StringIO

import click

from katip.cli.hands import hands_run
from katip.cli.sending import sending
from katip.cli.sequencer import sequencing
from katip.cli.sweep import sweep_beside
from katip.cli.web_process import StopRequested, ready_await, signals_set, web_run


@click.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes on this machine.")
@click.option(
    "--hands",
    "count",
    type=click.IntRange(0, 64),
    default=1,
    show_default=True,
    help="Processes for what is done after a commit. 0: workers elsewhere do it.",
)
def command(workers: int, count: int) -> None:
    """Serve the pages on KATIP_HOST and KATIP_PORT until stopped."""
    from django.conf import settings
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError, connection

    from katip.identity.sessions import expired_clear

    signals_set()
    try:
        call_command("check", fail_level="ERROR", stdout=StringIO())
        call_command("collectstatic", verbosity=0, interactive=False)
        expired_clear()
        connection.close()
        with web_run(settings.KATIP, workers=workers) as web:
            ready_await(web, settings.KATIP)
            click.echo(f"Katip serves {settings.KATIP.origin}. Stop with Ctrl-C.")
            with hands_run(count) as hands, sequencing(), sending():
                raise click.ClickException(f"The web server ended by itself (status {sweep_beside(web, hands)}).")
    except StopRequested:
        click.echo("Stopped.")
    except CommandError as error:
        raise click.ClickException(str(error)) from error
    except DatabaseError as error:
        raise click.ClickException(f"The database does not answer as it should: {error}") from error
