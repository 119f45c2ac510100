"""A state machine that drives the services on the real database, step by step and at once."""

import random
import threading
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from katip.contracts.models import ContractAct
from tests.cast import World, world_make
from tests.contracts.play import ROLES, Play, clean
from tests.undo import undone

roles = st.sampled_from(ROLES)
parties = st.sampled_from(("manager", "owner", "specialist", "physician"))
places = st.integers(0, 5)


class Machine(RuleBasedStateMachine):
    """One world in one transaction that is taken back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()

    @initialize()
    def begin(self) -> None:
        deadline = django_settings.KATIP.model_copy(update={"approval_deadline_days": 5})
        self.stack.enter_context(override_settings(KATIP=deadline))
        self.stack.enter_context(undone())
        self.play = Play(world_make())
        clean(self.play.world)

    def teardown(self) -> None:
        self.stack.close()

    def chosen(self, place: int) -> Any:
        return self.play.contract(lambda count: place % count)

    @rule(role=st.sampled_from(("manager", "manager", "owner")), code=st.sampled_from((103, 140)), here=st.booleans(),
          minutes=st.sampled_from((119, 120, 240, 300)))  # fmt: skip
    def offer(self, role: str, code: int, here: bool, minutes: int) -> None:
        self.play.offer(role, code, here, minutes)

    @rule(role=roles, place=places, approve=st.sampled_from((True, True, False)))
    def answer(self, role: str, place: int, approve: bool) -> None:
        if contract := self.chosen(place):
            self.play.answer(role, contract, approve)

    @rule(place=places)
    def answer_rightly(self, place: int) -> None:
        if contract := self.chosen(place):
            for role in ROLES:
                if contract.state.startswith("awaiting"):
                    self.play.answer(role, contract, approve=True)
                    contract.refresh_from_db()

    @rule(role=roles, place=places)
    def withdraw(self, role: str, place: int) -> None:
        if contract := self.chosen(place):
            self.play.withdraw(role, contract)

    @rule(role=parties, place=places, days=st.sampled_from((0, 0, 4, 40)))
    def end(self, role: str, place: int, days: int) -> None:
        if contract := self.chosen(place):
            self.play.end(role, contract, days)

    @rule(role=parties, place=places)
    def revoke(self, role: str, place: int) -> None:
        if contract := self.chosen(place):
            self.play.revoke(role, contract)

    @rule(role=st.sampled_from(("manager", "owner", "stranger")), place=places)
    def reoffer(self, role: str, place: int) -> None:
        if contract := self.chosen(place):
            self.play.reoffer(role, contract)

    @rule(role=roles, place=places, minutes=st.sampled_from((100, 240, 260, 300, 480)))
    def propose(self, role: str, place: int, minutes: int) -> None:
        if contract := self.chosen(place):
            self.play.propose(role, contract, minutes)

    @rule(role=parties, place=places, approve=st.sampled_from((True, True, False)))
    def answer_update(self, role: str, place: int, approve: bool) -> None:
        if contract := self.chosen(place):
            self.play.answer_update(role, contract, approve)

    @rule(employees=st.sampled_from((12, 12, 15, 0)))
    def headcount(self, employees: int) -> None:
        self.play.headcount(employees)

    @rule(days=st.sampled_from((1, 3, 9, 31)))
    def days_pass(self, days: int) -> None:
        self.play.days_pass(days)

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "play"):
            self.play.holds()


@pytest.mark.django_db
def test_whatever_the_cast_does_in_turn() -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_cast_does_at_once(world: World, seed: int) -> None:
    clean(world)
    plays = [Play(world) for _ in range(4)]
    broken: list[BaseException] = []

    def act(play: Play, number: int) -> None:
        dice = random.Random(seed * 100 + number)  # noqa: S311 -- chance that can be repeated
        try:
            for _ in range(60):
                try:
                    play.move_at_random(dice)
                except AssertionError:
                    continue  # what another thread did in between: the end is what is looked at
        except BaseException as error:  # noqa: BLE001 -- a deadlock or a broken constraint is what this looks for
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(play, number)) for number, play in enumerate(plays)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    assert not broken
    acts = set(ContractAct.objects.values_list("action", flat=True))
    assert {"offer", "accept", "approve", "end"} <= acts
    plays[0].holds(judged=False)
