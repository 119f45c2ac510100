"""What waits where and since when, as it is read for metrics, the doctor and the operator's page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from katip.audit.log.sequence import sequence_all
from katip.audit.log.stream import stream_consume
from katip.audit.services.backup_note import MADE, backup_note
from katip.core.actor import OPERATOR
from katip.core.jobs import job_defer
from katip.documents.seal.models import WaitingSeal
from katip.notices.models import Channel, ChannelRest, Delivery
from katip.updates.models import Feed, FeedSource, FeedState
from katip.watch import queues
from katip.watch.queues import channels_read, hands_now, jobs_failing, jobs_waiting_by_queue, places_waiting
from katip.watch.register import backup_last, database_read, feed_read, log_read, month_read, swept_last
from tests.cast import World
from tests.months import month_make

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(hours=5)

pytestmark = pytest.mark.django_db


def job_set(number: int, **columns: str | int | datetime) -> None:
    given = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procrastinate_jobs SET {given} WHERE id = %s", [*columns.values(), number])  # noqa: S608 -- names of this file


def jobs_defer(count: int) -> list[int]:
    with transaction.atomic():
        job_defer("documents_make", times=count)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs ORDER BY id DESC LIMIT %s", [count])
        return sorted(number for (number,) in cursor.fetchall())


def since(queue: str) -> datetime:
    told = {one.name: one for one in jobs_waiting_by_queue(datetime.now(UTC))}[queue].since
    assert told is not None
    return told


def test_an_empty_installation_waits_for_nothing() -> None:
    known = jobs_waiting_by_queue(NOW)
    assert {"documents", "months", "runs"} <= {one.name for one in known} or len(known) > 1
    assert not any(one.count or one.failing or one.running or one.since for one in known)
    assert jobs_failing() == []
    assert [one.waiting.count for one in channels_read(NOW)] == [0, 0, 0]
    assert not any(one.count or one.since for one in places_waiting(NOW))
    assert (log_read().waiting, hands_now(NOW)) == (0, 0)
    assert (backup_last(), swept_last(), month_read()) == (None, None, None)
    assert feed_read().last is None


def test_jobs_are_told_by_queue_with_the_age_of_the_oldest() -> None:
    _first, failing, later, running, dead = jobs_defer(5)
    assert since("documents") >= NOW - timedelta(minutes=1)
    job_set(failing, attempts=3, scheduled_at=LONG_AGO)
    job_set(later, scheduled_at=NOW + timedelta(minutes=1))
    job_set(running, status="doing", attempts=1)
    job_set(dead, status="failed", attempts=1)
    told = {one.name: one for one in jobs_waiting_by_queue(NOW)}["documents"]
    assert (told.count, told.running, told.failing) == (2, 1, 2)
    assert told.since == LONG_AGO
    assert [(one.number, one.attempts, one.dead) for one in jobs_failing()] == [(failing, 3, False), (dead, 1, True)]


def test_counting_ends_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "MOST", 3)
    jobs_defer(5)
    assert {one.name: one for one in jobs_waiting_by_queue(NOW)}["documents"].count == 3


def delivery(channel: Channel, *, due: datetime, tries: int = 0, rank: int = 1) -> None:
    Delivery.objects.create(
        channel=channel, kind="any", address_sealed=b"", address_key="", rank=rank, tries=tries,
        made_at=due, due_at=due, ends_at=due + timedelta(days=3),
    )  # fmt: skip


def test_messages_are_told_by_channel_and_those_of_later_do_not_wait() -> None:
    delivery(Channel.EMAIL, due=LONG_AGO, tries=1)
    delivery(Channel.EMAIL, due=NOW - timedelta(minutes=1), rank=0)
    delivery(Channel.EMAIL, due=NOW + timedelta(hours=1))
    until = NOW + timedelta(minutes=2)
    ChannelRest.objects.create(channel=Channel.SMS, failures=2, since=LONG_AGO, until=until, code="http_500")
    email, sms, kep = sorted(channels_read(NOW), key=lambda one: one.waiting.name != "email")
    assert (email.waiting.count, email.waiting.since, email.waiting.failing) == (2, LONG_AGO, 1)
    resting = sms if sms.waiting.name == "sms" else kep
    assert (resting.rests_until, resting.failing_since, resting.code) == (until, LONG_AGO, "http_500")


def test_what_rooms_keep_waiting_is_told_with_its_age() -> None:
    WaitingSeal.objects.create(file_id=7, since=LONG_AGO)
    told = {one.name: one for one in places_waiting(NOW)}
    assert (told["timestamps"].count, told["timestamps"].since) == (1, LONG_AGO)


def test_documents_wait_by_their_urgency(world: World) -> None:
    world.active(at=NOW)
    told = {one.name: one for one in places_waiting(NOW)}
    assert (told["documents"].count, told["documents"].since, told["documents_later"].count) == (1, NOW, 0)


def test_the_log_tells_what_waits_for_its_place_and_how_far_its_readers_are() -> None:
    backup_note(actor=OPERATOR, at=LONG_AGO, tag=MADE, detail={})
    assert log_read().waiting == 1
    assert log_read().since is not None
    stream_consume("trial", lambda _entries, _at: None, NOW)
    sequence_all(NOW)
    before = log_read()
    assert (before.waiting, before.since, before.checkpoint_at) == (0, None, NOW)
    assert [(one.name, one.behind, one.since) for one in before.readers] == [("trial", before.size, LONG_AGO)]
    stream_consume("trial", lambda _entries, _at: None, NOW)
    assert [(one.behind, one.since) for one in log_read().readers] == [(0, None)]


def test_the_newest_backup_is_known() -> None:
    for at in (LONG_AGO, NOW):
        backup_note(actor=OPERATOR, at=at, tag=MADE, detail={"bytes": 5})
    told = backup_last()
    assert told is not None
    assert (told.at, told.detail) == (NOW, {"bytes": 5})


def test_the_feed_and_the_month_are_told() -> None:
    Feed.objects.create(source=FeedSource.FILE, name="ekim.csv", state=FeedState.REFUSED, begun_at=NOW)
    assert feed_read().refused
    month_make()
    told = month_read()
    assert told is not None
    assert told.run.state


def test_the_database_tells_of_itself() -> None:
    told = database_read()
    assert told.size > 0
    assert 0 < told.connections < told.most_connections
    assert told.replicas == ()
