"""`katip migrate`: bring the database to this version's shape, as its owner, in two steps."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from katip.core.schema import Plan, Waits

Tell = Callable[[str], None]


def migrate(*, finish: bool = False, waits: "Waits | None" = None, tell: Tell = lambda _line: None) -> None:
    """Migrate with the owner's login, then give the application's login what it needs.

    Without `finish` only what the version before survives, and no right is taken away that it may still use. With it,
    or on a new database, everything; the application's login then has exactly what is stated.

    Raises `click.ClickException` where a restore into the database was begun and not ended: it is not whole; and where
    it cannot be migrated now (`katip.core.schema`).
    """
    from django.db import connections

    from katip.core.backup.target import MARKED
    from katip.core.grants import grants_apply
    from katip.core.rows import RolesMissingError, roles_require, rows_apply
    from katip.core.schema import SchemaError, Waits, bounded, plan_find

    with connections["owner"].cursor() as cursor:
        cursor.execute(MARKED)
        if cursor.fetchone() == (True,):
            raise click.ClickException("A restore into this database was cut off. Call it again: katip restore")
    try:
        roles_require("owner")
        everything = finish or plan_find("owner").is_new
        shape_bring(finish=everything, waits=waits, tell=tell)
        grants_apply("owner", exact=everything)
        with bounded("owner", waits or Waits()) as bounds:
            bounds.again(lambda: rows_apply("owner", exact=everything), tell)
        if everything:
            _finishers_run(waits, tell)
    except (SchemaError, RolesMissingError) as error:
        raise click.ClickException(str(error)) from error


def shape_bring(*, finish: bool = True, waits: "Waits | None" = None, tell: Tell = lambda _line: None) -> None:
    """Make the tables what this version's models say; nobody but their owner has any right to new ones."""
    from django.core.management import call_command

    from katip.core import schema

    schema.shape_bring("owner", finish=finish, waits=waits, tell=tell)
    call_command("createcachetable", database="owner", verbosity=0)


def _finishers_run(waits: "Waits | None", tell: Tell) -> None:
    """Switch on what is not a migration, each with the same limits."""
    from katip.core.schema import FINISHERS, Waits, bounded

    with bounded("owner", waits or Waits()) as bounds:
        for finisher in FINISHERS:
            bounds.again(lambda run=finisher.run: run("owner"), tell)  # type: ignore[misc] # mypy sees no type of `run`


@click.command("migrate")
@click.option("--finish", is_flag=True, help="Also do what the version before does not survive, now that none runs.")
@click.option("--plan", "asked", is_flag=True, help="Only say what would be done.")
@click.option("--lock-timeout", type=click.IntRange(0), default=2000, show_default=True, metavar="MS",
              help="Wait so long for a lock, then let go and try again.")  # fmt: skip
@click.option("--statement-timeout", type=click.IntRange(0), default=30, show_default=True, metavar="S",
              help="Give up a statement that takes longer. 0: never.")  # fmt: skip
@click.option("--tries", type=click.IntRange(1), default=20, show_default=True, help="How often a lock is tried for.")
def command(*, finish: bool, asked: bool, lock_timeout: int, statement_timeout: int, tries: int) -> None:
    """Bring the database to this version's shape, while the version before serves.

    Machine after machine may then be given the new version. When the last has it: katip migrate --finish. A new
    database gets both at once.
    """
    from katip.core.schema import Waits, finish_due, plan_find

    os.environ["PGAPPNAME"] = "katip migrate"  # pg_stat_activity tells whose session is whose
    if asked:
        for line in _plan_lines(plan_find("owner")):
            click.echo(line)
        return
    migrate(finish=finish, waits=Waits(lock_timeout, 1000 * statement_timeout, tries), tell=click.echo)
    if due := finish_due("owner"):
        click.echo(
            f"The database serves this version and the one before. {len(due)} steps wait for the end of that one:"
        )
        click.echo("once no process of it runs, call katip migrate --finish")
    else:
        click.echo("The database is up to date.")


def _plan_lines(plan: "Plan") -> list[str]:
    """What would be done, in the order in which it would be."""
    from katip.core.schema import FINISHERS, label

    if plan.unknown:
        return [f"A newer version was here; nothing would be done. Unknown: {', '.join(plan.unknown)}"]
    lines: list[str] = []
    for title, migrations in (
        ("katip migrate, while the version before serves:", plan.expand),
        ("katip migrate --finish, once none of it runs:", plan.finish + plan.behind),
    ):
        if migrations:
            lines.append(title)
        for one in migrations:
            lines.append(f"  {label(one)}")
            lines += [f"    {operation.describe()}" for operation in one.operations]
    due = (
        []
        if plan.is_new
        else [f"  {finisher.name}: {what}" for finisher in FINISHERS for what in finisher.due("owner")]
    )
    if due:
        lines += ["and switched on by katip migrate --finish:", *due]
    return lines or ["Nothing is to be done."]
