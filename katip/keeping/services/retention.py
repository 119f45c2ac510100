"""Carrying out the table of retention: in batches of one transaction each, every one of them recorded."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor
from katip.core.clock import day_of
from katip.core.usecase import acting_as, use_case
from katip.keeping.destroying import LARGEST, function_hash, function_is_current, spans
from katip.keeping.erased import DESTROYED
from katip.keeping.models import RetentionRun

BATCH = 2_000
SWEEP_BATCHES = 50
"""of one minute beside the web server; what is left comes in the next"""


class RulesChangedError(Exception):
    """The database destroys by another table than this program's: `katip migrate` puts this one in force."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call destroyed, whether there may be more, and up to when."""

    rows: int
    more: bool
    until: datetime


@use_case
def batch_destroy(*, actor: Actor, at: datetime, rule: str, most: int = BATCH) -> Batch:
    """Destroy at most `most` rows of one rule that are due at `at`, and record it."""
    done = _call(rule, at, most)
    if done.rows:
        told = {"rule": rule, "rows": done.rows, "until": done.until.isoformat()}
        record(actor, at, Happening(DESTROYED, None, told))
    return done


@use_case
def run_record(*, actor: Actor, at: datetime, rows: int) -> None:
    """Write down that every rule was gone through: the periodic destruction that the by-law asks for (m.11)."""
    RetentionRun.objects.create(at=at, rows=rows, rules_hash=function_hash())
    record(actor, at, Happening("keeping:retention:run", None, {"rows": rows}))


def retention_run(*, actor: Actor, at: datetime, batches: int | None = None) -> dict[str, int]:
    """Destroy all that is due at `at`; returns how many rows by rule. With `batches`, at most so many of them.

    Raises `RulesChangedError`.
    """
    _require_current()
    destroyed: dict[str, int] = {}
    for rule in spans():
        more = True
        while more:
            if batches is not None and (batches := batches - 1) < 0:
                return destroyed
            batch = batch_destroy(actor=actor, at=at, rule=rule)
            more = batch.more
            if batch.rows:
                destroyed[rule] = destroyed.get(rule, 0) + batch.rows
    run_record(actor=actor, at=at, rows=sum(destroyed.values()))
    return destroyed


def retention_try(at: datetime) -> dict[str, int]:
    """How many rows of each rule are due at `at`, as far as one call goes; nothing is destroyed.

    Raises `RulesChangedError`.
    """
    _require_current()
    due: dict[str, int] = {}
    for rule in spans():
        with acting_as(OPERATOR):
            due[rule] = _call(rule, at, LARGEST).rows
            transaction.set_rollback(True)
    return due


def retention_sweep(at: datetime) -> int:
    """Beside the web server: go through the rules once a day, a bounded piece at a time; returns rows destroyed.

    Where the table changed and the database was not migrated, nothing happens; the command says why.
    """
    newest = RetentionRun.objects.order_by("-at").values_list("at", flat=True).first()
    if (newest is not None and day_of(newest) >= day_of(at)) or not function_is_current():
        return 0
    return sum(retention_run(actor=OPERATOR, at=at, batches=SWEEP_BATCHES).values())


def _require_current() -> None:
    if not function_is_current():
        raise RulesChangedError


def _call(rule: str, at: datetime, most: int) -> Batch:
    with connection.cursor() as cursor:
        cursor.execute("SELECT done, more, cut FROM keeping_destroy(%s, %s, %s)", [rule, at, most])
        rows, more, until = cursor.fetchone()
    return Batch(rows, more, until)
