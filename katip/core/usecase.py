"""One use case, one transaction, one actor.

Every write goes through a function under `@use_case`; every read of a page runs in `acting_as`. Both tell PostgreSQL
who acts: settings and a role that end with the transaction, so that nothing of it reaches the next one, behind a pooler
either. By them each statement sees the actor's rows alone (`katip.core.rows`), but for what runs in `whole_register`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected
from psycopg.pq import TransactionStatus

from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.once import key_saved, key_take
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
_AS_OFFICIAL = f"""
{_DECLARE}, set_config('katip.workplaces', '', true), set_config('katip.providers', '', true),
    set_config('katip.professional', '', true),
    set_config('role', CASE WHEN katip_holds_office(%s, %s) THEN %s ELSE %s END, true)
"""
_AS_BEFORE = f"""
{_DECLARE}, set_config('katip.workplaces', %s, true), set_config('katip.providers', %s, true),
    set_config('katip.professional', %s, true), set_config('role', %s, true)
"""
_ROLE = "SELECT set_config('role', %s, true)"


@dataclass(slots=True)
class _Declared:
    """Who acts in the running transaction, what stands in its settings, and in which role its statements run."""

    known: tuple[str, ...] = ("", "", "", "", "")
    role: str = ""


def _declared() -> _Declared:
    """What is declared in the running transaction; where nothing is, the login acts for itself."""
    declared = getattr(connection, "katip_declared", None) if connection.in_atomic_block else None
    return declared or _Declared(role=nobody())


def _keep(declared: _Declared | None) -> None:
    connection.katip_declared = declared  # type: ignore[attr-defined] # beside the connection it speaks of


def nobody() -> str:
    """The role while nobody acts: the login's own; tests, whose login plays both parts, put another in its place."""
    return str(getattr(connection, "katip_nobody", settings.KATIP_NOBODY))


def role_of(actor: Actor) -> str:
    """The role in which the actor's statements run; an official's only while PostgreSQL finds their office held."""
    logins = settings.KATIP_LOGINS
    if actor.capacity == Capacity.OPERATOR:
        return str(logins.work)
    if actor.person_id is None:
        return nobody()  # somebody at the door
    return str(logins.official if actor.capacity == Capacity.OFFICIAL else logins.party)


@contextmanager
def acting_as(
    actor: Actor, *, durable: bool = False, snapshot: bool = False, at: datetime | None = None, savepoint: bool = True
) -> Iterator[None]:
    """Run the block in one transaction in which PostgreSQL knows the actor, and shows the actor's rows alone.

    Mandates count as on the day of `at` in Turkey, else as today. With `snapshot`, every statement of it sees the
    register as it was at the first. Inside another block of the same person and role it declares nothing anew: the rows
    are the same; without `savepoint` it then sends no statement at all, and what fails in it fails the outer one.
    """
    outermost = not connection.in_atomic_block
    before = _declared()
    who, capacity = _named(actor)
    with transaction.atomic(durable=durable, savepoint=savepoint):
        if before.role == role_of(actor) and before.known[0] == who and (who or before.known[1] == capacity):
            yield
            return
        if snapshot and outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        _declare(actor, at)
        try:
            yield
        finally:
            _keep(None if outermost else before)
            if not outermost:
                _say_again(before)


def acting_from_here(actor: Actor, at: datetime) -> None:
    """Go on as this actor until the block ends: the person turned out to look in another capacity than they chose."""
    if connection.in_atomic_block:
        _declare(actor, at)


def _named(actor: Actor) -> tuple[str, str]:
    return str(actor.person_id or ""), f"{actor.capacity}:{actor.organisation_id or ''}"


def _declare(actor: Actor, at: datetime | None) -> None:
    """Send the one statement; PostgreSQL itself looks up the mandates, and whether the office is held."""
    logins, named, role = settings.KATIP_LOGINS, _named(actor), role_of(actor)
    with connection.cursor() as cursor:
        if role == logins.party:
            cursor.execute(_AS_PARTY, [*named, role, actor.person_id, day_of(at) if at else None])
        elif role == logins.official:
            cursor.execute(_AS_OFFICIAL, [*named, actor.person_id, actor.organisation_id, role, logins.party])
        else:
            cursor.execute(_AS_ONE, [*named, role])
        *known, role = cursor.fetchone()
    _keep(_Declared(tuple(known), role))


def _say_again(before: _Declared) -> None:
    """Declare what was declared around an inner block; a statement that failed is taken back with all it set."""
    if _is_sound():
        connection.connection.execute(_AS_BEFORE, [*before.known, before.role])


def _is_sound() -> bool:
    return not connection.needs_rollback and connection.connection.info.transaction_status == TransactionStatus.INTRANS


@contextmanager
def whole_register(reason: str) -> Iterator[None]:
    """Run the block as the house, which sees every row, and afterwards again as whoever acts.

    For what the house itself must see to judge: a rule that counts over everybody's contracts would otherwise silently
    become weaker. What the actor asked for is looked up *before*, as the actor. `reason` says why; a test holds a list.
    """
    del reason
    declared = _declared()
    if _sees_all(declared.role):
        yield
        return
    with transaction.atomic() if not connection.in_atomic_block else nullcontext():
        _role_take(settings.KATIP_LOGINS.work)
        _keep(_Declared(declared.known, settings.KATIP_LOGINS.work))
        try:
            yield
        finally:
            _keep(declared)
            if _is_sound():
                _role_take(declared.role)


def whole_from_here(reason: str) -> None:
    """Go on as the house until the actor's block ends: a use case has found and judged what its actor asked for.

    What follows judges by law and writes the consequences. One statement, where `whole_register` takes two.
    """
    del reason
    declared = _declared()
    if _login(declared.role) != settings.KATIP_LOGINS.work:  # an official sees as much, but may not load rows by COPY
        _role_take(settings.KATIP_LOGINS.work)
        declared.role = settings.KATIP_LOGINS.work


def require_reach(actor: Actor) -> None:
    """Raise `PermissionRefusedError` unless PostgreSQL itself found that the person may act for the organisation.

    For reads that are one organisation's by their own filter and tell of others what the party may not see as such: it
    is asked before `whole_register`. No statement: what it found was told when the block began.
    """
    declared = _declared()
    if _sees_all(declared.role):
        return
    place = {Capacity.WORKPLACE: 2, Capacity.PROVIDER: 3}.get(actor.capacity)
    if place is None or str(actor.organisation_id) not in declared.known[place].strip("{}").split(","):
        raise PermissionRefusedError("no_mandate")


def _sees_all(role: str) -> bool:
    return _login(role) in (settings.KATIP_LOGINS.work, settings.KATIP_LOGINS.official)


def _login(role: str) -> str:
    return str(connection.settings_dict["USER"]) if role == "none" else role


def _role_take(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, [role])


def use_case(service: Service) -> Service:
    """Make `service(*, actor, at, …)` one durable transaction: all of it, with its audit event, or nothing.

    Raises `RuntimeError` when called inside another transaction: a use case is never half of something else. Where two
    wait for each other's rows, PostgreSQL gives one up with nothing changed: that one is run once more. Where a form
    is sent again, it ends before it began (`katip.core.once`).
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
        with unshown(), acting_as(actor, durable=True, snapshot=snapshot, at=arguments.get("at")):
            key_take(arguments.get("at"))
            result = service(actor=actor, **arguments)
        key_saved()
        return result

    return cast("Service", run)
