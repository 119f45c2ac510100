"""Pages that everyone may read, and the pages of choosing: who acts stays visible, visitors cost no query."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import World, e_bildirge, entered, signed_in

SCRIPT = Path(__file__).parents[2] / "katip/web/static/katip/katip.js"
READ_ONLY = ["help", "privacy", "accessibility"]
SIGN_OUT = 'action="/cikis/"'

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", READ_ONLY)
def test_help_and_its_like_keep_header_and_column_of_whoever_acts(world: World, name: str) -> None:
    answer = entered(world, "owner").get(reverse(name))
    assert world.owner.name in answer.text
    assert f"{world.workplace.title} adına" in answer.text
    assert 'id="menu"' in answer.text
    assert SIGN_OUT in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", READ_ONLY)
@pytest.mark.parametrize("role", ["anonymous", "newcomer"])
def test_for_anybody_else_they_are_public(world: World, name: str, role: str) -> None:
    page = entered(world, role).get(reverse(name)).text
    assert 'id="menu"' not in page
    assert (SIGN_OUT in page) is (role == "newcomer")


@pytest.mark.parametrize("name", ["start", "account_login", *READ_ONLY])
def test_a_visitor_costs_no_query(client: Client, name: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(name)).status_code == 200
    assert [query["sql"] for query in captured.captured_queries] == []


@pytest.mark.parametrize("name", ["capacity", "companies"])
def test_the_pages_of_choosing_say_for_whom_one_acts_until_now(world: World, name: str) -> None:
    page = entered(world, "owner").get(reverse(name)).text
    assert f"{world.workplace.title} adına" in page
    assert page.count(SIGN_OUT) == 1
    page = signed_in(world.owner).get(reverse(name)).text
    assert " adına</strong>" not in page
    assert page.count(SIGN_OUT) == 1


def test_a_page_that_is_not_there_says_for_whom_one_acts(world: World) -> None:
    answer = entered(world, "owner").get("/surecler/999/")
    assert answer.status_code == 404
    assert f"{world.workplace.title} adına" in answer.text


def test_search_engines_find_the_start_page_alone(client: Client) -> None:
    pages = {name: client.get(reverse(name)).text for name in ("start", "help", "account_login")}
    assert {name for name, page in pages.items() if 'name="robots"' not in page} == {"start"}


def test_a_message_travels_in_no_cookie(world: World) -> None:
    client = signed_in(world.owner, proof_age=None)
    client.post(reverse("two_step"))
    assert "messages" not in client.cookies
    assert "henüz etkin değil" in client.get(reverse("two_step")).text


def test_further_companies_lead_where_one_was_going(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("katip.web.acting.views._PAGE", 1)
    e_bildirge(world.owner, world.elsewhere)
    client = signed_in(world.owner)
    client.post(reverse("companies_fetch"))
    page = client.get(reverse("companies") + "?next=/surecler/42/").text
    assert "next=%2Fsurecler%2F42%2F" in page.split('href="/firmalar/?sonra=')[1].split('"')[0]
    assert "next=" not in client.get(reverse("companies")).text.split('href="/firmalar/?sonra=')[1].split('"')[0]


def test_the_box_speaks_english(world: World) -> None:
    client = signed_in(world.owner)
    client.post(reverse("companies_fetch"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    row = client.get(reverse("companies")).text.split('class="picker"')[1].split("</ul>")[0]
    assert "e-Bildirge</span> user" in row
    assert "kullanıcısı" not in row


def test_a_browser_without_channels_keeps_its_time_out() -> None:
    script = SCRIPT.read_text("utf-8")
    assert script.count("new BroadcastChannel") == script.count("window.BroadcastChannel ?") == 1
    assert "tabs." not in script
