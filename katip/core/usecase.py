"""One use case, one transaction, one actor.

Every write goes through a function under `@use_case`; every read of a page runs in `acting_as`. Both tell PostgreSQL
who acts (a transaction-local setting), so that row-level security can become a second lock.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from katip.core.actor import Actor
from katip.core.shown import unshown

Service = TypeVar("Service", bound=Callable[..., Any])


@contextmanager
def acting_as(actor: Actor, *, durable: bool = False, snapshot: bool = False) -> Iterator[None]:
    """Run the block in one transaction in which PostgreSQL knows the actor (`katip.person`, `katip.capacity`).

    With `snapshot`, every statement of it sees the register as it was at the first.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(durable=durable):
        with connection.cursor() as cursor:
            if snapshot and outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(
                "SELECT set_config('katip.person', %s, true), set_config('katip.capacity', %s, true)",
                [str(actor.person_id or ""), f"{actor.capacity}:{actor.organisation_id or ''}"],
            )
        yield


def use_case(service: Service) -> Service:
    """Make `service(*, actor, at, …)` one durable transaction: all of it, with its audit event, or nothing.

    Raises `RuntimeError` when called inside another transaction: a use case is never half of something else. Where two
    wait for each other's rows, PostgreSQL gives one up with nothing changed: that one is run once more.
    """
    return _durable(service, snapshot=False)


def snapshot_use_case(service: Service) -> Service:
    """A use case that reads all it reads at one moment, however long it takes (`REPEATABLE READ`)."""
    return _durable(service, snapshot=True)


def _durable(service: Service, *, snapshot: bool) -> Service:
    @wraps(service)
    def run(*, actor: Actor, **arguments: Any) -> Any:
        try:
            return once(actor, arguments)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
        return once(actor, arguments)

    def once(actor: Actor, arguments: dict[str, Any]) -> Any:
        with unshown(), acting_as(actor, durable=True, snapshot=snapshot):
            return service(actor=actor, **arguments)

    return cast("Service", run)
