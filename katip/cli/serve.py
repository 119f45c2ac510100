"""`katip serve`: the web processes."""

import os
import sys

import click


@click.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes on this machine.")
def command(workers: int) -> None:
    """Serve the pages on KATIP_HOST and KATIP_PORT until stopped."""
    from django.conf import settings
    from django.core.management import call_command

    call_command("check", fail_level="ERROR")
    call_command("collectstatic", verbosity=0, interactive=False)
    arguments = [sys.executable, "-P", "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", str(workers)]
    arguments += ["--host", settings.KATIP.host, "--port", str(settings.KATIP.port), "katip.config.wsgi:application"]
    os.execv(sys.executable, arguments)  # noqa: S606 -- granian takes this process over, signals and all
