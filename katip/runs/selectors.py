"""Reading runs: only ever those of the person who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from katip.runs.models import Run, RunRow, RunState


def run_find(person_id: int, run_id: int) -> Run | None:
    """The run, if it is this person's."""
    return Run.objects.filter(pk=run_id, person_id=person_id).first()


def runs_find(person_id: int, *, before: int | None = None, limit: int) -> list[Run]:
    """The confirmed runs of a person, the newest first: `limit` + 1 at most (one more tells of a next page)."""
    runs = Run.objects.filter(person_id=person_id).exclude(state=RunState.DRAFT)
    if before is not None:
        runs = runs.filter(pk__lt=before)
    return list(runs.order_by("-pk")[: limit + 1])


def run_rows(run: Run, *, after: int = 0, limit: int, refused: bool | None = None) -> list[RunRow]:
    """Rows of a run in their order with what came of them: `limit` + 1 at most.

    With `refused` only those that were (True) or were not (False); then rows without an outcome are left out.
    """
    rows = RunRow.objects.filter(run_id=run.pk, no__gt=after).select_related("outcome")
    if refused is not None:
        rows = rows.exclude(outcome__code="") if refused else rows.filter(outcome__code="")
    if refused:
        rows = rows.filter(outcome__isnull=False)
    return list(rows.order_by("no")[: limit + 1])


def run_subjects(run: Run) -> list[int]:
    """What all rows of a run are about; at most as many as a run may have."""
    return list(RunRow.objects.filter(run_id=run.pk).values_list("subject_id", flat=True))


@dataclass(frozen=True, slots=True)
class Share:
    """The rows of a run for one kind of process and one provider, of how many workplaces.

    `minutes` is their sum, None where they are not about minutes; `due_on` the earliest last day; `gone` counts those
    that no longer stand as they were shown.
    """

    code: int
    provider: str
    rows: int
    workplaces: int
    minutes: int | None
    due_on: date | None
    gone: int


_SHARES = """
SELECT process.code, COALESCE(provider.short_title, ''), count(*), count(DISTINCT process.workplace_id),
       sum((process.terms ->> 'minutes')::int), min(process.due_on),
       count(*) FILTER (WHERE process.state <> 'open' OR process.version <> line.version)
FROM runs_runrow AS line
JOIN processes_process AS process ON process.id = line.subject_id
LEFT JOIN registry_provider AS provider ON provider.id = process.provider_id
WHERE line.run_id = %s
GROUP BY process.code, process.provider_id, provider.short_title
ORDER BY count(*) DESC, 2, process.code
LIMIT %s
"""
SHARES = 500
_WORKPLACES = """
SELECT count(DISTINCT process.workplace_id)
FROM runs_runrow AS line JOIN processes_process AS process ON process.id = line.subject_id WHERE line.run_id = %s
"""


def run_shares(run: Run) -> Sequence[Share]:
    """What a run of processes consists of, the largest share first; at most `SHARES`."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, [run.pk, SHARES])
        return [Share(*row) for row in cursor.fetchall()]


def run_workplaces(run: Run) -> int:
    """Of how many workplaces the rows of a run of processes are."""
    with connection.cursor() as cursor:
        cursor.execute(_WORKPLACES, [run.pk])
        return int(cursor.fetchone()[0])
