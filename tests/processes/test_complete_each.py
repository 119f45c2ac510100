"""Decisions that stand each for itself: what is refused stops nothing else, and leaves no trace."""

from typing import Any

import pytest
from django.db import transaction

from katip.audit.models import Event
from katip.contracts.models import Contract
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.processes.errors import AlreadyDecidedError
from katip.processes.models import Decision, Outcome, Process
from katip.processes.services.complete import Completed, StepDecision, steps_complete_each
from katip.registry.models import Mandate, StaffContract
from katip.rules import ContractState, RuleViolation
from tests.cast import AT, LONG_AGO, World, decision, e_bildirge, workplace

pytestmark = pytest.mark.django_db


def each(world: World, role: str, *decisions: StepDecision) -> Completed:
    with transaction.atomic():
        return steps_complete_each(actor=world.actor(role), at=AT, decisions=decisions)


def row(contract: Contract) -> dict[str, Any]:
    return dict(Process.objects.values().get(pk=contract.process_id))


def test_one_that_the_law_refuses_stops_no_other_and_is_left_as_it_was(world: World) -> None:
    lawful, unlawful = world.accepted(140), world.accepted(103)
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=1)
    before = row(unlawful)
    done = each(world, "owner", decision(lawful), decision(unlawful))
    assert [move.process.pk for move in done.moved] == [lawful.process_id]
    violation = done.refused[unlawful.process_id]
    assert isinstance(violation, RuleViolation)
    assert row(unlawful) == before
    assert not Decision.objects.filter(step__process=unlawful.process_id, outcome="approved", person=world.owner)
    states = dict(Contract.objects.values_list("pk", "state"))
    assert states == {lawful.pk: ContractState.ACTIVE, unlawful.pk: ContractState.AWAITING_EMPLOYER}
    world.owner.refresh_from_db()
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=11_700)
    assert each(world, "owner", decision(unlawful)).refused == {}


@pytest.mark.parametrize(
    ("seen", "error"),
    [
        ({"version": 7}, AlreadyDecidedError),
        ({"terms_hash": "0" * 64}, StaleStateError),
    ],
)
def test_what_changed_since_it_was_shown_is_refused_alone(
    world: World, seen: dict[str, Any], error: type[Exception]
) -> None:
    first, second = world.accepted(103), world.accepted(140)
    done = each(world, "owner", decision(first, **seen), decision(second))
    assert {pk: type(why) for pk, why in done.refused.items()} == {first.process_id: error}
    assert [move.process.pk for move in done.moved] == [second.process_id]


def test_one_employers_decisions_reach_all_their_workplaces_and_no_other(world: World) -> None:
    third = workplace(3)
    e_bildirge(world.owner, third)
    here = world.accepted(103)
    there = world.accepted(103, workplace_id=third.pk)
    foreign = world.accepted(103, workplace_id=world.elsewhere.pk)
    last = Event.objects.latest("pk").pk
    done = each(world, "owner", decision(here), decision(there), decision(foreign))
    assert {move.process.pk for move in done.moved} == {here.process_id, there.process_id}
    assert isinstance(done.refused[foreign.process_id], PermissionRefusedError)
    events = Event.objects.filter(pk__gt=last, tag="process:step:approved").values_list("subject_id", "organisation_id")
    assert dict(events) == {here.process_id: world.workplace.pk, there.process_id: third.pk}


def test_an_ended_mandate_refuses_its_own_workplace_alone(world: World) -> None:
    third = workplace(3)
    e_bildirge(world.owner, third)
    here, there = world.accepted(103), world.accepted(103, workplace_id=third.pk)
    Mandate.objects.filter(person=world.owner, workplace=third).update(valid_from=LONG_AGO, valid_to=LONG_AGO)
    done = each(world, "owner", decision(here), decision(there))
    refused = done.refused[there.process_id]
    assert isinstance(refused, PermissionRefusedError)
    assert refused.code == "mandate_ended"
    assert [move.process.pk for move in done.moved] == [here.process_id]


def test_minutes_are_spent_once_within_a_batch(world: World) -> None:
    """Two approvals that together overdraw a professional: the first stands, the second does not."""
    third = workplace(3)
    e_bildirge(world.owner, third)
    first, second = world.accepted(103), world.accepted(103, workplace_id=third.pk)
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=first.minutes)
    done = each(world, "owner", decision(first), decision(second))
    assert [move.process.pk for move in done.moved] == [first.process_id]
    assert isinstance(done.refused[second.process_id], RuleViolation)


def test_rejections_stand_beside_approvals(world: World) -> None:
    first, second = world.accepted(103), world.accepted(140)
    reason = "Bu sözleşmeyi istemiyoruz."
    done = each(world, "owner", decision(first, outcome=Outcome.REJECTED, reason=reason), decision(second))
    assert done.refused == {}
    states = dict(Contract.objects.values_list("pk", "state"))
    assert states == {first.pk: ContractState.REJECTED, second.pk: ContractState.ACTIVE}


def test_unknown_processes_and_nothing_at_all_are_told_apart(world: World) -> None:
    done = each(world, "owner", StepDecision(10**9, 1, "0" * 64))
    assert isinstance(done.refused[10**9], PermissionRefusedError)
    assert each(world, "owner").moved == []


def test_without_a_second_step_nothing_is_decided(world: World) -> None:
    contract = world.accepted()
    with pytest.raises(PermissionRefusedError, match="no_second_step"), transaction.atomic():
        steps_complete_each(actor=world.actor("owner", proof=False), at=AT, decisions=[decision(contract)])


def test_what_the_law_refuses_takes_no_minutes_from_those_after_it(world: World) -> None:
    third = workplace(3)
    e_bildirge(world.owner, third)
    large = world.accepted(103, minutes=9_000)
    small = world.accepted(103, workplace_id=third.pk)
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=small.minutes)
    done = each(world, "owner", decision(large), decision(small))
    assert list(done.refused) == [large.process_id]
    assert [move.process.pk for move in done.moved] == [small.process_id]
