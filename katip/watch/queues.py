"""What waits to be done: jobs, messages, webhooks, documents, timestamps, and the rows of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from katip.core.jobs import hands_alive
from katip.notices.deliver import channels_open
from katip.notices.models import Channel, ChannelRest

MOST = 10_000
"""what waits is counted no further"""
FAULTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is due at one place: how many (up to `MOST`), since when the oldest, and how many of them failed before."""

    name: str
    count: int
    since: datetime | None = None
    failing: int = 0
    running: int = 0


@dataclass(frozen=True, slots=True)
class FailingJob:
    """A job that did not end well and is tried again at `again`; `dead` where nobody tries it any more."""

    number: int
    name: str
    queue: str
    attempts: int
    since: datetime | None
    again: datetime | None
    dead: bool


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A way out: what is due, whether it rests after it failed as a whole, and why, in a word."""

    waiting: Waiting
    is_open: bool
    rests_until: datetime | None
    failing_since: datetime | None
    code: str
    last_sent: datetime | None


_JOBS = """
WITH live AS MATERIALIZED (
    SELECT id, queue_name, status, attempts, scheduled_at FROM procrastinate_jobs
    WHERE status = ANY ('{todo,doing,failed,aborted}'::procrastinate_job_status[]) LIMIT %(most)s
), told AS (
    SELECT queue_name, least(count(*) FILTER (WHERE is_due), %(most)s) AS due,
           count(*) FILTER (WHERE status = 'doing') AS running,
           count(*) FILTER (WHERE attempts > 0 AND status <> 'doing') AS failing,
           min(scheduled_at) FILTER (WHERE is_due) AS planned,
           min(id) FILTER (WHERE is_due AND scheduled_at IS NULL) AS first
    FROM (SELECT *, status = 'todo' AND coalesce(scheduled_at <= %(at)s, true) AS is_due FROM live) AS live
    GROUP BY queue_name
)
SELECT queue_name, due, running, failing,
       least(planned, (SELECT max(at) FROM procrastinate_events
                       WHERE job_id = first AND type IN ('deferred', 'deferred_for_retry', 'retried')))
FROM told
"""


def jobs_waiting_by_queue(at: datetime) -> list[Waiting]:
    """Every queue that this program knows or that has jobs, by name."""
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, {"at": at, "most": MOST})
        found = {
            name: Waiting(name, due, since, failing=failing, running=running)
            for name, due, running, failing, since in cursor.fetchall()
        }
    known = {task.queue for task in app.tasks.values() if task.queue != "builtin"}
    return [found.get(name) or Waiting(name, 0) for name in sorted(known | found.keys())]


_FAILING = """
SELECT job.id, job.task_name, job.queue_name, job.attempts,
       (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id), job.scheduled_at, job.status
FROM (SELECT * FROM procrastinate_jobs
      WHERE status = ANY ('{todo,failed,aborted}'::procrastinate_job_status[]) LIMIT %(most)s) AS job
WHERE job.attempts > 0 ORDER BY job.attempts DESC, job.id LIMIT %(shown)s
"""


def jobs_failing() -> list[FailingJob]:
    """Jobs that failed and were not done since, those tried most often first; a few."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILING, {"most": MOST, "shown": FAULTS_SHOWN})
        return [
            FailingJob(number, name, queue, attempts, since, None if status != "todo" else again, status != "todo")
            for number, name, queue, attempts, since, again, status in cursor.fetchall()
        ]


_DELIVERIES = """
SELECT channel, sum(due.count)::int, min(due.since), sum(due.failing)::int
FROM unnest(%(channels)s::text[]) AS channel
CROSS JOIN generate_series(0, 2) AS rank
CROSS JOIN LATERAL (
    SELECT count(*) AS count, min(due_at) AS since, count(*) FILTER (WHERE tries > 0) AS failing
    FROM (SELECT due_at, tries FROM notices_delivery
          WHERE state = 'waiting' AND channel = channel.channel AND rank = rank.rank AND due_at <= %(at)s
          ORDER BY due_at LIMIT %(most)s) AS first
) AS due GROUP BY channel
"""


def channels_read(at: datetime) -> list[ChannelState]:
    """Every channel: those that nothing leaves by hold nothing that waits for long."""
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERIES, {"at": at, "most": MOST, "channels": list(Channel.values)})
        due = {name: Waiting(name, min(count, MOST), since, failing=failing) for name, count, since, failing in cursor}
    rests = {one.channel: one for one in ChannelRest.objects.all()}
    open_now = channels_open()
    return [_channel(due.get(name) or Waiting(name, 0), rests.get(name), open_now, at) for name in Channel.values]


def _channel(due: Waiting, rest: ChannelRest | None, open_now: Any, at: datetime) -> ChannelState:
    resting = rest.until if rest is not None and rest.failures and rest.until and rest.until > at else None
    return ChannelState(
        waiting=due,
        is_open=due.name in open_now,
        rests_until=resting,
        failing_since=rest.since if rest is not None and rest.failures else None,
        code=rest.code if rest is not None else "",
        last_sent=rest.last_sent_at if rest is not None else None,
    )


_OTHERS = {
    "hooks": """
        SELECT count(*), min(next_at), count(*) FILTER (WHERE failures > 0)
        FROM (SELECT next_at, failures FROM notices_hooksubscription
              WHERE state = 'active' AND next_at <= %(at)s ORDER BY next_at LIMIT %(most)s) AS due
    """,
    "documents": """
        SELECT count(*), min(at), count(*) FILTER (WHERE fault <> '')
        FROM (SELECT at, fault FROM documents_document
              WHERE state = 'waiting' AND urgency >= 1 ORDER BY urgency DESC, id LIMIT %(most)s) AS due
    """,
    "documents_later": """
        SELECT count(*), min(at), count(*) FILTER (WHERE fault <> '')
        FROM (SELECT at, fault FROM documents_document
              WHERE state = 'waiting' AND urgency = 0 ORDER BY id LIMIT %(most)s) AS due
    """,
    "receipts": """
        SELECT count(*), min(due.at), count(*) FILTER (WHERE fault <> '')
        FROM (SELECT (SELECT done_at FROM runs_run WHERE id = receipt.run_id) AS at, fault
              FROM runs_runreceipt AS receipt WHERE made_at IS NULL ORDER BY is_own, id LIMIT %(most)s) AS due
    """,
    "timestamps": """
        SELECT count(*), min(since), 0
        FROM (SELECT since FROM seal_waitingseal ORDER BY id LIMIT %(most)s) AS due
    """,
    "runs": """
        SELECT count(*), min(coalesce(moved_at, begun_at)), 0
        FROM (SELECT moved_at, begun_at FROM runs_run
              WHERE state IN ('waiting', 'running') ORDER BY id LIMIT %(most)s) AS due
    """,
}
"""Each a place where something waits: how many, since when the oldest, how many failed. `runs` counts runs, and since
when nothing moved in the one that stands longest."""


def places_waiting(at: datetime, names: Sequence[str] = tuple(_OTHERS)) -> list[Waiting]:
    """What waits in the tables of rooms, in the order of `names`."""
    found = []
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(_OTHERS[name], {"at": at, "most": MOST})
            count, since, failing = cursor.fetchone()
            found.append(Waiting(name, count, since, failing=failing))
    return found


def hands_now(at: datetime) -> int:
    """How many hands have given a sign of life lately, on all machines."""
    return hands_alive(at)
