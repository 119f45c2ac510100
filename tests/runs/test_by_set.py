"""A chunk asks the database as often for many rows as for one, whatever its kind."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katip.contracts.models import Contract
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.processes.models import Outcome
from katip.processes.services.complete import steps_complete
from katip.runs.contact import declarations_asked
from katip.runs.contract_rows import ends_asked, reoffers_asked
from katip.runs.kinds import RowAsked
from katip.runs.services.carry import chunk_carry
from katip.runs.services.open import run_open
from tests.cast import AT, World, decision, e_bildirge, workplace
from tests.runs.many import run_drafted
from tests.runs.test_contact import PARAMS

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=40)


def statements(actor: Actor, kind: str, rows: Sequence[RowAsked], params: dict[str, Any] | None = None) -> int:
    """How many a chunk of these rows takes; all of them are carried out."""
    run = run_drafted(actor, LATER, kind, rows, params)
    run_open(actor=actor, at=LATER, run_id=run.pk, shown_hash=run.shown_hash, texts=())
    with CaptureQueriesContext(connection) as asked:
        chunk_carry(actor=Actor(actor.person_id, proof=actor.proof), at=LATER, run_id=run.pk)
    run.refresh_from_db()
    assert (run.done, run.refused) == (len(rows), 0)
    return len(asked)


def offered(world: World, count: int) -> list[Contract]:
    places = [workplace(60 + no) for no in range(count)]
    for place in places:
        e_bildirge(world.owner, place)
    return [world.offer(workplace_id=place.pk) for place in places]


def fresh(contracts: Sequence[Contract]) -> list[Contract]:
    return list(Contract.objects.filter(pk__in=[one.pk for one in contracts]).order_by("pk"))


def test_offering_anew(world: World) -> None:
    contracts = offered(world, 4)
    for one in contracts:
        world.decide("specialist", one, outcome=Outcome.REJECTED, reason="Bu işyerine gidemem.")
    manager = world.actor("manager", at=LATER)
    rows = reoffers_asked(fresh(contracts), LATER)
    assert statements(manager, "reoffer", rows[:1]) == statements(manager, "reoffer", rows[1:])


@pytest.mark.parametrize("days", [0, 10])
def test_ending(world: World, days: int) -> None:
    contracts = offered(world, 4)
    world.decide("specialist", *contracts)
    for one in contracts:
        owner = Actor(world.owner.pk, Capacity.WORKPLACE, one.workplace_id, world.actor("owner").proof)
        steps_complete(actor=owner, at=AT, decisions=[decision(one)])
    owner = world.actor("owner", at=LATER)
    rows = ends_asked(fresh(contracts), Capacity.WORKPLACE)
    params = {"last_day": (day_of(LATER) + timedelta(days=days)).isoformat(), "note": "İşyeri kapanıyor artık."}
    assert statements(owner, "end", rows[:1], params) == statements(owner, "end", rows[1:], params)


def test_declaring(world: World) -> None:
    places = [workplace(80 + no) for no in range(4)]
    for place in places:
        e_bildirge(world.owner, place)
    owner = world.actor("owner", at=LATER)
    rows = declarations_asked({place.pk: place.district_id for place in places})
    assert statements(owner, "contact", rows[:1], PARAMS) == statements(owner, "contact", rows[1:], PARAMS)
