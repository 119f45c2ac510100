"""Signing in at a provider that others wrote, through the pages; and what happens when it lies."""

import hmac
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_encode

from katip.audit.models import Event
from katip.cli.oidc import command
from katip.identity.models import Person, ProviderLink, SecurityNotice
from katip.identity.oidc import fetch
from katip.identity.oidc.client import client_of
from katip.processes.models import Decision
from katip.web.middleware import SEEN
from tests.cast import World, decision, national_id, sign_in_open, signed_in
from tests.oidc.house import (
    DISCOVERY,
    KEYS,
    ORIGIN,
    SECRET,
    TOKEN,
    USERINFO,
    Browser,
    Front,
    House,
    Reply,
    house_open,
)

pytestmark = pytest.mark.django_db

OURS = national_id(1)
STRONG = {"acr": "iki-adim", "amr": "pwd otp"}
WEAK: dict[str, Any] = {"acr": "sifre", "amr": "pwd"}


@pytest.fixture(scope="module")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_open(tmp_path_factory.mktemp("provider")) as house:
        yield house


@pytest.fixture
def set_up(_house: House, settings: Any, tmp_path: Path) -> Callable[..., None]:
    """Write the operator's file: the provider demands two steps, unless told otherwise."""

    def write(**more: Any) -> None:
        strong = {"acr": ["iki-adim"], "amr_any": ["otp", "hwk"], "max_age": 3600}
        given = {"client_id": "katip", "scopes": ["openid", "tckn"], "national_id_claim": "tckn", **strong, **more}
        text = ""
        for number, front in enumerate((_house.front, _house.other), start=1):
            table = {"number": number, "name": f"Kapı {number}", "name_en": f"Gate {number}", "issuer": front.issuer}
            lines = [
                f"{name} = {value!r}" for name, value in (table | {"client_secret": SECRET} | given).items() if value
            ]
            text += "\n".join(["[[provider]]", *lines, ""])
        path = tmp_path / f"providers-{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(text.replace("'", '"'), "utf-8")
        path.chmod(0o600)
        settings.KATIP = settings.KATIP.model_copy(update={"oidc_file": path})

    return write


@pytest.fixture
def house(_house: House, set_up: Callable[..., None], db: None) -> House:
    _house.clear()
    client_of.cache_clear()
    set_up()
    return _house


def sent(client: Client, no: int = 1, route: str = "oidc_start", **query: str) -> str:
    """The address to which the browser is sent."""
    response = client.get(reverse(route, args=[no]), query)
    assert response.status_code == 302, response.text
    return response.headers["Location"]


def go(client: Client, *, account: str = OURS, **typed: str) -> str:
    """Start here, sign in there; returns the address that leads back."""
    address = sent(client, next=typed.pop("next", ""))
    return Browser().sign_in(address, account=account, **(STRONG | typed))


def come(client: Client, address: str) -> Any:
    assert address.startswith(ORIGIN)
    return client.get(address.removeprefix(ORIGIN))


def changed(address: str, **query: str | None) -> str:
    """The address with other parameters; None takes one out."""
    held = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} | query
    kept = {name: value for name, value in held.items() if value is not None}
    return f"{address.partition('?')[0]}?{urlencode(kept)}"


def events(tag: str) -> list[dict[str, Any]]:
    found = Event.objects.filter(tag=tag).order_by("pk").select_related("detail")
    return [{"subject": event.subject_id, "actor": event.actor_id} | event.detail.body for event in found]


def refused(response: Any, reason: str, status: int, *, no: int = 1) -> str:
    """The page says no, for this reason; nobody is in, nothing is linked."""
    assert f"<code>{reason}</code>" in response.text
    assert response.status_code == status
    assert response.headers["Cache-Control"]
    assert events("identity:provider:refused")[-1]["reason"] == reason
    assert events("identity:provider:refused")[-1]["provider"] == no
    assert not Event.objects.filter(tag="identity:sign_in:completed").exists()
    assert response.client.get("/secim/").headers["Location"].startswith("/giris/")
    return str(response.text)


# --- the way in ---------------------------------------------------------------------------------------------------


def test_a_strong_sign_in_there_opens_the_register_here(house: House, world: World) -> None:
    sign_in_open(world.owner)  # has a code app here too, and is not asked for it
    client = Client()
    before = time.time()
    address = go(client, next="/surecler/42/")
    key = client.session.session_key
    response = come(client, address)
    assert response.headers["Location"] == "/surecler/42/"
    assert client.session.session_key != key
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get("/secim/").status_code == 200
    assert events("identity:sign_in:completed")[-1]["second_step"] == "oidc"
    assert events("identity:provider:accepted") == [
        {"subject": world.owner.pk, "actor": None, "provider": 1, "two_steps": True, "again": False}
    ]
    (record,) = client.session["account_authentication_methods"]
    assert int(before) <= record["auth_time"] <= time.time()


def test_the_first_sign_in_links_both_accounts_and_tells_the_person(house: House, world: World) -> None:
    for _ in range(2):
        client = Client()
        come(client, go(client))
    link = ProviderLink.objects.get()
    assert (link.person, link.issuer, link.subject) == (world.owner, house.front.issuer, OURS)
    assert events("identity:provider:linked") == [{"subject": world.owner.pk, "actor": world.owner.pk, "provider": 1}]
    notices = SecurityNotice.objects.filter(person=world.owner, kind="provider_linked")
    assert [notice.detail for notice in notices] == [{"provider": "Kapı 1"}]
    page = client.get(reverse("account")).text
    assert "<strong>Kapı 1</strong>" in page
    assert "tarihinde bağlandı" in page
    assert "bağlandı" not in signed_in(world.colleague).get(reverse("account")).text


def test_what_is_asked_of_the_provider(house: House) -> None:
    client = Client()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent(client)).query).items()}
    again = {name: values[0] for name, values in parse_qs(urlsplit(sent(client)).query).items()}
    fixed = {
        "response_type": "code",
        "client_id": "katip",
        "redirect_uri": f"{ORIGIN}/giris/saglayici/1/donus/",
        "scope": "openid tckn",
        "acr_values": "iki-adim",
        "max_age": "3600",
        "code_challenge_method": "S256",
        "ui_locales": "tr",
    }
    drawn = ("state", "nonce", "code_challenge")
    assert {name: value for name, value in asked.items() if name not in drawn} == fixed
    assert all(len(asked[name]) == 43 and asked[name] != again[name] for name in drawn)


def test_the_way_back_does_not_hang_on_the_host_that_was_asked(house: House, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    client = Client(headers={"host": "elsewhere.example"})
    assert parse_qs(urlsplit(sent(client)).query)["redirect_uri"] == [f"{ORIGIN}/giris/saglayici/1/donus/"]


@pytest.mark.parametrize(
    "way",
    [
        {"client_id": "katip-post", "client_auth": "client_secret_post"},
        {"national_id_from": "userinfo"},
        {"client_id": "katip-signed", "national_id_from": "signed_userinfo"},
        {"amr_any": None, "amr_all": ["pwd", "otp"]},
    ],
)
def test_the_other_ways_that_an_operator_may_choose(
    house: House, world: World, set_up: Callable[..., None], way: dict[str, Any]
) -> None:
    set_up(**way)
    client = Client()
    assert come(client, go(client)).headers["Location"] == reverse("capacity")
    assert client.get("/secim/").status_code == 200


def test_where_no_strength_is_demanded_the_second_step_is_asked_here(
    house: House, set_up: Callable[..., None], world: World
) -> None:
    set_up(acr=None, amr_any=None, max_age=None)
    client = Client()
    come(client, go(client))  # as strong as it may be there
    assert client.get("/secim/").headers["Location"] == reverse("two_step")
    sign_in_open(world.colleague)
    client = Client()
    response = come(client, go(client, account=world.colleague.national_id))
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/secim/").headers["Location"].startswith(reverse("account_login"))


def test_the_sign_in_page_leads_to_every_provider(house: House, settings: Any) -> None:
    page = Client().get("/giris/", {"next": "/surecler/42/"}).text
    assert "Başka bir kimlik sağlayıcıyla girin" in page
    assert 'href="/giris/saglayici/1/?next=%2Fsurecler%2F42%2F">Kapı 1</a>' in page
    assert 'href="/giris/saglayici/2/?next=%2Fsurecler%2F42%2F">Kapı 2</a>' in page
    client = Client()
    client.cookies["django_language"] = "en"
    assert ">Gate 1</a>" in client.get("/giris/").text
    settings.KATIP = settings.KATIP.model_copy(update={"oidc_file": None})
    assert "kimlik sağlayıcı" not in Client().get("/giris/").text
    assert Client().get("/giris/saglayici/1/").status_code == 404


def test_whoever_is_in_already_goes_nowhere(house: House, world: World) -> None:
    client = signed_in(world.owner)
    assert client.get(reverse("oidc_start", args=[1])).headers["Location"] == reverse("capacity")
    other = Client()
    address = go(other)
    other.force_login(Person.objects.get(pk=world.colleague.pk))
    assert come(other, address).headers["Location"] == reverse("capacity")
    assert other.session["_auth_user_id"] == str(world.colleague.pk)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_link_begins_no_sign_in(house: House, site: str) -> None:
    client, asked = Client(), reverse("oidc_start", args=[1])
    answer = client.get(asked, headers={"sec-fetch-site": site})
    assert answer.headers["Location"] == reverse("account_login")
    assert "provider_attempts" not in client.session
    for own in ("same-origin", "none"):
        assert client.get(asked, headers={"sec-fetch-site": own}).headers["Location"].startswith(house.front.issuer)


@pytest.mark.parametrize("wanted", ["//ornek.com/", "https://ornek.com/", "http:baska"])
def test_a_sign_in_there_leads_to_no_other_house(house: House, world: World, wanted: str) -> None:
    client = Client()
    assert come(client, go(client, next=wanted)).headers["Location"] == reverse("capacity")


# --- too weak -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (WEAK, "acr_weak"),
        ({"acr": "", "amr": "pwd otp"}, "acr_weak"),
        ({"acr": "iki-adim", "amr": "pwd"}, "amr_weak"),
        ({"acr": "iki-adim", "amr": ""}, "amr_weak"),
    ],
)
def test_a_weak_sign_in_is_refused_with_the_reason(house: House, typed: dict[str, Any], reason: str) -> None:
    client = Client()
    page = refused(come(client, go(client, **typed)), reason, 403)
    assert "Kapı 1 girişiniz yeterince güçlü değil" in page
    assert "iki adımlı girişi açın" in page
    assert client.session["provider_attempts"] == []  # a refusal uses the answer up too
    assert not ProviderLink.objects.exists()


def claim(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(claims: dict[str, Any]) -> None:
        claims[name] = value(claims) if callable(value) else value

    return change


def without(name: str) -> Callable[[dict[str, Any]], None]:
    def change(claims: dict[str, Any]) -> None:
        claims.pop(name, None)

    return change


LIES_IN_CLAIMS = {
    "nonce of another": (claim("nonce", "another"), "nonce", 502),
    "nonce beyond ASCII": (claim("nonce", "ş\ud800"), "nonce", 502),
    "no nonce": (without("nonce"), "nonce", 502),
    "audience of another": (claim("aud", "another"), "audience", 502),
    "no audience": (without("aud"), "audience", 502),
    "audience with odd things": (claim("aud", ["katip", 7]), "audience", 502),
    "two audiences, no azp": (claim("aud", ["katip", "another"]), "audience", 502),
    "azp of another": (claim("azp", "another"), "audience", 502),
    "issuer of another": (claim("iss", "https://another.example"), "issuer", 502),
    "issuer with a slash more": (claim("iss", lambda claims: claims["iss"] + "/"), "issuer", 502),
    "expired": (claim("exp", lambda claims: claims["iat"] - 31), "expired", 502),
    "no end": (without("exp"), "expired", 502),
    "an end in words": (claim("exp", "tomorrow"), "expired", 502),
    "issued tomorrow": (claim("iat", lambda claims: claims["iat"] + 100), "issued_at", 502),
    "issued before it was asked for": (claim("iat", lambda claims: claims["iat"] - 100), "issued_at", 502),
    "no moment of issue": (without("iat"), "issued_at", 502),
    "not yet": (claim("nbf", lambda claims: claims["iat"] + 100), "not_yet", 502),
    "no subject": (without("sub"), "subject", 502),
    "endless subject": (claim("sub", "9" * 256), "subject", 502),
    "hash of another access token": (claim("at_hash", "x" * 22), "at_hash", 502),
    "no auth_time": (without("auth_time"), "auth_time_missing", 403),
    "auth_time true": (claim("auth_time", True), "auth_time_wrong", 403),
    "auth_time to come": (claim("auth_time", lambda claims: claims["iat"] + 100), "auth_time_wrong", 403),
    "auth_time of yesterday": (claim("auth_time", lambda claims: claims["iat"] - 86_400), "auth_time_old", 403),
    "acr as a list": (claim("acr", ["iki-adim"]), "acr_weak", 403),
    "no acr": (without("acr"), "acr_weak", 403),
    "no amr": (without("amr"), "amr_weak", 403),
    "amr as words": (claim("amr", "otp"), "amr_weak", 403),
    "no number": (without("tckn"), "national_id_missing", 403),
    "a number with other check digits": (claim("tckn", "10000000147"), "national_id_malformed", 403),
    "a number as a number": (claim("tckn", int(OURS)), "national_id_malformed", 403),
    "a number with blanks": (claim("tckn", f" {OURS}"), "national_id_malformed", 403),
}


@pytest.mark.parametrize("lie", LIES_IN_CLAIMS)
def test_a_lie_in_the_id_token_is_refused(house: House, lie: str) -> None:
    change, reason, status = LIES_IN_CLAIMS[lie]
    house.front.lie_claims(change)
    client = Client()
    refused(come(client, go(client)), reason, status)
    assert not ProviderLink.objects.exists()


def test_a_second_audience_is_taken_where_the_token_was_handed_to_us(house: House, world: World) -> None:
    house.front.lie_claims(lambda claims: claims.update(aud=["another", "katip"], azp="katip"))
    client = Client()
    assert come(client, go(client)).status_code == 302


# --- signatures and keys -------------------------------------------------------------------------------------------


def unsigned(front: Front, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", "none", {"kid": "first"})


def signed_with_the_public_key(front: Front, claims: dict[str, Any]) -> str:
    public = front.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = jwt.encode(claims, "x" * 32, "HS256", {"kid": "first"}).rpartition(".")[0]
    return f"{signed}.{base64url_encode(hmac.digest(public, signed.encode(), 'sha256')).decode()}"


def signed_with_our_secret(front: Front, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, SECRET, "HS256", {"kid": "first"})


def cut(front: Front, claims: dict[str, Any]) -> str:
    return front.token_make(claims).rpartition(".")[0] + "."


def with_other_claims(front: Front, claims: dict[str, Any]) -> str:
    head, _, signature = front.token_make(claims).split(".")
    return ".".join((head, front.token_make(claims | {"sub": "x"}).split(".")[1], signature))


OTHER_KEY = generate_private_key(65537, 2048)
OTHER_JWK = RSAAlgorithm.to_jwk(OTHER_KEY.public_key(), as_dict=True)
LIES_IN_SIGNATURES: dict[str, tuple[Callable[[Front, dict[str, Any]], str], str]] = {
    "unsigned": (unsigned, "token_malformed"),
    "the public key as a secret": (signed_with_the_public_key, "algorithm"),
    "our own secret": (signed_with_our_secret, "algorithm"),
    "no signature": (cut, "token_malformed"),
    "the signature of other claims": (with_other_claims, "signature"),
    "another key of that name": (lambda front, claims: front.token_make(claims, key=OTHER_KEY), "signature"),
    "a key nobody knows": (lambda front, claims: front.token_make(claims, header={"kid": "x"}), "key_unknown"),
    "a key brought along": (
        lambda front, claims: front.token_make(
            claims,
            key=OTHER_KEY,
            header={"jwk": jwt.algorithms.RSAAlgorithm.to_jwk(OTHER_KEY.public_key(), as_dict=True)},
        ),
        "signature",
    ),
    "another padding than the key is for": (
        lambda front, claims: front.token_make(claims, algorithm="PS256"),
        "key_unfit",
    ),
    "an algorithm that is not allowed": (
        lambda front, claims: front.token_make(claims, algorithm="RS384"),
        "algorithm",
    ),
    "something that must be understood": (
        lambda front, claims: front.token_make(claims, header={"crit": ["exp"], "exp": 1}),
        "token_malformed",
    ),
    "an access token": (lambda front, claims: front.token_make(claims, header={"typ": "at+jwt"}), "token_malformed"),
    "no token": (lambda *_: "x", "token_malformed"),
}


@pytest.mark.parametrize("lie", LIES_IN_SIGNATURES)
def test_a_token_that_the_provider_did_not_sign_is_refused(house: House, lie: str) -> None:
    make, reason = LIES_IN_SIGNATURES[lie]

    def tell(answer: dict[str, Any]) -> None:
        claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
        answer["id_token"] = make(house.front, claims)

    house.front.lie_json(TOKEN, tell)
    client = Client()
    refused(come(client, go(client)), reason, 502)


def keys_of(found: dict[str, Any]) -> dict[str, Any]:
    return dict(found["keys"][0])


LIES_IN_KEYS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a shared key": (lambda found: {"keys": [keys_of(found), {"kty": "oct", "k": "c2VjcmV0", "kid": "x"}]}, "key_set"),
    "a private key": (lambda found: {"keys": [keys_of(found) | {"d": "AQAB"}]}, "key_set"),
    "no keys": (lambda _: {"keys": []}, "key_unknown"),
    "keys that are none": (lambda _: {"keys": ["first"]}, "key_set"),
    "a key for encryption": (lambda found: {"keys": [keys_of(found) | {"use": "enc"}]}, "key_unfit"),
    "a key that may not verify": (lambda found: {"keys": [keys_of(found) | {"key_ops": ["encrypt"]}]}, "key_unfit"),
    "a key of another algorithm": (lambda found: {"keys": [keys_of(found) | {"alg": "RS512"}]}, "key_unfit"),
    "two keys of one name": (lambda found: {"keys": [keys_of(found), keys_of(found)]}, "key_unknown"),
    "a short key": (lambda found: {"keys": [keys_of(found) | {"n": "AQAB" * 32}]}, "key_unfit"),
    "an endless key": (lambda found: {"keys": [keys_of(found) | {"n": "v" * 20_000}]}, "key_unfit"),
    "an exponent of one": (lambda found: {"keys": [keys_of(found) | {"e": "AQ"}]}, "key_unfit"),
}


@pytest.mark.parametrize("lie", LIES_IN_KEYS)
def test_keys_that_nobody_should_trust_are_refused(house: House, lie: str) -> None:
    change, reason = LIES_IN_KEYS[lie]
    house.front.lie_json(KEYS, change)
    client = Client()
    refused(come(client, go(client)), reason, 502)


# --- answers of any kind -------------------------------------------------------------------------------------------


def huge(reply: Reply) -> None:
    reply.body = b'{"x": "' + b"x" * fetch.MOST_BYTES + b'"}'


def endless(reply: Reply) -> None:
    reply.pieces = [b" " * 4096] * 100


def dripping(reply: Reply) -> None:
    reply.pieces, reply.pause = [b" "] * 20, 0.05


def elsewhere(reply: Reply) -> None:
    reply.status, reply.headers = 302, {"Location": "http://127.0.0.1:1/"}


def packed(reply: Reply) -> None:
    reply.headers["Content-Encoding"] = "gzip"


def no_json(reply: Reply) -> None:
    reply.headers["Content-Type"] = "text/html"


def a_list(reply: Reply) -> None:
    reply.body = b"[]"


def doubled(reply: Reply) -> None:
    reply.body = b'{"issuer": "x", ' + reply.body[1:].replace(b"}", b', "id_token": "x", "id_token": "y"}', 1)


def deep(reply: Reply) -> None:
    reply.body = b'{"x":' + b"[" * 60_000 + b"]" * 60_000 + b"}"


def broken(reply: Reply) -> None:
    reply.status = 500


LIES_IN_ANSWERS: dict[Callable[[Reply], None], str] = {
    huge: "too_large",
    endless: "too_large",
    packed: "too_large",
    dripping: "slow",
    elsewhere: "redirected",
    no_json: "not_json",
    a_list: "not_json",
    doubled: "not_json",
    deep: "not_json",
    broken: "status",
}


WHERE = [(TOKEN, lie) for lie in LIES_IN_ANSWERS]
WHERE += [(path, lie) for path in (DISCOVERY, KEYS, USERINFO) for lie in (huge, elsewhere, no_json, dripping)]


@pytest.mark.parametrize(("path", "lie"), WHERE, ids=lambda value: getattr(value, "__name__", value))
def test_an_odd_answer_is_refused_wherever_it_comes(
    house: House, set_up: Callable[..., None], monkeypatch: pytest.MonkeyPatch, path: str, lie: Callable[[Reply], None]
) -> None:
    if lie is dripping:
        monkeypatch.setattr(fetch, "SECONDS", 0.3)
    set_up(national_id_from="userinfo")
    house.front.lies[path] = lie
    client = Client()
    response = client.get(reverse("oidc_start", args=[1])) if path == DISCOVERY else come(client, go(client))
    refused(response, LIES_IN_ANSWERS[lie], 502)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "https://another.example"}, "discovery_issuer"),
        ({"issuer": None}, "discovery_issuer"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "discovery_unfit"),
        ({"authorization_endpoint": "http://another.example/auth"}, "discovery_unfit"),
        ({"token_endpoint": "https://user:password@another.example/token"}, "discovery_unfit"),
        ({"jwks_uri": "file:///etc/passwd"}, "discovery_unfit"),
        ({"jwks_uri": None}, "discovery_unfit"),
        ({"code_challenge_methods_supported": ["plain"]}, "discovery_unfit"),
        ({"response_types_supported": ["id_token"]}, "discovery_unfit"),
        ({"token_endpoint_auth_methods_supported": ["none"]}, "discovery_unfit"),
        ({"id_token_signing_alg_values_supported": ["none", "HS256"]}, "discovery_unfit"),
        ({"authorization_response_iss_parameter_supported": "no"}, "discovery_unfit"),
    ],
)
def test_a_provider_that_says_odd_things_of_itself_is_not_gone_to(
    house: House, change: dict[str, Any], reason: str
) -> None:
    house.front.lie_json(DISCOVERY, lambda found: found | change)
    refused(Client().get(reverse("oidc_start", args=[1])), reason, 502)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id_token": None}, "token_answer"),
        ({"id_token": ["x"]}, "token_answer"),
        ({"token_type": "mac"}, "token_answer"),
        ({"access_token": "x\r\nHost: another"}, "token_answer"),
    ],
)
def test_an_odd_answer_to_the_code_is_refused(house: House, change: dict[str, Any], reason: str) -> None:
    house.front.lie_json(TOKEN, lambda found: found | change)
    client = Client()
    refused(come(client, go(client)), reason, 502)


def test_another_account_in_the_userinfo_is_refused(house: House, set_up: Callable[..., None]) -> None:
    set_up(national_id_from="userinfo")
    house.front.lie_json(USERINFO, lambda found: found | {"sub": "another"})
    client = Client()
    refused(come(client, go(client)), "userinfo_subject", 502)


def test_unsigned_userinfo_is_refused_where_a_signature_is_demanded(house: House, set_up: Callable[..., None]) -> None:
    set_up(national_id_from="signed_userinfo")  # the client is not registered for signed answers
    client = Client()
    refused(come(client, go(client)), "userinfo_unsigned", 502)


def test_a_provider_that_is_down_says_so_and_keeps_the_way_open(house: House) -> None:
    house.front.lies[DISCOVERY] = broken
    page = Client().get(reverse("oidc_start", args=[1]), {"next": "/surecler/42/"})
    assert "Kapı 1 şu anda yanıt vermiyor" in page.text
    assert 'href="/giris/?next=/surecler/42/"' in page.text


# --- the way back --------------------------------------------------------------------------------------------------


def test_an_answer_counts_once(house: House, world: World) -> None:
    client = Client()
    address = go(client)
    come(client, address)
    client.post(reverse("account_logout"))
    response = come(client, address)
    assert "<code>state_unknown</code>" in response.text
    assert response.status_code == 400


def test_an_answer_counts_in_the_browser_that_began_only(house: House) -> None:
    address = go(Client())
    refused(come(Client(), address), "state_unknown", 400)
    other = Client()
    sent(other)  # has begun one of its own
    refused(come(other, address), "state_unknown", 400)


def test_two_answers_at_the_same_moment_count_once(house: House) -> None:
    client = Client()
    address = go(client)
    kept = dict(client.session)
    come(client, changed(address, code="wrong"))
    session = client.session
    session.update(kept)  # the other request has read the session before this one wrote it
    session.save()
    assert "<code>state_unknown</code>" in come(client, address).text


def test_a_code_of_somebody_else_is_worth_nothing(house: House) -> None:
    stolen = parse_qs(urlsplit(go(Client(), account=national_id(2))).query)["code"][0]
    client = Client()
    refused(come(client, changed(go(client), code=stolen)), "code_refused", 502)


def test_ten_minutes_are_enough(house: House) -> None:
    client = Client()
    address = go(client)
    session = client.session
    session["provider_attempts"] = [one | {"begun_at": one["begun_at"] - 601} for one in session["provider_attempts"]]
    session.save()
    refused(come(client, address), "state_expired", 400)


@pytest.mark.parametrize(
    ("change", "reason", "status"),
    [
        ({"iss": None}, "issuer_missing", 502),
        ({"iss": "https://another.example"}, "issuer_other", 502),
        ({"iss": ""}, "issuer_other", 502),
        ({"state": None}, "state_unknown", 400),
        ({"state": "ş"}, "state_unknown", 400),
        ({"code": None}, "answer_malformed", 502),
        ({"code": "x" * 2001}, "answer_malformed", 502),
        ({"code": "a b"}, "answer_malformed", 502),
        ({"code": "wrong"}, "code_refused", 502),
        ({"error": "server_error"}, "provider_error", 502),
        ({"error": "access_denied", "iss": "https://another.example"}, "issuer_other", 502),
    ],
)
def test_an_answer_that_is_not_the_one_is_refused(
    house: House, change: dict[str, str | None], reason: str, status: int
) -> None:
    client = Client()
    refused(come(client, changed(go(client), **change)), reason, status)


def test_a_parameter_that_stands_twice_is_refused(house: House) -> None:
    client = Client()
    refused(come(client, go(client) + "&code=x"), "answer_malformed", 502)


def test_the_issuer_is_not_missed_where_the_provider_does_not_announce_it(house: House, world: World) -> None:
    house.front.lie_json(DISCOVERY, lambda found: found | {"authorization_response_iss_parameter_supported": False})
    client = Client()
    assert come(client, changed(go(client), iss=None)).status_code == 302


def test_whoever_turns_back_is_told_so_in_our_own_words(house: House) -> None:
    client = Client()
    page = refused(come(client, go(client, cancel="1")), "cancelled", 403)
    assert "call 0000" not in page


def test_an_answer_of_another_provider_is_refused(house: House) -> None:
    """Mix-up: the person chose provider 2, which sends them on to the honest one with the honest one's client id."""
    client = Client()
    address = sent(client, 2).replace(house.other.issuer, house.front.issuer)
    theirs = f"{ORIGIN}/giris/saglayici/1/donus/"
    back = Browser().sign_in(changed(address, redirect_uri=theirs), account=OURS, **STRONG)
    refused(come(client, back), "other_provider", 502)
    client = Client()
    address = sent(client, 2).replace(house.other.issuer, house.front.issuer)
    back = Browser().sign_in(address, account=OURS, **STRONG)  # and now to its own address: the answer names the honest
    house.other.asked.clear()
    refused(come(client, back), "issuer_other", 502, no=2)
    assert TOKEN not in house.other.asked  # the honest one's code was shown to nobody


def test_a_way_back_without_any_answer_leads_to_the_sign_in_page(house: House) -> None:
    """As the choice of language does on the page that says no: what was answered stands nowhere on it."""
    assert Client().get(reverse("oidc_return", args=[1])).headers["Location"] == reverse("account_login")
    client = Client()
    address = go(client, **WEAK)
    assert parse_qs(urlsplit(address).query)["code"][0] not in come(client, address).text


def test_the_way_back_takes_no_post_and_no_provider_that_is_not_there(house: House) -> None:
    assert Client().post(reverse("oidc_return", args=[1])).status_code == 405
    assert Client().get(reverse("oidc_return", args=[3])).status_code == 404


def test_a_network_that_asks_too_often_is_stopped(house: House) -> None:
    start, back = reverse("oidc_start", args=[1]), reverse("oidc_return", args=[1])
    for address in (start, f"{back}?state=x"):
        assert [Client().get(address).status_code for _ in range(30)].count(429) == 0
        assert Client().get(address).status_code == 429
        assert Client(REMOTE_ADDR="192.0.2.7").get(address).status_code != 429


def test_nothing_secret_is_recorded(house: House, world: World) -> None:
    client = Client()
    address = go(client)
    come(client, address)
    come(Client(), address)
    kept = str([event.detail.body for event in Event.objects.select_related("detail")])
    query = parse_qs(urlsplit(address).query)
    assert not [value for name in ("code", "state") for value in query[name] if value in kept]
    assert OURS not in kept


# --- whose account -------------------------------------------------------------------------------------------------


def test_an_unknown_person_and_a_closed_account_get_the_same_answer(house: House, world: World) -> None:
    Person.objects.filter(pk=world.owner.pk).update(is_active=False)
    pages = []
    for account in (national_id(99), OURS):
        client = Client()
        page = refused(come(client, go(client, account=account)), "person_unknown", 403)
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page))
    assert pages[0] == pages[1]
    assert [event["subject"] for event in events("identity:provider:refused")] == [None, world.owner.pk]
    assert not ProviderLink.objects.exists()


def test_one_account_there_belongs_to_one_person_here(house: House, world: World) -> None:
    client = Client()
    come(client, go(client))
    client = Client()
    response = come(client, go(client, account=f"{OURS}:second"))
    assert "<code>other_subject</code>" in response.text
    house.front.lie_claims(claim("tckn", world.colleague.national_id))
    client = Client()
    response = come(client, go(client))
    assert "<code>subject_of_another</code>" in response.text
    assert response.status_code == 403
    assert [event["subject"] for event in events("identity:provider:refused")] == [world.owner.pk, world.colleague.pk]
    assert ProviderLink.objects.get().person == world.owner


def test_the_same_account_name_at_another_provider_is_another_account(house: House, world: World) -> None:
    ProviderLink.objects.create(
        person=world.colleague, issuer=house.other.issuer, subject=OURS, made_at=world.owner.created_at
    )
    client = Client()
    assert come(client, go(client)).status_code == 302


def test_an_operator_ends_a_link_and_the_next_sign_in_makes_a_new_one(house: House, world: World) -> None:
    client = Client()
    come(client, go(client))
    assert CliRunner().invoke(command, ["unlink"], input=f"{OURS}\ny\n").output.endswith("Links ended: 1\n")
    assert events("identity:provider:unlinked") == [{"subject": world.owner.pk, "actor": None, "links": 1}]
    client = Client()
    assert come(client, go(client, account=f"{OURS}:second")).status_code == 302
    kept = [(link.subject, link.ended_at is None) for link in ProviderLink.objects.order_by("pk")]
    assert kept == [(OURS, False), (f"{OURS}:second", True)]


def test_an_operator_tries_the_providers(house: House) -> None:
    tried = CliRunner().invoke(command, ["check"])
    assert tried.exit_code == 0
    assert f"redirect URI   {ORIGIN}/giris/saglayici/2/donus/" in tried.output
    assert "counts as      two steps" in tried.output
    assert "1 keys; names itself: yes" in tried.output
    house.other.clear()  # says of itself that it is the other one
    tried = CliRunner().invoke(command, ["check"])
    assert tried.exit_code == 1
    assert "refused        discovery_issuer" in tried.output


# --- once more, before a decision ----------------------------------------------------------------------------------


@pytest.fixture
def at_the_step(house: House, world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, str, dict[str, Any]]:
    """The owner came by the provider an hour ago, and decides: the decision waits for the second step."""
    contract = world.accepted(at=world.owner.created_at)
    client = Client()
    come(client, go(client))
    session = client.session
    (record,) = session["account_authentication_methods"]
    old = {"auth_time": record["auth_time"] - 3000, "shown_at": record["shown_at"] - 3000}
    session["account_authentication_methods"] = [record | old]
    session[SEEN] = time.time()
    session.save()
    shown = decision(contract)
    form = {"version": shown.version, "terms_hash": shown.terms_hash, "read": "on"}
    address = reverse("step_complete", args=[contract.process_id])
    held = client.post(address, form)
    assert held.headers["Location"].partition("?")[0] == reverse("mfa_reauthenticate")
    return client, address, {"page": client.get(held.headers["Location"]).text}


def test_the_decision_goes_on_after_showing_oneself_there_once_more(
    at_the_step: tuple[Client, str, dict[str, Any]],
) -> None:
    client, address, held = at_the_step
    way = reverse("oidc_again", args=[1])
    assert f'href="{way}?next={address.replace("/", "%2F")}"' in held["page"]
    there = sent(client, route="oidc_again", next=address)
    assert {"prompt": ["login"], "max_age": ["0"]}.items() <= parse_qs(urlsplit(there).query).items()
    key = client.session.session_key
    done = come(client, Browser().sign_in(there, account=OURS, **STRONG))
    assert done.headers["Location"].endswith("/sonuc/")
    assert Decision.objects.latest("pk").outcome == "approved"
    assert client.session.session_key != key
    assert events("identity:second_step:repeated")[-1]["method"] == "oidc"
    assert events("identity:provider:accepted")[-1]["again"] is True


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (claim("auth_time", lambda claims: claims["auth_time"] - 120), "auth_time_old"),
        (without("auth_time"), "auth_time_missing"),
        (claim("acr", "sifre"), "acr_weak"),
    ],
)
def test_an_old_or_weak_showing_decides_nothing(
    house: House, at_the_step: tuple[Client, str, dict[str, Any]], lie: Callable[[dict[str, Any]], None], reason: str
) -> None:
    client, address, _ = at_the_step
    house.front.lie_claims(lie)
    before = Decision.objects.count()
    page = come(client, Browser().sign_in(sent(client, route="oidc_again", next=address), account=OURS, **STRONG))
    assert f"<code>{reason}</code>" in page.text
    assert f'href="{reverse("mfa_reauthenticate")}?next={address}"' in page.text
    assert Decision.objects.count() == before
    assert events("identity:provider:refused")[-1]["again"] is True
    house.front.clear()  # and then the truth: the decision has waited
    done = come(client, Browser().sign_in(sent(client, route="oidc_again", next=address), account=OURS, **STRONG))
    assert done.headers["Location"].endswith("/sonuc/")


def test_somebody_else_there_decides_nothing(world: World, at_the_step: tuple[Client, str, dict[str, Any]]) -> None:
    client, address, _ = at_the_step
    there = sent(client, route="oidc_again", next=address)
    before = Decision.objects.count()
    page = come(client, Browser().sign_in(there, account=world.colleague.national_id, **STRONG))
    assert "<code>other_person</code>" in page.text
    assert Decision.objects.count() == before
    assert client.session["_auth_user_id"] == str(world.owner.pk)
    assert not ProviderLink.objects.filter(person=world.colleague).exists()


def test_an_answer_begun_by_one_person_is_not_another_ones(
    world: World, at_the_step: tuple[Client, str, dict[str, Any]]
) -> None:
    client, address, _ = at_the_step
    back = Browser().sign_in(sent(client, route="oidc_again", next=address), account=OURS, **STRONG)
    attempts = client.session["provider_attempts"]
    other = signed_in(world.colleague)
    session = other.session
    session["provider_attempts"] = attempts
    session.save()
    assert "<code>state_unknown</code>" in come(other, back).text


def test_whoever_came_with_a_code_is_not_sent_there(house: House, world: World) -> None:
    client = signed_in(world.owner)
    assert "saglayici" not in client.get(reverse("mfa_reauthenticate")).text
    assert client.get(reverse("oidc_again", args=[1])).status_code == 404
    came = Client()
    come(came, go(came))
    assert came.get(reverse("oidc_again", args=[2])).status_code == 404
