"""The sample world, loaded once for the tests of this folder that only look at it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from katip.demo.world import WORLD, world_load

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[datetime]:
    """Load the world as of NOW, committed; the tests' own writes are rolled back, the world is removed at the end."""
    with django_db_blocker.unblock():
        world_load(WORLD, NOW)
    yield NOW
    with django_db_blocker.unblock():
        TransactionTestCase()._fixture_teardown()  # type: ignore[attr-defined] # the way the tests empty the database
