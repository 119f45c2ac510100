"""The feed API: who may send, what a part is, and that closing takes what a file would."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from katip.api.feed import guard, views
from katip.audit.models import Event, EventDetail
from katip.core.actor import OPERATOR
from katip.core.crypto import lookup_key
from katip.registry.models import Headcount
from katip.updates.models import Feed, FeedKey, FeedPart, MonthRun
from katip.updates.services import feed_parts
from katip.updates.services.feed_keys import feed_key_make, feed_key_revoke
from tests.cast import World

API = "/api/feed/v1/feeds"
HEADER = "sgk_number,period,employees,nace"
DOCS = (Path(__file__).parents[2] / "docs" / "feed.md").read_text("utf-8")

pytestmark = pytest.mark.django_db


class Sender:
    """A program with a key: no cookies."""

    def __init__(self, name: str = "SGK") -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.key = feed_key_make(actor=OPERATOR, at=timezone.now(), name=name)

    def ask(self, method: str, path: str = "", content: Any = b"", kind: str = "application/json") -> Any:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return self.client.generic(method, API + path, data, content_type=kind, headers=headers)

    def open(self) -> int:
        answer = self.ask("POST", "", {"name": "Ekim"})
        assert answer.status_code == 201, answer.content
        number: int = answer.json()["feed"]
        return number

    def part(self, feed: int, no: int, *lines: str, header: str = HEADER) -> Any:
        return self.ask("PUT", f"/{feed}/parts/{no}", "\n".join([header, *lines]).encode(), "text/csv")

    def close(self, feed: int) -> dict[str, Any]:
        answer = self.ask("POST", f"/{feed}/close")
        assert answer.status_code == 200, answer.content
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
def sender(world: World) -> Sender:
    return Sender()


def error_of(response: HttpResponse) -> tuple[int, str]:
    body = json.loads(response.content)
    assert body["message"]
    return response.status_code, body["error"]


def line(world: World, employees: int | str = 20, month: str = "2025-06") -> str:
    return f"{world.workplace.sgk_number},{month},{employees},"


def test_parts_are_taken_as_one_when_the_feed_is_closed(sender: Sender, world: World) -> None:
    feed = sender.open()
    second = sender.part(feed, 2, f"{world.elsewhere.sgk_number},2025-06,33,", "1,2025-06,5,")
    first = sender.part(feed, 1, line(world))
    assert (first.status_code, first.json()) == (201, {"part": 1, "rows": 1, "bad": 0, "faults": []})
    assert second.json()["faults"] == [{"line": 3, "column": "sgk_number", "value": "1", "reason": "wrong_length"}]
    assert not Headcount.objects.filter(period=date(2025, 6, 1)).exists()
    assert sender.ask("GET", f"/{feed}").json() == {
        "feed": feed,
        "name": "Ekim",
        "state": "open",
        "parts": 2,
        "rows": 3,
        "bad": 0,
        "changed": 0,
        "months": [],
    }
    told = {"feed": feed, "state": "taken", "rows": 3, "bad": 1, "changed": 2}
    assert sender.close(feed) == told
    figures = Headcount.objects.filter(period=date(2025, 6, 1), feed=feed).order_by("employees")
    assert list(figures.values_list("employees", flat=True)) == [20, 33]
    state = sender.ask("GET", f"/{feed}").json()
    assert (state["state"], state["bad"], state["months"]) == ("taken", 1, ["2025-06"])
    assert sender.ask("GET", f"/{feed}/faults").json() == {
        "faults": [{"part": 2, "line": 3, "column": "sgk_number", "value": "1", "reason": "wrong_length"}],
        "next": None,
    }
    assert sender.close(feed) == told  # the answer was lost, the program asks again
    assert Feed.objects.get().key == FeedKey.objects.get()
    assert not FeedPart.objects.exclude(content=None).exists()


def test_a_dry_run_tells_what_the_month_would_do_and_leaves_all_as_it_is(sender: Sender, world: World) -> None:
    world.active()
    feed = sender.open()
    sender.part(feed, 1, line(world, 30))
    for _ in range(2):
        told = sender.ask("POST", f"/{feed}/rehearse").json()
        assert (told["state"], told["rows"], told["changed"], told["month"]) == ("taken", 1, 1, "2025-06")
        assert {name: told["would"][name] for name in ("workplaces_changed", "amended", "asked", "ended")} == {
            "workplaces_changed": 1,
            "amended": 0,
            "asked": 1,
            "ended": 0,
        }
        assert sender.ask("GET", f"/{feed}").json()["state"] == "open"
        assert not MonthRun.objects.exists()
        assert not Headcount.objects.filter(employees=30).exists()
    assert sender.close(feed)["changed"] == 1
    assert error_of(sender.ask("POST", f"/{feed}/rehearse")) == (409, "not_open")


def test_a_dry_run_of_what_would_be_refused_tells_of_no_month(sender: Sender, world: World) -> None:
    feed = sender.open()
    sender.part(feed, 1, line(world, "x"))
    told = sender.ask("POST", f"/{feed}/rehearse").json()
    assert (told["state"], told["month"], told["would"]) == ("refused", None, None)
    assert error_of(sender.ask("POST", f"/{sender.open()}/rehearse")) == (422, "no_parts")


def test_a_part_twice_is_one_and_another_content_is_refused(sender: Sender, world: World) -> None:
    feed = sender.open()
    assert [sender.part(feed, 1, line(world)).status_code for _ in range(2)] == [201, 200]
    assert error_of(sender.part(feed, 1, line(world, 21))) == (409, "other_content")
    sender.close(feed)
    assert Headcount.objects.get(period=date(2025, 6, 1)).employees == 20
    assert sender.part(feed, 1, line(world)).status_code == 200
    assert error_of(sender.part(feed, 2, line(world))) == (409, "not_open")


def test_the_same_feed_again_changes_nothing(sender: Sender, world: World) -> None:
    first, again = sender.open(), sender.open()
    for feed in (first, again):
        sender.part(feed, 1, line(world))
    sender.close(first)
    assert sender.close(again) == {"feed": again, "state": "known", "rows": 1, "bad": 0, "changed": 0}
    assert Feed.objects.get(pk=again).state == "refused"


def test_too_many_bad_lines_refuse_the_feed(sender: Sender, world: World) -> None:
    feed = sender.open()
    sender.part(feed, 1, line(world), *["1,2025-06,5,"] * 101)
    assert sender.close(feed) == {"feed": feed, "state": "refused", "rows": 102, "bad": 101, "changed": 0}
    assert not Headcount.objects.filter(feed=feed).exists()
    assert sender.close(feed)["state"] == "refused"


def test_faults_come_in_pages(sender: Sender, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "FAULTS_SHOWN", 200)
    feed = sender.open()
    sender.part(feed, 1, *[line(world)] * 200, *["1,2025-06,5,", *["x,2025-06,5,"] * 99])
    sender.part(feed, 2, *[line(world)] * 10_000, *["1,2025-06,5,", *["x,2025-06,5,"] * 1])
    assert sender.close(feed)["state"] == "taken"
    monkeypatch.setattr("katip.updates.selectors_feed.FAULTS_SHOWN", 70)
    monkeypatch.setattr(views, "FAULTS_SHOWN", 70)
    found: list[tuple[int, int]] = []
    after: int | None = 0
    while after is not None:
        page = sender.ask("GET", f"/{feed}/faults?after={after}").json()
        found += [(one["part"], one["line"]) for one in page["faults"]]
        after = page["next"]
    assert found == [*((1, number) for number in range(202, 302)), (2, 10_002), (2, 10_003)]
    assert error_of(sender.ask("GET", f"/{feed}/faults?after=x")) == (422, "malformed")


@pytest.mark.parametrize(
    ("content", "kind", "answer"),
    [
        (b"\n;;\n", "text/csv", (422, "header")),
        (HEADER.encode(), "text/csv", (422, "no_lines")),
        (b"a,b\n1,2", "text/csv", (422, "header")),
        ("sgk_number,dönem,employees\n1,2,3".encode("cp1254"), "text/csv", (422, "not_utf8")),
        (b"{}", "application/json", (415, "not_csv")),
    ],
)
def test_a_part_that_cannot_be_read_is_refused(
    sender: Sender, content: bytes, kind: str, answer: tuple[int, str]
) -> None:
    feed = sender.open()
    assert error_of(sender.ask("PUT", f"/{feed}/parts/1", content, kind)) == answer
    assert not FeedPart.objects.exists()


def test_a_large_part_is_refused_before_it_is_read(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = sender.open()
    monkeypatch.setattr(views, "MOST", 50)
    assert error_of(sender.ask("PUT", f"/{feed}/parts/1", b"x" * 51, "text/csv")) == (413, "too_large")


@pytest.mark.parametrize("no", [0, 10_000, 10**30])
def test_parts_have_small_numbers(sender: Sender, world: World, no: int) -> None:
    assert error_of(sender.part(sender.open(), no, line(world))) == (422, "part_number")


def test_a_feed_without_parts_cannot_be_closed(sender: Sender) -> None:
    assert error_of(sender.ask("POST", f"/{sender.open()}/close")) == (422, "no_parts")


def test_few_feeds_stand_open(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_parts, "_OPEN_AT_MOST", 2)
    sender.open()
    sender.open()
    assert error_of(sender.ask("POST", "", {"name": "x"})) == (429, "too_many_open")
    Feed.objects.update(begun_at=F("begun_at") - timedelta(days=1))  # what was given up shuts nobody out
    sender.open()


def test_a_foreign_feed_is_unknown(sender: Sender, world: World) -> None:
    feed, other = sender.open(), Sender("Başka")
    for method, path in (("GET", ""), ("GET", "/faults"), ("POST", "/close")):
        assert error_of(other.ask(method, f"/{feed}{path}")) == (404, "unknown_feed")
        assert error_of(sender.ask(method, f"/{10**25}{path}")) == (404, "unknown_feed")
    assert error_of(other.part(feed, 1, line(world))) == (404, "unknown_feed")


@pytest.mark.parametrize("key", ["", "katip-feed-x", "x"])
def test_without_the_key_there_is_nothing(sender: Sender, key: str) -> None:
    feed, valid = sender.open(), sender.key
    sender.key = key
    for method, path in (("POST", ""), ("GET", f"/{feed}"), ("POST", f"/{feed}/close"), ("PUT", f"/{feed}/parts/1")):
        assert error_of(sender.ask(method, path)) == (401, "unknown_key")
    sender.key = valid
    assert sender.ask("GET", f"/{feed}").status_code == 200


def test_a_withdrawn_key_ends_at_once(sender: Sender) -> None:
    feed_key_revoke(actor=OPERATOR, at=timezone.now(), name="SGK")
    assert error_of(sender.ask("POST", "", {"name": "x"})) == (401, "unknown_key")


def test_wrong_keys_are_counted_and_right_ones_are_not(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "WRONG_KEYS", "3/5m/ip")
    feed, valid = sender.open(), sender.key
    assert [sender.ask("GET", f"/{feed}").status_code for _ in range(5)] == [200] * 5
    sender.key = "katip-feed-wrong"
    assert [sender.ask("GET", f"/{feed}").status_code for _ in range(4)] == [401, 401, 401, 429]
    sender.key = valid
    assert error_of(sender.ask("GET", f"/{feed}")) == (429, "slow_down")


def test_a_sender_calls_so_often_and_no_more(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "CALLS", "2/m/key")
    assert [sender.ask("GET", "/1").status_code for _ in range(3)] == [404, 404, 429]


def test_only_a_hash_of_the_key_is_kept(sender: Sender) -> None:
    key = FeedKey.objects.get()
    assert key.secret_hash == lookup_key(sender.key)
    assert sender.key not in json.dumps(list(EventDetail.objects.values_list("body", flat=True)))
    assert Event.objects.filter(tag="updates:feed_key:made", subject_id=key.pk).count() == 1


def test_the_page_tells_every_error_and_figure() -> None:
    told = {code: int(status) for status, code in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", DOCS, re.MULTILINE)}
    assert told == guard.STATUS
    assert set(guard.MESSAGES) == set(told)
    for words in (f"{views.MOST >> 20} MiB", f"1 to {feed_parts.LAST_PART}", "300 calls a minute", "20 wrong keys"):
        assert words in DOCS
    assert (guard.CALLS, guard.WRONG_KEYS) == ("300/m/key", "20/5m/ip")
