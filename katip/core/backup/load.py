"""An archive's tables into a database that has their shape and nothing else: one transaction, all or nothing.

As PostgreSQL's own tools do it: foreign keys and the indexes that no constraint needs are taken away, rows are copied,
and both are made again, which checks every reference by set. Triggers of users are off meanwhile: what happened is not
to happen a second time (a queue that is filled by inserting, a change that is refused).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql
from psycopg.errors import DataError, IntegrityError

from katip.core.backup.archive import Archive, Sequence, Table, Watch, part_read, unwatched
from katip.core.backup.dump import SESSION, Connection, columns_of
from katip.core.backup.errors import BackupError
from katip.core.backup.tables import MARKER

_REFERENCES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0 ORDER BY 1, 2
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'i' AND NOT c.relispartition
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) ORDER BY 1
"""
_TRIGGERED = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'
AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
"""
_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
AND NOT relispartition
"""


def load(connection: Connection, archive: Archive, watch: Watch = unwatched) -> None:
    """Load all tables and sequences as the owner, and count the rows again. The marker stays.

    Every other table becomes what the archive says, those that migrating filled too. Raises `BackupError` where the
    shape is another, a part is not what it was, or rows do not fit; nothing is changed then.
    """
    manifest = archive.manifest
    with connection.transaction():
        connection.execute(SESSION)
        connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
        there = {name for (name,) in connection.execute(_TABLES).fetchall()} - {MARKER}
        _shape_require(connection, manifest.tables, there)
        with _bare(connection):
            if there:
                names = sql.SQL(", ").join(map(sql.Identifier, sorted(there)))
                connection.execute(sql.SQL("TRUNCATE {}").format(names))
            for table in manifest.tables:
                _table_load(connection, archive, table, watch)
        for sequence in manifest.sequences:
            _sequence_set(connection, sequence)
        _counts_require(connection, manifest.tables, there)


def _shape_require(connection: Connection, tables: list[Table], there: set[str]) -> None:
    names = {table.name for table in tables}
    problems = [f"the table {name} is missing" for name in sorted(names - there)]
    problems += [
        f"the columns of {table.name} are others"
        for table in tables
        if table.name in there and set(columns_of(connection, table.name)) != set(table.columns)
    ]
    if problems:
        raise BackupError(f"The database has not the shape of the backup: {'; '.join(problems[:10])}")


@contextmanager
def _bare(connection: Connection) -> Iterator[None]:
    """Tables without foreign keys, without indexes that no constraint needs and with their triggers silent."""
    references = connection.execute(_REFERENCES).fetchall()
    indexes = connection.execute(_INDEXES).fetchall()
    triggered = [table for (table,) in connection.execute(_TRIGGERED).fetchall()]
    # Names and definitions come from the catalogue, quoted by PostgreSQL itself.
    for table, name, _ in references:
        connection.execute(sql.SQL(f"ALTER TABLE {table} DROP CONSTRAINT {{}}").format(sql.Identifier(name)))
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for table in triggered:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for _, definition in indexes:
        connection.execute(definition)
    try:
        for table, name, definition in references:
            add = f"ALTER TABLE {table} ADD CONSTRAINT {{}} {definition}"
            connection.execute(sql.SQL(add).format(sql.Identifier(name)))
    except IntegrityError as error:
        raise BackupError(f"A row refers to one that is not there ({_first(error)}).") from error
    for table in triggered:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _table_load(connection: Connection, archive: Archive, table: Table, watch: Watch) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN WITH (FREEZE)").format(sql.Identifier(table.name), columns)
    cursor = connection.cursor()
    try:
        with cursor.copy(command) as copy:
            for chunk in part_read(archive, table.part):
                copy.write(chunk)
                watch(table.name, len(chunk))
    except (DataError, IntegrityError) as error:
        raise BackupError(f"The rows of {table.name} do not fit ({_first(error)}).") from error


def _sequence_set(connection: Connection, sequence: Sequence) -> None:
    there = connection.execute("SELECT to_regclass(%s)", [f'public."{sequence.name}"']).fetchone()
    if there == (None,):
        raise BackupError(f"The sequence {sequence.name} is missing.")
    connection.execute(
        "SELECT setval(%s::regclass, %s, %s)", [f'public."{sequence.name}"', sequence.last, sequence.called]
    )


def _counts_require(connection: Connection, tables: list[Table], there: set[str]) -> None:
    wanted = dict.fromkeys(there, 0) | {table.name: table.rows for table in tables}
    wrong = []
    for name, rows in sorted(wanted.items()):
        found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        if found != (rows,):
            wrong.append(f"{name} has {found[0] if found else 0:,} rows in place of {rows:,}")
    if wrong:
        raise BackupError(f"Not everything came: {'; '.join(wrong[:10])}")


def _first(error: Exception) -> str:
    """The first line of what PostgreSQL says; those below show rows."""
    return str(error).split("\n")[0]
