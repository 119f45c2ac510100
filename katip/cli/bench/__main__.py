"""The command behind `script/bench`."""

import json
from collections.abc import Mapping
from typing import Any

import click


@click.group(help="How fast a part is, against a floor measured in the same run; the last line is one JSON object.")
def main() -> None:
    """Run one bench, named by the first argument."""


@main.command("chip")
def chip() -> None:
    """Verification of ID cards, against their bare signatures."""
    from katip.cli.bench.chip import chip as measure

    _last_line("chip", measure())


@main.command("month")
@click.option("--workplaces", type=click.IntRange(min=100), help="One size only; else 22,000, 220,000 and 2,200,000.")
@click.option("--seed", type=int, default=7, show_default=True, help="Of the countries.")
@click.option("--hands", type=click.IntRange(1, 64), help="Processes at work on the month [as `katip month apply`].")
@click.option("--folder", type=click.Path(file_okay=False), default="var/bench", show_default=True)
def month(workplaces: int | None, seed: int, hands: int | None, folder: str) -> None:
    """A month's feed and all that follows from it, against bare data frames and COPY."""
    from pathlib import Path

    from katip.cli.bench.month import SIZES, months

    _last_line("month", months((workplaces,) if workplaces else SIZES, seed=seed, hands=hands, folder=Path(folder)))


@main.command("beside")
@click.option("--workplaces", type=click.IntRange(min=100), default=220_000, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="Of the country.")
@click.option(
    "--hands", type=click.IntRange(1, 64), help="Processes at work on the month [1, as beside `katip serve`]."
)
@click.option("--chunk", type=click.IntRange(1), help="Workplaces of a chunk [as `katip month apply`].")
@click.option("--folder", type=click.Path(file_okay=False), default="var/bench", show_default=True)
def beside(workplaces: int, seed: int, hands: int | None, chunk: int | None, folder: str) -> None:
    """The inbox, the card and approvals while a month is carried out, against the same in quiet."""
    from pathlib import Path

    from katip.cli.bench.beside import beside as measure

    _last_line("beside", measure(workplaces, seed=seed, hands=hands, chunk=chunk, folder=Path(folder)))


@main.command("log")
@click.option("--leaves", type=click.IntRange(min=1_000), default=10_000_000, show_default=True, help="Of the log.")
@click.option("--folder", type=click.Path(file_okay=False), default="var/bench", show_default=True)
def log(leaves: int, folder: str) -> None:
    """Sequencing, an approval with the log and without, proofs of a log of millions, documents made and sealed."""
    from pathlib import Path

    from katip.cli.bench.log import log as measure

    _last_line("log", measure(leaves, Path(folder)))


@main.command("bulk")
@click.option("--folder", type=click.Path(file_okay=False), default="var/bench", show_default=True)
def bulk(folder: str) -> None:
    """An approval over HTTP against a bare endpoint with the same writes, a thousand at once against one by one."""
    from pathlib import Path

    from katip.cli.bench.bulk import bulk as measure

    _last_line("bulk", measure(Path(folder)))


@main.command("rows")
@click.option("--part", "parts", multiple=True, type=click.Choice(["approvals", "pages"]), help="One of them only.")
@click.option("--workplaces", type=click.IntRange(min=1_000), default=22_000, show_default=True, help="Of the country.")
@click.option("--seed", type=int, default=7, show_default=True, help="Of the country.")
@click.option("--folder", type=click.Path(file_okay=False), default="var/bench", show_default=True)
def rows(*, parts: tuple[str, ...], workplaces: int, seed: int, folder: str) -> None:
    """Pages and approvals with row-level security, against the same without."""
    from pathlib import Path

    from katip.cli.bench.rows import rows as approvals
    from katip.cli.bench.rows_pages import pages

    figures: dict[str, object] = {}
    if "approvals" in parts or not parts:
        figures |= approvals(Path(folder))
    if "pages" in parts or not parts:
        figures |= pages(workplaces, seed, Path(folder))
    _last_line("rows", figures)


@main.command("load")
@click.option("--workplaces", type=click.IntRange(min=1_000), default=2_200_000, show_default=True)
@click.option("--beside", type=click.IntRange(min=1_000), default=10_000, show_default=True, help="The small country.")
@click.option("--seed", type=int, default=7, show_default=True, help="Of the countries and of who comes when.")
@click.option("--rate", type=float, default=0.8, show_default=True, help="Visits a second to each country.")
@click.option("--seconds", type=float, default=90.0, show_default=True, help="For so long.")
@click.option("--part", "parts", multiple=True, help="pages, approvals, visits or nothing: to make ready [all].")
@click.option("--folder", type=click.Path(file_okay=False), default="var/bench", show_default=True)
def load(*, folder: str, parts: tuple[str, ...], **asked: Any) -> None:
    """A day's visitors by real sessions: a country beside a small one, and how many it carries."""
    from pathlib import Path

    from katip.cli.bench.load import PARTS
    from katip.cli.bench.load import load as measure

    wanted = [part for part in parts or PARTS if part in PARTS]
    figures = measure(**asked, folder=Path(folder), parts=wanted)
    _last_line("load", figures)


def _last_line(name: str, figures: Mapping[str, object]) -> None:
    click.echo(json.dumps({"bench": name, **figures}))


if __name__ == "__main__":
    main(prog_name="script/bench")
