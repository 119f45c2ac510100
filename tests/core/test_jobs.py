"""The queue of jobs: asked for in a transaction, done after it, by the application's own login."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from katip.core.actor import OPERATOR
from katip.core.jobs import hands_alive, job, job_defer, jobs_do, jobs_rescue, jobs_waiting
from katip.core.usecase import use_case
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db(transaction=True)

DONE: list[Any] = []


def half_read() -> Iterator[int]:
    try:
        yield 1
    finally:
        DONE.append("closed")


@job("test_note", queue="test")
def note(stopping: Callable[[], bool], *, what: str) -> None:
    DONE.append(what)
    if what == "follow":
        with transaction.atomic():
            job_defer("test_note", what="followed, then rolled back")
            transaction.set_rollback(True)
        job_defer("test_note", what="followed")
    if what == "half read":
        opened = half_read()
        next(opened)
        raise ValueError(what)
    if what == "faulty" and DONE.count("faulty") == 1:
        raise ValueError(what)


@job("test_long", queue="test")
def long(stopping: Callable[[], bool]) -> None:
    DONE.append("begun")
    while not stopping():
        pass
    DONE.append("stopped")


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    DONE.clear()


def work_until(met: Callable[[], bool]) -> None:
    """A hand that works until the condition is met; ten seconds at most."""

    async def run() -> None:
        hand = asyncio.create_task(jobs_do(["test"]))
        for _ in range(1000):
            if hand.done() or met():
                break
            await asyncio.sleep(0.01)
        assert not hand.done(), hand.exception()
        assert met(), DONE
        hand.cancel()
        await asyncio.gather(hand, return_exceptions=True)

    asyncio.run(run())


def rows() -> list[tuple[str, str]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "status"))


@use_case
def asked_for(*, actor: Any, fails: bool) -> None:
    job_defer("test_note", times=2, what="asked for")
    if fails:
        raise ValueError("after all not")


def test_a_use_case_that_is_rolled_back_leaves_no_job() -> None:
    with pytest.raises(ValueError, match="after all not"):
        asked_for(actor=OPERATOR, fails=True)
    assert rows() == []


def test_jobs_are_there_with_the_commit_and_without_a_queueing_lock() -> None:
    asked_for(actor=OPERATOR, fails=False)
    assert rows() == [("test_note", "todo")] * 2
    assert set(ProcrastinateJob.objects.values_list("queueing_lock", "lock")) == {(None, None)}


def test_nobody_sees_a_job_before_the_commit() -> None:
    with transaction.atomic():
        job_defer("test_note", what="x")
        with owner_connect() as other:
            assert other.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
    assert len(rows()) == 1


def test_a_hand_does_them_and_keeps_no_trace() -> None:
    asked_for(actor=OPERATOR, fails=False)
    work_until(lambda: DONE == ["asked for"] * 2 and not _waiting())
    assert rows() == []


def test_a_job_that_asks_for_jobs_does_so_in_its_own_transaction() -> None:
    job_defer("test_note", what="follow")
    work_until(lambda: "followed" in DONE)
    assert DONE == ["follow", "followed"]


def test_a_job_that_fails_is_tried_again(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("katip.core.jobs._LONGEST_PAUSE", 0)
    job_defer("test_note", what="faulty")
    work_until(lambda: DONE == ["faulty", "faulty"])
    assert "is tried again" in caplog.text


def test_what_a_failed_job_left_open_is_closed_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="half read") as failed:
        app.tasks["test_note"].func(SimpleNamespace(should_abort=lambda: False), what="half read")
    assert DONE == ["half read", "closed"]
    assert failed.traceback  # which held the frame until here


def test_a_long_job_is_told_to_stop() -> None:
    job_defer("test_long")
    work_until(lambda: DONE == ["begun"])
    assert DONE == ["begun", "stopped"]


def _waiting() -> bool:
    with owner_connect() as other:  # the event loop's thread must not use Django's connection
        return other.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() != (0,)


def test_the_jobs_of_a_dead_hand_are_taken_by_others() -> None:
    job_defer("test_note", what="left")
    job_defer("test_note", what="in work")
    now = datetime.now(UTC)
    with owner_connect() as owner:
        dead, living = (
            owner.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [at]
            ).fetchone()
            for at in (now - timedelta(minutes=1), now)
        )
        for what, hand in (("left", dead), ("in work", living)):
            assert hand
            owner.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE args->>'what' = %s",
                [hand[0], what],
            )
    assert hands_alive(now) == 1
    assert jobs_rescue(now) == 1
    assert [status for _, status in rows()] == ["todo", "doing"]
    assert jobs_rescue(now) == 0
    assert jobs_waiting("test_note", what="left") == 1
    assert jobs_waiting("test_note", what="in work") == 0
    assert jobs_waiting("test_note", what="done long ago") == 0


def test_jobs_whose_dead_hand_was_forgotten_are_taken_by_others() -> None:
    job_defer("test_note", what="orphan")
    with owner_connect() as owner:
        owner.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    assert jobs_rescue(datetime.now(UTC)) == 1
    assert jobs_waiting("test_note", what="orphan") == 1
    assert jobs_rescue(datetime.now(UTC)) == 0


def test_a_hand_cannot_change_the_tables_themselves() -> None:
    parameters = connection.get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters, autocommit=True) as login, pytest.raises(psycopg.errors.InsufficientPrivilege):
        login.execute("ALTER TABLE procrastinate_jobs ADD x int")
