"""The database's tables, all seen at one moment, while the product runs.

One transaction with one snapshot (`REPEATABLE READ`, read only): whoever writes is neither seen nor held up; only a
migration has to wait. Rows go by COPY as text, which every server from 15 to 18 reads and a person too, column by
column: what the database computes itself is left to it. Sequences count outside of transactions; they are read last,
so that none stands below a number that was seen.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from katip.core.backup.archive import Sequence, Table, Watch, Writer, unwatched
from katip.core.backup.tables import EMPTY, MARKER, Rule

Connection = psycopg.Connection[Any]
_GATHERED = 1 << 20

SESSION = """
SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';
SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL client_encoding = 'UTF8';
SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '30s';
SET LOCAL search_path = public
"""
"""how values are written, whatever the server's settings; the same for reading them"""

_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
AND NOT c.relispartition ORDER BY c.relname
"""
_COLUMNS = """
SELECT a.attname FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
AND a.attgenerated = '' ORDER BY a.attnum
"""
_SEQUENCES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Dumped:
    """What was written."""

    tables: list[Table]
    sequences: list[Sequence]
    left_out: list[str]
    migrations: list[tuple[str, str]]
    server: str
    facts: dict[str, Any]


def dump(
    connection: Connection,
    writer: Writer,
    *,
    known: Collection[str] | None,
    rules: Mapping[str, Rule],
    facts: Callable[[Connection], dict[str, Any]] = lambda _: {},
    watch: Watch = unwatched,
) -> Dumped:
    """Write every `known` table into an archive, under one snapshot, as the owner; `facts` are read under it as well.

    Where nothing is said of what is known, every table goes in.
    `left_out` in the answer names the tables that stand in the database and are nobody's. The `connection` commits by
    itself (autocommit) and is idle.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(SESSION)
        there = [name for (name,) in connection.execute(_TABLES) if name != MARKER]
        ours = [name for name in there if known is None or name in known]
        names = [name for name in ours if rules.get(name, Rule()).where != EMPTY]
        for name in names:  # nobody changes a table's shape until the end
            connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(sql.Identifier(name)))
        tables = [_table_dump(connection, writer, name, rules.get(name, Rule()), watch) for name in names]
        migrations = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
        return Dumped(
            tables=tables,
            sequences=[_sequence(connection, name) for (name,) in connection.execute(_SEQUENCES).fetchall()],
            left_out=[name for name in there if name not in ours],
            migrations=[(app, name) for app, name in migrations],
            server=str(connection.info.parameter_status("server_version")),
            facts=facts(connection),
        )


def size_estimated(connection: Connection, rules: Mapping[str, Rule]) -> int:
    """About how many bytes the tables hold, for whoever waits."""
    left_out = [name for name, rule in rules.items() if rule.where == EMPTY]
    found = connection.execute(
        "SELECT sum(pg_table_size(oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND relname <> ALL (%s)",
        [left_out],
    ).fetchone()
    return int(found[0] or 0) if found else 0


def columns_of(connection: Connection, table: str) -> list[str]:
    """The columns that are stored as they are given, in their order."""
    return [name for (name,) in connection.execute(_COLUMNS, [f'public."{table}"']).fetchall()]


def _table_dump(connection: Connection, writer: Writer, name: str, rule: Rule, watch: Watch) -> Table:
    columns = columns_of(connection, name)
    chosen = [
        sql.SQL(f"{rule.instead[column]} AS {{}}").format(sql.Identifier(column))
        if column in rule.instead
        else sql.Identifier(column)
        for column in columns
    ]
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(chosen), sql.Identifier(name))
    if rule.where:
        query += sql.SQL(" WHERE " + rule.where)
    counted = 0

    def chunks() -> Iterator[bytes]:
        nonlocal counted
        cursor = connection.cursor()
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
            yield from _gathered(iter(copy), lambda moved: watch(name, moved))
        counted = cursor.rowcount

    writer.part_write(f"tables/{name}.copy.gz", chunks())
    return Table(name, columns, counted)


def _gathered(rows: Iterator[Any], moved: Callable[[int], None]) -> Iterator[bytes]:
    """Rows in chunks of about a megabyte: they come one by one."""
    held: list[bytes] = []
    size = 0
    for row in rows:
        held.append(bytes(row))
        size += len(row)
        if size >= _GATHERED:
            yield b"".join(held)
            moved(size)
            held, size = [], 0
    yield b"".join(held)
    moved(size)


def _sequence(connection: Connection, name: str) -> Sequence:
    found = connection.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))).fetchone()
    if found is None:
        raise LookupError(name)
    return Sequence(name, int(found[0]), bool(found[1]))
