"""The guide's pages: for everybody, for whoever has a link, and where a provider makes it."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from katip.audit.looks import Occasion
from katip.audit.models import Look
from katip.core.codes import code_shown
from katip.documents.guide.models import GuideLink
from katip.documents.guide.selectors import token_of
from katip.documents.guide.services.link import guide_link_close, guide_link_make
from tests.cast import World, entered

pytestmark = pytest.mark.django_db


def link_made(world: World, *codes: int) -> GuideLink:
    at = datetime.now(UTC)
    contracts = [world.accepted(code, at=at) for code in codes or (103, 140)]
    return guide_link_make(actor=world.actor("manager", at=at), at=at, process_id=contracts[0].process_id)


def address(link: GuideLink, name: str = "guide_customer") -> str:
    return reverse(name, args=[code_shown(token_of(link))])


def test_whoever_has_the_link_reads_it_without_signing_in_and_gets_no_cookie(world: World) -> None:
    link = link_made(world)
    page = Client().get(address(link))
    assert page.status_code == 200
    assert not page.cookies
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    text = unescape(page.text)
    for contract in world.provider.contracts.select_related("professional__person"):
        assert f"{contract.code} sözleşmesini aç" in text
        assert contract.professional.person.name in text
        assert f"/surecler/{contract.process_id}/" in text
        assert contract.professional.person.national_id not in text
    for words in (world.workplace.title, "Kerem Numune", "0224 000 00 00", "tel:+902240000000", "240 dakika (4 saat)"):
        assert words in text
    assert world.workplace.sgk_number not in text
    assert text.count('class="qr"') == 2
    assert not Look.objects.exists()  # nobody is known to be there who could have looked


def test_it_speaks_the_language_of_its_address(world: World) -> None:
    link = link_made(world, 103)
    page = Client().get(address(link), {"dil": "en"})
    assert page.headers["Content-Language"] == "en"
    assert "Safety specialist" in page.text


def test_its_step_leads_through_sign_in_to_that_very_step(world: World) -> None:
    link_made(world, 103)
    url = reverse("step", args=[world.provider.contracts.get().process_id])
    assert Client().get(url).headers["Location"].startswith("/giris/?next=%2Fsurecler%2F")


def test_a_link_that_was_closed_is_gone_and_one_that_never_was_looks_the_same(world: World) -> None:
    link = link_made(world, 103)
    guide_link_close(actor=world.actor("manager"), at=datetime.now(UTC), link_id=link.pk)
    closed, unknown = (
        Client().get(url) for url in (address(link), reverse("guide_customer", args=["2222-2222-2222-2222-2222"]))
    )
    assert (closed.status_code, unknown.status_code) == (404, 404)
    assert closed.text.count("çalışmıyor") == unknown.text.count("çalışmıyor") > 0
    assert world.workplace.title not in closed.text
    assert Client().get(address(link, "guide_customer_pdf")).status_code == 404


def test_when_all_is_approved_it_says_so_and_names_nobody(world: World) -> None:
    link = link_made(world, 103)
    world.decide("owner", world.provider.contracts.get(), at=datetime.now(UTC))
    page = Client().get(address(link))
    assert "Onayınızı bekleyen sözleşme kalmadı" in page.text
    assert world.specialist.name not in page.text


def test_what_waits_for_the_professional_has_no_button_yet(world: World) -> None:
    at = datetime.now(UTC)
    contract = world.offer(103, at=at)
    link = guide_link_make(actor=world.actor("manager", at=at), at=at, process_id=contract.process_id)
    page = unescape(Client().get(address(link)).text)
    assert "Önce profesyonel kabul edecek" in page
    assert f"/surecler/{contract.process_id}/" not in page


def test_the_paper_comes_as_a_pdf_and_is_rationed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("katip.web.guide.views.FILES", "1/5m/ip")
    link = link_made(world, 103)
    page = Client().get(address(link, "guide_customer_pdf"))
    assert page.headers["Content-Type"] == "application/pdf"
    assert page.content.startswith(b"%PDF")
    again = Client().get(address(link, "guide_customer_pdf"))
    assert again.status_code == 429
    assert int(again.headers["Retry-After"]) > 0


def test_the_manager_makes_it_gets_the_texts_and_closes_it(world: World) -> None:
    at = datetime.now(UTC)
    first = world.accepted(103, at=at)
    world.accepted(140, at=at)
    client, url = entered(world, "manager"), reverse("guide_make", args=[first.process_id])
    assert "Kılavuz hangi teklifleri anlatsın?" in client.get(url).text
    page = unescape(client.post(url, {"kapsam": "hepsi"}, follow=True).text)
    link = GuideLink.objects.get()
    assert link.process_id is None
    assert f"http://localhost:8000{address(link)}" in page or address(link) in page
    assert f"• 103 İş güvenliği uzmanı, {world.specialist.name}" in page
    assert f"• 103 Safety specialist, {world.specialist.name}" in page
    assert "data-copy" in page
    assert "readonly" in page  # without script the field itself is copied
    client.post(reverse("guide_close", args=[link.pk]), {"surec": first.process_id})
    assert Client().get(address(link)).status_code == 404


def test_another_providers_offer_looks_like_none_at_all(world: World) -> None:
    contract = world.accepted(103, at=datetime.now(UTC))
    world.provider.contracts.update(provider=_other(world))
    client = entered(world, "manager")
    for number in (contract.process_id, 10**9):
        url = reverse("guide_make", args=[number])
        assert client.get(url).status_code == 404
        assert client.post(url, {"kapsam": "hepsi"}).status_code == 404
    assert not GuideLink.objects.exists()


def _other(world: World) -> int:
    other = type(world.provider).objects.get(pk=world.provider.pk)
    other.pk, other.authorisation_no, other._state.adding = None, "ÖRNEK-0002", True
    other.save(force_insert=True)
    return int(other.pk)


def test_the_professionals_named_can_see_that_the_manager_looked(world: World) -> None:
    link_made(world, 103)
    entered(world, "manager").get(reverse("guide_make", args=[world.provider.contracts.get().process_id]))
    look = Look.objects.get(person_id=world.specialist.pk)
    assert (look.actor_id, look.occasion) == (world.manager.pk, Occasion.OFFER)


@pytest.mark.parametrize("name", ["guide", "guide_no_user", "guide_two_step"])
def test_the_guide_for_everybody_is_open_and_may_be_found(world: World, name: str) -> None:
    page = Client().get(reverse(name))
    assert page.status_code == 200
    assert 'name="robots"' not in page.text
    assert entered(world, "owner").get(reverse(name)).status_code == 200


def test_ten_steps_each_with_a_picture_that_says_itself() -> None:
    page = Client().get(reverse("guide")).text
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" role="img"') == 10
    assert page.count("<title>") == 11
