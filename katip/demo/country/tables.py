"""Finished rows into tables, as text that PostgreSQL copies in; around a large load, indexes come after the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('u', 'f')
ORDER BY contype DESC, conrelid::regclass::text, conname
"""
_INDEXES = """
SELECT index.indexrelid::regclass::text, pg_get_indexdef(index.indexrelid) FROM pg_index AS index
WHERE index.indrelid = ANY(%s::regclass[]) AND NOT index.indisprimary
  AND COALESCE(pg_get_expr(index.indpred, index.indrelid), '') NOT LIKE '%%ANY (%%'
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = index.indexrelid AND contype IN ('u', 'x'))
ORDER BY index.indrelid::regclass::text, 1
"""
# A condition with ANY comes back in other words than it went. The indexes that have one hold none of the rows anyhow.


@dataclass(frozen=True, slots=True)
class Text:
    """Rows of a table as PostgreSQL copies them in."""

    table: str
    columns: tuple[str, ...]
    rows: int
    text: BytesIO


def text_of(table: str, rows: pl.DataFrame) -> Text:
    """`rows` as text for the columns of the same names. No value may hold a tab, a line's end or a backslash."""
    text = BytesIO()
    rows.write_csv(text, include_header=False, separator="\t", quote_style="never", null_value="\\N")
    return Text(table, tuple(rows.columns), rows.height, text)


def text_copy(connection: Connection, rows: Text) -> None:
    """Copy the rows into their table."""
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(rows.table), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(rows.text.getbuffer())


def numbers_reserve(connection: Connection, table: str, count: int, *, whole: bool) -> int:
    """Take `count` numbers in a row for the keys of `table`; returns the number before the first.

    One by one with the rights of the application's login, all at once if `whole`, for the owner. Raises ValueError
    where somebody else takes numbers at the same time.
    """
    found = connection.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table]).fetchone()
    name = found[0] if found else ""
    if whole:
        first = _number(connection, "SELECT nextval(%s::regclass)", [name])
        _number(connection, "SELECT setval(%s::regclass, %s)", [name, first - 1 + count])
        return first - 1
    taken = "SELECT nextval(%s::regclass) AS n FROM generate_series(1, %s)"
    span = f"SELECT max(n) - min(n) + 1, max(n) FROM ({taken}) AS taken"  # noqa: S608 -- a constant
    between, last = connection.execute(span.encode(), [name, count]).fetchone() or (0, 0)
    if between != count:
        raise ValueError(f"somebody else writes to {table}")
    return int(last) - count


def _number(connection: Connection, statement: str, parameters: Sequence[object]) -> int:
    found = connection.execute(statement.encode(), parameters).fetchone()
    return int(found[0]) if found else 0


def indexes_drop(connection: Connection, tables: Sequence[str]) -> list[str]:
    """Drop the indexes and foreign keys of `tables`; returns the statements that make exactly the same ones again.

    Primary keys stay. For the owner, on tables that nobody uses meanwhile.
    """
    names = list(tables)
    constraints = connection.execute(_CONSTRAINTS, [names]).fetchall()
    indexes = connection.execute(_INDEXES, [names]).fetchall()
    for table, name, _ in reversed(constraints):
        statement_run(connection, f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        statement_run(connection, f"DROP INDEX {name}")
    return [definition for _, definition in indexes] + [
        f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in constraints
    ]


def vacuum_leave(connection: Connection, tables: Iterable[str], *, itself: bool) -> None:
    """Keep the server from vacuuming `tables` by itself while they are filled, or let it again."""
    for table in tables:
        how = "RESET (autovacuum_enabled)" if itself else "SET (autovacuum_enabled = false)"
        statement_run(connection, f"ALTER TABLE {table} {how}")


def statement_run(connection: Connection, statement: str) -> None:
    """Run a statement whose names and definitions are as the catalogue writes them."""
    connection.execute(statement.encode())
