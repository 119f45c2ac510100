"""The command itself: looks, prints, and ends with 1 where something does not work."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from katip.core.finding import Finding, Weight, looked_at, problem

if TYPE_CHECKING:
    from katip.cli.doctor.work import Look
    from katip.core.environment import Environment

_WIDTH = 9


@click.command("doctor", short_help="Say what is wrong with this installation, and how to mend it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@click.option(
    "--reach", is_flag=True, help="Also connect to the mail server, the gateways and the timestamp authority."
)
def command(*, as_json: bool, reach: bool) -> None:
    """Look at settings, keys, the database, the work that waits, the disk and what proves documents. Changes nothing.

    Looks from where it is called: call it on each machine, with the environment that its processes have. Ends with 1
    where something does not work; warnings alone end with 0. No secret and nobody's data are printed.
    """
    findings: list[Finding] = []
    for finding in examine(reach=reach):
        findings.append(finding)
        if not as_json:
            _say(finding)
    counts = Counter(finding.weight for finding in findings)
    if as_json:
        told = {"problems": counts[Weight.PROBLEM], "warnings": counts[Weight.WARNING]}
        click.echo(json.dumps(told | {"findings": [asdict(one) for one in findings]}, ensure_ascii=False))
    else:
        click.echo(_sum(counts))
    if counts[Weight.PROBLEM]:
        sys.exit(1)


def examine(*, reach: bool) -> Iterator[Finding]:
    """Look at everything, as far as one gets: without settings there are no keys, without keys no database."""
    from katip.cli.doctor.settings import environment_look, keys_look

    environment, told = environment_look()
    yield from told
    if environment is None:
        return
    missing = list(keys_look(environment))
    yield from missing
    if any(one.weight is Weight.PROBLEM for one in missing):
        return
    yield from _inside(environment, reach=reach)


def _inside(environment: "Environment", *, reach: bool) -> Iterator[Finding]:
    from katip.cli.main import setup

    try:
        setup()
    except click.ClickException as error:
        yield problem(error.message, "No command works without it.", "See docs/operations.md, Keys and The database.")
        return
    from katip.cli.doctor import house, rights, server, settings, shape, ways, work

    yield from looked_at("The settings", settings.checks_look)
    answers = list(server.answers_look(environment))
    yield from answers
    yield from looked_at("This machine", lambda: house.machine_look(environment))
    if any(one.weight is Weight.PROBLEM for one in answers):
        return
    yield from looked_at("The server", lambda: server.server_look(environment))
    yield from looked_at("The way to the server", lambda: server.ways_look(environment))
    shapes = list(looked_at("The database's shape", shape.shape_look))
    yield from shapes
    if any(one.weight is Weight.PROBLEM for one in shapes):
        return
    yield from _registered(environment, (rights.rights_look, settings.held_look, *work.LOOKS))
    yield from looked_at("Backups", lambda: house.backup_look(environment))
    yield from looked_at("The seal", lambda: house.seal_look(environment, reach=reach))
    if reach:
        yield from looked_at("The ways out", lambda: ways.ways_look(environment))


def _registered(environment: "Environment", looks: Iterable["Look"]) -> Iterator[Finding]:
    from django.db import connection

    for look in looks:
        name = (look.__doc__ or look.__name__).split(".")[0]
        yield from looked_at(name, lambda look=look: look(environment))  # type: ignore[misc] # bound at once
        connection.close_if_unusable_or_obsolete()


def _say(finding: Finding) -> None:
    click.echo(f"{finding.weight:<{_WIDTH}}{finding.what}")
    if finding.why:
        click.echo(f"{'':<{_WIDTH}}{finding.why}")
    if finding.mend:
        click.echo(f"{'':<{_WIDTH}}→ {finding.mend}")


def _sum(counts: Counter[Weight]) -> str:
    if not counts[Weight.PROBLEM] + counts[Weight.WARNING]:
        return f"All is well: {counts[Weight.FINE]} things in order."
    parts = [
        f"{counts[weight]} {weight}{'' if counts[weight] == 1 else 's'}" for weight in (Weight.PROBLEM, Weight.WARNING)
    ]
    return f"{', '.join(parts)}, {counts[Weight.FINE]} things in order."
