"""Closing a month: its figures for officials, its digests for everybody it touched."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import connection

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.errors import StaleStateError
from katip.core.jobs import job_defer
from katip.core.usecase import use_case
from katip.updates.jobs import MONTH_KEEP
from katip.updates.models import ChunkState, MonthChunk, MonthFigure, MonthProvider, MonthRun, RunState
from katip.updates.plan.totals import COUNTED, added
from katip.updates.services.digest_make import digests_make
from katip.updates.services.month_plan import require_runner

_FIGURES = ("workplaces", *COUNTED, "minutes_before", "minutes_after")
_MISSING = """
SELECT workplace.province_id, hazard.hazard_class, count(*)
FROM updates_missing AS missing
JOIN registry_workplace AS workplace ON workplace.id = missing.workplace_id
JOIN registry_activityhazard AS hazard ON hazard.activity_id = workplace.activity_id
 AND hazard.valid_from <= %(day)s AND (hazard.valid_to IS NULL OR hazard.valid_to >= %(day)s)
WHERE missing.run_id = %(run)s GROUP BY 1, 2
"""


@use_case
def month_close(*, actor: Actor, at: datetime, run_id: int) -> MonthRun:
    """Add up what a carried-out month came to and make its digests; of two who try, one finds it done.

    Raises `PermissionRefusedError` as `month_plan`; `StaleStateError` where the run is not carried out, or a chunk of
    it is not written yet.
    """
    require_runner(actor)
    run = MonthRun.objects.select_for_update().get(pk=run_id)
    still_open = MonthChunk.objects.filter(run_id=run_id, state=ChunkState.OPEN).exists()
    if run.state not in {RunState.APPLYING, RunState.CLOSING} or still_open or run.at is None:
        raise StaleStateError("this month cannot be closed now")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '128MB'")
    totals = added(MonthChunk.objects.filter(run_id=run_id).values_list("totals", "shares").iterator(chunk_size=20))
    _figures_write(run, totals.pop("places"), _missing(run))
    _providers_write(run, totals.pop("providers"))
    run.totals = {**totals, "digests": digests_make(run_id, at)}
    run.state, run.finished_at = RunState.DONE, at
    run.save(update_fields=["totals", "state", "finished_at"])
    job_defer(MONTH_KEEP)
    record(actor, at, Happening("month:run:done", run.pk, {"period": run.period.isoformat(), **run.totals}))
    return run


def _missing(run: MonthRun) -> Counter[tuple[int, str]]:
    assert run.at is not None  # noqa: S101 -- asked by the caller
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"run": run.pk, "day": day_of(run.at)})
        return Counter({(province, hazard): number for province, hazard, number in cursor.fetchall()})


def _figures_write(run: MonthRun, places: dict[Any, list[int]], missing: Counter[tuple[int, str]]) -> None:
    nothing = [0] * len(_FIGURES)
    MonthFigure.objects.bulk_create(
        MonthFigure(
            run=run,
            province_id=key[0],
            hazard_class=key[1],
            missing=missing[key],
            **dict(zip(_FIGURES, places.get(key, nothing), strict=True)),
        )
        for key in sorted({*places, *missing})
    )


def _providers_write(run: MonthRun, providers: dict[int, list[int]]) -> None:
    MonthProvider.objects.bulk_create(
        MonthProvider(run=run, provider_id=provider, **dict(zip(_FIGURES[1:], figures, strict=True)))
        for provider, figures in sorted(providers.items())
    )
