"""Everybody who is asked is told, at the opening and at each step; outcomes reach those whom they concern; all once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from katip.audit.log import stream
from katip.audit.services.record import Happening, record
from katip.contracts.kinds.shortage import SHORTAGE
from katip.contracts.services.appointment import mandate_end
from katip.contracts.services.end import contract_end
from katip.contracts.services.offer import contract_offer
from katip.contracts.services.update import update_propose
from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.core.clock import day_of
from katip.notices import kinds as told
from katip.notices.models import Delivery, Notice
from katip.notices.stream import READER, TAGS
from katip.processes.kinds import kinds
from katip.processes.models import Outcome, PartyKind, Process, ProcessState
from katip.processes.services.cancel import process_withdraw, processes_lapse
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import Mandate, Official
from tests.cast import AT, VERY_HAZARDOUS, World, e_bildirge, person, professional, workplace
from tests.contracts.people import People, people_make
from tests.notices.reading import kinds_of, tell, tell_again

pytestmark = pytest.mark.django_db
REASON = "Süre bize fazla geliyor."
BY_DIGEST = {SHORTAGE}
"""kinds that only a month opens: its digest tells of them"""


@pytest.fixture
def people(world: World) -> People:
    return people_make(world)


def health(people: People) -> Process:
    """Other health personnel serve only very hazardous workplaces."""
    world, someone, place = people.world, person(70, "Sağlık"), workplace(70, activity=VERY_HAZARDOUS)
    e_bildirge(world.owner, place)
    chosen = professional(someone, "other_health_personnel", provider=world.provider)
    actor = world.actor("manager")
    made = contract_offer(actor=actor, at=AT, code=177, workplace_id=place.pk, professional_id=chosen.pk, minutes=120)
    process: Process = made.process
    return process


def updated(people: People) -> Process:
    contract = people.world.active()
    made = update_propose(actor=people.world.actor("owner"), at=AT, contract_id=contract.pk, minutes=300)
    return made.process


OPENERS: dict[int, Callable[[People], Process]] = {
    103: lambda people: people.world.offer(103).process,
    140: lambda people: people.world.offer(140).process,
    177: health,
    9001: updated,
    9002: lambda people: people.assign().process,
    9003: lambda people: people.undertake(national_id=people.candidate.national_id).process,
    9004: lambda people: people.propose(),
    9005: lambda people: people.appoint(),
}


def asked_people(process: Process) -> set[int]:
    """Whom the register would let answer the step that waits."""
    if process.waits_for == PartyKind.EMPLOYER:
        mandates = Mandate.objects.filter(workplace=process.workplace_id)
    elif process.waits_for == PartyKind.PROVIDER:
        mandates = Mandate.objects.filter(provider=process.provider_id)
    else:
        return {process.waits_for_person_id or 0}
    return set(mandates.values_list("person", flat=True))


def test_every_kind_has_an_opener_here_or_is_told_by_the_months_digest() -> None:
    assert {kind.code for kind in kinds()} == OPENERS.keys() | BY_DIGEST


@pytest.mark.parametrize("code", sorted(OPENERS))
def test_an_opening_and_each_later_step_are_told_to_whoever_is_asked(people: People, code: int) -> None:
    process = OPENERS[code](people)
    while True:
        tell()
        process.refresh_from_db()
        if process.state != ProcessState.OPEN:
            break
        waits = Notice.objects.filter(process_id=process.pk, kind=told.WAITS, detail__step=process.current_step)
        assert set(waits.values_list("person", flat=True)) == asked_people(process)
        decide(people, process)
    assert process.state == ProcessState.COMPLETED
    outcome = told.MINUTES if code == 9001 else told.IN_FORCE
    assert Notice.objects.filter(process_id=process.pk, kind=outcome).exists()
    assert not Notice.objects.filter(process_id=process.pk, kind=told.WAITS, seen_at=None).exists()


def decide(people: People, process: Process) -> None:
    capacity, organisation = {
        PartyKind.EMPLOYER.value: (Capacity.WORKPLACE, process.workplace_id),
        PartyKind.PROVIDER.value: (Capacity.PROVIDER, process.provider_id),
    }.get(process.waits_for, (Capacity.INDIVIDUAL, None))
    person = min(asked_people(process))
    actor = Actor(person, capacity, organisation, Proof("totp", AT))
    answer = StepDecision(process.pk, process.version, process.terms_hash)
    steps_complete(actor=actor, at=AT, decisions=[answer])


def test_whoever_is_asked_next_is_told_and_whoever_decided_is_not(world: World) -> None:
    contract = world.offer()
    tell()
    assert kinds_of(world.specialist) == [told.WAITS]
    assert kinds_of(world.owner) == kinds_of(world.colleague) == [told.NAMED_YOU]
    assert kinds_of(world.stranger) == kinds_of(world.physician) == []
    world.decide("specialist", contract)
    tell()
    assert kinds_of(world.manager) == [told.ACCEPTED]
    assert kinds_of(world.owner) == [told.NAMED_YOU, told.WAITS]
    world.decide("owner", contract)
    tell()
    assert kinds_of(world.owner) == [told.NAMED_YOU, told.WAITS]
    assert kinds_of(world.colleague) == [told.NAMED_YOU, told.WAITS, told.IN_FORCE]
    assert kinds_of(world.manager) == [told.ACCEPTED, told.IN_FORCE]
    assert kinds_of(world.specialist) == [told.WAITS, told.IN_FORCE]


def test_a_provider_that_serves_the_workplace_is_no_news(world: World) -> None:
    contract = world.offer()
    tell()
    assert Notice.objects.filter(kind=told.NAMED_YOU).count() == 3  # owner, colleague, newcomer
    world.decide("specialist", contract)
    world.decide("owner", contract)
    world.offer(140, at=AT + timedelta(days=1))
    tell()
    assert Notice.objects.filter(kind=told.NAMED_YOU).count() == 3


def test_a_step_that_was_decided_before_the_log_was_read_waits_for_nobody(world: World) -> None:
    world.accepted()
    tell()
    assert kinds_of(world.specialist) == []
    assert told.WAITS in kinds_of(world.owner)


def test_a_rejection_reaches_who_proposed_and_who_had_accepted_with_its_reason(world: World) -> None:
    contract = world.accepted()
    world.decide("owner", contract, outcome=Outcome.REJECTED, reason=REASON)
    tell()
    assert kinds_of(world.manager)[-1] == kinds_of(world.specialist)[-1] == told.REJECTED
    assert told.REJECTED not in kinds_of(world.colleague)
    notice = Notice.objects.get(person=world.manager, kind=told.REJECTED)
    assert told.notice_reason(notice.detail) == REASON
    assert REASON not in told.notice_title(notice.kind, notice.detail) + told.notice_text(notice.kind, notice.detail)
    assert not any(REASON in str(one.detail) for one in Delivery.objects.all())


def test_what_lapses_reaches_who_was_asked_and_who_proposed(world: World, settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 5})
    world.accepted()
    later = AT + timedelta(days=20)
    assert processes_lapse(actor=OPERATOR, at=later) == 1
    tell(later)
    for someone in (world.owner, world.colleague, world.manager, world.specialist):
        assert kinds_of(someone)[-1] == told.LAPSED


def test_what_is_taken_back_reaches_who_was_asked(world: World) -> None:
    process = world.offer().process
    tell()
    process_withdraw(actor=world.actor("manager"), at=AT, process_id=process.pk, version=process.version)
    tell()
    assert kinds_of(world.specialist) == [told.WAITS, told.WITHDRAWN]
    assert kinds_of(world.manager) == []
    assert not Notice.objects.filter(
        process_id=process.pk, kind__in=(told.WAITS, told.NAMED_YOU), seen_at=None
    ).exists()


def test_changed_minutes_reach_all_three_sides(world: World) -> None:
    contract = world.active()
    update = update_propose(actor=world.actor("manager"), at=AT, contract_id=contract.pk, minutes=300)
    world.decide("owner", update)
    tell()
    notice = Notice.objects.get(person=world.specialist, kind=told.MINUTES)
    assert (notice.detail["minutes_before"], notice.detail["minutes"], notice.detail["code"]) == (240, 300, 103)
    assert "240 dakika yerine 300 dakika" in told.notice_text(notice.kind, notice.detail)
    assert kinds_of(world.manager)[-1] == kinds_of(world.colleague)[-1] == told.MINUTES


def test_an_end_reaches_the_other_sides(world: World) -> None:
    contract = world.active()
    last_day, note = day_of(AT) + timedelta(days=9), "İşyeri taşınıyor, hizmet bitiyor."
    contract_end(actor=world.actor("owner"), at=AT, contract_id=contract.pk, last_day=last_day, note=note)
    tell()
    assert kinds_of(world.manager)[-1] == kinds_of(world.specialist)[-1] == told.END_ANNOUNCED
    assert told.END_ANNOUNCED not in kinds_of(world.owner)
    notice = Notice.objects.get(person=world.manager, kind=told.END_ANNOUNCED)
    assert f"{last_day:%d.%m.%Y}" in told.notice_text(notice.kind, notice.detail)


def test_a_manager_whose_mandate_is_ended_hears_of_it(people: People) -> None:
    process = people.appoint()
    decide(people, process)
    tell()
    mandate = Mandate.objects.get(person=people.candidate, provider=people.world.provider)
    reason = "Kurumdan ayrıldı, yerine başkası atandı."
    mandate_end(actor=people.principal_actor(), at=AT, mandate_id=mandate.pk, reason=reason)
    tell()
    assert kinds_of(people.candidate)[-1] == told.MANDATE_ENDED


def test_an_officer_who_is_dismissed_and_whose_provider_link_ends_hears_of_it(world: World) -> None:
    office = Official.objects.create(person=world.stranger, role="counter", province_id=16)
    with transaction.atomic():
        record(OPERATOR, AT, Happening("counter:officer:dismissed", office.pk, {"role": "counter"}))
        record(OPERATOR, AT, Happening("identity:provider:unlinked", world.owner.pk, {"links": 1}))
    tell()
    assert kinds_of(world.stranger) == [told.OFFICE_ENDED]
    assert kinds_of(world.owner) == [told.LINK_ENDED]
    assert {one.digest_key for one in Delivery.objects.all()} == {""}  # neither is optional: at once, by itself


def test_what_is_read_again_is_told_nobody_again(world: World) -> None:
    contract = world.accepted()
    tell()
    world.decide("owner", contract)
    tell()
    notices, out = Notice.objects.count(), Delivery.objects.count()
    assert tell_again() > 0
    assert (Notice.objects.count(), Delivery.objects.count()) == (notices, out)


def test_reading_many_entries_asks_no_more_than_reading_one(world: World, django_assert_max_num_queries: Any) -> None:
    world.active(103)
    world.active(140)
    with django_assert_max_num_queries(60):
        tell()


def test_a_batch_that_fails_in_the_middle_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.offer()
    with monkeypatch.context() as patched:
        patched.setattr("katip.notices.making.deliver", _fails)
        with pytest.raises(RuntimeError):
            tell()
    assert not Notice.objects.exists()
    tell()
    assert kinds_of(world.specialist) == [told.WAITS]


def _fails(*_: Any) -> None:
    raise RuntimeError


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_read_at_once_tell_once(world: World) -> None:
    """The second stands before the reader's row while the first tells, and finds nothing left."""
    contract = world.accepted()
    world.decide("owner", contract)

    def read() -> None:
        tell()
        connections.close_all()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tell()
    counted = Notice.objects.values_list("person", "once_key")
    assert len(set(counted)) == len(counted)
    assert kinds_of(world.manager) == [told.IN_FORCE]


def test_the_reader_is_registered_with_its_tags() -> None:
    assert stream._readers[READER].tags == TAGS
