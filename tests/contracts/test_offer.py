"""Offering a service contract: who may, what the statute and the register refuse, what is written down."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from katip.audit.models import Event
from katip.contracts.models import Contract
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.processes.models import PartyKind, Process, ProcessState
from katip.processes.services.terms import terms_hash
from katip.registry.models import ActivityHazard, Certificate, Headcount, Mandate, StaffContract, Workplace
from katip.rules import ContractState, RuleViolation
from tests.cast import AT, LOW, VERY_HAZARDOUS, World, person, professional, workplace


def test_an_offer_waits_for_the_professional_with_its_terms_as_offered(world: World) -> None:
    contract = world.offer()
    process = contract.process
    assert (contract.state, contract.minutes, contract.active_from) == (ContractState.AWAITING_PROFESSIONAL, 240, None)
    assert (process.state, process.version, process.current_step) == (ProcessState.OPEN, 1, 1)
    assert (process.waits_for, process.waits_for_person_id) == (PartyKind.PROFESSIONAL, world.specialist.pk)
    assert process.due_on == date(2025, 6, 11)  # five working days from Monday the 2nd: 6 and 9 June are Kurban Bayramı
    assert [(step.no, step.party, step.person_id) for step in process.steps.all()] == [
        (1, PartyKind.PROFESSIONAL, world.specialist.pk),
        (2, PartyKind.EMPLOYER, None),
    ]
    terms = process.terms
    assert process.terms_hash == terms_hash(terms)
    assert (terms["minutes"], terms["requirement"]["minutes"], terms["requirement"]["per_employee"]) == (240, 240, 20)
    assert terms["requirement"]["citation"]["short"].startswith("İGU Yön. m.12")
    assert world.specialist.national_id not in str(terms)
    [event] = Event.objects.filter(tag="contract:offer:made")
    assert (event.subject_id, event.actor_id, event.organisation_id) == (
        process.pk,
        world.manager.pk,
        world.provider.pk,
    )


def _set(model: Any, **values: Any) -> Callable[[World], dict[str, Any]]:
    def change(_: World) -> dict[str, Any]:
        model.objects.update(**values)
        return {}

    return change


def _running(world: World) -> dict[str, Any]:
    world.active()
    return {}


def _offered(world: World) -> dict[str, Any]:
    world.offer()
    return {}


def _physician_as_specialist(world: World) -> dict[str, Any]:
    return {"professional_id": world.professionals[140].pk}


REFUSALS: list[tuple[str, Callable[[World], dict[str, Any]], str | None, dict[str, object]]] = [
    ("workplace_closed", _set(Workplace, closed_on=date(2025, 6, 2)), None, {"closed_on": date(2025, 6, 2)}),
    ("workplace_unknown_figures", _set(ActivityHazard, valid_from=date(2030, 1, 1)), None, {}),
    ("workplace_empty", _set(Headcount, employees=0), None, {}),
    ("already_live", _running, None, {}),
    ("already_offered", _offered, None, {}),
    ("no_certificate", _physician_as_specialist, None, {"profession": "safety_specialist"}),
    ("certificate_expired", _set(Certificate, valid_to=date(2025, 6, 1)), None, {"valid_to": "2025-06-01"}),
    ("certificate_expired", _set(Certificate, valid_from=date(2025, 6, 3)), None, {"valid_to": None}),
    (
        "certificate_unfit",
        _set(Workplace, activity_id=VERY_HAZARDOUS),
        "6331 s.K. m.8/5",
        {"class": "B", "hazard": "very_hazardous"},
    ),
    ("minutes_below_minimum", lambda _: {"minutes": 239}, "İGU Yön. m.12", {"minutes": 239, "minimum": 240}),
    ("capacity_short", _set(StaffContract, minutes=239), None, {"requested": 240, "assignable": 239, "short_by": 1}),
    ("capacity_short", _set(StaffContract, valid_to=date(2025, 6, 1)), None, {"assignable": 0}),
]


@pytest.mark.parametrize(("code", "arrange", "article", "facts"), REFUSALS)
def test_the_law_and_the_register_refuse_with_their_reason(
    world: World, code: str, arrange: Callable[[World], dict[str, Any]], article: str | None, facts: dict[str, object]
) -> None:
    terms = arrange(world)
    before = (Contract.objects.count(), Process.objects.count(), Event.objects.count())
    with pytest.raises(RuleViolation) as refused:
        world.offer(**terms)
    assert refused.value.code == code
    assert (refused.value.citation.short if refused.value.citation else None) == article
    assert refused.value.facts.items() >= facts.items()
    assert (Contract.objects.count(), Process.objects.count(), Event.objects.count()) == before


def test_unknown_headcount_is_refused(world: World) -> None:
    Headcount.objects.filter(workplace=world.workplace).update(
        workplace=workplace(9, activity=LOW), period="2025-04-01"
    )
    with pytest.raises(RuleViolation, match="workplace_unknown_figures"):
        world.offer()


def test_minutes_offered_and_running_elsewhere_are_not_sold_twice(world: World) -> None:
    StaffContract.objects.update(minutes=600)
    world.offer(workplace_id=world.elsewhere.pk)
    world.active()
    with pytest.raises(RuleViolation) as refused:
        world.offer(workplace_id=workplace(3).pk)
    assert refused.value.facts["assignable"] == 120


def test_what_already_runs_counts_towards_the_minimum(world: World) -> None:
    world.active(minutes=300)
    second = professional(person(20, "İkinci"), "safety_specialist", provider=world.provider)
    assert world.offer(professional_id=second.pk, minutes=1).minutes == 1


def test_the_certificate_that_reaches_highest_is_taken(world: World) -> None:
    Certificate.objects.create(
        professional=world.professionals[103],
        profession="safety_specialist",
        certificate_class="A",
        number="ÖRNEK-A",
        valid_from=date(2024, 1, 1),
    )
    high = workplace(4, activity=VERY_HAZARDOUS)
    assert world.offer(workplace_id=high.pk, minutes=12 * 40).certificate.number == "ÖRNEK-A"


@pytest.mark.parametrize("who", ["owner", "specialist", "stranger", "stranger_as_manager", "ended"])
def test_only_the_providers_manager_offers(world: World, who: str) -> None:
    actor = world.actor(who) if who in {"owner", "specialist", "stranger"} else world.actor("manager")
    if who == "stranger_as_manager":
        actor = Actor(world.stranger.pk, Capacity.PROVIDER, world.provider.pk, actor.proof)
    if who == "ended":
        Mandate.objects.filter(person=world.manager).update(valid_to=date(2025, 6, 1))
    from katip.contracts.services.offer import contract_offer

    with pytest.raises(PermissionRefusedError, match="no_mandate"):
        contract_offer(
            actor=actor,
            at=AT,
            code=103,
            workplace_id=world.workplace.pk,
            professional_id=world.professionals[103].pk,
            minutes=240,
        )
    assert not Process.objects.exists()


def test_a_valid_certificate_is_found_beside_an_expired_one_of_a_higher_class(world: World) -> None:
    expert = world.professionals[103]
    Certificate.objects.create(
        professional=expert,
        profession="safety_specialist",
        certificate_class="A",
        number="ÖRNEK-ESKİ",
        valid_from=date(2010, 1, 1),
        valid_to=date(2015, 1, 1),
    )
    assert world.offer().certificate.certificate_class == "B"


def test_an_offer_of_no_minutes_is_refused_even_where_the_minimum_is_served(world: World) -> None:
    world.active()
    other = professional(person(77, "Ad"), "safety_specialist", provider=world.provider)
    with pytest.raises(RuleViolation) as refused:
        world.offer(professional_id=other.pk, minutes=0)
    assert refused.value.code == "minutes_below_minimum"
