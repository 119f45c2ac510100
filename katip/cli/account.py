"""`katip account open`: what the counter does today, by hand. Face to face, the ID card on the table."""

import secrets
from datetime import UTC, datetime

import click

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@click.group("account")
def command() -> None:
    """Open people's sign-in."""


@command.command("open")
def account_open() -> None:
    """Give a person a new password and a code app, after looking at their ID card.

    The T.C. kimlik no is asked for, never taken as an argument: arguments stay in the shell's history. What is printed
    is printed once; a second call replaces it.
    """
    from allauth.mfa.totp.internal.auth import generate_totp_secret

    from katip.core.actor import OPERATOR
    from katip.identity.models import Person
    from katip.identity.services.sign_in_open import sign_in_open
    from katip.rules import FormatError, parse_national_id

    try:
        national_id = parse_national_id(click.prompt("T.C. kimlik no"))
    except FormatError as error:
        raise click.ClickException("That is not a T.C. kimlik no: 11 digits, the last two check the others.") from error
    person = Person.objects.find_by_national_id(national_id)
    if person is None:
        raise click.ClickException("Nobody with this number. Import the list first: katip import people FILE")
    click.confirm(f"{person.name}: have you seen this person and their ID card?", abort=True)
    now = datetime.now(UTC)
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    secret = generate_totp_secret()
    sign_in_open(actor=OPERATOR, at=now, person_id=person.pk, password=password, secret=secret)
    click.echo(f"Password:          {password}")
    click.echo(f"Key for code app:  {secret}")
