"""Counting what the public check was asked, and telling the audit log once an hour."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.documents.tally import CheckTally

_COUNT = """
INSERT INTO documents_checktally (hour, way, outcome, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (hour, way, outcome) DO UPDATE SET count = documents_checktally.count + 1
"""
_MOST = 1_000
"""rows that one run tells of: an hour has a dozen or two"""


@use_case
def check_count(*, actor: Actor, at: datetime, way: str, outcome: str) -> None:
    """Count one check that came by `way` (a code, a file, a proof) and had this outcome.

    Who asked, and for which document, is not taken down: the log would otherwise tell who looks at whose contract. The
    event comes by `checks_record`, one an hour, so that nobody can fill the log by asking.
    """
    del actor
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_hour(at), way, outcome])


@use_case
def checks_record(*, actor: Actor, at: datetime) -> int:
    """Record the figures of the hours that are over, an event each; returns how many checks they tell of.

    What was counted late, into an hour already recorded, is told by one more event of that hour.
    """
    rows = CheckTally.objects.select_for_update().filter(hour__lt=_hour(at), count__gt=F("recorded")).order_by("hour")
    hours: dict[datetime, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    total = 0
    told = list(rows[:_MOST])
    for row in told:
        hours[row.hour][row.way][row.outcome] = row.count - row.recorded
        total += row.count - row.recorded
        row.recorded = row.count
    if told:
        CheckTally.objects.bulk_update(told, ["recorded"])
        record(actor, at, *(_happening(hour, counts) for hour, counts in hours.items()))
    return total


def _happening(hour: datetime, counts: dict[str, Any]) -> Happening:
    detail = {"from": hour.isoformat(), "until": (hour + timedelta(hours=1)).isoformat(), "counts": counts}
    return Happening("document:checks:counted", None, detail)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
