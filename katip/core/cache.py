"""What all processes remember together for a while: counted attempts, codes that were used, challenges.

Django's cache in a database table counts its rows before each write, asks before it writes, and deletes what it finds
expired one by one. A sign-in counts many attempts, so all of that would grow with the country. Here a write is one
statement, and what expired is swept in handfuls, on the way. Nothing is ever pushed out before its time: a flood cannot
make the register forget whom it slows down.
"""

import base64
import pickle
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router

_EVERY, _HANDFUL = 256, 1024
"""of so many writes of a process one sweeps up to so many expired rows: faster than they can be made"""
_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_SET = """
INSERT INTO {table} AS kept (cache_key, value, expires) SELECT %s, %s, %s::timestamptz{light}
ON CONFLICT (cache_key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires
"""
_ADD = _SET + "WHERE kept.expires < %s"
_TOUCH = "UPDATE {table} AS kept SET expires = %s{light} WHERE cache_key = %s AND expires >= %s"
_GET = "SELECT cache_key, value FROM {table} WHERE cache_key = ANY(%s) AND expires >= %s"
_DELETE = "DELETE FROM {table} AS kept{light} WHERE cache_key = ANY(%s) RETURNING expires >= %s"
_SWEEP = """
DELETE FROM {table} WHERE cache_key IN (
    SELECT cache_key FROM {table} WHERE expires < %s ORDER BY expires LIMIT %s FOR UPDATE SKIP LOCKED
)
"""
_LIGHT = "(SELECT set_config('synchronous_commit', 'off', true)) AS light"


class SharedCache(DatabaseCache):
    """Django's table and its interface, by one statement each.

    `OPTIONS["light"]` begins the keys of what may be forgotten where the server fails in the very moment of writing:
    those writes do not wait for the disk, nor for a standby. What is a part of another transaction always does.
    """

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        self._light = params.get("OPTIONS", {}).get("light", "")
        super().__init__(table, params)
        self._table = table
        self._writes = count(1)

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        """Whether it was written. `mode` is set, add (only where nothing is) or touch (only where something is)."""
        now = datetime.now(UTC)
        ends = self.get_backend_timeout(timeout)
        expires = _FOR_EVER if ends is None else datetime.fromtimestamp(ends, UTC)
        if mode == "touch":
            return bool(self._write(_TOUCH, " FROM ", [key], [expires, key, now]).rowcount)
        text = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("ascii")
        if mode == "add":
            done = bool(self._write(_ADD, " FROM ", [key], [key, text, expires, now]).rowcount)
        else:
            done = bool(self._write(_SET, " FROM ", [key], [key, text, expires]).rowcount)
        if next(self._writes) % _EVERY == 0:
            self._cursor(write=True).execute(self._text(_SWEEP), [now, _HANDFUL])
        return done

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """What is there of these and has not expired."""
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not names:
            return {}
        cursor = self._cursor(write=False)
        cursor.execute(self._text(_GET), [list(names), datetime.now(UTC)])
        return {names[key]: pickle.loads(base64.b64decode(text)) for key, text in cursor.fetchall()}  # noqa: S301 -- written by this class only

    def _base_delete_many(self, keys: Iterable[str]) -> bool:
        """Whether something was there, and had not expired."""
        names = list(keys)
        if not names:
            return False
        rows = self._write(_DELETE, " USING ", names, [names, datetime.now(UTC)]).fetchall()
        return any(alive for (alive,) in rows)

    def _write(self, statement: str, joins: str, names: list[str], values: list[Any]) -> Any:
        alone = not connections[router.db_for_write(self.cache_model_class)].in_atomic_block
        light = alone and self._light and all(name.startswith(self.make_key(self._light)) for name in names)
        cursor = self._cursor(write=True)
        cursor.execute(self._text(statement, f"{joins}{_LIGHT}" if light else ""), values)
        return cursor

    def _cursor(self, *, write: bool) -> Any:
        choose = router.db_for_write if write else router.db_for_read
        return connections[choose(self.cache_model_class)].cursor()

    def _text(self, statement: str, light: str = "") -> str:
        return statement.format(table=self._table, light=light)
