"""What waits is found: most urgent first, counted right, in the capacity that the step asks for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from katip.contracts.models import Contract
from katip.contracts.selectors import After, contract_list, state_counts
from katip.processes.deadlines import working_days_left
from katip.processes.models import Decision, Process
from katip.rules import ContractState
from tests.cast import World, decision, e_bildirge, entered, person, professional, signed_in, workplace

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def many_offers(world: World, number: int) -> list[Contract]:
    """Offers of one specialist's few minutes to many workplaces, each older than the one before."""
    return [
        world.offer(workplace_id=workplace(100 + no, employees=1).pk, minutes=20, at=NOW - timedelta(days=no))
        for no in range(number)
    ]


def test_a_professional_reaches_every_assignment_that_waits_the_most_urgent_first(world: World) -> None:
    offers = many_offers(world, 53)
    client = entered(world, "specialist")
    first = client.get(reverse("assignments"))
    assert "Onayınızı bekleyen 53 süreç var" in first.text
    urgent = sorted(offers, key=lambda contract: (Process.objects.get(pk=contract.process_id).due_on, contract.pk))
    assert [row["no"] for row in first.context["waiting"]] == [contract.process_id for contract in urgent[:50]]
    second = client.get(first.context["waiting_next_url"])
    assert [row["no"] for row in second.context["waiting"]] == [contract.process_id for contract in urgent[50:]]


def test_the_main_screen_sees_the_one_that_waits_behind_many_newer_ones(world: World) -> None:
    waiting = world.accepted(at=NOW - timedelta(days=30))
    running = world.active(140, at=NOW - timedelta(days=20))
    for no in range(52):
        copy, process = Contract.objects.get(pk=running.pk), Process.objects.get(pk=running.process_id)
        copy.pk = process.pk = None
        process.save()
        copy.process, copy.profession = process, "other_health_personnel"
        copy.professional = professional(person(100 + no, f"Kişi {no}"), copy.profession, provider=world.provider)
        copy.save()
    page = entered(world, "owner").get(reverse("home"))
    assert "Onayınızı bekleyen 1 sözleşme var" in page.text
    assert reverse("step", args=[waiting.process_id]) in page.text


def test_what_waits_for_the_asker_stands_before_what_waits_for_others(world: World) -> None:
    theirs = world.offer(103, at=NOW - timedelta(days=9))
    mine = world.accepted(140, at=NOW)
    waiting = (ContractState.AWAITING_PROFESSIONAL, ContractState.AWAITING_EMPLOYER)
    found = contract_list(world.actor("owner"), NOW, states=waiting, after=None, limit=1)
    assert [contract.pk for contract in found] == [mine.pk, theirs.pk]
    last: Any = found[0]
    after = After(last.rank, last.process.due_on, last.pk)
    rest = contract_list(world.actor("owner"), NOW, states=waiting, after=after, limit=1)
    assert [contract.pk for contract in rest] == [theirs.pk]


def test_each_state_is_counted_for_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("katip.contracts.selectors.COUNTED", 2)
    world.active(at=NOW - timedelta(days=5))
    for no in range(3):
        offer = world.offer(140, at=NOW - timedelta(days=4 - no))
        world.decide("physician", offer, outcome="rejected", reason="Sürem yetmiyor, üzgünüm.", at=NOW)
    assert state_counts(world.actor("owner")) == {"active": 1, "rejected": 2}
    assert state_counts(world.actor("manager")) == {"active": 1, "rejected": 2}
    assert state_counts(world.actor("specialist")) == {"active": 1}


@pytest.mark.parametrize(
    ("due", "today", "left"),
    [
        (date(2025, 6, 13), date(2025, 6, 13), 0),
        (date(2025, 6, 13), date(2025, 6, 14), -1),  # a Friday's last day has passed on Saturday
        (date(2025, 6, 13), date(2025, 6, 16), -1),
        (date(2025, 6, 13), date(2025, 6, 12), 1),
    ],
)
def test_a_last_day_that_passed_is_past_on_a_weekend_too(due: date, today: date, left: int) -> None:
    assert working_days_left(due, datetime(today.year, today.month, today.day, 9, tzinfo=UTC)) == left


def test_a_step_opens_in_the_capacity_that_it_asks_for(world: World) -> None:
    """The specialist is e-Bildirge user of the same workplace: the link of a mail leads to the employer's decision."""
    contract = world.accepted(at=NOW)
    e_bildirge(world.specialist, world.workplace)
    for client in (signed_in(world.specialist), entered(world, "specialist")):
        page = client.get(reverse("step", args=[contract.process_id]))
        assert page.context["role"] == "employer"
        assert f"{world.workplace.title} adına" in page.text
    shown = decision(contract)
    answer = {"version": shown.version, "terms_hash": shown.terms_hash, "read": "on"}
    client.post(reverse("step_complete", args=[contract.process_id]), answer)
    assert Decision.objects.get(step__party="employer").capacity == "workplace"


def test_the_professionals_step_is_taken_in_their_own_name_whatever_was_chosen(world: World) -> None:
    contract = world.offer(at=NOW)
    e_bildirge(world.specialist, world.workplace)
    client = signed_in(world.specialist)
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.workplace.pk}"})
    page = client.get(reverse("step", args=[contract.process_id]))
    assert page.context["role"] == "professional"
    shown = decision(contract)
    answer = {"version": shown.version, "terms_hash": shown.terms_hash, "read": "on"}
    client.post(reverse("step_complete", args=[contract.process_id]), answer)
    assert Decision.objects.get(step__party="professional").capacity == "individual"


def test_whose_mandate_has_not_begun_is_not_told_that_it_ended(world: World) -> None:
    contract = world.accepted(at=NOW)
    e_bildirge(world.accountant, world.workplace, valid_from=date(2099, 1, 1))
    assert entered(world, "accountant").get(reverse("step", args=[contract.process_id])).status_code == 404


def test_whoever_is_not_asked_is_told_that_it_is_not_their_turn(world: World) -> None:
    contract = world.accepted(at=NOW)
    shown = decision(contract)
    answer = {"version": shown.version, "terms_hash": shown.terms_hash, "read": "on"}
    page = entered(world, "manager").post(reverse("step_complete", args=[contract.process_id]), answer)
    assert page.status_code == 409
    assert "Sıra sizde değil" in page.text
