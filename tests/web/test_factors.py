"""Passkeys, code apps and recovery codes on the pages: set up, come in, change, lie."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator as Row
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from katip.audit.models import Event
from katip.contracts.models import Contract
from katip.core.actor import OPERATOR
from katip.identity.models import Enrolment, NoticeKind, Person, Proofing, SecurityNotice
from katip.identity.opening import enrolment_insert
from katip.notices.models import Delivery
from katip.processes.models import Decision
from katip.web.factors.entering import _SIGN_INS
from tests.cast import PASSWORD, World, code_at, decision, national_id, person, sign_in_open, signed_in
from tests.identity.authenticator import UP, UV, Authenticator, b64

LOGIN, SECOND, AGAIN = "/giris/", "/giris/ikinci-adim/", "/giris/yeniden/"
WRONG = "Geçiş anahtarı doğrulanamadı."

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    someone = person(1, "Ada")
    sign_in_open(someone, two_steps=False)
    return someone


def proofed(someone: Person, *, resets: bool = False, ago: timedelta = timedelta()) -> Enrolment:
    """The right to set up a second step, as the counter or the chip gives it."""
    at = datetime.now(UTC) - ago
    proofing = Proofing.objects.create(person=someone, way="counter", at=at)
    return enrolment_insert(OPERATOR, at, proofing, resets=resets)


def bound(client: Client, enrolment: Enrolment) -> Client:
    """The browser in which the identity was established."""
    session = client.session
    session["enrolment"] = enrolment.pk
    session.save()
    return client


def password_given(number: int = 1) -> Client:
    client = Client()
    client.post(LOGIN, {"login": national_id(number), "password": PASSWORD})
    return client


def asked(client: Client, route: str) -> dict[str, Any]:
    """What the script gets to ask the browser for."""
    answer = client.post(reverse(route))
    assert answer.status_code == 200, answer
    return dict(answer.json())


def passkey_made(client: Client, device: Authenticator, name: str = "Telefonum", **lies: Any) -> Any:
    credential = device.create(asked(client, "factor_passkey_begin"), **lies)
    return client.post(reverse("factor_passkey"), {"name": name, "credential": credential})


def with_passkey(someone: Person, device: Authenticator, **lies: Any) -> Client:
    """Signed in with two steps, and a passkey added."""
    client = signed_in(someone)
    assert passkey_made(client, device, **lies).status_code == 302
    return client


def kept_codes(client: Client) -> list[str]:
    """The recovery codes that the page shows."""
    return re.findall(r'class="code">([^<]+)<', client.get(reverse("factor_codes")).text)


def inside(client: Client) -> bool:
    """Whether the register is open."""
    return client.get(reverse("capacity")).status_code == 200


def alone(device: Authenticator, client: Client | None = None, **lies: Any) -> tuple[Client, Any]:
    """Sign in by a passkey and nothing else."""
    client = client or Client()
    credential = device.get(asked(client, "passkey_begin"), **lies)
    return client, client.post(reverse("passkey_sign_in"), {"credential": credential})


def limited(page: Any) -> bool:
    """Whether the page says that there were too many tries (what its script may say later is left out)."""
    return "Çok sayıda deneme yapıldı." in re.sub(r'data-slow="[^"]*"', "", page.text)


def last_refused() -> str:
    return str(
        Event.objects.filter(tag="identity:passkey:refused").select_related("detail").latest("pk").detail.body["code"]
    )


# --- setting up -----------------------------------------------------------------------------------------------------


def test_the_first_passkey_opens_the_register_and_shows_codes_once(ada: Person) -> None:
    enrolment = proofed(ada)
    client = bound(password_given(), enrolment)
    assert not inside(client)
    page = client.get(reverse("factor_enrol")).text
    assert page.index("Telefonun geçiş anahtarı") < page.index("Kod uygulaması bağla")
    assert re.search(r"<p data-no-script[^>]*>[^<]*JavaScript", page)
    before = client.session.session_key
    assert passkey_made(client, Authenticator()).headers["Location"] == reverse("factor_codes")
    assert client.session.session_key != before
    assert inside(client)
    enrolment.refresh_from_db()
    assert enrolment.used_at is not None
    codes = kept_codes(client)
    assert len(set(codes)) == 10
    assert codes[0] in client.get(reverse("factor_codes_download")).content.decode()
    assert client.post(reverse("factor_codes"), {}).status_code == 422
    assert client.post(reverse("factor_codes"), {"kept": "on"}).headers["Location"] == reverse("capacity")
    for route in ("factor_codes", "factor_codes_download"):
        assert client.get(reverse(route)).headers["Location"] == reverse("factors")
    told = set(SecurityNotice.objects.filter(person=ada).values_list("kind", flat=True))
    assert {NoticeKind.FACTOR_ADDED, NoticeKind.RECOVERY_CODES_MADE} <= told
    assert Delivery.objects.filter(kind=NoticeKind.FACTOR_ADDED, person=ada).exists()
    tags = set(Event.objects.filter(subject_id=ada.pk).values_list("tag", flat=True))
    assert {"identity:enrolment:used", "identity:second_step:opened", "identity:recovery_codes:made"} <= tags


def test_the_first_code_app_opens_the_register_without_script(ada: Person) -> None:
    client = bound(password_given(), proofed(ada))
    client.get(reverse("factor_enrol"), {"next": "/surecler/42/"})
    assert client.get(reverse("factor_app")).headers["Location"] == reverse("factor_enrol")
    assert client.post(reverse("factor_app")).headers["Location"] == reverse("factor_app")
    page = client.get(reverse("factor_app")).text
    secret = "".join(re.search(r'id="anahtar">([A-Z2-7 ]+)<', page)[1].split())  # type: ignore[index] # it is there
    assert page.count('<svg class="qr"') == 1
    assert "style=" not in page
    wrong = client.post(reverse("factor_app"), {"code": "000000"})
    assert wrong.status_code == 422
    assert secret in wrong.text.replace(" ", "")  # nobody has to scan again
    code = code_at(time.time(), secret)
    assert client.post(reverse("factor_app"), {"code": code}).headers["Location"] == reverse("factor_codes")
    assert secret not in json.dumps(Row.objects.get(user=ada, type="totp").data)
    assert client.post(reverse("factor_codes"), {"kept": "on"}).headers["Location"] == "/surecler/42/"
    client = password_given()
    assert "Kod geçerli değil." in client.post(SECOND, {"code": code}).text  # the code that connected it is used
    assert client.post(SECOND, {"code": code_at(time.time() + 30, secret)}).headers["Location"] == reverse("capacity")


@pytest.mark.parametrize(
    "why", ["none", "over", "used", "revoked", "another's", "another browser's", "has a second step"]
)
def test_nobody_sets_up_a_second_step_without_the_right(ada: Person, why: str) -> None:
    client = password_given()
    if why == "over":
        bound(client, proofed(ada, ago=timedelta(minutes=31)))
    elif why in {"used", "revoked"}:
        enrolment = proofed(ada)
        bound(client, enrolment)
        Enrolment.objects.filter(pk=enrolment.pk).update(**{f"{why}_at": datetime.now(UTC)})
    elif why == "another's":
        bound(client, proofed(person(2, "Öteki")))
    elif why == "another browser's":  # of someone who knows the password and waits
        bound(password_given(), proofed(ada))
    elif why == "has a second step":
        bound(client, proofed(ada))
        Row.objects.create(user=ada, type="totp", data={"secret": "x"})
    for route, method in (
        ("factor_enrol", client.get),
        ("factor_passkey_begin", client.post),
        ("factor_passkey", client.post),
        ("factor_app", client.post),
    ):
        assert method(reverse(route)).headers["Location"] == reverse("two_step")
    assert not Row.objects.filter(user=ada).exclude(data={"secret": "x"}).exists()


def test_the_right_is_used_up_once_even_by_two_windows(ada: Person) -> None:
    enrolment = proofed(ada)
    first, second = (bound(password_given(), enrolment) for _ in range(2))
    device = Authenticator()
    options = [asked(client, "factor_passkey_begin") for client in (first, second)]
    answers = [device.create(one) for one in options]
    assert first.post(reverse("factor_passkey"), {"credential": answers[0]}).status_code == 302
    refused = second.post(reverse("factor_passkey"), {"credential": answers[1]})
    assert refused.headers["Location"] == reverse("two_step")
    assert not inside(second)
    assert Row.objects.filter(user=ada, type="webauthn").count() == 1


def test_after_a_loss_the_old_second_steps_and_sessions_go(ada: Person) -> None:
    lost, new = Authenticator(), Authenticator()
    elsewhere = with_passkey(ada, lost)
    codes = kept_codes(elsewhere)
    client = bound(signed_in(ada, proof_age=None), proofed(ada, resets=True))
    assert passkey_made(client, new).headers["Location"] == reverse("factor_codes")
    assert inside(client)
    assert not inside(elsewhere)
    assert Row.objects.filter(user=ada, type="webauthn").count() == 1
    assert WRONG in alone(lost)[0].get(LOGIN).text
    stranger = password_given()
    assert "Kurtarma kodu geçerli değil." in stranger.post(SECOND, {"recovery_code": codes[0]}).text


LIES: dict[str, dict[str, Any]] = {
    "another challenge": {"challenge": b64(b"x" * 32)},
    "another origin": {"origin": "https://katip.example"},
    "another port": {"origin": "http://localhost:1"},
    "another scheme": {"origin": "https://localhost:8000"},
    "a sub-domain": {"origin": "http://kotu.localhost:8000"},
    "another rp id": {"rp_id": "katip.example"},
    "in a frame": {"cross_origin": True},
    "nobody present": {"flags": 0},
}


@pytest.mark.parametrize("lie", [*LIES, "an unknown algorithm", "another raw id", "an empty id"])
def test_a_lying_device_adds_nothing(ada: Person, lie: str) -> None:
    more: dict[str, dict[str, Any]] = {
        "an unknown algorithm": {"alg": -999},
        "another raw id": {"raw_id": b"x" * 32},
        "an empty id": {"credential_id": b""},
    }
    refused = passkey_made(signed_in(ada), Authenticator(), **(LIES | more)[lie])
    assert refused.status_code == 422
    assert WRONG in refused.text
    assert not Row.objects.exists()


def test_a_passkey_belongs_to_one_account(ada: Person) -> None:
    device, other = Authenticator(), person(2, "Öteki")
    with_passkey(ada, device, credential_id=b"k" * 32)
    refused = passkey_made(signed_in(other), Authenticator(), credential_id=b"k" * 32)
    assert refused.status_code == 422
    assert not Row.objects.filter(user=other).exists()


def test_adding_an_answer_twice_adds_one(ada: Person) -> None:
    client = signed_in(ada)
    credential = Authenticator().create(asked(client, "factor_passkey_begin"))
    assert client.post(reverse("factor_passkey"), {"credential": credential}).status_code == 302
    assert client.post(reverse("factor_passkey"), {"credential": credential}).status_code == 422
    assert last_refused() == "no_challenge"


# --- a passkey alone ------------------------------------------------------------------------------------------------


def test_a_verifying_passkey_signs_in_alone(ada: Person) -> None:
    device = Authenticator()
    with_passkey(ada, device)
    options = asked(Client(), "passkey_begin")["publicKey"]
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")
    assert options["rpId"] == "localhost"
    client, done = alone(device)
    assert done.headers["Location"] == reverse("capacity")
    assert inside(client)
    event = Event.objects.select_related("detail").latest("pk")
    assert event.tag == "identity:sign_in:completed"
    assert event.detail.body == {"second_step": "webauthn_alone"}
    assert Event.objects.filter(tag="identity:passkey:used", subject_id=ada.pk, actor_id=ada.pk).exists()


def test_it_leads_to_the_page_that_was_asked_for_and_nowhere_else(ada: Person) -> None:
    device = Authenticator()
    with_passkey(ada, device)
    for wanted, reached in (("/surecler/42/", "/surecler/42/"), ("//ornek.com/", reverse("capacity"))):
        client = Client()
        credential = device.get(asked(client, "passkey_begin"))
        done = client.post(reverse("passkey_sign_in"), {"credential": credential, "next": wanted})
        assert done.headers["Location"] == reached


ALONE = LIES | {
    "not verified": {"flags": UP},
    "a wrong signature": {"signature": b"0" * 70},
    "another's handle": {"handle": b"x" * 32},
    "no handle": {"handle": b""},
    "an unknown passkey": {"raw_id": b"y" * 32},
    "a registration": {"type": "webauthn.create"},
}


def test_everything_wrong_with_a_lone_passkey_reads_the_same(ada: Person) -> None:
    device = Authenticator()
    with_passkey(ada, device)
    pages = set()
    for lies in ALONE.values():
        client, refused = alone(device, **lies)
        assert refused.headers["Location"] == LOGIN
        pages.add(re.sub(r'value="[^"]+"', "", client.get(LOGIN).text))
        assert not inside(client)
    closed = Person.objects.filter(pk=ada.pk)
    closed.update(is_active=False)
    pages.add(re.sub(r'value="[^"]+"', "", alone(device)[0].get(LOGIN).text))
    assert len(pages) == 1
    assert WRONG in pages.pop()
    closed.update(is_active=True)
    assert inside(alone(device)[0])


@pytest.mark.parametrize("device", [Authenticator(verifies=False), Authenticator(resident=False)])
def test_a_passkey_added_as_a_second_step_never_signs_in_alone(ada: Person, device: Authenticator) -> None:
    client = with_passkey(ada, device)
    device.verifies = device.resident = True  # from now on it claims to be more
    refused, _ = alone(device)
    assert not inside(refused)
    assert last_refused() == "not_passwordless"
    client = password_given()
    credential = device.get(asked(client, "second_step_begin"))
    assert client.post(SECOND, {"credential": credential}).headers["Location"] == reverse("capacity")


def test_a_challenge_serves_its_own_purpose_only(ada: Person) -> None:
    """A second step asks for no verification: its challenge must never carry a sign-in without the password."""
    device = Authenticator()
    signed = with_passkey(ada, device)
    half = password_given()
    weak = asked(half, "second_step_begin")
    assert weak["publicKey"]["userVerification"] == "preferred"
    half.post(reverse("passkey_sign_in"), {"credential": device.get(weak, flags=UP)})
    half.post(reverse("passkey_sign_in"), {"credential": device.get(weak)})
    assert not inside(half)
    both = asked(half, "passkey_begin")  # a challenge of the right kind waits, but is not the one that was answered
    half.post(reverse("passkey_sign_in"), {"credential": device.get(weak, flags=UP | UV)})
    assert not inside(half)
    half.post(SECOND, {"credential": device.get(both)})
    assert not inside(half)
    for route in ("step_up_begin", "factor_passkey_begin"):
        other = asked(signed, route)
        half.post(
            reverse("passkey_sign_in"),
            {
                "credential": device.get(
                    {**weak, **other}, challenge=other["publicKey"]["challenge"], passkey=device.passkeys[0]
                )
            },
        )
        assert not inside(half)


def test_an_answer_is_taken_once_and_in_its_own_browser(ada: Person) -> None:
    device = Authenticator(counts=False)
    with_passkey(ada, device)
    client, thief = Client(), Client()
    asked(thief, "passkey_begin")
    credential = device.get(asked(client, "passkey_begin"))
    thief.post(reverse("passkey_sign_in"), {"credential": credential})
    assert not inside(thief)
    client.post(reverse("passkey_sign_in"), {"credential": credential})
    assert inside(client)
    client.post(reverse("account_logout"))
    client.post(reverse("passkey_sign_in"), {"credential": credential})
    assert not inside(client)


def test_a_challenge_is_consumed_by_a_wrong_answer_and_by_two_at_once(ada: Person) -> None:
    device = Authenticator(counts=False)
    with_passkey(ada, device)
    client = Client()
    options = asked(client, "passkey_begin")
    client.post(reverse("passkey_sign_in"), {"credential": device.get(options, signature=b"0" * 70)})
    client.post(reverse("passkey_sign_in"), {"credential": device.get(options)})
    assert not inside(client)
    options = asked(client, "passkey_begin")
    kept = dict(client.session)
    client.post(reverse("passkey_sign_in"), {"credential": device.get(options)})
    assert inside(client)
    again = Client()
    session = again.session
    session.update({"passkey_sign_in": kept["passkey_sign_in"]})  # a request that read the session a moment earlier
    session.save()
    again.cookies["sessionid"] = str(session.session_key)
    again.post(reverse("passkey_sign_in"), {"credential": device.get(options)})
    assert not inside(again)
    assert last_refused() == "challenge_used"


def test_a_challenge_is_over_after_five_minutes(ada: Person) -> None:
    device = Authenticator()
    with_passkey(ada, device)
    client = Client()
    options = asked(client, "passkey_begin")
    session = client.session
    session["passkey_sign_in"] = session["passkey_sign_in"] | {"begun": time.time() - 301}
    session.save()
    client.post(reverse("passkey_sign_in"), {"credential": device.get(options)})
    assert not inside(client)
    assert last_refused() == "challenge_over"


@pytest.mark.parametrize(("counter", "enters"), [(50, True), (7, False), (6, False), (0, False)])
def test_a_counter_that_does_not_go_on_is_a_copy(ada: Person, counter: int, enters: bool) -> None:
    device = Authenticator(counter=6)
    with_passkey(ada, device)  # with 7
    client, _ = alone(device, counter=counter)
    assert inside(client) is enters
    if not enters:
        assert last_refused() == "counter"
        assert inside(alone(device, counter=51)[0])  # the original, which has gone on, still works


def test_a_device_that_never_counts_is_taken_again_and_again(ada: Person) -> None:
    device = Authenticator(counts=False)
    with_passkey(ada, device)
    assert all(inside(alone(device)[0]) for _ in range(2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "{}",
        "[]",
        "null",
        "1",
        '"x"',
        "[" * 9_000,
        '{"rawId":"%%"}',
        '{"rawId":{}}',
        "9" * 5_000,
        "\x00",
        "x" * 20_000,
    ],
)
@pytest.mark.parametrize("where", ["passkey_sign_in", "mfa_authenticate", "mfa_reauthenticate", "factor_passkey"])
def test_an_odd_answer_is_no_fault_of_the_server(ada: Person, where: str, text: str) -> None:
    device = Authenticator()
    signed = with_passkey(ada, device)
    begins = {
        "passkey_sign_in": "passkey_begin",
        "mfa_authenticate": "second_step_begin",
        "mfa_reauthenticate": "step_up_begin",
        "factor_passkey": "factor_passkey_begin",
    }
    client = {"passkey_sign_in": Client(), "mfa_authenticate": password_given()}.get(where, signed)
    client.raise_request_exception = False
    asked(client, begins[where])
    assert client.post(reverse(where), {"credential": text}).status_code in {200, 302, 422}
    assert Row.objects.filter(type="webauthn").count() == 1


def test_asking_is_bounded_by_network_and_costs_nobody_else(ada: Person) -> None:
    del ada
    client = Client()
    codes = [client.post(reverse("passkey_begin")).status_code for _ in range(int(_SIGN_INS.split("/")[0]) + 1)]
    assert codes[-2:] == [200, 429]
    assert Client(REMOTE_ADDR="198.51.100.7").post(reverse("passkey_begin")).status_code == 200
    cache.clear()


# --- the second step --------------------------------------------------------------------------------------------------


def test_the_second_step_takes_a_passkey_of_this_person_only(ada: Person) -> None:
    mine, theirs, other = Authenticator(), Authenticator(), person(2, "Öteki")
    with_passkey(ada, mine)
    with_passkey(other, theirs)
    client = password_given()
    page = client.get(SECOND).text
    assert "Geçiş anahtarıyla gir" in page
    assert "Kodla gir" not in page  # this person has no code app
    for device, lies in ((theirs, {"passkey": theirs.passkeys[0]}), *((mine, lies) for lies in LIES.values())):
        cache.clear()
        refused = client.post(SECOND, {"credential": device.get(asked(client, "second_step_begin"), **lies)})
        assert WRONG in refused.text
        assert not inside(client)
    cache.clear()
    options = asked(client, "second_step_begin")
    assert [one["id"] for one in options["publicKey"]["allowCredentials"]] == [b64(mine.passkeys[0].id)]
    assert client.post(SECOND, {"credential": mine.get(options, flags=UP)}).headers["Location"] == reverse("capacity")
    assert Event.objects.select_related("detail").latest("pk").detail.body == {"second_step": "webauthn"}


def test_a_half_done_sign_in_of_another_lends_no_challenge(ada: Person) -> None:
    other = person(2, "Öteki")
    sign_in_open(other)
    device = Authenticator()
    with_passkey(ada, device)
    mine, theirs = password_given(1), password_given(2)
    credential = device.get(asked(mine, "second_step_begin"))
    session = theirs.session
    session["passkey_second_step"] = mine.session["passkey_second_step"]
    session.save()
    assert WRONG in theirs.post(SECOND, {"credential": credential}).text
    assert last_refused() == "wrong_person"
    assert "_auth_user_id" not in theirs.session


def test_a_removed_passkey_opens_nothing(ada: Person) -> None:
    gone, stays = Authenticator(), Authenticator()
    client = with_passkey(ada, gone)
    passkey_made(client, stays, "Bilgisayar")
    half, elsewhere = password_given(), signed_in(ada)
    begun = asked(half, "second_step_begin")
    number = Row.objects.get(user=ada, data__name="Telefonum").pk
    assert "Telefonum" in client.get(reverse("factor_remove", args=[number])).text
    assert client.post(reverse("factor_remove", args=[number])).headers["Location"] == reverse("factors")
    assert WRONG in half.post(SECOND, {"credential": gone.get(begun, passkey=gone.passkeys[0])}).text
    assert not inside(alone(gone)[0])
    assert inside(alone(stays)[0])
    assert inside(client)
    assert not inside(elsewhere)
    assert SecurityNotice.objects.filter(person=ada, kind=NoticeKind.FACTOR_REMOVED).exists()


def test_a_recovery_code_works_once_and_the_person_is_told(ada: Person) -> None:
    codes = kept_codes(with_passkey(ada, Authenticator()))
    client = password_given()
    assert "Kurtarma koduyla gir" in client.get(SECOND).text
    done = client.post(SECOND, {"recovery_code": codes[0].lower().replace("-", " ")})
    assert done.headers["Location"] == reverse("capacity")
    assert "geriye 9 kod kaldı" in client.get(reverse("capacity")).text
    again = password_given()
    assert "Kurtarma kodu geçerli değil." in again.post(SECOND, {"recovery_code": codes[0]}).text
    assert not inside(again)
    told = SecurityNotice.objects.get(person=ada, kind=NoticeKind.RECOVERY_CODE_USED)
    assert told.detail == {"left": 9}
    used = Event.objects.select_related("detail").get(tag="identity:recovery_code:used")
    assert (used.actor_id, used.detail.body) == (ada.pk, {"left": 9})
    proofs = Event.objects.select_related("detail").filter(tag="identity:sign_in:completed").latest("pk").detail.body
    assert proofs == {"second_step": "recovery_codes"}


def test_recovery_codes_rest_as_hashes(ada: Person) -> None:
    client = with_passkey(ada, Authenticator())
    codes = kept_codes(client)
    stored = json.dumps(
        [*Row.objects.values_list("data", flat=True), *Session.objects.values_list("session_data", flat=True)]
    )
    for code in codes:
        assert code not in stored
        assert code.replace("-", "") not in stored
    client.post(reverse("factor_codes"), {"kept": "on"})
    assert "recovery_codes" not in client.session


def test_a_recovery_code_is_no_step_up_and_changes_no_second_step(ada: Person) -> None:
    device = Authenticator()
    codes = kept_codes(with_passkey(ada, device))
    client = password_given()
    client.post(SECOND, {"recovery_code": codes[0]})
    number = Row.objects.get(user=ada, type="webauthn").pk
    for url in (
        reverse("factor_enrol"),
        reverse("factor_codes_new"),
        reverse("factor_rename", args=[number]),
        reverse("factor_remove", args=[number]),
    ):
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code == 405 or answer.headers["Location"].startswith(AGAIN)
    assert "yalnız bir geçiş anahtarı ya da kod uygulaması değiştirir" in client.get(AGAIN, {"next": url}).text
    page = client.get(AGAIN).text
    assert "Burada kurtarma kodu geçmez" in page
    assert 'name="recovery_code"' not in page
    refused = client.post(AGAIN, {"recovery_code": codes[1]})
    assert "recovery_codes" in {one.get("type") for one in client.session["account_authentication_methods"]}
    assert "webauthn" not in {one.get("type") for one in client.session["account_authentication_methods"]}
    assert refused.status_code == 200
    credential = device.get(asked(client, "step_up_begin"))
    done = client.post(AGAIN, {"credential": credential, "next": reverse("factor_enrol")})
    assert done.headers["Location"] == reverse("factor_enrol")
    assert client.get(reverse("factor_enrol")).status_code == 200


def test_too_many_wrong_answers_close_the_second_step_and_are_recorded(ada: Person) -> None:
    device = Authenticator()
    codes = kept_codes(with_passkey(ada, device))
    client = password_given()
    for _ in range(5):
        assert not limited(client.post(SECOND, {"recovery_code": "YANL-ISKO-DDUR"}))
    assert limited(client.post(SECOND, {"recovery_code": codes[0]}))
    assert limited(client.post(SECOND, {"credential": device.get(asked(client, "second_step_begin"))}))
    assert not inside(client)
    assert Event.objects.filter(tag="identity:second_step:refused", subject_id=ada.pk, actor_id=None).count() == 2


def test_a_thief_of_the_password_does_not_lock_the_owners_browser_out(ada: Person) -> None:
    device = Authenticator()
    with_passkey(ada, device)
    mine = password_given()
    mine.post(SECOND, {"credential": device.get(asked(mine, "second_step_begin"))})
    mine.post(reverse("account_logout"))  # the browser is known from now on
    thief = password_given()
    for _ in range(6):
        thief.post(SECOND, {"recovery_code": "YANL-ISKO-DDUR"})
    assert limited(thief.post(SECOND, {"recovery_code": "YANL-ISKO-DDUR"}))
    mine.post(LOGIN, {"login": national_id(1), "password": PASSWORD})
    mine.post(SECOND, {"credential": device.get(asked(mine, "second_step_begin"))})
    assert inside(mine)
    for number in range(7):
        mine.post(reverse("account_logout"))
        mine.post(LOGIN, {"login": national_id(1), "password": PASSWORD})
        assert limited(mine.post(SECOND, {"recovery_code": "YANL-ISKO-DDUR"})) is (number >= 5)


# --- the step asked again ------------------------------------------------------------------------------------------


def test_a_decision_that_waited_for_a_passkey_goes_on_and_keeps_how(world: World) -> None:
    device = Authenticator()
    with_passkey(world.owner, device)
    contract = world.accepted(at=datetime.now(UTC))
    client = signed_in(world.owner, proof_age=16 * 60)
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.workplace.pk}"})
    shown = decision(contract)
    url = reverse("step_complete", args=[contract.process_id])
    sent = client.post(url, {"version": shown.version, "terms_hash": shown.terms_hash, "read": "on"})
    again = sent.headers["Location"]
    assert again.startswith(AGAIN)
    assert "Geçiş anahtarıyla devam et" in client.get(again).text
    refused = client.post(
        again, {"credential": device.get(asked(client, "step_up_begin"), signature=b"0" * 70), "next": url}
    )
    assert WRONG in refused.text
    assert Contract.objects.get().state == "awaiting_employer"
    done = client.post(again, {"credential": device.get(asked(client, "step_up_begin")), "next": url})
    assert done.headers["Location"] == reverse("step_result", args=[contract.process_id])
    taken = Decision.objects.get(step__no=2)
    assert Contract.objects.get().state == "active"
    assert taken.proof_method == "webauthn"
    assert taken.decided_at - taken.proof_at < timedelta(minutes=1)
    assert "geçiş anahtarı" in client.get(reverse("step_result", args=[contract.process_id])).text


@pytest.mark.parametrize(
    ("method", "words"), [("webauthn_alone", "geçiş anahtarı, şifresiz"), ("recovery_codes", "kurtarma kodu")]
)
def test_how_one_came_in_is_kept_with_the_decision(world: World, method: str, words: str) -> None:
    device = Authenticator()
    sign_in_open(world.owner, two_steps=False)
    codes = kept_codes(with_passkey(world.owner, device))
    if method == "webauthn_alone":
        client = alone(device)[0]
    else:
        client = password_given(1)
        client.post(SECOND, {"recovery_code": codes[0]})
    contract = world.accepted(at=datetime.now(UTC))
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.workplace.pk}"})
    shown = decision(contract)
    url = reverse("step_complete", args=[contract.process_id])
    client.post(url, {"version": shown.version, "terms_hash": shown.terms_hash, "read": "on"})
    assert Decision.objects.get(step__no=2).proof_method == method
    assert words in client.get(reverse("step_result", args=[contract.process_id])).text


# --- changing -------------------------------------------------------------------------------------------------------


def test_the_last_second_step_stays(ada: Person) -> None:
    client = with_passkey(ada, Authenticator())
    row = Row.objects.get(user=ada, type="webauthn")
    url = reverse("factor_remove", args=[row.pk])
    assert "Son ikinci adım kaldırılamaz" in client.get(url).text
    refused = client.post(url)
    assert refused.status_code == 409
    assert Row.objects.filter(pk=row.pk).exists()
    codes = Row.objects.get(user=ada, type="recovery_codes")
    assert client.post(reverse("factor_remove", args=[codes.pk])).status_code == 404


def test_ones_own_only(ada: Person) -> None:
    with_passkey(ada, Authenticator())
    row = Row.objects.get(user=ada, type="webauthn")
    other = with_passkey(person(2, "Öteki"), Authenticator())
    for route, form in (("factor_rename", {"name": "Benim"}), ("factor_remove", {})):
        for answer in (other.get(reverse(route, args=[row.pk])), other.post(reverse(route, args=[row.pk]), form)):
            assert answer.status_code == 404
    row.refresh_from_db()
    assert row.data["name"] == "Telefonum"


def test_a_passkey_gets_another_name(ada: Person) -> None:
    client = with_passkey(ada, Authenticator())
    row = Row.objects.get(user=ada, type="webauthn")
    url = reverse("factor_rename", args=[row.pk])
    assert client.post(url, {"name": " "}).status_code == 422
    assert client.post(url, {"name": "x" * 41}).status_code == 422
    client.post(url, {"name": "<b>Eski</b> telefon"})
    page = client.get(reverse("factors")).text
    assert "&lt;b&gt;Eski&lt;/b&gt; telefon" in page
    assert Event.objects.filter(tag="identity:passkey:renamed", subject_id=ada.pk).exists()


def test_a_new_code_app_replaces_the_old_one_and_ends_other_sessions(ada: Person) -> None:
    sign_in_open(ada)
    old = Row.objects.get(user=ada, type="totp")
    client, elsewhere = signed_in(ada), signed_in(ada)
    client.post(reverse("factor_app"))
    page = client.get(reverse("factor_app")).text
    assert "eskisinin kodları geçmez" in page
    secret = "".join(re.search(r'id="anahtar">([A-Z2-7 ]+)<', page)[1].split())  # type: ignore[index] # as above
    client.post(reverse("factor_app"), {"code": code_at(time.time(), secret)})
    assert not Row.objects.filter(pk=old.pk).exists()
    assert inside(client)
    assert not inside(elsewhere)
    half = password_given()
    assert "Kod geçerli değil." in half.post(SECOND, {"code": code_at(time.time())}).text


def test_new_recovery_codes_end_the_earlier_ones(ada: Person) -> None:
    client = with_passkey(ada, Authenticator())
    before = kept_codes(client)
    assert client.post(reverse("factor_codes_new")).headers["Location"] == reverse("factor_codes")
    after = kept_codes(client)
    assert not set(before) & set(after)
    half = password_given()
    assert "Kurtarma kodu geçerli değil." in half.post(SECOND, {"recovery_code": before[0]}).text
    assert half.post(SECOND, {"recovery_code": after[0]}).headers["Location"] == reverse("capacity")
    assert client.post(reverse("factor_codes"), {"kept": "on"}).headers["Location"] == reverse("factors")


def test_changes_ask_for_a_young_second_step(ada: Person) -> None:
    with_passkey(ada, Authenticator())
    client = signed_in(ada, proof_age=16 * 60)
    number = Row.objects.get(user=ada, type="webauthn").pk
    for route, numbers in (
        ("factor_enrol", []),
        ("factor_codes_new", []),
        ("factor_rename", [number]),
        ("factor_remove", [number]),
    ):
        assert client.get(reverse(route, args=numbers)).headers["Location"].startswith(AGAIN)
    for route, numbers in (
        ("factor_passkey", []),
        ("factor_app", []),
        ("factor_codes_new", []),
        ("factor_remove", [number]),
    ):
        assert client.post(reverse(route, args=numbers)).headers["Location"].startswith(AGAIN)
    assert client.get(reverse("factors")).status_code == 200


def test_posts_from_elsewhere_change_nothing(ada: Person) -> None:
    client = with_passkey(ada, Authenticator())
    client.handler.enforce_csrf_checks = True
    number = Row.objects.get(user=ada, type="webauthn").pk
    for route, numbers in (
        ("passkey_begin", []),
        ("passkey_sign_in", []),
        ("step_up_begin", []),
        ("factor_passkey_begin", []),
        ("factor_passkey", []),
        ("factor_app", []),
        ("factor_codes_new", []),
        ("factor_codes", []),
        ("factor_rename", [number]),
        ("factor_remove", [number]),
    ):
        assert client.post(reverse(route, args=numbers)).status_code == 403


def test_a_phone_holds_no_number_of_its_person(ada: Person) -> None:
    client = signed_in(ada)
    options = asked(client, "factor_passkey_begin")
    client.post(reverse("factor_app"))
    shown = json.dumps(options) + client.get(reverse("factor_app")).text
    assert ada.national_id not in shown
    assert ada.national_id_key not in shown
    assert options["publicKey"]["rp"]["id"] == "localhost"
