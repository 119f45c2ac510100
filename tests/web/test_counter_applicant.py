"""The applicant's pages: constant answers, the sheet and its bars, who sees it again, limits, taking it back."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from katip.core.codes import code_shown
from katip.counter.models import Application, BranchClosure
from katip.notices.models import Delivery
from katip.rules import national_id_check_digits
from katip.web.counter.barcode import barcode_svg
from tests.cast import World, national_id, signed_in
from tests.counter import counter_cast
from tests.counter.counter_cast import UNKNOWN, applied, code_of, confirm, official

NOW = datetime.now(UTC)


def typed(number: str = UNKNOWN, **changed: str) -> dict[str, str]:
    fields = {"purpose": "account", "national_id": number, "given_name": "Ayşe", "family_name": "Örnek", "email": ""}
    return fields | changed


def apply(client: Client, number: str = UNKNOWN, **changed: str) -> Any:
    return client.post(reverse("application_new"), typed(number, **changed))


def sheet(client: Client) -> str:
    return client.get(reverse("application")).text


def without_code(page: str) -> str:
    page = re.sub(r'value="[^"]{30,}"', "", page)
    page = re.sub(r"<svg class=\"w-m\".*?</svg>", "", page, flags=re.DOTALL)
    return re.sub(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b|\d{3}•+\d{3}", "", page)


def test_nothing_tells_a_number_that_somebody_has_from_one_that_nobody_has(world: World) -> None:
    pages = []
    for number in (world.newcomer.national_id, UNKNOWN):
        client = Client()
        answer = apply(client, number)
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("application"))
        pages.append(without_code(sheet(client)))
    assert pages[0] == pages[1]


def test_the_sheet_has_code_bars_day_and_branch_and_is_there_again(world: World) -> None:
    where = counter_cast.branch(at=NOW)
    BranchClosure.objects.create(branch=where, day=NOW.date() + timedelta(days=5), reason="Taşınma")
    client = Client()
    apply(client)
    application = Application.objects.get()
    page = sheet(client)
    assert code_shown(code_of(application)) in page
    assert str(barcode_svg(code_of(application))) in page
    assert "Deneme şubesi" in page
    assert UNKNOWN not in page
    assert "kapalı: Taşınma" in page
    assert code_shown(code_of(application)) in sheet(client)
    assert code_shown(code_of(application)) not in sheet(Client())


def test_the_bars_are_code_128() -> None:
    """`A` in Code 128 B by hand: start B, A (33), check (104 + 33) mod 103 = 34, stop."""
    start, letter, check, stop = "11010010000", "10100011000", "10001011000", "1100011101011"
    svg = barcode_svg("A")
    modules = ["0"] * (10 + len(start + letter + check + stop) + 10)
    for at, width in re.findall(r"M(\d+) 0h(\d+)v", svg):
        for place in range(int(at), int(at) + int(width)):
            modules[place] = "1"
    assert "".join(modules) == "0" * 10 + start + letter + check + stop + "0" * 10
    assert "style" not in svg


def test_the_same_again_in_this_browser_shows_the_old_one(world: World) -> None:
    client = Client()
    apply(client)
    apply(client)
    assert Application.objects.count() == 1
    apply(client, purpose="lost_factor")
    assert Application.objects.count() == 2
    apply(Client())
    assert Application.objects.count() == 3


def test_who_is_signed_in_with_the_password_types_nothing(world: World) -> None:
    client = signed_in(world.newcomer, proof_age=None)
    page = client.get(reverse("application_new"))
    assert 'name="national_id"' not in page.text
    client.post(reverse("application_new"), {"email": ""})
    application = Application.objects.get()
    assert (application.person, application.purpose) == (world.newcomer, "second_step")
    assert code_shown(code_of(application)) in sheet(signed_in(world.newcomer, proof_age=None))
    assert code_shown(code_of(application)) not in sheet(signed_in(world.owner, proof_age=None))


def test_who_has_two_steps_needs_none(world: World) -> None:
    client = signed_in(world.owner)
    assert "Başvurmanız gerekmiyor" in client.get(reverse("application_new")).text
    client.post(reverse("application_new"), typed())
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("purpose", "everything"),
        ("national_id", "10000000147"),
        ("national_id", ""),
        ("given_name", ""),
        ("family_name", " "),
        ("family_name", "x" * 101),
        ("email", "kim"),
        ("given_name", "\x00"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(world: World, field: str, value: str) -> None:
    page = apply(Client(), **{field: value}) if field != "national_id" else apply(Client(), value)
    assert page.status_code == 422
    assert f'id="id_{field}_error"' in page.text
    assert not Application.objects.exists()


def test_a_network_applies_so_often_and_then_waits(world: World) -> None:
    answers = [apply(Client(), national_id(2000 + number)).status_code for number in range(31)]
    assert answers == [302] * 30 + [429]
    other = Client().post(reverse("application_new"), typed(national_id(2050)), REMOTE_ADDR="198.51.100.9")
    assert other.status_code == 302


def test_a_number_is_applied_for_so_often_from_one_network_and_not_blocked_elsewhere(world: World) -> None:
    for number in (UNKNOWN, world.newcomer.national_id):
        assert [apply(Client(), number).status_code for _ in range(4)] == [302, 302, 302, 429]
    elsewhere = Client().post(reverse("application_new"), typed(), REMOTE_ADDR="198.51.100.9")
    assert elsewhere.status_code == 302


def test_an_address_is_not_flooded(world: World) -> None:
    for number in range(5):
        assert apply(Client(), national_id(2000 + number), email="biri@ornek.com.tr").status_code == 302
    assert Delivery.objects.count() == 3
    assert Application.objects.count() == 5
    assert Application.objects.filter(email="").count() == 2  # nor are they reminded, or told of the end
    signed = signed_in(world.newcomer, proof_age=None)
    signed.post(reverse("application_new"), {"email": "Biri@ornek.com.tr"})
    assert not Application.objects.get(person=world.newcomer).email


def test_whoever_has_the_sheet_opens_it_elsewhere_by_its_code(world: World) -> None:
    application = applied(at=NOW)
    client = Client()
    assert "Belgenizdeki kodu yazın" in sheet(client)
    assert client.post(reverse("application"), {"code": "2222-2222-2222"}).status_code == 422
    assert client.post(reverse("application"), {"code": code_of(application)}).status_code == 302
    assert "Şubede bekleniyorsunuz" in sheet(client)
    assert "unut" in sheet(client)
    client.post(reverse("application"), {"unut": "1"})
    assert "Belgenizdeki kodu yazın" in sheet(client)


def test_codes_are_not_tried_without_end(world: World) -> None:
    client = Client()
    answers = [client.post(reverse("application"), {"code": "2222-2222-2222"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_it_is_taken_back_on_a_page_of_its_own(world: World) -> None:
    client = Client()
    assert client.get(reverse("application_cancel")).status_code == 302
    apply(client)
    assert "İptalden sonra kod çalışmaz" in client.get(reverse("application_cancel")).text
    assert Application.objects.get().state == "open"
    client.post(reverse("application_cancel"))
    assert Application.objects.get().state == "cancelled"
    page = sheet(client)
    assert "Başvurunuz iptal edildi" in page
    assert code_shown(code_of(Application.objects.get())) not in page


def test_another_browser_cannot_take_it_back(world: World) -> None:
    apply(Client())
    Client().post(reverse("application_cancel"))
    assert Application.objects.get().state == "open"


def test_once_confirmed_the_page_leads_to_the_code_and_shows_neither(world: World) -> None:
    client = Client()
    apply(client)
    opened = confirm(official(50, where=counter_cast.branch(at=NOW), at=NOW), Application.objects.get(), at=NOW)
    page = sheet(client)
    assert reverse("activation") in page
    assert code_shown(opened.code) not in page
    assert code_shown(code_of(Application.objects.get())) not in page


def test_a_foreigner_reads_what_a_foreigner_brings(world: World) -> None:
    client = Client()
    apply(client, "990000001" + national_id_check_digits("990000001"))
    assert "Pasaportunuz" in sheet(client)
    assert "Çipli T.C. kimlik kartınızın aslı" not in sheet(client)


def test_many_branches_are_asked_for_by_province(world: World) -> None:
    for number in range(9):
        counter_cast.branch(f"Şube {number}", province=34 if number else 16, at=NOW)
    client = Client()
    apply(client)
    assert "Şube 1" not in sheet(client)
    there = client.get(reverse("application"), {"il": "34"}).text
    assert "Şube 1" in there
    assert "Şube 0" not in there
    assert client.get(reverse("application"), {"il": "9" * 5000}).status_code == 200


def test_no_browser_and_no_proxy_keeps_the_sheet(world: World) -> None:
    client = Client()
    apply(client)
    for route in ("application_new", "application", "application_cancel"):
        assert "no-store" in client.get(reverse(route)).headers["Cache-Control"], route
