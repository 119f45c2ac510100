"""Beside the server: from an event to its receiver with nobody asking for it."""

import json
from datetime import UTC, datetime

import pytest

from katip.audit.log.sequence import sequence_all
from katip.audit.log.stream import streams_run
from katip.cli import sequencer
from katip.notices.hooks.services.subscribe import hook_subscribe
from tests.cast import World
from tests.notices.hooks.receiver import Receiver, signed_by

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_offer_reaches_the_program_by_itself(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "EVERY_SECONDS", 0.01)
    now = datetime.now(UTC)
    manager = world.actor("manager", at=now)
    _, secret = hook_subscribe(actor=manager, at=now, url=receiver.url, kinds=["offer.made"])
    sequence_all(now)
    streams_run(now, lambda: False)  # the readers are there: they begin at the end of the log
    with sequencer.sequencing():
        contract = world.offer(at=now)
        assert receiver.arrived.wait(20)
    (came,) = receiver.came
    assert signed_by(secret, came)
    told = json.loads(came.body)
    assert (told["type"], told["data"]["contract"]) == ("offer.made", contract.pk)
