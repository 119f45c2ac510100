"""Data frames out of the database and into it, by COPY: no row passes through Python."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql
from psycopg.abc import Query

Schema = Mapping[str, type[pl.DataType] | pl.DataType]


def frame_read(query: str, parameters: Mapping[str, Any], schema: Schema) -> pl.DataFrame:
    """The rows of a SELECT as a frame of `schema`, whose names are the columns' in order.

    `parameters` fill `{name}` in the query, as literals: COPY knows no others. Booleans come as text: cast them to int.
    """
    literals = {name: sql.Literal(value) for name, value in parameters.items()}
    copy: Query = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(sql.SQL(query).format(**literals))
    buffer = BytesIO()
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for block in rows:
            buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=dict(schema))
    buffer.seek(0)
    return pl.read_csv(buffer, has_header=False, new_columns=list(schema), schema=dict(schema))


def numbers_text(numbers: Iterable[int]) -> str:
    """Whole numbers as an array's text, `{1,2}`: a parameter to cast to `bigint[]`, bound at once, not one by one."""
    return "{" + ",".join(map(str, numbers)) + "}"


@dataclass(frozen=True, slots=True)
class Copy:
    """Rows on their way into a table: everything is done but to send them."""

    table: str
    columns: tuple[str, ...]
    rows: bytes


def frame_copy(table: str, frame: pl.DataFrame, columns: Sequence[str] = ()) -> Copy:
    """The rows for `table`, by its columns' names or `columns`; binary cells are hexadecimal text."""
    rows = b"" if frame.is_empty() else frame.write_csv(include_header=False).encode()
    return Copy(table, tuple(columns or frame.columns), rows)


def copy_write(ready: Copy) -> None:
    """Insert the rows."""
    if not ready.rows:
        return
    names = sql.SQL(", ").join(sql.Identifier(name) for name in ready.columns)
    copy = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(ready.table), names)
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        rows.write(ready.rows)


def frame_write(table: str, frame: pl.DataFrame, columns: Sequence[str] = ()) -> None:
    """Insert the rows into `table`, by its columns' names or `columns`; binary cells are hexadecimal text."""
    copy_write(frame_copy(table, frame, columns))
