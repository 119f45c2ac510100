"""`katip account`: sign-in opened by hand. Face to face, the ID card on the table."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from katip.identity.models import Person


@click.group("account")
def command() -> None:
    """Open people's sign-in by a code that is handed over; end sessions."""


@command.command("open")
@click.option("--lost", is_flag=True, help="A second step is lost: those that there are close when the code is used.")
def account_open(*, lost: bool) -> None:
    """Give a person a code for a password and a second step, after looking at their ID card.

    The T.C. kimlik no is asked for, never taken as an argument: arguments stay in the shell's history. The code is
    printed once, works once, and ends; a second call replaces it.
    """
    from django.conf import settings

    from katip.core.actor import OPERATOR
    from katip.core.clock import ISTANBUL
    from katip.core.codes import code_shown
    from katip.identity.services.activation import activation_issue

    person = person_ask()
    click.confirm(f"{person.name}: have you seen this person and their ID card?", abort=True)
    code, row = activation_issue(actor=OPERATOR, at=datetime.now(UTC), person_id=person.pk, lost=lost)
    click.echo(f"Code:        {code_shown(code)}")
    click.echo(f"Works until: {row.expires_at.astimezone(ISTANBUL):%d.%m.%Y %H:%M} (Istanbul), once")
    click.echo(f"Enter it at: {settings.KATIP.origin}/hesap-ac/")


@command.command("revoke")
def account_revoke() -> None:
    """Take back a person's code that was not used, and their right to set up a second step."""
    from katip.core.actor import OPERATOR
    from katip.identity.services.activation import activation_revoke

    person = person_ask()
    revoked = activation_revoke(actor=OPERATOR, at=datetime.now(UTC), person_id=person.pk)
    click.echo("Taken back." if revoked else "Nothing is open.")


@command.command("end-sessions")
@click.option("--everybody", is_flag=True, help="Everybody's sessions, not one person's: all sign in anew.")
def account_end_sessions(*, everybody: bool) -> None:
    """End a person's sessions, or everybody's, in every browser. Each is told.

    What they sign in with stays as it is: where that is in other hands too, give a new code.
    """
    from katip.core.actor import OPERATOR
    from katip.identity.services.sessions import sessions_end_everybody, sessions_end_of

    if everybody:
        click.confirm("Everybody who is signed in will have to sign in anew. Go on?", abort=True)
        count = sessions_end_everybody(actor=OPERATOR, at=datetime.now(UTC))
    else:
        count = sessions_end_of(actor=OPERATOR, at=datetime.now(UTC), person_id=person_ask(closed=True).pk)
    click.echo(f"Sessions ended: {count}")


def person_ask(*, closed: bool = False) -> "Person":
    """Ask whose account it is; a `closed` one only where that is asked for.

    Raises `click.ClickException` for a number that is none, or nobody's.
    """
    from katip.identity.models import Person
    from katip.rules import FormatError, parse_national_id

    try:
        national_id = parse_national_id(click.prompt("T.C. kimlik no"))
    except FormatError as error:
        raise click.ClickException("That is not a T.C. kimlik no: 11 digits, the last two check the others.") from error
    person = Person.objects.find_by_national_id(national_id)
    if person is None:
        raise click.ClickException("Nobody with this number. Import the list first: katip import people FILE")
    if not person.is_active and not closed:
        raise click.ClickException("This account is closed.")
    return person
