"""Whether the contracts in force are what the law asks: judged anew whenever something of it changes, kept in `fit`.

Judged for a workplace and profession as a whole: several contracts are fit, or short, together. An own undertaking in
force stands for the safety specialist and the physician.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from katip.contracts.facts import undertaking_fits
from katip.contracts.models import Contract, Fitness
from katip.core.clock import day_of
from katip.core.usecase import whole_register
from katip.rules import Compliance, HazardClass, Profession, judge_compliance, required_minutes

UNDERTAKEN = (Profession.SAFETY_SPECIALIST, Profession.WORKPLACE_PHYSICIAN)

_READ = """
SELECT workplace.id, hazard.hazard_class, headcount.employees,
       (SELECT own.minutes FROM contracts_undertaking AS own
        WHERE own.workplace_id = workplace.id AND own.state = 'active'),
       COALESCE((
           SELECT jsonb_agg(jsonb_build_array(contract.profession, current.assignment_type, current.minutes))
           FROM contracts_contract AS contract
           CROSS JOIN LATERAL (
               SELECT version.minutes, version.assignment_type FROM contracts_contractversion AS version
               WHERE version.contract_id = contract.id AND version.valid_from <= %(at)s
               ORDER BY version.valid_from DESC, version.no DESC LIMIT 1
           ) AS current
           WHERE contract.workplace_id = workplace.id AND contract.state = 'active'
             AND contract.id <> ALL(%(without)s)
       ), '[]')
FROM registry_workplace AS workplace
LEFT JOIN LATERAL (
    SELECT hazard_class FROM registry_activityhazard AS hazard
    WHERE hazard.activity_id = workplace.activity_id AND hazard.valid_from <= %(day)s
      AND (hazard.valid_to IS NULL OR hazard.valid_to >= %(day)s)
    ORDER BY hazard.valid_from DESC LIMIT 1
) AS hazard ON true
LEFT JOIN LATERAL (
    SELECT employees FROM registry_headcount AS headcount
    WHERE headcount.workplace_id = workplace.id ORDER BY headcount.period DESC LIMIT 1
) AS headcount ON true
WHERE workplace.id = ANY(%(workplaces)s)
"""

_WRITE = """
UPDATE contracts_contract AS contract SET fit = differs.fit
FROM (
    SELECT contract.id, judged.fit
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS judged (workplace_id, profession, fit)
    JOIN contracts_contract AS contract
      ON contract.workplace_id = judged.workplace_id AND contract.profession = judged.profession
    WHERE contract.state = 'active' AND contract.fit <> judged.fit
    FOR NO KEY UPDATE OF contract SKIP LOCKED
) AS differs
WHERE contract.id = differs.id
"""
# What somebody else holds is skipped: two who end contracts of one workplace would wait for each other for ever. The
# sweep judges it anew within the minute.


@dataclass(frozen=True, slots=True)
class WorkplaceFitness:
    """What a workplace's contracts in force are worth, per profession; None where its figures are not known.

    `undertaken` says that the employer serves personally, and still may: then the specialist and the physician are
    not owed.
    """

    workplace_id: int
    hazard: HazardClass | None
    employees: int | None
    undertaken: bool
    judged: dict[Profession, Compliance | None]

    def fitness(self, profession: Profession) -> Fitness:
        """The value that contracts of this profession carry."""
        judged = self.judged[profession]
        if judged is None:
            return Fitness.UNKNOWN
        if self.undertaken and profession in UNDERTAKEN:
            return Fitness.ABOVE
        return Fitness(str(judged.verdict))


@whole_register("a workplace is judged by the contracts of all its providers")
def fitness_of(
    workplace_ids: Collection[int], at: datetime, *, without: Collection[int] = ()
) -> dict[int, WorkplaceFitness]:
    """Judge the contracts in force at each workplace, by one statement; those in `without` count as ended."""
    day = day_of(at)
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "workplaces": sorted(set(workplace_ids)),
            "at": at,
            "day": day,
            "without": list(without),
        }
        cursor.execute(_READ, asked)
        return {row[0]: _judge(day, row) for row in cursor.fetchall()}


def _judge(day: date, row: tuple[Any, ...]) -> WorkplaceFitness:
    workplace_id, hazard_word, employees, own_minutes, listed = row
    running = listed if isinstance(listed, list) else json.loads(listed)
    hazard = HazardClass(str(hazard_word)) if hazard_word else None
    full_time_physician = any(one[:2] == ["workplace_physician", "full_time"] for one in running)
    judged: dict[Profession, Compliance | None] = dict.fromkeys(Profession)
    if hazard is not None and employees is not None:
        for profession in Profession:
            requirement = required_minutes(
                profession,
                hazard=hazard,
                employees=employees,
                as_of=day,
                full_time_physician=full_time_physician,
            )
            mine = [one for one in running if one[0] == profession]
            judged[profession] = judge_compliance(
                requirement,
                part_time=[minutes for _, kind, minutes in mine if kind == "part_time"],
                full_time_persons=sum(kind == "full_time" for _, kind, _ in mine),
            )
    undertaken = undertaking_fits(own_minutes, hazard, employees, day)
    return WorkplaceFitness(workplace_id, hazard, employees, undertaken, judged)


def workplaces_lacking(contract_ids: Collection[int], at: datetime) -> set[int]:
    """Workplaces that would lack something of the professions of these contracts if all of them ended; two statements.

    What they lack already counts, too. Judged by the figures of the day.
    """
    named = Contract.objects.filter(pk__in=contract_ids).values_list("workplace_id", "profession")
    ended = {(workplace_id, Profession(word)) for workplace_id, word in named}
    left = fitness_of({workplace_id for workplace_id, _ in ended}, at, without=contract_ids) if ended else {}
    return {number for number, profession in ended if left[number].fitness(profession) == Fitness.SHORT}


_DUE = """
SELECT DISTINCT contract.workplace_id, contract.profession FROM contracts_contract AS contract
WHERE contract.provider_id = %s AND contract.state = 'active' AND contract.fit = 'short'
  AND contract.assignment_type = 'part_time'
  AND NOT EXISTS (SELECT FROM contracts_contract AS beside
                  JOIN contracts_durationupdate AS open ON open.contract_id = beside.id AND open.is_open
                  WHERE beside.workplace_id = contract.workplace_id AND beside.profession = contract.profession)
  AND NOT EXISTS (SELECT FROM contracts_shortage AS shortage
                  WHERE shortage.is_open AND shortage.workplace_id = contract.workplace_id
                    AND shortage.profession = contract.profession AND shortage.provider_id = contract.provider_id)
LIMIT %s
"""
_DUE_READ = 200


@whole_register("an update that anybody proposed counts")
def updates_due(provider_id: int, at: datetime) -> set[int]:
    """Workplaces where minutes are missing that an update of a part-time contract of the provider could bring.

    What another profession lacks there is not meant, nor are missing persons: a person is found by an offer. Nor is
    what a month asks a person for, since an update would be refused there. Reads at most 200 workplaces and
    professions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [provider_id, _DUE_READ])
        candidates = [(workplace_id, Profession(word)) for workplace_id, word in cursor.fetchall()]
    if not candidates:
        return set()
    found = fitness_of({workplace_id for workplace_id, _ in candidates}, at)
    judged = [(workplace_id, found[workplace_id].judged[profession]) for workplace_id, profession in candidates]
    return {workplace_id for workplace_id, one in judged if one is not None and one.missing_minutes}


@whole_register("the contracts of all providers at the workplace carry the verdict")
def fitness_refresh(workplace_ids: Collection[int], at: datetime) -> int:
    """Judge the workplaces anew and keep what changed on their contracts; returns how many changed.

    A part of the calling use case: two statements, whatever the number of workplaces.
    """
    if not workplace_ids:
        return 0
    rows = [
        (found.workplace_id, str(profession), str(found.fitness(profession)))
        for found in fitness_of(workplace_ids, at).values()
        for profession in Profession
    ]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)
