"""Reading under one snapshot by two sessions at once: what one core cannot do, two do in half the time."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

from django.db import DatabaseError, connection, transaction
from psycopg import sql

from katip.core.usecase import whole_register
from katip.updates.plan.snapshot import session_prepare

Value = TypeVar("Value")


class Beside:
    """A second session that sees just what the caller's transaction saw when this was entered.

    Where the caller has no snapshot of its own to share, what is asked is read by the caller, when it is asked.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._snapshot = ""

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            [(level,)] = cursor.fetchall()
            if level == "repeatable read" and not connection.savepoint_ids:
                cursor.execute("SELECT pg_export_snapshot()")
                [(self._snapshot,)] = cursor.fetchall()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    def ask(self, read: Callable[[], Value]) -> "Future[Value]":
        """Have `read` done beside; its result is waited for."""
        if self._snapshot:
            return self._pool.submit(self._read, read)
        future: Future[Value] = Future()
        future.set_result(read())
        return future

    def _read(self, read: Callable[[], Value]) -> Value:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    cursor.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(self._snapshot)))
                with whole_register("what is read beside is the house's, in a session that knows no actor"):
                    session_prepare()
                    return read()
        finally:
            with suppress(DatabaseError):
                connection.close()  # this thread's own
