"""Lint the SQL of every migration since the base, which runs while people work: `python -m checks.migrations`.

Asks no database: the statements are those that Django would send to PostgreSQL 15. `squawk` knows which of them lock,
rewrite, or break the version before. What it finds is written otherwise or waits for finish (docs/releasing.md).
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from psycopg.sql import Literal

BEFORE = Path(__file__).with_name("migrations_before.txt")
OLDEST_POSTGRES = (15, 0)
EXCUSED = {
    "prefer-bigint-over-smallint": "step numbers and provinces stay small",
    "prefer-bigint-over-int": "minutes and headcounts stay small; keys are bigint",
    "prefer-robust-stmts": "a transaction is repeated whole; katip migrate mends an index of CONCURRENTLY",
    "prefer-text-field": "lengths are part of the model; widening one needs no rewrite",
    "require-lock-timeout": "katip migrate sets it for the session",
    "require-statement-timeout": "katip migrate sets it for the session",
}
EXCUSED_IN_FINISH = (  # nothing of the version before runs any more
    "adding-not-nullable-field",
    "adding-required-field",
    "ban-drop-column",
    "ban-drop-not-null",
    "ban-drop-table",
    "changing-column-type",
    "renaming-column",
    "renaming-table",
)


def before() -> frozenset[str]:
    """The migrations that are excused, by name."""
    lines = (line.partition("#")[0].strip() for line in BEFORE.read_text().splitlines())
    return frozenset(line for line in lines if line)


def _compose(statement: str, params: Sequence[Any] | None) -> str:
    return statement % tuple(Literal(value).as_string() for value in params) if params else statement


def statements() -> Iterator[tuple[str, bool, str]]:
    """Name, whether it is one for finish, and SQL, of each migration since the base, in no order."""
    import django  # noqa: PLC0415 -- the settings must be chosen first
    from django.db import connections  # noqa: PLC0415 -- as above
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415 -- as above

    django.setup()
    connection: Any = connections["owner"]
    # Three things that would ask the server: its version, how a default is quoted, and what constraints are called.
    connection.__dict__["pg_version"] = OLDEST_POSTGRES[0] * 10_000
    connection.ops.compose_sql = _compose
    loader = MigrationLoader(None, replace_migrations=False)
    known = before()
    for key, migration in loader.graph.nodes.items():
        name = ".".join(key)
        if name in known or not migration.__module__.startswith("katip."):
            continue
        state = loader.project_state(key, at_end=False)
        editor = connection.schema_editor(collect_sql=True)
        editor._constraint_names = lambda *_, **__: ["a_constraint"]  # noqa: SLF001 -- as above
        editor.deferred_sql = []  # what entering the editor does, which would also begin a transaction
        migration.apply(state, editor, collect_sql=True)
        for statement in editor.deferred_sql:
            editor.execute(statement, None)
        yield name, bool(getattr(migration, "finish", False)), "\n".join(editor.collected_sql)


def lint(name: str, sql: str, *, finish: bool, folder: Path) -> str:
    """What squawk finds in one migration; empty: nothing."""
    path = folder / f"{name}.sql"
    path.write_text(sql)
    excused = [*EXCUSED, *(EXCUSED_IN_FINISH if finish else ())]
    arguments = [
        str(Path(sys.executable).with_name("squawk")),
        f"--pg-version={OLDEST_POSTGRES[0]}.{OLDEST_POSTGRES[1]}",
    ]
    # Outside a transaction is only what is made concurrently.
    arguments += [] if "CONCURRENTLY" in sql else ["--assume-in-transaction"]
    arguments += ["--reporter=gcc", f"--exclude={','.join(excused)}", str(path)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).replace(f"{folder}/", "").strip()


def main() -> int:
    """Print what was found; the number of migrations with findings, for the shell."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katip.config.settings")
    looked, faulty = 0, 0
    with TemporaryDirectory() as folder:
        for name, finish, sql in statements():
            looked += 1
            if found := lint(name, sql, finish=finish, folder=Path(folder)):
                faulty += 1
                print(f"{found}\n")
    if faulty:
        print(f"{faulty} of {looked} migrations are not fit to run while people work. docs/releasing.md says what is.")
    return min(faulty, 1)


if __name__ == "__main__":
    sys.exit(main())
