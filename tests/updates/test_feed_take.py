"""Taking a feed: what becomes of the register, what is set aside, what is recorded, and what changes nothing."""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katip.audit.models import Event, EventDetail
from katip.contracts.models import Contract
from katip.core.actor import OPERATOR, Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.imports import ImportFailedError
from katip.registry.figures import headcounts_by_month
from katip.registry.models import Headcount, ImportRun, Workplace
from katip.updates.feed import intake as intake_module
from katip.updates.feed import register as register_module
from katip.updates.models import Feed, FeedFault
from katip.updates.selectors_feed import told_until
from katip.updates.services import feed_take as module
from katip.updates.services.feed_judge import feed_judge
from katip.updates.services.feed_take import FeedResult, feed_take
from tests.cast import World

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
HEADER = "sgk_number,period,employees,nace"
OTHER = "01.11.07"

pytestmark = pytest.mark.django_db


class Country:
    """Some workplaces without figures, and the files that tell them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        like = Workplace.objects.latest("id")
        self.places = [
            Workplace.objects.create(
                sgk_number=f"222120101000005{number}0160872000",
                title=f"Yer {number}",
                province=like.province,
                district=like.district,
                activity=like.activity,
            )
            for number in (1, 2, 3)
        ]
        self.activity = self.places[0].activity_id

    def file(self, *lines: str, name: str = "feed.csv", header: str = HEADER) -> Path:
        path = self.folder / name
        path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        return path

    def take(self, *lines: str, **given: Any) -> FeedResult:
        return feed_take(actor=OPERATOR, at=AT, path=self.file(*lines), **given)

    def line(self, number: int, month: str, employees: int | str, nace: str | None = None) -> str:
        activity = self.activity if nace is None else nace
        return f"{self.places[number].sgk_number},{month},{employees},{activity}"

    def rows(self, number: int = 0) -> list[tuple[Any, ...]]:
        rows = Headcount.objects.filter(workplace=self.places[number]).order_by("period")
        return [(f"{row.period:%Y-%m}", row.employees, row.activity_id, row.feed) for row in rows]


@pytest.fixture
def country(world: World, tmp_path: Path) -> Country:
    return Country(tmp_path)


def changes() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in (Headcount, Event, ImportRun, Feed))


def faults(result: FeedResult) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.column, fault.code) for fault in result.shown]


def test_rows_stand_where_figures_change(country: Country) -> None:
    first = country.take(country.line(0, "2026-08", 5), country.line(1, "2026-08", 7))
    second = country.take(country.line(0, "2026-09", 5), country.line(1, "2026-09", 8))
    assert (first.rows, first.changed, first.inserted) == (2, 2, 2)
    assert (second.rows, second.changed, second.inserted, second.updated) == (2, 1, 1, 0)
    assert country.rows(0) == [("2026-08", 5, country.activity, first.feed_id)]
    assert country.rows(1)[1] == ("2026-09", 8, country.activity, second.feed_id)
    assert told_until() == date(2026, 9, 1)


def test_another_activity_of_the_newest_month_moves_the_workplace(country: Country) -> None:
    country.take(country.line(0, "2026-09", 5))
    moved = country.take(country.line(0, "2026-10", 5, OTHER))
    assert (moved.changed, moved.moved) == (1, 1)
    country.places[0].refresh_from_db()
    assert country.places[0].activity_id == OTHER
    assert country.rows()[1] == ("2026-10", 5, OTHER, moved.feed_id)


def test_a_late_month_corrects_history_only(country: Country) -> None:
    country.take(country.line(0, "2026-08", 5))
    country.take(country.line(0, "2026-10", 5))
    late = country.take(country.line(0, "2026-09", 9, OTHER))
    assert [row[:3] for row in country.rows()] == [
        ("2026-08", 5, country.activity),
        ("2026-09", 9, OTHER),
        ("2026-10", 5, country.activity),
    ]
    assert (late.changed, late.moved) == (1, 0)
    country.places[0].refresh_from_db()
    assert country.places[0].activity_id == country.activity
    assert told_until() == date(2026, 10, 1)


def test_a_later_file_corrects_its_month(country: Country) -> None:
    country.take(country.line(0, "2026-09", 5))
    country.take(country.line(0, "2026-10", 6))
    again = country.take(country.line(0, "2026-10", 7))
    assert (again.inserted, again.updated, again.changed) == (0, 1, 1)
    assert [row[:2] for row in country.rows()] == [("2026-09", 5), ("2026-10", 7)]


def test_an_older_correction_finds_its_place_among_many_months(country: Country) -> None:
    for month, employees in (("2026-05", 5), ("2026-06", 6), ("2026-07", 7), ("2026-08", 8)):
        country.take(country.line(0, month, employees))
    country.take(country.line(0, "2026-06", 60), country.line(0, "2026-07", 7))
    months = headcounts_by_month(country.places[0].pk, date(2026, 4, 30), date(2026, 9, 1))
    assert [(f"{month:%m}", employees) for month, employees, _ in months] == [
        ("05", 5),
        ("06", 60),
        ("07", 7),
        ("08", 8),
        ("09", 8),
    ]


def test_without_activities_the_known_one_stays(country: Country) -> None:
    country.take(country.line(0, "2026-09", 5, OTHER))
    path = country.file(f"{country.places[0].sgk_number},2026-10,6", header="SGK No,Dönem,Çalışan Sayısı")
    feed_take(actor=OPERATOR, at=AT, path=path)
    assert [row[:3] for row in country.rows()] == [("2026-09", 5, OTHER), ("2026-10", 6, OTHER)]


def test_the_same_content_is_taken_once(country: Country) -> None:
    first = country.take(country.line(0, "2026-10", 5))
    before = changes()
    again = country.take(country.line(0, "2026-10", 5))
    assert (again.known, again.feed_id, again.changed) == (True, first.feed_id, 0)
    assert changes() == before
    other = country.take(country.line(0, "2026-10", 5), "")  # other bytes, the same figures
    assert (other.known, other.changed) == (False, 0)
    assert len(country.rows()) == 1


def test_bad_lines_are_set_aside_and_the_rest_goes_on(country: Country) -> None:
    unknown = "2" * 26
    result = country.take(
        country.line(0, "2026-10", 5),
        f"{unknown},2026-10,5,",
        country.line(1, "2026-10", -1),
        country.line(1, "2026-12", 4),
        country.line(2, "2026-10", 4),
        country.line(2, "2026-10", 5),
        country.line(2, "2026-09", 5),
        country.line(2, "2026-09", 5),
    )
    assert (result.state, result.rows, result.bad, result.changed) == ("taken", 8, 5, 2)
    assert faults(result) == [
        (3, "sgk_number", "unknown_workplace"),
        (4, "employees", "negative"),
        (5, "period", "in_future"),
        (6, "employees", "conflict"),
        (7, "employees", "conflict"),
    ]
    assert [row[:2] for row in country.rows(2)] == [("2026-09", 5)]
    kept = FeedFault.objects.filter(feed_id=result.feed_id).order_by("pk").values_list("line", "code", "value")
    assert kept[0] == (3, "unknown_workplace", unknown)
    assert len(kept) == 5
    assert result.errors_path is not None
    with result.errors_path.open(encoding="utf-8-sig") as file:
        listed = list(csv.DictReader(file))
    assert [row["line"] for row in listed] == ["3", "4", "5", "6", "7"]
    country.take(country.line(0, "2026-11", 5))
    assert not result.errors_path.exists()


@pytest.mark.parametrize(("bad", "limit", "state"), [(2, 2, "taken"), (3, 2, "refused"), (100, None, "taken")])
def test_too_many_bad_lines_stop_everything(country: Country, bad: int, limit: int | None, state: str) -> None:
    lines = [country.line(0, "2026-10", 5), *[f"{number},2026-10,1," for number in range(bad)]]
    result = country.take(*lines, bad_limit=limit)
    assert (result.state, result.rows, result.bad) == (state, bad + 1, bad)
    assert len(country.rows()) == (state == "taken")
    assert ImportRun.objects.count() == 1 + (state == "taken")  # the cast has one
    assert Feed.objects.get().state == state
    assert FeedFault.objects.count() == bad
    assert Event.objects.latest("id").tag == f"updates:feed:{state}"
    if state == "refused":
        assert country.take(*lines, bad_limit=bad).state == "taken"  # a refused feed may come again


def test_a_share_of_the_lines_may_be_wrong(settings: Any) -> None:
    assert [module.allowed(rows, None) for rows in (10, 10_000, 2_200_000)] == [100, 100, 22_000]
    settings.KATIP = settings.KATIP.model_copy(update={"feed_bad_percent": 0})
    assert module.allowed(2_200_000, None) == 100
    assert module.allowed(2_200_000, 0) == 0


def test_a_feed_without_a_good_line_is_refused(country: Country) -> None:
    assert country.take("1,2026-10,5,").state == "refused"


def test_what_cannot_be_read_changes_nothing(country: Country) -> None:
    before = changes()
    path = country.file("x", header="cats,dogs")
    with pytest.raises(ImportFailedError) as caught:
        feed_take(actor=OPERATOR, at=AT, path=path)
    assert [fault.code for fault in caught.value.shown] == ["unknown_column"] * 2 + ["missing_column"] * 3
    assert changes() == before


def test_it_is_recorded(country: Country) -> None:
    result = country.take(country.line(0, "2026-10", 5))
    feed = Feed.objects.get()
    run = ImportRun.objects.latest("id")
    assert (run.kind, run.rows, run.inserted, run.updated, run.file_hash) == ("headcounts", 1, 1, 0, feed.content_hash)
    event = Event.objects.latest("id")
    assert (event.tag, event.subject_id) == ("updates:feed:taken", result.feed_id)
    assert EventDetail.objects.get(event=event).body == {
        "rows": 1,
        "bad": 0,
        "changed": 1,
        "inserted": 1,
        "updated": 0,
        "moved": 0,
        "file_hash": feed.content_hash,
    }
    assert (feed.first_period, feed.last_period, feed.taken_at) == (date(2026, 10, 1), date(2026, 10, 1), AT)


def test_only_the_operator_may(country: Country, world: World) -> None:
    path = country.file(country.line(0, "2026-10", 5))
    for actor in (world.actor("owner"), Actor(world.owner.pk, Capacity.OFFICIAL, 1)):
        with pytest.raises(PermissionRefusedError):
            feed_take(actor=actor, at=AT, path=path)
    assert not Feed.objects.exists()


def test_a_large_file_reads_the_register_beside_and_says_the_same(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer months among them, and by Parquet."""
    monkeypatch.setattr(intake_module, "FEW", 1)
    monkeypatch.setattr(register_module, "FEW", 1)
    monkeypatch.setattr(module, "LARGE", 0)
    country.take(country.line(0, "2026-08", 5), country.line(0, "2026-10", 7), country.line(1, "2026-08", 4))
    path = country.folder / "feed.parquet"
    numbers = [place.sgk_number for place in country.places]
    pl.DataFrame({"sgk_number": numbers, "period": [date(2026, 9, 1)] * 3, "employees": [6, 4, 3]}).write_parquet(path)
    result = feed_take(actor=OPERATOR, at=AT, path=path)
    assert (result.rows, result.changed) == (3, 2)
    assert [row[:2] for row in country.rows(0)] == [("2026-08", 5), ("2026-09", 6), ("2026-10", 7)]
    assert [row[:2] for row in country.rows(1)] == [("2026-08", 4)]
    assert [row[:2] for row in country.rows(2)] == [("2026-09", 3)]


def test_statements_do_not_grow_with_the_lines(country: Country) -> None:
    def count(lines: Iterable[str]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            country.take(*lines)
        return len(asked)

    one = count([country.line(0, "2026-09", 5)])
    assert count([country.line(number, "2026-10", 9) for number in range(3)]) == one


def test_only_changed_workplaces_are_judged(world: World, country: Country) -> None:
    contract = world.active()
    Contract.objects.update(fit="short")
    Headcount.objects.create(workplace=world.workplace, period=date(2026, 9, 1), employees=12)
    line = f"{world.workplace.sgk_number},2026-10,{{}},"
    same = country.take(line.format(12))
    assert feed_judge(at=AT, feed_id=same.feed_id) == 0
    contract.refresh_from_db()
    assert contract.fit == "short"
    fewer = country.take(line.format(5))
    assert feed_judge(at=AT, feed_id=fewer.feed_id, most=0) is None
    assert feed_judge(at=AT, feed_id=fewer.feed_id) == 1
    contract.refresh_from_db()
    assert contract.fit != "short"


def test_months_are_filled_forward(country: Country) -> None:
    place = country.places[0]
    Headcount.objects.create(workplace=place, period=date(2026, 3, 1), employees=5, activity_id=OTHER)
    Headcount.objects.create(workplace=place, period=date(2026, 5, 1), employees=6)
    Headcount.objects.create(workplace=place, period=date(2026, 8, 1), employees=9)
    found = headcounts_by_month(place.pk, date(2026, 2, 15), date(2026, 6, 1))
    assert found == [
        (date(2026, 3, 1), 5, OTHER),
        (date(2026, 4, 1), 5, OTHER),
        (date(2026, 5, 1), 6, OTHER),
        (date(2026, 6, 1), 6, OTHER),
    ]
    assert headcounts_by_month(place.pk, date(2026, 4, 1), date(2026, 4, 30)) == [(date(2026, 4, 1), 5, OTHER)]
    assert headcounts_by_month(place.pk, date(2026, 1, 1), date(2026, 2, 1)) == []
