"""A responsible manager: appointed by the provider's own workplace, accepted by the person, ended at once."""

from datetime import date, timedelta

import pytest

from katip.audit.models import Event, EventDetail
from katip.contracts.services.appointment import mandate_end
from katip.core.actor import Actor, Capacity, Proof
from katip.core.errors import PermissionRefusedError
from katip.processes.models import Outcome, PartyKind, Process, ProcessState
from katip.processes.services.cancel import process_withdraw
from katip.registry.models import Mandate
from katip.rules import RuleViolation
from tests.cast import AT, World
from tests.contracts.people import People, answer, in_person, people_make

TODAY, YESTERDAY = date(2025, 6, 2), date(2025, 6, 1)
REASON = "Görevi başka biri üstlendi."


@pytest.fixture
def people(world: World) -> People:
    return people_make(world)


def as_manager(people: People) -> Actor:
    """The candidate, as they act for the provider."""
    return Actor(people.candidate.pk, Capacity.PROVIDER, people.world.provider.pk, Proof("totp", AT))


def body(tag: str) -> dict[str, object]:
    found: dict[str, object] = EventDetail.objects.get(event=Event.objects.filter(tag=tag).latest("pk")).body
    return found


def test_who_accepts_may_act_for_the_provider_from_that_moment(people: People) -> None:
    process = people.appoint()
    assert (process.code, process.waits_for, process.waits_for_person_id, process.proposed_by) == (
        9005,
        PartyKind.PERSON,
        people.candidate.pk,
        PartyKind.EMPLOYER,
    )
    assert people.candidate.national_id not in str(process.terms)
    with pytest.raises(PermissionRefusedError):
        people.propose(actor=as_manager(people))
    answer(people.candidate, process)
    mandate = Mandate.objects.get(person=people.candidate)
    assert (mandate.capacity, mandate.provider_id, mandate.valid_from, mandate.valid_to) == (
        "responsible_manager",
        people.world.provider.pk,
        TODAY,
        None,
    )
    assert body("registry:mandate:appointed")["before"] is None
    assert people.propose(actor=as_manager(people)).state == ProcessState.OPEN


@pytest.mark.parametrize("side", ["principal", "manager"])
def test_an_ended_mandate_ends_at_once_and_can_be_given_again(people: People, side: str) -> None:
    answer(people.candidate, people.appoint())
    mandate = Mandate.objects.get(person=people.candidate)
    actor = people.principal_actor() if side == "principal" else in_person(people.candidate)
    mandate_end(actor=actor, at=AT, mandate_id=mandate.pk, reason=REASON)
    with pytest.raises(PermissionRefusedError):
        people.propose(actor=as_manager(people))
    told = body("registry:mandate:ended")
    assert (told["reason"], told["before"]) == (REASON, {"valid_from": "2025-06-02", "valid_to": None})
    assert told["after"] == {"valid_from": "2025-06-02", "valid_to": "2025-06-01"}
    with pytest.raises(RuleViolation, match="mandate_over"):
        mandate_end(actor=actor, at=AT, mandate_id=mandate.pk, reason=REASON)
    later = AT + timedelta(days=10)
    answer(people.candidate, people.appoint(at=later), at=later)
    mandate.refresh_from_db()
    assert (mandate.valid_from, mandate.valid_to) == (date(2025, 6, 12), None)
    assert body("registry:mandate:appointed")["before"] == {"valid_from": "2025-06-02", "valid_to": "2025-06-01"}


def test_a_mandate_that_still_holds_is_extended_and_keeps_its_first_day(people: People) -> None:
    manager = people.world.manager
    Mandate.objects.filter(person=manager).update(valid_to=date(2025, 6, 30))
    answer(manager, people.appoint(national_id=manager.national_id))
    mandate = Mandate.objects.get(person=manager)
    assert (mandate.valid_from, mandate.valid_to) == (date(2020, 1, 1), None)


def test_refused_or_taken_back_nobody_is_appointed(people: People) -> None:
    first = people.appoint()
    answer(people.candidate, first, outcome=Outcome.REJECTED, reason="Bu sorumluluğu almıyorum.")
    second = people.appoint()
    process_withdraw(actor=people.principal_actor(), at=AT, process_id=second.pk, version=1)
    assert not Mandate.objects.filter(person=people.candidate).exists()
    assert [one.state for one in Process.objects.order_by("pk")] == [ProcessState.REJECTED, ProcessState.WITHDRAWN]


def test_what_is_refused(people: People) -> None:
    with pytest.raises(RuleViolation, match="person_unknown"):
        people.appoint(national_id="10000000146")
    with pytest.raises(RuleViolation, match="already_manager"):
        people.appoint(national_id=people.world.manager.national_id)
    people.appoint()
    with pytest.raises(RuleViolation, match="appointment_proposed"):
        people.appoint()


def test_who_became_manager_meanwhile_is_not_appointed_twice(people: People) -> None:
    process = people.appoint()
    Mandate.objects.create(
        person=people.candidate, provider=people.world.provider, capacity="responsible_manager", valid_from=TODAY
    )
    with pytest.raises(RuleViolation, match="already_manager"):
        answer(people.candidate, process)


@pytest.mark.parametrize("who", ["owner", "manager", "specialist", "no_proof", "ended"])
def test_only_the_providers_own_workplace_appoints(people: People, who: str) -> None:
    actor = people.principal_actor() if who == "ended" else None
    if who == "no_proof":
        actor = Actor(people.principal.pk, Capacity.WORKPLACE, people.own.pk)
    if who == "ended":
        Mandate.objects.filter(person=people.principal).update(valid_to=YESTERDAY)
    with pytest.raises(PermissionRefusedError):
        people.appoint(actor=actor or people.world.actor(who))
    assert not Process.objects.exists()


def test_only_the_person_accepts(people: People) -> None:
    process = people.appoint()
    for someone in (people.principal, people.world.manager):
        with pytest.raises(PermissionRefusedError):
            answer(someone, process)


def test_others_do_not_end_a_mandate_nor_without_a_reason(people: People) -> None:
    world = people.world
    mandate = Mandate.objects.get(person=world.manager)
    employers = Mandate.objects.get(person=world.owner, workplace=world.workplace)
    for actor in (world.actor("owner"), world.actor("manager"), in_person(people.candidate)):
        with pytest.raises(PermissionRefusedError):
            mandate_end(actor=actor, at=AT, mandate_id=mandate.pk, reason=REASON)
    for foreign in (employers.pk, 10**9):
        with pytest.raises(PermissionRefusedError):
            mandate_end(actor=people.principal_actor(), at=AT, mandate_id=foreign, reason=REASON)
    with pytest.raises(ValueError, match="10 to 200"):
        mandate_end(actor=people.principal_actor(), at=AT, mandate_id=mandate.pk, reason="kısa")
    world.provider.workplace = None
    world.provider.save()
    with pytest.raises(PermissionRefusedError):
        mandate_end(actor=people.principal_actor(), at=AT, mandate_id=mandate.pk, reason=REASON)
    mandate.refresh_from_db()
    assert mandate.valid_to is None
