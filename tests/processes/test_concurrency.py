"""Two at once, with real connections: exactly one wins, and nobody spends a professional's minutes twice.

The threads are held where a race would do harm, so that these tests fail every time, not sometimes, when the
compare-and-swap or the lock is taken away.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import connection

from katip.contracts.facts import facts_read
from katip.contracts.kinds import service as service_kind
from katip.contracts.models import Contract, ContractVersion
from katip.contracts.services import offer as offer_service
from katip.core.actor import Actor
from katip.processes.errors import AlreadyDecidedError
from katip.processes.models import Decision, Outcome, Process
from katip.processes.services import complete
from katip.registry.models import StaffContract
from katip.rules import RuleViolation
from tests.cast import AT, World, decision
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20
"""Seconds after which a thread that should have met the other gives up."""


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run each in a thread of its own; what each returned or raised."""
    ended: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            ended[place] = work()
        except Exception as error:  # noqa: BLE001 -- how it ended is what the test looks at
            ended[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return ended


def meet_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, patience: float) -> None:
    """Let two threads wait for each other after `module.name`; alone, one goes on after `patience` seconds."""
    barrier, original = threading.Barrier(2), getattr(module, name)

    def held(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(patience)
        return result

    monkeypatch.setattr(module, name, held)


def decide(actor: Actor, shown: Sequence[complete.StepDecision]) -> Callable[[], object]:
    return lambda: complete.steps_complete(actor=actor, at=AT, decisions=shown)


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ("specialist", "specialist", Outcome.APPROVED),
        ("owner", "owner", Outcome.APPROVED),
        ("owner", "colleague", Outcome.APPROVED),
        ("owner", "colleague", Outcome.REJECTED),
    ],
)
def test_two_who_decide_at_once_make_one_decision(
    world: World, monkeypatch: pytest.MonkeyPatch, first: str, second: str, outcome: Outcome
) -> None:
    contract = world.offer() if first == "specialist" else world.accepted()
    shown = decision(contract), decision(contract, outcome=outcome, reason="Süre bize fazla geliyor.")
    before = Decision.objects.count()
    # Both have read the process, with its version, before either goes on.
    meet_after(monkeypatch, complete, "decisions_refused", patience=PATIENCE)
    ended = at_once(decide(world.actor(first), [shown[0]]), decide(world.actor(second), [shown[1]]))
    refused = [one for one in ended if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [AlreadyDecidedError]
    assert Decision.objects.count() == before + 1
    process = Process.objects.get()
    assert process.version == shown[0].version + 1
    in_force = Contract.objects.filter(state="active").count()
    assert ContractVersion.objects.count() == in_force <= 1
    if first != "specialist" and outcome == Outcome.APPROVED:
        assert in_force == 1


def test_two_offers_cannot_spend_the_same_minutes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    StaffContract.objects.update(minutes=300)
    # Without the lock both would have read their facts by now; with it, one alone has.
    meet_after(monkeypatch, offer_service, "facts_read", patience=0.5)
    ended = at_once(
        lambda: world.offer(workplace_id=world.workplace.pk), lambda: world.offer(workplace_id=world.elsewhere.pk)
    )
    refused = [one.code for one in ended if isinstance(one, RuleViolation)]
    assert refused == ["capacity_short"]
    assert Contract.objects.count() == 1


def test_two_contracts_that_together_exceed_the_minutes_are_not_both_active(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = world.accepted(), world.accepted(workplace_id=world.elsewhere.pk)
    StaffContract.objects.update(minutes=300)
    meet_after(monkeypatch, service_kind, "facts_read", patience=0.5)
    ended = at_once(decide(world.actor("owner"), [decision(here)]), decide(world.actor("stranger"), [decision(there)]))
    refused = [one for one in ended if isinstance(one, RuleViolation)]
    assert [one.code for one in refused] == ["capacity_short"]
    assert Contract.objects.filter(state="active").count() == 1


def test_an_approval_holds_the_professional_while_the_law_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = world.accepted()
    original, locked = facts_read, []

    def watched(*args: Any) -> Any:
        with owner_connect() as other, pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT FROM registry_professional FOR NO KEY UPDATE NOWAIT")
        locked.append(True)
        return original(*args)

    monkeypatch.setattr(service_kind, "facts_read", watched)
    world.decide("owner", contract)
    assert locked == [True]
