"""Drafts of offers: what is kept, for whom, and what sending one needs."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from katip.audit.models import Event, EventDetail
from katip.contracts.models import Contract, OfferDraft
from katip.contracts.offering import draft_find, drafts_of, written
from katip.contracts.services.draft import Answers, draft_delete, draft_offer, draft_open, draft_write
from katip.contracts.texts import OFFER_INFORMATION
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.registry.models import Certificate, Mandate, Professional, Provider, StaffContract, Workplace
from katip.rules import RuleViolation
from tests.cast import AT, World, person, professional, workplace

ROLES_WITHOUT = ("owner", "stranger", "specialist", "accountant")


def opened(world: World, code: int = 103) -> OfferDraft:
    return draft_open(actor=world.actor("manager"), at=AT, code=code)


def wrote(world: World, draft: OfferDraft, **answers: Any) -> OfferDraft:
    draft.refresh_from_db()
    return draft_write(
        actor=world.actor("manager"), at=AT, draft_id=draft.pk, version=draft.version, answers=Answers(**answers)
    )


def complete(world: World, **answers: Any) -> OfferDraft:
    draft = opened(world)
    wrote(world, draft, read=OFFER_INFORMATION)
    wrote(world, draft, sgk_number=world.workplace.sgk_number)
    wrote(world, draft, professional_id=world.professionals[103].pk)
    return wrote(world, draft, **{"assignment_type": "part_time", "minutes": 240} | answers)


def send(world: World, draft: OfferDraft, **given: Any) -> Contract:
    draft.refresh_from_db()
    arguments: dict[str, Any] = {"actor": world.actor("manager"), "version": draft.version} | given
    return draft_offer(at=AT, draft_id=draft.pk, **arguments)


def refusal(world: World, draft: OfferDraft) -> str:
    with pytest.raises(RuleViolation) as raised:
        send(world, draft)
    draft.refresh_from_db()
    assert (draft.state, draft.contract_id) == ("draft", None)
    assert not Contract.objects.filter(workplace=world.workplace, state="awaiting_professional").exists()
    return raised.value.code


def other_manager(world: World) -> tuple[Provider, Actor]:
    theirs = Provider.objects.create(
        authorisation_no="ÖRNEK-0002",
        kind="osgb",
        title="Başka OSGB",
        short_title="Başka OSGB",
        province_id=16,
        district=world.provider.district,
        contact_name="x",
        contact_phone="2240000001",
        contact_hours="x",
    )
    Mandate.objects.create(
        person=world.accountant, capacity="responsible_manager", provider=theirs, valid_from=date(2020, 1, 1)
    )
    mine = world.actor("manager")
    return theirs, replace(mine, person_id=world.accountant.pk, organisation_id=theirs.pk)


def test_a_complete_draft_becomes_one_offer_and_is_linked_to_it(world: World) -> None:
    draft = complete(world)
    contract = send(world, draft)
    draft.refresh_from_db()
    assert (draft.state, draft.contract_id) == ("offered", contract.pk)
    assert (contract.minutes, contract.state, contract.provider_id) == (240, "awaiting_professional", world.provider.pk)
    assert drafts_of(world.actor("manager"), after=None, limit=10) == []


def test_every_answer_is_kept_also_a_number_that_nobody_has(world: World) -> None:
    draft = opened(world)
    wrote(world, draft, sgk_number="2 2222 01 01 9999999 016 08 72 000")
    draft.refresh_from_db()
    assert written(draft).sgk_number == "22222010199999990160872000"
    assert written(draft).workplace_id is None


def test_no_personal_number_stands_in_a_draft_or_in_the_audit(world: World) -> None:
    draft = complete(world)
    send(world, draft)
    draft.refresh_from_db()
    number = world.specialist.national_id
    kept = f"{draft.fields} {list(EventDetail.objects.values_list('body', flat=True))}"
    assert number not in kept
    assert "Örnek" not in str(draft.fields)


def test_another_process_drops_what_was_answered_for_the_first(world: World) -> None:
    draft = complete(world)
    answers = written(wrote(world, draft, code=140))
    assert (answers.read, answers.professional_id, answers.minutes) == ("", None, None)
    assert answers.workplace_id == world.workplace.pk


def test_another_workplace_drops_the_minutes_of_the_first_only(world: World) -> None:
    draft = complete(world)
    answers = written(wrote(world, draft, sgk_number=world.elsewhere.sgk_number))
    assert answers.minutes is None
    assert answers.professional_id == world.professionals[103].pk


def test_the_same_answer_again_changes_nothing(world: World) -> None:
    draft = complete(world)
    events = Event.objects.count()
    again = wrote(world, draft, minutes=240)
    assert again.version == draft.version
    assert Event.objects.count() == events


@pytest.mark.parametrize("act", ["write", "delete", "offer"])
def test_a_draft_that_changed_since_it_was_shown_is_not_touched(world: World, act: str) -> None:
    draft = complete(world)
    seen = draft.version
    wrote(world, draft, minutes=300)
    call = {
        "write": lambda **given: draft_write(answers=Answers(minutes=500), **given),
        "delete": draft_delete,
        "offer": draft_offer,
    }[act]
    with pytest.raises(StaleStateError):
        call(actor=world.actor("manager"), at=AT, draft_id=draft.pk, version=seen)
    draft.refresh_from_db()
    assert (draft.state, written(draft).minutes) == ("draft", 300)
    assert not Contract.objects.exists()


@pytest.mark.parametrize("act", ["open", "write", "delete", "offer"])
@pytest.mark.parametrize("role", [*ROLES_WITHOUT, "ended", "other"])
def test_drafts_are_their_provider_s_managers_alone(world: World, role: str, act: str) -> None:
    draft = complete(world)
    if role == "other":
        _, actor = other_manager(world)
    elif role == "ended":
        actor = world.actor("manager")
        Mandate.objects.filter(person=world.manager).update(valid_to=date(2025, 6, 1))
    else:
        actor = world.actor(role)
    count = OfferDraft.objects.count()
    seen: dict[str, Any] = {"actor": actor, "at": AT, "draft_id": draft.pk, "version": draft.version}

    def call() -> object:
        if act == "open":
            return draft_open(actor=actor, at=AT, code=103)
        if act == "write":
            return draft_write(answers=Answers(minutes=500), **seen)
        return {"delete": draft_delete, "offer": draft_offer}[act](**seen)

    if role == "other" and act == "open":
        call()  # theirs to begin, in their own provider's name
        assert OfferDraft.objects.filter(provider=world.provider).count() == count
        return
    with pytest.raises(PermissionRefusedError):
        call()
    draft.refresh_from_db()
    assert (draft.state, written(draft).minutes, OfferDraft.objects.count()) == ("draft", 240, count)
    assert not Contract.objects.exists()


def test_a_colleague_sees_and_goes_on_with_a_draft_and_a_stranger_finds_none(world: World) -> None:
    draft = complete(world)
    Mandate.objects.create(
        person=world.accountant, capacity="responsible_manager", provider=world.provider, valid_from=date(2020, 1, 1)
    )
    colleague = replace(world.actor("manager"), person_id=world.accountant.pk)
    assert drafts_of(colleague, after=None, limit=10) == [draft]
    assert send(world, draft, actor=colleague).process.created_by_id == world.accountant.pk
    _, stranger = other_manager(world)
    assert draft_find(stranger, draft.pk) is None


def test_a_deleted_draft_stays_deleted_and_leaves_the_list(world: World) -> None:
    draft = complete(world)
    draft_delete(actor=world.actor("manager"), at=AT, draft_id=draft.pk, version=draft.version)
    draft.refresh_from_db()
    assert draft.state == "deleted"
    assert drafts_of(world.actor("manager"), after=None, limit=10) == []
    with pytest.raises(StaleStateError):
        send(world, draft)


def test_sending_needs_a_second_step(world: World) -> None:
    draft = complete(world)
    with pytest.raises(PermissionRefusedError, match="no_second_step"):
        send(world, draft, actor=world.actor("manager", proof=False))
    assert not Contract.objects.exists()


@pytest.mark.parametrize(
    ("field", "step"),
    [
        ("read", "information"),
        ("workplace_id", "workplace"),
        ("professional_id", "professional"),
        ("minutes", "minutes"),
    ],
)
def test_a_draft_with_an_open_question_is_not_sent(world: World, field: str, step: str) -> None:
    draft = complete(world)
    draft.fields[field] = "" if field == "read" else None
    draft.save()
    with pytest.raises(RuleViolation) as raised:
        send(world, draft)
    assert (raised.value.code, raised.value.facts["step"]) == ("draft_incomplete", step)


def test_only_people_of_the_own_staff_can_be_named(world: World) -> None:
    theirs, _ = other_manager(world)
    stranger = professional(person(50, "Yabancı"), "safety_specialist", provider=theirs)
    draft = complete(world)
    with pytest.raises(RuleViolation, match="not_staff"):
        wrote(world, draft, professional_id=stranger.pk)


@pytest.mark.parametrize("code", [0, 101, 322, 9001, 9002])
def test_only_the_three_kinds_of_service_are_offered(world: World, code: int) -> None:
    with pytest.raises(RuleViolation, match="unknown_kind"):
        opened(world, code)


def test_what_the_law_refuses_is_not_sent_and_the_draft_stays(world: World) -> None:
    day = AT.date()
    assert refusal(world, complete(world, minutes=239)) == "minutes_below_minimum"
    assert refusal(world, complete(world, minutes=11_701)) == "capacity_short"
    draft = complete(world)
    Certificate.objects.filter(professional=world.professionals[103]).update(certificate_class="C")
    assert refusal(world, draft) == "certificate_unfit"
    Certificate.objects.update(certificate_class="A", valid_to=day - timedelta(days=1))
    assert refusal(world, draft) == "certificate_expired"
    Certificate.objects.update(valid_to=None)
    Professional.objects.filter(pk=world.professionals[103].pk).update(suspended_on=day)
    assert refusal(world, draft) == "professional_suspended"
    Professional.objects.update(suspended_on=None)
    Provider.objects.update(suspended_on=day)
    assert refusal(world, draft) == "provider_suspended"
    with pytest.raises(RuleViolation, match="provider_suspended"):
        opened(world)
    Provider.objects.update(suspended_on=None)
    Workplace.objects.filter(pk=world.workplace.pk).update(closed_on=day)
    assert refusal(world, draft) == "workplace_closed"
    Workplace.objects.update(closed_on=None)
    assert send(world, draft).state == "awaiting_professional"


def test_the_same_offer_twice_is_refused(world: World) -> None:
    world.offer()
    with pytest.raises(RuleViolation, match="already_offered"):
        send(world, complete(world))


def test_someone_who_serves_there_already_is_refused(world: World) -> None:
    world.active()
    with pytest.raises(RuleViolation, match="already_live"):
        send(world, complete(world))


def test_while_updates_wait_only_the_workplaces_that_fall_short_are_offered_to(world: World) -> None:
    world.decide("stranger", world.accepted(workplace_id=world.elsewhere.pk))
    short = world.elsewhere.headcounts.get()
    short.employees = 30
    short.save()
    Contract.objects.update(fit="short")
    assert refusal(world, complete(world)) == "updates_wait"
    draft = complete(world)
    wrote(world, draft, sgk_number=world.elsewhere.sgk_number)
    colleague = professional(person(60, "İkinci"), "safety_specialist", provider=world.provider)
    wrote(world, draft, professional_id=colleague.pk)
    wrote(world, draft, assignment_type="part_time", minutes=360)
    assert send(world, draft).workplace_id == world.elsewhere.pk


def test_minutes_spent_meanwhile_are_refused_at_sending(world: World) -> None:
    draft = complete(world)
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=300)
    world.offer(workplace_id=workplace(9).pk)
    assert refusal(world, draft) == "capacity_short"
