"""What must be true of a database before a backup is loaded into it, and what is left of one that was cut off.

A table of its own, the marker, stands in the database from the first statement to the last: meanwhile the application's
login has no right to any table, and migrating is refused. A database with the marker is begun again from nothing; one
with anything else in it is left alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper
from psycopg import sql

from katip.core.backup.dump import Connection
from katip.core.backup.errors import BackupError
from katip.core.backup.tables import MARKER

_OBJECTS = """
SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
       relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
"""
_TYPES = "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')"
_FUNCTIONS = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"


MARKED = f"SELECT to_regclass('public.{MARKER}') IS NOT NULL"
"""asks whether a restore into the database was begun and did not come to its end"""


def is_marked(connection: Connection) -> bool:
    """Whether a restore into this database was begun and did not come to its end."""
    return connection.execute(MARKED).fetchone() == (True,)


def whole_require(connection: Connection) -> None:
    """Raise `BackupError` where a restore was cut off: what is there is not worth putting away."""
    if is_marked(connection):
        raise BackupError("A restore into this database was cut off. Call it again: katip restore")


def empty_require(connection: Connection) -> None:
    """Raise `BackupError` unless the database has no tables, or only those of a restore that was cut off."""
    if is_marked(connection):
        return
    tables = [name for kind, name in connection.execute(_OBJECTS).fetchall() if kind == "TABLE"]
    if tables:
        raise BackupError(
            f"The database {connection.info.dbname} is not empty: it has {len(tables)} tables. A backup is restored "
            "into an empty one only. With the embedded database name a new folder: --data FOLDER. On a server of your "
            "own make a new database for the owner's login; name it in KATIP_DATABASE_URL and KATIP_DATABASE_OWNER_URL."
        )


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """No other restore into this database at the same time: raises `BackupError` where one runs."""
    if connection.execute("SELECT pg_try_advisory_lock(hashtext('katip restore'))").fetchone() != (True,):
        raise BackupError("Another restore into this database is running.")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(hashtext('katip restore'))")


def mark(connection: Connection, archive: str) -> None:
    """Say in the database that something is loaded into it, after removing what an earlier attempt left."""
    with connection.transaction():
        if is_marked(connection):
            _clear(connection)
        empty_require(connection)
        connection.execute(
            sql.SQL("CREATE TABLE {} (archive text NOT NULL, begun_at timestamptz NOT NULL DEFAULT now())").format(
                sql.Identifier(MARKER)
            )
        )
        connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(sql.Identifier(MARKER)), [archive])


def unmark(cursor: CursorWrapper) -> None:
    """Say that the database is whole, in the transaction in which the application's login gets its rights."""
    cursor.execute(f"DROP TABLE {MARKER}")


def _clear(connection: Connection) -> None:
    """Drop everything in the schema `public`, which holds nothing but what the earlier attempt made."""
    for kind, name in connection.execute(_OBJECTS).fetchall():
        connection.execute(sql.SQL(f"DROP {kind} IF EXISTS {{}} CASCADE").format(sql.Identifier("public", name)))
    for (signature,) in connection.execute(_FUNCTIONS).fetchall():
        connection.execute(f"DROP ROUTINE IF EXISTS {signature} CASCADE")  # quoted by PostgreSQL itself
    for (name,) in connection.execute(_TYPES).fetchall():
        connection.execute(sql.SQL("DROP TYPE IF EXISTS {} CASCADE").format(sql.Identifier("public", name)))
