"""Which login a test speaks by: its own statements as the house, a page's as the web processes' login.

The connection is the web login's, in the role of the house; for the time of a request it is nobody's. So a page that
reads outside of `acting_as` finds in the tests as little as in production.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.test.client import ClientHandler
from psycopg.pq import TransactionStatus


def web_login_take() -> None:
    """Have the tests' connection be the web login's, in the role of the house."""
    application, house = settings.APPLICATION_DATABASE, settings.KATIP_LOGINS.work
    given = connections["default"].settings_dict
    given.update(USER=application["USER"], PASSWORD=application["PASSWORD"])
    given["OPTIONS"]["options"] = f"-c role={house}"
    connection.katip_nobody = house  # type: ignore[attr-defined] # katip.core.usecase asks it
    connection_created.connect(_opened, dispatch_uid="tests.door")


def _opened(connection: Any, **_: Any) -> None:
    """A connection that is opened while nobody acts is nobody's as well."""
    if connection.alias == "default" and getattr(connection, "katip_nobody", "") == "none":
        connection.connection.execute("SET ROLE none")


@contextmanager
def nobody_acts() -> Iterator[None]:
    """Run the block as the web login while nobody acts; a block inside another one changes nothing."""
    before = getattr(connection, "katip_nobody", "none")
    if before == "none":
        yield
        return
    declared = getattr(connection, "katip_declared", None)
    connection.katip_declared = None  # type: ignore[attr-defined] # what the test's own statements left
    _take("none")
    try:
        yield
    finally:
        _take(before)
        connection.katip_declared = declared  # type: ignore[attr-defined] # as above


def _take(role: str) -> None:
    """Not by Django's cursor: it is no statement of the product's, and tests count those."""
    connection.katip_nobody = role  # type: ignore[attr-defined] # as above
    held = connection.connection
    if held is not None and held.info.transaction_status in {TransactionStatus.IDLE, TransactionStatus.INTRANS}:
        held.execute(f"SET ROLE {role}")


def requests_guard() -> None:
    """From now on every request of Django's test client runs so."""
    answer = ClientHandler.__call__

    def answer_as_nobody(self: Any, environ: Any) -> Any:
        with nobody_acts():
            response = answer(self, environ)
        if response.streaming:
            response.streaming_content = _streamed(response.streaming_content)  # type: ignore[attr-defined] # then it has one
        return response

    ClientHandler.__call__ = answer_as_nobody  # type: ignore[method-assign] # for the tests


def _streamed(parts: Iterable[bytes]) -> Iterator[bytes]:
    """What a page goes on to read while it is sent, it reads as nobody, too."""
    with nobody_acts():
        read = list(parts)
    yield from read
