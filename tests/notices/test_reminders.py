"""Reminding: once for each figure, made up for after a stop, once whoever sweeps, and nobody whose turn is over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from katip.core.actor import OPERATOR
from katip.notices import kinds as told
from katip.notices import reminders
from katip.notices.models import Delivery, Notice, Round
from katip.notices.reminders import DUE, UNDATED, reminders_make, round_go
from tests.cast import AT, World
from tests.notices.reading import kinds_of, tell

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def dated(settings: Any) -> None:
    """Five working days from Monday 2 June, over the feast of sacrifice: the last day is Wednesday 11 June 2025."""
    settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 5, "remind_days": "3,1"})


@pytest.fixture
def undated(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 0})


def reminded(world: World, role: str = "owner") -> int:
    return kinds_of(getattr(world, role)).count(told.REMIND)


@pytest.mark.usefixtures("dated")
def test_whoever_is_asked_is_reminded_once_for_each_figure(world: World) -> None:
    world.accepted()
    counts = []
    for day in range(12):
        for _ in range(2):
            reminders_make(at=AT + day * DAY)
        counts.append(reminded(world))
    assert counts == [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2]
    assert reminded(world, "colleague") == 2
    assert reminded(world, "specialist") == 0
    detail = Notice.objects.filter(person=world.owner, kind=told.REMIND).latest("pk").detail
    assert (detail["due_on"], detail["step"]) == ("2025-06-11", 2)


@pytest.mark.usefixtures("dated")
def test_days_on_which_nothing_ran_are_made_up_for_once(world: World) -> None:
    world.accepted()
    reminders_make(at=AT + 7 * DAY)  # a day after the first figure
    assert reminded(world) == 1
    reminders_make(at=AT + 9 * DAY)  # on the last day: the second
    assert reminded(world) == 2


@pytest.mark.usefixtures("dated")
def test_what_was_decided_or_began_to_wait_today_is_not_reminded_of(world: World) -> None:
    contract = world.accepted()
    world.decide("owner", contract)
    world.offer(140, at=AT + 6 * DAY)
    reminders_make(at=AT + 6 * DAY)
    assert not Notice.objects.filter(kind=told.REMIND).exists()


@pytest.mark.usefixtures("undated")
def test_without_a_last_day_every_seventh_day_and_three_times_at_most(world: World) -> None:
    world.accepted()
    counts = []
    for day in (6, 7, 8, 14, 21, 28, 35):
        reminders_make(at=AT + day * DAY)
        counts.append(reminded(world))
    assert counts == [0, 1, 1, 2, 3, 3, 3]
    assert Notice.objects.filter(person=world.owner).latest("pk").detail["since"] == "2025-06-02"


@pytest.mark.usefixtures("dated")
def test_nothing_is_reminded_of_before_eight_in_the_morning(world: World) -> None:
    world.accepted()
    assert reminders_make(at=datetime(2025, 6, 9, 4, 59, tzinfo=UTC)) == 0
    assert not Round.objects.exists()
    assert reminders_make(at=datetime(2025, 6, 9, 5, tzinfo=UTC)) > 0


@pytest.mark.usefixtures("dated")
def test_a_round_that_is_cut_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.accepted(103)
    world.accepted(140)
    monkeypatch.setattr(reminders, "CHUNK", 1)
    at = AT + 6 * DAY
    round_go(actor=OPERATOR, at=at, name=DUE)
    assert reminded(world) == 1
    monkeypatch.setattr("katip.notices.reminders.notices_make", _fails)
    with pytest.raises(RuntimeError):
        round_go(actor=OPERATOR, at=at, name=DUE)
    monkeypatch.undo()
    while round_go(actor=OPERATOR, at=at, name=DUE) is not None:
        pass
    assert reminded(world) == 2
    assert Round.objects.get(name=DUE).done_at == at
    assert round_go(actor=OPERATOR, at=at, name=UNDATED) == 0
    assert round_go(actor=OPERATOR, at=at, name=UNDATED) is None


def _fails(*_: Any) -> None:
    raise RuntimeError


@pytest.mark.usefixtures("dated")
def test_a_lost_round_reminds_nobody_again(world: World) -> None:
    world.accepted()
    tell()
    reminders_make(at=AT + 6 * DAY)
    out = Delivery.objects.count()
    Round.objects.update(done_at=None, reached_on=None, reached=0)
    assert reminders_make(at=AT + 6 * DAY) == 0
    assert (reminded(world), Delivery.objects.count()) == (1, out)
