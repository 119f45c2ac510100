"""Guessing from elsewhere locks nobody out; a stolen cookie opens nothing in another browser."""

import time
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from katip.audit.models import Event
from katip.identity.devices import browser_words
from katip.identity.models import KnownDevice, Person, SecurityNotice
from tests.cast import PASSWORD, World, code_at, entered, national_id, person, sign_in_open

LOGIN, SECOND = "/giris/", "/giris/ikinci-adim/"
TOO_MANY = "Çok sayıda deneme yapıldı."
HERE, ELSEWHERE = "192.0.2.10", "198.51.100.7"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    someone = person(1, "Ada")
    sign_in_open(someone)
    return someone


def browser(address: str = HERE, agent: str = FIREFOX) -> Client:
    return Client(REMOTE_ADDR=address, headers={"user-agent": agent})


def tries(client: Client, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": national_id(1), "password": password})


def comes_in(client: Client, ada: Person, later: int = 0) -> None:
    """Both steps; `later` counts 30 s steps, because a code works once."""
    assert tries(client).headers["Location"] == SECOND
    done = client.post(SECOND, {"code": code_at(time.time() + 30 * later)})
    assert done.headers["Location"] == reverse("capacity")


def leaves(client: Client) -> None:
    client.post("/cikis/")


def fails(client: Client, times: int) -> None:
    for _ in range(times):
        tries(client, "yanlış")


def test_failures_from_one_network_lock_out_that_network_alone(ada: Person) -> None:
    fails(browser(ELSEWHERE), 30)
    assert TOO_MANY in tries(browser(ELSEWHERE)).text
    assert tries(browser(HERE)).headers["Location"] == SECOND


def test_networks_of_ipv6_are_counted_whole(ada: Person) -> None:
    for last in range(1, 7):
        fails(browser(f"2001:db8:1:2::{last}"), 1)
    assert TOO_MANY in tries(browser("2001:db8:1:2::99")).text
    assert tries(browser("2001:db8:9:9::1")).headers["Location"] == SECOND


def test_networks_of_ipv4_are_counted_apart_where_the_server_listens_for_both(ada: Person) -> None:
    fails(browser(f"::ffff:{ELSEWHERE}"), 6)
    assert TOO_MANY in tries(browser(ELSEWHERE)).text
    assert tries(browser(f"::ffff:{HERE}")).headers["Location"] == SECOND


def test_a_known_browser_comes_in_though_its_network_is_locked_out(ada: Person) -> None:
    mine = browser()
    comes_in(mine, ada)
    leaves(mine)
    fails(browser(), 10)
    assert TOO_MANY in tries(browser()).text
    assert tries(mine).headers["Location"] == SECOND


def test_a_known_browser_has_a_limit_too(ada: Person) -> None:
    mine = browser()
    comes_in(mine, ada)
    leaves(mine)
    fails(mine, 10)
    assert TOO_MANY in tries(mine).text


def test_a_browser_known_to_someone_else_counts_as_unknown(ada: Person) -> None:
    mine = browser()
    comes_in(mine, ada)
    leaves(mine)
    person(2, "Bora")
    for _ in range(5):
        mine.post(LOGIN, {"login": national_id(2), "password": "yanlış"})
    refused = mine.post(LOGIN, {"login": national_id(2), "password": "yanlış"})
    assert TOO_MANY in refused.text


def test_a_forgotten_browser_counts_as_unknown(ada: Person) -> None:
    mine = browser()
    comes_in(mine, ada)
    leaves(mine)
    KnownDevice.objects.update(forgotten_at=KnownDevice.objects.get().last_seen)
    fails(browser(), 5)
    assert TOO_MANY in tries(mine).text


def test_the_password_alone_makes_no_browser_known(ada: Person) -> None:
    client = browser()
    tries(client)
    assert not KnownDevice.objects.exists()


def test_a_new_browser_is_told_of_and_a_known_one_is_not(ada: Person) -> None:
    first, second = browser(), browser(agent=CHROME)
    comes_in(first, ada, -1)
    assert not SecurityNotice.objects.exists()
    comes_in(second, ada)
    told = SecurityNotice.objects.get()
    assert (told.person_id, told.kind, told.detail) == (ada.pk, "new_device", {"browser": "Chrome, Android"})
    leaves(second)
    comes_in(second, ada, 1)
    assert SecurityNotice.objects.count() == 1
    assert KnownDevice.objects.count() == 2


def test_a_token_that_was_planted_in_a_browser_is_worth_nothing_when_it_is_met(ada: Person) -> None:
    ece = person(2, "Ece")
    sign_in_open(ece)
    client = browser()
    client.cookies["katip-device"] = "planted"
    comes_in(client, ada, -1)
    token = client.cookies["katip-device"].value
    assert token != "planted"
    leaves(client)
    client.post(LOGIN, {"login": national_id(2), "password": PASSWORD})
    client.post(SECOND, {"code": code_at(time.time())})
    assert client.cookies["katip-device"].value != token
    rows = KnownDevice.objects.values_list("person_id", "token_key")
    assert sorted(person_id for person_id, _ in rows) == sorted([ada.pk, ece.pk])
    assert len({key for _, key in rows}) == 1
    leaves(client)
    token = client.cookies["katip-device"].value
    comes_in(client, ada, 1)
    assert client.cookies["katip-device"].value == token


def test_the_token_of_a_browser_is_not_in_the_database(ada: Person) -> None:
    client = browser()
    comes_in(client, ada)
    cookie = client.cookies["katip-device"]
    assert (bool(cookie["httponly"]), cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert len(cookie.value) >= 40
    assert cookie.value not in str(KnownDevice.objects.values())


def test_a_stolen_cookie_opens_nothing_in_another_browser_and_ends_the_session(ada: Person) -> None:
    mine, thief = browser(), browser(ELSEWHERE, CHROME)
    comes_in(mine, ada)
    thief.cookies["sessionid"] = mine.cookies["sessionid"].value
    assert thief.get(reverse("capacity")).headers["Location"].startswith(LOGIN)
    assert Event.objects.filter(tag="identity:session:foreign", subject_id=ada.pk).count() == 1
    assert mine.get(reverse("capacity")).status_code == 302  # what was stolen is worth nothing to anybody any more


def test_a_step_up_goes_on_under_a_new_key_and_stays_in_the_list_of_sessions(ada: Person) -> None:
    client = browser()
    comes_in(client, ada, -1)
    before = client.cookies["sessionid"].value
    again = client.post("/giris/yeniden/", {"code": code_at(time.time()), "next": reverse("capacity")})
    assert again.status_code == 302
    after = client.cookies["sessionid"].value
    assert after != before
    assert [one.session_key for one in UserSession.objects.filter(user=ada)] == [after]
    client.cookies["sessionid"] = before
    assert client.get(reverse("capacity")).headers["Location"].startswith(LOGIN)


def test_the_session_of_the_table_works_in_its_own_browser(world: World) -> None:
    assert entered(world, "owner").get(reverse("home")).status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Linux"),
        (CHROME, "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge, Windows"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_browsers_are_named_in_words(agent: str, words: str) -> None:
    assert browser_words(agent) == words
