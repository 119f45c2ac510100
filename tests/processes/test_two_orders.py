"""Two batches that need the same professionals in opposite orders: neither is turned away."""

from typing import Any

import pytest

from katip.contracts.kinds.update import DurationUpdateKind
from katip.contracts.models import Contract, ContractVersion
from katip.contracts.services.update import update_propose
from katip.processes.services.complete import steps_complete
from tests.cast import AT, World, decision, e_bildirge
from tests.processes.test_concurrency import at_once, meet_after

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_batches_of_updates_and_offers_cross_each_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    e_bildirge(world.owner, world.elsewhere)
    there: dict[str, Any] = {"workplace_id": world.elsewhere.pk}
    batches = []
    for running, offered in (
        (world.active(103), world.accepted(140)),
        (world.active(140, **there), world.accepted(103, **there)),
    ):
        update = update_propose(actor=world.actor("manager"), at=AT, contract_id=running.pk, minutes=250)
        batches.append([decision(update), decision(offered)])
    meet_after(monkeypatch, DurationUpdateKind, "lock", patience=2)

    def decide(role: str, batch: Any) -> Any:
        return lambda: steps_complete(actor=world.actor(role), at=AT, decisions=batch)

    ended = at_once(decide("owner", batches[0]), decide("stranger", batches[1]))
    assert not [one for one in ended if isinstance(one, Exception)], ended
    assert Contract.objects.filter(state="active").count() == 4
    assert ContractVersion.objects.filter(no=2).count() == 2
