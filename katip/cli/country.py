"""`katip demo country`: a believable country of any size on an embedded database of its own, to try a month on.

The folder is a sample installation's, with the same marker. Its `country.json` says which country lies there and
whether it is finished: a finished one is used again, an unfinished one is made anew. The database runs without safety
against power loss while it is filled, for nothing is lost by making it again; at the end everything is on disk.
"""

import json
import os
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from katip.cli.stopping import StopRequested, signals_set
from katip.core.environment import default_data

if TYPE_CHECKING:
    from katip.core.environment import Environment
    from katip.demo.country.load import Country

_DEFAULT_DATA = default_data("country")
STATE = "country.json"
_WHICH = ("version", "workplaces", "seed", "period")
_LINE_SECONDS = 5


@click.command("country")
@click.option(
    "--workplaces",
    type=click.IntRange(100, 5_000_000),
    default=2_200_000,
    show_default=True,
    help="How many there are.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed makes the same country.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=_DEFAULT_DATA,
    show_default="var/country",
    help="Folder for the database, the keys, the feed and the mirror of terms.",
)
@click.option("--fresh", is_flag=True, help="Make it anew, whatever an earlier run left in the folder.")
def country(workplaces: int, seed: int, data: Path, *, fresh: bool) -> None:
    """Make a country to try a month on: register, contracts, and the feed that is still to be imported."""
    from katip.cli.demo import told_plainly

    signals_set()
    try:
        with told_plainly():
            country_make(workplaces, seed, data, fresh=fresh)
    except StopRequested:
        raise click.ClickException(f"Stopped. What lies in {data} is made anew the next time.") from None


def country_make(workplaces: int, seed: int, data: Path, *, fresh: bool = False) -> dict[str, Any]:
    """Make the country in the folder `data`, or find it there; returns what `country.json` holds.

    Raises FolderRefusedError where something else lies in the folder, another finished country among it.
    """
    from katip.cli.demo import environment_set
    from katip.core.checks import demo_errors
    from katip.core.environment import Environment

    environment_set(data)
    environment = Environment()
    for error in demo_errors(environment):
        raise click.ClickException(f"{error.msg} {error.hint}")
    wanted = _wanted(workplaces, seed)
    found = None if fresh else _found(data, wanted)
    if found:
        click.echo(f"{data} holds this country already; --fresh makes it anew.")
        _announce(found, data)
        return found
    _folder_make(data, wanted, fresh=fresh)
    started = time.monotonic()
    made = _fill(environment, workplaces, seed)
    os.sync()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    state = wanted | {
        "finished": True,
        "rows": made.rows,
        "files": [path.name for path in made.files],
        "seconds": made.seconds | {"all": round(time.monotonic() - started, 1)},
        "peak_mib": peak,
    }
    _state_write(data, state)
    _announce(state, data)
    return state


def _wanted(workplaces: int, seed: int) -> dict[str, Any]:
    from katip.demo.country.workplaces import PERIOD, VERSION

    return {"version": VERSION, "workplaces": workplaces, "seed": seed, "period": PERIOD.isoformat()}


def _found(data: Path, wanted: dict[str, Any]) -> dict[str, Any] | None:
    """What lies in the folder if it is the wanted country, finished; None where one can be made there."""
    from katip.demo.folder import MARKER, FolderRefusedError

    try:
        state: dict[str, Any] = json.loads((data / STATE).read_text("utf-8"))
    except FileNotFoundError:
        if (data / MARKER).is_file() and any(path.name != MARKER for path in data.iterdir()):
            message = f"{data} holds the sample world. Choose another folder: --data DIR"
            raise FolderRefusedError(message) from None
        return None
    if not state.get("finished") or state.get("version") != wanted["version"]:
        return None
    if {name: state.get(name) for name in _WHICH} != wanted:
        raise FolderRefusedError(
            f"{data} holds a country of {state['workplaces']} workplaces, seed {state['seed']}. "
            "Choose another folder with --data DIR, or replace it with --fresh"
        )
    return state


def _folder_make(data: Path, wanted: dict[str, Any], *, fresh: bool) -> None:
    from katip.demo.folder import folder_open

    if not fresh and (data / STATE).exists():
        click.echo(f"What lies in {data} is unfinished or of another version: making it anew.")
        fresh = True
    folder_open(data, fresh=fresh)
    _state_write(data, wanted | {"finished": False})


def _state_write(data: Path, state: dict[str, Any]) -> None:
    from katip.demo.folder import private_write

    private_write(data / STATE, json.dumps(state, indent=1) + "\n")


def _fill(environment: "Environment", workplaces: int, seed: int) -> "Country":
    from katip.core.postgres import server_start

    with server_start(environment.data, bin_dir=environment.pg_bin, durable=False):
        import django

        django.setup()

        import psycopg
        from django.db import connections

        from katip.cli.migrate import migrate
        from katip.demo.country.load import country_load

        migrate(finish=True)
        parameters = connections["owner"].get_connection_params() | {"cursor_factory": None}
        for connection in connections.all(initialized_only=True):
            connection.close()
        with psycopg.connect(**parameters, autocommit=True) as owner:
            owner.execute("SET statement_timeout = 0")
            owner.execute("SET maintenance_work_mem = '256MB'")
            return country_load(
                owner, workplaces=workplaces, seed=seed, folder=environment.data, progress=_Shown().tell, whole=True
            )


class _Shown:
    """Progress in lines, at most one in a few seconds, with the rate and the time left."""

    def __init__(self) -> None:
        self._step, self._since, self._told = "", 0.0, 0.0

    def tell(self, step: str, done: int, whole: int) -> None:
        """Say how far the step is."""
        now = time.monotonic()
        if step != self._step:
            self._step, self._since, self._told = step, now, 0.0
        if done < whole and now - self._told < _LINE_SECONDS:
            return
        self._told = now
        passed = now - self._since
        rate = done / passed if passed else 0
        left = f", {(whole - done) / rate:,.0f} s left" if rate and done < whole else ""
        click.echo(f"  {step:10}  {done:>9,} of {whole:,}  {passed:6.1f} s{left}")


def _announce(state: dict[str, Any], data: Path) -> None:
    for table, count in state["rows"].items():
        click.echo(f"  {count:>10,}  {table}")
    for name in state["files"]:
        click.echo(f"  {data / name}")
    seconds = ", ".join(f"{step} {value} s" for step, value in state["seconds"].items())
    click.echo(f"{seconds}; peak memory {state['peak_mib']} MiB")
