"""`katip worker`: hands for what is done after a commit, on this machine."""

import time

import click

from katip.cli.database import database_tend
from katip.cli.hands import TEND_SECONDS, hands_run, hands_usual, work_care
from katip.cli.sending import sending
from katip.cli.sequencer import sequencing
from katip.cli.web_process import StopRequested, signals_set


@click.command("worker", short_help="Do jobs, such as a month's chunks, with some processes of this machine.")
@click.option(
    "--hands",
    "count",
    type=click.IntRange(1, 64),
    default=hands_usual,
    show_default="a core each, 4 at most",
    help="Processes on this machine.",
)
def command(count: int) -> None:
    """Take jobs and do them until stopped.

    Any number of workers on any number of machines share the work, with one database: set KATIP_DATABASE_URL and the
    keys alike on each. Killed at any moment, by whatever means, nothing is lost and nothing done twice.
    """
    signals_set()
    try:
        with hands_run(count) as hands, sequencing(), sending():
            click.echo(f"{count} hand{'s' if count > 1 else ''} at work. Stop with Ctrl-C.")
            looked = float("-inf")
            while True:
                database_tend()
                hands.tend()
                if time.monotonic() - looked > TEND_SECONDS:
                    work_care()
                    looked = time.monotonic()
                time.sleep(1)
    except StopRequested:
        click.echo("Stopped.")
