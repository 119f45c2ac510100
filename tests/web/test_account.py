"""*Hesabım*, and the pages by which a code opens an account."""

import re
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from katip.audit.models import Event
from katip.core.actor import OPERATOR
from katip.identity.models import (
    ActivationCode,
    Enrolment,
    KnownDevice,
    NoticeKind,
    Person,
    Proofing,
    ProofingWay,
    SecurityNotice,
)
from katip.identity.opening import code_insert, proofing_insert
from katip.identity.services.activation import activation_issue
from katip.identity.services.notices_seen import notices_seen
from katip.identity.telling import tell
from katip.notices.addresses import address_key
from katip.notices.models import Channel, Delivery
from tests.cast import PASSWORD, World, code_at, entered, national_id, person, sign_in_open, signed_in

NEW = "altı kuru incir, bir ceviz"
REFUSED = "Bu T.C. kimlik no ve kodla bir şey açılamıyor."
TOO_MANY = "Çok sayıda deneme yapıldı."
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    return person(1, "Ada")


def issued(someone: Person, *, lost: bool = False, at: datetime | None = None) -> str:
    return activation_issue(actor=OPERATOR, at=at or timezone.now(), person_id=someone.pk, lost=lost)[0]


def tries(client: Client, code: str, number: str = national_id(1), **more: Any) -> Any:
    return client.post(reverse("activation"), {"national_id": number, "code": code}, **more)


def plain(response: Any) -> str:
    return re.sub(r'value="[^"]*"', "", response.content.decode())


# --- opening an account ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["{}", " {} ", "dashes", "lower"])
def test_a_code_opens_an_account_with_a_password_of_ones_own(ada: Person, written: str) -> None:
    code = issued(ada)
    shown = "-".join((code[:4], code[4:8], code[8:]))
    typed = {"dashes": shown, "lower": shown.lower()}.get(written, written.format(code))
    client = Client()
    assert tries(client, typed).headers["Location"] == reverse("activation_password")
    page = client.get(reverse("activation_password"))
    assert "Şifrenizi seçin" in page.text
    assert ada.name not in page.text
    assert national_id(1) not in page.text
    sent = client.post(reverse("activation_password"), {"password": NEW, "again": NEW})
    assert sent.status_code == 302
    right = Enrolment.objects.get(person=ada)
    assert (right.resets, right.used_at, right.proofing.way) == (False, None, ProofingWay.OPERATOR)
    assert Person.objects.get(pk=ada.pk).check_password(NEW)
    assert client.get(reverse("account")).headers["Location"] == reverse("two_step")  # one step, no more
    assert ActivationCode.objects.get().used_at is not None
    tags = list(Event.objects.filter(subject_id=ada.pk).order_by("pk").values_list("tag", flat=True))
    assert tags == [
        "identity:proofing:done",
        "identity:activation_code:issued",
        "identity:activation_code:used",
        "identity:password:set",
        "identity:enrolment:opened",
        "identity:sign_in:completed",
    ]
    assert set(SecurityNotice.objects.values_list("kind", flat=True)) == {"proofed", "code_issued", "password_set"}
    assert tries(Client(), code).status_code == 422  # once


def test_a_wrong_a_used_an_ended_a_taken_back_and_anothers_code_are_answered_alike(ada: Person) -> None:
    now = timezone.now()
    other = person(2, "Deniz")
    used, ended, revoked = issued(ada), "", ""
    ActivationCode.objects.update(used_at=now)
    ended = issued(ada, at=now - timedelta(days=15))
    ActivationCode.objects.filter(used_at=None).update(revoked_at=None)
    anothers = issued(other)
    revoked = issued(person(3, "Ece"))
    ActivationCode.objects.filter(person__given_name="Ece").update(revoked_at=now)
    closed = person(4, "Naz")
    of_closed = issued(closed)
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    asked = [
        (national_id(1), "2345-6789-ABCD"),
        (national_id(1), used),
        (national_id(1), ended),
        (national_id(1), anothers),
        (national_id(3), revoked),
        (national_id(4), of_closed),
        (national_id(99), anothers),
        (national_id(1), "geçersiz!"),
    ]
    pages, queries = set(), set()
    for number, (national, code) in enumerate(asked):
        with CaptureQueriesContext(connection) as captured:
            answer = tries(Client(REMOTE_ADDR=f"203.0.113.{number}"), code, national)
        assert answer.status_code == 422
        assert REFUSED in answer.text
        pages.add(plain(answer))
        queries.add(sum("cache_entry" not in query["sql"] for query in captured.captured_queries))
    assert len(pages) == 1
    assert len(queries) == 1
    failed = Event.objects.filter(tag="identity:activation_code:failed")
    assert failed.filter(subject_id=None).count() == 1
    assert failed.count() == len(asked)


def test_whoever_guesses_locks_out_their_own_network_only(ada: Person) -> None:
    code = issued(ada)
    guesser, holder = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="198.51.100.7")
    answers = [tries(guesser, "2345-6789-ABCD").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert TOO_MANY in tries(guesser, code).text  # not even the right one
    assert Event.objects.filter(tag="identity:activation_code:refused", subject_id=ada.pk).count() == 2
    assert tries(guesser, "2345-6789-ABCD", national_id(2)).status_code == 422  # another account is another count
    assert tries(holder, code).status_code == 302


def test_what_was_right_is_not_counted(ada: Person) -> None:
    code = issued(ada)
    assert [tries(Client(), code).status_code for _ in range(7)] == [302] * 7


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("kısa", "kısa", "Şifre en az 12 karakter olsun."),
        ("password1234", "password1234", "ilk denenecekler arasındadır"),
        (NEW, NEW + "x", "İki şifre aynı değil."),
        ("", "", "Yeni bir şifre yazın."),
        ("x" * 201, "x" * 201, "en çok 200 karakter"),
        (f"T.C. {national_id(1)}!", f"T.C. {national_id(1)}!", "T.C. kimlik numaranızdan ya da adınızdan oluşmasın."),
    ],
)
def test_a_bad_password_does_not_use_the_code_up(ada: Person, password: str, again: str, said: str) -> None:
    client = Client()
    tries(client, issued(ada))
    refused = client.post(reverse("activation_password"), {"password": password, "again": again})
    assert refused.status_code == 422
    assert said in refused.text
    if password:
        assert f'value="{password}"' not in refused.text
    assert ActivationCode.objects.get().used_at is None
    assert not Enrolment.objects.exists()
    assert client.post(reverse("activation_password"), {"password": NEW, "again": NEW}).status_code == 302


@pytest.mark.parametrize("how", ["used", "revoked", "late", "later"])
def test_a_code_that_ends_between_the_pages_opens_nothing(
    ada: Person, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, now = Client(), timezone.now()
    tries(client, issued(ada))
    field = {"used": "used_at", "revoked": "revoked_at", "late": "expires_at"}.get(how)
    if field:
        ActivationCode.objects.update(**{field: now})
    else:
        real = time.time
        monkeypatch.setattr("katip.web.account.activation.time.time", lambda: real() + 15 * 60 + 1)
    sent = client.post(reverse("activation_password"), {"password": NEW, "again": NEW})
    assert sent.headers["Location"] == reverse("activation")
    assert not Person.objects.get().has_usable_password()


def test_a_planted_session_does_not_choose_the_password(ada: Person) -> None:
    attacker = Client()
    session = attacker.session
    session["planted"] = True
    session.save()
    victim = Client()
    for client in (attacker, victim):
        client.cookies["sessionid"] = str(session.session_key)
    assert tries(victim, issued(ada)).status_code == 302
    assert victim.get(reverse("activation_password")).status_code == 200
    assert attacker.get(reverse("activation_password")).headers["Location"] == reverse("activation")


def test_a_code_typed_in_an_open_session_does_not_hide_it_from_the_list_of_sessions(ada: Person) -> None:
    ece = person(2, "Ece")
    sign_in_open(ece)
    client = signed_in(ece)
    assert tries(client, issued(ada)).status_code == 302
    key = client.cookies["sessionid"].value
    assert list(UserSession.objects.filter(user_id=ece.pk).values_list("session_key", flat=True)) == [key]


def test_without_a_code_there_is_no_second_page(client: Client) -> None:
    assert client.get(reverse("activation_password")).headers["Location"] == reverse("activation")
    assert client.post(reverse("activation_password")).headers["Location"] == reverse("activation")


def test_a_lost_second_step_closes_with_the_code_and_everything_open_ends(ada: Person) -> None:
    sign_in_open(ada)
    thief = signed_in(ada)
    assert thief.get(reverse("account")).status_code == 200
    KnownDevice.objects.create(
        person=ada, token_key="x", label="Firefox", first_seen=timezone.now(), last_seen=timezone.now()
    )
    client = Client()
    tries(client, issued(ada, lost=True))
    client.post(reverse("activation_password"), {"password": NEW, "again": NEW})
    assert client.get(reverse("two_step")).status_code == 200  # in with one step
    assert Enrolment.objects.get(person=ada).resets
    assert not Authenticator.objects.filter(user=ada).exists()
    assert KnownDevice.objects.get().forgotten_at is not None
    assert thief.get(reverse("account")).headers["Location"].startswith("/giris/")
    assert SecurityNotice.objects.filter(kind=NoticeKind.FACTOR_REMOVED).count() == 1


def test_a_forgotten_password_alone_leaves_the_second_step_in_the_way(ada: Person) -> None:
    sign_in_open(ada)
    client = Client()
    tries(client, issued(ada))
    sent = client.post(reverse("activation_password"), {"password": NEW, "again": NEW})
    assert sent.headers["Location"] == reverse("mfa_authenticate")
    assert Authenticator.objects.filter(user=ada).exists()


def second_step_code(someone: Person, *, resets: bool = False) -> str:
    """As a counter may hand one over: for the second step alone."""
    from django.db import transaction

    now = timezone.now()
    with transaction.atomic():
        proofing = proofing_insert(OPERATOR, now, Proofing(person_id=someone.pk, way=ProofingWay.COUNTER))
        code, _ = code_insert(OPERATOR, now, proofing, opens_password=False, opens_second_step=True, resets=resets)
    return code


def test_a_code_for_the_second_step_is_typed_after_the_password(ada: Person) -> None:
    sign_in_open(ada, two_steps=False)
    client, elsewhere = signed_in(ada, proof_age=None), signed_in(ada, proof_age=None)
    code, url = second_step_code(ada), reverse("activation_second_step")
    wrong = client.post(url, {"code": "2345 6789 ABCD"})
    assert (wrong.status_code, "Bu kodla hesabınızda bir şey açılamıyor." in wrong.text) == (422, True)
    assert "T.C. kimlik no ve kodla" not in wrong.text  # the number is not asked for here
    assert client.post(url, {"code": code}).status_code == 302
    assert Enrolment.objects.get(person=ada).used_at is None
    assert client.get(reverse("two_step")).status_code == 200
    assert elsewhere.get(reverse("two_step")).headers["Location"].startswith("/giris/")
    assert Person.objects.get().check_password(PASSWORD)


def test_a_lost_second_step_and_a_known_password(ada: Person) -> None:
    """Whoever lost the second step cannot come in to type the code: number, code and password together do."""
    sign_in_open(ada)
    client = Client()
    tries(client, second_step_code(ada, resets=True))
    page = reverse("activation_password")
    assert "şifreniz değişmez" in client.get(page).text
    wrong = client.post(page, {"old": "bir yanlış şifre"})
    assert (wrong.status_code, "Şifre yanlış." in wrong.text) == (422, True)
    assert ActivationCode.objects.get().used_at is None
    assert [client.post(page, {"old": "yanlış"}).status_code for _ in range(5)] == [422] * 5
    assert TOO_MANY in client.post(page, {"old": PASSWORD}).text
    cache.clear()
    assert client.post(page, {"old": PASSWORD}).status_code == 302
    assert client.get(reverse("two_step")).status_code == 200
    assert Person.objects.get().check_password(PASSWORD)
    assert not Authenticator.objects.exists()


# --- the page ---------------------------------------------------------------------------------------------------


def full(someone: Person, client: Client, count: int) -> None:
    """Some of everything that the page lists."""
    now = timezone.now()
    for number in range(count):
        KnownDevice.objects.create(
            person=someone, token_key=f"k{number}", label="Firefox, Linux", first_seen=now, last_seen=now
        )
        tell(someone.pk, now, NoticeKind.NEW_DEVICE, browser="Firefox, Linux")
        activation_issue(actor=OPERATOR, at=now, person_id=someone.pk)
        signed_in(someone)
    del client


@pytest.mark.parametrize("count", [0, 12])
def test_the_page_asks_as_often_whether_little_or_much_stands_there(world: World, count: int) -> None:
    client = entered(world, "owner")
    full(world.owner, client, count)
    client.get(reverse("account"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse("account")).status_code == 200
    asked = [query["sql"] for query in captured.captured_queries]
    # one of them: whether the address takes messages
    assert sum(not re.match(r"BEGIN|COMMIT|SAVEPOINT|RELEASE", sql) for sql in asked) == 14


def test_an_empty_account_says_what_will_stand_there(world: World) -> None:
    page = entered(world, "owner").get(reverse("account")).text
    for words in (
        "Bu hesapta kurulu bir ikinci adım yok.",
        "Henüz bildirim yok.",
        "İki adımla giriş yaptığınız tarayıcılar burada durur.",
        "Bu kayıtta bir kimlik doğrulamanız görünmüyor.",
        "Bu oturum",
    ):
        assert words in page


def test_a_sign_in_through_the_pages_is_found_on_the_page(ada: Person) -> None:
    sign_in_open(ada)
    Client().post("/giris/", {"login": national_id(1), "password": "yanlış"})
    client = Client(HTTP_USER_AGENT=FIREFOX)
    client.post("/giris/", {"login": national_id(1), "password": PASSWORD})
    client.post("/giris/ikinci-adim/", {"code": code_at(time.time())})
    page = client.get(reverse("account")).text
    for words in (
        "Firefox, Linux",
        "127.0.0.1",
        "Giriş yapıldı",
        "Şifre yanlış olduğu için girilemedi",
        "kod uygulaması",
    ):
        assert words in page
    assert str(client.session.session_key) not in page


def test_sessions_are_listed_and_ended_one_by_one_and_all(world: World) -> None:
    here = entered(world, "owner")
    others = [signed_in(world.owner) for _ in range(3)]
    foreign = signed_in(world.colleague)
    page = here.get(reverse("account")).text
    numbers = re.findall(r'name="oturum" value="(\d+)"', page)
    assert len(numbers) == 3
    keys = [str(client.session.session_key) for client in (here, *others)]
    assert not any(key in page for key in keys)
    theirs = UserSession.objects.get(user=world.colleague).pk
    here.post(reverse("account_sessions"), {"oturum": theirs})
    assert foreign.get(reverse("two_step")).status_code == 302
    assert foreign.get(reverse("capacity")).status_code == 200  # another's session goes on
    ended = UserSession.objects.get(session_key=keys[1]).pk
    told = here.post(reverse("account_sessions"), {"oturum": ended}, follow=True)
    assert "1 oturum kapatıldı." in told.text
    assert others[0].get(reverse("capacity")).headers["Location"].startswith("/giris/")
    assert others[1].get(reverse("capacity")).status_code == 200
    here.post(reverse("account_sessions"))
    assert others[1].get(reverse("capacity")).headers["Location"].startswith("/giris/")
    assert here.get(reverse("capacity")).status_code == 200
    assert SecurityNotice.objects.filter(person=world.owner, kind="session_ended").count() == 2
    assert Event.objects.filter(tag="identity:session:ended", subject_id=world.owner.pk).count() == 2


def test_a_session_left_too_long_is_not_listed(world: World) -> None:
    here, away = entered(world, "owner"), signed_in(world.owner)
    session = away.session
    session["seen_at"] = time.time() - 21 * 60
    session.save()
    assert 'name="oturum"' not in here.get(reverse("account")).text


def test_browsers_are_forgotten_one_by_one_and_all(world: World) -> None:
    now, client = timezone.now(), entered(world, "owner")
    mine = [
        KnownDevice.objects.create(person=world.owner, token_key=f"{n}", label=f"T{n}", first_seen=now, last_seen=now)
        for n in range(3)
    ]
    theirs = KnownDevice.objects.create(person=world.colleague, token_key="x", label="T", first_seen=now, last_seen=now)
    for number in (mine[0].pk, theirs.pk, "²"):
        client.post(reverse("account_devices"), {"tarayici": number})
    client.post(reverse("account_devices"))
    left = set(KnownDevice.objects.filter(forgotten_at=None).values_list("label", flat=True))
    assert left == {"T1", "T2", "T"}
    client.post(reverse("account_devices"), {"tarayici": "hepsi"})
    assert KnownDevice.objects.get(forgotten_at=None) == theirs


def test_notices_are_counted_on_every_page_until_they_are_opened(world: World) -> None:
    client, now = entered(world, "owner"), timezone.now()
    for number in range(35):
        tell(world.owner.pk, now + timedelta(seconds=number), NoticeKind.NEW_DEVICE, browser=f"Tarayıcı {number}")
    badge = "yeni güvenlik bildirimi"
    assert f'35<span class="vh"> {badge}' in client.get(reverse("home")).text
    assert "35 yeni güvenlik bildiriminiz var." in client.get(reverse("account")).text
    assert SecurityNotice.objects.filter(seen_at=None).count() == 35
    page = client.get(reverse("account_notices"))
    assert "(Tarayıcı 34)" in page.text
    assert page.text.count("Yeni") >= 30
    assert SecurityNotice.objects.filter(seen_at=None).count() == 5
    (onward,) = re.findall(r'href="(/hesabim/bildirimler/\?sonra=\d+)"', page.text)
    assert "(Tarayıcı 0)" in client.get(onward).text
    assert badge not in client.get(reverse("home")).text
    assert badge not in entered(world, "colleague").get(reverse("home")).text


def test_nobody_marks_anothers_notices(world: World) -> None:
    tell(world.owner.pk, timezone.now(), NoticeKind.PASSWORD_SET)
    ids = list(SecurityNotice.objects.values_list("pk", flat=True))
    assert notices_seen(actor=world.actor("colleague"), at=timezone.now(), notice_ids=ids) == 0
    assert notices_seen(actor=world.actor("owner"), at=timezone.now(), notice_ids=ids) == 1


def test_the_whole_history_is_read_page_by_page(world: World) -> None:
    client = entered(world, "owner")
    for _ in range(40):
        Client().post("/giris/", {"login": national_id(1), "password": "yanlış"})
    cache.clear()
    first = client.get(reverse("account_history")).text
    (onward,) = re.findall(r'href="(/hesabim/hareketler/\?sonra=\d+)"', first)
    second = client.get(onward).text
    assert first.count("<li") > second.count("<li")
    assert client.get(reverse("account_history"), {"sonra": "²"}).status_code == 200
    assert "giriş reddedildi" in first
    assert "giriş reddedildi" not in entered(world, "colleague").get(reverse("account_history")).text
    assert "giriş reddedildi" not in entered(world, "colleague").get(reverse("account")).text


# --- changing ---------------------------------------------------------------------------------------------------


def changes(client: Client, old: str = PASSWORD, new: str = NEW) -> Any:
    return client.post(reverse("account_password"), {"old": old, "password": new, "again": new})


def test_a_changed_password_ends_the_other_sessions_and_is_told(world: World) -> None:
    sign_in_open(world.owner)
    here, other = entered(world, "owner"), signed_in(world.owner)
    assert here.get(reverse("account_password")).status_code == 200
    key = here.session.session_key
    assert changes(here).headers["Location"] == reverse("account")
    assert "Bu oturum" in here.get(reverse("account")).text
    assert here.session.session_key != key
    mine = UserSession.objects.filter(user=world.owner)
    assert list(mine.values_list("session_key", flat=True)) == [here.session.session_key]
    assert other.get(reverse("account")).headers["Location"].startswith("/giris/")
    assert Person.objects.get(pk=world.owner.pk).check_password(NEW)
    assert SecurityNotice.objects.get(kind="password_set").person_id == world.owner.pk
    assert Delivery.objects.get(kind="password_set").person_id == world.owner.pk
    assert Event.objects.get(tag="identity:password:changed").subject_id == world.owner.pk


def test_a_password_needs_the_old_one_which_nobody_guesses_in_a_stolen_session(world: World) -> None:
    sign_in_open(world.owner)
    client = entered(world, "owner")
    for _ in range(5):
        assert "Şimdiki şifre yanlış." in changes(client, old="başka bir şifre").text
    assert TOO_MANY in changes(client).text
    assert Person.objects.get(pk=world.owner.pk).check_password(PASSWORD)
    assert Event.objects.filter(tag="identity:password:failed").count() == 5


def test_an_old_second_step_is_asked_before_a_password_is_typed(world: World) -> None:
    sign_in_open(world.owner)
    client = entered(world, "owner", proof_age=16 * 60)
    again = client.get(reverse("account_password")).headers["Location"]
    assert again.startswith("/giris/yeniden/")
    sent = changes(client)
    assert sent.headers["Location"] == reverse("account_password")
    assert Person.objects.get(pk=world.owner.pk).check_password(PASSWORD)
    assert NEW not in str(dict(client.session))  # not kept for later


def test_another_address_is_told_to_the_old_and_the_new(world: World) -> None:
    client = entered(world, "owner")
    assert "kisi1@ornek.com.tr" in client.get(reverse("account_email")).text
    assert client.post(reverse("account_email"), {"email": "yok"}).status_code == 422
    done = client.post(reverse("account_email"), {"email": "yeni@ornek.com.tr"}, follow=True)
    assert "Eski ve yeni adrese haber verildi." in done.text
    old, new = (address_key(Channel.EMAIL, address) for address in ("kisi1@ornek.com.tr", "yeni@ornek.com.tr"))
    assert set(Delivery.objects.values_list("address_key", flat=True)) == {old, new}
    client.post(reverse("account_email"), {"email": ""})
    assert Person.objects.get(pk=world.owner.pk).email == ""
    assert Delivery.objects.latest("pk").address_key == new
    before = Delivery.objects.count()
    client.post(reverse("account_email"), {"email": ""})
    assert Delivery.objects.count() == before


def test_an_address_needs_a_recent_second_step(world: World) -> None:
    client = entered(world, "owner", proof_age=16 * 60)
    sent = client.post(reverse("account_email"), {"email": "yeni@ornek.com.tr"})
    assert sent.headers["Location"].startswith("/giris/yeniden/")
    assert Person.objects.get(pk=world.owner.pk).email == "kisi1@ornek.com.tr"
