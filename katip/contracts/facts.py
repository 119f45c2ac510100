"""What the law asks about when a service contract is offered or approved, read for many at once with one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from katip.core.clock import day_of
from katip.core.usecase import whole_register
from katip.rules import (
    Block,
    CertificateClass,
    EndReason,
    HazardClass,
    Profession,
    Requirement,
    RuleViolation,
    UndertakerQuality,
    assignable,
    blocked_until,
    blocks_minutes,
    check_own_undertaking,
    required_minutes,
)

_FACTS = """
WITH asked AS (
    SELECT * FROM unnest(%(key)s::int[], %(workplace)s::bigint[], %(professional)s::bigint[], %(provider)s::bigint[],
                         %(certificate)s::bigint[], %(profession)s::text[], %(contract)s::bigint[])
        AS asked (key, workplace_id, professional_id, provider_id, certificate_id, profession, contract_id)
), live AS (
    SELECT contract.id, contract.workplace_id, contract.professional_id, contract.provider_id, contract.profession,
           current.minutes, current.assignment_type
    FROM (
        SELECT id, workplace_id, professional_id, provider_id, profession FROM contracts_contract
        WHERE professional_id = ANY(%(professional)s::bigint[]) AND state = 'active'
        UNION
        SELECT id, workplace_id, professional_id, provider_id, profession FROM contracts_contract
        WHERE workplace_id = ANY(%(workplace)s::bigint[]) AND state = 'active'
    ) AS contract
    CROSS JOIN LATERAL (
        SELECT version.minutes, version.assignment_type FROM contracts_contractversion AS version
        WHERE version.contract_id = contract.id AND version.valid_from <= %(at)s
        ORDER BY version.valid_from DESC, version.no DESC LIMIT 1
    ) AS current
)
SELECT asked.key, workplace.closed_on, hazard.hazard_class, headcount.employees, headcount.period,
       certificate.certificate_class, certificate.valid_from, certificate.valid_to,
       (SELECT COALESCE(sum(staff.minutes), 0) FROM registry_staffcontract AS staff
        WHERE staff.professional_id = asked.professional_id AND staff.provider_id = asked.provider_id
          AND staff.valid_from <= %(day)s AND (staff.valid_to IS NULL OR staff.valid_to >= %(day)s)),
       (SELECT COALESCE(sum(live.minutes), 0) FROM live
        WHERE live.professional_id = asked.professional_id AND live.provider_id = asked.provider_id
          AND live.id IS DISTINCT FROM asked.contract_id),
       (SELECT COALESCE(sum(open.minutes), 0) FROM contracts_contract AS open
        WHERE open.professional_id = asked.professional_id AND open.provider_id = asked.provider_id
          AND open.state IN ('awaiting_professional', 'awaiting_employer')
          AND open.id IS DISTINCT FROM asked.contract_id),
       (SELECT COALESCE(array_agg(live.minutes ORDER BY live.id), '{}') FROM live
        WHERE live.workplace_id = asked.workplace_id AND live.profession = asked.profession
          AND live.assignment_type = 'part_time' AND live.id IS DISTINCT FROM asked.contract_id),
       (SELECT count(*) FROM live
        WHERE live.workplace_id = asked.workplace_id AND live.profession = asked.profession
          AND live.assignment_type = 'full_time' AND live.id IS DISTINCT FROM asked.contract_id),
       EXISTS (SELECT FROM live WHERE live.workplace_id = asked.workplace_id AND live.profession = asked.profession
                 AND live.professional_id = asked.professional_id AND live.id IS DISTINCT FROM asked.contract_id),
       EXISTS (SELECT FROM live WHERE live.workplace_id = asked.workplace_id
                 AND live.profession = 'workplace_physician' AND live.assignment_type = 'full_time'),
       EXISTS (SELECT FROM live WHERE live.professional_id = asked.professional_id
                 AND live.assignment_type = 'full_time' AND live.id IS DISTINCT FROM asked.contract_id),
       (SELECT own.minutes FROM contracts_undertaking AS own
        WHERE own.workplace_id = asked.workplace_id AND own.state = 'active'),
       provider.suspended_on, professional.suspended_on,
       (SELECT COALESCE(jsonb_agg(jsonb_build_array(
                   last.minutes, (ended.active_from AT TIME ZONE 'Europe/Istanbul')::date,
                   ended.ends_on, ended.end_reason)), '[]')
        FROM contracts_contract AS ended
        CROSS JOIN LATERAL (
            SELECT version.minutes FROM contracts_contractversion AS version WHERE version.contract_id = ended.id
            ORDER BY version.valid_from DESC, version.no DESC LIMIT 1
        ) AS last
        WHERE ended.professional_id = asked.professional_id AND ended.provider_id = asked.provider_id
          AND ended.state = 'ended' AND ended.ends_on >= date_trunc('month', %(day)s::date))
FROM asked
JOIN registry_professional AS professional ON professional.id = asked.professional_id
LEFT JOIN registry_provider AS provider ON provider.id = asked.provider_id
JOIN registry_workplace AS workplace ON workplace.id = asked.workplace_id
JOIN registry_certificate AS certificate ON certificate.id = asked.certificate_id
LEFT JOIN LATERAL (
    SELECT hazard_class FROM registry_activityhazard AS hazard
    WHERE hazard.activity_id = workplace.activity_id AND hazard.valid_from <= %(day)s
      AND (hazard.valid_to IS NULL OR hazard.valid_to >= %(day)s)
    ORDER BY hazard.valid_from DESC LIMIT 1
) AS hazard ON true
LEFT JOIN LATERAL (
    SELECT employees, period FROM registry_headcount AS headcount
    WHERE headcount.workplace_id = workplace.id ORDER BY headcount.period DESC LIMIT 1
) AS headcount ON true
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """An assignment to be judged. `contract_id` is its own, so that it does not count against itself.

    `provider_id` is None where the employer assigns own staff.
    """

    workplace_id: int
    professional_id: int
    provider_id: int | None
    certificate_id: int
    profession: Profession
    contract_id: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The state of the world on one day, minutes a month throughout.

    `hazard` and `employees` are None where the register does not know them. `part_time` lists the minutes of each
    part-time contract of the same profession in force at the workplace, `full_time_persons` counts the full-time ones;
    `staff`, `active`, `pending` and `blocks` are the professional's with the provider: minutes promised to one provider
    cannot be sold by another. The contract asked about is in none of them.
    """

    day: date
    closed_on: date | None
    hazard: HazardClass | None
    employees: int | None
    period: date | None
    certificate_class: CertificateClass
    certificate_from: date
    certificate_to: date | None
    staff: int
    active: int
    pending: int
    part_time: tuple[int, ...]
    full_time_persons: int
    already_live: bool
    full_time_physician: bool
    full_time_elsewhere: bool
    undertaken_minutes: int | None
    provider_suspended_on: date | None
    professional_suspended_on: date | None
    blocks: tuple[Block, ...]

    @property
    def undertaken(self) -> bool:
        """Whether the employer serves in person, and still may."""
        return undertaking_fits(self.undertaken_minutes, self.hazard, self.employees, self.day)

    @property
    def running(self) -> int:
        """Part-time minutes of the same profession in force at the workplace."""
        return sum(self.part_time)

    @property
    def blocked(self) -> int:
        """Minutes of contracts that ended early, not free before the month's end."""
        return sum(block.minutes for block in self.blocks)

    @property
    def free(self) -> int:
        """Minutes that a new offer may take; negative where more was promised than there is."""
        return assignable([self.staff], [self.active], [self.blocked], [self.pending])

    @property
    def blocked_until(self) -> date | None:
        """The last day of the blocks, or None where nothing is blocked."""
        return max((block.until for block in self.blocks), default=None)

    def requirement(self, profession: Profession) -> Requirement | None:
        """What the law asks of the workplace, or None where its class or headcount is unknown."""
        if self.hazard is None or self.employees is None:
            return None
        return required_minutes(
            profession,
            hazard=self.hazard,
            employees=self.employees,
            as_of=self.day,
            full_time_physician=self.full_time_physician,
        )


def undertaking_fits(minutes: int | None, hazard: HazardClass | None, employees: int | None, day: date) -> bool:
    """Whether an own undertaking of `minutes` a month, None for none, still stands for the specialist and physician.

    It does not once the workplace has grown or changed its class. That its person serves elsewhere too is not asked.
    """
    if minutes is None or hazard is None or employees is None:
        return minutes is not None
    try:
        check_own_undertaking(
            hazard=hazard,
            employees=employees,
            quality=UndertakerQuality.EMPLOYER,
            other_workplaces=(),
            province=0,
            minutes=minutes,
            as_of=day,
        )
    except RuleViolation:
        return False
    return True


@whole_register("the law counts the professional's and the workplace's contracts with everybody")
def facts_read(asked: Sequence[Asked], at: datetime) -> list[Facts]:
    """The facts of each assignment asked about, in the same order, by one statement."""
    day = day_of(at)
    parameters: dict[str, Any] = {
        "key": list(range(len(asked))),
        "workplace": [one.workplace_id for one in asked],
        "professional": [one.professional_id for one in asked],
        "provider": [one.provider_id for one in asked],
        "certificate": [one.certificate_id for one in asked],
        "profession": [str(one.profession) for one in asked],
        "contract": [one.contract_id for one in asked],
        "at": at,
        "day": day,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, parameters)
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    return [_facts(day, rows[key]) for key in range(len(asked))]


def _facts(day: date, row: tuple[Any, ...]) -> Facts:
    closed_on, hazard, employees, period, certificate_class, *rest, ended = row
    since, until, staff, active, pending, part_time, *others = rest
    in_order: tuple[Any, ...] = (
        *(day, closed_on, HazardClass(str(hazard)) if hazard else None, employees, period),
        *(CertificateClass(str(certificate_class)), since, until),
        *(staff, active, pending, tuple(part_time)),
        *others,
        blocks_of(ended if isinstance(ended, list) else json.loads(ended), day),
    )
    return Facts(*in_order)


def blocks_of(ended: list[list[Any]], day: date) -> tuple[Block, ...]:
    """The blocks among contracts that ended this month, given as minutes, first day, last day, reason."""
    blocks = []
    for minutes, started, last, reason in ended:
        first, end = (date.fromisoformat(str(one)) for one in (started, last))
        if blocks_minutes(min(first, end), end, EndReason(reason), day):
            blocks.append(Block(minutes, blocked_until(end)))
    return tuple(blocks)
