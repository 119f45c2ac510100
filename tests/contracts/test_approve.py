"""Approving a service contract: in force from that moment, judged by the law of that moment."""

from datetime import date, timedelta
from typing import Any

import pytest

from katip.contracts.models import Contract, ContractVersion
from katip.processes.models import Decision, Outcome, Process, ProcessState
from katip.registry.models import ActivityHazard, Certificate, Headcount, StaffContract, Workplace
from katip.rules import ContractState, RuleViolation
from tests.cast import AT, VERY_HAZARDOUS, World

LATER = AT + timedelta(days=1)


def test_the_professional_accepts_then_the_employer_puts_it_in_force_from_that_moment(world: World) -> None:
    contract = world.offer()
    [moved] = world.decide("specialist", contract)
    contract.refresh_from_db()
    assert (moved.approved, moved.final) == (True, False)
    assert (contract.state, contract.active_from) == (ContractState.AWAITING_EMPLOYER, None)
    assert not ContractVersion.objects.exists()
    [moved] = world.decide("owner", contract, at=LATER)
    contract.refresh_from_db()
    assert (moved.approved, moved.final) == (True, True)
    assert (contract.state, contract.active_from) == (ContractState.ACTIVE, LATER)
    [version] = contract.versions.all()
    assert (version.no, version.valid_from, version.minutes, version.recorded_at) == (1, LATER, 240, LATER)
    assert (version.employees, version.hazard_class, version.required_minutes) == (12, "hazardous", 240)


@pytest.mark.parametrize(("role", "offered"), [("specialist", True), ("owner", False)])
def test_a_rejected_contract_is_over_and_can_be_offered_anew(world: World, role: str, offered: bool) -> None:
    contract = world.offer() if offered else world.accepted()
    [moved] = world.decide(role, contract, outcome=Outcome.REJECTED, reason="Süre bize fazla geliyor.")
    contract.refresh_from_db()
    process = Process.objects.get(pk=contract.process_id)
    assert (moved.approved, moved.final) == (False, True)
    assert (contract.state, contract.active_from, contract.versions.count()) == (ContractState.REJECTED, None, 0)
    assert (process.state, process.waits_for, process.closed_at) == (ProcessState.REJECTED, "", AT)
    assert world.offer().pk != contract.pk


REFUSALS: list[tuple[str, Any, dict[str, Any], str | None]] = [
    ("workplace_closed", Workplace, {"closed_on": date(2025, 6, 3)}, None),
    ("workplace_unknown_figures", ActivityHazard, {"valid_to": date(2025, 6, 2)}, None),
    ("workplace_empty", Headcount, {"employees": 0}, None),
    ("certificate_expired", Certificate, {"valid_to": date(2025, 6, 2)}, None),
    ("certificate_unfit", Workplace, {"activity_id": VERY_HAZARDOUS}, "6331 s.K. m.8/5"),
    ("certificate_unfit", Certificate, {"certificate_class": "C"}, "6331 s.K. m.8/5"),
    ("minutes_below_minimum", Headcount, {"employees": 13}, "İGU Yön. m.12"),
    ("capacity_short", StaffContract, {"minutes": 239}, None),
    ("capacity_short", StaffContract, {"valid_to": date(2025, 6, 2)}, None),
]


@pytest.mark.parametrize("role", ["specialist", "owner"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_the_law_is_asked_again_at_every_approval_and_nothing_moves_when_it_refuses(
    world: World, role: str, refusal: tuple[str, Any, dict[str, Any], str | None]
) -> None:
    code, model, values, article = refusal
    contract = world.offer() if role == "specialist" else world.accepted()
    before = Process.objects.values().get(), Contract.objects.values().get(), Decision.objects.count()
    model.objects.update(**values)
    with pytest.raises(RuleViolation) as refused:
        world.decide(role, contract, at=LATER)
    assert refused.value.code == code
    assert (refused.value.citation.short if refused.value.citation else None) == article
    assert (Process.objects.values().get(), Contract.objects.values().get(), Decision.objects.count()) == before


@pytest.mark.parametrize(("code", "model", "values", "article"), REFUSALS)
def test_rejecting_is_always_lawful(
    world: World, code: str, model: Any, values: dict[str, Any], article: str | None
) -> None:
    contract = world.accepted()
    model.objects.update(**values)
    world.decide("owner", contract, at=LATER, outcome=Outcome.REJECTED, reason="Artık gerekmiyor.")
    assert Contract.objects.get().state == ContractState.REJECTED


def test_the_last_day_of_a_certificate_still_counts(world: World) -> None:
    contract = world.accepted()
    Certificate.objects.update(valid_to=date(2025, 6, 3))
    world.decide("owner", contract, at=LATER)
    assert Contract.objects.get().state == ContractState.ACTIVE


def test_days_are_those_of_turkey(world: World) -> None:
    """At 21:00 UTC it is the next day in Istanbul: the certificate of the day before has ended."""
    contract = world.accepted()
    Certificate.objects.update(valid_to=date(2025, 6, 3))
    with pytest.raises(RuleViolation, match="certificate_expired"):
        world.decide("owner", contract, at=LATER.replace(hour=21))


def test_both_contracts_of_a_workplace_can_be_approved_in_one_go_or_not_at_all(world: World) -> None:
    both = [world.accepted(103), world.accepted(140)]
    StaffContract.objects.filter(professional=world.professionals[140]).update(minutes=0)
    with pytest.raises(RuleViolation, match="capacity_short"):
        world.decide("owner", *both)
    assert set(Contract.objects.values_list("state", flat=True)) == {ContractState.AWAITING_EMPLOYER}
    StaffContract.objects.update(minutes=11_700)
    moved = world.decide("owner", *both)
    assert [move.final for move in moved] == [True, True]
    assert ContractVersion.objects.count() == 2
    assert Decision.objects.filter(person=world.owner).count() == 2
