"""A backup of an older version: its tables are made as they were, loaded, and then brought to this version's shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from katip.core.backup import BackupError
from katip.core.backup.archive import archive_name, archive_new, archive_open
from katip.core.backup.dump import dump
from katip.core.backup.load import load
from katip.core.backup.shape import is_current, shape_make
from tests.core.backup.conftest import AT, Made, Place, manifest_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
OLD, NEW = ("contenttypes", "0001_initial"), ("contenttypes", "0002_remove_content_type_name")


@contextmanager
def pointed(place: Place) -> Iterator[None]:
    """Django's owner works in another database meanwhile."""
    owner = connections["owner"]
    before = owner.settings_dict["NAME"]
    with place.connected() as connection:
        name = connection.info.dbname
    owner.close()
    owner.settings_dict["NAME"] = name
    try:
        yield
    finally:
        owner.close()
        owner.settings_dict["NAME"] = before


def test_rows_of_an_older_shape_come_up_to_this_one(databases: Made, tmp_path: Path) -> None:
    old, new = databases("old"), databases("new")
    with pointed(old), old.connected() as connection:
        shape_make([OLD])
        assert not is_current()
        connection.execute("INSERT INTO django_content_type (name, app_label, model) VALUES ('İşyeri', 'a', 'b')")
        with archive_new(tmp_path, AT) as writer:
            manifest = manifest_of(dump(connection, writer, known=None, rules={}), parts=writer.parts)
            writer.close(manifest, "", "")
    archive = archive_open(tmp_path / archive_name(AT))
    assert archive.manifest.migrations == [OLD]
    with pointed(new), new.connected() as connection:
        shape_make(archive.manifest.migrations)
        load(connection, archive)
        MigrationExecutor(connections["owner"]).migrate([NEW])
        assert connection.execute("TABLE django_content_type").fetchall() == [(1, "a", "b")]
        names = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
        assert names == [OLD, NEW]


def test_migrations_that_are_no_state_are_refused(databases: Made) -> None:
    with pointed(databases("none")), pytest.raises(BackupError, match=r"not a state .* contenttypes.0001_initial"):
        shape_make([NEW])


def test_this_programs_own_shape_is_known() -> None:
    assert is_current()
