"""*Programlar*: a token is made by a manager with a fresh second step, shown once, rotated, taken back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from katip.audit.models import Event
from katip.programs.models import ApiToken
from katip.programs.scopes import Scope
from katip.registry.models import Mandate
from tests.api.v1.cast import Program, other_make, program_make
from tests.cast import AT, LONG_AGO, World, entered

pytestmark = pytest.mark.django_db
FORM = {"name": "Gece işi", "scopes": ["contracts:read", "offers:write"], "days": "90"}


def goes_to(response: Any) -> str:
    assert response.status_code == 302
    return str(resolve(response.headers["Location"].partition("?")[0]).url_name)


@pytest.fixture
def manager(world: World) -> Client:
    return entered(world, "manager")


def secret_of(page: Any) -> str:
    return str(page.text.partition('<code id="anahtar">')[2].partition("</code>")[0])


def test_a_token_is_made_and_its_secret_shown_until_it_is_kept(world: World, manager: Client) -> None:
    assert "Geçerli anahtar yok" in manager.get(reverse("programs")).text
    made = manager.post(reverse("program_new"), FORM)
    assert goes_to(made) == "program_secret"
    token = ApiToken.objects.get()
    secret = secret_of(manager.get(made.headers["Location"]))
    told = Program(secret).get("/token")
    assert (told["name"], told["scopes"]) == ("Gece işi", ["contracts:read", "offers:write"])
    assert goes_to(manager.post(made.headers["Location"])) == "programs"
    assert goes_to(manager.get(made.headers["Location"])) == "programs"
    listed = manager.get(reverse("programs")).text
    assert token.prefix in listed
    assert secret not in listed
    assert "Hiç kullanılmadı" not in listed  # the call above
    event = Event.objects.get(tag="programs:token:made")
    assert (event.actor_id, event.subject_id) == (world.manager.pk, token.pk)


@pytest.mark.parametrize("route", ["program_new", "program_rotate"])
def test_a_secret_takes_a_fresh_second_step(world: World, route: str) -> None:
    program = program_make(world)
    assert program.token is not None
    client = entered(world, "manager", proof_age=3600)
    numbers = [] if route == "program_new" else [program.token.pk]
    answer = client.post(reverse(route, args=numbers), FORM | {"overlap_days": "7"})
    assert goes_to(answer) == "mfa_reauthenticate"
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Programın adını yazın."),
        ({"name": "a" * 61}, "Ad en çok 60 karakter olabilir."),
        ({"scopes": []}, "En az bir kapsam seçin."),
        ({"scopes": ["all"]}, "En az bir kapsam seçin."),
        ({"days": "400"}, "Süreyi listeden seçin."),
    ],
)
def test_what_is_wrong_is_said(manager: Client, wrong: dict[str, Any], words: str) -> None:
    answer = manager.post(reverse("program_new"), FORM | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert not ApiToken.objects.exists()


def test_after_twenty_one_must_go(world: World, manager: Client) -> None:
    for number in range(20):
        program_make(world, Scope.CONTRACTS_READ, name=f"{number}")
    assert reverse("program_new") not in manager.get(reverse("programs")).text
    assert "En çok 20 geçerli anahtarınız olabilir." in manager.post(reverse("program_new"), FORM).text


def test_a_rotated_token_is_valid_beside_the_new_one_for_a_while(world: World, manager: Client) -> None:
    old = program_make(world, Scope.CONTRACTS_READ)
    assert old.token is not None
    url = reverse("program_rotate", args=[old.token.pk])
    made = manager.post(url, {"days": "30", "overlap_days": "1"})
    new = Program(secret_of(manager.get(made.headers["Location"])))
    assert new.get("/token")["scopes"] == old.get("/token")["scopes"] == ["contracts:read"]
    old.token.refresh_from_db()
    assert (old.token.expires_at - timezone.now()).total_seconds() <= 86_400
    again = manager.post(url, {"days": "30", "overlap_days": "1"})
    assert "Bu anahtar daha önce yenilendi." in again.text
    ended = manager.post(
        reverse("program_rotate", args=[new.get("/token")["token_id"]]), {"days": "30", "overlap_days": "0"}
    )
    assert goes_to(ended) == "program_secret"
    assert new.problem("GET", "/token")["code"] == "token_expired"


def test_a_token_that_is_taken_back_opens_nothing(world: World, manager: Client) -> None:
    program = program_make(world)
    assert program.token is not None
    url = reverse("program_revoke", args=[program.token.pk])
    assert "Anahtar hemen geçersiz olur" in manager.get(url).text
    assert goes_to(manager.post(url)) == "programs"
    assert program.problem("GET", "/token")["code"] == "token_revoked"
    assert "Bu anahtar zaten geçerli değildi." in manager.post(url, follow=True).text
    assert "Geri alındı" in manager.get(reverse("programs")).text
    assert goes_to(manager.get(reverse("program_rotate", args=[program.token.pk]))) == "programs"


def test_a_colleague_renews_what_a_former_manager_made(world: World) -> None:
    program = program_make(world)
    assert program.token is not None
    Mandate.objects.create(
        person=world.accountant, capacity="responsible_manager", provider=world.provider, valid_from=LONG_AGO
    )
    Mandate.objects.filter(person=world.manager).update(valid_to=AT.date())
    world.manager = world.accountant
    client = entered(world, "manager")
    assert "Yapanın yetkisi bitti" in client.get(reverse("programs")).text
    made = client.post(reverse("program_rotate", args=[program.token.pk]), {"days": "30", "overlap_days": "0"})
    assert Program(secret_of(client.get(made.headers["Location"]))).get("/token")


@pytest.mark.parametrize("route", ["program_secret", "program_rotate", "program_revoke"])
def test_anothers_token_looks_like_none_at_all(world: World, manager: Client, route: str) -> None:
    other = other_make(world)
    assert other.token is not None
    assert other.token.prefix not in manager.get(reverse("programs")).text
    pages = [manager.get(reverse(route, args=[no])) for no in (other.token.pk, 10**9)]
    assert [page.status_code for page in pages] == [404, 404]
    assert manager.post(reverse(route, args=[other.token.pk])).status_code == 404
    assert other.get("/token")
