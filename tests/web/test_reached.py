"""An address that takes no message is said to be one, to whoever relies on it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from katip.identity.models import Person
from katip.notices.addresses import address_key, fault_end, faults_keep
from katip.notices.models import Channel
from katip.registry.models import ContactDeclaration, Mandate
from katip.web.reached import card_reached
from tests.cast import AT, World, entered

GONE = "İleti gitmiyor"


def fault(channel: Channel, address: str) -> None:
    with transaction.atomic():
        faults_keep(channel, [address_key(channel, address)], "bounce_5.1.1", AT)


@pytest.mark.django_db(transaction=True)
def test_a_person_sees_that_their_own_address_takes_nothing(world: World) -> None:
    client = entered(world, "owner")
    assert GONE not in client.get(reverse("account")).text
    fault(Channel.EMAIL, world.owner.email)
    page = client.get(reverse("account")).text
    assert GONE in page
    assert "(02.06.2025 gününden beri)" in page
    with transaction.atomic():
        fault_end(Channel.EMAIL, address_key(Channel.EMAIL, world.owner.email), AT)
    assert GONE not in client.get(reverse("account")).text


@pytest.mark.django_db(transaction=True)
def test_the_card_says_which_of_its_addresses_take_nothing(world: World) -> None:
    client = entered(world, "owner")
    ContactDeclaration.objects.create(
        workplace=world.workplace,
        no=1,
        declared_by=world.owner,
        declared_at=AT,
        phone="5551234567",
        email="firma@ornek.com.tr",
        kep="firma@hs01.kep.tr",
        province=world.workplace.province,
        district=world.workplace.district,
    )
    assert GONE not in client.get(reverse("card")).text
    fault(Channel.SMS, "5551234567")
    fault(Channel.KEP, "firma@hs01.kep.tr")
    page = client.get(reverse("card")).text
    assert page.count(GONE) == 2
    assert "Bu telefona SMS gitmiyor" in page
    fault(Channel.EMAIL, "firma@ornek.com.tr")
    assert client.get(reverse("card")).text.count(GONE) == 3


@pytest.mark.django_db(transaction=True)
def test_the_card_says_how_its_users_can_be_reached_and_names_nobody(world: World) -> None:
    today = AT.date()
    others = Mandate.objects.filter(workplace=world.workplace, capacity="e_bildirge").exclude(person=world.owner)
    others.update(valid_to=today - timedelta(days=1))
    assert card_reached(world.workplace.pk, None, AT)[1] == {
        "sentence": "1 kullanıcıdan 1 kişinin e-posta adresi var.",
        "faulty": "",
        "without": "",
    }
    fault(Channel.EMAIL, world.owner.email)
    Mandate.objects.create(person=world.stranger, capacity="e_bildirge", workplace=world.workplace, valid_from=today)
    Person.objects.filter(pk=world.stranger.pk).update(email="")
    told = card_reached(world.workplace.pk, None, AT)[1]
    assert told["sentence"] == "2 kullanıcıdan 1 kişinin e-posta adresi var."
    assert told["faulty"].startswith("1 kullanıcının adresi")
    assert told["without"]
    page = entered(world, "owner").get(reverse("card")).text
    assert told["faulty"] in page
