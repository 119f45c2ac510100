"""The database's shape in two steps, so that machines can be brought to a new version one after the other.

*Expand* is what the version before survives: new tables, columns that may be empty, indexes, policies not yet in force.
*Finish* is the rest, once no process of that version runs: what is dropped, narrowed, switched on. A migration that
belongs to the second says so by the class attribute `finish = True`; it holds back whatever builds on it.

What takes a lock waits for it briefly only: behind a waiting lock every page of that table waits. Who does not get it
lets go, and tries again.
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import OperationalError, connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

LOCK_MILLISECONDS = 2_000
"""so long at most do pages wait behind a change of their table"""
STATEMENT_MILLISECONDS = 30_000
"""so long may one statement of a migration take while others serve"""
TRIES = 20
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_CONCURRENT_INDEX = re.compile(
    r'CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)"?', re.IGNORECASE
)
_LOCK = "SELECT pg_try_advisory_lock(hashtext('katip migrate'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('katip migrate'))"

Tell = Callable[[str], None]


class SchemaError(Exception):
    """The database cannot be brought to this shape now; the message says why and what to do."""


@dataclass(frozen=True)
class Waits:
    """How long one statement waits for a lock and may take, and how often it is tried again."""

    lock_milliseconds: int = LOCK_MILLISECONDS
    statement_milliseconds: int = STATEMENT_MILLISECONDS
    tries: int = TRIES


@dataclass(frozen=True)
class Finisher:
    """Something besides migrations that is switched on by finishing: whether it is due, and how it is done."""

    name: str
    due: Callable[[str], list[str]]
    run: Callable[[str], None]


FINISHERS: list[Finisher] = []
"""in the order in which they run"""


@dataclass
class Plan:
    """Migrations that are not applied yet, in their order."""

    expand: list[Migration] = field(default_factory=list)
    finish: list[Migration] = field(default_factory=list)
    behind: list[Migration] = field(default_factory=list)
    """what the version before would survive, but builds on something that is not finished"""
    is_new: bool = False
    """no migration was ever applied: nothing serves"""
    unknown: list[str] = field(default_factory=list)
    """applied migrations that this version does not know: a newer one was here"""


def label(migration: Migration) -> str:
    """A migration's name for people."""
    return f"{migration.app_label}.{migration.name}"


def plan_find(using: str) -> Plan:
    """What is not applied yet, by step."""
    executor = MigrationExecutor(connections[using])
    loader = executor.loader
    unknown = sorted(".".join(name) for name in loader.applied_migrations.keys() - loader.disk_migrations.keys())
    plan = Plan(is_new=not loader.applied_migrations, unknown=unknown)
    held: set[tuple[str, str]] = set()
    for migration, _ in executor.migration_plan(loader.graph.leaf_nodes()):
        name = (migration.app_label, migration.name)
        if getattr(migration, "finish", False):
            held.add(name)
            plan.finish.append(migration)
        elif any(parent.key in held for parent in loader.graph.node_map[name].parents):
            held.add(name)
            plan.behind.append(migration)
        else:
            plan.expand.append(migration)
    return plan


def finish_due(using: str) -> list[str]:
    """Names of what waits for `katip migrate --finish`; empty: nothing. Without an answer where expand is due first."""
    plan = plan_find(using)
    if plan.expand or plan.is_new:
        return []
    names = [label(one) for one in (*plan.finish, *plan.behind)]
    return names + [f"{finisher.name}: {what}" for finisher in FINISHERS for what in finisher.due(using)]


def shape_bring(using: str, *, finish: bool, waits: Waits | None = None, tell: Tell = lambda _line: None) -> None:
    """Apply the migrations of the first step, and with `finish` those of the second as well.

    A new database, where nothing serves, gets all of them and waits for nothing. Raises `SchemaError` where a lock was
    not to be had, a statement took too long, another version's finish was left out, or somebody else migrates.
    """
    plan = plan_find(using)
    if plan.unknown:
        raise SchemaError(
            f"A newer version was here: this one does not know {', '.join(plan.unknown[:5])}. Its shape serves this "
            "version as well, until it is finished; nothing is changed."
        )
    everything = finish or plan.is_new
    if plan.behind and not everything:
        raise SchemaError(
            f"The version before was never finished: {', '.join(map(label, plan.finish))}. If it still serves, finish "
            "it first (its own katip migrate --finish). If nothing serves: katip migrate --finish"
        )
    with _alone(using), bounded(using, Waits(0, 0) if plan.is_new else waits or Waits()) as bounds:
        bounds.again(lambda: _apply(using, everything=everything), tell)


class Bounds:
    """Runs what may find a lock taken, and tries again."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits

    def again(self, work: Callable[[], None], tell: Tell = lambda _line: None) -> None:
        """Do `work` until it gets its locks. It must be able to begin anew where it was. Raises `SchemaError`."""
        pause = _SHORTEST_PAUSE
        for left in reversed(range(max(self._waits.tries, 1))):
            try:
                return work()
            except OperationalError as error:
                cause = error.__cause__
                if isinstance(cause, QueryCanceled):
                    raise SchemaError(
                        f"One statement took longer than {self._waits.statement_milliseconds} ms and was rolled back: "
                        "what came before it stays. Give it more (--statement-timeout) at an hour when few work."
                    ) from error
                if not isinstance(cause, LockNotAvailable | DeadlockDetected):
                    raise
                if not left:
                    raise SchemaError(
                        f"A lock was not to be had in {self._waits.tries} tries: {str(cause).splitlines()[0]}. What "
                        "came before it stays; call it again. Who holds it: pg_stat_activity, pg_blocking_pids()."
                    ) from error
                tell(f"Others hold a table; tried again in {pause:.1f} s.")
                time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 -- no secret: two must not meet again
                pause = min(2 * pause, _LONGEST_PAUSE)
        return None


@contextmanager
def bounded(using: str, waits: Waits) -> Iterator[Bounds]:
    """Give the connection's statements their limits for the block; `CREATE INDEX CONCURRENTLY` gets none.

    That one hinders nobody while it waits and works, and leaves half an index where it is cut off. Such a half one, of
    an attempt that was killed, is dropped before the next.
    """
    connection = connections[using]

    def limits(lock: int, statement: int) -> None:
        with connection.connection.cursor() as cursor:  # psycopg's own: Django's would come through `run` again
            cursor.execute("SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)",
                           [f"{lock}ms", f"{statement}ms"])  # fmt: skip

    def run(execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 -- Django's signature
        found = _CONCURRENT_INDEX.match(statement.lstrip())
        if found is None:
            return execute(statement, params, many, context)
        limits(0, 0)
        try:
            with connection.connection.cursor() as cursor:
                drop = sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(found[1]))
                cursor.execute(drop)
            return execute(statement, params, many, context)
        finally:
            limits(waits.lock_milliseconds, waits.statement_milliseconds)

    connection.ensure_connection()
    limits(waits.lock_milliseconds, waits.statement_milliseconds)
    try:
        with connection.execute_wrapper(run):
            yield Bounds(waits)
    finally:
        if connection.connection is not None and not connection.connection.closed:
            limits(0, 0)


@contextmanager
def _alone(using: str) -> Iterator[None]:
    """One at a time. Asked again and again instead of waited for: a statement that waits holds up indexes."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for _ in range(60):
            cursor.execute(_LOCK)
            if cursor.fetchone() == (True,):
                break
            time.sleep(1)
        else:
            raise SchemaError("Another katip migrate has been at work for a minute. Look at it, or wait for its end.")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK)


def _apply(using: str, *, everything: bool) -> None:
    """One try: apply what is not applied yet. Each migration is a transaction of its own, so the next try goes on."""
    plan = plan_find(using)
    chosen = set(plan.expand) | (set(plan.finish) | set(plan.behind) if everything else set())
    executor = MigrationExecutor(connections[using])
    targets = executor.loader.graph.leaf_nodes()
    steps = [step for step in executor.migration_plan(targets) if step[0] in chosen]
    signal: dict[str, Any] = {"verbosity": 0, "interactive": False, "db": using, "plan": steps}
    before = executor.loader.project_state(list(executor.loader.applied_migrations))
    emit_pre_migrate_signal(apps=before.apps, **signal)
    executor.migrate(targets, plan=steps)
    emit_post_migrate_signal(**signal)
