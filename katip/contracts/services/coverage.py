"""Counting how workplaces are served, for officials: by the sweep, once a day, so that no page ever counts them.

Counted are open workplaces with at least one employee and a known hazard class.
"""

from datetime import datetime, timedelta

from django.db import connection

from katip.audit.services.record import Happening, record
from katip.contracts.models import Coverage
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case

FUNNEL_DAYS = 90
"""how many days of offers the funnel tells of"""

_CLASSED = """
WITH class AS (
    SELECT DISTINCT ON (activity_id) activity_id, hazard_class FROM registry_activityhazard
    WHERE valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
    ORDER BY activity_id, valid_from DESC
)"""

_COVERAGE = (
    _CLASSED  # noqa: S608 -- no values
    + """, newest AS (
    SELECT DISTINCT ON (workplace_id) workplace_id, employees FROM registry_headcount WHERE period <= %(day)s
    ORDER BY workplace_id, period DESC
), served AS (
    SELECT workplace_id,
           bool_or(state = 'active' AND profession = 'safety_specialist') AS specialist,
           bool_or(state = 'active' AND profession = 'workplace_physician') AS physician,
           bool_or(state <> 'active') AS waiting,
           bool_or(state = 'active' AND fit = 'short') AS short
    FROM contracts_contract WHERE state IN ('active', 'awaiting_professional', 'awaiting_employer')
    GROUP BY workplace_id
), own AS (
    SELECT workplace_id FROM contracts_undertaking WHERE state = 'active'
), judged AS (
    SELECT workplace.province_id, class.hazard_class, newest.employees,
           COALESCE(served.specialist, false) OR own.workplace_id IS NOT NULL AS specialist,
           COALESCE(served.physician, false) OR own.workplace_id IS NOT NULL AS physician,
           COALESCE(served.waiting, false) AS waiting, COALESCE(served.short, false) AS short
    FROM registry_workplace AS workplace
    JOIN class ON class.activity_id = workplace.activity_id
    JOIN newest ON newest.workplace_id = workplace.id AND newest.employees > 0
    LEFT JOIN served ON served.workplace_id = workplace.id
    LEFT JOIN own ON own.workplace_id = workplace.id
    WHERE workplace.closed_on IS NULL OR workplace.closed_on > %(day)s
)
INSERT INTO contracts_coverage (day, province_id, hazard_class, workplaces, employees, served, with_specialist,
                                with_physician, waiting, short)
SELECT %(day)s, province_id, hazard_class, count(*), sum(employees), count(*) FILTER (WHERE specialist AND physician),
       count(*) FILTER (WHERE specialist), count(*) FILTER (WHERE physician), count(*) FILTER (WHERE waiting),
       count(*) FILTER (WHERE short)
FROM judged GROUP BY province_id, hazard_class
ON CONFLICT (day, province_id, hazard_class) DO UPDATE SET
    workplaces = EXCLUDED.workplaces, employees = EXCLUDED.employees, served = EXCLUDED.served,
    with_specialist = EXCLUDED.with_specialist, with_physician = EXCLUDED.with_physician,
    waiting = EXCLUDED.waiting, short = EXCLUDED.short
"""
)

_PROVIDERS = (
    _CLASSED
    + """
INSERT INTO contracts_providercoverage (provider_id, province_id, hazard_class, counted_on, workplaces, active,
                                        waiting, short)
SELECT contract.provider_id, workplace.province_id, class.hazard_class, %(day)s,
       count(DISTINCT contract.workplace_id) FILTER (WHERE contract.state = 'active'),
       count(*) FILTER (WHERE contract.state = 'active'), count(*) FILTER (WHERE contract.state <> 'active'),
       count(*) FILTER (WHERE contract.state = 'active' AND contract.fit = 'short')
FROM contracts_contract AS contract
JOIN registry_workplace AS workplace ON workplace.id = contract.workplace_id
JOIN class ON class.activity_id = workplace.activity_id
WHERE contract.provider_id IS NOT NULL AND contract.state IN ('active', 'awaiting_professional', 'awaiting_employer')
GROUP BY contract.provider_id, workplace.province_id, class.hazard_class
ON CONFLICT (provider_id, province_id, hazard_class) DO UPDATE SET
    counted_on = EXCLUDED.counted_on, workplaces = EXCLUDED.workplaces, active = EXCLUDED.active,
    waiting = EXCLUDED.waiting, short = EXCLUDED.short
"""
)

_PROVIDERS_GONE = """
UPDATE contracts_providercoverage SET counted_on = %(day)s, workplaces = 0, active = 0, waiting = 0, short = 0
WHERE counted_on < %(day)s
"""

_FUNNEL = (
    _CLASSED
    + """
INSERT INTO contracts_offerfunnel (province_id, hazard_class, counted_on, offered, accepted, approved,
    rejected_first, rejected_second, lapsed_first, lapsed_second, withdrawn_first, withdrawn_second)
SELECT workplace.province_id, class.hazard_class, %(day)s, count(*),
       count(*) FILTER (WHERE contract.state IN ('active', 'ended', 'awaiting_employer') OR process.current_step > 1),
       count(*) FILTER (WHERE contract.state IN ('active', 'ended')),
       count(*) FILTER (WHERE contract.state = 'rejected' AND process.current_step = 1),
       count(*) FILTER (WHERE contract.state = 'rejected' AND process.current_step > 1),
       count(*) FILTER (WHERE contract.state = 'lapsed' AND process.current_step = 1),
       count(*) FILTER (WHERE contract.state = 'lapsed' AND process.current_step > 1),
       count(*) FILTER (WHERE contract.state = 'withdrawn' AND process.current_step = 1),
       count(*) FILTER (WHERE contract.state = 'withdrawn' AND process.current_step > 1)
FROM contracts_contract AS contract
JOIN processes_process AS process ON process.id = contract.process_id
JOIN registry_workplace AS workplace ON workplace.id = contract.workplace_id
JOIN class ON class.activity_id = workplace.activity_id
WHERE contract.created_at >= %(since)s AND contract.form = 'service' AND NOT contract.carried_over
GROUP BY workplace.province_id, class.hazard_class
ON CONFLICT (province_id, hazard_class) DO UPDATE SET
    counted_on = EXCLUDED.counted_on, offered = EXCLUDED.offered, accepted = EXCLUDED.accepted,
    approved = EXCLUDED.approved, rejected_first = EXCLUDED.rejected_first,
    rejected_second = EXCLUDED.rejected_second, lapsed_first = EXCLUDED.lapsed_first,
    lapsed_second = EXCLUDED.lapsed_second, withdrawn_first = EXCLUDED.withdrawn_first,
    withdrawn_second = EXCLUDED.withdrawn_second
"""
)

_FUNNEL_GONE = """
UPDATE contracts_offerfunnel SET counted_on = %(day)s, offered = 0, accepted = 0, approved = 0, rejected_first = 0,
    rejected_second = 0, lapsed_first = 0, lapsed_second = 0, withdrawn_first = 0, withdrawn_second = 0
WHERE counted_on < %(day)s
"""


def coverage_due(at: datetime) -> bool:
    """Whether nothing was counted yet on this day."""
    return not Coverage.objects.filter(day=day_of(at)).exists()


@use_case
def coverage_count(*, actor: Actor, at: datetime) -> int:
    """Count by province and hazard class, by provider, and what became of offers; returns the rows of the day.

    Counted again on the same day, the day's figures are replaced; earlier days stay. What is no more becomes 0. Only
    the operator's commands count: raises `PermissionRefusedError` for a person.
    """
    if actor.person_id is not None:
        raise PermissionRefusedError("operator_only")
    day = day_of(at)
    parameters = {"day": day, "since": at - timedelta(days=FUNNEL_DAYS)}
    with connection.cursor() as cursor:
        cursor.execute(_COVERAGE, parameters)
        counted = int(cursor.rowcount)
        for statement in (_PROVIDERS, _PROVIDERS_GONE, _FUNNEL, _FUNNEL_GONE):
            cursor.execute(statement, parameters)
    record(actor, at, Happening("contract:coverage:counted", None, {"day": day.isoformat(), "rows": counted}))
    return counted
