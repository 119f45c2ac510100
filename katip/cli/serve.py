"""`katip serve`: the web processes, and the embedded database where no other is configured."""

from io import StringIO

import click

from katip.cli.sweep import sweep_beside
from katip.cli.web_process import StopRequested, ready_await, signals_set, web_run


@click.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes on this machine.")
def command(workers: int) -> None:
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
            raise click.ClickException(f"The web server ended by itself (status {sweep_beside(web)}).")
    except StopRequested:
        click.echo("Stopped.")
    except CommandError as error:
        raise click.ClickException(str(error)) from error
    except DatabaseError as error:
        raise click.ClickException(f"The database does not answer as it should: {error}") from error
