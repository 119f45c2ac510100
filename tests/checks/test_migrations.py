"""The lint of migrations: what would lock, rewrite or break is found, and only what is gone may be excused."""

from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from checks.migrations import before, lint


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("ALTER TABLE a ADD COLUMN b integer NULL;", ""),
        ("CREATE TABLE a (id bigint PRIMARY KEY); CREATE INDEX i ON a (id);", ""),
        ("CREATE INDEX CONCURRENTLY i ON a (b);", ""),
        ("CREATE INDEX i ON a (b);", "require-concurrent-index-creation"),
        ("ALTER TABLE a ADD COLUMN b integer NOT NULL;", "adding-required-field"),
        ("ALTER TABLE a ALTER COLUMN b SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE a ALTER COLUMN b TYPE bigint;", "changing-column-type"),
        ("ALTER TABLE a RENAME COLUMN b TO c;", "renaming-column"),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0);", "constraint-missing-not-valid"),
        ("ALTER TABLE a DROP COLUMN b;", "ban-drop-column"),
        ("DROP TABLE a;", "ban-drop-table"),
    ],
)
def test_what_would_hurt_is_found(tmp_path: Path, sql: str, found: str) -> None:
    said = lint("room.0009_name", sql, finish=False, folder=tmp_path)
    assert (found in said) if found else not said


@pytest.mark.parametrize(
    "sql", ["ALTER TABLE a DROP COLUMN b;", "DROP TABLE a;", "ALTER TABLE a RENAME COLUMN b TO c;"]
)
def test_finish_may_drop(tmp_path: Path, sql: str) -> None:
    assert not lint("room.0009_name", sql, finish=True, folder=tmp_path)


def test_finish_may_not_hold_everybody_up(tmp_path: Path) -> None:
    assert lint("room.0009_name", "CREATE INDEX i ON a (b);", finish=True, folder=tmp_path)


def test_only_migrations_that_there_are_stand_in_the_list() -> None:
    names = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    assert before() - names == set()
