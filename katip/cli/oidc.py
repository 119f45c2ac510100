"""`katip oidc`: the providers by which people sign in, tried from here; a person's link to an account there, ended."""

from datetime import UTC, datetime

import click


@click.group("oidc")
def command() -> None:
    """Sign-in at other providers: see docs/oidc.md."""


@command.command("check")
def check() -> None:
    """Read the file of providers, ask each for its document and keys, and say what is to be registered there."""
    from django.conf import settings
    from django.urls import reverse

    from katip.identity.oidc.client import Client
    from katip.identity.oidc.providers import ProvidersFileError, providers
    from katip.identity.oidc.reasons import ProviderRefusedError

    try:
        listed = providers()
    except ProvidersFileError as error:
        raise click.ClickException("\n".join(error.faults)) from error
    if not listed:
        click.echo("No providers: KATIP_OIDC_FILE is not set.")
    failed = 0
    for provider in listed:
        click.echo(f"{provider.number}  {provider.name}  {provider.issuer}")
        click.echo(f"   redirect URI   {settings.KATIP.origin}{reverse('oidc_return', args=[provider.number])}")
        click.echo(f"   counts as      {'two steps' if provider.counts_as_two_steps else 'one step'}")
        client, now = Client(provider), datetime.now(UTC).timestamp()
        try:
            metadata, keys = client.metadata(now), client.keys(now)
        except ProviderRefusedError as error:
            failed += 1
            click.echo(f"   refused        {error.reason}")
            continue
        click.echo(f"   answers        {len(keys)} keys; names itself: {'yes' if metadata.names_itself else 'no'}")
    if failed:
        raise click.ClickException(
            f"{failed} of {len(listed)} would be refused; docs/oidc.md says what each word means."
        )


@command.command("unlink")
def unlink() -> None:
    """End a person's links to accounts at providers, after looking at their ID card. The next sign-in links anew.

    The T.C. kimlik no is asked for, never taken as an argument: arguments stay in the shell's history.
    """
    from katip.core.actor import OPERATOR
    from katip.identity.models import Person
    from katip.identity.services.provider_sign_in import provider_link_end
    from katip.rules import FormatError, parse_national_id

    try:
        national_id = parse_national_id(click.prompt("T.C. kimlik no"))
    except FormatError as error:
        raise click.ClickException("That is not a T.C. kimlik no: 11 digits, the last two check the others.") from error
    person = Person.objects.find_by_national_id(national_id)
    if person is None:
        raise click.ClickException("Nobody with this number.")
    click.confirm(f"{person.name}: have you seen this person and their ID card?", abort=True)
    ended = provider_link_end(actor=OPERATOR, at=datetime.now(UTC), person_id=person.pk)
    click.echo(f"Links ended: {ended}")
