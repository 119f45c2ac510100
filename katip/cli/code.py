"""`katip code`: the second-step code of one of the sample cast, for those without a code app at hand."""

from datetime import UTC, datetime
from pathlib import Path

import click

from katip.core.environment import default_data


@click.command("code")
@click.argument("key")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_data("demo"),
    show_default="var/demo",
    help="The data folder of the sample installation.",
)
def command(key: str, data: Path) -> None:
    """Print the current second-step code of KEY, one of the sample cast."""
    from katip.cli.demo import environment_set
    from katip.demo.cast import cast_find, totp_code

    entries = cast_find(data)
    if entries is None:
        raise click.ClickException(f"There is no cast in {data}. Start the product first: script/demo --data {data}")
    found = next((entry for entry in entries if entry.key == key), None)
    if found is None:
        raise click.ClickException(f"Nobody is called {key}. The cast: {', '.join(entry.key for entry in entries)}")
    if found.totp_secret is None:
        raise click.ClickException(
            f"{found.name} has no code: two-step login is not active for this person, which is what one can try here."
        )
    environment_set(data)

    import django

    django.setup()
    click.echo(totp_code(found.totp_secret, datetime.now(UTC)))
