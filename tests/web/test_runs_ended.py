"""A draft of a run whose person lost a mandate meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from katip.registry.models import Mandate
from katip.runs.models import Run
from tests.cast import World, e_bildirge, signed_in, workplace

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
