"""What this process does, counted for Prometheus. Figures only: a label is a name of the program's, never a person's.

Counting costs some microseconds and asks nobody. Who gives the figures out is `katip.cli.metrics`. docs/seeing.md tells
what each means; a test holds that list, the alerts and these names together.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_STATEMENTS = (0, 2, 5, 10, 15, 20, 30, 50, 100)
_JOB_SECONDS = (0.1, 1, 5, 15, 60, 300, 1800)

REQUESTS = Histogram(
    "katip_request_seconds",
    "Time from a request's arrival in the web process to its answer.",
    ("route", "method", "status"),
    buckets=_SECONDS,
)
REQUEST_STATEMENTS = Histogram(
    "katip_request_statements", "Statements that a request put to the database.", ("route",), buckets=_STATEMENTS
)
REQUEST_DATABASE = Counter("katip_request_database_seconds", "Time that requests waited for the database.", ("route",))
REQUEST_CPU = Counter("katip_request_cpu_seconds", "Processor time of requests in the web process.", ("route",))
REQUESTS_NOW = Gauge("katip_requests_in_progress", "Requests that are being answered.", multiprocess_mode="livesum")
POOL = Gauge(
    "katip_pool_connections", "Connections of web processes, by what they do.", ("state",), multiprocess_mode="livesum"
)
POOL_WAITING = Gauge("katip_pool_waiting", "Requests that wait for a connection.", multiprocess_mode="livesum")
JOBS = Histogram("katip_job_seconds", "Time that a job took.", ("job", "outcome"), buckets=_JOB_SECONDS)
EVENTS = Counter("katip_events", "What happened in the register, by the audit event's tag.", ("tag",))
DELIVERIES = Counter("katip_deliveries", "Messages that were tried, by channel and outcome.", ("channel", "outcome"))
SWEEPS = Counter("katip_sweeps", "Times that what the days bring was done, by how it ended.", ("outcome",))


def happened(tags: Iterable[str]) -> None:
    """Count events once their transaction is committed: what is rolled back never happened."""
    counted = list(tags)

    def count() -> None:
        for tag in counted:
            EVENTS.labels(tag).inc()

    transaction.on_commit(count, robust=True)


def pool_measure() -> None:
    """Tell how many connections this process holds and uses, where it has a pool."""
    pool = getattr(connection, "pool", None)
    if pool is None:
        return
    told = pool.get_stats()
    idle = told.get("pool_available", 0)
    POOL.labels("idle").set(idle)
    POOL.labels("used").set(told.get("pool_size", 0) - idle)
    POOL_WAITING.set(told.get("requests_waiting", 0))
