"""`katip import KIND FILE`: bring in one of the operator's lists."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from katip.core.imports import Fault, ImportFailedError, ImportResult
    from katip.core.imports.reader import Progress
    from katip.documents.services.carry import CarryResult
    from katip.updates.services.feed_take import FeedResult

KINDS = (
    "people",
    "activities",
    "workplaces",
    "providers",
    "professionals",
    "staff",
    "mandates",
    "officials",
    "payments",
    "leave_days",
)
HEADCOUNTS = "headcounts"
"""the month's feed: bad lines are set aside, the rest is taken"""
CONTRACTS = "contracts"
"""the migration: no list of the registry's, but what another register exports"""


JUDGED_AFTER = {"activities", "workplaces"}
"""what these bring decides whether contracts are enough"""


@click.command("import", short_help="Bring in one of the operator's lists.")
@click.argument("kind", type=click.Choice([*KINDS, HEADCOUNTS, CONTRACTS]), metavar="KIND")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Faults shown on the screen.")
@click.option(
    "--bad-limit", type=click.IntRange(min=0), help="headcounts: lines that may be wrong.  [default: 1 %, but 100]"
)
@click.option("--dry-run", is_flag=True, help="headcounts: say what the month would do, and take nothing.")
def command(kind: str, file: Path, limit: int, bad_limit: int | None, *, dry_run: bool) -> None:
    """Bring in one of the operator's lists, all of FILE or nothing of it.

    KIND is one of: people, activities, workplaces, headcounts, providers, professionals, staff, mandates, officials,
    payments, leave_days, contracts. FILE is text with a header line; docs/import.md tells its columns. A file with
    faults changes nothing: the first faults are shown here, all of them stand in FILE's .errors.csv.

    headcounts is the month's feed, text or Parquet (docs/feed.md): lines with faults are set aside and the rest is
    taken, unless there are more of them than --bad-limit. With --dry-run nothing is taken: it says how many workplaces
    would change, and what would become of their contracts.

    contracts is the migration: running contracts from the sheet of 46 columns of another register, .xlsx or text.
    """
    from katip.core.imports import ImportFailedError, ImportRunningError

    if dry_run and kind != HEADCOUNTS:
        raise click.UsageError("--dry-run is for headcounts; the other lists take all of a file or nothing.")
    try:
        if kind == CONTRACTS:
            _carry(file, limit)
        elif dry_run:
            _rehearse(file, bad_limit, limit)
        elif kind == HEADCOUNTS:
            _take(file, bad_limit, limit)
        else:
            _import(kind, file, limit)
    except ImportFailedError as failure:
        _show_failure(file, failure)
        sys.exit(1)
    except ImportRunningError:
        raise click.ClickException(f"Another import of {kind} is running; nothing was changed.") from None


def _import(kind: str, file: Path, limit: int) -> None:
    from django.utils import timezone

    from katip.core.actor import OPERATOR
    from katip.registry.services.imports.run import list_import

    with _progress_bar(file) as progress:
        result = list_import(kind=kind, path=file, actor=OPERATOR, at=timezone.now(), progress=progress, limit=limit)
    _show_result(file, result)
    if kind in JUDGED_AFTER and (result.inserted or result.updated):
        _judge()


def _carry(file: Path, limit: int) -> None:
    from django.utils import timezone

    from katip.core.actor import OPERATOR
    from katip.documents.services.carry import contracts_carry

    _show_carried(file, contracts_carry(actor=OPERATOR, at=timezone.now(), path=file, limit=limit))


def _take(file: Path, bad_limit: int | None, limit: int) -> None:
    """Take the month's feed, and judge the contracts that it concerns where they are few."""
    from django.utils import timezone

    from katip.core.actor import OPERATOR
    from katip.updates.services.feed_judge import feed_judge
    from katip.updates.services.feed_take import feed_take

    at = timezone.now()
    with _progress_bar(file) as progress:
        result = feed_take(actor=OPERATOR, at=at, path=file, progress=progress, bad_limit=bad_limit, limit=limit)
    _show_taken(file, result)
    if result.state == "refused":
        sys.exit(1)
    if not result.changed:
        return
    judged = feed_judge(at=at, feed_id=result.feed_id)
    if judged is None:
        click.echo("Contracts are left to the month's update and the daily sweep to judge: too many to do it now.")
    elif judged:
        click.echo(f"{_count(judged, 'contract')} judged differently by the new figures.")


def _rehearse(file: Path, bad_limit: int | None, limit: int) -> None:
    """Say what taking the feed, and its month, would do."""
    from django.utils import timezone

    from katip.cli.month import summary_show
    from katip.core.actor import OPERATOR
    from katip.updates.services.feed_rehearse import feed_rehearse

    with _progress_bar(file) as progress:
        rehearsal = feed_rehearse(
            actor=OPERATOR, at=timezone.now(), path=file, progress=progress, bad_limit=bad_limit, limit=limit
        )
    _show_taken(file, rehearsal.feed)
    if rehearsal.period is None or rehearsal.summary is None:
        click.echo("No month would follow from it. This was a dry run: nothing was taken.")
    else:
        click.echo(f"The month {rehearsal.period:%Y-%m} would come to:")
        summary_show(rehearsal.summary)
        click.echo("This was a dry run: nothing was taken.")
    if rehearsal.feed.state == "refused":
        sys.exit(1)


def _judge() -> None:
    """Hold the contracts in force against the law again, by the figures that came in."""
    from django.utils import timezone

    from katip.contracts.services.sweep import fitness_sweep

    changed = fitness_sweep(at=timezone.now())
    if changed:
        click.echo(f"{_count(changed, 'contract')} judged differently by the new figures.")


@contextmanager
def _progress_bar(file: Path) -> "Iterator[Progress | None]":
    """Show how much of the file is read; on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=max(file.stat().st_size, 1), label=f"Reading {file.name}", file=sys.stderr) as bar:

        def show(done: int, _: int) -> None:
            bar.update(done - bar.pos)

        yield show


def _show_result(file: Path, result: "ImportResult") -> None:
    if result.warnings:
        _show_faults(result.shown_warnings)
        click.echo(f"{_count(result.warnings, 'warning')}, {len(result.shown_warnings)} shown. They refuse nothing.")
    lines = _count(result.rows, "line")
    if result.inserted or result.updated:
        click.echo(f"{file.name}: {lines} read, {_count(result.inserted, 'row')} added, {result.updated} changed.")
    else:
        click.echo(f"{file.name}: {lines} read, nothing to change.")


def _show_taken(file: Path, result: "FeedResult") -> None:
    lines = _count(result.rows, "line")
    if result.known:
        click.echo(f"{file.name}: the same content was taken before, as feed {result.feed_id}; nothing to change.")
        return
    if result.faults:
        _show_faults(result.shown)
        shown = "" if result.faults == len(result.shown) else f", {len(result.shown)} shown"
        click.echo(f"{_count(result.faults, 'fault')} in {_count(result.bad, 'line')}{shown}.", err=True)
        _show_errors_path(result)
    if result.state == "refused":
        click.echo(
            f"{file.name}: {lines} read, {result.bad:,} of them set aside: too many. Nothing was changed.", err=True
        )
        return
    aside = f", {result.bad:,} set aside" if result.bad else ""
    if result.changed:
        changed = _count(result.changed, "workplace")
        click.echo(f"{file.name}: {lines} read{aside}, {changed} changed (feed {result.feed_id}).")
    else:
        click.echo(f"{file.name}: {lines} read{aside}, nothing to change.")


def _show_carried(file: Path, result: "CarryResult") -> None:
    for name in result.ignored:
        click.echo(f"The column “{name}” is none of the sheet's and was ignored.", err=True)
    read, added = _count(result.rows, "line"), _count(result.inserted, "contract")
    click.echo(
        f"{file.name}: {read} read, {added} added, {result.known} known already, {result.left_out} left out since "
        "they do not go on."
    )


def _show_failure(file: Path, failure: "ImportFailedError") -> None:
    _show_faults(failure.shown)
    shown = "" if failure.count == len(failure.shown) else f", {len(failure.shown)} shown"
    click.echo(f"{file.name}: {_count(failure.count, 'fault')}{shown}. Nothing was changed.", err=True)
    _show_errors_path(failure)


def _show_errors_path(failure: "ImportFailedError | FeedResult") -> None:
    if failure.errors_path:
        click.echo(f"All of them are in {failure.errors_path} (it may hold personal data).", err=True)
    else:
        click.echo(f"The file with all of them could not be written: {failure.unwritable}.", err=True)


def _show_faults(faults: "tuple[Fault, ...]") -> None:
    """Print a table; long values are cut, the reason never is."""
    cells = [("line", "column", "value", "reason")]
    cells += [(str(fault.line), fault.column, _short(fault.value), fault.reason) for fault in faults]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    for row in cells:
        start = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        click.echo(f"{start}  {row[3]}", err=True)


_LONGEST_VALUE = 40


def _short(value: str) -> str:
    plain = "".join(character if character.isprintable() else "·" for character in value)
    return plain if len(plain) <= _LONGEST_VALUE else plain[: _LONGEST_VALUE - 1] + "…"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
