"""`katip keys …`: make the secrets of a new installation, and see whether every machine has the same."""

import secrets

import click


@click.group("keys", short_help="Make a new installation's keys; see whether machines have the same.")
def command() -> None:
    """Make the keys of a new installation, and see whether every machine has the same.

    They lie in KATIP_DATA/keys, or are given by KATIP_SECRET_KEY, KATIP_LOOKUP_KEY, KATIP_FIELD_KEY and KATIP_LOG_KEY.
    Without them nobody is found and no number can be read, ever: katip backup puts them away.
    """


@command.command("make")
def make() -> None:
    """Make those keys that are not there, in KATIP_DATA/keys: once, on one machine, for a new installation.

    Refused where the database was begun with keys: copy them from a machine that has them. The log's key holds the
    log's name: set KATIP_PUBLIC_URL or KATIP_LOG_ORIGIN first.
    """
    from katip.audit.log.notes import Signer
    from katip.core.environment import environment_read
    from katip.core.keys import key_load, random_key

    environment = environment_read()
    known = _known(environment.database_url, environment.database_connect_seconds)
    log = (environment.log_key, lambda: Signer(environment.log_name, secrets.token_bytes(32)).text)
    wanted = {
        "secret_key": (environment.secret_key, random_key),
        "lookup_key": (environment.lookup_key, random_key),
        "field_key": (environment.field_key, random_key),
        "log": log,
    }
    for name, (given, made) in wanted.items():
        path = environment.keys_folder / name
        if given or path.exists():
            click.echo(f"{name}: there already.")
        elif name in known:
            raise click.ClickException(f"The database was begun with another {name}: bring that one here.")
        else:
            key_load(environment.keys_folder, name, make=made)
            click.echo(f"{name}: made, {path}{f' (the log is named {environment.log_name})' if name == 'log' else ''}")


@command.command("show")
def show() -> None:
    """Show the fingerprint of each key, here and in the database. Ends with status 1 where they differ."""
    from katip.cli.main import setup

    setup()
    from katip.core.fingerprints import keys_held

    held = keys_held()
    for one in held:
        there = "the same" if one.here == one.there else f"DIFFERENT: {one.there}" if one.there else "not known yet"
        click.echo(f"{one.name:<12} {one.here}  in the database: {there}")
    if any(one.differs for one in held):
        raise SystemExit(1)


@command.command("adopt")
@click.argument("name", type=click.Choice(["secret_key"]))
def adopt(name: str) -> None:
    """Have the database know this machine's key, after it was changed on all machines on purpose."""
    from katip.cli.main import setup

    setup()
    from katip.core.fingerprints import key_adopt

    key_adopt(name)
    click.echo(f"The database knows this machine's {name} now. Start every process anew.")


def _known(url: str, seconds: int) -> set[str]:
    """Names of the keys that the database was begun with; none where it has no tables yet, or comes with us."""
    import psycopg

    if not url:
        return set()
    try:
        with psycopg.connect(url, connect_timeout=seconds, autocommit=True) as connection:
            rows = connection.execute("SELECT substr(name, 5) FROM core_fact WHERE name LIKE 'key:%'").fetchall()
            known = {str(name) for (name,) in rows}
            if connection.execute("SELECT EXISTS (SELECT FROM audit_checkpoint)").fetchone() == (True,):
                known.add("log")
            return known
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        return set()
    except psycopg.Error as error:
        reason = str(error).split("\n")[0]
        raise click.ClickException(
            f"The database must say whether it is new, and does not answer ({reason})."
        ) from None
