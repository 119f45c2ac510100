"""How the installation is, as families of figures for Prometheus. docs/seeing.md tells what each means."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from katip import __version__
from katip.core.schema import finish_due
from katip.watch.queues import (
    Waiting,
    channels_read,
    hands_now,
    jobs_waiting_by_queue,
    places_waiting,
)
from katip.watch.register import (
    LogState,
    backup_last,
    database_read,
    feed_read,
    log_read,
    month_read,
    swept_last,
)

_SELDOM = 600
"""seconds between looks at the migrations: that takes a moment of the processor"""


def families(at: datetime) -> Iterator[Metric]:
    """Everything there is to tell at `at`; some twenty statements, each by an index. Raises `DatabaseError`."""
    yield _gauge("katip_build_info", "The version of Katip that looks.", 1, version=__version__)
    yield from _jobs(at)
    yield from _waiting(at)
    yield from _log(log_read(), at)
    yield from _register(at)
    yield from _database()


def _jobs(at: datetime) -> Iterator[Metric]:
    yield _gauge("katip_hands", "Hands that gave a sign of life lately, on all machines.", hands_now(at))
    queues = jobs_waiting_by_queue(at)
    failing = [(one.name, one.failing) for one in queues]
    yield _by("katip_jobs_waiting", "Jobs that are due.", "queue", [(one.name, one.count) for one in queues])
    yield _by("katip_jobs_running", "Jobs that are being done.", "queue", [(one.name, one.running) for one in queues])
    yield _by("katip_jobs_failing", "Jobs that failed and are tried again.", "queue", failing)
    yield _by("katip_jobs_oldest_seconds", "Age of the oldest due job.", "queue", _ages(queues, at))


def _waiting(at: datetime) -> Iterator[Metric]:
    places = places_waiting(at)
    yield _by("katip_waiting", "What waits in a room's table.", "place", [(one.name, one.count) for one in places])
    yield _by(
        "katip_waiting_failing", "Of that, what failed before.", "place", [(one.name, one.failing) for one in places]
    )
    yield _by("katip_waiting_oldest_seconds", "Age of the oldest of it.", "place", _ages(places, at))
    channels = channels_read(at)
    due = [one.waiting for one in channels]
    yield _by("katip_messages_waiting", "Messages that are due.", "channel", [(one.name, one.count) for one in due])
    yield _by("katip_messages_oldest_seconds", "Age of the oldest due message.", "channel", _ages(due, at))
    failing = [(one.waiting.name, _age(one.failing_since, at)) for one in channels]
    yield _by("katip_channel_failing_seconds", "For how long a channel has failed as a whole.", "channel", failing)


def _log(log: LogState, at: datetime) -> Iterator[Metric]:
    yield _gauge("katip_log_size", "Entries of the log of events.", log.size)
    yield _gauge("katip_log_waiting", "Events without a place in the log.", log.waiting)
    yield _gauge("katip_log_oldest_seconds", "Age of the oldest of them.", _age(log.since, at))
    yield _moment("katip_log_checkpoint_timestamp_seconds", "When the log's head was signed last.", log.checkpoint_at)
    readers = [(one.name, one.behind) for one in log.readers]
    yield _by("katip_log_reader_behind", "Entries that a reader has still to read.", "reader", readers)
    ages = [(one.name, _age(one.since, at)) for one in log.readers]
    yield _by("katip_log_reader_lag_seconds", "Age of the entry that a reader reads next.", "reader", ages)


def _register(at: datetime) -> Iterator[Metric]:
    yield _moment("katip_sweep_timestamp_seconds", "When what the days bring was done last.", swept_last())
    backup = backup_last()
    yield _moment("katip_backup_timestamp_seconds", "When katip backup succeeded last.", backup.at if backup else None)
    feed, month = feed_read(), month_read()
    taken = feed.last.taken_at if feed.last else None
    yield _moment("katip_feed_timestamp_seconds", "When the last feed was taken.", taken)
    yield _gauge("katip_feed_refused", "Whether the last feed was refused.", feed.refused)
    under_way = month is not None and month.under_way
    yield _gauge("katip_month_under_way", "Whether a month is being carried out.", under_way)
    still = _age(month.moved_at, at) if month is not None and under_way else 0
    yield _gauge("katip_month_still_seconds", "For how long the month that is carried out has not moved.", still)
    yield _gauge(
        "katip_finish_due",
        "Whether katip migrate --finish is to be called.",
        _finish_due(int(at.timestamp()) // _SELDOM),
    )


@lru_cache(maxsize=1)
def _finish_due(_moment: int) -> bool:
    return bool(finish_due("default"))


def _database() -> Iterator[Metric]:
    told = database_read()
    yield _gauge("katip_database_bytes", "Size of the database.", told.size)
    yield _gauge("katip_database_connections", "Connections to the server.", told.connections)
    yield _gauge("katip_database_connections_most", "Connections that it takes.", told.most_connections)
    yield _gauge("katip_database_oldest_xid", "Transactions since the oldest that is not frozen.", told.oldest_xid)
    yield _gauge("katip_database_replicas", "Servers that follow.", len(told.replicas))
    lags = [(one.name, one.lag) for one in told.replicas if one.lag is not None]
    yield _by("katip_database_replica_lag_seconds", "How far a server is behind, where we may see it.", "replica", lags)


def _age(since: datetime | None, at: datetime) -> float:
    return max((at - since).total_seconds(), 0.0) if since else 0.0


def _ages(places: list[Waiting], at: datetime) -> list[tuple[str, float]]:
    return [(one.name, _age(one.since, at)) for one in places]


def _gauge(name: str, words: str, value: float, **labels: str) -> Metric:
    family = GaugeMetricFamily(name, words, labels=list(labels))
    family.add_metric(list(labels.values()), float(value))
    return family


def _by(name: str, words: str, label: str, values: list[tuple[str, float]] | list[tuple[str, int]]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values:
        family.add_metric([key], float(value))
    return family


def _moment(name: str, words: str, moment: datetime | None) -> Metric:
    """Without a sample where it never was: Prometheus knows `absent`."""
    family = GaugeMetricFamily(name, words)
    if moment is not None:
        family.add_metric([], moment.timestamp())
    return family
