"""Offering fallen offers anew in one run: each by itself, with the minutes that were shown, none twice."""

from datetime import timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.contracts.anew import fallen_named, offers_fallen
from katip.contracts.models import Contract, ContractAct
from katip.core.actor import Actor
from katip.processes.models import Outcome
from katip.registry.models import Headcount
from katip.rules import ContractState
from katip.runs.contract_rows import reoffers_asked
from katip.runs.kinds import kind_get
from katip.runs.models import RunRow
from tests.cast import AT, MINIMUM, World, workplace
from tests.runs.many import codes_of, run_drafted, run_through

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


def fallen(world: World, code: int = 103, **terms: Any) -> Contract:
    contract = world.offer(code, **terms)
    role = "specialist" if code == 103 else "physician"
    world.decide(role, contract, outcome=Outcome.REJECTED, reason="Bu işyerine gidemem.")
    contract.refresh_from_db()
    return contract


def test_every_fallen_offer_is_made_anew(world: World) -> None:
    """Two offers, two new processes at the first step, each linked to what it follows and recorded by itself."""
    old = [fallen(world), fallen(world, 140)]
    manager = world.actor("manager", at=LATER)
    found = offers_fallen(manager, LATER, limit=10)
    assert [one.pk for one in found] == [old[1].pk, old[0].pk]
    run = run_through(manager, LATER, run_drafted(manager, LATER, "reoffer", reoffers_asked(found, LATER)))
    assert codes_of(run) == {one.pk: "" for one in old}
    for one in old:
        anew = Contract.objects.get(predecessor=one)
        assert (anew.state, anew.minutes) == (ContractState.AWAITING_PROFESSIONAL, one.minutes)
        assert RunRow.objects.get(run=run, subject_id=one.pk).outcome.result_id == anew.pk
        assert ContractAct.objects.filter(contract=one, action="reoffer", detail__contract=anew.pk).count() == 1
        assert Event.objects.filter(tag="contract:offer:made", subject_id=anew.process_id).count() == 1
    assert offers_fallen(manager, LATER, limit=10) == []


def test_minutes_are_raised_where_the_law_asks_more_and_exactly_those_shown_are_offered(world: World) -> None:
    """What the person sees is the minimum of the day; where it grows before the run comes to it, nothing is offered."""
    one, other = fallen(world), fallen(world, 140)
    Headcount.objects.filter(workplace=world.workplace).update(employees=20)
    manager = world.actor("manager", at=LATER)
    rows = reoffers_asked([one, other], LATER)
    assert [row.params["minutes"] for row in rows] == [400, 200]
    run = run_drafted(manager, LATER, "reoffer", rows)
    Headcount.objects.filter(workplace=world.workplace).update(employees=30)
    assert set(codes_of(run_through(manager, LATER, run)).values()) == {"minutes_below_minimum"}
    again = kind_get("reoffer").rows_again(run, list(RunRow.objects.filter(run=run).order_by("no")), LATER)
    assert {row.subject_id: row.params["minutes"] for row in again} == {one.pk: 600, other.pk: 300}


def test_a_refused_row_keeps_no_other_back(world: World) -> None:
    """Minutes are spent in the rows' order: who comes too late is refused, and the rest stands."""
    places = [workplace(no) for no in range(10, 13)]
    old = [fallen(world, workplace_id=place.pk) for place in places]
    staff = world.professionals[103].staff_contracts.get()
    staff.minutes = 2 * MINIMUM[103]
    staff.save()
    manager = world.actor("manager", at=LATER)
    run = run_through(manager, LATER, run_drafted(manager, LATER, "reoffer", reoffers_asked(old, LATER)))
    assert list(codes_of(run).values()) == ["", "", "capacity_short"]
    assert (run.reached, run.refused) == (3, 1)
    assert not Contract.objects.filter(predecessor=old[2]).exists()


def test_an_offer_that_was_made_anew_meanwhile_is_not_made_twice(world: World) -> None:
    """By somebody else, or by another run over the same rows."""
    old = fallen(world)
    manager = world.actor("manager", at=LATER)
    first = run_drafted(manager, LATER, "reoffer", reoffers_asked([old], LATER))
    second = run_drafted(manager, LATER, "reoffer", reoffers_asked([old], LATER), {"note": "bir daha"})
    run_through(manager, LATER, first)
    assert codes_of(run_through(manager, LATER, second)) == {old.pk: "already_offered"}
    assert Contract.objects.filter(predecessor=old).count() == 1


def test_only_the_provider_that_offered_may(world: World) -> None:
    """A row that names another's provider, and a manager who was dismissed before the run came to it."""
    old = fallen(world)
    manager = world.actor("manager", at=LATER)
    asked = reoffers_asked([old], LATER)
    stranger = Actor(world.stranger.pk, proof=manager.proof)
    assert codes_of(run_through(stranger, LATER, run_drafted(stranger, LATER, "reoffer", asked))) == {
        old.pk: "mandate_ended"
    }
    run = run_drafted(manager, LATER, "reoffer", asked)
    world.manager.mandates.update(valid_to=(AT - timedelta(days=1)).date())
    assert codes_of(run_through(manager, LATER, run)) == {old.pk: "mandate_ended"}
    assert Contract.objects.count() == 1
    assert fallen_named(world.actor("owner"), [old.pk]) == [old]
