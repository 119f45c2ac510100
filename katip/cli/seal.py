"""`katip seal`: the key by which documents are sealed, its health, and what waits for a timestamp."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_WIDTH = 7
_MOST_AT_ONCE = 1_000
_SHOWN = 200


@click.group("seal", short_help="Keep the key by which documents are sealed.")
def command() -> None:
    """Keep the key by which documents are sealed (docs/seal.md)."""


@command.command("doctor", short_help="Say what is wrong, and how to mend it.")
def doctor() -> None:
    """Say what is wrong with the seal and how to mend it. Ends with 1 when documents are not sealed or not believed.

    Asks the timestamp authority for one timestamp, where one is configured.
    """
    from katip.core.finding import Weight
    from katip.documents.seal.doctor import seal_examine

    is_ill = False
    for finding in seal_examine(datetime.now(UTC)):
        click.echo(f"{finding.weight:<{_WIDTH}}  {finding.what}")
        if finding.why:
            click.echo(f"{'':<{_WIDTH}}  {finding.why}")
        if finding.mend:
            click.echo(f"{'':<{_WIDTH}}  → {finding.mend}")
        is_ill = is_ill or finding.weight == Weight.PROBLEM
    if is_ill:
        sys.exit(1)


@command.command("keys")
def keys() -> None:
    """Show the keys that sealed here, the newest first."""
    from katip.documents.seal.keys import keys_known
    from katip.documents.seal.port import name_of

    known = keys_known()[:_SHOWN]
    for key in known:
        state = f"until {key.used_until:%Y-%m-%d %H:%M}" if key.used_until else "in use"
        if key.revoked_since:
            state = f"COMPROMISED since {key.revoked_since:%Y-%m-%d %H:%M}"
        click.echo(f"{key.key_id[:16]}  from {key.used_from:%Y-%m-%d %H:%M}  {state}  {name_of(key.chain[0])}")
    if not known:
        click.echo("Nothing has been sealed yet.")


@command.command("certificate", short_help="Print the certificates of the seal (PEM).")
@click.option("--root", is_flag=True, help="The certificate at the top, which others import once.")
def certificate(*, root: bool) -> None:
    """Print the certificates of the seal (PEM), for whoever wants to check seals with other programs."""
    from cryptography.hazmat.primitives.serialization import Encoding

    chain = _sealer_chain()
    for each in chain[-1:] if root else chain:
        click.echo(each.public_bytes(Encoding.PEM).decode("ascii"), nl=False)


@command.command("rotate", short_help="Put a new key in the place of the current one.")
def rotate() -> None:
    """Put a new key in the place of the current one; earlier seals stay valid.

    With a key of your own (KATIP_SEAL_KEY), put its files there first. Workers take the new key with their next
    document; bring the folder keys/seal to other machines within a day.
    """
    _rotate()


@command.command("revoke", short_help="Mark a key as compromised: its later seals are doubted.")
@click.argument("key_id")
@click.option(
    "--since",
    type=click.DateTime(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]),
    required=True,
    help="UTC: the first moment at which somebody else may have had the key.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def revoke(key_id: str, since: datetime, *, yes: bool) -> None:
    """Mark the key whose id begins with KEY_ID as compromised: seals after that moment are doubted from now on.

    Seals stay believed whose moment is proved to be earlier: by a timestamp, or because the register issued exactly
    that file by then. If it is the current key, a new one takes its place at once.
    """
    from katip.core.actor import OPERATOR
    from katip.documents.seal.errors import SealError
    from katip.documents.seal.keys import retired_drop, seal_revoke
    from katip.documents.seal.port import key_id_of

    if not yes:
        click.confirm("This cannot be taken back. Mark the key?", abort=True)
    try:
        whole = seal_revoke(actor=OPERATOR, at=datetime.now(UTC), key_id=key_id, since=since.replace(tzinfo=UTC))
        click.echo(f"{whole[:16]} is marked as compromised since {since:%Y-%m-%d %H:%M} UTC.")
        current = key_id_of(_sealer_chain()[0])
    except SealError as error:
        raise click.ClickException(str(error)) from None
    if current == whole:
        _rotate()
    retired_drop()


@command.command("repair", short_help="Ask for timestamps that were not given at once.")
@click.option("--most", default=_MOST_AT_ONCE, show_default=True, help="Ask for so many timestamps at most.")
def repair(most: int) -> None:
    """Ask for the timestamps that the authority did not give at once. Ends with 1 while it gives none.

    `katip serve` does it every minute, a few at a time.
    """
    from katip.core.actor import OPERATOR
    from katip.documents.seal.tsa import breaker_reset, is_configured
    from katip.documents.seal.waiting import seals_repair, waiting_count

    if not is_configured():
        click.echo("No timestamp authority is configured (KATIP_SEAL_TSA_URL).")
        return
    breaker_reset()
    repaired = seals_repair(actor=OPERATOR, at=datetime.now(UTC), most=most)
    left = waiting_count(_MOST_AT_ONCE)
    click.echo(f"{repaired.stamped:,} got their timestamp, {left:,}{'+' if left == _MOST_AT_ONCE else ''} wait.")
    if repaired.fault:
        message = f"The authority gives none now: {repaired.fault}. katip seal doctor says more."
        raise click.ClickException(message)


@command.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def check(file: Path) -> None:
    """Say what the PDF in FILE is worth. Ends with 0 only when it is ours and unchanged."""
    from katip.documents.seal.check import CHECK_LIMIT, SealState, seal_check

    with file.open("rb") as opened:
        found = seal_check(opened.read(CHECK_LIMIT + 1))
    click.echo(" ".join(filter(None, [found.state, found.reason])))
    if found.sealed_at:
        click.echo(f"sealed {found.sealed_at:%Y-%m-%d %H:%M:%S} UTC ({found.level}) by {found.signer}")
    if found.state != SealState.INTACT:
        sys.exit(1)


def _rotate() -> None:
    from katip.core.actor import OPERATOR
    from katip.documents.seal.errors import SealError
    from katip.documents.seal.keys import retired_drop, seal_rotate

    try:
        key_id = seal_rotate(actor=OPERATOR, at=datetime.now(UTC))
    except SealError as error:
        raise click.ClickException(str(error)) from None
    retired_drop()
    click.echo(f"Documents are sealed by {key_id[:16]} from now on.")


def _sealer_chain() -> "tuple[Certificate, ...]":
    from katip.documents.seal.errors import SealError
    from katip.documents.seal.files import sealer_current

    try:
        return sealer_current().chain
    except SealError as error:
        raise click.ClickException(str(error)) from None
