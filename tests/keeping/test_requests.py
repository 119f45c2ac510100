"""A request about personal data: made by oneself, answered by those who run the installation, in its legal time."""

from datetime import timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.core.actor import Actor, Capacity, Proof
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.identity.models import SecurityNotice
from katip.keeping.models import DataRequest, RequestState, Right
from katip.keeping.requests import complaint_until, request_seen, requests_closed, requests_waiting
from katip.keeping.services.requests import request_answer, request_make, request_withdraw, requests_sweep
from katip.registry.models import Official
from tests.cast import AT, World

pytestmark = pytest.mark.django_db


def official(world: World, role: str = "operator", who: str = "accountant") -> Actor:
    office, _ = Official.objects.get_or_create(person=getattr(world, who), role=role)
    return Actor(office.person_id, Capacity.OFFICIAL, office.pk, Proof("totp", AT - timedelta(minutes=1)))


def make(world: World, role: str = "specialist", *, at: Any = AT) -> DataRequest:
    made: DataRequest = request_make(
        actor=world.actor(role, at=at), at=at, right=Right.CORRECT, text="Soyadım yanlış yazılmış."
    )
    return made


def answer(actor: Actor, made: DataRequest, outcome: RequestState = RequestState.MET, at: Any = AT) -> None:
    request_answer(actor=actor, at=at, number=made.pk, outcome=outcome, answer="Düzeltildi.")


def told(someone: Any) -> list[str]:
    return list(SecurityNotice.objects.filter(person=someone).order_by("pk").values_list("kind", flat=True))


def test_a_request_has_thirty_days_and_is_recorded(world: World) -> None:
    made = make(world)
    assert (made.due_on - day_of(AT)).days == 30
    assert told(world.specialist) == ["data_request_made"]
    assert Event.objects.get(tag="keeping:data_request:made").subject_id == made.pk
    assert "Soyadım" not in str(Event.objects.get(tag="keeping:data_request:made").detail.body)


def test_the_answer_closes_it_and_reaches_the_person(world: World) -> None:
    made, operator = make(world), official(world)
    assert [one.pk for one in requests_waiting(operator, most=5)] == [made.pk]
    answer(operator, made)
    made.refresh_from_db()
    assert (made.state, made.answer, made.answered_by, made.closed_at) == (
        "met",
        "Düzeltildi.",
        world.accountant,
        AT,
    )
    assert told(world.specialist)[-1] == "data_request_answered"
    assert requests_waiting(operator, most=5) == []
    assert [one.pk for one in requests_closed(operator, most=5)] == [made.pk]
    with pytest.raises(StaleStateError):
        answer(operator, made)


@pytest.mark.parametrize("role", ["inspector", "directorate", "counter"])
def test_other_officials_neither_read_nor_answer(world: World, role: str) -> None:
    made, other = make(world), official(world, role)
    for forbidden in (lambda: request_seen(other, made.pk), lambda: requests_waiting(other, most=5)):
        with pytest.raises(PermissionRefusedError):
            forbidden()
    with pytest.raises(PermissionRefusedError):
        answer(other, made)
    with pytest.raises(PermissionRefusedError):
        answer(world.actor("specialist"), made)


def test_nobody_answers_their_own_and_an_old_second_step_is_not_enough(world: World) -> None:
    operator = official(world, who="specialist")
    own = make(world)
    assert request_seen(operator, own.pk) is None
    with pytest.raises(PermissionRefusedError):
        answer(operator, own)
    with pytest.raises(PermissionRefusedError):
        answer(operator, make(world, "owner"), at=AT + timedelta(hours=1))
    assert DataRequest.objects.filter(state="open").count() == 2


def test_only_the_person_takes_it_back_and_only_while_it_waits(world: World) -> None:
    made = make(world)
    with pytest.raises(StaleStateError):
        request_withdraw(actor=world.actor("owner"), at=AT, number=made.pk)
    request_withdraw(actor=world.actor("specialist"), at=AT, number=made.pk)
    with pytest.raises(StaleStateError):
        answer(official(world), made)


def test_five_wait_at_most(world: World) -> None:
    for _ in range(5):
        make(world)
    with pytest.raises(PermissionRefusedError):
        make(world)
    make(world, "owner")


def test_last_days_are_told_once_before_and_once_after(world: World) -> None:
    official(world)
    make(world)
    assert [requests_sweep(AT + timedelta(days=days)) for days in (1, 22, 23, 24, 30)] == [0, 0, 1, 0, 0]
    assert told(world.accountant) == ["data_request_due"]
    assert [requests_sweep(AT + timedelta(days=days)) for days in (31, 32)] == [1, 0]
    assert told(world.accountant)[-1] == told(world.specialist)[-1] == "data_request_overdue"


def test_the_way_to_the_board_ends_thirty_days_after_the_answer_and_sixty_after_the_request(world: World) -> None:
    early, late, silent = make(world), make(world), make(world)
    operator = official(world)
    answer(operator, early)
    DataRequest.objects.filter(pk=late.pk).update(
        state="met", answer="x", answered_by=world.accountant, closed_at=AT + timedelta(days=40)
    )
    days = [(complaint_until(DataRequest.objects.get(pk=one.pk)) - day_of(AT)).days for one in (early, late, silent)]
    assert days == [30, 60, 60]
