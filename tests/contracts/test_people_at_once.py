"""Two at once, with real connections: nobody's minutes, days or workplaces are given away twice."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest

from katip.contracts.kinds import staff as staff_kind
from katip.contracts.kinds import undertaking as undertaking_kind
from katip.contracts.kinds.staff import minutes_needed
from katip.contracts.models import Undertaking, UndertakingState
from katip.contracts.services import appointment as appointment_service
from katip.contracts.services import staff as staff_service
from katip.contracts.services.staff import staff_end
from katip.core.actor import Actor, Capacity, Proof
from katip.core.usecase import use_case
from katip.processes.models import Process, ProcessState
from katip.processes.services import complete
from katip.processes.services.open import process_open
from katip.registry.models import Provider, StaffContract
from katip.rules import RuleViolation, UndertakerQuality
from tests.cast import AT, LOW, World, e_bildirge, workplace
from tests.conftest import owner_connect
from tests.contracts.people import People, in_person, people_make, shown
from tests.processes.test_concurrency import at_once, meet_after

pytestmark = pytest.mark.django_db(transaction=True)

MEETING = 2
"""Seconds that a thread waits where, with the lock in place, the other cannot come."""


@pytest.fixture
def people(world: World) -> People:
    return people_make(world)


def codes(ended: list[object]) -> list[str]:
    """How those ended that were refused."""
    assert all(isinstance(one, RuleViolation) or not isinstance(one, Exception) for one in ended), ended
    return [one.code for one in ended if isinstance(one, RuleViolation)]


def accept(actor: Actor, process: Process) -> Callable[[], object]:
    seen = shown(process)
    return lambda: complete.steps_complete(actor=actor, at=AT, decisions=[seen])


def test_of_two_overlapping_staff_contracts_one_comes_into_force(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = people.propose()
    second = _another_proposal(first)
    meet_after(monkeypatch, staff_kind, "_require_apart", patience=MEETING)
    actor = in_person(people.employee)
    ended = at_once(accept(actor, first), accept(actor, second))
    assert codes(ended) == ["staff_overlaps"]
    assert StaffContract.objects.filter(professional__person=people.employee).count() == 1


def _another_proposal(first: Process) -> Process:
    """The same proposal once more, as if the register had not refused it."""

    @use_case
    def again(*, actor: Actor) -> Process:
        return process_open(
            actor=actor,
            at=AT,
            kind=staff_kind.StaffContractKind(),
            provider_id=first.provider_id,
            person_id=first.waits_for_person_id,
            terms=first.terms,
        )

    made: Process = again(actor=Actor(first.created_by_id))
    return made


def test_of_two_proposals_to_one_professional_one_waits(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after(monkeypatch, staff_service, "require_staff_lawful", patience=MEETING)
    ended = at_once(people.propose, people.propose)
    assert codes(ended) == ["staff_proposed"]
    assert Process.objects.filter(code=9004, state=ProcessState.OPEN).count() == 1


def test_ending_a_staff_contract_holds_the_professional_while_minutes_are_counted(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = people.world
    world.active(minutes=300)
    staff = StaffContract.objects.get(professional=world.professionals[103])
    original, locked = minutes_needed, []

    def watched(*args: Any) -> Any:
        with owner_connect() as other, pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(
                "SELECT FROM registry_professional WHERE id = %s FOR NO KEY UPDATE NOWAIT", [staff.professional_id]
            )
        locked.append(True)
        return original(*args)

    monkeypatch.setattr(staff_service, "minutes_needed", watched)
    with pytest.raises(RuleViolation, match="staff_minutes_needed"):
        staff_end(actor=world.actor("manager"), at=AT, staff_id=staff.pk, last_day=date(2025, 6, 2))
    assert locked == [True]


def test_a_deputy_who_accepts_two_at_once_undertakes_one(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = people.world.owner
    there = workplace(70, employees=7, activity=LOW)
    e_bildirge(owner, there)
    terms: dict[str, Any] = {"quality": UndertakerQuality.DEPUTY}
    waiting = [
        people.undertake(**terms),
        people.undertake(actor=Actor(owner.pk, Capacity.WORKPLACE, there.pk, Proof("totp", AT)), **terms),
    ]
    meet_after(monkeypatch, undertaking_kind, "undertakings_judge", patience=MEETING)
    ended = at_once(*(accept(in_person(owner), one.process) for one in waiting))
    assert codes(ended) == ["undertaking_deputy_one"]
    assert Undertaking.objects.filter(state=UndertakingState.ACTIVE).count() == 1


def test_of_two_who_register_one_undertaking_waits(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    from katip.contracts.services import undertaking as undertaking_service

    meet_after(monkeypatch, undertaking_service, "person_named", patience=MEETING)
    ended = at_once(people.undertake, people.undertake)
    assert codes(ended) == ["undertaking_exists"]
    assert Undertaking.objects.count() == Process.objects.count() == 1


def test_of_two_who_appoint_one_waits(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after(monkeypatch, appointment_service, "require_appointable", patience=MEETING)
    ended = at_once(people.appoint, people.appoint)
    assert codes(ended) == ["appointment_proposed"]
    assert Process.objects.filter(code=9005).count() == 1
    assert Provider.objects.get().workplace_id == people.own.pk
