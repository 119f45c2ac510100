"""Closing a month: its figures for officials, its digests for everybody it touched."""

from datetime import datetime

from django.db import connection

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.errors import StaleStateError
from katip.core.usecase import use_case
from katip.updates.models import ChunkState, MonthChunk, MonthRun, RunState
from katip.updates.services.digest_make import digests_make

_FIGURES = """
INSERT INTO updates_monthfigure (run_id, province_id, hazard_class, workplaces, amended, asked, conflicts, ended,
                                 missing, minutes_before, minutes_after)
SELECT %(run)s, province_id, hazard, sum(workplaces), sum(amended), sum(asked), sum(conflicts), sum(ended),
       sum(missing), sum(minutes_before), sum(minutes_after)
FROM (
    SELECT workplace.province_id, change.hazard_after AS hazard, count(DISTINCT change.workplace_id) AS workplaces,
           count(*) FILTER (WHERE outcome = 'amended') AS amended, count(*) FILTER (WHERE outcome = 'asked') AS asked,
           count(*) FILTER (WHERE outcome IN ('provider', 'person')) AS conflicts,
           count(*) FILTER (WHERE outcome = 'ended') AS ended, 0 AS missing,
           sum(change.minutes_before) AS minutes_before,
           sum(CASE outcome WHEN 'amended' THEN change.minutes_after WHEN 'ended' THEN 0
                            ELSE change.minutes_before END) AS minutes_after
    FROM contracts_monthchange AS change JOIN registry_workplace AS workplace ON workplace.id = change.workplace_id
    WHERE change.run = %(run)s GROUP BY 1, 2
    UNION ALL
    SELECT workplace.province_id, hazard.hazard_class, 0, 0, 0, 0, 0, count(*), 0, 0
    FROM updates_missing AS missing
    JOIN registry_workplace AS workplace ON workplace.id = missing.workplace_id
    JOIN registry_activityhazard AS hazard ON hazard.activity_id = workplace.activity_id
     AND hazard.valid_from <= %(day)s AND (hazard.valid_to IS NULL OR hazard.valid_to >= %(day)s)
    WHERE missing.run_id = %(run)s GROUP BY 1, 2
) AS every
GROUP BY province_id, hazard
"""
_PROVIDERS = """
INSERT INTO updates_monthprovider (run_id, provider_id, amended, asked, conflicts, ended, minutes_before, minutes_after)
SELECT %(run)s, provider_id, count(*) FILTER (WHERE outcome = 'amended'), count(*) FILTER (WHERE outcome = 'asked'),
       count(*) FILTER (WHERE outcome IN ('provider', 'person')), count(*) FILTER (WHERE outcome = 'ended'),
       sum(minutes_before),
       sum(CASE outcome WHEN 'amended' THEN minutes_after WHEN 'ended' THEN 0 ELSE minutes_before END)
FROM contracts_monthchange WHERE run = %(run)s AND provider_id IS NOT NULL GROUP BY provider_id
"""
_COUNTS = ("amended", "asked", "provider", "person", "ended", "minutes_before", "minutes_after")


@use_case
def month_close(*, actor: Actor, at: datetime, run_id: int) -> MonthRun:
    """Count what a carried-out month came to and make its digests; of two who try, one finds it done.

    Raises `StaleStateError` where the run is not carried out, or a chunk of it is not written yet.
    """
    run = MonthRun.objects.select_for_update().get(pk=run_id)
    still_open = MonthChunk.objects.filter(run_id=run_id, state=ChunkState.OPEN).exists()
    if run.state not in {RunState.APPLYING, RunState.CLOSING} or still_open or run.at is None:
        raise StaleStateError("this month cannot be closed now")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        for statement in (_FIGURES, _PROVIDERS):
            cursor.execute(statement, {"run": run_id, "day": day_of(run.at)})
    digests = digests_make(run_id, at)
    totals = dict.fromkeys(_COUNTS, 0)
    for part in MonthChunk.objects.filter(run_id=run_id).values_list("totals", flat=True).iterator():
        for name in _COUNTS:
            totals[name] += part[name]
    run.totals = {**totals, "digests": digests}
    run.state, run.finished_at = RunState.DONE, at
    run.save(update_fields=["totals", "state", "finished_at"])
    record(actor, at, Happening("month:run:done", run.pk, {"period": run.period.isoformat(), **run.totals}))
    return run
