"""A small country with a month that was begun, in the migrated database behind the environment.

A program of its own, since it needs settings of its own: `python -m tests.updates.scratch_month WORKPLACES CHUNK`.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import django


def main(workplaces: int, chunk: int) -> None:
    """Make it; the month is cut into chunks of so many workplaces."""
    django.setup()
    from django.db import connection

    from katip.core.actor import OPERATOR
    from katip.demo.country.load import country_load
    from katip.updates.services.feed_take import feed_take
    from katip.updates.services.month_apply import month_begin
    from katip.updates.services.month_plan import month_plan

    connection.ensure_connection()
    at = datetime.now(UTC)
    with TemporaryDirectory() as folder:
        made = country_load(connection.connection, workplaces=workplaces, seed=7, folder=Path(folder))
        feed_take(actor=OPERATOR, at=at, path=next(file for file in made.files if file.suffix == ".csv"))
    run = month_plan(actor=OPERATOR, at=at, period=made.period, chunk=chunk)
    month_begin(actor=OPERATOR, at=at, run_id=run.pk)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
