"""Staff contracts: proposed by the provider, accepted by the professional, ended by either while nothing needs them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.contracts.models import Contract
from katip.contracts.people import StaffKey, staff_of, staff_waiting
from katip.contracts.services.end import contract_end
from katip.contracts.services.staff import staff_end
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.processes.models import Outcome, PartyKind, Process, ProcessState
from katip.processes.services.cancel import process_withdraw
from katip.registry.models import Certificate, Mandate, Professional, Provider, StaffContract
from katip.rules import RuleViolation
from tests.cast import AT, LONG_AGO, World, e_bildirge, person, professional, workplace
from tests.contracts.people import People, answer, in_person, people_make

TODAY = date(2025, 6, 2)


@pytest.fixture
def people(world: World) -> People:
    return people_make(world)


def mine(people: People) -> StaffContract:
    return StaffContract.objects.get(professional__person=people.employee)


def test_what_the_professional_accepts_is_the_source_of_capacity(people: People) -> None:
    process = people.propose()
    assert (process.code, process.waits_for, process.waits_for_person_id, process.proposed_by) == (
        9004,
        PartyKind.PERSON,
        people.employee.pk,
        PartyKind.PROVIDER,
    )
    assert process.terms["certificates"][0]["number"] == "ÖRNEK-ÇALIŞAN"
    assert people.employee.national_id not in str(process.terms)
    assert not StaffContract.objects.filter(professional__person=people.employee).exists()
    answer(people.employee, process)
    made = mine(people)
    assert (made.provider_id, made.minutes, made.valid_from, made.valid_to) == (
        people.world.provider.pk,
        6_000,
        TODAY,
        None,
    )
    assert people.world.offer(professional_id=made.professional_id, minutes=240).minutes == 240
    assert Event.objects.get(tag="registry:staff:agreed").subject_id == made.pk


def test_it_begins_on_its_first_day_and_never_before_it_was_accepted(people: People) -> None:
    process = people.propose(last_day=date(2025, 12, 31))
    answer(people.employee, process, at=AT + timedelta(days=3))
    assert (mine(people).valid_from, mine(people).valid_to) == (date(2025, 6, 5), date(2025, 12, 31))


def test_one_that_comes_later_gives_no_minutes_today(people: People) -> None:
    answer(people.employee, people.propose(first_day=date(2025, 7, 1)))
    with pytest.raises(RuleViolation, match="capacity_short"):
        people.world.offer(professional_id=mine(people).professional_id, minutes=240)


@pytest.mark.parametrize("how", ["rejected", "withdrawn"])
def test_what_is_refused_or_taken_back_leaves_nothing(people: People, how: str) -> None:
    process = people.propose()
    if how == "rejected":
        answer(people.employee, process, outcome=Outcome.REJECTED, reason="Başka bir kurumla anlaştım.")
    else:
        process_withdraw(actor=people.world.actor("manager"), at=AT, process_id=process.pk, version=1)
    assert not StaffContract.objects.filter(professional__person=people.employee).exists()
    assert Process.objects.get(pk=process.pk).state == how
    assert people.propose().pk != process.pk


def _suspended(model: Any) -> Callable[[People], dict[str, Any]]:
    def change(_: People) -> dict[str, Any]:
        model.objects.update(suspended_on=TODAY)
        return {}

    return change


def _expired(_: People) -> dict[str, Any]:
    Certificate.objects.update(valid_to=date(2025, 6, 1))
    return {}


def _stands(first_day: date, last_day: date | None) -> Callable[[People], dict[str, Any]]:
    def agree(people: People) -> dict[str, Any]:
        StaffContract.objects.create(
            provider=people.world.provider,
            professional=people.employee.professional,
            minutes=100,
            valid_from=first_day,
            valid_to=last_day,
        )
        return {"first_day": date(2025, 7, 1), "last_day": date(2025, 8, 31)}

    return agree


def _proposed(people: People) -> dict[str, Any]:
    people.propose()
    return {"first_day": date(2026, 1, 1)}


REFUSALS: list[tuple[str, Callable[[People], dict[str, Any]]]] = [
    ("person_unknown", lambda _: {"national_id": "10000000146"}),
    ("not_certified", lambda people: {"national_id": people.candidate.national_id}),
    ("not_certified", _expired),
    ("first_day_in_past", lambda _: {"first_day": date(2025, 6, 1)}),
    ("staff_minutes", lambda _: {"minutes": 0}),
    ("staff_minutes", lambda _: {"minutes": 44_641}),
    ("staff_period_over", lambda _: {"first_day": date(2025, 7, 2), "last_day": date(2025, 7, 1)}),
    ("staff_proposed", _proposed),
    ("provider_suspended", _suspended(Provider)),
    ("professional_suspended", _suspended(Professional)),
    ("staff_overlaps", _stands(LONG_AGO, None)),
    ("staff_overlaps", _stands(LONG_AGO, date(2025, 7, 1))),
    ("staff_overlaps", _stands(date(2025, 8, 31), None)),
    ("staff_overlaps", _stands(date(2025, 7, 10), date(2025, 7, 11))),
]


@pytest.mark.parametrize(("code", "arrange"), REFUSALS)
def test_what_is_refused(people: People, code: str, arrange: Callable[[People], dict[str, Any]]) -> None:
    terms = arrange(people)
    before = (Process.objects.count(), StaffContract.objects.count(), Event.objects.count())
    with pytest.raises(RuleViolation) as refused:
        people.propose(**terms)
    assert refused.value.code == code
    assert (Process.objects.count(), StaffContract.objects.count(), Event.objects.count()) == before


@pytest.mark.parametrize(("first_day", "last_day"), [(LONG_AGO, date(2025, 6, 30)), (date(2025, 9, 1), None)])
def test_the_days_beside_another_are_free(people: People, first_day: date, last_day: date | None) -> None:
    terms = _stands(first_day, last_day)(people)
    assert people.propose(**terms).state == ProcessState.OPEN


def test_what_overlaps_by_now_is_refused_when_it_is_accepted(people: People) -> None:
    process = people.propose()
    _stands(LONG_AGO, None)(people)
    with pytest.raises(RuleViolation, match="staff_overlaps"):
        answer(people.employee, process)
    assert Process.objects.get(pk=process.pk).state == ProcessState.OPEN


def test_a_period_that_is_over_cannot_be_accepted(people: People) -> None:
    process = people.propose(last_day=date(2025, 6, 4))
    with pytest.raises(RuleViolation, match="staff_period_over"):
        answer(people.employee, process, at=AT + timedelta(days=3))


@pytest.mark.parametrize("who", ["owner", "specialist", "ended", "no_proof"])
def test_only_the_manager_proposes(people: People, who: str) -> None:
    world = people.world
    actor = world.actor(who) if who in {"owner", "specialist"} else world.actor("manager", proof=who != "no_proof")
    if who == "ended":
        Mandate.objects.filter(person=world.manager).update(valid_to=date(2025, 6, 1))
    with pytest.raises(PermissionRefusedError):
        people.propose(actor=actor)
    assert not Process.objects.exists()


def test_only_the_professional_accepts(people: People) -> None:
    process = people.propose()
    for someone in (people.world.manager, people.world.specialist, people.candidate):
        with pytest.raises(PermissionRefusedError):
            answer(someone, process)


# --- ending


def ended(people: People, actor: Actor, last_day: date = TODAY, staff: StaffContract | None = None) -> StaffContract:
    made: StaffContract = staff_end(actor=actor, at=AT, staff_id=(staff or mine(people)).pk, last_day=last_day)
    return made


@pytest.mark.parametrize("side", ["manager", "professional"])
def test_either_side_ends_it_with_a_last_day(people: People, side: str) -> None:
    answer(people.employee, people.propose())
    actor = people.world.actor("manager") if side == "manager" else in_person(people.employee)
    ended(people, actor, date(2025, 6, 30))
    assert mine(people).valid_to == date(2025, 6, 30)
    ended(people, actor, TODAY)  # brought forward
    for later in (TODAY, date(2025, 7, 1)):
        with pytest.raises(RuleViolation, match="end_announced"):
            ended(people, actor, later)


def test_others_do_not_end_it(people: People) -> None:
    answer(people.employee, people.propose())
    world = people.world
    for actor in (world.actor("owner"), world.actor("specialist"), in_person(people.candidate)):
        with pytest.raises(PermissionRefusedError):
            ended(people, actor)
    with pytest.raises(PermissionRefusedError):
        ended(people, world.actor("manager", proof=False))
    with pytest.raises(PermissionRefusedError):
        staff_end(actor=world.actor("manager"), at=AT, staff_id=10**9, last_day=TODAY)
    assert mine(people).valid_to is None


def test_no_day_before_today_nor_before_it_begins(people: People) -> None:
    answer(people.employee, people.propose(first_day=date(2025, 7, 1)))
    for last_day, code in ((date(2025, 6, 1), "end_in_past"), (date(2025, 6, 30), "staff_not_begun")):
        with pytest.raises(RuleViolation, match=code):
            ended(people, people.world.actor("manager"), last_day)


def test_minutes_that_running_contracts_need_are_not_taken_away(people: People) -> None:
    world = people.world
    staff = StaffContract.objects.get(professional=world.professionals[103])
    contract = world.active(minutes=300)
    with pytest.raises(RuleViolation) as refused:
        ended(people, world.actor("manager"), staff=staff)
    assert refused.value.code == "staff_minutes_needed"
    assert dict(refused.value.facts) == {"active": 300, "remaining": 0, "short_by": 300}
    StaffContract.objects.create(
        provider=world.provider, professional=staff.professional, minutes=250, valid_from=date(2025, 6, 3)
    )
    with pytest.raises(RuleViolation) as refused:
        ended(people, world.actor("manager"), staff=staff)
    assert dict(refused.value.facts) == {"active": 300, "remaining": 250, "short_by": 50}
    contract_end(
        actor=world.actor("manager"),
        at=AT,
        contract_id=contract.pk,
        last_day=date(2025, 6, 30),
        note="İşyeri taşındı, uzak kaldı.",
    )
    assert Contract.objects.get().ends_on == date(2025, 6, 30)
    with pytest.raises(RuleViolation, match="staff_minutes_needed"):
        ended(people, world.actor("manager"), date(2025, 6, 29), staff)
    assert ended(people, world.actor("manager"), date(2025, 6, 30), staff).valid_to == date(2025, 6, 30)


# --- other minutes while contracts need them


def test_another_takes_the_place_of_the_one_that_runs_and_contracts_run_on(people: People) -> None:
    world = people.world
    world.active(minutes=300)
    specialist, former = world.specialist, StaffContract.objects.get(professional=world.professionals[103])
    process = people.propose(national_id=specialist.national_id, minutes=600, replace=True)
    assert process.terms["replaces"] == {"id": former.pk, "minutes": 11_700}
    former.refresh_from_db()
    assert former.valid_to is None
    answer(specialist, process, at=AT + timedelta(days=1))
    former.refresh_from_db()
    assert former.valid_to == TODAY
    now = StaffContract.objects.get(professional=world.professionals[103], valid_from=date(2025, 6, 3))
    assert (now.minutes, now.valid_to) == (600, None)
    assert Event.objects.get(tag="registry:staff:ended").subject_id == former.pk


def test_fewer_minutes_than_contracts_need_do_not_replace_more(people: People) -> None:
    world = people.world
    number = world.specialist.national_id
    world.active(minutes=300)
    with pytest.raises(RuleViolation) as refused:
        people.propose(national_id=number, minutes=299, replace=True)
    assert (refused.value.code, refused.value.facts["short_by"]) == ("staff_minutes_needed", 1)
    process = people.propose(national_id=number, minutes=300, replace=True)
    more = workplace(3)
    e_bildirge(world.owner, more)
    world.active(workplace_id=more.pk, minutes=240)
    with pytest.raises(RuleViolation, match="staff_minutes_needed"):
        answer(world.specialist, process)


def test_a_short_one_does_not_replace_one_that_contracts_need_for_longer(people: People) -> None:
    world = people.world
    world.active(minutes=300)
    asked: dict[str, Any] = {"national_id": world.specialist.national_id, "minutes": 600, "replace": True}
    with pytest.raises(RuleViolation) as refused:
        people.propose(last_day=TODAY + timedelta(days=9), **asked)
    assert (refused.value.code, refused.value.facts["short_by"]) == ("staff_minutes_needed", 300)
    StaffContract.objects.filter(professional=world.professionals[103]).update(valid_to=TODAY + timedelta(days=9))
    assert people.propose(last_day=TODAY + timedelta(days=9), **asked).pk


def test_with_nothing_to_replace_it_is_a_plain_proposal(people: People) -> None:
    process = people.propose(replace=True)
    assert process.terms["replaces"] is None
    answer(people.employee, process)
    assert mine(people).valid_to is None
    with pytest.raises(RuleViolation, match="staff_overlaps"):
        people.propose(replace=True)  # it began today: there is no day before


# --- the provider's list


def test_the_list_tells_what_each_has_and_what_is_free(people: People) -> None:
    world = people.world
    world.active(minutes=300)
    world.offer(workplace_id=world.elsewhere.pk, minutes=260)
    third = workplace(3)
    e_bildirge(world.owner, third)
    short = world.active(workplace_id=third.pk, minutes=250)
    contract_end(
        actor=world.actor("manager"), at=AT, contract_id=short.pk, last_day=TODAY, note="İşyeri vazgeçti, kısa sürdü."
    )
    rows = {row.name: row for row in staff_of(world.provider.pk, AT)}
    assert set(rows) == {"Specialist Örnek", "Physician Örnek"}
    row = rows["Specialist Örnek"]
    assert (row.minutes, row.active, row.pending, row.blocked) == (11_700, 300, 260, 250)
    assert row.free == 11_700 - 300 - 260 - 250
    assert [one.profession for one in row.certificates] == ["safety_specialist"]
    people.propose()
    assert [process.waits_for_person_id for process in staff_waiting(world.provider.pk)] == [people.employee.pk]


def test_the_list_is_the_providers_own_searched_and_read_on_by_name(people: People) -> None:
    world = people.world
    names = ["Çağlar", "Cem", "İrem", "Işıl", "Ilgaz"]
    for number, name in enumerate(names):
        professional(person(80 + number, name), "safety_specialist", provider=world.provider)
    other = Provider.objects.get(pk=world.provider.pk)
    other.pk, other.authorisation_no, other.workplace = None, "ÖRNEK-0002", None
    other.save()
    professional(person(90, "Yabancı"), "safety_specialist", provider=other)
    first = staff_of(world.provider.pk, AT, limit=3)
    assert [row.name for row in first] == ["Cem Örnek", "Çağlar Örnek", "Ilgaz Örnek", "Işıl Örnek"]
    last = first[2]
    rest = staff_of(world.provider.pk, AT, after=StaffKey(last.name_sort, last.staff_id))
    assert [row.name for row in rest] == ["Işıl Örnek", "İrem Örnek", "Physician Örnek", "Specialist Örnek"]
    assert [row.name for row in staff_of(world.provider.pk, AT, search="IŞIL")] == ["Işıl Örnek"]
    assert staff_of(world.provider.pk, AT, search="Yabancı") == []
