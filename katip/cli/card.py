"""`katip card`: the ID card of one of the sample cast, on a reader that needs no hardware."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from katip.cli.stopping import StopRequested, signals_set
from katip.core.clock import day_of
from katip.core.environment import default_data
from katip.demo.cards.kinds import WORDS, Kind

if TYPE_CHECKING:
    from datetime import date

    from katip.demo.cards.card import Card

_DEFAULT_DATA = default_data("demo")
_SOCKET = "reader.sock"


@click.command("card")
@click.argument("key")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    default=Kind.GENUINE.value,
    show_default=True,
    help="What is wrong with the card, if anything.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=_DEFAULT_DATA,
    show_default="var/demo",
    help="The data folder of the sample installation.",
)
def command(key: str, kind: str, data: Path) -> None:
    """Put the ID card of KEY, one of the sample cast, on the reader until Ctrl-C.

    Its chip answers katip-reader as a real one does. Where pcscd runs with vsmartcard's virtual reader, the card lies
    there too.
    """
    from katip.core.errors import KatipError
    from katip.demo.cards.field import Field
    from katip.demo.cards.office import card_get

    signals_set()
    try:
        today = day_of(datetime.now(UTC))
        card = card_get(data, key, Kind(kind), today)
        with Field(card, click.echo) as field:
            field.listen(data.resolve() / _SOCKET)
            _announce(card, Kind(kind), today, data, virtual=field.join())
            field.serve()
    except StopRequested:
        click.echo("The card is off the reader.")
    except KatipError as error:
        raise click.ClickException(str(error)) from error
    except PermissionError as error:
        raise click.ClickException(
            f"No permission for {error.filename}. Run it as the account that runs the product."
        ) from error


def _announce(card: "Card", kind: Kind, today: "date", data: Path, *, virtual: bool) -> None:
    """Say what is printed on the card, and what to do next."""
    from katip.demo.folder import origin_find

    mrz = card.mrz
    born = mrz.birth_date(today)
    number, birth = mrz.document_number, f"{born:%d.%m.%Y}" if born else ""
    expiry = f"{mrz.expires_on(today):%d.%m.%Y}"
    click.echo(f"On the reader: the ID card of {mrz.given_names} {mrz.surname}, {WORDS[kind]}.\n")
    click.echo("Printed on it:")
    facts = {
        "document number": number,
        "date of birth": birth,
        "valid until": expiry,
        "card access number": card.card_access_number or "none",
    }
    for name, value in facts.items():
        click.echo(f"  {name:<20}{value}")
    for line in card.lines:
        click.echo(f"  {line}")
    click.echo("\nNext: have a code shown on the page; then, in another terminal,\n")
    click.echo(f"  script/katip-reader --server {origin_find(data)} \\")
    click.echo(f"    --card-socket {_shown(data.resolve() / _SOCKET)} \\")
    click.echo(f"    --document-number {number} --birth-date {birth} --expiry {expiry}\n")
    click.echo("It asks for the code. (With a card of one's own, leave the last line out: it asks for these too.)")
    if virtual:
        click.echo("The card lies on pcscd's virtual reader too: without --card-socket it is read there.")
    click.echo("\nTake the card off with Ctrl-C. What the reader asks the chip:")


def _shown(path: Path) -> str:
    """As short as it can be typed from here."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
