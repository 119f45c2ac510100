"""Ending many contracts in one run: by the provider, or by one e-Bildirge user for many workplaces."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from katip.audit.models import Event, EventDetail
from katip.contracts.anew import running
from katip.contracts.fitness import fitness_of, workplaces_lacking
from katip.contracts.models import Contract, ContractAct
from katip.contracts.services.end import contract_end
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.processes.services.complete import steps_complete
from katip.registry.models import Headcount
from katip.rules import ContractState, EndReason, Profession
from katip.runs.contract_rows import ends_asked
from katip.runs.kinds import kind_get
from katip.runs.models import RunRow
from tests.cast import AT, World, decision, e_bildirge, workplace
from tests.runs.many import codes_of, run_drafted, run_through

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=40)
NOTE = "İşyeri hizmeti başka kurumdan alacak."


def params(last_day: date) -> dict[str, str]:
    return {"last_day": last_day.isoformat(), "note": NOTE}


def many(world: World) -> list[Contract]:
    """A contract of the owner's workplace, and of one more that the owner files for."""
    second = workplace(20)
    e_bildirge(world.owner, second)
    owner = replace(world.actor("owner"), organisation_id=second.pk)
    there = world.accepted(140, workplace_id=second.pk)
    steps_complete(actor=owner, at=AT, decisions=[decision(there)])
    return [world.active(), there]


def active(world: World) -> Contract:
    contract = world.active()
    contract.refresh_from_db()
    return contract


def test_a_provider_ends_many_today(world: World) -> None:
    """All end at once, each with its act and its event."""
    contracts = [world.active(), world.active(140)]
    manager = world.actor("manager", at=LATER)
    rows = ends_asked(running(manager, LATER, limit=10), Capacity.PROVIDER)
    run = run_through(manager, LATER, run_drafted(manager, LATER, "end", rows, params(day_of(LATER))))
    assert codes_of(run) == {one.pk: "" for one in contracts}
    for one in contracts:
        one.refresh_from_db()
        assert (one.state, one.end_reason, one.end_note) == (ContractState.ENDED, EndReason.BY_PROVIDER, NOTE)
        assert ContractAct.objects.filter(contract=one, action="end", person=world.manager).count() == 1
        event = Event.objects.get(tag="contract:end:made", subject_id=one.pk)
        assert EventDetail.objects.get(event=event).body["note"] == NOTE
    assert running(manager, LATER, limit=10) == []


def test_one_user_ends_contracts_of_many_workplaces(world: World) -> None:
    """Every mandate is asked when the run comes to it; one that ended keeps only its own row back."""
    contracts = many(world)
    owner = world.actor("owner", at=LATER)
    rows = ends_asked(running(owner, LATER, limit=10), Capacity.WORKPLACE)
    assert {row.organisation_id for row in rows} == {one.workplace_id for one in contracts}
    last_day = day_of(LATER) + timedelta(days=10)
    run = run_drafted(owner, LATER, "end", rows, params(last_day))
    world.owner.mandates.filter(workplace=contracts[1].workplace).update(valid_to=day_of(AT))
    run = run_through(owner, LATER, run)
    assert codes_of(run) == {contracts[0].pk: "", contracts[1].pk: "mandate_ended"}
    contracts[0].refresh_from_db()
    assert (contracts[0].state, contracts[0].ends_on) == (ContractState.ACTIVE, last_day)
    event = Event.objects.get(tag="contract:end:announced", subject_id=contracts[0].pk)
    assert (event.organisation_id, event.capacity) == (contracts[0].workplace_id, "workplace")
    assert (
        kind_get("end").rows_again(run, list(RunRow.objects.filter(run=run, subject_id=contracts[1].pk)), LATER) == []
    )


def test_a_contract_that_changed_since_it_was_shown_is_not_ended(world: World) -> None:
    """An end announced meanwhile, by whomever: the person saw another contract."""
    contract = active(world)
    manager = world.actor("manager", at=LATER)
    first = run_drafted(manager, LATER, "end", ends_asked([contract], Capacity.PROVIDER), params(date(2025, 9, 1)))
    second = run_drafted(manager, LATER, "end", ends_asked([contract], Capacity.PROVIDER), params(date(2025, 8, 1)))
    assert codes_of(run_through(manager, LATER, first)) == {contract.pk: ""}
    assert codes_of(run_through(manager, LATER, second)) == {contract.pk: "end_announced"}
    contract.refresh_from_db()
    assert contract.ends_on == date(2025, 9, 1)
    third = run_drafted(manager, LATER, "end", ends_asked([contract], Capacity.PROVIDER), params(date(2025, 7, 30)))
    stranger = world.actor("stranger", at=LATER)
    fourth = run_drafted(stranger, LATER, "end", ends_asked([contract], Capacity.WORKPLACE), params(day_of(LATER)))
    contract_end(actor=manager, at=LATER, contract_id=contract.pk, last_day=day_of(LATER), note=NOTE)
    assert codes_of(run_through(manager, LATER, third)) == {contract.pk: "action_not_allowed"}
    assert codes_of(run_through(stranger, LATER, fourth)) == {contract.pk: "mandate_ended"}


def test_what_would_be_missing_is_judged_for_all_workplaces_at_once(
    world: World, django_assert_num_queries: Any
) -> None:
    """What stays covers its profession; where nobody is employed, nothing is owed."""
    contracts = many(world)
    assert {one.fit for one in Contract.objects.filter(pk__in=[one.pk for one in contracts])} == {"fit"}
    ids = [one.pk for one in contracts]
    with django_assert_num_queries(2):
        assert workplaces_lacking(ids, LATER) == {one.workplace_id for one in contracts}
    assert workplaces_lacking(ids[:1], LATER) == {contracts[0].workplace_id}
    Headcount.objects.filter(workplace=contracts[1].workplace_id).update(employees=0)
    assert workplaces_lacking(ids, LATER) == {contracts[0].workplace_id}
    assert workplaces_lacking([], LATER) == set()
    kept = fitness_of([contracts[0].workplace_id], LATER, without=ids[1:])[contracts[0].workplace_id]
    assert kept.fitness(Profession.SAFETY_SPECIALIST) == "fit"


def test_nobody_ends_what_is_not_theirs(world: World) -> None:
    """Strangers' rows are refused, without a second step nothing is even kept, and a day in the past ends nothing."""
    contract = active(world)
    rows = ends_asked([contract], Capacity.WORKPLACE)
    stranger = world.actor("stranger", at=LATER)
    run = run_drafted(stranger, LATER, "end", rows, params(day_of(LATER)))
    assert codes_of(run_through(stranger, LATER, run)) == {contract.pk: "mandate_ended"}
    owner = world.actor("owner", at=LATER)
    run = run_drafted(owner, LATER, "end", rows, params(day_of(LATER) - timedelta(days=1)))
    assert codes_of(run_through(owner, LATER, run)) == {contract.pk: "end_in_past"}
    with pytest.raises(PermissionRefusedError, match="no_second_step"):
        run_drafted(Actor(world.owner.pk), LATER, "end", rows, params(day_of(LATER)))
    contract.refresh_from_db()
    assert contract.state == ContractState.ACTIVE


def test_the_same_contracts_in_anothers_name_are_another_draft(world: World) -> None:
    """Who files for a workplace and manages the provider, too, ends a contract in the name that they chose."""
    e_bildirge(world.manager, world.workplace)
    contract = world.active()
    manager = world.actor("manager")
    as_employer = replace(manager, capacity=Capacity.WORKPLACE, organisation_id=world.workplace.pk)
    drafts = []
    for actor in (as_employer, manager, as_employer):
        rows = ends_asked([contract], actor.capacity)
        drafts.append(run_drafted(actor, AT, "end", rows, params(day_of(LATER))).pk)
    assert drafts[0] == drafts[2] != drafts[1]
    assert RunRow.objects.get(run=drafts[1]).capacity == Capacity.PROVIDER
