"""`katip migrate`: bring the database to this version's shape, as its owner."""

import click


def migrate() -> None:
    """Migrate with the owner's login, then give the application's login exactly what it needs."""
    from django.core.management import call_command

    from katip.core.grants import application_login, grants_apply

    call_command("migrate", database="owner", verbosity=0, interactive=False)
    call_command("createcachetable", database="owner", verbosity=0)
    grants_apply("owner", application_login())


@click.command("migrate")
def command() -> None:
    """Bring the database to this version's shape."""
    migrate()
    click.echo("The database is up to date.")
