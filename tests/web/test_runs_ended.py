"""A draft of a run shows what its person may see now: not what a mandate showed once, nor what is another's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from katip.contracts.models import Contract
from katip.core.actor import Capacity
from katip.processes.models import Outcome, Process
from katip.registry.models import Mandate, Provider
from katip.runs.contract_rows import digests_of
from katip.runs.models import Run, RunRow
from tests.cast import World, e_bildirge, entered, signed_in, workplace

pytestmark = pytest.mark.django_db


def test_the_terms_of_a_workplace_are_read_no_more_once_its_mandate_ended(world: World) -> None:
    now = datetime.now(UTC)
    places = [workplace(120), workplace(121)]
    for place in places:
        e_bildirge(world.accountant, place)
    contracts = [world.accepted(103, workplace_id=place.pk, at=now) for place in places]
    client = signed_in(world.accountant)
    client.post(reverse("run_new"), {"kapsam": "secili", "surec": [one.process_id for one in contracts]})
    review = reverse("run_review", args=[Run.objects.get().pk])
    assert all(place.title in client.get(review).text for place in places)
    ended = Mandate.objects.filter(person=world.accountant, workplace=places[0])
    ended.update(valid_to=(now - timedelta(days=2)).date())
    page = client.get(review).text
    assert places[0].title not in page
    assert places[1].title in page


def reoffer_drafted(world: World) -> tuple[Any, str]:
    """A responsible manager, about to offer anew what a specialist of theirs rejected; and the address of it."""
    contract = world.offer(103, at=datetime.now(UTC))
    world.decide("specialist", contract, at=datetime.now(UTC), outcome=Outcome.REJECTED, reason="Bu işyerine gidemem.")
    client = entered(world, "manager")
    client.post(reverse("run_reoffer"), {"kapsam": "secili", "sozlesme": [contract.pk]})
    review = reverse("run_review", args=[Run.objects.get().pk])
    assert world.workplace.title in client.get(review).text
    return client, review


def test_fallen_offers_are_read_no_more_once_the_provider_is_not_ones_own(world: World) -> None:
    client, review = reoffer_drafted(world)
    Mandate.objects.filter(person=world.manager).update(valid_to=(datetime.now(UTC) - timedelta(days=2)).date())
    page = client.get(review).text
    assert world.workplace.title not in page
    assert "1 sözleşme siz okurken değişti" in page


def test_a_contract_of_another_provider_is_not_read_in_a_draft(world: World) -> None:
    client, review = reoffer_drafted(world)
    other = Provider.objects.get(pk=world.provider.pk)
    other.pk, other.authorisation_no = None, "ÖRNEK-0002"
    other.save()
    foreign = world.offer(140, at=datetime.now(UTC), workplace_id=world.elsewhere.pk)
    world.decide("physician", foreign, at=datetime.now(UTC), outcome=Outcome.REJECTED, reason="Bu işyerine gidemem.")
    Contract.objects.filter(pk=foreign.pk).update(provider=other)
    Process.objects.filter(pk=foreign.process_id).update(provider=other)
    foreign.refresh_from_db()
    RunRow.objects.create(
        run=Run.objects.get(),
        no=2,
        subject_id=foreign.pk,
        capacity=Capacity.PROVIDER,
        organisation_id=world.provider.pk,
        digest=digests_of([foreign])[foreign.pk],
        params={"minutes": 200},
    )
    page = client.get(review).text
    assert world.workplace.title in page
    assert world.elsewhere.title not in page
    assert "1 sözleşme siz okurken değişti" in page
