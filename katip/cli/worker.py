"""`katip worker`: all that a country's register does beside its pages, on this machine."""

import click

from katip.cli.agreed import Agreement
from katip.cli.database import database_tend
from katip.cli.hands import hands_run, hands_usual
from katip.cli.metrics import metrics_begin, metrics_served
from katip.cli.sending import sending
from katip.cli.sequencer import sequencing
from katip.cli.stopping import StopRequested, pause, signals_set, stop_at_pauses
from katip.cli.sweep import sweeping


def _queues(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())


@click.command(
    "worker", short_help="Do jobs, such as a month's chunks, and what is due, with processes of this machine."
)
@click.option(
    "--hands",
    "count",
    type=click.IntRange(0, 64),
    default=hands_usual,
    show_default="a core each, 4 at most",
    help="Processes on this machine that do jobs.",
)
@click.option(
    "--queues",
    metavar="NAME,NAME",
    default="",
    callback=_queues,
    show_default="all",
    help="Of which queues the hands take jobs.",
)
def command(count: int, queues: tuple[str, ...]) -> None:
    """Take jobs and do them, and do what is due, until stopped.

    Any number of workers on any number of machines share the work, with one database: set KATIP_DATABASE_URL and the
    keys alike on each. Each also gives events their place in the log and sends what is to be told; what is due every
    minute is done by one of them. Killed at any moment, by whatever means, nothing is lost and nothing done twice.
    """
    queues_check(queues)
    signals_set()
    try:
        metrics_begin()
        stop_at_pauses(0)
        with hands_run(count, *queues) as hands, sweeping(), sequencing(), sending(), metrics_served():
            of = f" on {', '.join(queues)}" if queues else ""
            click.echo(f"{count} hand{'' if count == 1 else 's'} at work{of}. Stop with Ctrl-C.")
            agreement = Agreement()
            while True:
                database_tend()
                agreement.look()
                hands.tend()
                pause(1)
    except StopRequested:
        click.echo("Stopped.")


def queues_check(queues: tuple[str, ...]) -> None:
    """Raise `click.BadParameter` for a queue that no job is in: its hands would wait for ever."""
    from katip.core.jobs import queues_known

    known = queues_known()
    if unknown := sorted({*queues} - {*known}):
        raise click.BadParameter(f"No job is in the queue {unknown[0]}. There are: {', '.join(known)}.")
