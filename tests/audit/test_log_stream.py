"""The log as an outbox: every entry to every reader, in order, once, whatever happens in between."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime

import psycopg
import pytest
from django.db import connection, connections, transaction

from katip.audit.log import stream
from katip.audit.log.sequence import sequence_all
from katip.audit.log.stream import Streamed, reader_begin, reader_register, stream_consume, streams_run
from katip.audit.models import LogReader
from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from tests.cast import AT
from tests.conftest import owner_connect


class Kept:
    """A handler that keeps what it is given, and refuses subjects on demand."""

    def __init__(self, *refused: int) -> None:
        self.entries: list[Streamed] = []
        self.calls: list[int] = []
        self.refused = refused

    def __call__(self, entries: Sequence[Streamed], at: datetime) -> None:
        assert at == AT
        assert connection.in_atomic_block
        self.calls.append(len(entries))
        if any(entry.subject_id in self.refused for entry in entries):
            raise ValueError
        self.entries += entries

    @property
    def subjects(self) -> list[int | None]:
        return [entry.subject_id for entry in self.entries]


@pytest.fixture(autouse=True)
def _no_other_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_readers", {})


@pytest.fixture
def kept() -> Kept:
    return Kept()


def happen(*subjects: int, tag: str = "audit:test:made") -> None:
    with transaction.atomic():
        record(Actor(5, Capacity.WORKPLACE, 8), AT, *(Happening(tag, no, {"no": no, "ş": "ğ"}) for no in subjects))
    sequence_all(AT)


@pytest.mark.django_db
def test_a_new_reader_begins_at_the_end_and_then_misses_nothing(kept: Kept) -> None:
    happen(1, 2)
    assert stream_consume("test", kept, AT) == 0
    happen(3, 4)
    assert stream_consume("test", kept, AT) == 2
    assert stream_consume("test", kept, AT) == 0
    happen(5)
    assert stream_consume("test", kept, AT) == 1
    assert kept.subjects == [3, 4, 5]
    entry = kept.entries[0]
    assert (entry.position, entry.at, entry.tag) == (2, AT, "audit:test:made")
    assert (entry.actor_id, entry.capacity, entry.organisation_id) == (5, "workplace", 8)
    assert entry.detail == {"no": 3, "ş": "ğ"}


@pytest.mark.django_db
def test_what_waits_for_its_position_is_not_read_yet(kept: Kept) -> None:
    reader_begin("test", 0)
    with transaction.atomic():
        record(Actor(None), AT, Happening("audit:test:made", 1))
    assert stream_consume("test", kept, AT) == 0
    sequence_all(AT)
    assert stream_consume("test", kept, AT) == 1


@pytest.mark.django_db
def test_readers_have_places_of_their_own_and_tags(kept: Kept) -> None:
    other = Kept()
    reader_begin("test", 0)
    reader_begin("other", 0)
    happen(1)
    happen(2, tag="audit:test:ended")
    assert stream_consume("test", kept, AT, tags=frozenset({"audit:test:ended"})) == 2
    assert stream_consume("other", other, AT, limit=1) == 1
    assert (kept.subjects, other.subjects) == ([2], [1])
    assert dict(LogReader.objects.values_list("name", "position")) == {"test": 2, "other": 1}
    reader_begin("other", 0)
    assert LogReader.objects.get(name="other").position == 1


@pytest.mark.django_db
def test_one_that_cannot_be_handled_keeps_only_what_follows_it() -> None:
    refusing = Kept(3)
    reader_begin("test", 0)
    happen(1, 2, 3, 4)
    with pytest.raises(ValueError):  # noqa: PT011 -- the handler's own
        stream_consume("test", refusing, AT)
    assert refusing.subjects == [1, 2]
    refusing.refused = ()
    assert stream_consume("test", refusing, AT) == 2
    assert refusing.subjects == [1, 2, 3, 4]


@pytest.mark.django_db
def test_a_failing_reader_keeps_no_other_waiting(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    reader_register("failing", Kept(1))
    reader_register("test", kept)
    streams_run(AT, lambda: False)
    happen(*range(1, 700))
    assert streams_run(AT, lambda: False) == 699
    assert kept.subjects == list(range(1, 700))
    assert kept.calls == [500, 199]
    assert "The reader failing of the log stands still" in caplog.text
    happen(700)
    assert streams_run(AT, lambda: True) == 0


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_nothing_is_lost_or_twice(kept: Kept) -> None:
    reader_begin("test", 0)
    happen(1, 2)

    def dies(entries: Sequence[Streamed], at: datetime) -> None:
        kept(entries, at)
        reader_begin("trace", 0)
        connection.close()

    with pytest.raises(transaction.TransactionManagementError):
        stream_consume("test", dies, AT)
    assert LogReader.objects.values_list("name", "position").get() == ("test", 0)


@pytest.fixture
def holder() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    parameters = connections["default"].get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters) as other:
        yield other


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_read_the_same(kept: Kept, holder: "psycopg.Connection[tuple[object, ...]]") -> None:
    reader_begin("test", 0)
    happen(1, 2)
    holder.execute("SELECT FROM audit_logreader WHERE name = 'test' FOR UPDATE")
    assert stream_consume("test", kept, AT) == 0
    holder.rollback()
    happen(*range(3, 400))
    seen: list[list[int | None]] = []

    def read() -> None:
        mine = Kept()
        while LogReader.objects.get(name="test").position < 399:
            stream_consume("test", mine, AT, limit=7)
        seen.append(mine.subjects)
        connections.close_all()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for numbers in seen for number in numbers if number) == list(range(1, 400))
    assert all(numbers == sorted(numbers, key=lambda number: number or 0) for numbers in seen)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_erased_detail_is_none(kept: Kept) -> None:
    reader_begin("test", 0)
    happen(1)
    with owner_connect() as owner:
        owner.execute("DELETE FROM audit_eventdetail")
    stream_consume("test", kept, AT)
    assert kept.entries[0].detail is None
