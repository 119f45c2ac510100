"""Offering by a program: made once for a key, all or none, and never by anybody without the scope."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection

from katip.audit.models import EventDetail
from katip.contracts.models import Contract
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.processes.models import Process
from katip.programs.models import IdempotencyKey
from katip.programs.scopes import Scope
from katip.programs.selectors import token_actor
from katip.programs.services.tokens import token_make
from tests.api.v1.cast import Program, other_make, problem_of, program_make
from tests.cast import AT, World, decision, workplace

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(world: World) -> Program:
    return program_make(world)


def asked(world: World, code: int = 103, **more: Any) -> dict[str, Any]:
    named = {"sgk_number": world.workplace.sgk_number, "professional_id": world.professionals[code].pk}
    return {"code": code} | named | more


def test_an_offer_waits_for_people_and_its_event_names_the_token(world: World, program: Program) -> None:
    answer = program.ask("POST", "/offers", asked(world), Idempotency_Key="bir")
    assert answer.status_code == 201, answer.content
    made = answer.json()  # type: ignore[attr-defined] # of the test client
    assert (made["state"], made["minutes"]) == ("awaiting_professional", 240)
    assert answer.headers["Location"] == f"/api/v1/contracts/{made['contract_id']}"
    contract = Contract.objects.get()
    assert contract.pk == made["contract_id"]
    assert program.token is not None
    assert EventDetail.objects.get(event__tag="contract:offer:made").body["program"] == program.token.pk


def test_the_same_key_and_body_is_done_once_and_answered_alike(world: World, program: Program) -> None:
    answers = [program.ask("POST", "/offers", asked(world), Idempotency_Key="bir") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert Contract.objects.count() == 1
    Process.objects.update(waits_for="employer")  # what became of it changes nothing of the answer
    assert program.ask("POST", "/offers", asked(world), Idempotency_Key="bir").content == answers[0].content
    told = program.problem("POST", "/offers", asked(world, 140), Idempotency_Key="bir")
    assert (told["status"], told["code"]) == (422, "key_reused")
    assert Contract.objects.count() == 1


def test_a_rotated_token_goes_on_with_its_keys_and_another_provider_does_not_meet_them(
    world: World, program: Program
) -> None:
    program.ask("POST", "/offers", asked(world), Idempotency_Key="bir")
    again = program_make(world, name="Yeni")
    assert again.ask("POST", "/offers", asked(world), Idempotency_Key="bir").status_code == 201
    assert Contract.objects.count() == 1
    told = other_make(world).problem("POST", "/offers", asked(world), Idempotency_Key="bir")
    assert (told["code"], told["refusal"]) == ("refused", "not_staff")


def test_a_refused_offer_keeps_no_key(world: World, program: Program) -> None:
    told = program.problem("POST", "/offers", asked(world, minutes=10), Idempotency_Key="bir")
    assert (told["status"], told["refusal"]) == (409, "minutes_below_minimum")
    assert (told["facts"]["minimum"], told["citation"]) == (240, "İGU Yön. m.12")
    assert not IdempotencyKey.objects.exists()
    assert program.ask("POST", "/offers", asked(world), Idempotency_Key="bir").status_code == 201


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"code": 101}, "/code"),
        ({"minutes": 0}, "/minutes"),
        ({"sgk_number": "1"}, "/sgk_number"),
        ({"workplace_id": 5}, ""),
        ({"sgk_number": None}, ""),
        ({"surprise": 1}, "/surprise"),
        ({"professional_id": 2**63}, "/professional_id"),
    ],
)
def test_a_wrong_body_says_where(world: World, program: Program, wrong: dict[str, Any], pointer: str) -> None:
    told = program.problem("POST", "/offers", asked(world) | wrong, Idempotency_Key="bir")
    assert (told["status"], told["code"]) == (422, "invalid")
    assert [one["pointer"] for one in told["errors"]] == [pointer]
    assert not Contract.objects.exists()


def test_what_is_no_json_no_key_or_too_much_is_refused_before_it_is_read(world: World, program: Program) -> None:
    body = asked(world)
    assert program.problem("POST", "/offers", body)["code"] == "key_missing"
    assert program.problem("POST", "/offers", body, Idempotency_Key="iki kelime")["code"] == "key_missing"
    assert program.problem("POST", "/offers", b"{", Idempotency_Key="a")["code"] == "malformed_json"
    assert program.problem("POST", "/offers", b'{"code":1,"code":2}', Idempotency_Key="a")["code"] == "malformed_json"
    assert program.problem("POST", "/offers", b"[]", Idempotency_Key="a")["code"] == "malformed_json"
    plain = program.ask("POST", "/offers", body, Idempotency_Key="a", Content_Type="text/plain")
    assert problem_of(plain)["code"] == "not_json"
    assert program.problem("POST", "/offers", b" " * 600_000, Idempotency_Key="a")["code"] == "too_large"
    assert program.problem("POST", "/offers", b" " * (13 << 20), Idempotency_Key="a")["code"] == "too_large"


def test_many_offers_are_made_all_or_none(world: World, program: Program) -> None:
    second = workplace(3)
    both = [asked(world), asked(world, sgk_number=second.sgk_number)]
    third = asked(world, sgk_number="2" * 26)
    told = program.problem("POST", "/offers/batch", {"offers": [*both, third, both[0]]}, Idempotency_Key="cok")
    assert (told["status"], told["code"]) == (409, "batch_refused")
    assert [(one["pointer"], one["code"]) for one in told["errors"]] == [
        ("/offers/2", "workplace_unknown"),
        ("/offers/3", "already_offered"),
    ]
    assert not Contract.objects.exists()
    answer = program.ask("POST", "/offers/batch", {"offers": both}, Idempotency_Key="cok")
    assert answer.status_code == 201
    assert [one.workplace_id for one in Contract.objects.order_by("pk")] == [world.workplace.pk, second.pk]


def test_the_check_says_what_an_offer_would_meet_and_writes_nothing(world: World, program: Program) -> None:
    address = f"/offer-check?sgk_number={world.workplace.sgk_number}&code=103"
    told = program.get(f"{address}&professional_id={world.professionals[103].pk}")
    assert (told["allowed"], told["minimum_minutes"], told["free_minutes"]) == (True, 240, 11_700)
    short = program.get(f"{address}&professional_id={world.professionals[103].pk}&minutes=10")
    assert (short["allowed"], short["refusal"]["code"]) == (False, "minutes_below_minimum")
    assert program.get(f"{address}&professional_id=999")["refusal"]["code"] == "not_staff"
    assert not Contract.objects.exists()


def test_a_program_never_decides_and_never_makes_tokens(world: World, program: Program) -> None:
    """The services refuse it, whatever the API does."""
    from katip.contracts.services.end import contract_end
    from katip.processes.services.complete import steps_complete

    contract = world.active()
    assert program.token is not None
    actor = token_actor(program.token)
    waiting = world.accepted(140)
    with pytest.raises(PermissionRefusedError):
        steps_complete(actor=actor, at=AT, decisions=[decision(waiting)])
    with pytest.raises(PermissionRefusedError):
        contract_end(actor=actor, at=AT, contract_id=contract.pk, last_day=AT.date(), note="bitti")
    with pytest.raises(PermissionRefusedError):
        token_make(actor=actor, at=AT, name="ikinci", scopes=[Scope.OFFERS_WRITE], days=1)


def test_a_scope_is_asked_of_the_service_again(world: World, program: Program) -> None:
    from katip.programs.services.answers import Key
    from katip.programs.services.offers import OfferAsked, program_offer

    asked_for = OfferAsked(code=103, professional_id=world.professionals[103].pk, workplace_id=world.workplace.pk)
    reader = program_make(world, Scope.CONTRACTS_READ, name="Okur")
    assert reader.token is not None
    actors: list[Actor] = [token_actor(reader.token), world.actor("manager")]
    for actor in actors:
        with pytest.raises(PermissionRefusedError):
            program_offer(actor=actor, at=AT, key=Key("a", "b"), offers=[asked_for])


@pytest.mark.django_db(transaction=True)
def test_two_calls_with_one_key_at_the_same_moment_make_one_offer(world: World) -> None:
    program, answers = program_make(world), []

    def ask() -> None:
        answers.append(program.ask("POST", "/offers", asked(world), Idempotency_Key="ayni"))
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {(one.status_code, one.content) for one in answers} == {(201, answers[0].content)}
    assert len(answers) == 4
    assert Contract.objects.count() == 1
