"""`katip documents`: making documents by hand, above all of contracts that were in force before there were any."""

import sys
import time
from datetime import UTC, datetime

import click


@click.group("documents", short_help="Make the sealed documents of contracts.")
def command() -> None:
    """Documents are made beside the web server and by `katip worker`; these commands are for what is left."""


@command.command("make")
@click.option(
    "--all", "everything", is_flag=True, help="Also ended contracts, every version, and what was carried over."
)
@click.option("--ask", "only_ask", is_flag=True, help="Only put them in the queue; the hands make them.")
def documents_make_all(*, everything: bool, only_ask: bool) -> None:
    """Ask for the documents that contracts in force lack, and make all that wait.

    Stopped at any moment, nothing is lost and nothing made twice: run it again. Others may make documents meanwhile.
    """
    asked = _ask(everything=everything)
    click.echo(f"{asked:,} documents asked for.")
    if not only_ask:
        _make()


def _ask(*, everything: bool) -> int:
    from katip.core.actor import OPERATOR
    from katip.documents.services.wanted import missing_ask

    asked, after = 0, 0
    while True:
        found, last = missing_ask(actor=OPERATOR, at=datetime.now(UTC), after=after, everything=everything)
        asked += found
        if last is None:
            return asked
        after = last


def _make() -> None:
    """Make until nothing is due; what could not be made is told, and tried again by the hands."""
    from katip.audit.log.sequence import sequence_all
    from katip.core.actor import OPERATOR
    from katip.documents.services.make import documents_make

    made = failed = 0
    begun = told = time.monotonic()
    sequence_all(datetime.now(UTC))
    while done := documents_make(actor=OPERATOR, at=datetime.now(UTC)):
        made, failed = made + done.made, failed + done.failed
        if sys.stderr.isatty() and time.monotonic() - told > 1:
            told = time.monotonic()
            click.echo(f"\r{made:,} made, {made / (told - begun):,.0f} a second", nl=False, err=True)
    click.echo(
        f"{made:,} documents made." + (f" {failed:,} could not be made; they are tried again." if failed else "")
    )
    if failed:
        raise SystemExit(1)
