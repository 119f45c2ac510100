"""An installation as `katip serve` runs it, whose answers say what they cost: called by `script/bench load`.

What every day begins with, a verdict on each contract of the country, is left out: it belongs to the night.

`python -m katip.cli.bench.load_server` with the `KATIP_*` of the installation serves until it is told to stop.
`… load_server sessions FILE` prints a session key for each account of the file, of somebody who came in just now.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

_WEB = 2
"""web processes, with one hand beside them: as many as `katip serve` starts on two cores"""


def serve() -> None:
    """Serve until a signal comes."""
    from django.conf import settings

    from katip.cli.bench.beside_country import static
    from katip.cli.hands import hands_run
    from katip.cli.sending import sending
    from katip.cli.sequencer import sequencing
    from katip.cli.stopping import StopRequested, pause, signals_set, stop_at_pauses
    from katip.cli.web_process import ready_await, web_run

    static()
    signals_set()
    try:
        stop_at_pauses(settings.KATIP.stop_seconds)
        with web_run(settings.KATIP, workers=_WEB, application="katip.cli.bench.load_app:application") as web:
            ready_await(web, settings.KATIP)
            with hands_run(1) as hands, sequencing(), sending():
                while web.poll() is None:
                    hands.tend()
                    pause(1)
    except StopRequested:
        return
    sys.exit(f"The web server ended by itself (status {web.returncode}).")


def sessions(path: Path) -> list[str]:
    """A key for each account, for whom one of their workplaces is chosen."""
    from katip.cli.bench.beside_country import sessions_open
    from katip.cli.bench.load_world import accounts_read
    from katip.core.crypto import lookup_key
    from katip.identity.models import Person

    accounts = accounts_read(path)
    keys = [lookup_key(one.national_id) for one in accounts]
    people = dict(Person.objects.filter(national_id_key__in=keys).values_list("national_id_key", "pk"))
    return sessions_open([(people[key], one.waiting[0][1]) for key, one in zip(keys, accounts, strict=True)])


def main(arguments: Sequence[str]) -> None:
    """Do what is named by the first argument."""
    import django

    django.setup()
    match arguments:
        case []:
            serve()
        case ["sessions", file]:
            click.echo(json.dumps(sessions(Path(file))))
        case _:
            sys.exit(f"{arguments}: not known here")


if __name__ == "__main__":
    main(sys.argv[1:])
