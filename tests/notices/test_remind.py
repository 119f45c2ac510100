"""*Hatırlat*: told to the party that is asked, once a day for each process, only by the provider that offered."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from katip.audit.models import Event
from katip.core.actor import Capacity
from katip.core.errors import PermissionRefusedError
from katip.notices import kinds
from katip.notices.models import Delivery, Notice
from katip.notices.remind import MOST, Reminded, processes_remind
from katip.processes.models import Process
from katip.registry.models import Mandate
from katip.rules import RuleViolation
from tests.cast import AT, World

pytestmark = pytest.mark.django_db
TODAY = AT + timedelta(days=1)
"""the day after the offers, of which people hear by themselves on the first"""


def remind(world: World, *numbers: int, at: datetime = TODAY) -> Reminded:
    return processes_remind(actor=world.actor("manager", at=at), at=at, process_ids=numbers)


def test_whoever_is_asked_hears_of_it_and_nobody_else(world: World) -> None:
    employer, professional = world.accepted(103), world.offer(140)
    assert remind(world, employer.process_id, professional.process_id) == Reminded(told=2)
    told = set(Notice.objects.values_list("process_id", "person_id"))
    assert told == {
        (employer.process_id, world.owner.pk),
        (employer.process_id, world.colleague.pk),
        (employer.process_id, world.newcomer.pk),
        (professional.process_id, world.physician.pk),
    }
    assert set(Notice.objects.values_list("kind", flat=True)) == {kinds.REMIND}
    assert Delivery.objects.filter(process_id=employer.process_id, channel="email").count() == 3
    event = Event.objects.select_related("detail").get(tag="notices:process:reminded")
    assert event.detail.body == {"processes": sorted([employer.process_id, professional.process_id])}


def test_a_process_is_reminded_of_once_a_day_whoever_presses(world: World) -> None:
    number = world.accepted(103).process_id
    assert remind(world, number).told == 1
    before = Notice.objects.count()
    assert remind(world, number, at=TODAY + timedelta(hours=5)) == Reminded(again=1)
    assert Notice.objects.count() == before
    assert Event.objects.filter(tag="notices:process:reminded").count() == 1
    assert remind(world, number, at=TODAY + timedelta(days=1)).told == 1


def test_the_day_is_that_of_turkey(world: World) -> None:
    number = world.accepted(103).process_id
    late = TODAY.replace(hour=20, minute=30)  # 23:30 there
    assert remind(world, number, at=late).told == 1
    assert remind(world, number, at=late + timedelta(minutes=20)).again == 1
    assert remind(world, number, at=late + timedelta(minutes=40)).told == 1


def test_the_next_step_of_the_same_process_may_be_reminded_of_the_same_day(world: World) -> None:
    contract = world.offer(103)
    assert remind(world, contract.process_id).told == 1
    world.decide("specialist", contract, at=TODAY)
    assert remind(world, contract.process_id, at=TODAY + timedelta(hours=1)).told == 1
    assert Notice.objects.filter(person_id=world.owner.pk).exists()


def test_where_nobody_can_be_told_it_says_so_and_records_nothing(world: World) -> None:
    number = world.accepted(103).process_id
    Mandate.objects.filter(workplace=world.workplace).update(valid_to=AT.date())
    assert remind(world, number) == Reminded(nobody=1)
    assert not Event.objects.filter(tag="notices:process:reminded").exists()


def test_what_does_not_wait_and_what_is_anothers_is_gone(world: World) -> None:
    done, waiting = world.active(103), world.accepted(140)
    Process.objects.filter(pk=waiting.process_id).update(due_on=AT.date())
    assert remind(world, done.process_id, waiting.process_id, 10**9) == Reminded(gone=3)
    Process.objects.filter(pk=waiting.process_id).update(due_on=None, proposed_by="employer")
    assert remind(world, waiting.process_id) == Reminded(gone=1)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("role", ["owner", "colleague", "stranger", "specialist", "accountant"])
def test_only_a_manager_of_the_provider_reminds(world: World, role: str) -> None:
    number = world.accepted(103).process_id
    actor = world.actor(role, at=TODAY)
    claimed = replace(actor, capacity=Capacity.PROVIDER, organisation_id=world.provider.pk)
    for one in (actor, claimed):
        with pytest.raises(PermissionRefusedError):
            processes_remind(actor=one, at=TODAY, process_ids=[number])
    assert not Notice.objects.exists()


def test_more_than_a_thousand_are_refused_before_anything_is_told(world: World) -> None:
    number = world.accepted(103).process_id
    with pytest.raises(RuleViolation, match="too_many_reminders"):
        remind(world, *range(number, number + MOST + 1))
    assert not Notice.objects.exists()
