"""Counting how workplaces are served: by province and class, by provider, and what became of offers."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.forms import model_to_dict

from katip.audit.models import Event
from katip.contracts.models import Contract, Coverage, OfferFunnel, ProviderCoverage, Undertaking
from katip.contracts.services.coverage import FUNNEL_DAYS, coverage_count, coverage_due
from katip.core.actor import OPERATOR
from katip.core.errors import PermissionRefusedError
from katip.processes.models import Outcome, Process
from katip.registry.models import Headcount, Workplace
from katip.rules import UndertakerQuality
from tests.cast import AT, LOW, World, workplace

TODAY = AT.date()


def counted(province: int = 16, hazard: str = "hazardous", day: date = TODAY) -> dict[str, int]:
    fields = ("workplaces", "employees", "served", "with_specialist", "with_physician", "waiting", "short")
    return model_to_dict(Coverage.objects.get(province_id=province, hazard_class=hazard, day=day), fields)


def test_each_workplace_counts_once_for_what_serves_it(world: World) -> None:
    world.active(103)
    world.active(140)
    world.decide("stranger", world.accepted(103, workplace_id=world.elsewhere.pk))
    waits = workplace(3)
    world.offer(103, workplace_id=waits.pk)
    world.offer(140, workplace_id=waits.pk)
    workplace(4, employees=0)
    closed = workplace(5)
    Workplace.objects.filter(pk=closed.pk).update(closed_on=AT.date())
    workplace(6, province=34, activity=LOW, employees=7)
    assert coverage_due(AT)
    coverage_count(actor=OPERATOR, at=AT)
    assert not coverage_due(AT)
    assert coverage_due(AT + timedelta(days=1))
    assert counted() == {
        "workplaces": 3,
        "employees": 36,
        "served": 1,
        "with_specialist": 2,
        "with_physician": 1,
        "waiting": 1,
        "short": 0,
    }
    assert counted(34, "low") == {
        "workplaces": 1,
        "employees": 7,
        "served": 0,
        "with_specialist": 0,
        "with_physician": 0,
        "waiting": 0,
        "short": 0,
    }
    assert Coverage.objects.count() == 2
    assert Event.objects.filter(tag="contract:coverage:counted").count() == 1


def test_an_own_undertaking_serves_as_both(world: World) -> None:
    where = workplace(7, activity=LOW, employees=9)
    process = Process.objects.create(
        code=9003, workplace=where, waiting_since=AT, created_at=AT, terms={}, terms_hash="x"
    )
    own: dict[str, Any] = {"state": "awaiting", "training_no": "1", "training_on": AT.date(), "minutes": 90}
    made = Undertaking.objects.create(
        workplace=where, person=world.owner, process=process, quality=UndertakerQuality.EMPLOYER, created_at=AT, **own
    )
    coverage_count(actor=OPERATOR, at=AT)
    assert counted(hazard="low")["served"] == 0
    Undertaking.objects.filter(pk=made.pk).update(state="active", active_from=AT)
    coverage_count(actor=OPERATOR, at=AT)
    assert counted(hazard="low")["served"] == 1


def test_the_newest_headcount_that_has_come_counts_and_the_day_is_replaced(world: World) -> None:
    coverage_count(actor=OPERATOR, at=AT)
    Headcount.objects.create(workplace=world.workplace, period=date(2025, 6, 1), employees=20)
    Headcount.objects.create(workplace=world.workplace, period=date(2025, 7, 1), employees=99)
    coverage_count(actor=OPERATOR, at=AT)
    assert counted()["employees"] == 32
    coverage_count(actor=OPERATOR, at=AT + timedelta(days=30))
    assert counted(day=date(2025, 7, 2))["employees"] == 111
    assert counted()["employees"] == 32


def test_a_providers_row_follows_its_contracts_down_to_nothing(world: World) -> None:
    contract = world.active(103)
    world.offer(140)
    coverage_count(actor=OPERATOR, at=AT)
    row = ProviderCoverage.objects.get()
    assert (row.provider_id, row.province_id, row.hazard_class) == (world.provider.pk, 16, "hazardous")
    assert (row.workplaces, row.active, row.waiting, row.short) == (1, 1, 1, 0)
    Contract.objects.filter(pk=contract.pk).update(fit="short")
    coverage_count(actor=OPERATOR, at=AT)
    assert ProviderCoverage.objects.get().short == 1
    Contract.objects.update(state="withdrawn")
    coverage_count(actor=OPERATOR, at=AT + timedelta(days=1))
    row = ProviderCoverage.objects.get()
    assert (row.workplaces, row.active, row.waiting, row.short, row.counted_on) == (0, 0, 0, 0, date(2025, 6, 3))


def test_the_funnel_tells_where_offers_fell(world: World) -> None:
    world.active(103)
    world.accepted(140)
    refused = world.offer(103, workplace_id=world.elsewhere.pk)
    world.decide("specialist", refused, outcome=Outcome.REJECTED, reason="Bu ay vaktim yok.")
    fell = world.accepted(140, workplace_id=world.elsewhere.pk)
    world.decide("stranger", fell, outcome=Outcome.REJECTED, reason="Süre bize fazla geliyor.")
    coverage_count(actor=OPERATOR, at=AT)
    row = model_to_dict(OfferFunnel.objects.get())
    expected = {"offered": 4, "accepted": 3, "approved": 1, "rejected_first": 1, "rejected_second": 1}
    assert {name: row[name] for name in expected} == expected
    assert sum(row[f"{how}_{when}"] for how in ("lapsed", "withdrawn") for when in ("first", "second")) == 0
    coverage_count(actor=OPERATOR, at=AT + timedelta(days=FUNNEL_DAYS + 1))
    assert OfferFunnel.objects.get().offered == 0


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_nobody_but_the_operator_counts(world: World, role: str) -> None:
    with pytest.raises(PermissionRefusedError):
        coverage_count(actor=world.actor(role), at=AT)
    assert not Coverage.objects.exists()
