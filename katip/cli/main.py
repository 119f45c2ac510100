"""`katip …`: the operator's command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

_ANY_LOGIN = {"serve", "migrate", "doctor", "keys"}
"""commands that work as the owner, look only, or ask by themselves"""


class _Late(click.Group):
    """Loads a command's module only when it is asked for: `--help` stays fast, and `demo` can set the environment."""

    modules = {
        "serve": "serve",
        "worker": "worker",
        "migrate": "migrate",
        "doctor": "doctor",
        "import": "imports",
        "feed": "feed",
        "month": "month",
        "sweep": "sweep",
        "documents": "documents",
        "notices": "notices",
        "audit": "audit",
        "retention": "retention",
        "breach": "breach",
        "keys": "keys",
        "backup": "backup",
        "restore": "restore",
        "seal": "seal",
        "account": "account",
        "oidc": "oidc",
        "demo": "demo",
        "code": "code",
        "card": "card",
        "chip": "chip",
    }
    without_django = {"demo", "code", "card", "chip", "backup", "restore", "keys", "doctor"}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of use."""
        del ctx
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command's object from its module, Django set up for it where it needs it."""
        del ctx
        from importlib import import_module

        if cmd_name not in self.modules:
            return None
        command: click.Command = import_module(f"katip.cli.{self.modules[cmd_name]}").command
        if cmd_name not in self.without_django:
            invoke = command.invoke

            def set_up_first(ctx: click.Context) -> object:  # asking for help sets nothing up
                from katip.cli.agreed import keys_agree

                setup()
                unknown_told()
                if cmd_name not in _ANY_LOGIN:
                    house_require()
                with _shape_known():
                    keys_agree()
                    return invoke(ctx)

            command.invoke = set_up_first  # type: ignore[method-assign] # a command of our own, made for this
        return command


@contextmanager
def settings_told() -> Iterator[None]:
    """Turn settings and keys that cannot be used into a sentence, which shows no value."""
    from katip.core.environment import SettingsError
    from katip.core.keys import KeyMissingError

    try:
        yield
    except (SettingsError, KeyMissingError, PermissionError) as error:
        raise click.ClickException(str(error)) from None


def house_require() -> None:
    """Raise `ClickException` where this process would be the web's login: it would find nothing to do."""
    from django.conf import settings

    given = settings.KATIP
    if given.database_url and not given.database_prepare and not given.database_work_url:
        raise click.ClickException(
            "KATIP_DATABASE_WORK_URL is not set. Behind a pooler (KATIP_DATABASE_PREPARE=false) only web processes use "
            "KATIP_DATABASE_URL, whose login sees nobody's rows by itself: name the house's login, by an address of "
            "its own (docs/operations.md, The database)."
        )


def unknown_told() -> None:
    """Warn of variables that nobody reads, on standard error."""
    from katip.core.environment import unknown_find

    for name, near in unknown_find(os.environ).items():
        click.echo(f"Warning: {name} is no setting{f'; do you mean {near}?' if near else '.'}", err=True)


@contextmanager
def _shape_known() -> Iterator[None]:
    """Turn a table that is not there yet into a sentence."""
    from django.db import ProgrammingError
    from psycopg.errors import UndefinedColumn, UndefinedTable

    try:
        yield
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            raise
        message = "The database has not this version's shape. Bring it there first: katip migrate"
        raise click.ClickException(message) from error


def setup() -> None:
    """Set Django up from the environment, once, on the embedded database where no other is configured.

    An embedded server that nobody runs yet is started here and stops with the command.
    """
    import django
    from django.conf import settings

    from katip.cli.database import database_start
    from katip.core.environment import environment_read
    from katip.core.postgres import PostgresError, server_find

    if settings.configured:
        return
    with settings_told():
        environment = environment_read()
    if not environment.database_url and server_find(environment.data) is None:
        try:
            database_start(environment.data, environment.pg_bin)
        except PostgresError as error:
            raise click.ClickException(str(error)) from error
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katip.config.settings")
    with settings_told():
        django.setup()


@click.group(cls=_Late, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version=__import__("katip").__version__, prog_name="katip")
def main() -> None:
    """Katip: the register of occupational health and safety service contracts."""
