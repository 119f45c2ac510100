"""A month that is carried out while machines die; run where Katip's settings are, by `deploy/cluster run`.

`python -m deploy.faults.month WORKPLACES CHUNK` tells of more employees at workplaces whose contract is in force, plans
the month in chunks of so many workplaces and leaves them to the workers. `check` says afterwards whether each line of
the plan was written, and none twice.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

_EMPLOYEES = 3
"""`bulk_world` has two at each: contracts then ask for more minutes"""

_IN_FORCE = """
SELECT workplace.sgk_number FROM contracts_contract AS contract
JOIN registry_workplace AS workplace ON workplace.id = contract.workplace_id
WHERE contract.state = 'active' AND contract.active_from < now() - interval '20 days'
ORDER BY contract.id LIMIT %s
"""

_WRITTEN = """
SELECT run.id, run.state, run.chunks, (run.summary ->> 'asked')::int + (run.summary ->> 'provider')::int,
    (SELECT count(*) FROM contracts_durationupdate AS one WHERE one.run = run.id),
    (SELECT count(DISTINCT contract_id) FROM contracts_durationupdate AS one WHERE one.run = run.id),
    (SELECT count(*) FROM updates_monthchunk AS part WHERE part.run_id = run.id AND part.state = 'done'),
    (SELECT count(*) FROM audit_event WHERE tag = 'month:chunk:written' AND subject_id = run.id),
    (SELECT count(DISTINCT detail.body ->> 'chunk') FROM audit_event AS event
     JOIN audit_eventdetail AS detail ON detail.event_id = event.id
     WHERE event.tag = 'month:chunk:written' AND event.subject_id = run.id)
FROM updates_monthrun AS run WHERE run.state <> 'dropped' ORDER BY run.id
"""


def begin(workplaces: int, chunk: int) -> int:
    """Plan the month and begin it; returns how many chunks it has."""
    from django.db import connection

    from katip.core.actor import OPERATOR
    from katip.registry.models import Headcount
    from katip.updates.services.feed_take import feed_take
    from katip.updates.services.month_apply import month_begin
    from katip.updates.services.month_plan import month_plan

    newest = Headcount.objects.latest("period").period
    period = date(newest.year + newest.month // 12, newest.month % 12 + 1, 1)
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [workplaces])
        numbers = [number for (number,) in cursor.fetchall()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "headcounts.csv"
        lines = [f"{number},{period:%Y-%m},{_EMPLOYEES}" for number in numbers]
        path.write_text("\n".join(["sgk_number,period,employees", *lines, ""]), "utf-8")
        feed_take(actor=OPERATOR, at=datetime.now(UTC), path=path)
    run = month_plan(actor=OPERATOR, at=datetime.now(UTC), period=period, chunk=chunk)
    month_begin(actor=OPERATOR, at=datetime.now(UTC), run_id=run.pk)
    return run.chunks


def check(cursor: Any) -> tuple[int, list[str]]:
    """How many contracts months changed, and what does not fit."""
    cursor.execute(_WRITTEN)
    changed, wrong = 0, []
    for run, state, chunks, planned, *written in cursor.fetchall():
        changed += planned
        if state != "done" or written != [planned, planned, chunks, chunks, chunks]:
            wrong.append(
                f"month {run}: {state}, {planned} contracts planned, {written[0]} written, of {written[1]} contracts; "
                f"{chunks} chunks planned, {written[2]} done, {written[3]} recorded, {written[4]} of them different"
            )
    return changed, wrong


def main(arguments: Sequence[str]) -> None:
    """Begin it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katip.config.settings")
    import django

    django.setup()
    workplaces, chunk = map(int, arguments)
    sys.stdout.write(f"{begin(workplaces, chunk)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
