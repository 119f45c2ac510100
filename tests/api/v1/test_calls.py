"""Who may call the API, and what every answer has: problems, tags, rates."""

from datetime import timedelta

import pytest
from django.utils import timezone

from katip.identity.models import Person
from katip.programs.models import ApiToken, TokenCalls
from katip.programs.scopes import Scope
from katip.registry.models import Mandate
from tests.api.v1.cast import Program, other_make, problem_of, program_make
from tests.cast import AT, World

pytestmark = pytest.mark.django_db


def test_a_token_tells_itself(world: World) -> None:
    program = program_make(world)
    told = program.get("/token")
    assert told["name"] == "Gece işi"
    assert told["provider"]["provider_id"] == world.provider.pk
    assert program.secret.startswith(told["prefix"])
    assert len(told["prefix"]) < 20
    stored = ApiToken.objects.get()
    assert program.secret not in str(vars(stored))


def test_no_token_or_a_wrong_one_opens_nothing(world: World) -> None:
    assert Program("").problem("GET", "/token")["code"] == "no_token"
    refused = Program("katip-api-nothing").ask("GET", "/token")
    assert problem_of(refused)["code"] == "unknown_token"
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends_with_its_time_its_maker_and_by_hand(world: World) -> None:
    program = program_make(world)
    assert program.token is not None
    found = ApiToken.objects.filter(pk=program.token.pk)
    found.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert program.problem("GET", "/token")["code"] == "token_expired"
    found.update(expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now())
    assert program.problem("GET", "/token")["code"] == "token_revoked"
    found.update(revoked_at=None)
    assert program.get("/token")
    Person.objects.filter(pk=world.manager.pk).update(is_active=False)  # a closed account
    assert program.problem("GET", "/token")["code"] == "maker_gone"
    Person.objects.filter(pk=world.manager.pk).update(is_active=True)
    assert program.get("/token")
    Mandate.objects.filter(person=world.manager).update(valid_to=AT.date())
    assert program.problem("GET", "/token")["code"] == "maker_gone"


def test_a_scope_that_is_missing_is_named(world: World) -> None:
    told = program_make(world, Scope.CONTRACTS_READ).problem("GET", "/workplaces")
    assert (told["status"], told["code"], told["scope"]) == (403, "scope_missing", "workplaces:read")


def test_another_providers_workplaces_are_not_found(world: World) -> None:
    world.offer()
    program, other = program_make(world), other_make(world)
    assert [one["workplace_id"] for one in program.items("/workplaces")] == [world.workplace.pk]
    assert other.items("/workplaces") == []
    assert other.problem("GET", f"/workplaces/{world.workplace.pk}")["code"] == "not_found"


def test_what_is_held_already_is_not_sent_again(world: World) -> None:
    program = program_make(world)
    first = program.ask("GET", "/workplaces")
    again = program.ask("GET", "/workplaces", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_rate_is_told_and_held(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_make(world)
    first = program.ask("GET", "/token")
    assert first.headers["RateLimit-Policy"] == '"token";q=300;w=60'
    assert first.headers["RateLimit"].startswith('"token";r=299;t=')
    TokenCalls.objects.update(number=300, minute=timezone.now() + timedelta(seconds=50))
    over = program.ask("GET", "/token")
    assert problem_of(over)["code"] == "slow_down"
    assert 1 <= int(over.headers["Retry-After"]) <= 60


def test_every_error_is_a_problem_in_the_callers_language(world: World) -> None:
    program = program_make(world)
    assert program.problem("GET", "/nothing")["code"] == "not_found"
    wrong = program.ask("PUT", "/workplaces")
    assert problem_of(wrong)["code"] == "method_not_allowed"
    assert wrong.headers["Allow"] == "GET"
    assert program.problem("GET", "/workplaces?limit=0")["errors"][0]["pointer"] == "?limit"
    assert program.problem("GET", "/workplaces?nothing=1")["code"] == "unknown_parameter"
    assert program.problem("GET", "/workplaces?cursor=abc")["code"] == "bad_cursor"
    assert program.problem("GET", "/workplaces/99999999999999999999")["code"] == "not_found"
    assert program.ask("GET", "/nothing", Accept_Language="en").headers["Content-Language"] == "en"
