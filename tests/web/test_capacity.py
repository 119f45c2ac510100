"""The capacity board, one professional on it, and the professional's own page: the same figures for both sides."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from katip.contracts.models import Contract, Undertaking
from katip.contracts.services.end import contract_end
from katip.core.clock import day_of
from katip.processes.models import Process
from katip.registry.models import Certificate, Professional, Provider, StaffContract
from tests.cast import World, entered, person, professional, workplace
from tests.web.test_query_counts import asked, page

NOW = datetime.now(UTC)


def text(client: Client, url: str, **query: Any) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


@pytest.fixture
def busy(world: World) -> World:
    """The specialist: 240 in force, 240 on offer, of 1.000; the physician: nothing but 11.700 free."""
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=1_000)
    world.active(at=NOW)
    world.offer(workplace_id=world.elsewhere.pk, at=NOW)
    return world


def test_provider_and_professional_read_the_same_figures(busy: World) -> None:
    board = text(entered(busy, "manager"), reverse("board"))
    own = text(entered(busy, "specialist"), reverse("own_minutes"))
    told = "Specialist Örnek: etkin 240 dakika (4 saat), onay bekleyen 240 dakika (4 saat), boş 520 dakika"
    assert told in board
    assert told.removeprefix("Specialist Örnek") in own
    assert "2 kişide toplam 12.220 dakika boş." in board
    detail = text(entered(busy, "manager"), reverse("board_person", args=[busy.professionals[103].pk]))
    assert "520 dakika (8 saat 40 dakika) boş" in detail


def test_least_free_first_unless_asked_otherwise(busy: World) -> None:
    client = entered(busy, "manager")
    for query, first in (({}, "Specialist"), ({"sirala": "-bos"}, "Physician"), ({"sirala": "ad"}, "Physician")):
        response = client.get(reverse("board"), query)
        assert re.findall(r'class="row-link" href="/kapasite/\d+/">(\w+)', response.text)[0] == first
    found = client.get(reverse("board"), {"dakika": "521"}).text
    assert "Physician" in found
    assert "Specialist" not in re.sub(r"<title.*?</title>", "", found)


def test_offers_beyond_the_staff_minutes_are_told_by_name(busy: World) -> None:
    StaffContract.objects.filter(professional=busy.professionals[103]).update(minutes=400)
    shown = text(entered(busy, "manager"), reverse("board"))
    assert "Personel süresinden fazla teklif verilmiş: Specialist Örnek." in shown
    assert "fazla teklif" in shown
    assert "Personel süresinden 80 dakika fazla teklif verilmiş." in text(
        entered(busy, "manager"), reverse("board_person", args=[busy.professionals[103].pk])
    )


def test_what_becomes_free_when_stands_with_its_day(busy: World) -> None:
    contract = Contract.objects.get(state="active")
    Contract.objects.filter(pk=contract.pk).update(active_from=NOW - timedelta(days=100))
    last = day_of(NOW) + timedelta(days=10)
    actor = busy.actor("owner", at=NOW)
    contract_end(actor=actor, at=NOW, contract_id=contract.pk, last_day=last, note="Başka kurumla anlaştık.")
    line = f"240 dakika {last + timedelta(days=1):%d.%m.%Y} günü boşalır"
    assert line in text(entered(busy, "manager"), reverse("board"))
    assert line in text(entered(busy, "specialist"), reverse("own_minutes"))


def test_a_suspension_and_an_ending_certificate_are_flagged(busy: World) -> None:
    Certificate.objects.update(valid_to=day_of(NOW) + timedelta(days=5))
    Professional.objects.update(suspended_on=date(2025, 1, 2))
    Provider.objects.update(suspended_on=date(2025, 1, 3))
    shown = text(entered(busy, "manager"), reverse("board"))
    assert shown.count("Askıda") == 2
    assert shown.count("belgesinin son günü") == 2
    own = text(entered(busy, "specialist"), reverse("own_minutes"))
    assert "02.01.2025 tarihinden beri askıda." in own
    assert "Kurum 03.01.2025 tarihinden beri askıda" in own


def test_own_staff_undertakings_and_ended_contracts_stand_on_the_own_page(busy: World) -> None:
    client, where = entered(busy, "specialist"), workplace(9)
    process = Process.objects.create(
        code=9003, workplace=where, waiting_since=NOW, created_at=NOW, terms={}, terms_hash="x"
    )
    Undertaking.objects.create(
        workplace=where, person=busy.specialist, process=process, quality="employer", training_no="1",
        training_on=day_of(NOW), minutes=77, state="active", active_from=NOW, created_at=NOW,
    )  # fmt: skip
    contract = Contract.objects.get(state="active")
    Contract.objects.filter(pk=contract.pk).update(
        state="ended", ends_on=day_of(NOW), end_reason="by_employer", ended_at=NOW
    )
    shown = text(client, reverse("own_minutes"))
    assert "77 dakika" in shown
    assert where.title in shown
    assert "Sona eren sözleşmeniz yok" not in shown
    assert "bloke 240 dakika" in shown
    assert "bloke 240 dakika" in text(entered(busy, "manager"), reverse("board"))
    detail = text(entered(busy, "manager"), reverse("board_person", args=[busy.professionals[103].pk]), liste="bloke")
    assert busy.workplace.title in detail


@pytest.mark.parametrize("role", ["owner", "specialist", "stranger"])
def test_the_board_is_the_managers_alone(busy: World, role: str) -> None:
    client = entered(busy, role)
    assert client.get(reverse("board")).status_code == 403
    assert client.get(reverse("board_person", args=[busy.professionals[103].pk])).status_code == 403


def test_anothers_staff_looks_like_nobody(busy: World) -> None:
    other = Provider.objects.create(
        authorisation_no="ÖTEKİ", kind="osgb", title="Öteki", short_title="Öteki", province_id=16,
        district_id=busy.provider.district_id, contact_name="x", contact_phone="2240000000", contact_hours="x",
    )  # fmt: skip
    theirs = professional(person(30, "Yabancı"), "safety_specialist", provider=other)
    client = entered(busy, "manager")
    assert "Yabancı" not in text(client, reverse("board"))
    for number in (theirs.pk, 10**9, 10**30):
        assert client.get(reverse("board_person", args=[number])).status_code == 404


def test_sixty_people_come_in_two_pages_with_as_many_statements_as_one(world: World) -> None:
    client = entered(world, "manager")
    alone = asked(page(client, reverse("board")))
    for number in range(60):
        professional(person(100 + number, "Eşit"), "safety_specialist", provider=world.provider, minutes=500)
    assert asked(page(client, reverse("board"))) == alone
    read, url = [], reverse("board")
    while url:
        shown = client.get(url).text
        read += re.findall(r'href="/kapasite/(\d+)/"', shown)
        following = re.search(r'href="(/kapasite/\?[^"]*sonra[^"]*)" rel="next"', shown)
        url = following[1].replace("&amp;", "&") if following else ""
    assert len(read) == len(set(read)) == 62
    person_page = reverse("board_person", args=[world.professionals[103].pk])
    few = asked(page(client, person_page))
    for number in range(5):
        world.accepted(at=NOW, workplace_id=workplace(200 + number).pk)
    assert asked(page(client, person_page)) == few


@pytest.mark.parametrize(
    "query",
    [
        "sonra=²",
        "sonra=1|²",
        "sonra=1|99999999999999",
        "sonra=1|%00&sirala=ad",
        "sirala=%00",
        "dakika=²",
        "gorev=x",
        "ara=%00",
    ],
)
def test_an_odd_address_is_no_fault_of_the_server(busy: World, query: str) -> None:
    client = entered(busy, "manager")
    assert client.get(f"{reverse('board')}?{query}").status_code == 200
