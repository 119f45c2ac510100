"""Two who end contracts of one workplace at once: neither waits for the other's verdict, nor is turned away."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from katip.contracts.models import Contract
from katip.contracts.services import end as end_service
from katip.contracts.services.sweep import fitness_sweep_recent
from katip.registry.models import Headcount
from tests.cast import AT, World, professional
from tests.processes.test_concurrency import at_once, meet_after

pytestmark = pytest.mark.django_db(transaction=True)


def ending(world: World, role: str, contract: Contract) -> Callable[[], object]:
    return lambda: end_service.contract_end(
        actor=world.actor(role),
        at=AT,
        contract_id=contract.pk,
        last_day=AT.date(),
        note="Hizmet başka bir birimden alınacak.",
    )


def test_two_contracts_of_one_workplace_end_at_the_same_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    second, third = (
        professional(someone, "safety_specialist", provider=world.provider)
        for someone in (world.accountant, world.newcomer)
    )
    contracts = [world.active()]
    for role, who, minutes in (("accountant", second, 60), ("newcomer", third, 1)):
        contracts.append(world.offer(professional_id=who.pk, minutes=minutes))
        world.decide(role, contracts[-1])
        world.decide("owner", contracts[-1])
    Headcount.objects.create(workplace=world.workplace, period=date(2025, 6, 1), employees=15)  # 301 of 300 minutes
    meet_after(monkeypatch, end_service, "contracts_move", patience=2)
    first, beside, last = contracts
    ended = at_once(ending(world, "owner", first), ending(world, "manager", beside))
    assert all(isinstance(one, Contract) for one in ended), ended
    fitness_sweep_recent(at=AT + timedelta(minutes=1))
    last.refresh_from_db()
    assert last.fit == "short"
