"""*Verilerime kim baktı?*: who looked, in which role, on what occasion; and the reason that officials give first."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from katip.audit.looks import Given, Occasion, Reason, looks_forget, looks_record
from katip.audit.models import Event, EventDetail, Look
from katip.core.actor import OPERATOR
from katip.core.errors import PermissionRefusedError
from katip.registry.services.reason import reason_give
from katip.web.looks.occasions import ROUTES
from katip.web.looks.words import OCCASIONS, REASONS
from tests.cast import World, entered
from tests.web.test_officials import as_actor, in_office, official, text
from tests.web.test_query_counts import asked, page

NOW = datetime.now(UTC)
URL = "/hesabim/verilerime-kim-bakti/"


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    looks_forget()
    yield
    looks_forget()


def rows(client: Client, query: str = "") -> list[str]:
    """The lines of the page, each as its words."""
    shown = client.get(URL + query)
    assert shown.status_code == 200
    body = re.search(r"<tbody.*?</tbody>", shown.text, re.DOTALL)
    found = re.findall(r"<tr.*?</tr>", body[0], re.DOTALL) if body else []
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip() for one in found]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """`NOW` is the moment when a test begins: what pages record is of their own moment."""
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC))


def test_one_sees_who_looked_in_which_role_and_where(world: World) -> None:
    contract = world.active(at=NOW)
    specialist = entered(world, "specialist")
    assert rows(specialist) == []
    assert "Verilerinize kimse bakmadı" in specialist.get(URL).text
    entered(world, "manager").get(reverse("contracts"), {"liste": "devam"})
    entered(world, "colleague").get(reverse("contract", args=[contract.pk]))
    in_office(official("inspector", province=16)).get(reverse("professional", args=[world.professionals[103].pk]))
    looks_record(OPERATOR, NOW + timedelta(seconds=90), [world.specialist.pk], Occasion.EXPORT)
    operator, inspector, colleague, manager = rows(specialist)
    assert re.match(r"Kayıt işleticisi bu kurulumu işleten .* Dosya olarak indirme$", operator)
    assert re.match(
        r"Görevli Örnek müfettiş, Bursa .* Görevlinin açtığı kişi sayfası Nedeni: Programlı denetim$", inspector
    )
    title = re.escape(world.workplace.title)
    assert re.match(rf"Colleague Örnek e-Bildirge kullanıcısı, {title} .* Sözleşmenin sayfası$", colleague)
    assert re.match(r"Manager Örnek sorumlu müdür, Örnek OSGB .* Sözleşme ya da süreç listesi$", manager)
    assert "2025/14" not in specialist.get(URL).text


def test_others_see_only_who_looked_at_them(world: World) -> None:
    world.active(at=NOW)
    entered(world, "manager").get(reverse("contracts"), {"liste": "devam"})
    assert len(rows(entered(world, "specialist"))) == 1
    assert rows(entered(world, "stranger")) == rows(entered(world, "manager")) == []


def test_the_page_itself_is_no_look_at_those_who_looked(world: World) -> None:
    world.active(at=NOW)
    entered(world, "manager").get(reverse("contracts"), {"liste": "devam"})
    before = Look.objects.count()
    assert len(rows(entered(world, "specialist"))) == 1
    assert Look.objects.count() == before


@pytest.mark.parametrize("number", [3, 60])
def test_the_list_is_paged_and_asks_as_often_however_long_it_is(world: World, number: int) -> None:
    manager = world.actor("manager", at=NOW)
    for minute in range(number, 0, -1):
        looks_record(manager, NOW - timedelta(minutes=20 * minute), [world.specialist.pk], Occasion.LIST)
    client = entered(world, "specialist")
    assert asked(page(client, URL)) == 7
    shown = client.get(URL).text
    follow = re.search(r'href="([^"]*sonra=[^"]+)"', shown)
    assert (follow is not None, len(rows(client))) == (number > 50, min(number, 50))
    if follow is not None:
        assert len(rows(client, html.unescape(follow[1].removeprefix(URL)))) == number - 50


def test_a_month_narrows_it_and_odd_addresses_narrow_nothing(world: World) -> None:
    manager = world.actor("manager", at=NOW)
    for at in (NOW - timedelta(days=3 * 365), NOW - timedelta(days=40), NOW):
        looks_record(manager, at, [world.specialist.pk], Occasion.LIST)
    client = entered(world, "specialist")
    assert len(rows(client)) == 2  # the third is older than what is kept
    assert len(rows(client, f"?ay={NOW:%Y-%m}")) == 1
    for odd in ("?ay=2025-13", "?ay=²", "?sonra=x", "?sonra=²|1", f"?sonra={'9' * 18}|1", "?sonra=%00", "?ay=1999-01"):
        assert client.get(URL + odd).status_code == 200, odd


def test_a_look_that_cannot_be_recorded_shows_nothing(world: World) -> None:
    world.active(at=NOW)
    client = entered(world, "manager")
    client.raise_request_exception = False
    with patch("katip.web.looks.hook.looks_record", side_effect=RuntimeError):
        answer = client.get(reverse("contracts"), {"liste": "devam"})
    assert answer.status_code == 500
    assert "Specialist" not in answer.text


def test_a_file_is_a_look_at_everybody_in_it(world: World) -> None:
    world.active(at=NOW)
    taken = entered(world, "manager").post(reverse("contracts_export"), {"liste": "tum"})
    assert taken.status_code == 200
    assert b"".join(taken)
    found = set(Look.objects.values_list("person_id", "occasion"))
    assert found == {(world.specialist.pk, "export"), (world.owner.pk, "export")}


def test_every_occasion_and_reason_has_words() -> None:
    assert set(OCCASIONS) == set(Occasion)
    assert set(REASONS) == set(Reason)
    assert set(ROUTES.values()) <= set(Occasion)


# why officials look


def given(client: Client, **typed: str) -> Any:
    return client.post(reverse("look_reason"), {"reason": "complaint", "matter": "2026/118 sayılı ihbar"} | typed)


@pytest.mark.parametrize("route", ["professionals", "professional", "provider", "official_workplace"])
@pytest.mark.parametrize("role", ["inspector", "directorate"])
def test_nothing_is_shown_until_the_official_says_why(world: World, route: str, role: str) -> None:
    numbers = {
        "professional": world.professionals[103].pk,
        "provider": world.provider.pk,
        "official_workplace": world.workplace.pk,
    }
    url = reverse(route, args=[numbers[route]] if route in numbers else [])
    client = in_office(official(role), reason=False)
    asks = client.get(url, {"ara": "yok"})
    assert asks.status_code == 302
    assert asks.headers["Location"].startswith("/gorevli/neden/?next=")
    form = client.get(asks.headers["Location"])
    assert "Specialist" not in form.text
    assert not Look.objects.exists()
    assert not Event.objects.filter(tag__endswith=":read").exists()
    onward = html.unescape(re.findall(r'name="next" value="([^"]+)"', form.text)[-1])
    back = given(client, next=onward)
    assert back.headers["Location"] == f"{url}?ara=yok"
    assert client.get(url).status_code == 200


def test_a_page_that_forgot_to_ask_asks_instead_of_showing(world: World) -> None:
    contract = world.active(at=NOW)
    client = in_office(official("inspector"), reason=False)
    asks = client.get(reverse("contract", args=[contract.pk]))
    assert asks.status_code == 302
    assert asks.headers["Location"].startswith("/gorevli/neden/")
    assert not Event.objects.filter(tag="official:contract:read").exists()


def test_a_search_by_number_asks_first_as_well(world: World) -> None:
    client = in_office(official("inspector"), reason=False)
    number = {"national_id": world.specialist.national_id}
    asks = client.post(reverse("professionals"), number)
    assert asks.headers["Location"] == "/gorevli/neden/?next=%2Fprofesyoneller%2F"
    assert not Event.objects.filter(tag="official:professional:sought").exists()
    given(client)
    assert client.post(reverse("professionals"), number).headers["Location"].startswith("/profesyoneller/")


def test_the_reason_is_an_event_and_stands_in_each_look(world: World) -> None:
    office = official("inspector")
    client = in_office(office, reason=False)
    given(client)
    client.get(reverse("professional", args=[world.professionals[103].pk]))
    said = Event.objects.select_related("detail").get(tag="official:reason:given")
    assert (said.actor_id, said.organisation_id) == (office.person_id, office.pk)
    assert said.detail.body == {"reason": "complaint", "matter": "2026/118 sayılı ihbar"}
    looked = EventDetail.objects.get(event__tag="person:data:read").body
    assert looked == {"occasion": "person", "persons": [world.specialist.pk], **said.detail.body}
    shown = text(client.get(reverse("professional", args=[world.professionals[103].pk])))
    assert "Bakma nedeniniz: Şikâyet ya da ihbar" in shown


def test_the_reason_holds_for_a_short_time_in_one_office_until_it_is_closed(world: World, settings: Any) -> None:
    office = official("inspector")
    client = in_office(office, reason=False)
    url = reverse("professionals")
    given(client)
    assert client.get(url).status_code == 200
    client.post(reverse("look_reason_close"))
    assert client.get(url).status_code == 302
    given(client)
    session = client.session
    kept = session["look_reason"]
    session["look_reason"] = kept | {"at": (NOW - timedelta(minutes=settings.KATIP.reason_minutes)).isoformat()}
    session.save()
    assert client.get(url).status_code == 302
    session["look_reason"] = kept | {"office": office.pk + 1}
    session.save()
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    "typed", [{"reason": ""}, {"reason": "curiosity"}, {"matter": ""}, {"matter": "  "}, {"matter": "x" * 201}]
)
def test_a_reason_needs_a_category_and_a_few_words(world: World, typed: dict[str, str]) -> None:
    client = in_office(official("inspector"), reason=False)
    assert given(client, **typed).status_code == 422
    assert client.get(reverse("professionals")).status_code == 302
    assert not Event.objects.filter(tag="official:reason:given").exists()


def test_nobody_is_sent_elsewhere_after_saying_why(world: World) -> None:
    client = in_office(official("inspector"), reason=False)
    assert given(client, next="//baska.example/").headers["Location"] == reverse("office")


def test_the_service_asks_for_the_office_again(world: World) -> None:
    for actor in (world.actor("manager", at=NOW), as_actor(official("operator")), OPERATOR):
        with pytest.raises(PermissionRefusedError):
            reason_give(actor=actor, at=NOW, reason=Reason.OTHER, matter="x")
    made = reason_give(actor=as_actor(official("inspector", number=51)), at=NOW, reason=Reason.OTHER, matter="x")
    assert made == Given(Reason.OTHER, "x", NOW)


def test_other_offices_are_not_asked(world: World) -> None:
    client = in_office(official("operator"), reason=False)
    assert client.get(reverse("branches")).status_code == 200
    assert client.get(reverse("look_reason")).status_code == 403
