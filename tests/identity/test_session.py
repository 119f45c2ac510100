"""The session: it ends when nobody is there, loses nothing that was typed, and asks again before a weighty act."""

import time
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.signing import b64_decode
from django.test import Client
from django.urls import reverse

from katip.audit.models import Event
from katip.contracts.models import Contract
from katip.core.actor import OPERATOR, Actor
from katip.core.errors import PermissionRefusedError
from katip.identity.devices import OPENED
from katip.identity.services.sign_in_open import password_set, second_step_open
from katip.processes.models import Decision
from katip.web.middleware import SEEN
from tests.cast import (
    AT,
    PASSWORD,
    SECRET,
    World,
    code_at,
    decision,
    e_bildirge,
    entered,
    national_id,
    sign_in_open,
)

CONTACT = "/isyeri-karti/iletisim-ve-izin/"
IDLE = 20 * 60

pytestmark = pytest.mark.django_db


def idle(client: Client, seconds: float) -> None:
    """Let the session have been unused for so long."""
    session = client.session
    session[SEEN] = time.time() - seconds
    session.save()


def typed(world: World) -> dict[str, Any]:
    """A form half filled."""
    return {
        "workplace": world.workplace.pk,
        "phone": "05550000000",
        "email": "yarım kalan",
        "postal_address": "Uzun Sokak 1",
        "auto_update": "evet",
        "password": "never kept",
        "code": "123456",
        "old": "never kept",
        "again": "never kept",
        "recovery_code": "never kept",
        "credential": "never kept",
    }


def signs_in(client: Client, number: str) -> None:
    client.post("/giris/", {"login": number, "password": PASSWORD})
    client.post("/giris/ikinci-adim/", {"code": code_at(time.time())})
    assert client.get(reverse("capacity")).status_code == 200


def test_the_cast_is_signed_in_as_whoever_signs_in(world: World) -> None:
    sign_in_open(world.owner)
    client = Client()
    signs_in(client, national_id(1))
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.workplace.pk}"})
    real, ours = (dict(one.session.items()) for one in (client, entered(world, "owner")))
    assert {name: type(value) for name, value in ours.items()} == {name: type(value) for name, value in real.items()}
    assert {one for one in real if real[one] != ours[one]} == {SEEN, OPENED, "account_authentication_methods"}
    (first, second), told = ours["account_authentication_methods"], real["account_authentication_methods"]
    assert [set(one) for one in told] == [set(first) | {"username"}, set(second)]


def test_an_unused_session_is_closed_and_says_so(world: World) -> None:
    client = entered(world, "owner")
    idle(client, IDLE + 1)
    closed = client.get(reverse("home"))
    assert closed.headers["Location"] == "/giris/?sure-doldu=1&next=%2Fana-ekran%2F"
    assert "Oturumunuz uzun süre kullanılmadığı için kapandı." in client.get(closed.headers["Location"]).text
    assert client.get(reverse("home")).headers["Location"].startswith("/giris/")
    event = Event.objects.latest("pk")
    assert (event.tag, event.actor_id, event.subject_id) == ("identity:session:expired", None, world.owner.pk)


@pytest.mark.parametrize(
    ("method", "asked", "onward"),
    [
        ("get", "/giris/?sure-doldu=1&next=%2Fisyeri-karti%2F", "&next=%2Fisyeri-karti%2F"),
        ("get", "/giris/?sure-doldu=1&next=%2F%2Fornek.com%2F", ""),
        ("get", "/sozlesmeler/?liste=tum", "&next=%2Fsozlesmeler%2F%3Fliste%3Dtum"),
        ("post", "/cikis/", ""),
        ("post", "/surecler/7/tamamla/", "&next=%2Fsurecler%2F7%2Ftamamla%2F"),
    ],
)
def test_an_unused_session_leads_back_to_where_one_was(world: World, method: str, asked: str, onward: str) -> None:
    client = entered(world, "owner")
    idle(client, IDLE + 1)
    assert getattr(client, method)(asked).headers["Location"] == f"/giris/?sure-doldu=1{onward}"


def test_the_sign_in_page_promises_only_what_was_kept(world: World) -> None:
    for post in (False, True):
        client = entered(world, "owner")
        idle(client, IDLE + 1)
        closed = client.post(CONTACT, typed(world)) if post else client.get(CONTACT)
        assert ("Yazdıklarınız saklandı" in client.get(closed.headers["Location"]).text) is post


def test_a_session_ends_with_the_day_however_much_it_is_used(world: World) -> None:
    client = entered(world, "owner")
    assert client.get("/ana-ekran/").status_code == 200
    session = client.session
    session[OPENED] -= 8 * 60 * 60 + 1
    session.save()
    assert client.get("/ana-ekran/").headers["Location"].startswith("/giris/?sure-doldu=1")
    assert client.get("/ana-ekran/").headers["Location"].startswith("/giris/?next=")


def test_a_closed_account_has_no_session(world: World) -> None:
    client = entered(world, "owner")
    assert client.get("/ana-ekran/").status_code == 200
    type(world.owner).objects.filter(pk=world.owner.pk).update(is_active=False)
    assert client.get("/ana-ekran/").headers["Location"].startswith("/giris/?next=")


def test_a_used_session_lives_on(world: World) -> None:
    client = entered(world, "owner")
    idle(client, IDLE - 5)
    assert client.get(reverse("home")).status_code == 200
    assert time.time() - client.session[SEEN] < 10
    idle(client, 600)
    assert client.post(reverse("session_extend")).status_code == 204
    assert time.time() - client.session[SEEN] < 10


@pytest.mark.parametrize("how", ["posted too late", "kept by the page", "kept by the page a moment too late"])
@pytest.mark.parametrize("who", ["owner", "colleague"])
def test_what_was_typed_waits_for_the_same_person_only(world: World, how: str, who: str) -> None:
    for role in ("owner", "colleague"):
        sign_in_open(getattr(world, role))
    client = entered(world, "owner")
    if how != "kept by the page":
        idle(client, IDLE + 1)
    if how == "posted too late":
        assert "sure-doldu" in client.post(CONTACT, typed(world)).headers["Location"]
    else:
        assert client.post(reverse("session_keep"), typed(world) | {"_path": CONTACT}).status_code == 204
    assert "never kept" not in str(dict(client.session))
    assert client.get(reverse("home")).headers["Location"].startswith("/giris/")
    signs_in(client, national_id({"owner": 1, "colleague": 2}[who]))
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.workplace.pk}"})
    page = client.get(CONTACT).text
    mine = who == "owner"
    assert ("Yazdıklarınız yerinde, henüz kaydedilmedi." in page) is mine
    for text in ("05550000000", "yarım kalan", "Uzun Sokak 1"):
        assert (text in page) is mine
    assert "never kept" not in page
    assert "05550000000" not in client.get(CONTACT).text  # shown once


def test_a_form_is_not_kept_for_another_workplace(world: World) -> None:
    sign_in_open(world.owner)
    client = entered(world, "owner")
    idle(client, IDLE + 1)
    client.post(CONTACT, typed(world) | {"workplace": world.elsewhere.pk})
    signs_in(client, national_id(1))
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.workplace.pk}"})
    page = client.get(CONTACT).text
    assert "05550000000" not in page
    assert "Yazdıklarınız yerinde" not in page
    e_bildirge(world.owner, world.elsewhere)
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.elsewhere.pk}"})
    page = client.get(CONTACT).text  # it waited for its own workplace
    assert "05550000000" in page
    assert "Yazdıklarınız yerinde" in page


def test_what_was_typed_goes_along_into_the_other_language_and_no_further(world: World) -> None:
    client = entered(world, "owner")
    sent = typed(world) | {"_path": CONTACT, "next": CONTACT, "language": "en"}
    assert client.post(reverse("language"), sent).headers["Location"] == CONTACT
    assert "never kept" not in str(dict(client.session))
    page = client.get(CONTACT)
    assert page.headers["Content-Language"] == "en"
    assert "05550000000" in page.text
    assert "05550000000" not in client.get(CONTACT).text  # shown once
    client.post(reverse("language"), {"next": CONTACT, "language": "tr"})
    assert "05550000000" not in client.get(CONTACT).text  # nothing was typed
    nobody = Client()
    nobody.post(reverse("language"), sent)
    assert "05550000000" not in str(dict(nobody.session))


@pytest.mark.parametrize("anew", [True, False])
def test_an_old_second_step_is_asked_again_and_the_decision_is_resumed(world: World, anew: bool) -> None:
    sign_in_open(world.owner)
    contract = world.accepted(at=datetime.now(UTC))
    client = entered(world, "owner", proof_age=16 * 60 if anew else 14 * 60)
    shown = decision(contract)
    url = reverse("step_complete", args=[contract.process_id])
    form = {"version": shown.version, "terms_hash": shown.terms_hash, "read": "on"}
    sent = client.post(url, form)
    result = reverse("step_result", args=[contract.process_id])
    if not anew:
        assert sent.headers["Location"] == result
        return
    again = sent.headers["Location"]
    assert again.startswith("/giris/yeniden/")
    assert "İkinci adımı yineleyin" in client.get(again).text
    refused = client.post(again, {"code": "000000"})
    assert "Kod geçerli değil." in refused.text
    assert Contract.objects.get().state == "awaiting_employer"
    code = code_at(time.time())
    done = client.post(again, {"code": code, "next": url})
    assert done.headers["Location"] == result
    taken = Decision.objects.get(step__no=2)
    assert Contract.objects.get().state == "active"
    assert taken.decided_at - taken.proof_at < timedelta(minutes=1)
    event = Event.objects.select_related("detail").get(tag="identity:second_step:repeated")
    assert (event.actor_id, event.subject_id, event.detail.body) == (world.owner.pk, world.owner.pk, {"method": "totp"})


def test_the_language_is_turkish_until_somebody_asks(client: Client) -> None:
    first = client.get("/", headers={"accept-language": "en"})
    assert (first.headers["Content-Language"], '<html lang="tr">' in first.text) == ("tr", True)
    asked = client.post("/dil/", {"language": "en", "next": "/yardim/"})
    assert asked.headers["Location"] == "/yardim/"
    english = client.get("/")
    assert (english.headers["Content-Language"], '<html lang="en">' in english.text) == ("en", True)
    client.post("/dil/", {"language": "de"})
    assert client.get("/").headers["Content-Language"] == "en"
    client.cookies["django_language"] = "xx"
    assert client.get("/").headers["Content-Language"] == "tr"


def test_cookies_and_headers_are_closed(world: World) -> None:
    sign_in_open(world.owner)
    client = Client()
    cookie = client.post("/giris/", {"login": national_id(1), "password": PASSWORD}).cookies["sessionid"]
    assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")
    page = entered(world, "owner").get(reverse("home"))
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["X-Frame-Options"] == "DENY"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_post_from_elsewhere_is_refused(world: World) -> None:
    client = entered(world, "owner")
    client.handler.enforce_csrf_checks = True
    assert client.post(reverse("session_extend")).status_code == 403


@pytest.mark.parametrize("service", [password_set, second_step_open])
def test_only_the_operator_opens_a_sign_in(world: World, service: Any) -> None:
    extra = {"password": "x"} if service is password_set else {"secret": SECRET}
    for actor in (Actor(world.owner.pk), world.actor("manager")):
        with pytest.raises(PermissionRefusedError, match="operator_only"):
            service(actor=actor, at=AT, person_id=world.owner.pk, **extra)
    service(actor=OPERATOR, at=AT, person_id=world.owner.pk, **extra)


@pytest.mark.django_db
def test_a_session_rests_sealed(settings: Any) -> None:
    store = SessionStore()
    store["form"] = {"national_id": "10000000146"}
    store.save()
    stored = Session.objects.get().session_data
    payload, packed = stored.split(":")[0], stored.startswith(".")
    raw = b64_decode(payload.lstrip(".").encode())
    assert b"10000000146" not in (zlib.decompress(raw) if packed else raw)
    assert SessionStore(store.session_key)["form"] == {"national_id": "10000000146"}
    settings.KATIP_FIELD_KEY = Fernet.generate_key().decode()
    assert SessionStore(store.session_key).get("form") is None
