"""A form's key and what is saved with it are both there or neither; of two at once the second finds the first.

The threads are held where a second sending would do harm, so that a key that is not unique fails every time.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

from katip.core import usecase
from katip.core.actor import OPERATOR, Actor
from katip.core.errors import PermissionRefusedError
from katip.core.models import SentForm
from katip.core.once import AlreadyDoneError, done_at, sending
from katip.core.usecase import snapshot_use_case, use_case
from katip.keeping.models import DataRequest, Right
from katip.keeping.services.requests import request_make
from katip.registry.models import Province
from tests.cast import AT, World
from tests.processes.test_concurrency import PATIENCE, at_once, meet_after

pytestmark = pytest.mark.django_db(transaction=True)


def corrected(world: World, key: str, text: str) -> DataRequest:
    with sending(key):
        made: DataRequest = request_make(actor=world.actor("owner"), at=AT, right=Right.CORRECT, text=text)
        return made


@use_case
def written(*, actor: Actor, at: Any, name: str, faults: list[Exception]) -> None:
    """Rename a province; fail as told."""
    del actor, at
    Province.objects.filter(pk=16).update(name=name)
    if faults:
        raise faults.pop()


def deadlock() -> Exception:
    error = OperationalError("deadlock detected")
    error.__cause__ = DeadlockDetected()
    return error


def test_what_is_sent_again_is_not_saved_again(world: World) -> None:
    corrected(world, "a", "Adım yanlış.")
    with pytest.raises(AlreadyDoneError):
        corrected(world, "a", "Adım yanlış.")
    assert DataRequest.objects.count() == 1
    assert done_at("a") == DataRequest.objects.get().made_at == AT
    assert done_at("b") is None
    corrected(world, "b", "Adım yanlış.")
    assert DataRequest.objects.count() == 2


def test_a_refusal_leaves_no_key_behind(world: World) -> None:
    refused = Actor(world.owner.pk)  # without a second step
    with pytest.raises(PermissionRefusedError), sending("a"):
        request_make(actor=refused, at=AT, right=Right.CORRECT, text="Adım yanlış.")
    assert not SentForm.objects.exists()
    corrected(world, "a", "Adım yanlış.")


def test_two_at_once_save_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> Any:
        return corrected(world, "a", "Adım yanlış.")

    # Without the key both would be behind it by now; with it, one alone is.
    meet_after(monkeypatch, usecase, "key_take", patience=0.5)
    ended = at_once(ask, ask)
    assert sorted(type(one).__name__ for one in ended) == ["AlreadyDoneError", "DataRequest"]
    assert DataRequest.objects.count() == 1


def test_where_the_first_of_two_is_refused_the_second_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[Exception] = [PermissionRefusedError("no_mandate")]

    def write() -> None:
        with sending("a"):
            written(actor=OPERATOR, at=AT, name="Bursa", faults=faults)

    meet_after(monkeypatch, usecase, "key_take", patience=0.5)
    ended = at_once(write, write)
    assert {type(one) for one in ended} == {PermissionRefusedError, type(None)}
    assert done_at("a") == AT


def test_a_snapshot_that_began_before_the_first_was_saved_finds_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    @snapshot_use_case
    def plan(*, actor: Actor, at: Any) -> None:
        del actor, at
        runs.append(1)

    def planned() -> None:
        with sending("a"):
            plan(actor=OPERATOR, at=AT)

    meet_after(monkeypatch, usecase, "_declare", patience=PATIENCE)  # both have their snapshot before either inserts
    ended = at_once(planned, planned)
    assert {type(one) for one in ended} == {AlreadyDoneError, type(None)}
    assert len(runs) == 1


def test_what_is_run_again_after_a_deadlock_keeps_its_key() -> None:
    with sending("a"):
        written(actor=OPERATOR, at=AT, name="Bursa", faults=[deadlock()])
    assert done_at("a") == AT


def test_what_follows_in_the_same_request_is_no_second_sending(world: World) -> None:
    with sending("a"):
        written(actor=OPERATOR, at=AT, name="Bursa", faults=[])
        written(actor=OPERATOR, at=AT + timedelta(seconds=1), name="Bursa", faults=[])
    assert SentForm.objects.count() == 1


def test_it_costs_one_statement_and_nothing_where_no_form_is_sent() -> None:
    def statements(work: Callable[[], None]) -> int:
        with connection.execute_wrapper(count := Counting()):
            work()
        return count.number

    def plain() -> None:
        written(actor=OPERATOR, at=AT, name="Bursa", faults=[])

    def under_a_key() -> None:
        with sending("a"):
            plain()

    assert statements(under_a_key) == statements(plain) + 1


class Counting:
    """Counts the statements that go by."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)
