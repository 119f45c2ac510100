"""`katip audit …`: the log of what happened, held against the tables, and its key."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from katip.audit.log.findings import Finding
    from katip.audit.log.notes import Head


@click.group("audit", short_help="Hold the tables against the log; keep a checkpoint; change the key.")
def command() -> None:
    """The tamper-evident log."""


@command.command("verify")
@click.option(
    "--from",
    "kept",
    multiple=True,
    metavar="CHECKPOINT",
    help="A checkpoint that was kept elsewhere: a file, - for standard input, or its text. May be repeated.",
)
@click.pass_context
def verify(ctx: click.Context, kept: tuple[str, ...]) -> None:
    """Hold every event, detail, tile and checkpoint against the log. Status 1 where something is not as it was left.

    Entries are made anew from the events, the tree from the entries. Somebody who owns the database and the key can
    make a log that fits together; only a checkpoint that was kept out of their reach tells it from the one that was.
    """
    from katip.audit.log.audit import log_audit
    from katip.audit.log.keys import log_keys

    found = 0

    def tell(finding: "Finding") -> None:
        nonlocal found
        found += 1
        click.echo(f"{finding.code}: {finding.words}")

    heads = [_head_read(one) for one in kept]
    counts = log_audit(log_keys().verifiers, heads, datetime.now(UTC), tell)
    click.echo(
        f"{counts.events:,} events, {counts.details:,} details, {counts.erased:,} details erased, "
        f"{counts.tiles:,} tiles, {counts.checkpoints:,} checkpoints, {counts.waiting:,} events waiting for their place"
    )
    if found:
        click.echo(f"Not as it was left: {found:,} findings.")
        ctx.exit(1)
    click.echo(f"Everything is as it was left{_since(heads)}.")


def _since(heads: "list[Head]") -> str:
    return f", and has only grown since the checkpoint of {min(head.size for head in heads):,}" if heads else ""


def _head_read(source: str) -> "Head":
    from katip.audit.log.keys import log_keys
    from katip.audit.log.notes import NoteError, checkpoint_open

    try:
        if "\n" in source:  # the checkpoint itself
            return checkpoint_open(source, log_keys().verifiers)
        with click.open_file(source, encoding="utf-8") as file:
            return checkpoint_open(file.read(), log_keys().verifiers)
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{source} cannot be read: {error}") from error
    except NoteError as error:
        raise click.UsageError(f"This is no checkpoint of this log: {error}.") from error


@command.command("checkpoint")
def checkpoint() -> None:
    """Print the newest checkpoint, to be kept elsewhere: `katip audit verify --from` holds the log against it later."""
    from katip.audit.log.tiles import checkpoint_read

    newest = checkpoint_read()
    if newest is None:
        raise click.ClickException("Nothing is signed yet. Is `katip serve` or `katip worker` at work?")
    click.echo(newest[2], nl=False)


@command.command("key")
def key() -> None:
    """Print the keys that verify checkpoints, the one in use first: monitors and `katip-verify` are given them."""
    from katip.audit.log.keys import log_keys

    for text in log_keys().vkeys:
        click.echo(text)


@command.command("rotate")
def rotate() -> None:
    """Sign with a new key from the next start on. What earlier keys signed stays valid.

    Restart what runs afterwards, and give the new verifier key to those who watch the log.
    """
    from katip.audit.log.keys import key_rotate

    try:
        keys = key_rotate()
    except PermissionError as error:
        raise click.ClickException(str(error)) from error
    click.echo(keys.vkeys[0])
