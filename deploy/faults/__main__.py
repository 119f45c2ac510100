"""`script/test-cluster`: whether an acknowledged approval survives whatever happens to the machines."""

import json
import os
import secrets
import signal
import sys

import click

from deploy.faults.faults import FAULTS, faults_named
from deploy.faults.run import Options, Outcome, run
from deploy.reference.tools import ClusterError

_COLUMNS = (
    "fault",
    "no page for",
    "no approval for",
    "whole after",
    "reads failed",
    "approvals failed",
    "walkers failed",
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--seed", type=int, default=None, help="Draws nodes and timings. Without it another one each time; it is printed."
)
@click.option(
    "--faults",
    "named",
    default="",
    metavar="A,B",
    help="Only these, in this order: " + ", ".join(one.name for one in FAULTS),
)
@click.option("--rounds", type=click.IntRange(1, 100), default=1, show_default=True, help="So many times each.")
@click.option("--minutes", type=click.IntRange(1, 1440), default=None, help="Begin no further fault after so many.")
@click.option(
    "--approvals", type=click.IntRange(100, 50_000), default=None, help="Contracts that wait at the beginning."
)
@click.option(
    "--walkers", type=click.IntRange(0, 40), default=3, show_default=True, help="People who walk the whole way."
)
@click.option(
    "--read-ms", type=click.IntRange(20, 5000), default=100, show_default=True, help="Between two reads of the probe."
)
@click.option(
    "--write-ms",
    type=click.IntRange(20, 5000),
    default=250,
    show_default=True,
    help="Between two approvals of the probe.",
)
@click.option(
    "--wait",
    type=click.IntRange(10, 3600),
    default=600,
    show_default=True,
    help="Seconds for workers to finish at the end.",
)
@click.option("--keep", is_flag=True, help="Leave the cluster up, for a look at it; a later run goes on with it.")
def main(  # noqa: PLR0917 -- click passes them by name
    seed: int | None,
    named: str,
    rounds: int,
    minutes: int | None,
    approvals: int | None,
    walkers: int,
    read_ms: int,
    write_ms: int,
    wait: int,
    *,
    keep: bool,
) -> None:
    """Put load on a reference cluster of its own, hurt it in turn, and count what was acknowledged.

    The last line is one JSON object. The status is 1 where an approval was lost or doubled, the log is not whole, or a
    planned act left a request without an answer.
    """
    if os.geteuid() != 0:
        raise click.ClickException("This makes network namespaces and mounts: it must run as root.")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        faults = faults_named([name for name in named.split(",") if name])
        seed = secrets.randbelow(100_000) if seed is None else seed
        wanted = approvals or 500 + round(70_000 / write_ms) * len(faults) * rounds
        options = Options(
            seed, faults, rounds, 60.0 * (minutes or 1440), wanted, walkers, read_ms / 1000, write_ms / 1000, wait, keep
        )
        click.echo(f"Seed {seed}: --seed {seed} draws the same nodes and timings again.", err=True)
        told = run(options)
    except (ClusterError, LookupError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        raise click.ClickException("Stopped.") from None
    _show([Outcome(**one) for one in told["faults"]])
    click.echo(
        f"{told['acknowledged']:,} approvals acknowledged, {told['found']:,} of them found whole and once, "
        f"{told['lost']} lost, {told['doubled']} doubled. "
        f"{told['unknown']} unknown, {told['unknown_there']} of which stand."
    )
    click.echo(
        f"{told['events']:,} events, the log is {'whole' if told['log_whole'] else 'NOT WHOLE'}, held against "
        f"{told['checkpoints_held_against']} of {told['checkpoints_kept']} checkpoints kept meanwhile. "
        f"{told['documents']:,} documents, the last ones {told['documents_after_s']} s after the last fault."
    )
    for words in told["wrong"]:
        click.echo(f"  wrong: {words}")
    click.echo(json.dumps(told))
    sys.exit(0 if told["ok"] else 1)


def _show(outcomes: list[Outcome]) -> None:
    rows = [_COLUMNS]
    for one in outcomes:
        seconds = (f"{value:.1f} s" for value in (one.reads_away_s, one.writes_away_s, one.whole_after_s))
        failed = (f"{one.reads_failed} of {one.reads}", f"{one.writes_failed} of {one.writes}", str(one.walk_failed))
        rows.append((one.fault, *seconds, *failed))  # type: ignore[arg-type] # as many as there are columns
    widths = [max(len(row[place]) for row in rows) for place in range(len(_COLUMNS))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
