"""What is decided together is judged together: nobody's minutes are spent twice within one batch."""

from typing import Any

import pytest

from katip.contracts.models import Contract, DurationUpdate
from katip.contracts.services.update import update_propose
from katip.registry.models import StaffContract
from katip.rules import RuleViolation
from tests.cast import AT, World, e_bildirge
from tests.contracts.people import answer, people_make


@pytest.fixture
def world(world: World) -> World:
    """The owner files for the workplace elsewhere, too."""
    e_bildirge(world.owner, world.elsewhere)
    return world


def staffed(world: World, minutes: int) -> None:
    world.professionals[103].staff_contracts.update(minutes=minutes)


def propose(world: World, contract: Contract, minutes: int) -> DurationUpdate:
    update: DurationUpdate = update_propose(
        actor=world.actor("manager"), at=AT, contract_id=contract.pk, minutes=minutes
    )
    return update


def test_offers_that_together_exceed_the_minutes_are_not_approved_together(world: World) -> None:
    here, there = world.accepted(), world.accepted(workplace_id=world.elsewhere.pk)
    staffed(world, 479)
    with pytest.raises(RuleViolation, match="capacity_short") as refused:
        world.decide("owner", here, there)
    assert refused.value.facts["short_by"] == 1
    assert not Contract.objects.filter(state="active").exists()
    staffed(world, 480)
    world.decide("owner", here, there)
    assert Contract.objects.filter(state="active").count() == 2


def test_nobody_becomes_full_time_at_two_workplaces_in_one_batch(world: World) -> None:
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=20_000)
    full: dict[str, Any] = {"assignment_type": "full_time", "minutes": 7_900}
    here, there = world.accepted(**full), world.accepted(workplace_id=world.elsewhere.pk, **full)
    with pytest.raises(RuleViolation, match="full_time_elsewhere"):
        world.decide("owner", here, there)


def test_own_staff_become_full_time_once(world: World) -> None:
    people = people_make(world)
    full: dict[str, Any] = {"assignment_type": "full_time", "minutes": 11_700}
    here, there = people.assign(**full), people.assign(actor=people.small_actor(), **full)
    with pytest.raises(RuleViolation, match="full_time_elsewhere"):
        answer(people.employee, here.process, there.process)


def test_updates_that_together_exceed_the_minutes_are_not_approved_together(world: World) -> None:
    here, there = world.active(), world.active(workplace_id=world.elsewhere.pk)
    staffed(world, 600)
    updates = propose(world, here, 350), propose(world, there, 350)
    with pytest.raises(RuleViolation, match="capacity_short") as refused:
        world.decide("owner", *updates)
    assert refused.value.facts["short_by"] == 100
    staffed(world, 700)
    world.decide("owner", *updates)


def test_an_update_and_an_offer_are_judged_one_after_the_other(world: World) -> None:
    here, there = world.active(), world.accepted(workplace_id=world.elsewhere.pk)
    staffed(world, 500)
    update = propose(world, here, 261)
    with pytest.raises(RuleViolation, match="capacity_short") as refused:
        world.decide("owner", update, there)
    assert refused.value.facts["short_by"] == 1
    here.refresh_from_db()
    assert here.versions.count() == 1
    staffed(world, 501)
    world.decide("owner", update, there)


def test_who_only_accepts_takes_nothing_yet(world: World) -> None:
    here, there = world.offer(), world.offer(workplace_id=world.elsewhere.pk)
    staffed(world, 300)
    world.decide("specialist", here, there)
    assert Contract.objects.filter(state="awaiting_employer").count() == 2
