"""Signing in through the pages: two steps, one answer for everything wrong, a trace that betrays nobody."""

import json
import logging
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from katip.audit.models import Event
from katip.core.actor import OPERATOR
from katip.core.crypto import unseal
from katip.identity.models import Person
from katip.identity.services.sign_in_open import second_step_open
from tests.cast import AT, PASSWORD, SECRET, World, code_at, national_id, person, sign_in_open, signed_in

LOGIN, SECOND, STOP = "/giris/", "/giris/ikinci-adim/", "/iki-asamali-giris/"
WRONG = "T.C. kimlik no ya da şifre yanlış. İkisini de denetleyip yeniden yazın."
BAD = "yanlış"
BAD_CODE = "Kod geçerli değil. Uygulamanızdaki yeni kodu bekleyip yazın."
TOO_MANY = "Çok sayıda deneme yapıldı. Birkaç dakika sonra yeniden deneyin."
OURS, NOBODYS = national_id(1), national_id(99)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    someone = person(1, "Ada")
    sign_in_open(someone)
    return someone


def first_step(client: Client, number: str = OURS, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post(LOGIN, {"login": number, "password": password} | more)  # type: ignore[return-value] # the client's response stands for the real one


def plain(response: HttpResponse) -> str:
    """A page without what differs each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|value="\d{11}"', "", response.content.decode())


# --- the way in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [OURS, f" {OURS[:3]} {OURS[3:6]} {OURS[6:]} "])
def test_number_password_and_code_open_the_register(ada: Person, number: str) -> None:
    client = Client()
    assert first_step(client, number).headers["Location"] == SECOND
    assert client.get(reverse("capacity")).headers["Location"].startswith(LOGIN)  # the password alone opens nothing
    done = client.post(SECOND, {"code": code_at(time.time())})
    assert done.headers["Location"] == reverse("capacity")
    assert client.get(reverse("capacity")).status_code == 200
    event = Event.objects.select_related("detail").latest("pk")
    assert (event.tag, event.actor_id, event.detail.body) == (
        "identity:sign_in:completed",
        ada.pk,
        {"second_step": "totp"},
    )


def test_sign_in_leads_to_the_page_that_was_asked_for(ada: Person) -> None:
    client = Client()
    sent = client.get("/surecler/42/")
    assert sent.headers["Location"] == f"{LOGIN}?next=%2Fsurecler%2F42%2F"
    first_step(client, next="/surecler/42/")
    assert client.post(SECOND, {"code": code_at(time.time())}).headers["Location"] == "/surecler/42/"


def test_sign_out_leaves_nothing_and_is_recorded(ada: Person) -> None:
    client = signed_in(ada)
    key = client.session.session_key
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get(reverse("capacity")).headers["Location"].startswith(LOGIN)
    assert Event.objects.latest("pk").tag == "identity:sign_out:done"
    assert Event.objects.latest("pk").subject_id == ada.pk


def test_the_session_key_changes_with_the_sign_in(ada: Person) -> None:
    client = Client()
    first_step(client)
    before = client.session.session_key
    client.post(SECOND, {"code": code_at(time.time())})
    assert client.session.session_key != before


# --- everything wrong is alike ---------------------------------------------------------------------------------


def test_wrong_password_and_unknown_number_look_and_cost_the_same(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    def watched(name: str) -> Any:
        original = getattr(Argon2PasswordHasher, name)

        def run(*args: Any, **kwargs: Any) -> Any:
            hashed.append(name)
            return original(*args, **kwargs)

        return run

    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, watched(name))
    person(2, "Parolasız")
    for number in (3, 4):
        closed = person(number, "Kapalı")
        sign_in_open(closed)
        Person.objects.filter(pk=closed.pk).update(is_active=False)
    first_step(Client(), national_id(98), "yanlış")  # from now on the limit of this address is known to the cache
    hashed.clear()

    def attempt(number: str, password: str = BAD) -> tuple[Any, ...]:
        with CaptureQueriesContext(connection) as captured:
            response = first_step(Client(), number, password)
        times = len(hashed)
        hashed.clear()
        asked = [re.sub(r"[\d'].*", "", query["sql"]) for query in captured.captured_queries]
        return response.status_code, plain(response), times, asked

    wrong = attempt(OURS)
    assert wrong[0] == 200
    assert WRONG in wrong[1]
    assert wrong[2] == 1
    assert attempt(NOBODYS) == wrong
    assert attempt(national_id(2)) == wrong  # has no password yet
    assert attempt(national_id(3)) == wrong  # closed
    assert attempt(national_id(4), PASSWORD) == wrong  # closed, and the password is right


def test_a_failed_sign_in_is_recorded_without_the_number(ada: Person) -> None:
    first_step(Client(), OURS, "yanlış")
    first_step(Client(), NOBODYS, "yanlış")
    known, unknown = Event.objects.filter(tag="identity:sign_in:failed").order_by("pk").select_related("detail")
    assert (known.subject_id, unknown.subject_id) == (ada.pk, None)
    assert known.detail.body == unknown.detail.body == {}
    assert (known.actor_id, unknown.actor_id) == (None, None)  # the victim did nothing


@pytest.mark.parametrize("number", ["", "1000000014", "10000000147", "1000000014x", "01000000014"])
def test_a_malformed_number_is_told_before_anything_is_asked(ada: Person, number: str) -> None:
    response = first_step(Client(), number)
    assert response.status_code == 200
    said = "T.C. kimlik no 11 haneli bir sayıdır" if number else "T.C. kimlik numaranızı yazın."
    assert said in response.content.decode()
    assert not Event.objects.filter(tag__startswith="identity:sign_in").exists()


def test_five_failures_close_the_door_for_a_while_to_the_right_password_too(ada: Person) -> None:
    for _ in range(5):
        assert WRONG in plain(first_step(Client(), OURS, "yanlış"))
    assert TOO_MANY in plain(first_step(Client(), OURS, "yanlış"))
    assert TOO_MANY in plain(first_step(Client(), OURS))
    assert WRONG in plain(first_step(Client(), NOBODYS, "yanlış"))  # one number, not the whole house


def test_the_limit_of_an_account_does_not_hang_on_the_host_asked(ada: Person) -> None:
    for port in range(8001, 8006):
        Client(headers={"host": f"localhost:{port}"}).post(LOGIN, {"login": OURS, "password": BAD})
    refused = Client(headers={"host": "localhost:8006"}).post(LOGIN, {"login": OURS, "password": PASSWORD})
    assert TOO_MANY in refused.text


def test_what_the_limit_refuses_is_recorded(ada: Person) -> None:
    for number in (OURS, NOBODYS):
        for _ in range(6):
            first_step(Client(), number, BAD)
    refused = Event.objects.filter(tag="identity:sign_in:refused").order_by("pk")
    assert [(one.actor_id, one.subject_id) for one in refused] == [(None, ada.pk), (None, None)]


def test_the_rate_limit_outlives_a_flood_of_other_entries(ada: Person) -> None:
    for _ in range(5):
        first_step(Client(), OURS, "yanlış")
    for number in range(400):
        cache.set(f"someone-else-{number}", 1)
    assert TOO_MANY in plain(first_step(Client(), OURS))


# --- the second step --------------------------------------------------------------------------------------------


def test_wrong_old_and_replayed_codes_look_the_same(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 31)  # half a minute ago, a code is used …
    used = code_at(now - 30)
    client = Client()
    first_step(client)
    assert client.post(SECOND, {"code": used}).headers["Location"] == reverse("capacity")
    monkeypatch.setattr(time, "time", lambda: now)  # … and now its 30 seconds are over, but not its tolerance
    pages = []
    for code in (used, code_at(now - 90), "000000" if code_at(now) != "000000" else "111111"):
        client = Client()
        first_step(client)
        refused = client.post(SECOND, {"code": code})
        assert refused.status_code == 200
        assert BAD_CODE in refused.text
        assert client.get(reverse("capacity")).status_code == 302
        pages.append(plain(refused).replace(f'value="{code}"', ""))  # type: ignore[arg-type] # as above
    assert pages[0] == pages[1] == pages[2]
    assert Event.objects.filter(tag="identity:second_step:failed", subject_id=ada.pk).count() == 3


def test_a_post_without_a_code_is_told_so(ada: Person) -> None:
    client = Client()
    first_step(client)
    page = client.post(SECOND, {})
    assert page.status_code == 200
    assert "Kod uygulamanızdaki 6 haneli kodu yazın." in page.text


def test_a_right_password_without_the_code_leaves_a_trace(ada: Person) -> None:
    client = Client()
    first_step(client)
    event = Event.objects.latest("pk")
    assert (event.tag, event.actor_id, event.subject_id) == ("identity:password:accepted", None, ada.pk)
    client.post(SECOND, {"code": "abcdef"})
    event = Event.objects.latest("pk")
    assert (event.tag, event.actor_id, event.subject_id) == ("identity:second_step:failed", None, ada.pk)


@pytest.mark.parametrize("wanted", ["//ornek.com/", "https://ornek.com/", "http://127.0.0.1/", "http://localhost/"])
def test_a_sign_in_leads_to_no_other_host(ada: Person, wanted: str) -> None:
    client = Client()
    first_step(client, next=wanted)
    done = client.post(SECOND, {"code": code_at(time.time()), "next": wanted})
    assert done.headers["Location"] == reverse("capacity")


def test_five_wrong_codes_close_the_second_step_for_a_while(ada: Person) -> None:
    client = Client()
    first_step(client)
    for _ in range(5):
        client.post(SECOND, {"code": "abcdef"})
    assert TOO_MANY in client.post(SECOND, {"code": code_at(time.time())}).text
    assert client.get(reverse("capacity")).status_code == 302


def test_the_second_step_is_not_reached_without_the_first(ada: Person) -> None:
    assert Client().post(SECOND, {"code": code_at(time.time())}).headers["Location"] == LOGIN


def test_the_secret_is_sealed(ada: Person) -> None:
    kept = Authenticator.objects.get(user=ada).data["secret"]
    assert SECRET not in kept
    assert unseal(kept.encode()) == SECRET


def test_a_second_step_of_someone_else_proves_nothing(ada: Person) -> None:
    other = person(2, "Öteki")
    client = signed_in(ada)
    session = client.session
    session["account_authentication_methods_user"] = str(other.pk)
    session.save()
    assert client.get(reverse("capacity")).headers["Location"] == STOP


# --- expired sessions -----------------------------------------------------------------------------------------------


def test_expired_sessions_go_with_a_sign_in_once_an_hour(ada: Person) -> None:
    def expired_left(key: str) -> bool:
        Session.objects.create(session_key=key, session_data="x", expire_date=AT)
        client = Client()
        client.post(LOGIN, {"login": national_id(4), "password": PASSWORD})
        assert client.get(STOP).status_code == 200
        return Session.objects.filter(session_key=key).exists()

    sign_in_open(person(4, "Yeni"), two_steps=False)
    assert not expired_left("first")
    assert expired_left("second")
    cache.delete("sessions-cleared")
    assert not expired_left("third")


# --- the newcomer -------------------------------------------------------------------------------------------------


def test_whoever_has_no_second_step_stops_at_the_page_that_says_why() -> None:
    someone = person(4, "Yeni")
    sign_in_open(someone, two_steps=False)
    client = Client()
    assert first_step(client, national_id(4)).headers["Location"] == reverse("capacity")
    assert client.get(reverse("capacity")).headers["Location"] == STOP
    page = client.get(STOP).text
    assert "PTT şubesi" in page
    assert 'href="tel:+908500000000"' in page
    assert client.post(STOP).headers["Location"] == STOP  # still not
    second_step_open(actor=OPERATOR, at=AT, person_id=someone.pk, secret=SECRET)
    assert client.post(STOP).headers["Location"] == LOGIN
    assert first_step(client, national_id(4)).headers["Location"] == SECOND


# --- what must not be found anywhere -------------------------------------------------------------------------------


def test_no_number_password_or_code_stays_in_database_log_or_address(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    sign_in_open(world.owner)
    contract = world.accepted()
    code = code_at(time.time())
    client, addresses = Client(), []
    first_step(Client(), OURS, PASSWORD + "x")
    first_step(Client(), NOBODYS, PASSWORD)
    for url, form in ((LOGIN, {"login": OURS, "password": PASSWORD}), (SECOND, {"code": code})):
        response = client.post(url, form)
        addresses.append(response.headers["Location"])
    page = client.get(reverse("step", args=[contract.process_id])).text
    assert world.specialist.national_id in page  # the parties need it, and nobody keeps it
    client.post(reverse("session_keep"), {"_path": "/x/", "password": PASSWORD, "code": code, "note": "ğ"})
    secret_texts = [OURS, NOBODYS, world.specialist.national_id, PASSWORD, SECRET, code]
    stored = "\n".join([*all_text(), *(json.dumps(one.get_decoded()) for one in Session.objects.all())])
    for text in secret_texts[:-1]:
        assert text not in stored
        assert text not in caplog.text
        assert all(text not in address for address in addresses)
    assert f'"{code}"' not in stored


def all_text() -> list[str]:
    """Every text, JSON and byte value of the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'bytea')"
        )
        columns = cursor.fetchall()
        values: list[str] = []
        for table, column, kind in columns:
            if table in {"registry_district", "registry_activity", "registry_activityhazard"}:
                continue  # facts that ship with the program
            shown = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT {shown} FROM "{table}" WHERE "{column}" IS NOT NULL')  # noqa: S608 -- the catalogue's names
            values += [row[0] for row in cursor.fetchall()]
    assert len(values) > 100
    return values
