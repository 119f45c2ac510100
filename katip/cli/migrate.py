"""`katip migrate`: bring the database to this version's shape, as its owner."""

import click


def migrate() -> None:
    """Migrate with the owner's login, then give the application's login exactly what it needs.

    Raises `click.ClickException` where a restore into the database was begun and not ended: it is not whole.
    """
    from django.db import connections

    from katip.core.backup.target import MARKED
    from katip.core.grants import application_login, grants_apply

    with connections["owner"].cursor() as cursor:
        cursor.execute(MARKED)
        if cursor.fetchone() == (True,):
            raise click.ClickException("A restore into this database was cut off. Call it again: katip restore")
    shape_bring()
    grants_apply("owner", application_login())


def shape_bring() -> None:
    """Make the tables what this version's models say; nobody but their owner has any right to new ones."""
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0, interactive=False)
    call_command("createcachetable", database="owner", verbosity=0)


@click.command("migrate")
def command() -> None:
    """Bring the database to this version's shape."""
    migrate()
    click.echo("The database is up to date.")
