"""The sequencer beside the web server and the hands: what it does by itself, and that it ends with them."""

import threading
import time
from datetime import datetime

import pytest
from django.db import OperationalError, transaction

from katip.audit.log import sequence
from katip.audit.models import LogEntry
from katip.audit.services.record import Happening, record
from katip.cli import sequencer
from katip.core.actor import OPERATOR
from tests.cast import AT

pytestmark = pytest.mark.django_db(transaction=True)


def happen(count: int) -> None:
    with transaction.atomic():
        record(OPERATOR, AT, *(Happening("audit:test:made", no) for no in range(count)))


def placed(count: int) -> bool:
    """Whether so many events have a position, within a while."""
    deadline = time.monotonic() + 30
    while LogEntry.objects.count() < count and time.monotonic() < deadline:
        pass
    return LogEntry.objects.count() == count


def test_what_happens_gets_its_place_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "EVERY_SECONDS", 0.01)
    happen(2)
    with sequencer.sequencing():
        assert placed(2)
        happen(1)
        assert placed(3)
    assert "sequencer" not in {thread.name for thread in threading.enumerate()}
    happen(1)
    assert LogEntry.objects.count() == 3


def test_a_database_that_is_away_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sequencer, "EVERY_SECONDS", 0.01)
    works, asked = sequence.sequence, list[datetime]()

    def fails_twice(at: datetime) -> int:
        asked.append(at)
        if len(asked) <= 2:
            raise OperationalError("the server is away")
        return works(at)

    monkeypatch.setattr(sequence, "sequence", fails_twice)
    happen(1)
    with sequencer.sequencing():
        assert placed(1)
    assert caplog.messages.count("Events wait for their place in the log (the server is away).") == 2
