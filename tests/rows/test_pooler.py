"""Behind pgbouncer in transaction mode many share few connections: nobody inherits whom the one before was.

One connection to the server stands behind every client here, so that each transaction meets what the last one left.
"""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction

from katip.core.actor import Actor, Capacity
from katip.core.usecase import acting_as
from katip.processes.models import Process
from tests.rows.pooler import PROGRAM, pooled
from tests.rows.two_sides import Side, sides_make

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed: apt-get install pgbouncer"),
]
STATE = """
SELECT current_user = session_user, coalesce(current_setting('katip.person', true), ''),
    coalesce(current_setting('katip.capacity', true), ''), (SELECT count(*) FROM processes_process)
"""
NOBODY = (True, "", "", 0)


@pytest.fixture
def sides() -> tuple[Side, Side]:
    return sides_make()


@pytest.fixture
def pooler(sides: tuple[Side, Side]) -> Iterator[Mapping[str, Any]]:
    """The product's own connection goes through the pooler, too."""
    with pooled(1) as address:
        settings = connection.settings_dict
        before = {name: settings[name] for name in ("HOST", "PORT", "OPTIONS")}
        connection.close()
        settings.update(HOST=address["host"], PORT=str(address["port"]), OPTIONS={"prepare_threshold": None})
        try:
            yield address
        finally:
            connection.close()
            settings.update(before)


def state(address: Mapping[str, Any]) -> Any:
    """What a stranger's transaction finds on the connection that the last one used."""
    with psycopg.connect(**address, autocommit=True, prepare_threshold=None) as other:
        return other.execute(STATE).fetchone()


def employer(side: Side) -> Actor:
    return Actor(side.people["employer"].pk, Capacity.WORKPLACE, side.of("registry_workplace").pk)


def own(side: Side) -> set[int]:
    return {row.pk for row in side.rows["processes_process"]}


def test_the_pool_hands_on_what_a_session_leaves(pooler: Mapping[str, Any]) -> None:
    """The test of the tests: a setting for the session, which nothing here makes, would be inherited."""
    with psycopg.connect(**pooler, autocommit=True, prepare_threshold=None) as one:
        one.execute("SELECT set_config('katip.person', '7', false)")
        assert state(pooler)[1] == "7"
        one.execute("RESET katip.person")


def test_nothing_is_left_by_a_transaction(pooler: Mapping[str, Any], sides: tuple[Side, Side]) -> None:
    here, _ = sides
    assert state(pooler) == NOBODY
    with acting_as(employer(here)):
        assert set(Process.objects.values_list("pk", flat=True)) == own(here)
    assert state(pooler) == NOBODY


def test_nothing_is_left_by_one_that_fails(pooler: Mapping[str, Any], sides: tuple[Side, Side]) -> None:
    here, _ = sides
    with pytest.raises(ZeroDivisionError), acting_as(employer(here)):
        raise ZeroDivisionError
    assert state(pooler) == NOBODY
    with acting_as(employer(here)):
        with pytest.raises(psycopg.Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.connection.execute("SELECT 1 / 0")
        assert Process.objects.count() == len(own(here))
    assert state(pooler) == NOBODY


def test_nothing_is_left_by_a_client_that_goes_away_in_the_middle(
    pooler: Mapping[str, Any], sides: tuple[Side, Side]
) -> None:
    here, _ = sides
    with pytest.raises(psycopg.OperationalError), acting_as(employer(here)):  # noqa: PT012 -- raised in the middle
        assert Process.objects.exists()
        connection.connection.pgconn.finish()
        raise psycopg.OperationalError
    connection.close()
    assert state(pooler) == NOBODY


def test_many_at_once_see_each_their_own(pooler: Mapping[str, Any], sides: tuple[Side, Side]) -> None:
    wrong: list[Any] = []

    def work(side: Side) -> None:
        try:
            for _ in range(50):
                with acting_as(employer(side)):
                    found = set(Process.objects.values_list("pk", flat=True))
                if found != own(side):
                    wrong.append((side.mark, found))
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=work, args=[side]) for side in (*sides, *sides)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert state(pooler) == NOBODY
