"""`katip backup`: the whole installation in one folder, its keys in a file of their own; or a look at such a folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from katip.cli.moving import Moving, megabytes

if TYPE_CHECKING:
    from katip.core.backup.archive import Archive
    from katip.core.backup.dump import Connection
    from katip.core.environment import Environment

_README = """A backup of Katip, made {made_at} by version {version}.

    katip backup --check THIS_FOLDER        reads everything and says whether it is whole
    katip restore THIS_FOLDER --keys FILE   makes an installation of it, in an empty database

SHA256SUMS holds every file's hash: sha256sum -c SHA256SUMS. tables/*.copy.gz are PostgreSQL's COPY text format, their
columns in manifest.json. The installation's keys are not in here: T.C. kimlik numbers cannot be read without them.
Everything else can. Keep the folder as you keep the register.
"""


@click.command("backup", short_help="Put the whole installation into a folder, its keys apart.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--keys-to", type=click.Path(path_type=Path), help="Where the encrypted keys go: a new file, or a folder."
)
@click.option("--without-keys", is_flag=True, help="The keys are put away already, and are the same.")
@click.option("--check", "check_only", is_flag=True, help="Only read the backup FOLDER, and say whether it is whole.")
@click.option(
    "--keys", type=click.Path(path_type=Path, dir_okay=False), help="With --check: the file of keys to hold it against."
)
def command(folder: Path, keys_to: Path | None, *, without_keys: bool, check_only: bool, keys: Path | None) -> None:
    """Make a backup in FOLDER, beside earlier ones, while the product runs.

    The keys go into another file, encrypted with a passphrase: asked for, or the first line of the file that
    KATIP_BACKUP_PASSPHRASE_FILE names. See docs/backup.md.
    """
    from katip.cli.stopping import StopRequested, signals_set

    signals_set()
    try:
        with told():
            if check_only:
                _check(folder, keys)
            else:
                _make(folder, keys_to, without_keys=without_keys)
    except StopRequested:
        raise click.ClickException("Stopped. Nothing was left behind.") from None


@contextmanager
def told() -> Iterator[None]:
    """Turn what a backup is refused for into a sentence."""
    import psycopg
    from django.db import DatabaseError

    from katip.core.backup import BackupError
    from katip.core.postgres import PostgresError

    try:
        yield
    except (BackupError, PostgresError) as error:
        raise click.ClickException(str(error)) from error
    except (DatabaseError, psycopg.Error) as error:
        reason = str(error).split("\n")[0]
        raise click.ClickException(f"The database does not answer as it should ({reason}).") from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(f"{where}{error.strerror or error}") from error


def passphrase_read(environment: "Environment", *, new: bool) -> str:
    """The passphrase of a file of keys: from the file that is named for it, else typed, twice for a `new` one."""
    path = environment.backup_passphrase_file
    if path is None:
        typed: str = click.prompt("Passphrase of the keys", hide_input=True, confirmation_prompt=new, err=True)
        return typed
    if path.stat().st_mode & 0o077:
        raise click.ClickException(f"{path} can be read by others; make it private: chmod 600 {path}")
    lines = path.read_text("utf-8").splitlines()
    return lines[0] if lines else ""


def owner_connect() -> "Connection":
    """A connection of the owner's login beside Django's, which commits by itself."""
    import psycopg
    from django.db import connections

    parameters = connections["owner"].get_connection_params()
    for name in ("cursor_factory", "context", "pool"):
        parameters.pop(name, None)
    return psycopg.connect(**parameters, autocommit=True)


# ------------------------------------------------------------------------------------------------------------- making


def _make(folder: Path, keys_to: Path | None, *, without_keys: bool) -> None:
    from katip.cli.main import setup
    from katip.core.backup.archive import archive_name
    from katip.core.backup.bundle import PASSPHRASE_LEAST
    from katip.core.environment import Environment

    at = datetime.now(UTC)
    if (keys_to is None) == (not without_keys):
        raise click.UsageError("Say where the keys go: --keys-to FILE. Or that they are put away: --without-keys.")
    if keys_to and keys_to.is_dir():
        keys_to /= f"{archive_name(at)}.keys"
    if keys_to and folder.resolve() in keys_to.resolve().parents:
        raise click.UsageError(f"Keys lie apart from the data: choose a place outside of {folder}.")
    passphrase = passphrase_read(Environment(), new=True) if keys_to else ""
    if keys_to and len(passphrase) < PASSPHRASE_LEAST:
        raise click.ClickException(f"A passphrase has {PASSPHRASE_LEAST} characters or more.")
    if keys_to and (keys_to.exists() or not os.access(keys_to.parent, os.W_OK)):
        raise click.ClickException(f"{keys_to} is there already, or cannot be made.")
    setup()
    archive = _archive_make(folder, at, keys_to, passphrase)
    _noted(archive, at, with_keys=keys_to is not None)
    rows = sum(table.rows for table in archive.manifest.tables)
    size = sum(part.bytes for part in archive.manifest.parts.values())
    click.echo(f"{archive.folder}: {len(archive.manifest.tables)} tables, {rows:,} rows, {megabytes(size)}.")
    if archive.manifest.left_out:
        click.echo(f"Not in it, since no version of Katip makes them: {', '.join(archive.manifest.left_out)}.")
    click.echo(f"Its keys, encrypted: {keys_to}" if keys_to else "Without keys: it is worth nothing without them.")
    click.echo(f"Try it: script/katip backup --check {archive.folder}")


def _archive_make(folder: Path, at: datetime, keys_to: Path | None, passphrase: str) -> "Archive":
    from django.conf import settings

    import katip
    from katip.core.backup.archive import Manifest, archive_name, archive_new, archive_open
    from katip.core.backup.bundle import Bundle, bundle_write
    from katip.core.backup.dump import dump, size_estimated
    from katip.core.backup.keys import fingerprints, keys_read, manifest_mac
    from katip.core.backup.put_away import files_named, keys_given, settings_set
    from katip.core.backup.shape import is_current
    from katip.core.backup.tables import rules, tables_known
    from katip.core.backup.target import whole_require

    environment: Environment = settings.KATIP
    put: list[Path] = []
    try:
        with owner_connect() as connection, archive_new(folder, at) as writer:
            whole_require(connection)
            watch = Moving(size_estimated(connection, rules()))
            # Not migrated yet, there may be tables that only an earlier version knows: everything goes in then.
            known = tables_known() if is_current() else None
            dumped = dump(connection, writer, known=known, rules=rules(), facts=_facts, watch=watch)
            watch.last()
            # Read after the rows: a key made meanwhile is one too many, one made before them and not read one too few.
            keys = keys_read(environment.data / "keys", keys_given(environment))
            manifest = Manifest(
                made_at=at.isoformat(timespec="seconds"),
                katip=katip.__version__,
                server=dumped.server,
                migrations=dumped.migrations,
                tables=dumped.tables,
                sequences=dumped.sequences,
                left_out=dumped.left_out,
                keys=fingerprints(keys),
                facts=dumped.facts,
                parts=writer.parts,
            )
            readme = _README.format(made_at=manifest.made_at, version=katip.__version__)
            writer.close(manifest, manifest_mac(manifest.text(), keys), readme)
            if keys_to:
                bundle = Bundle(keys, files_named(environment), settings_set(environment))
                bundle_write(keys_to, bundle, passphrase)
                put.append(keys_to)
    except BaseException:
        for path in put:
            path.unlink(missing_ok=True)
        raise
    return archive_open(folder / archive_name(at))


def _facts(connection: "Connection") -> dict[str, Any]:
    """The log's newest checkpoint: `katip audit verify --from` can be asked after a restore."""
    if connection.execute("SELECT to_regclass('public.audit_checkpoint')").fetchone() == (None,):
        return {}  # a register from before the log, put away before it is migrated
    found = connection.execute("SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return {"checkpoint": {"size": found[0], "note": found[1]}} if found else {}


def _noted(archive: "Archive", at: datetime, *, with_keys: bool) -> None:
    """The register knows when it was last put away. The backup is good without that: a failure is only told."""
    from django.db import DatabaseError

    from katip.audit.services.backup_note import MADE, backup_note
    from katip.core.actor import OPERATOR

    try:
        backup_note(actor=OPERATOR, at=at, tag=MADE, detail=detail_of(archive) | {"keys": with_keys})
    except DatabaseError as error:
        click.echo(f"The backup is made, but could not be recorded ({str(error).splitlines()[0]}).", err=True)


def detail_of(archive: "Archive") -> dict[str, Any]:
    """What an event says of an archive."""
    return {
        "archive": archive.folder.name,
        "manifest_sha256": archive.manifest_sha256,
        "rows": sum(table.rows for table in archive.manifest.tables),
        "bytes": sum(part.bytes for part in archive.manifest.parts.values()),
    }


# ----------------------------------------------------------------------------------------------------------- checking


def _check(folder: Path, keys_file: Path | None) -> None:
    from katip.core.backup.archive import archive_check, archive_open
    from katip.core.backup.bundle import bundle_read
    from katip.core.backup.keys import keys_read, keys_require
    from katip.core.backup.put_away import keys_given
    from katip.core.environment import Environment

    environment = Environment()
    archive = archive_open(folder)
    here = environment.data / "keys"
    keys = keys_read(here, keys_given(environment)) if here.is_dir() else {}
    if keys_file:
        keys = dict(bundle_read(keys_file, passphrase_read(environment, new=False)).keys)
    watch = Moving(sum(part.bytes for part in archive.manifest.parts.values()))
    archive_check(archive, watch)
    watch.last()
    manifest = archive.manifest
    rows = sum(table.rows for table in manifest.tables)
    click.echo(f"{folder} is whole: made {manifest.made_at} by version {manifest.katip}, {rows:,} rows.")
    if "checkpoint" in manifest.facts:
        click.echo(f"The log's newest checkpoint in it covers {manifest.facts['checkpoint']['size']:,} events.")
    if not {"lookup_key", "field_key"} <= keys.keys():
        click.echo("Who made it was not looked at: there are no keys here. Name them: --keys FILE")
        return
    keys_require(archive, keys)
    click.echo("It was made by the installation that has these keys, and not changed since.")
