"""Which login a test speaks by: its own statements as the house, a page's as the web processes' login, which sees little.

The connection is the web login's, in the role of the house; for the time of a request it is nobody's. So a page that
reads outside of `acting_as` finds in the tests as little as in production.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.test.client import ClientHandler


def web_login_take() -> None:
    """Have the tests' connection be the web login's, in the role of the house."""
    application, house = settings.APPLICATION_DATABASE, settings.KATIP_LOGINS.work
    given = connections["default"].settings_dict
    given.update(USER=application["USER"], PASSWORD=application["PASSWORD"])
    given["OPTIONS"]["options"] = f"-c role={house}"
    connection.katip_nobody = house  # type: ignore[attr-defined] # katip.core.usecase asks it


@contextmanager
def nobody_acts() -> Iterator[None]:
    """Run the block as the web login while nobody acts; a block inside another one changes nothing."""
    before = getattr(connection, "katip_nobody", "none")
    if before == "none":
        yield
        return
    _take("none")
    try:
        yield
    finally:
        if not connection.in_atomic_block or not connection.needs_rollback:
            _take(before)


def _take(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
    connection.katip_nobody = role  # type: ignore[attr-defined] # as above


def requests_guard() -> None:
    """From now on every request of Django's test client runs so."""
    answer = ClientHandler.__call__

    def answer_as_nobody(self: Any, environ: Any) -> Any:
        with nobody_acts():
            return answer(self, environ)

    ClientHandler.__call__ = answer_as_nobody  # type: ignore[method-assign] # for the tests
