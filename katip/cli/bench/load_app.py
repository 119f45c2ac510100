"""The product's WSGI application as it is, which also says what each answer cost, in a `Server-Timing` header.

For `script/bench load` alone: `cpu` is the web process's own time for the request, `db` the time that it waited for
statements, both in milliseconds, and `statements` how many there were.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from katip.config.wsgi import application as product

StartResponse = Callable[..., Any]


class _Statements:
    """Counts what is sent to the database, and the time until it is answered."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 -- Django's signature
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - begun


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer as the product does. Pages are whole when it begins to answer, so that all of their cost is known."""
    statements, begun = _Statements(), time.thread_time()

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        cost = f"cpu;dur={1000 * (time.thread_time() - begun):.2f}, db;dur={1000 * statements.seconds:.2f}"
        return start_response(
            status, [*headers, ("Server-Timing", f"{cost}, statements;dur={statements.count}")], *more
        )

    with connection.execute_wrapper(statements):
        answer: Iterable[bytes] = product(environ, start)
    return answer
