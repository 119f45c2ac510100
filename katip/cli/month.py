"""`katip month …`: plan a month's automatic update, carry it out, and look at how far it is.

Everything can be called again after whatever happened: a month that was begun is gone on with, never begun twice.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from katip.cli.database import database_tend
from katip.cli.hands import GIVES_WAY, Hands, hands_run, hands_usual
from katip.cli.stopping import StopRequested, signals_set

if TYPE_CHECKING:
    from katip.updates.models import MonthRun
    from katip.updates.selectors import Progress

_BAR = 30
_PLAIN_SECONDS = 10.0
_TERMINAL_SECONDS = 0.5
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 15.0

_SUMMARY = {
    "workplaces_changed": "workplaces with other figures",
    "workplaces": "workplaces whose contracts it touches",
    "amended": "contracts that follow by themselves",
    "asked": "contracts of which the employer is asked",
    "provider": "contracts of which the provider is asked: a professional has too few minutes",
    "person": "contracts that no longer serve: a person must be found",
    "ended": "contracts that end: nobody is employed any more",
    "missing": "professions newly missing at a workplace",
    "minutes_before": "minutes a month before, of the contracts it touches",
    "minutes_after": "minutes a month after",
}
_REFUSED = {
    "month_not_told": "No headcounts of that month have come yet: script/katip import headcounts FILE",
    "month_past": "Headcounts of a later month have come. Contracts never change backwards; plan that one.",
    "month_under_way": "Another month is being carried out.",
}


class _Period(click.ParamType[date]):
    """A month, `2026-11`; its first day."""

    name = "YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail(f"{value} is no month: write it as 2026-11.", param, ctx)


_whole = click.option("--all", "whole", is_flag=True, help="Every workplace, not only those whose figures changed.")


@click.group("month", short_help="Plan a month's automatic update, carry it out, watch it.")
def command() -> None:
    """Plan a month's automatic update, carry it out, and look at how far it is. See docs/month.md."""
    signals_set()


@command.command("plan")
@click.argument("period", type=_Period())
@_whole
def plan(period: date, *, whole: bool) -> None:
    """Say what the month would do. Changes no contract."""
    try:
        summary_show(_plan(period, whole=whole).summary)
    except StopRequested:
        click.echo("Stopped. Nothing was planned.")
        sys.exit(1)
    click.echo(f"Nothing is carried out. To do so: script/katip month apply {period:%Y-%m}")


@command.command("apply")
@click.argument("period", type=_Period())
@_whole
@click.option(
    "--hands",
    "count",
    type=click.IntRange(1, 64),
    default=hands_usual,
    show_default="a core each, 4 at most",
    help="Processes on this machine, this one included.",
)
@click.option("--leave", is_flag=True, help="Leave the work to the workers, and return.")
def apply(period: date, *, whole: bool, count: int, leave: bool) -> None:
    """Plan the month anew and carry it out; go on with one that was begun.

    It may be stopped or killed at any moment, and called again. Workers that run elsewhere help by themselves.
    """
    from django.db import DatabaseError

    again = f"script/katip month apply {period:%Y-%m} goes on where it stood."
    try:
        run = _begin(period, whole=whole)
        if leave:
            click.echo("Left to the workers. How far they are: script/katip month watch")
            return
        os.nice(GIVES_WAY)  # as the hands beside it
        with hands_run(count - 1, "month") as others:
            _work(run, others)
    except StopRequested:
        click.echo(f"\nStopped. {again}")
        sys.exit(1)
    except DatabaseError as error:
        reason = str(error).split("\n")[0]
        raise click.ClickException(f"The database does not answer as it should ({reason}). {again}") from error


@command.command("status")
def status() -> None:
    """Say how far the newest month is."""
    from katip.core.jobs import hands_alive
    from katip.updates.selectors import UNFINISHED, run_progress

    run = _newest()
    progress = run_progress(run.pk)
    click.echo(f"{run.period:%Y-%m}: {run.state}, planned {run.planned_at:%Y-%m-%d %H:%M} UTC.")
    summary_show(run.summary)
    if run.state in UNFINISHED:
        click.echo(_line(run, progress))
        now = datetime.now(UTC)
        if progress.last_at:
            click.echo(f"The last chunk was written {(now - progress.last_at).total_seconds():,.0f} s ago.")
        click.echo(f"{_count(hands_alive(now), 'hand')} heard of in the last half minute.")
    elif run.finished_at and run.at:
        click.echo(f"In force since {run.at:%Y-%m-%d %H:%M:%S} UTC; done {run.finished_at:%Y-%m-%d %H:%M:%S} UTC.")


@command.command("watch")
def watch() -> None:
    """Show how far the month is until it is done, whoever does it."""
    run = _newest()
    show = _Show()
    try:
        while _unfinished(run):
            show(run)
            time.sleep(_TERMINAL_SECONDS)
            run.refresh_from_db(fields=["state"])
    except StopRequested:
        click.echo("\nStopped watching; the month goes on.")
        return
    show.last(run)


def _plan(period: date, *, whole: bool) -> "MonthRun":
    from katip.core.actor import OPERATOR
    from katip.updates.services.month_plan import month_plan

    click.echo(f"Planning {period:%Y-%m} …", err=True)
    begun = time.monotonic()
    with _refusals():
        run = month_plan(actor=OPERATOR, at=datetime.now(UTC), period=period, whole=whole)
    click.echo(f"Planned in {time.monotonic() - begun:.1f} s, in {_count(run.chunks, 'chunk')}.", err=True)
    return run


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the services refuse into a sentence."""
    from katip.core.errors import KatipError, StaleStateError
    from katip.rules import RuleViolation

    try:
        yield
    except RuleViolation as refusal:
        raise click.ClickException(_REFUSED.get(refusal.code, refusal.code)) from refusal
    except StaleStateError as error:
        raise click.ClickException(f"Somebody was faster ({error}). Call it again.") from error
    except KatipError as error:
        raise click.ClickException(f"It was refused ({error}).") from error


def _begin(period: date, *, whole: bool) -> "MonthRun":
    """The run to work on: one that was begun and is not finished, else a new plan, begun."""
    from katip.core.actor import OPERATOR
    from katip.updates.selectors import run_newest
    from katip.updates.services.month_apply import month_begin

    newest = run_newest()
    if newest and _unfinished(newest):
        if newest.period != period:
            month = f"{newest.period:%Y-%m}"
            raise click.ClickException(f"{month} is not finished. Finish it first: script/katip month apply {month}")
        click.echo(f"{period:%Y-%m} was begun and goes on where it stood.")
        return newest
    run = _plan(period, whole=whole)
    summary_show(run.summary)
    with _refusals():
        return month_begin(actor=OPERATOR, at=datetime.now(UTC), run_id=run.pk)


def _work(run: "MonthRun", others: Hands) -> None:
    """Carry out chunks beside the others until none is open, then close the month."""
    from django.db import InterfaceError, OperationalError, connection

    from katip.core.actor import OPERATOR
    from katip.updates.jobs import month_end
    from katip.updates.services.month_apply import chunk_apply

    show, pause = _Show(), _SHORTEST_PAUSE
    while True:
        others.tend()
        database_tend()
        try:
            show(run)
            if not chunk_apply(actor=OPERATOR, run_id=run.pk):
                if month_end(run.pk, datetime.now(UTC)):
                    break
                time.sleep(_SHORTEST_PAUSE)  # others are writing the last ones
            pause = _SHORTEST_PAUSE
        except (OperationalError, InterfaceError) as error:  # nothing is lost: what is not done stays open
            reason = str(error).split("\n")[0]
            click.echo(f"The database does not answer ({reason}). Trying again.", err=True)
            connection.close()
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
    run.refresh_from_db()
    show.last(run)


def _unfinished(run: "MonthRun") -> bool:
    from katip.updates.selectors import UNFINISHED

    return run.state in UNFINISHED


def _newest() -> "MonthRun":
    from katip.updates.selectors import run_newest

    run = run_newest()
    if run is None:
        raise click.ClickException("No month was planned yet: script/katip month plan YYYY-MM")
    return run


def summary_show(summary: Mapping[str, Any]) -> None:
    """What a plan comes to, a line each."""
    figures = [(summary[key], words) for key, words in _SUMMARY.items() if key in summary]
    width = max((len(f"{figure:,}") for figure, _ in figures), default=0)
    for figure, words in figures:
        click.echo(f"  {figure:>{width},}  {words}")


class _Show:
    """Shows a run's progress: a bar that moves on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._moving = self.is_terminal()
        self._every = _TERMINAL_SECONDS if self._moving else _PLAIN_SECONDS
        self._shown = float("-inf")

    def is_terminal(self) -> bool:
        """Whether somebody looks, rather than a file."""
        return sys.stdout.isatty()

    def __call__(self, run: "MonthRun") -> None:
        """Show it, if it is time to."""
        if time.monotonic() - self._shown >= self._every:
            self._print(run)
            self._shown = time.monotonic()

    def last(self, run: "MonthRun") -> None:
        """Show how it ended."""
        self._print(run)
        click.echo("\n" if self._moving else "", nl=False)
        click.echo(f"{run.period:%Y-%m}: {run.state}.")

    def _print(self, run: "MonthRun") -> None:
        from katip.updates.selectors import run_progress

        progress = run_progress(run.pk)
        if not self._moving:
            click.echo(_line(run, progress))
            return
        full = round(_BAR * progress.share)
        click.echo(f"\r\x1b[K[{'#' * full}{'-' * (_BAR - full)}] {_line(run, progress)}", nl=False)


def _line(run: "MonthRun", progress: "Progress") -> str:
    parts = [
        f"{run.period:%Y-%m}",
        f"{100 * progress.share:.0f} %",
        f"{progress.done:,} of {_count(progress.chunks, 'chunk')}",
        f"{progress.lines_done:,} of {_count(progress.lines, 'line')}",
    ]
    if progress.rate:
        parts.append(f"{progress.rate:,.0f} lines/s")
    if progress.seconds_left:
        parts.append(f"{_duration(progress.seconds_left)} left")
    return "  ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
