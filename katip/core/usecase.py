"""One use case, one transaction, one actor.

Every write goes through a function under `@use_case`; every read of a page runs in `acting_as`. Both tell PostgreSQL
who acts: settings and a role that end with the transaction, so that nothing of it reaches the next one, behind a pooler
either. By them each statement sees the actor's rows alone (`katip.core.rows`), but for what runs in `whole_register`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.shown import unshown

Service = TypeVar("Service", bound=Callable[..., Any])

_DECLARE = "SELECT set_config('katip.person', %s, true), set_config('katip.capacity', %s, true)"
_AS_ONE = f"""
{_DECLARE}, set_config('katip.workplaces', '', true), set_config('katip.providers', '', true),
    set_config('katip.professional', '', true), set_config('role', %s, true)
"""
_AS_PARTY = f"""
{_DECLARE}, set_config('katip.workplaces', workplaces, true), set_config('katip.providers', providers, true),
    set_config('katip.professional', professional, true), set_config('role', %s, true)
FROM katip_reach(%s, %s)
"""
_ROLE = "SELECT set_config('role', %s, true)"
NOBODY = "none"
"""the role of the login itself"""


@dataclass(slots=True)
class _Declared:
    """Who acts in the running transaction, and in which role its statements run at the moment."""

    person: int | None
    capacity: str
    role: str

    def is_same(self, other: "_Declared") -> bool:
        return (self.person, self.capacity) == (other.person, other.capacity)


def _now() -> _Declared | None:
    return getattr(connection, "katip_declared", None) if connection.in_atomic_block else None


def _keep(declared: _Declared | None) -> None:
    connection.katip_declared = declared  # type: ignore[attr-defined] # beside the connection it speaks of


def role_of(actor: Actor) -> str:
    """The role in which the actor's statements run."""
    logins = settings.KATIP_LOGINS
    if actor.capacity == Capacity.OPERATOR:
        return str(logins.work)
    if actor.person_id is None:
        return NOBODY  # somebody at the door
    return str(logins.official if actor.capacity == Capacity.OFFICIAL else logins.party)


@contextmanager
def acting_as(
    actor: Actor, *, durable: bool = False, snapshot: bool = False, at: datetime | None = None
) -> Iterator[None]:
    """Run the block in one transaction in which PostgreSQL knows the actor, and shows the actor's rows alone.

    Mandates count as on the day of `at` in Turkey, else as today. With `snapshot`, every statement of it sees the
    register as it was at the first. Inside another block of the same actor it changes nothing.
    """
    outermost = not connection.in_atomic_block
    before = None if outermost else _now()
    declared = _Declared(actor.person_id, f"{actor.capacity}:{actor.organisation_id or ''}", role_of(actor))
    with transaction.atomic(durable=durable):
        if before is not None and before.is_same(declared):
            yield
            return
        with connection.cursor() as cursor:
            if snapshot and outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            known = [str(actor.person_id or ""), declared.capacity, declared.role]
            if declared.role == settings.KATIP_LOGINS.party:
                cursor.execute(_AS_PARTY, [*known, actor.person_id, day_of(at) if at else None])
            else:
                cursor.execute(_AS_ONE, known)
        with _restored(outermost=outermost):
            _keep(declared)
            yield


@contextmanager
def _restored(*, outermost: bool) -> Iterator[None]:
    """Give back what was declared before: by the end of the transaction, or, inside another one, by hand."""
    before = getattr(connection, "katip_declared", None)
    settings_before = None if outermost else _settings_read()
    try:
        yield
    finally:
        _keep(None if outermost else before)
        if settings_before is not None and _is_sound():
            _settings_write(settings_before)


_SETTINGS = ("katip.person", "katip.capacity", "katip.workplaces", "katip.providers", "katip.professional", "role")
