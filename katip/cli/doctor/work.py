"""What is done beside the pages: whether somebody does it, and how long it waits."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from katip.core.environment import Environment
from katip.core.finding import Finding, fine, problem, warning

Look = Callable[[Environment], Iterable[Finding]]

_COUNTED = 10_000
_WORKER = "Start katip worker, or katip serve without --web-only; look at what it says in its log."
_LATE, _VERY_LATE = timedelta(minutes=2), timedelta(minutes=15)
_TRIED = 5
_MESSAGES_LATE = timedelta(minutes=30)
_MONTH_LATE = timedelta(hours=12)


def hands_look(environment: Environment) -> Iterator[Finding]:
    """The hands."""
    from katip.core.jobs import hands_alive

    del environment
    alive = hands_alive(datetime.now(UTC))
    if alive:
        yield fine(f"{alive} hands are at work")
        return
    waiting = _rows("SELECT count(*) FROM (SELECT FROM procrastinate_jobs WHERE status = 'todo' LIMIT %s) AS part")[0][
        0
    ]
    told = ("no hand is at work", "Documents are not made and months not carried out.", _WORKER)
    yield problem(*told) if waiting else warning(*told)


def queues_look(environment: Environment) -> Iterator[Finding]:
    """The queues of jobs."""
    del environment
    waiting = _rows("""
        SELECT queue_name, count(*), extract(epoch FROM clock_timestamp() - min(since)), max(attempts)
        FROM (SELECT queue_name, attempts,
                     coalesce(scheduled_at, (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id)) AS since
              FROM procrastinate_jobs AS job
              WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp())
              LIMIT %s) AS part
        GROUP BY queue_name ORDER BY queue_name
    """)
    for queue, count, seconds, tried in waiting:
        age = timedelta(seconds=float(seconds or 0))
        if age > _VERY_LATE:
            yield warning(
                f"{_many(count)} jobs wait in the queue {queue}, the oldest for {_span(age)}",
                "What people were promised comes late.",
                f"More hands: katip worker --queues {queue} on another machine, or --hands N.",
            )
        elif not tried:
            yield fine(f"{_many(count)} jobs wait in the queue {queue}")
    failing = _rows(f"""
        SELECT queue_name, task_name, count(*), max(attempts)
        FROM (SELECT queue_name, task_name, attempts FROM procrastinate_jobs
              WHERE (status = 'todo' AND attempts >= {_TRIED}) OR status = 'failed' LIMIT %s) AS part
        GROUP BY queue_name, task_name ORDER BY max(attempts) DESC LIMIT 5
    """)  # noqa: S608 -- a number of ours
    for queue, task, count, tried in failing:
        yield warning(
            f"{_many(count)} jobs {task} (queue {queue}) do not end well, tried {tried} times",
            "They are tried again every five minutes, and hold what waits for them.",
            "The workers' log says why each time (katip.jobs).",
        )


def sweep_look(environment: Environment) -> Iterator[Finding]:
    """What is due every minute."""
    del environment
    rows = _rows("SELECT clock_timestamp() - at FROM core_fact WHERE name = 'turn:sweep' LIMIT %s", 1)
    why = "Offers do not lapse, announced ends do not come, nobody is reminded."
    if not rows:
        yield warning("what is due every minute was never done here", why, _WORKER)
    elif rows[0][0] > _VERY_LATE:
        yield problem(f"what is due every minute was last done {_span(rows[0][0])} ago", why, _WORKER)
    elif rows[0][0] > _LATE:
        yield warning(f"what is due every minute was last done {_span(rows[0][0])} ago", why, _WORKER)
    else:
        yield fine("what is due every minute is done")


def log_look(environment: Environment) -> Iterator[Finding]:
    """The log of events."""
    from katip.audit.log.keys import log_keys
    from katip.audit.log.notes import NoteError, checkpoint_open
    from katip.core.keys import KeyMissingError

    rows = _rows("SELECT count(*), clock_timestamp() - min(since) FROM (SELECT since FROM audit_logqueue "
                 "ORDER BY event_id LIMIT %s) AS part")  # fmt: skip
    count, age = rows[0]
    if count and age > _LATE:
        told = (
            f"{_many(count)} events wait for their place in the log, the oldest for {_span(age)}",
            "Documents and messages wait for it.",
            f"{_WORKER} The log refuses to go on where the tables disagree with it: katip audit verify",
        )
        yield problem(*told) if age > _VERY_LATE else warning(*told)
    try:
        keys = log_keys() if (environment.log_key or (environment.keys_folder / "log").is_file()) else None
    except (KeyMissingError, NoteError, PermissionError) as error:
        yield problem(f"the log's key cannot be used: {error}", "Nothing gets a place in the log.", "See docs/log.md.")
        return
    newest = _rows("SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT %s", 1)
    if newest and keys is None:
        yield problem(
            f"this machine has no key of the log: no file {environment.keys_folder / 'log'}",
            "It cannot sign the log's heads.",
            "Copy the file from a machine that has it.",
        )
    elif newest and keys is not None:
        try:
            checkpoint_open(newest[0][0], keys.verifiers)
        except NoteError:
            yield problem(
                "the log's newest head was not signed with this machine's key",
                "Two keys are in use: monitors outside would take the log for two.",
                "Copy keys/log from the machine that was last rotated, and start every process anew.",
            )
            return
        yield fine("the log's newest head was signed with this key")


def readers_look(environment: Environment) -> Iterator[Finding]:
    """Those who read the log."""
    del environment
    rows = _rows("""
        SELECT reader.name, clock_timestamp() - event.at
        FROM audit_logreader AS reader
        JOIN audit_logentry AS entry ON entry.position = reader.position
        JOIN audit_event AS event ON event.id = entry.event_id
        LIMIT %s
    """)
    for name, age in rows:
        if age > _VERY_LATE:
            yield warning(
                f"{name} has not read what happened {_span(age)} ago",
                "Messages and webhooks that follow from it wait.",
                f"{_WORKER} A reader that cannot go on says why (katip.log).",
            )


def messages_look(environment: Environment) -> Iterator[Finding]:
    """Messages that are to leave."""
    del environment
    rows = _rows("""
        SELECT channel, count(*), clock_timestamp() - min(due_at)
        FROM (SELECT channel, due_at FROM notices_delivery WHERE state = 'waiting' AND due_at <= clock_timestamp()
              ORDER BY due_at LIMIT %s) AS part GROUP BY channel
    """)
    for channel, count, age in rows:
        if age > _MESSAGES_LATE:
            yield warning(
                f"{_many(count)} messages by {channel} have been due for up to {_span(age)}",
                "People learn late what waits for them; in the register they see it.",
                "katip doctor --reach tries the ways out; docs/notices.md says what each code means.",
            )


def month_look(environment: Environment) -> Iterator[Finding]:
    """A month that is being carried out."""
    del environment
    rows = _rows("""
        SELECT period, state, clock_timestamp() - at FROM updates_monthrun
        WHERE state IN ('applying', 'closing') ORDER BY id DESC LIMIT %s
    """, 1)  # fmt: skip
    for period, state, age in rows:
        if age and age > _MONTH_LATE:
            yield warning(
                f"the month {period:%Y-%m} has been {state} for {_span(age)}",
                "No other month can begin.",
                "katip month watch shows whether it goes on; katip worker --queues month helps it.",
            )


LOOKS: tuple[Look, ...] = (hands_look, queues_look, sweep_look, log_look, readers_look, messages_look, month_look)


def _rows(statement: str, most: int = _COUNTED) -> list[tuple[Any, ...]]:
    """The rows of a statement whose one parameter bounds what it looks at."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [most])
        return list(cursor.fetchall())


def _many(count: int) -> str:
    return f"{_COUNTED:,} or more" if count >= _COUNTED else f"{count:,}"


def _span(age: timedelta) -> str:
    """How long, for people."""
    hours = age / timedelta(hours=1)
    if hours >= 48:  # noqa: PLR2004 -- two days
        return f"{hours / 24:,.0f} days"
    return f"{hours:,.0f} hours" if hours >= 2 else f"{age / timedelta(minutes=1):,.0f} minutes"  # noqa: PLR2004 -- two
