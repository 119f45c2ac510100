"""Queries compiled once give what the ORM gives, for any values, and are prepared in the server."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext

from katip.core.compiled import Compiled
from katip.core.prepared import prepared
from katip.registry.models import Mandate
from katip.registry.permissions import holds_on
from tests.cast import World

pytestmark = pytest.mark.django_db


def held(person_id: int, day: date) -> QuerySet[Any]:
    mandates = Mandate.objects.filter(holds_on(day), person_id=person_id).select_related("workplace__province")
    return mandates.annotate(others=Count("workplace__mandates")).order_by("pk")


def test_rows_relations_and_annotations_are_those_of_the_query_set(world: World) -> None:
    query = Compiled(held, person_id=int, day=date)
    today = date.today()  # noqa: DTZ011 -- any day on which the mandates hold
    for person in (world.owner, world.stranger, world.specialist, world.owner):
        rows = query.rows(person_id=person.pk, day=today)
        plain = list(held(person.pk, today))
        assert [row.pk for row in rows] == [row.pk for row in plain]
        with CaptureQueriesContext(connection) as captured:
            told = [(row.workplace.title, row.workplace.province.name, row.others) for row in rows if row.workplace]
        assert not captured.captured_queries
        assert told == [
            (row.workplace.title, row.workplace.province.name, row.others) for row in plain if row.workplace
        ]
    assert query.rows(person_id=world.owner.pk, day=date(1999, 1, 1)) == []
    assert query.first(person_id=world.owner.pk, day=date(1999, 1, 1)) is None


def test_one_text_serves_a_list_of_any_length(world: World) -> None:
    query: Compiled[int] = Compiled(
        lambda ids: Mandate.objects.filter(workplace__pk__any=ids).order_by("pk").values_list("person_id", flat=True),
        ids=list,
    )
    texts = set()
    for ids in ([], [world.workplace.pk], [world.workplace.pk, world.elsewhere.pk]):
        with CaptureQueriesContext(connection) as captured:
            found = query.rows(ids=ids)
        texts.add(captured.captured_queries[0]["sql"])
        assert found == list(
            Mandate.objects.filter(workplace__in=ids).order_by("pk").values_list("person_id", flat=True)
        )
    assert len(texts) == 1
    assert "$1" in texts.pop()


def test_a_value_that_never_reaches_the_text_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="day"):
        Compiled(lambda person_id, **_: Mandate.objects.filter(person_id=person_id), person_id=int, day=date).rows(
            person_id=1, day=date(2025, 1, 1)
        )


def test_what_is_sent_often_is_prepared_and_only_inside_the_block() -> None:
    def sent() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s", ["%%prepare me%%"])
            return [row[0] for row in cursor.fetchall()]

    for number in range(8):
        with prepared(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::int /* prepare me */", [number])
            assert cursor.fetchone() == (number,)
    assert sent() == ["SELECT $1::int /* prepare me */"]
    with CaptureQueriesContext(connection) as captured, connection.cursor() as cursor:
        cursor.execute("SELECT %s::int /* not me */", [1])
    assert "$1" not in captured.captured_queries[0]["sql"]
