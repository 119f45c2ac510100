"""`katip feed`: keys for programs that send feeds."""

import click

_WORDS = {
    "name_empty": "A key needs a name.",
    "name_long": "A name has 80 characters at most.",
    "name_taken": "There is or was a key of this name; names are not used twice.",
    "unknown": "No valid key has this name.",
}
_LISTED = 200


@click.group("feed", short_help="Let programs send the month's feed.")
def command() -> None:
    """Make and withdraw keys by which programs send the month's feed (docs/feed.md)."""


@command.command("key")
@click.argument("name")
def key_make(name: str) -> None:
    """Make a key for the sender NAME and show it, this once."""
    from django.utils import timezone

    from katip.core.actor import OPERATOR
    from katip.updates.services.feed_keys import FeedKeyError, feed_key_make

    try:
        secret = feed_key_make(actor=OPERATOR, at=timezone.now(), name=name)
    except FeedKeyError as error:
        raise click.ClickException(_WORDS[error.code]) from None
    click.echo("Keep this key as a secret; it is shown this once:", err=True)
    click.echo(secret)


@command.command("keys")
def key_list() -> None:
    """Show whose keys there are, the newest first."""
    from katip.updates.models import FeedKey

    for key in FeedKey.objects.order_by("-pk")[:_LISTED]:
        until = f"withdrawn {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "valid"
        click.echo(f"{key.made_at:%Y-%m-%d}  {until:<20}  {key.name}")


@command.command("revoke")
@click.argument("name")
def key_revoke(name: str) -> None:
    """Withdraw the key of the sender NAME at once; what it sent stays."""
    from django.utils import timezone

    from katip.core.actor import OPERATOR
    from katip.updates.services.feed_keys import FeedKeyError, feed_key_revoke

    try:
        feed_key_revoke(actor=OPERATOR, at=timezone.now(), name=name)
    except FeedKeyError as error:
        raise click.ClickException(_WORDS[error.code]) from None
    click.echo(f"The key of {name} is withdrawn.")
