"""An employer's own undertaking: registered by one, accepted by the other, judged both times, ended by either."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from katip.audit.models import Event, EventDetail
from katip.contracts.kinds.undertaking import asked_of, undertakings_judge
from katip.contracts.models import Contract, Undertaking, UndertakingState
from katip.contracts.services.sweep import fitness_sweep
from katip.contracts.services.undertaking import undertaking_end
from katip.core.actor import Actor, Capacity, Proof
from katip.core.errors import PermissionRefusedError
from katip.processes.models import Outcome, PartyKind, Process, ProcessState
from katip.processes.services.cancel import process_withdraw
from katip.processes.services.complete import steps_complete_each
from katip.registry.models import Headcount, Mandate, Workplace
from katip.rules import RuleViolation, UndertakerQuality
from tests.cast import AT, HAZARDOUS, LOW, World, decision, e_bildirge, workplace
from tests.contracts.people import People, answer, in_person, people_make

REASON = "İşyeri bir OSGB ile anlaştı."


@pytest.fixture
def people(world: World) -> People:
    return people_make(world)


def another(people: People, number: int = 70, **of: Any) -> Actor:
    """The owner, as user of a further small workplace."""
    there = workplace(number, employees=of.pop("employees", 8), activity=of.pop("activity", LOW), **of)
    e_bildirge(people.world.owner, there)
    return Actor(people.world.owner.pk, Capacity.WORKPLACE, there.pk, Proof("totp", AT))


def test_it_waits_for_the_person_and_is_in_force_when_they_accept(people: People) -> None:
    undertaking = people.undertake()
    process = undertaking.process
    assert (process.code, process.waits_for, process.waits_for_person_id) == (
        9003,
        PartyKind.PERSON,
        people.world.owner.pk,
    )
    terms = process.terms
    assert (terms["requirement"]["minimum"], terms["requirement"]["per_employee"]) == (70, 10)
    assert terms["health_examinations_included"] is False
    assert "30427" in terms["requirement"]["citation"]["short"]
    assert people.world.owner.national_id not in str(terms)
    answer(people.world.owner, process)
    undertaking.refresh_from_db()
    assert (undertaking.state, undertaking.active_from) == (UndertakingState.ACTIVE, AT)


def test_a_workplace_that_has_grown_is_owed_again(people: People) -> None:
    contract = people.assign(actor=people.small_actor(), minutes=70)
    answer(people.employee, contract.process)
    answer(people.world.owner, people.undertake().process)
    assert Contract.objects.get().fit == "above"
    Headcount.objects.create(workplace=contract.workplace, period=date(2025, 6, 1), employees=60)
    assert fitness_sweep(at=AT) == 1
    assert Contract.objects.get().fit == "short"


def test_while_it_holds_the_specialist_and_the_physician_are_not_owed(people: People) -> None:
    contract = people.assign(actor=people.small_actor(), minutes=70)
    answer(people.employee, contract.process)
    Contract.objects.update(fit="short")
    undertaking = people.undertake()
    answer(people.world.owner, undertaking.process)
    assert Contract.objects.get().fit == "above"
    undertaking_end(actor=people.small_actor(), at=AT, undertaking_id=undertaking.pk, reason=REASON)
    assert Contract.objects.get().fit == "fit"


@pytest.mark.parametrize("side", ["employer", "person"])
def test_either_side_ends_it_with_a_reason(people: People, side: str) -> None:
    undertaking = people.undertake()
    answer(people.world.owner, undertaking.process)
    actor = people.small_actor() if side == "employer" else in_person(people.world.owner)
    undertaking_end(actor=actor, at=AT, undertaking_id=undertaking.pk, reason=REASON)
    undertaking.refresh_from_db()
    assert (undertaking.state, undertaking.ended_at, undertaking.end_reason) == (UndertakingState.ENDED, AT, REASON)
    event = Event.objects.get(tag="contract:undertaking:ended")
    assert EventDetail.objects.get(event=event).body["reason"] == REASON
    with pytest.raises(RuleViolation, match="undertaking_not_active"):
        undertaking_end(actor=actor, at=AT, undertaking_id=undertaking.pk, reason=REASON)
    assert people.undertake().state == UndertakingState.AWAITING  # and it can be taken on anew


def test_it_is_not_ended_by_others_nor_without_a_reason(people: People) -> None:
    undertaking = people.undertake()
    answer(people.world.owner, undertaking.process)
    world = people.world
    strangers = [world.actor("stranger"), world.actor("manager"), in_person(world.colleague), world.actor("owner")]
    for actor in strangers:
        with pytest.raises(PermissionRefusedError):
            undertaking_end(actor=actor, at=AT, undertaking_id=undertaking.pk, reason=REASON)
    with pytest.raises(PermissionRefusedError):
        undertaking_end(actor=people.small_actor(), at=AT, undertaking_id=10**9, reason=REASON)
    for reason in ("kısa", "x" * 201):
        with pytest.raises(ValueError, match="10 to 200"):
            undertaking_end(actor=people.small_actor(), at=AT, undertaking_id=undertaking.pk, reason=reason)
    undertaking.refresh_from_db()
    assert undertaking.state == UndertakingState.ACTIVE


def test_refused_taken_back_or_lapsed_it_never_was_in_force(people: People) -> None:
    first = people.undertake()
    answer(people.world.owner, first.process, outcome=Outcome.REJECTED, reason="Eğitimim henüz bitmedi.")
    second = people.undertake()
    process_withdraw(actor=people.small_actor(), at=AT, process_id=second.process_id, version=1)
    states = Undertaking.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [UndertakingState.REJECTED, UndertakingState.WITHDRAWN]


def _set(**values: Any) -> Callable[[People], dict[str, Any]]:
    def change(people: People) -> dict[str, Any]:
        Workplace.objects.filter(pk=people.small.pk).update(**values)
        return {}

    return change


def _headcount(employees: int) -> Callable[[People], dict[str, Any]]:
    def change(people: People) -> dict[str, Any]:
        Headcount.objects.filter(workplace=people.small).update(employees=employees)
        return {"minutes": 500}

    return change


def _unknown(people: People) -> dict[str, Any]:
    Headcount.objects.filter(workplace=people.small).update(workplace=people.own, period=date(2025, 4, 1))
    return {}


def _waits(people: People) -> dict[str, Any]:
    people.undertake()
    return {}


def _elsewhere(quality: UndertakerQuality, **of: Any) -> Callable[[People], dict[str, Any]]:
    def undertake(people: People) -> dict[str, Any]:
        actor = another(people, **of)
        made = people.undertake(actor=actor, quality=quality, minutes=of.get("employees", 8) * 10)
        answer(people.world.owner, made.process)
        return {"quality": quality}

    return undertake


def _another_employers(people: People) -> dict[str, Any]:
    terms = _elsewhere(UndertakerQuality.EMPLOYER)(people)
    Workplace.objects.filter(pk=people.small.pk).update(vkn="1000000018")
    Workplace.objects.filter(sgk_number__contains="0000070").update(vkn="1000000026")
    return terms


REFUSALS: list[tuple[str, Callable[[People], dict[str, Any]], dict[str, object]]] = [
    ("person_unknown", lambda _: {"national_id": "10000000146"}, {}),
    ("training_in_future", lambda _: {"training_on": date(2025, 6, 3)}, {}),
    ("undertaking_exists", _waits, {}),
    ("workplace_closed", _set(closed_on=date(2025, 6, 1)), {}),
    ("workplace_unknown_figures", _unknown, {}),
    ("undertaking_hazard_class", _set(activity_id=HAZARDOUS), {"hazard": "hazardous"}),
    ("undertaking_too_large", _headcount(50), {"employees": 50, "limit": 50}),
    ("undertaking_minutes", lambda _: {"minutes": 69}, {"minimum": 70, "per_employee": 10}),
    ("undertaking_deputy_one", _elsewhere(UndertakerQuality.DEPUTY), {"others": 1}),
    ("undertaking_other_province", _elsewhere(UndertakerQuality.EMPLOYER, province=34), {"other_province": 34}),
    ("undertaking_too_large", _elsewhere(UndertakerQuality.EMPLOYER, employees=43), {"together": 50}),
    ("undertaking_other_employer", _another_employers, {}),
]


@pytest.mark.parametrize(("code", "arrange", "facts"), REFUSALS)
def test_what_the_regulation_and_the_register_refuse(
    people: People, code: str, arrange: Callable[[People], dict[str, Any]], facts: dict[str, object]
) -> None:
    terms = arrange(people)
    before = (Undertaking.objects.count(), Process.objects.count(), Event.objects.count())
    with pytest.raises(RuleViolation) as refused:
        people.undertake(**terms)
    assert refused.value.code == code
    assert refused.value.facts.items() >= facts.items()
    if code.startswith("undertaking_") and code != "undertaking_exists":
        assert refused.value.citation is not None
        assert refused.value.citation.short == "RG 21.05.2018/30427"
    assert (Undertaking.objects.count(), Process.objects.count(), Event.objects.count()) == before


def test_an_employer_covers_several_own_workplaces_of_a_province(people: People) -> None:
    _elsewhere(UndertakerQuality.EMPLOYER)(people)
    undertaking = people.undertake()
    assert undertaking.process.terms["others"] == [{"title": "Örnek İşyeri 70 A.Ş.", "employees": 8}]
    answer(people.world.owner, undertaking.process)
    assert Undertaking.objects.filter(state=UndertakingState.ACTIVE).count() == 2


def test_a_deputy_who_accepts_two_at_once_is_refused_both(people: People) -> None:
    deputy: dict[str, Any] = {"quality": UndertakerQuality.DEPUTY, "minutes": 80}
    waiting = [people.undertake(**deputy), people.undertake(actor=another(people), **deputy)]
    with pytest.raises(RuleViolation, match="undertaking_deputy_one"):
        answer(people.world.owner, *(one.process for one in waiting))
    answer(people.world.owner, waiting[0].process)
    with pytest.raises(RuleViolation, match="undertaking_deputy_one"):
        answer(people.world.owner, waiting[1].process)


def test_of_two_accepted_together_that_exclude_each_other_the_first_stands(people: People) -> None:
    deputy: dict[str, Any] = {"quality": UndertakerQuality.DEPUTY, "minutes": 80}
    both = [people.undertake(**deputy), people.undertake(actor=another(people), **deputy)]
    decisions = [decision(one) for one in both]
    with transaction.atomic():
        done = steps_complete_each(actor=in_person(people.world.owner), at=AT, decisions=decisions)
    assert [move.process.pk for move in done.moved] == [both[0].process_id]
    assert list(done.refused) == [both[1].process_id]


def test_a_workplace_that_grew_since_is_refused_at_acceptance_and_shown_as_no_longer_fitting(people: People) -> None:
    undertaking = people.undertake()
    _headcount(50)(people)
    with pytest.raises(RuleViolation, match="undertaking_too_large"):
        answer(people.world.owner, undertaking.process)
    assert Process.objects.get(pk=undertaking.process_id).state == ProcessState.OPEN
    _headcount(7)(people)
    answer(people.world.owner, undertaking.process)
    undertaking.refresh_from_db()
    assert undertakings_judge([asked_of(undertaking)], AT)[0].violation is None
    _headcount(50)(people)
    violation = undertakings_judge([asked_of(undertaking)], AT)[0].violation
    assert violation is not None
    assert violation.code == "undertaking_too_large"


@pytest.mark.parametrize("who", ["manager", "specialist", "ended", "no_proof"])
def test_only_the_workplaces_user_registers(people: People, who: str) -> None:
    world = people.world
    actor = world.actor(who) if who in {"manager", "specialist"} else world.actor("owner", proof=who != "no_proof")
    if who == "ended":
        Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 1))
    with pytest.raises(PermissionRefusedError):
        people.undertake(actor=actor)
    assert not Process.objects.exists()


def test_only_the_person_accepts(people: People) -> None:
    undertaking = people.undertake()
    for someone in (people.world.colleague, people.employee):
        with pytest.raises(PermissionRefusedError):
            answer(someone, undertaking.process)
