"""Positions: every event one, none twice, none moved, whoever gives them and whatever happens to them."""

import pytest
from django.db import transaction

from katip.audit.log.sequence import sequence, sequence_all, waits
from katip.audit.models import Event, LogEntry
from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR
from tests.cast import AT

pytestmark = pytest.mark.django_db


def happen(count: int = 1, *, tag: str = "audit:test:made") -> list[int]:
    """Record so many events; returns their numbers."""
    with transaction.atomic():
        record(OPERATOR, AT, *(Happening(tag, no, {"no": no}) for no in range(count)))
    return list(Event.objects.order_by("-pk").values_list("pk", flat=True)[:count])[::-1]


def test_events_get_positions_in_their_order_and_wait_no_more() -> None:
    numbers = happen(3)
    assert waits()
    assert sequence(AT) == 3
    assert list(LogEntry.objects.order_by("position").values_list("position", "event_id")) == list(enumerate(numbers))
    assert not waits()
    assert sequence(AT) == 0
    later = happen(2)
    assert sequence_all(AT) == 2
    assert list(LogEntry.objects.order_by("position").values_list("event_id", flat=True)) == numbers + later
