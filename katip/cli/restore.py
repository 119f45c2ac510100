"""`katip restore`: an installation made of a backup, on this machine, in an empty database."""

import os
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from katip.cli.backup import detail_of, owner_connect, passphrase_read, told
from katip.cli.moving import Moving

if TYPE_CHECKING:
    from katip.core.backup.archive import Archive
    from katip.core.backup.bundle import Bundle
    from katip.core.backup.dump import Connection
    from katip.core.environment import Environment


@click.command("restore", short_help="Make an installation of a backup, in an empty database.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The file of keys. Without it they must be in the data folder already.",
)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="The new data folder, in place of KATIP_DATA."
)
def command(folder: Path, keys_file: Path | None, data: Path | None) -> None:
    """Make an installation of the backup FOLDER.

    Everything is checked before anything is written. Cut off in the middle, it leaves a database that nobody can use,
    and can be called again. See docs/backup.md.
    """
    from katip.cli.stopping import StopRequested, signals_set

    signals_set()
    if data is not None:
        os.environ["KATIP_DATA"] = str(data.resolve())
    try:
        with told():
            _restore(folder, keys_file)
    except StopRequested:
        raise click.ClickException("Stopped. The database is not usable. Call it again.") from None


def _restore(folder: Path, keys_file: Path | None) -> None:
    from katip.core.backup import BackupError
    from katip.core.backup.archive import archive_check, archive_open
    from katip.core.backup.bundle import Bundle, bundle_read
    from katip.core.backup.keys import keys_put, keys_read, keys_require
    from katip.core.backup.put_away import keys_given
    from katip.core.environment import Environment

    environment = Environment()
    if bool(environment.database_url) != bool(environment.database_owner_url):
        raise BackupError("Set both KATIP_DATABASE_URL and KATIP_DATABASE_OWNER_URL, or neither.")
    archive = archive_open(folder)
    given, here = keys_given(environment), environment.data / "keys"
    bundle = bundle_read(keys_file, passphrase_read(environment, new=False)) if keys_file else Bundle({})
    keys_require(archive, bundle.keys or keys_read(here, given))
    click.echo("Reading every part …", err=True)
    watch = Moving(sum(part.bytes for part in archive.manifest.parts.values()))
    archive_check(archive, watch)
    watch.last()
    with keys_put(here, bundle.keys, given):
        _database_open()
        connection = _target_open(archive)
    with connection:
        _database_fill(connection, archive)
    _settled(environment, archive, bundle)


def _database_open() -> None:
    """Django with the database of this machine, the embedded one started where no other is set."""
    from katip.cli.main import setup

    setup()


def _target_open(archive: "Archive") -> "Connection":
    """A connection to a database into which the archive may be loaded. Nothing was changed where this raises."""
    from katip.core.backup.shape import known_require
    from katip.core.backup.target import empty_require

    connection = owner_connect()
    try:
        empty_require(connection)
        known_require(archive.manifest.migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _database_fill(connection: "Connection", archive: "Archive") -> None:
    """Shape, rows, this version's shape, rights: in this order, the marker standing from before to after."""
    from django.db import connections, transaction

    from katip.cli.migrate import shape_bring
    from katip.core.backup.load import load
    from katip.core.backup.shape import shape_make
    from katip.core.backup.target import alone, mark, unmark
    from katip.core.grants import grants_apply
    from katip.core.rows import rows_apply, rows_enable

    with alone(connection):
        mark(connection, archive.folder.name)
        click.echo("Making the tables …", err=True)
        shape_make(archive.manifest.migrations)
        click.echo("Loading the rows …", err=True)
        watch = Moving()
        load(connection, archive, watch)
        watch.last()
        shape_bring()
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            grants_apply("owner")
            rows_apply("owner")
            rows_enable("owner")
            unmark(cursor)
    click.echo("Counting for the planner …", err=True)
    connection.execute("ANALYZE")


def _settled(environment: "Environment", archive: "Archive", bundle: "Bundle") -> None:
    """What comes after: files that settings name, the log held against the tables, the event, what is left to do."""
    from katip.audit.services.backup_note import RESTORED, backup_note
    from katip.core.actor import OPERATOR
    from katip.core.backup.put_away import files_put

    settings_file = files_put(environment.data, bundle.files, bundle.settings)
    findings = _log_findings(archive)
    backup_note(actor=OPERATOR, at=datetime.now(UTC), tag=RESTORED, detail=detail_of(archive))
    rows = sum(table.rows for table in archive.manifest.tables)
    click.echo(f"Restored: {rows:,} rows of {archive.manifest.made_at}, every table counted again.")
    click.echo("What happened after the backup is not in the register. Everybody signs in anew.")
    click.echo("\nWhat to do next (docs/backup.md):")
    for no, line in enumerate(_next_steps(environment.data, settings_file), 1):
        click.echo(f"  {no}. {line}")
    if findings:
        told = "\n  ".join(findings[:20])
        raise click.ClickException(
            f"The register came as it was put away, but was not as it had been left then:\n  {told}\n"
            "All findings: script/katip audit verify"
        )


def _log_findings(archive: "Archive") -> list[str]:
    """What does not fit between tables, log and the checkpoint that the archive names, in words."""
    from katip.audit.log.audit import log_audit
    from katip.audit.log.findings import Finding
    from katip.audit.log.keys import log_keys
    from katip.audit.log.notes import NoteError, checkpoint_open

    found: list[str] = []

    def tell(finding: Finding) -> None:
        found.append(f"{finding.code}: {finding.words}")

    checkpoint = archive.manifest.facts.get("checkpoint")
    if checkpoint is None:  # nor perhaps a key: nothing was ever signed
        click.echo("The log had no checkpoint yet.")
        return found
    verifiers, kept = log_keys().verifiers, []
    try:
        kept = [checkpoint_open(checkpoint["note"], verifiers)]
    except NoteError as error:
        found.append(f"checkpoint_forged: the backup's checkpoint: {error}")
    # What waited for its position at the moment of the backup has waited until then.
    counts = log_audit(verifiers, kept, datetime.fromisoformat(archive.manifest.made_at), tell)
    if not found:
        click.echo(f"The log is as it was left: {counts.events:,} events, up to the checkpoint that the backup names.")
    return found


def _next_steps(data: Path, settings_file: Path | None) -> Iterator[str]:
    yield f"For all that follows: export KATIP_DATA={shlex.quote(str(data))}"
    if settings_file:
        yield f"Look through what was set on the old machine: source {settings_file}; then script/katip migrate"
    yield "Set KATIP_PUBLIC_URL if the address is another one, and let the address lead here."
    yield "See that the old machine serves no more: two registers under one name contradict each other."
    yield "Hold the log against a checkpoint kept elsewhere: script/katip audit verify --from FILE"
    yield "Destroy again what was destroyed since the backup: script/katip retention run"
    yield "Start it: script/katip serve, and script/katip worker on the machines that help."
