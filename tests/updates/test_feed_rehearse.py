"""A dry run of a feed: it says what would happen, and nothing of it stays."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from katip.audit.models import Event
from katip.contracts.models import Contract, MonthChange
from katip.core.actor import OPERATOR, Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.registry.models import Headcount, ImportRun, Workplace
from katip.updates.models import Feed, MonthChunk, MonthRun
from katip.updates.services.feed_rehearse import feed_rehearse
from katip.updates.services.feed_take import feed_take
from katip.updates.services.month_apply import month_apply
from tests.cast import World
from tests.updates.monthly import consents

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def feed(folder: Path, where: Workplace, employees: int) -> Path:
    path = folder / "feed.csv"
    path.write_text(f"sgk_number,period,employees\n{where.sgk_number},2026-11,{employees}\n", encoding="utf-8")
    return path


def kept() -> tuple[int, ...]:
    return tuple(
        table.objects.count() for table in (Headcount, Event, ImportRun, Feed, MonthRun, MonthChunk, MonthChange)
    )


def test_says_what_the_month_would_do_and_keeps_nothing(world: World, tmp_path: Path) -> None:
    contract: Contract = world.active(minutes=240)
    consents(world)
    path = feed(tmp_path, world.workplace, 20)
    before = kept()

    rehearsal = feed_rehearse(actor=OPERATOR, at=AT, path=path)

    assert rehearsal.feed.changed == 1
    assert rehearsal.summary is not None
    assert rehearsal.summary["amended"] == 1
    assert rehearsal.summary["workplaces_changed"] == 1
    assert kept() == before
    fed = feed_take(actor=OPERATOR, at=AT, path=path)
    assert not fed.known
    run = month_apply(actor=OPERATOR, at=AT, period=fed.periods[-1])
    assert run.summary["amended"] == rehearsal.summary["amended"]
    assert MonthChange.objects.filter(contract=contract, outcome="amended").exists()


def test_a_known_feed_brings_no_month(world: World, tmp_path: Path) -> None:
    path = feed(tmp_path, world.workplace, 20)
    feed_take(actor=OPERATOR, at=AT, path=path)

    rehearsal = feed_rehearse(actor=OPERATOR, at=AT, path=path)

    assert rehearsal.feed.known
    assert rehearsal.summary is None


def test_a_past_month_corrects_history_only(world: World, tmp_path: Path) -> None:
    feed_take(actor=OPERATOR, at=AT, path=feed(tmp_path, world.workplace, 20))
    path = tmp_path / "older.csv"
    path.write_text(f"sgk_number,period,employees\n{world.workplace.sgk_number},2026-10,30\n", encoding="utf-8")

    rehearsal = feed_rehearse(actor=OPERATOR, at=AT, path=path)

    assert rehearsal.feed.changed == 1
    assert rehearsal.summary is None


def test_only_the_operator(world: World, tmp_path: Path) -> None:
    someone = Actor(world.owner.pk, Capacity.INDIVIDUAL)
    with pytest.raises(PermissionRefusedError):
        feed_rehearse(actor=someone, at=AT, path=feed(tmp_path, world.workplace, 20))
