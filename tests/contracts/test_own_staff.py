"""Own staff: who may assign whom, what the statute and the register refuse, what it becomes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from katip.audit.models import Event
from katip.contracts.models import Contract, ContractVersion
from katip.core.errors import PermissionRefusedError
from katip.processes.models import Outcome, PartyKind, Process, ProcessState
from katip.processes.services.cancel import process_withdraw
from katip.registry.models import Certificate, Mandate, Professional, Workplace
from katip.rules import ContractForm, ContractState, Profession, RuleViolation
from tests.cast import AT, VERY_HAZARDOUS, World
from tests.contracts.people import People, answer, in_person, people_make


@pytest.fixture
def people(world: World) -> People:
    return people_make(world)


def test_an_employee_accepts_and_serves_from_that_moment(people: People) -> None:
    contract = people.assign()
    process = contract.process
    assert (contract.form, contract.provider_id, contract.state) == (
        ContractForm.OWN_STAFF,
        None,
        ContractState.AWAITING_PROFESSIONAL,
    )
    assert (process.code, process.waits_for, process.waits_for_person_id, process.proposed_by) == (
        9002,
        PartyKind.PROFESSIONAL,
        people.employee.pk,
        PartyKind.EMPLOYER,
    )
    assert process.terms["provider"] is None
    assert people.employee.national_id not in str(process.terms)
    answer(people.employee, process)
    contract.refresh_from_db()
    assert (contract.state, contract.active_from, contract.fit) == (ContractState.ACTIVE, AT, "fit")
    assert ContractVersion.objects.get(contract=contract).minutes == 240


def test_full_time_own_staff_needs_no_minutes_of_a_provider(people: People) -> None:
    contract = people.assign(assignment_type="full_time", minutes=11_700)
    answer(people.employee, contract.process)
    contract.refresh_from_db()
    assert (contract.state, contract.assignment_type) == (ContractState.ACTIVE, "full_time")


def test_own_staff_and_a_providers_contract_reach_the_minimum_together(people: People) -> None:
    people.world.active(minutes=240)
    assert people.assign(minutes=1).minutes == 1


def test_the_employee_may_refuse_and_the_employer_take_back(people: People) -> None:
    contract = people.assign()
    answer(people.employee, contract.process, outcome=Outcome.REJECTED, reason="Bu görevi yürütemem.")
    contract.refresh_from_db()
    assert contract.state == ContractState.REJECTED
    second = people.assign()
    process_withdraw(actor=people.world.actor("colleague"), at=AT, process_id=second.process_id, version=1)
    second.refresh_from_db()
    assert second.state == ContractState.WITHDRAWN


def _closed(people: People) -> dict[str, Any]:
    Workplace.objects.filter(pk=people.world.workplace.pk).update(closed_on=date(2025, 6, 1))
    return {}


def _very_hazardous(people: People) -> dict[str, Any]:
    Workplace.objects.filter(pk=people.world.workplace.pk).update(activity_id=VERY_HAZARDOUS)
    return {"minutes": 480}


def _expired(_: People) -> dict[str, Any]:
    Certificate.objects.update(valid_to=date(2025, 6, 1))
    return {}


def _suspended(_: People) -> dict[str, Any]:
    Professional.objects.update(suspended_on=date(2025, 6, 1))
    return {}


def _waiting(people: People) -> dict[str, Any]:
    people.assign()
    return {}


def _running(people: People) -> dict[str, Any]:
    answer(people.employee, people.assign().process)
    return {}


REFUSALS: list[tuple[str, Callable[[People], dict[str, Any]]]] = [
    ("person_unknown", lambda _: {"national_id": "10000000146"}),
    ("not_certified", lambda people: {"national_id": people.candidate.national_id}),
    ("no_certificate", lambda _: {"profession": Profession.WORKPLACE_PHYSICIAN}),
    ("minutes_range", lambda _: {"minutes": 0}),
    ("minutes_range", lambda _: {"minutes": 44_641, "assignment_type": "full_time"}),
    ("minutes_below_minimum", lambda _: {"minutes": 239}),
    ("workplace_closed", _closed),
    ("certificate_unfit", _very_hazardous),
    ("certificate_expired", _expired),
    ("professional_suspended", _suspended),
    ("already_offered", _waiting),
    ("already_live", _running),
]


@pytest.mark.parametrize(("code", "arrange"), REFUSALS)
def test_what_the_statute_and_the_register_refuse(
    people: People, code: str, arrange: Callable[[People], dict[str, Any]]
) -> None:
    terms = arrange(people)
    before = (Contract.objects.count(), Process.objects.count(), Event.objects.count())
    with pytest.raises(RuleViolation) as refused:
        people.assign(**terms)
    assert refused.value.code == code
    assert (Contract.objects.count(), Process.objects.count(), Event.objects.count()) == before


def test_what_the_law_refuses_when_it_is_accepted_stays_waiting(people: People) -> None:
    contract = people.assign()
    _expired(people)
    with pytest.raises(RuleViolation, match="certificate_expired"):
        answer(people.employee, contract.process)
    assert Process.objects.get(pk=contract.process_id).state == ProcessState.OPEN


@pytest.mark.parametrize("who", ["manager", "specialist", "ended", "no_proof"])
def test_only_the_workplaces_user_assigns(people: People, who: str) -> None:
    world = people.world
    actor = world.actor(who) if who in {"manager", "specialist"} else world.actor("owner", proof=who != "no_proof")
    if who == "ended":
        Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 1))
    with pytest.raises(PermissionRefusedError):
        people.assign(actor=actor)
    assert not Process.objects.exists()


@pytest.mark.parametrize("who", ["specialist", "owner", "candidate"])
def test_only_the_employee_accepts(people: People, who: str) -> None:
    contract = people.assign()
    someone = people.candidate if who == "candidate" else getattr(people.world, who)
    with pytest.raises(PermissionRefusedError):
        answer(someone, contract.process)
    assert in_person(someone).person_id != people.employee.pk
