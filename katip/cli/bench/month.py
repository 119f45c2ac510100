"""`script/bench month`: what a month costs beside what it cannot do without.

For each size a country is made, or found where it was made before. The floor reads the feed and a ready mirror of the
terms in force from files, computes the difference in a data frame, copies finished version rows into an empty table,
adds the key and commits. The full run takes the same feed by the product's own way, plans the month and carries it out
with all that belongs to it: bad rows, versions, processes, ends, changes with their proofs, audit events, figures and
digests. Both run on the same server, one after the other, each in a process of its own; the country itself is never
changed: every run works on a copy of its database.
"""

import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import click

if TYPE_CHECKING:
    import polars as pl

    from katip.core.postgres.server import Server

SIZES = (22_000, 220_000, 2_200_000)
_COPY = "month_bench"
_FLOORS = 3
"""times that the floor is measured; the best one counts, which is to the product's disadvantage"""
_STEPS = ("feed", "plan", "apply", "close")


def months(sizes: Sequence[int], *, seed: int, hands: int | None, folder: Path) -> dict[str, Any]:
    """Measure each size; returns the largest one's figures, with the growth exponent over all."""
    found = [_month(size, seed, hands, folder / f"country-{size}-{seed}") for size in sizes]
    return {**found[-1], "growth": _growth([(one["workplaces"], one["full_s"]) for one in found])}


def _month(size: int, seed: int, hands: int | None, data: Path) -> dict[str, Any]:
    program_run(["-m", "katip", "demo", "country", "--workplaces", str(size), "--seed", str(seed), "--data", str(data)])
    from katip.core.postgres import server_start

    with server_start(data.resolve()) as server:
        copy_make(server, data)
        kept = _measure("kept", server, data, hands)["seconds"]
        os.sync()  # the copy's own writing is not the month's
        warm(server, data, _COPY, but=_COLD)
        try:
            floor = _measure("floor", server, data, hands)
            full = _measure("full", server, data, hands)
        finally:
            copy_drop(server)
    figures = {
        "workplaces": size,
        "floor_s": round(floor["seconds"], 2),
        "full_s": round(full["seconds"], 2),
        "ratio": round(full["seconds"] / floor["seconds"], 2),
        "rows_per_second": round(full["rows"] / full["seconds"]),
        "peak_mib": full["peak_mib"],
        "changed": full["changes"],
        "kept_s": round(kept, 2),
        "steps": full["steps"],
    }
    _show(figures, floor, full)
    return figures


def _show(figures: dict[str, Any], floor: dict[str, Any], full: dict[str, Any]) -> None:
    click.echo(f"{figures['workplaces']:,} workplaces, {full['changes']:,} contracts changed, asked about or ended")
    parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in floor["steps"].items())
    click.echo(f"  floor {figures['floor_s']:.2f} s ({parts}), {floor['versions']:,} versions")
    parts = ", ".join(f"{name} {full['steps'][name]:.2f}" for name in _STEPS)
    click.echo(f"  full  {figures['full_s']:.2f} s ({parts}), {full['hands']} hands")
    click.echo(
        f"  ratio {figures['ratio']:.2f}, {figures['rows_per_second']:,} rows of the feed a second, "
        f"peak {figures['peak_mib']:,} MiB beside the database"
    )


def _growth(points: Sequence[tuple[int, float]]) -> float | None:
    """The exponent of the power by which seconds grow with workplaces, by least squares; None for a single size."""
    if len(points) < 2:  # noqa: PLR2004 -- a line has two points
        return None
    logs = [(math.log(size), math.log(seconds)) for size, seconds in points]
    middle = [sum(column) / len(logs) for column in zip(*logs, strict=True)]
    rise = sum((x - middle[0]) * (y - middle[1]) for x, y in logs)
    exponent: float = rise / sum((x - middle[0]) ** 2 for x, _ in logs)
    return round(exponent, 3)


def program_run(arguments: list[str], **environment: str) -> str:
    """Run a Python program of this project to its end; what it prints last is returned, its errors are shown."""
    done = subprocess.run(
        [sys.executable, "-P", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: status {done.returncode}\n{done.stdout}")
    return done.stdout.strip().rpartition("\n")[2]


_COLD = "processes_process"
"""what was agreed once is the most of a register, and a month does not read it; its indexes it writes to"""


def warm(server: "Server", data: Path, name: str, *, but: str = "") -> None:
    """Have tables and indexes in the system's memory, as a register in use has them, those of one table excepted."""
    import psycopg

    with closing(psycopg.connect(**server.dsn("owner", name))) as connection:
        found = connection.execute(
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i') AND relname <> %s", [but]
        ).fetchall()
    block = bytearray(1 << 20)
    for (path,) in found:
        for segment in sorted((data / "postgres" / "cluster").glob(f"{path}*")) if path else ():
            with segment.open("rb", buffering=0) as file:
                while file.readinto(block):
                    pass


def _measure(what: str, server: "Server", data: Path, hands: int | None) -> dict[str, Any]:
    arguments = ["-m", "katip.cli.bench.month", what, str(hands or 0) if what == "full" else "-"]
    told: dict[str, Any] = json.loads(program_run(arguments, **copy_environment(server, data)))
    return told


def copy_environment(server: "Server", data: Path, name: str = _COPY) -> dict[str, str]:
    """What a process is told that is to work on the copy."""
    return {
        "KATIP_ENV": "development",
        "KATIP_DATA": str(data.resolve()),
        "KATIP_DATABASE_URL": _url(server, "application", name),
        "KATIP_DATABASE_OWNER_URL": _url(server, "owner", name),
        "DJANGO_SETTINGS_MODULE": "katip.config.settings",
    }


def _url(server: "Server", login: Any, name: str) -> str:
    dsn = server.dsn(login, name)
    where = urlencode({"host": dsn["host"], "port": dsn["port"]})
    return f"postgresql://{quote(dsn['user'])}:{quote(dsn['password'])}@/{name}?{where}"


def copy_make(server: "Server", data: Path, name: str = _COPY, *, again: bool = True) -> None:
    """Copy the country's database, in place of an earlier copy, and bring it to this program's shape.

    Not `again`: a copy that is there serves as well.
    """
    import psycopg

    if again:
        copy_drop(server, name)
    with closing(psycopg.connect(**server.dsn("owner", "postgres"), autocommit=True)) as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE katip STRATEGY FILE_COPY")
        connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {server.dsn('application')['user']}")
    program_run(["-m", "katip", "migrate"], **copy_environment(server, data, name))


def copy_drop(server: "Server", name: str = _COPY) -> None:
    """Drop the copy, if there is one."""
    import psycopg

    with closing(psycopg.connect(**server.dsn("owner", "postgres"), autocommit=True)) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _files(data: Path) -> tuple[Path, Path]:
    from katip.demo.country.files import MIRROR

    return next(data.glob("headcounts-*.csv")), data / MIRROR


def floor() -> dict[str, Any]:
    """The best of a few floors: seconds by step, and the versions that came of it."""
    import polars as pl
    import psycopg
    from django.conf import settings

    feed, mirror = _files(settings.KATIP.data)
    best: dict[str, Any] = {}
    with closing(psycopg.connect(settings.KATIP.database_owner_url)) as connection:
        for _ in range(_FLOORS):
            connection.execute("DROP TABLE IF EXISTS bench_version")
            connection.execute("CREATE TABLE bench_version (LIKE contracts_contractversion)")
            connection.execute("ALTER TABLE bench_version DROP COLUMN id")
            connection.commit()
            times = [time.perf_counter()]
            told = pl.read_csv(feed, schema_overrides={"sgk_number": pl.String})
            terms = pl.read_parquet(mirror)
            times.append(time.perf_counter())
            versions = _versions(told, terms)
            times.append(time.perf_counter())
            names = ", ".join(versions.columns)
            with connection.cursor().copy(f"COPY bench_version ({names}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(versions.write_csv(include_header=False).encode())
            times.append(time.perf_counter())
            connection.execute("ALTER TABLE bench_version ADD PRIMARY KEY (contract_id, no)")
            connection.commit()
            times.append(time.perf_counter())
            named = zip(("read", "difference", "copy", "key"), times, times[1:], strict=False)
            steps = {name: after - before for name, before, after in named}
            seconds = times[-1] - times[0]
            if not best or seconds < best["seconds"]:
                best = {"seconds": seconds, "steps": steps, "versions": versions.height}
        connection.execute("DROP TABLE bench_version")
        connection.commit()
    return best


def _versions(told: "pl.DataFrame", terms: "pl.DataFrame") -> "pl.DataFrame":
    """The bare difference: legal minutes for every contract whose workplace has another headcount."""
    import polars as pl

    from katip.rules import HazardClass, Profession
    from katip.rules.minutes import MINUTES

    today = datetime.now(UTC).date()
    per_employee = pl.lit(0)
    for row in MINUTES:
        if row.since <= today and row.until is None and row.profession is not Profession.OTHER_HEALTH_PERSONNEL:
            holds = (pl.col("profession") == row.profession) & (pl.col("hazard_class") == HazardClass(row.hazard))
            per_employee = pl.when(holds).then(row.minutes_per_employee).otherwise(per_employee)
    changed = terms.join(told.select("sgk_number", pl.col("employees").alias("told")), on="sgk_number").filter(
        pl.col("employees") != pl.col("told")
    )
    minutes = pl.col("told") * per_employee
    moment = pl.lit(datetime.now(UTC).isoformat())
    return changed.select(
        "contract_id",
        (pl.col("version_no") + 1).alias("no"),
        pl.lit("automatic").alias("basis"),
        moment.alias("valid_from"),
        minutes.alias("minutes"),
        pl.lit("part_time").alias("assignment_type"),
        pl.col("told").alias("employees"),
        "hazard_class",
        minutes.alias("required_minutes"),
        pl.lit(0).alias("agreed_minutes"),
        moment.alias("recorded_at"),
    )


def kept() -> dict[str, Any]:
    """Keep what the register knows, as the months before leave it: seconds."""
    import django

    django.setup()

    from katip.core.actor import OPERATOR
    from katip.updates.services.kept_renew import kept_renew

    begun = time.perf_counter()
    kept_renew(actor=OPERATOR, at=datetime.now(UTC))
    return {"seconds": time.perf_counter() - begun}


def full(count: int | None) -> dict[str, Any]:
    """The product's own way through the month: seconds by step, rows of the feed, contracts touched, peak memory."""
    import django

    django.setup()

    from django.conf import settings

    from katip.cli.hands import hands_run, hands_usual
    from katip.core.actor import OPERATOR
    from katip.updates.jobs import month_end
    from katip.updates.services.feed_take import feed_take
    from katip.updates.services.month_apply import chunk_apply, month_begin
    from katip.updates.services.month_plan import month_plan

    path, _ = _files(settings.KATIP.data)
    hands = count or hands_usual()
    times = [time.perf_counter()]
    fed = feed_take(actor=OPERATOR, at=datetime.now(UTC), path=path)
    times.append(time.perf_counter())
    run = month_plan(actor=OPERATOR, at=datetime.now(UTC), period=fed.periods[-1])
    times.append(time.perf_counter())
    run = month_begin(actor=OPERATOR, at=datetime.now(UTC), run_id=run.pk)
    with hands_run(hands - 1, "month") as others:
        while chunk_apply(actor=OPERATOR, run_id=run.pk):
            others.tend()
        all_written(run.pk)
        times.append(time.perf_counter())
        while not month_end(run.pk, datetime.now(UTC)):
            others.tend()
        run.refresh_from_db()
        times.append(time.perf_counter())
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    changes = sum(run.totals[name] for name in ("amended", "asked", "provider", "person", "ended"))
    return {
        "seconds": times[-1] - times[0],
        "steps": {name: round(b - a, 2) for name, a, b in zip(_STEPS, times, times[1:], strict=False)},
        "rows": fed.rows,
        "changes": changes,
        "hands": hands,
        "peak_mib": (peaks[0] + (hands - 1) * peaks[1]) // 1024,
    }


def all_written(run_id: int) -> None:
    """Return when the others have written what they took."""
    from katip.updates.models import ChunkState, MonthChunk

    while MonthChunk.objects.filter(run_id=run_id, state=ChunkState.OPEN).exists():
        time.sleep(0.01)


if __name__ == "__main__":
    what, number = sys.argv[1:]
    click.echo(json.dumps({"floor": floor, "kept": kept}[what]() if number == "-" else full(int(number) or None)))
