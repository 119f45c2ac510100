"""What waited to leave while a mandate ended goes to nobody who lost it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from katip.identity.models import Person
from katip.notices.engine import deliveries_send
from katip.notices.models import Delivery
from katip.registry.models import Mandate
from tests.cast import AT, World
from tests.notices.postbox import Postbox, postbox_open
from tests.notices.reading import tell

LATER = AT + timedelta(days=1)


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with postbox_open(settings) as box:
        yield box


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_mandate_meanwhile_is_not_told(world: World, postbox: Postbox) -> None:
    Person.objects.filter(pk=world.owner.pk).update(email="sahip@ornek.com.tr")
    Person.objects.filter(pk=world.colleague.pk).update(email="eski@ornek.com.tr")
    world.accepted()
    tell()
    Mandate.objects.filter(person=world.colleague, workplace=world.workplace).update(valid_to=date(2025, 6, 2))
    deliveries_send(at=LATER)
    assert "sahip@ornek.com.tr" in postbox.receivers
    assert "eski@ornek.com.tr" not in postbox.receivers
    waits = Delivery.objects.filter(kind="waits", capacity="workplace").values_list("person_id", "state")
    assert dict(waits) == {world.owner.pk: "sent", world.colleague.pk: "dropped", world.newcomer.pk: "sent"}
