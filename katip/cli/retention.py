"""`katip retention`: how long data are kept, what is due, and its destruction."""

from datetime import UTC, datetime

import click

_CHANGED = (
    "The database destroys by another table than this program's, or KATIP_KEEP has changed. "
    "Put it in force first: katip migrate"
)


@click.group("retention")
def command() -> None:
    """Keep data no longer than the table of retention says (docs/retention.md)."""


@command.command("list")
def retention_list() -> None:
    """Show every kind of data: how long it is kept, and whether that is carried out."""
    from django.conf import settings

    from katip.rules.retention import Fate, span_of
    from katip.rules.retention_kept import RULES

    for rule in RULES:
        span = span_of(rule, settings.KATIP.keep)
        if rule.fate is Fate.KEEP:
            told = "as long as the register"
        elif span is not None:
            told = span.words("en")
        elif rule.code in settings.KATIP.keep:
            told = "never destroyed: set so"
        else:
            told = f"waits for the operator (proposed: {rule.span.words('en') if rule.span else ''})"
        click.echo(f"{rule.code:22} {told}")


@command.command("run")
@click.option("--dry-run", is_flag=True, help="Say what is due; destroy nothing.")
def retention_run_command(*, dry_run: bool) -> None:
    """Destroy what is due, in batches, each of them recorded.

    `katip serve` does it once a day: run this where no web server runs, or from a timer. It may be stopped at any
    moment and called again.
    """
    from katip.core.actor import OPERATOR
    from katip.keeping.services.retention import RulesChangedError, retention_run, retention_try

    now = datetime.now(UTC)
    try:
        rows = retention_try(now) if dry_run else retention_run(actor=OPERATOR, at=now)
    except RulesChangedError as error:
        raise click.ClickException(_CHANGED) from error
    for rule, count in rows.items():
        if count:
            click.echo(f"{rule:22} {count:>12,}")
    total = sum(rows.values())
    click.echo(f"{total:,} rows are due; nothing was destroyed." if dry_run else f"{total:,} rows destroyed.")


@command.command("log")
@click.option("--most", default=50, show_default=True, help="So many lines, the newest first.")
def retention_log(*, most: int) -> None:
    """Show what was destroyed: when, by which rule, how many rows, up to which moment."""
    from katip.core.clock import ISTANBUL
    from katip.keeping.models import Destruction

    for row in Destruction.objects.order_by("-pk")[:most]:
        at, until = (moment.astimezone(ISTANBUL) for moment in (row.at, row.until))
        click.echo(f"{at:%d.%m.%Y %H:%M}  {row.rule:22} {row.rows:>10,}  of before {until:%d.%m.%Y}")
