"""A month beside people who approve, and beside other hands: who waits for whom, and what one snapshot sees."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from katip.contracts.models import Contract, MonthChange, Shortage
from katip.contracts.month import writing as writing_module
from katip.core.actor import OPERATOR, Actor, Proof
from katip.processes.errors import AlreadyDecidedError
from katip.processes.services.complete import steps_complete
from katip.registry.models import Professional
from katip.updates.models import MonthChunk, MonthRun
from katip.updates.plan.lines import lines_unpack
from katip.updates.services import month_apply, month_plan
from katip.updates.services.month_apply import chunk_apply, month_begin
from katip.updates.services.month_close import month_close
from tests.cast import World, decision
from tests.conftest import owner_connect
from tests.processes.test_concurrency import at_once
from tests.updates.monthly import (
    DAY,
    JULY,
    NEXT,
    carried,
    colleague_of,
    consents,
    outcomes,
    places_made,
    planned,
    served_by,
    staff,
    tell,
    waiting,
    written,
)
from tests.updates.test_meanwhile import SOON, proposed

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20
"""Seconds after which a thread that should have come on gives up."""


def begun(*, chunk: int = 2_000) -> MonthRun:
    run = planned(chunk=chunk)
    begun_run: MonthRun = month_begin(actor=OPERATOR, at=NEXT, run_id=run.pk)
    return begun_run


@contextmanager
def writing(monkeypatch: pytest.MonkeyPatch, run: MonthRun) -> Iterator[None]:
    """While the block runs, another hand has written its first chunk, and has not committed it."""
    there, go_on = threading.Event(), threading.Event()
    original = vars(month_apply)["totals_of"]

    def held(*args: Any) -> Any:
        if threading.current_thread() is hand:
            there.set()
            go_on.wait(PATIENCE)
        return original(*args)

    ended: list[object] = []

    def work() -> None:
        try:
            ended.append(chunk_apply(actor=OPERATOR, run_id=run.pk))
        finally:
            connection.close()

    monkeypatch.setattr(month_apply, "totals_of", held)
    hand = threading.Thread(target=work)
    hand.start()
    assert there.wait(PATIENCE)
    try:
        yield
    finally:
        go_on.set()
        hand.join(PATIENCE)
    assert ended == [True]


@contextmanager
def waiting_at_most(milliseconds: int) -> Iterator[None]:
    """A lock for which this session would wait longer is an error."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {milliseconds}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")


def waits_for_a_lock(work: Callable[[], object]) -> bool:
    with waiting_at_most(100):
        try:
            work()
        except OperationalError as error:
            return isinstance(error.__cause__, psycopg.errors.LockNotAvailable)
    return False


def test_an_approval_waits_for_a_chunk_with_the_same_professional_and_for_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = world.active(103)
    other = served_by(world, colleague_of(world), world.elsewhere, minutes=300)
    consents(world)
    tell({world.workplace: 15})
    run = begun()
    mine, beside = proposed(world, contract, 330), proposed(world, other, 310)
    with writing(monkeypatch, run):
        assert waits_for_a_lock(lambda: world.decide("owner", mine, at=SOON))
        with waiting_at_most(100):
            world.decide("stranger", beside, at=SOON)
    with pytest.raises(AlreadyDecidedError):  # the month took it back
        world.decide("owner", mine, at=SOON)
    assert Contract.objects.get(pk=contract.pk).versions.latest("no").minutes == 300
    assert Contract.objects.get(pk=other.pk).versions.latest("no").minutes == 310


def test_an_approval_that_is_not_committed_makes_the_chunk_wait_and_is_then_seen(world: World) -> None:
    contract = world.active()
    consents(world)
    update = proposed(world, contract, 310)
    tell({world.workplace: 15})
    run = begun()
    with owner_connect() as other:
        other.execute("BEGIN")
        other.execute("SELECT FROM registry_professional WHERE id = %s FOR NO KEY UPDATE", [contract.professional_id])
        assert waits_for_a_lock(lambda: chunk_apply(actor=OPERATOR, run_id=run.pk))
    world.decide("owner", update, at=SOON)
    written(run)
    assert outcomes(run) == []
    assert [version.minutes for version in contract.versions.order_by("no")] == [240, 310]


def test_an_approval_between_the_draft_and_the_lock_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = world.active()
    consents(world)
    update = proposed(world, contract, 310)
    tell({world.workplace: 15})
    run = begun()
    original, ended = vars(month_apply)["serving_read"], list[object]()

    def approved(*args: Any) -> Any:
        ended.extend(at_once(lambda: world.decide("owner", update, at=SOON)))
        return original(*args)

    monkeypatch.setattr(month_apply, "serving_read", approved)
    written(run)
    assert [isinstance(one, list) for one in ended] == [True]
    assert outcomes(run) == []
    assert [version.minutes for version in contract.versions.order_by("no")] == [240, 310]


def test_chunks_with_the_same_professionals_do_not_wait_for_each_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.active()
    served_by(world, world.professionals[103], world.elsewhere, minutes=240)
    tell({world.workplace: 15, world.elsewhere: 13})
    run = begun(chunk=1)
    with writing(monkeypatch, run), waiting_at_most(100):
        assert chunk_apply(actor=OPERATOR, run_id=run.pk)
        assert not chunk_apply(actor=OPERATOR, run_id=run.pk)  # the other is in another hand
    assert [outcome for _, outcome, _ in outcomes(run)] == ["asked", "asked"]


def test_who_serves_there_since_the_plan_is_locked_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.active()
    consents(world)
    tell({world.workplace: 15})
    who = colleague_of(world)
    run = begun()
    served_soon(world, who)
    original, locked = vars(month_apply)["lines_write"], []

    def watched(*args: Any, **kwargs: Any) -> Any:
        try:
            with owner_connect() as other:
                other.execute("SELECT FROM registry_professional WHERE id = %s FOR NO KEY UPDATE NOWAIT", [who.pk])
        except psycopg.errors.LockNotAvailable:
            locked.append(who.pk)
        return original(*args)

    monkeypatch.setattr(month_apply, "lines_write", watched)
    written(run)
    assert locked == [who.pk]


def served_soon(world: World, who: Professional) -> None:
    offered: Contract = world.offer(professional_id=who.pk, minutes=60, at=SOON)
    proof = Proof("totp", SOON)
    steps_complete(actor=Actor(who.person_id, proof=proof), at=SOON, decisions=[decision(offered)])
    world.decide("owner", offered, at=SOON)


def test_a_need_is_locked_before_its_process_as_an_answer_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.active()
    tell({world.workplace: 500})
    carried()
    need = Shortage.objects.get()
    tell({world.workplace: 12}, JULY)  # nobody else is needed any more: the month takes it back
    run = planned(at=NEXT + 30 * DAY, period=JULY)
    month_begin(actor=OPERATOR, at=NEXT + 30 * DAY, run_id=run.pk)
    locked: list[int] = []
    original = vars(writing_module)["processes_withdraw"]

    def watched(*args: Any, **kwargs: Any) -> Any:
        try:
            with owner_connect() as other:
                other.execute("SELECT FROM contracts_shortage WHERE id = %s FOR NO KEY UPDATE NOWAIT", [need.pk])
        except psycopg.errors.LockNotAvailable:
            locked.append(need.pk)
        return original(*args)

    monkeypatch.setattr(writing_module, "processes_withdraw", watched)
    written(run)
    need.refresh_from_db()
    assert (locked, need.is_open) == ([need.pk], False)


def test_several_hands_write_what_was_planned_each_line_once(world: World) -> None:
    places_made(world, 6)
    run = begun(chunk=1)
    expected = [
        row
        for chunk in MonthChunk.objects.filter(run=run).order_by("no")
        for row in lines_unpack(bytes(chunk.plan), chunk.plan_hash)
        .select("contract", "outcome", "reason", "minutes_after")
        .iter_rows()
        if row[1] != "kept"
    ]
    hands = [lambda: written(run)] * 3
    assert at_once(*hands) == [None] * 3
    found = MonthChange.objects.filter(run=run.pk).order_by("workplace_id", "contract_id")
    assert list(found.values_list("contract_id", "outcome", "reason", "minutes_after")) == expected
    ended = at_once(*[lambda: month_close(actor=OPERATOR, at=SOON, run_id=run.pk)] * 2)
    assert sorted(type(one).__name__ for one in ended) == ["MonthRun", "StaleStateError"]


def test_a_chunk_whose_hand_dies_is_open_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    run = begun()

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(month_apply, "totals_of", killed)
        with pytest.raises(KeyboardInterrupt):
            chunk_apply(actor=OPERATOR, run_id=run.pk)
    assert outcomes(run) == []
    written(run)
    assert outcomes(run) == [(contract.pk, "asked", "")]
    assert waiting(contract).terms["minutes"] == 300


def test_a_plan_is_made_from_one_snapshot_by_both_its_sessions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = world.active()
    consents(world)
    tell({world.workplace: 15})
    original, levels = vars(month_plan)["candidates_make"], []

    def then_changed(*args: Any, **kwargs: Any) -> None:
        original(*args, **kwargs)
        with owner_connect() as other:  # committed while the plan is made
            other.execute("UPDATE registry_staffcontract SET minutes = 240")
            other.execute("UPDATE contracts_contractversion SET minutes = 999")

    read = vars(month_plan)["workplaces_read"]

    def watched(*args: Any, **kwargs: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_isolation'), pg_backend_pid()")
            levels.append(cursor.fetchone())
        return read(*args, **kwargs)

    monkeypatch.setattr(month_plan, "candidates_make", then_changed)
    monkeypatch.setattr(month_plan, "workplaces_read", watched)
    run = planned()
    chunk = MonthChunk.objects.get(run=run)
    [line] = lines_unpack(bytes(chunk.plan), chunk.plan_hash).to_dicts()
    assert (line["contract"], line["outcome"], line["minutes_before"], line["staff"], line["free"]) == (
        contract.pk,
        "amended",
        240,
        11_700,
        11_460,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert levels == [("repeatable read", levels[0][1])]
        assert cursor.fetchone() != (levels[0][1],)


def test_staff_minutes_that_another_session_takes_away_are_seen(world: World) -> None:
    contract = world.active()
    consents(world)
    tell({world.workplace: 15})
    run = begun()
    at_once(lambda: staff(world.professionals[103], 299))
    written(run)
    assert outcomes(run) == [(contract.pk, "provider", "capacity_short")]
