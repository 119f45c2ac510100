"""An archive that is not what it was, a machine that dies in the middle, a database that is not empty."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from katip.core.backup import BackupError
from katip.core.backup.archive import (
    MAC,
    MANIFEST,
    SUMS,
    Archive,
    archive_check,
    archive_name,
    archive_new,
    archive_open,
    part_read,
    private_require,
)
from katip.core.backup.keys import keys_require, manifest_mac
from katip.core.backup.load import load
from katip.core.backup.target import alone, empty_require, is_marked, mark
from tests.core.backup.conftest import AT, KEYS, SHAPE, Made, Place, archived

PART = "tables/note.copy.gz"
STRANGE = "was not written by the installation"
OTHER = {"lookup_key": "0" * 16}


@pytest.fixture(scope="module")
def pristine(kept: Place, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return archived(kept, tmp_path_factory.mktemp("out"))


@pytest.fixture
def archive(pristine: Archive, tmp_path: Path) -> Archive:
    """A copy, to be broken."""
    return archive_open(shutil.copytree(pristine.folder, tmp_path / "out" / pristine.folder.name))


@pytest.fixture(scope="module")
def empty(databases: Made) -> Place:
    """The shape without rows; tests leave it as they found it."""
    place = databases("empty")
    with place.connected() as connection:
        connection.execute(SHAPE)
    return place


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _shortened(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def _remade(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    """A manifest by somebody who can compute hashes, but has no keys."""
    body = json.loads((folder / MANIFEST).read_text())
    change(body)
    (folder / MANIFEST).write_text(json.dumps(body))
    digest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    lines = [line for line in (folder / SUMS).read_text().splitlines() if not line.endswith(MANIFEST)]
    (folder / SUMS).write_text("\n".join([*lines, f"{digest}  {MANIFEST}"]) + "\n")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (lambda folder: _flipped(folder / PART), f"{PART} was changed"),
        (lambda folder: _shortened(folder / PART), f"{PART} has .* bytes in place of"),
        (lambda folder: (folder / PART).unlink(), f"{PART} is missing"),
        (lambda folder: (folder / "tables" / "other").touch(), "tables/other does not belong to it"),
        (lambda folder: _flipped(folder / MANIFEST), f"{MANIFEST} is not what {SUMS} says"),
        (lambda folder: _shortened(folder / MANIFEST), f"{MANIFEST} is not what {SUMS} says"),
        (lambda folder: (folder / MANIFEST).unlink(), f"it has no {MANIFEST}"),
        (lambda folder: (folder / SUMS).unlink(), f"{SUMS} is missing"),
        (lambda folder: (folder / MAC).unlink(), STRANGE),
        (lambda folder: _flipped(folder / MAC), STRANGE),
        (
            lambda folder: _remade(folder, lambda body: body.update(made_at="2020")),
            STRANGE,
        ),
        (
            lambda folder: _remade(folder, lambda body: body.update(keys=OTHER)),
            "lookup_key is another",
        ),
        (lambda folder: _remade(folder, lambda body: body["keys"].update(log="0")), "log is missing"),  # type: ignore[attr-defined] # JSON
        (lambda folder: _remade(folder, lambda body: body.update(format_version=2)), "has format 2"),
        (lambda folder: _remade(folder, lambda body: body.update(format="x")), "no katip backup"),
        (lambda folder: _remade(folder, lambda body: body.pop("tables")), "cannot be read"),
        (lambda folder: _remade(folder, lambda body: body.update(parts={})), "tables without a part"),
        (lambda folder: _remade(folder, lambda body: body.update(parts={"../x": {}})), "outside of the archive"),
    ],
)
def test_whatever_was_changed_is_found(archive: Archive, what: Callable[[Path], object], said: str) -> None:
    what(archive.folder)
    with pytest.raises(BackupError, match=said):
        _believed(archive.folder)


def _believed(folder: Path) -> None:
    found = archive_open(folder)
    keys_require(found, KEYS)
    archive_check(found)


def test_what_is_whole_is_believed_by_its_own_keys_only(archive: Archive) -> None:
    _believed(archive.folder)
    with pytest.raises(BackupError, match=r"field_key is another"):
        keys_require(archive, KEYS | {"field_key": b"other"})
    with pytest.raises(BackupError, match=r"no field_key"):
        manifest_mac(archive.manifest_text, {"lookup_key": b"x"})


def test_a_folder_of_backups_is_not_one(archive: Archive) -> None:
    with pytest.raises(BackupError, match=rf"It holds {archive_name(AT)}: name one of them"):
        archive_open(archive.folder.parent)


def test_what_changes_after_the_check_changes_nothing_here(archive: Archive, empty: Place) -> None:
    """Parts are held against their hashes once more while they are read: as many rows of the same kind are no cure."""
    rows = b"".join(part_read(archive, PART))
    (archive.folder / PART).write_bytes(gzip.compress(rows.replace("söz söz ".encode(), b"yok yok ")))
    with empty.connected() as connection:
        with pytest.raises(BackupError, match=f"{PART} is not what the manifest says"):
            load(connection, archive)
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (0,)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("ALTER TABLE note DROP COLUMN text", "the columns of note are others"),
        ("DROP TABLE note CASCADE", "the table note is missing"),
        ("ALTER TABLE note ADD CHECK (id <> 77)", "rows of note do not fit"),
        ("ALTER TABLE note ALTER id TYPE smallint; ALTER TABLE person ADD CHECK (born <> 'infinity')", "person do not"),
    ],
)
def test_another_shape_is_refused_as_a_whole(archive: Archive, empty: Place, damage: str, said: str) -> None:
    with empty.connected() as connection, connection.transaction(force_rollback=True):
        connection.execute(damage)
        with pytest.raises(BackupError, match=said):
            load(connection, archive)
        assert connection.execute("SELECT count(*) FROM happening").fetchone() == (0,)


def test_rows_that_are_missing_are_counted_and_orphans_found(archive: Archive, empty: Place) -> None:
    fewer = [table for table in archive.manifest.tables if table.name != "person"]
    with empty.connected() as connection:
        notes = next(table for table in archive.manifest.tables if table.name == "note")
        object.__setattr__(notes, "rows", 499)
        with pytest.raises(BackupError, match=r"note has 500 rows in place of 499"):
            load(connection, archive)
        object.__setattr__(notes, "rows", 500)
        object.__setattr__(archive.manifest, "tables", fewer)
        with pytest.raises(BackupError, match=r"refers to one that is not there"):
            load(connection, archive)


# -------------------------------------------------------------------------------------------------------------- killed


def _killed_at(table: str, code: str, **values: object) -> None:
    """Run `code` in a process that is killed when `table` is at work."""
    head = f"""
        import os, signal, sys
        from datetime import timedelta
        from pathlib import Path
        from tests.core.backup.conftest import *
        def watch(name, moved):
            if name == {table!r}:
                os.kill(os.getpid(), signal.SIGKILL)
    """
    lines = dedent(head) + "".join(f"{name} = {value!r}\n" for name, value in values.items()) + dedent(code)
    died = subprocess.run(
        [sys.executable, "-c", lines], cwd=Path(__file__).parents[3], check=False, capture_output=True, text=True
    )
    assert died.returncode == -signal.SIGKILL, died.stderr


def test_a_backup_that_was_killed_is_none(kept: Place, tmp_path: Path) -> None:
    code = "archived(Place(owner, ''), Path(outer), watch=watch)"
    _killed_at("note", code, owner=kept.owner, outer=str(tmp_path))
    (left,) = tmp_path.iterdir()
    assert left.name == f".{archive_name(AT)}.partial"
    with pytest.raises(BackupError, match=r"never finished"):
        archive_open(left)
    with pytest.raises(BackupError, match=r"was cut off"):
        archived(kept, tmp_path)
    archive_check(archived(kept, tmp_path, at=AT.replace(second=1)))


def test_a_restore_that_was_killed_is_begun_again(archive: Archive, databases: Made) -> None:
    target = databases("target")
    code = """
        from katip.core.backup.archive import archive_open
        from katip.core.backup.load import load
        from katip.core.backup.target import alone, mark
        with Place(owner, "").connected() as connection, alone(connection):
            mark(connection, "x")
            connection.execute("CREATE TYPE mood AS ENUM ('a'); CREATE VIEW seen AS SELECT 1; " + SHAPE)
            load(connection, archive_open(Path(folder)), watch)
    """
    _killed_at("person", code, owner=target.owner, folder=str(archive.folder))
    with target.connected() as connection:
        assert is_marked(connection)
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
        empty_require(connection)
        with alone(connection):
            mark(connection, "y")
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (1,)
            connection.execute("CREATE TYPE mood AS ENUM ('a')")  # nothing is left that stands in the way
            connection.execute(SHAPE)
            load(connection, archive)
            assert connection.execute("SELECT count(*) FROM note").fetchone() == (500,)


def test_a_backup_that_fails_leaves_nothing(kept: Place, tmp_path: Path) -> None:
    def full(table: str, moved: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        archived(kept, tmp_path, watch=full)
    assert not list(tmp_path.iterdir())


# -------------------------------------------------------------------------------------------- refused at the beginning


def test_a_database_with_anything_in_it_is_left_alone(kept: Place) -> None:
    with kept.connected() as connection:
        with pytest.raises(BackupError, match=r"is not empty: it has 6 tables.*--data FOLDER"):
            mark(connection, "x")
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (500,)
        assert not is_marked(connection)


def test_two_restores_do_not_meet(empty: Place) -> None:
    refused = pytest.raises(BackupError, match=r"Another restore")
    with empty.connected() as one, empty.connected() as other, alone(one), refused, alone(other):
        raise AssertionError
    with empty.connected() as other, alone(other):
        pass


def test_nothing_is_overwritten_and_nobody_else_reads(pristine: Archive, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(pristine.folder, tmp_path / pristine.folder.name))
    for path in (folder, *folder.rglob("*")):
        private_require(path)
    with pytest.raises(BackupError, match=r"is there already"), archive_new(tmp_path, AT):
        raise AssertionError
    folder.chmod(0o755)
    with pytest.raises(BackupError, match=r"Others could read"):
        private_require(folder)
