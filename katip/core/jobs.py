"""Work that is asked for in a transaction and done after it, by whichever hand is free: the queue of jobs.

A job is a row (procrastinate's) written by the transaction of the use case: rolled back, it was never there. Hands
(`katip worker`) take jobs on any machine. A job may be lost in the middle or done twice, so it must be a *call to work*
whose truth lies in tables of ours, and must do nothing twice. No queueing lock is ever set: inside a transaction the
second caller would wait for the first one's commit and then fail.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from traceback import clear_frames
from typing import Any

from asgiref.sync import async_to_sync
from django.db import transaction
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.contrib.django.utils import connector_params
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.tasks import configure_task

from katip.core.metrics import JOBS
from katip.core.tracing import job_span

HEARTBEAT_SECONDS = 5
"""how often a hand says that it lives"""
SILENT_SECONDS = 30
"""after so many seconds without a word a hand is taken for dead"""
_POLL_SECONDS = 1.0
_WAIT_SECONDS = 3.0
_LONGEST_PAUSE = 300

log = logging.getLogger("katip.jobs")

Stopping = Callable[[], bool]
"""asks whether the hand is to stop: a long job ends early then"""


class _Patient(BaseRetryStrategy):
    """Tries again after 2, 4, 8 … seconds, five minutes at most, for as long as it takes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """When to try again."""
        del exception
        seconds = min(2 ** min(job.attempts + 1, 10), _LONGEST_PAUSE)
        return RetryDecision(retry_in={"seconds": seconds})


def job(name: str, *, queue: str, priority: int = 0) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function the job `name`: called by a hand as `function(stopping, **arguments)`, again until it returns.

    Jobs of a higher `priority` are taken first. Stands in a room's `jobs.py`, which is found there when Django starts.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        def run(context: JobContext, /, **arguments: Any) -> None:
            begun = time.perf_counter()
            try:
                with job_span(name):
                    function(context.should_abort, **arguments)
                JOBS.labels(name, "done").observe(time.perf_counter() - begun)
            except Exception as error:
                JOBS.labels(name, "failed").observe(time.perf_counter() - begun)
                log.exception("The job %s %s did not end well; it is tried again.", name, arguments)
                # A half-read cursor in a frame of the traceback would be closed when memory is tidied up, perhaps in
                # the middle of the next query, and wait for that one for ever: it is closed now.
                clear_frames(error.__traceback__)
                raise

        app.task(name=name, queue=queue, priority=priority, pass_context=True, retry=_Patient())(run)
        return function

    return register


def job_defer(name: str, *, times: int = 1, **arguments: Any) -> None:
    """Ask for the job `name` in the transaction that is open, `times` times. `arguments` are plain JSON values.

    Goes over Django's own connection, also where it is called by a job: a hand's connection would commit by itself.
    """
    task = app.tasks[name]
    manager = JobManager(DjangoConnector())
    configure_task(name=name, job_manager=manager, queue=task.queue, priority=task.priority).batch_defer(
        *[arguments] * times
    )


def jobs_waiting(name: str, **arguments: Any) -> int:
    """How many jobs `name` with exactly these arguments nobody has taken yet."""
    return ProcrastinateJob.objects.filter(
        task_name=name, args=arguments, status="todo", queue_name=app.tasks[name].queue
    ).count()


def queues_known() -> list[str]:
    """The queues that jobs of ours are in."""
    return sorted({task.queue for task in app.tasks.values() if task.queue != "builtin"})


def jobs_rescue(at: datetime) -> int:
    """Let the jobs of hands that died be taken by others; returns how many."""
    manager = JobManager(DjangoConnector())
    with transaction.atomic():
        stalled = async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=SILENT_SECONDS)
        ids = [one.id for one in stalled if one.id is not None]
        for no in ids:
            manager.retry_job_by_id(no, at)
    return len(ids)


def hands_alive(at: datetime) -> int:
    """How many hands have given a sign of life lately, on all machines."""
    return sum(
        (at - beat).total_seconds() < SILENT_SECONDS
        for beat in ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("last_heartbeat", flat=True)[
            :500
        ]
    )


async def jobs_do(queues: list[str] | None = None) -> None:
    """Take jobs and do them, one at a time, until cancelled: then the running one is told to stop, and awaited.

    Raises what the database raised when it went away; nothing is lost by that. Asks for new jobs every second instead
    of listening, which works through pgbouncer too and holds no connection.
    """
    chosen: dict[str, Any] = {"queues": queues} if queues else {}
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2, timeout=_WAIT_SECONDS)
    with app.replace_connector(connector) as worker:
        async with worker.open_async():
            await worker.run_worker_async(
                **chosen,
                concurrency=1,
                listen_notify=False,
                fetch_job_polling_interval=_POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=SILENT_SECONDS,
                shutdown_graceful_timeout=0,
                install_signal_handlers=False,
                delete_jobs="successful",
            )
