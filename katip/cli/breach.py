"""`katip breach`: what has to be known within 72 hours. The runbook is docs/security/breach.md."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import click


@click.group("breach")
def command() -> None:
    """Find out whom a breach touched (docs/security/breach.md)."""


@command.command("account")
@click.option("--most", default=100, show_default=True, help="So many events, the newest first.")
def breach_account_command(*, most: int) -> None:
    """Show the number of a person's account and what it did last: moment, event, what, about which number.

    The T.C. kimlik no is asked for, never taken as an argument.
    """
    from katip.audit.models import Event
    from katip.cli.account import person_ask
    from katip.core.clock import ISTANBUL

    person = person_ask(closed=True)
    click.echo(f"Account {person.pk}")
    for event in Event.objects.filter(actor_id=person.pk).order_by("-pk")[:most]:
        at = event.at.astimezone(ISTANBUL)
        click.echo(f"{at:%Y-%m-%d %H:%M:%S}  {event.pk:>10}  {event.tag}  {event.subject_id or ''}".rstrip())


@command.command("people")
@click.option("--account", "accounts", type=int, multiple=True, help="Number of a person whose account was misused.")
@click.option("--event", "events", type=int, multiple=True, help="Number of an audit event of reading.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), required=True, help="In Istanbul.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), default=None, help="In Istanbul; now.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def breach_people_command(
    accounts: tuple[int, ...], events: tuple[int, ...], since: datetime, until: datetime | None, file: Path
) -> None:
    """Write into FILE (CSV, readable by its owner alone) the people whose data were shown.

    Name accounts, events of reading, or both. FILE must not exist yet.
    """
    from katip.core.actor import OPERATOR
    from katip.core.clock import ISTANBUL
    from katip.keeping.services.breach import breach_people

    if not accounts and not events:
        raise click.UsageError("Name at least one --account or --event.")
    now = datetime.now(UTC)
    people = breach_people(
        actor=OPERATOR,
        at=now,
        since=since.replace(tzinfo=ISTANBUL),
        until=until.replace(tzinfo=ISTANBUL) if until else now,
        accounts=accounts,
        events=events,
    )
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.ClickException(f"{file} is there already.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(("person", "name", "email", "looks", "first", "last", "occasions"))
        for one in people:
            moments = (moment.astimezone(ISTANBUL).isoformat(timespec="minutes") for moment in (one.first, one.last))
            lines.writerow((one.person_id, one.name, one.email, one.looks, *moments, " ".join(one.occasions)))
    without = sum(not one.email for one in people)
    click.echo(f"{len(people):,} people; {without:,} of them have no e-mail address. Written to {file}.")
