"""Bu OSGB’yi tanımıyorum: what waits is rejected, now or when its turn comes, and officials hear of it."""

from datetime import timedelta

import pytest
from django.db import transaction

from katip.audit.log.stream import Streamed
from katip.audit.models import Event
from katip.core.actor import Actor, Capacity, Proof
from katip.core.errors import PermissionRefusedError
from katip.identity.models import Person
from katip.notices import kinds as told
from katip.notices.models import Notice, Objection
from katip.notices.objecting import offers_disown
from katip.notices.occasions_others import DISOWNED
from katip.notices.services.objections import objection_close, provider_disown
from katip.processes.models import Decision, Process, ProcessState
from katip.registry.models import Mandate, Official
from katip.rules import RuleViolation
from tests.cast import AT, World, person
from tests.notices.reading import kinds_of, tell, tell_again

pytestmark = pytest.mark.django_db


def official(number: int, role: str, province: int | None) -> Person:
    someone = person(number, f"Görevli {number}")
    Official.objects.create(person=someone, role=role, province_id=province)
    return someone


def acting(someone: Person) -> Actor:
    office = Official.objects.get(person=someone)
    return Actor(someone.pk, Capacity.OFFICIAL, office.pk, Proof("totp", AT))


def test_what_waits_for_the_employer_is_rejected_at_once_and_officials_are_told(world: World) -> None:
    here, everywhere = official(90, "directorate", 16), official(91, "inspector", None)
    elsewhere, desk = official(92, "directorate", 34), official(93, "counter", 16)
    contract = world.accepted()
    done = provider_disown(actor=world.actor("owner"), at=AT, process_id=contract.process_id, note="Hiç görüşmedik.")
    assert (done.rejected, done.later) == (1, 0)
    decided = Decision.objects.get(step__process=contract.process, step__no=2)
    assert (decided.outcome, decided.person) == ("rejected", world.owner)
    assert decided.reason == "İşyeri, teklifi yapan kurumu tanımadığını bildirdi."
    tell()
    assert kinds_of(here) == kinds_of(everywhere) == [told.DISOWNED]
    assert kinds_of(elsewhere) == kinds_of(desk) == []
    assert kinds_of(world.manager)[-1] == told.REJECTED
    assert not any("görüşmedik" in str(one.detail) for one in Notice.objects.all())
    assert Event.objects.get(tag="notices:objection:made").subject_id == done.objection.pk


def test_what_waits_for_the_professional_is_rejected_when_its_turn_comes(world: World) -> None:
    first, second = world.offer(103), world.accepted(140)
    done = provider_disown(actor=world.actor("owner"), at=AT, process_id=first.process_id)
    assert (done.rejected, done.later) == (1, 1)
    assert Process.objects.get(pk=first.process_id).state == ProcessState.OPEN
    world.decide("specialist", first, at=AT + timedelta(days=1))
    tell(AT + timedelta(days=1))
    states = {one.pk: one.state for one in Process.objects.all()}
    assert set(states.values()) == {ProcessState.REJECTED}
    decided = Decision.objects.get(step__process=first.process_id, step__no=2)
    assert (decided.person, decided.proof_at) == (world.owner, done.objection.proof_at)
    assert told.WAITS not in kinds_of(world.owner)
    tell(AT + timedelta(days=1))
    assert kinds_of(world.manager).count(told.REJECTED) == 2
    tell_again()
    assert kinds_of(world.manager).count(told.REJECTED) == 2
    assert second.process_id in states


def test_an_offer_made_afterwards_is_asked_about_anew(world: World) -> None:
    first = world.accepted()
    provider_disown(actor=world.actor("owner"), at=AT, process_id=first.process_id)
    world.accepted(140, at=AT + timedelta(hours=1))
    tell()
    assert kinds_of(world.owner)[-1] == told.WAITS
    assert Process.objects.filter(state=ProcessState.OPEN).count() == 1


def test_who_speaks_for_the_workplace_no_more_rejects_nothing_later(world: World) -> None:
    offer = world.offer()
    provider_disown(actor=world.actor("owner"), at=AT, process_id=offer.process_id)
    Mandate.objects.filter(person=world.owner).update(valid_to=AT.date() - timedelta(days=1))
    world.decide("specialist", offer)
    tell()
    assert Process.objects.get(pk=offer.process_id).state == ProcessState.OPEN
    assert told.WAITS in kinds_of(world.colleague)


def test_what_reached_the_employer_while_it_was_said_is_rejected_too(world: World) -> None:
    """The professional approved after the offers were read and before the objection stood: that event came first."""
    offer = world.offer()
    done = provider_disown(actor=world.actor("owner"), at=AT, process_id=offer.process_id)
    world.decide("specialist", offer)
    processes = {"processes": [offer.process_id]}
    said = Streamed(7, 7, AT, DISOWNED, world.owner.pk, "workplace", None, done.objection.pk, processes)
    with transaction.atomic():
        assert offers_disown([said], AT) == 1
    assert Process.objects.get(pk=offer.process_id).state == ProcessState.REJECTED


def test_of_two_who_said_it_one_may_still_speak_for_the_workplace(world: World) -> None:
    offer = world.offer()
    for role in ("owner", "colleague"):
        provider_disown(actor=world.actor(role), at=AT, process_id=offer.process_id)
    Mandate.objects.filter(person=world.owner).update(valid_to=AT.date() - timedelta(days=1))
    world.decide("specialist", offer)
    tell()
    assert Decision.objects.get(step__process=offer.process_id, step__no=2).person == world.colleague


def test_who_may_not(world: World) -> None:
    offer = world.accepted()
    for role in ("stranger", "manager", "specialist"):
        with pytest.raises(PermissionRefusedError):
            provider_disown(actor=world.actor(role), at=AT, process_id=offer.process_id)
    with pytest.raises(PermissionRefusedError, match="no_second_step"):
        provider_disown(actor=world.actor("owner", proof=False), at=AT, process_id=offer.process_id)
    with pytest.raises(ValueError, match="300"):
        provider_disown(actor=world.actor("owner"), at=AT, process_id=offer.process_id, note="x" * 301)
    world.decide("owner", offer)
    with pytest.raises(RuleViolation, match="offer_over"):
        provider_disown(actor=world.actor("owner"), at=AT, process_id=offer.process_id)
    assert not Objection.objects.exists()


def test_an_official_of_the_province_closes_it_once_with_what_was_found(world: World) -> None:
    here, elsewhere = official(90, "directorate", 16), official(92, "inspector", 34)
    done = provider_disown(actor=world.actor("owner"), at=AT, process_id=world.accepted().process_id)
    found = "Kurum arandı; yanlış sicil numarası yazılmış."
    with pytest.raises(PermissionRefusedError):
        objection_close(actor=acting(elsewhere), at=AT, objection_id=done.objection.pk, outcome=found)
    with pytest.raises(PermissionRefusedError):
        objection_close(actor=world.actor("owner"), at=AT, objection_id=done.objection.pk, outcome=found)
    with pytest.raises(ValueError, match="10 to 300"):
        objection_close(actor=acting(here), at=AT, objection_id=done.objection.pk, outcome="kısa")
    closed = objection_close(actor=acting(here), at=AT, objection_id=done.objection.pk, outcome=found)
    assert (closed.closed_by_id, closed.closed_at) == (here.pk, AT)
    with pytest.raises(RuleViolation, match="objection_closed"):
        objection_close(actor=acting(here), at=AT, objection_id=done.objection.pk, outcome=found)
