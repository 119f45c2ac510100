"""What was put away comes back: every value, every number to come, and nothing twice."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RaiseException

from katip.core.backup.archive import archive_check, part_read
from katip.core.backup.dump import Connection
from katip.core.backup.load import load
from katip.core.backup.target import alone, mark
from tests.core.backup.conftest import SHAPE, Made, Place, archived

TABLES = ("django_migrations", "happening", "note", "person")
_SHAPE_OF = """
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable::text
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
UNION ALL SELECT 'index', tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled::text
    FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2, 3
"""


def rows(connection: Connection, table: str) -> list[Any]:
    """As text: Python has no date without an end."""
    return connection.execute(f"SELECT t::text FROM {table} AS t ORDER BY t::text").fetchall()  # noqa: S608 -- ours


def shape(connection: Connection) -> list[Any]:
    return connection.execute(_SHAPE_OF).fetchall()


def test_everything_comes_back_and_nothing_happens_twice(source: Place, databases: Made, tmp_path: Path) -> None:
    archive = archived(source, tmp_path)
    archive_check(archive)
    with source.connected() as before, databases("target").connected() as after:
        after.execute(SHAPE)
        after.execute("INSERT INTO person (name) VALUES ('a fact that migrating writes')")
        load(after, archive)
        for table in TABLES:
            assert rows(after, table) == rows(before, table), table
        assert shape(after) == shape(before)
        assert rows(after, "queue") == [("(2,todo,t)",)]  # neither filled by loading, nor in anybody's hands
        assert rows(after, "session") == []
        for connection in (before, after):
            numbers = connection.execute(
                "INSERT INTO note (person_id, text) VALUES (1, '') RETURNING id, nextval('numbers')"
            )
            assert numbers.fetchone() == (501, 3)
        after.execute("INSERT INTO happening VALUES (3, '')")
        assert len(rows(after, "queue")) == 2
        with pytest.raises(RaiseException, match="append-only"):
            after.execute("DELETE FROM happening")


def test_one_moment_is_seen_and_nobody_waits(source: Place, databases: Made, tmp_path: Path) -> None:
    wrote: list[str] = []
    with source.connected() as other:

        def write(table: str, moved: int) -> None:
            """While tables are read one after the other: what happens now was not."""
            if not wrote:
                other.execute("SET lock_timeout = '1s'")
                other.execute("INSERT INTO person (name) VALUES ('late')")
                other.execute("INSERT INTO note (person_id, text) VALUES (currval('person_id_seq'), 'late')")
                other.execute("UPDATE person SET name = 'renamed' WHERE id = 3")
            wrote.append(table)

        archive = archived(source, tmp_path, watch=write)
        assert wrote[0] == "django_migrations"
        with databases("target").connected() as after:
            after.execute(SHAPE)
            load(after, archive)
            assert after.execute("SELECT count(*) FROM person").fetchone() == (4,)
            assert after.execute("SELECT count(*) FROM note").fetchone() == (500,)
            assert after.execute("SELECT count(*) FROM person WHERE name = 'renamed'").fetchone() == (0,)
            fresh = after.execute("INSERT INTO person (name) VALUES ('new') RETURNING id").fetchone()
            assert fresh is not None
            assert fresh[0] > 5  # no number that the old machine gave out since is given again by chance


def test_a_strangers_table_is_named_and_left(source: Place, tmp_path: Path) -> None:
    with source.connected() as connection:
        connection.execute("CREATE TABLE theirs (id int)")
    archive = archived(source, tmp_path)
    assert archive.manifest.left_out == ["theirs"]
    assert {table.name for table in archive.manifest.tables} == {*TABLES, "queue"}


def test_facts_are_read_at_the_same_moment(source: Place, tmp_path: Path) -> None:
    def facts(connection: Connection) -> dict[str, Any]:
        with source.connected() as other:
            other.execute("INSERT INTO happening VALUES (7, 'late')")
        found = connection.execute("SELECT max(id) FROM happening").fetchone()
        return {"last": found and found[0]}

    assert archived(source, tmp_path, facts=facts).manifest.facts == {"last": 2}


def test_parts_are_text_that_any_tool_reads(kept: Place, tmp_path: Path) -> None:
    archive = archived(kept, tmp_path)
    assert b"".join(part_read(archive, "tables/happening.copy.gz")) == b"1\ta:b:c\n2\ta:b:d\n"
    sums = (archive.folder / "SHA256SUMS").read_text()
    assert len(sums.splitlines()) == len(archive.manifest.parts) + 3


def test_while_it_is_loaded_nobody_can_use_it(kept: Place, databases: Made, tmp_path: Path) -> None:
    archive, target = archived(kept, tmp_path), databases("target")
    with target.connected() as connection, alone(connection):
        mark(connection, archive.folder.name)
        connection.execute("GRANT CONNECT ON DATABASE " + connection.info.dbname + " TO PUBLIC")
        connection.execute(SHAPE)
        load(connection, archive)
        with psycopg.connect(target.application) as application, pytest.raises(InsufficientPrivilege):
            application.execute("SELECT FROM person")
