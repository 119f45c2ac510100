"""The cache that all processes share: one statement each, and nothing of another transaction written lightly."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from katip.core.cache import _EVERY, SharedCache

pytestmark = pytest.mark.django_db


def _statements(act: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        act()
    return [query["sql"] for query in seen.captured_queries]


def test_it_keeps_gives_and_forgets() -> None:
    assert cache.get("a", "nothing") == "nothing"
    cache.set("a", [1.5, 2])
    cache.set("a", [3])
    assert cache.get_many(["a", "b"]) == {"a": [3]}
    assert cache.has_key("a")
    assert cache.touch("a", 60)
    assert not cache.touch("b", 60)
    assert cache.delete("a")
    assert not cache.delete("a")
    assert cache.get("a") is None
    cache.set("lasting", 1, timeout=None)
    assert cache.get("lasting") == 1


def test_what_is_there_is_not_added_until_it_has_expired() -> None:
    assert cache.add("code", 1, timeout=30)
    assert not cache.add("code", 2, timeout=30)
    assert cache.get("code") == 1
    cache.set("code", 1, timeout=-1)
    assert cache.get("code") is None
    assert not cache.touch("code")
    assert cache.add("code", 2, timeout=30)
    assert cache.get("code") == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda: cache.set("x", 1),
        lambda: cache.add("x", 1),
        lambda: cache.get("x"),
        lambda: cache.delete("x"),
        lambda: cache.touch("x"),
    ],
)
def test_each_is_one_statement_that_counts_no_rows(act: Callable[[], Any]) -> None:
    (said,) = _statements(act)

    assert "COUNT" not in said.upper()


def test_what_expired_is_swept_on_the_way_and_nothing_else() -> None:
    for number in range(5):
        cache.set(f"old-{number}", 1, timeout=-5)
    for number in range(_EVERY):
        cache.set("young", number)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache_entry WHERE expires < now()")
        assert cursor.fetchone() == (0,)
    assert cache.get("young") == _EVERY - 1


def test_inside_a_transaction_nothing_is_written_lightly() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        said = _statements(lambda: cache.set("allauth:rl:a", 1))
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)

    assert "synchronous_commit" not in said[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("key", "light"), [("allauth:rl:a", True), ("second-step-used:1:123456", False)])
def test_alone_only_counted_attempts_are_written_lightly(key: str, *, light: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        for act in (lambda: cache.set(key, 1), lambda: cache.add(key, 1), lambda: cache.delete(key)):
            (said,) = _statements(act)
            assert ("synchronous_commit" in said) is light
        cursor.execute("SHOW synchronous_commit")
        after = cursor.fetchone()
        cursor.execute("RESET synchronous_commit")

    assert after == ("on",)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_adds() -> None:
    won = []

    def add() -> None:
        won.append(cache.add("second-step-used:7:000111", 1, timeout=30))
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert won.count(True) == 1


def test_the_register_uses_it() -> None:
    assert isinstance(caches["default"], SharedCache)
