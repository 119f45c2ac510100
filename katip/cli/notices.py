"""`katip notices`: how the channels are, whether one works, and what mail servers report."""

import os
import sys
from datetime import UTC, datetime
from typing import IO

import click


@click.group("notices", short_help="How messages leave, and what became of them.")
def command() -> None:
    """See how e-mail, SMS and KEP leave (docs/notices.md)."""


@command.command("state")
def state() -> None:
    """Say for each channel what waits, what left last, and whether it rests because it failed."""
    from katip.notices.selectors import channel_states

    for line in channel_states(datetime.now(UTC)):
        click.echo(line.text)


@command.command("try")
@click.argument("channel", type=click.Choice(["email", "sms", "kep"]))
@click.argument("address")
def attempt(channel: str, address: str) -> None:
    """Send one line to ADDRESS (a mobile phone as 5XXXXXXXXX) now, and say what the server answered."""
    from katip.notices.channels.base import ChannelDownError, Verdict
    from katip.notices.deliver import address_is_possible
    from katip.notices.engine import channel_try
    from katip.notices.models import Channel

    chosen = Channel(channel)
    if not address_is_possible(chosen, address):
        raise click.ClickException(f"This cannot be an address for {channel}.")
    try:
        outcome = channel_try(chosen, address, datetime.now(UTC))
    except ChannelDownError as error:
        raise click.ClickException(f"Nothing leaves: {error.code}.") from error
    if outcome is None:
        raise click.ClickException(f"Nothing leaves by {channel}: it is not set.")
    if outcome.verdict is not Verdict.SENT:
        raise click.ClickException(f"Not taken: {outcome.code}.")
    click.echo("Taken. That it arrives is seen at the address.")


@command.command("bounced")
@click.argument("file", type=click.File("rb"), default="-")
def bounced(file: IO[bytes]) -> None:
    """Take one e-mail from FILE or standard input: a mail server's delivery report (RFC 3464).

    For a mail server's pipe at the mailbox KATIP_MAIL_BOUNCES. What is no report about a message of ours changes
    nothing and is no error: else the server would report about it in turn.
    """
    from django.db import OperationalError

    from katip.core.actor import OPERATOR
    from katip.notices.services.reports import LARGEST, ReportError, report_read, report_take

    try:
        report = report_read(file.read(LARGEST + 1))
        done = report_take(actor=OPERATOR, at=datetime.now(UTC), report=report)
    except ReportError:
        click.echo("No delivery report: nothing was changed.")
        return
    except OperationalError as error:
        click.echo(f"The database does not answer ({str(error).splitlines()[0]}): try again later.", err=True)
        sys.exit(os.EX_TEMPFAIL)  # by which mail servers keep the report and come again
    click.echo(f"The message is marked: {done}." if done else "The report says nothing new.")
