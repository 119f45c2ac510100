"""A look is an event for a page and a row for each person; it is written once, cheaply, and never changed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from katip.audit.looks import MOST, TAG, WINDOW, After, Given, Occasion, Reason, looks_at, looks_forget, looks_record
from katip.audit.models import Event, EventDetail, Look
from katip.core.actor import Actor, Capacity
from katip.core.shown import Shown, showing, shown, shown_standing, unshown
from katip.core.usecase import use_case
from tests.cast import AT
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db

MANAGER = Actor(7, Capacity.PROVIDER, 3)
OFFICIAL = Actor(8, Capacity.OFFICIAL, 5)


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    looks_forget()
    yield
    looks_forget()


def look(*persons: int, actor: Actor = MANAGER, at: datetime = AT, occasion: Occasion = Occasion.LIST) -> int:
    """Record a look; how many statements it took."""
    with CaptureQueriesContext(connection) as captured:
        looks_record(actor, at, persons, occasion)
    return len(captured)


def test_a_page_of_many_is_one_event_with_a_row_for_each_in_one_statement() -> None:
    assert look(*range(100, 150)) == 1
    event = Event.objects.get()
    assert (event.tag, event.actor_id, event.capacity, event.organisation_id) == (TAG, 7, "provider", 3)
    assert event.at == AT
    assert event.subject_id is None
    found = set(Look.objects.values_list("person_id", "event_id", "at", "actor_id", "capacity", "organisation_id"))
    assert found == {(person, event.pk, AT, 7, "provider", 3) for person in range(100, 150)}


def test_the_event_says_nothing_in_clear_and_its_hash_covers_whom_and_why() -> None:
    looks_record(OFFICIAL, AT, [9], Occasion.SEARCH, Given(Reason.COMPLAINT, "2025/14 sayılı ihbar", AT))
    event, detail = Event.objects.get(), EventDetail.objects.get()
    assert detail.body == {
        "occasion": "search",
        "persons": [9],
        "reason": "complaint",
        "matter": "2025/14 sayılı ihbar",
    }
    canonical = json.dumps(detail.body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert bytes(event.detail_hash) == hashlib.sha256(bytes(detail.salt) + canonical.encode()).digest()
    assert Look.objects.get().reason == "complaint"


def test_nobody_looks_at_themself() -> None:
    assert look(7) == 0
    assert look(7, 9) == 1
    assert Look.objects.get().person_id == 9


@pytest.mark.parametrize(
    ("later", "other", "times"),
    [
        (timedelta(minutes=14), {}, 1),
        (WINDOW, {}, 2),
        (timedelta(minutes=1), {"occasion": Occasion.CONTRACT}, 2),
        (timedelta(minutes=1), {"actor": replace(MANAGER, organisation_id=4)}, 2),
        (timedelta(minutes=1), {"actor": replace(MANAGER, capacity=Capacity.WORKPLACE)}, 2),
        (timedelta(minutes=1), {"actor": replace(MANAGER, person_id=6)}, 2),
        (timedelta(minutes=1), {"actor": Actor(None, Capacity.OPERATOR)}, 2),
    ],
)
def test_the_same_look_within_a_quarter_of_an_hour_is_one(
    later: timedelta, other: dict[str, object], times: int
) -> None:
    look(9)
    look(9, at=AT + later, **other)  # type: ignore[arg-type] # by name
    assert Look.objects.count() == Event.objects.count() == times


def test_only_who_is_new_on_the_page_gets_a_row() -> None:
    look(9, 10)
    look(9, 10, 11, at=AT + timedelta(minutes=1))
    assert list(Look.objects.order_by("pk").values_list("person_id", flat=True)) == [9, 10, 11]
    assert [one.body["persons"] for one in EventDetail.objects.order_by("pk")] == [[9, 10], [9, 10, 11]]


def test_another_matter_is_another_look() -> None:
    first = Given(Reason.INSPECTION, "2025/14", AT)
    second = Given(Reason.INSPECTION, "2025/15", AT + timedelta(minutes=5))
    for minutes, given in ((0, first), (1, first), (6, second), (7, second)):
        looks_record(OFFICIAL, AT + timedelta(minutes=minutes), [9], Occasion.PERSON, given)
    assert [one.body["matter"] for one in EventDetail.objects.order_by("pk")] == ["2025/14", "2025/15"]


def test_what_this_process_committed_lately_needs_no_statement(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert look(9) == 1
    assert look(9, at=AT + timedelta(minutes=14)) == 0
    assert look(9, 10, at=AT + timedelta(minutes=14)) == 1
    assert look(9, at=AT + WINDOW) == 1


def test_a_look_that_was_rolled_back_is_not_remembered() -> None:
    with transaction.atomic():
        look(9)
        transaction.set_rollback(True)
    assert look(9) == 1
    assert Look.objects.count() == 1


def test_a_large_file_makes_several_events_and_leaves_nobody_out() -> None:
    assert look(*range(100, 100 + MOST + 1), occasion=Occasion.EXPORT) == 2
    assert Look.objects.count() == MOST + 1
    assert sorted(len(one.body["persons"]) for one in EventDetail.objects.all()) == [1, MOST]


def test_looks_are_read_newest_first_by_keyset_and_by_month() -> None:
    for hour in range(5):
        look(9, 10, at=AT + timedelta(hours=hour))
    page = looks_at(9, since=AT, limit=2)
    assert [one.at for one in page] == [AT + timedelta(hours=hour) for hour in (4, 3, 2)]
    rest = looks_at(9, since=AT, after=After(page[1].at, page[1].event_id), limit=5)
    assert [one.at for one in rest] == [AT + timedelta(hours=hour) for hour in (2, 1, 0)]
    within = looks_at(9, since=AT + timedelta(hours=1), until=AT + timedelta(hours=3), limit=5)
    assert [one.at for one in within] == [AT + timedelta(hours=2), AT + timedelta(hours=1)]
    assert {one.person_id for one in page} == {9}


def test_gathering_is_for_what_is_shown_alone() -> None:
    shown(1)  # outside, nothing happens

    def resolve(numbers: object) -> list[int]:
        return [40 + number for number in sorted(numbers)]  # type: ignore[call-overload] # a set of numbers

    @use_case
    def work(*, actor: Actor) -> None:
        del actor
        shown(5)

    with showing() as seen:
        shown(2)
        shown(None)
        shown_standing(resolve, 1)
        shown_standing(resolve, 2)
        with unshown():
            shown(3)
        with showing() as inner:
            shown(4)
        work(actor=MANAGER)
    assert isinstance(seen, Shown)
    assert inner.resolved() == {4}
    assert seen.resolved() == {2, 41, 42}


@pytest.mark.django_db(transaction=True)
def test_a_look_belongs_into_a_transaction_and_is_never_changed() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        look(9)
    with transaction.atomic():
        look(9)
    with owner_connect() as owner, pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        owner.execute("UPDATE audit_look SET actor_id = 1")
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Look.objects.all().delete()
    assert Look.objects.get().actor_id == 7
