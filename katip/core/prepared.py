"""Statements that PostgreSQL parses and plans once for a connection, where the same few are sent for every approval.

Everywhere else Django fills the values into the text, and the server remembers nothing. Where a pooler hands out
another connection for each transaction and cannot carry prepared statements over, the operator switches preparing off
(`KATIP_DATABASE_PREPARE`), and the values are merely bound.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


class _Cursor(ServerBindingCursor):
    """Knows what it sent also where that was prepared before, for whoever looks at the statements."""

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(query, params)  # type: ignore[misc] # psycopg's own, which the stubs leave out
        return self._query


@contextmanager
def prepared() -> Iterator[None]:
    """Bind values in the server during the block: every `%s` whose type does not follow from its place has a cast."""
    connection.ensure_connection()
    held = connection.connection
    before, held.cursor_factory = held.cursor_factory, _Cursor
    try:
        yield
    finally:
        held.cursor_factory = before
