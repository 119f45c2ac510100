"""Reading who serves whom: people by their number, own staff, undertakings, a provider's staff, managers.

Every read is bounded, and filtered by the organisation or person that asks.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from katip.contracts.facts import blocks_of
from katip.contracts.kinds.staff import STAFF_CONTRACT
from katip.contracts.models import Contract, Undertaking
from katip.contracts.selectors import minutes_now
from katip.core.clock import day_of
from katip.core.turkish import fold
from katip.core.usecase import whole_register
from katip.identity.models import Person
from katip.processes.models import PartyKind, Process, ProcessState
from katip.registry.models import Certificate, Mandate, Professional, StaffContract
from katip.rules import ContractForm, RuleViolation

SHOWN = 50


@whole_register("a person is named by their number before anything binds them")
def person_named(national_id: str) -> Person:
    """The person with this T.C. kimlik no (11 digits). Raises `RuleViolation` `person_unknown`."""
    person = Person.objects.find_by_national_id(national_id)
    if person is None:
        raise RuleViolation("person_unknown")
    return person


@whole_register("a professional is named by their number before anything binds them")
def professional_named(national_id: str) -> Professional:
    """The certified person with this T.C. kimlik no. Raises `RuleViolation` `person_unknown`, `not_certified`."""
    person = person_named(national_id)
    professional = Professional.objects.filter(person=person).select_related("person").first()
    if professional is None:
        raise RuleViolation("not_certified")
    return professional


def own_staff_of(workplace_id: int, at: datetime, *, before: int | None = None) -> list[Contract]:
    """The workplace's assignments of own staff, the newest first, at most `SHOWN` + 1; `before` is the last id seen."""
    rows = (
        Contract.objects.filter(workplace_id=workplace_id, form=ContractForm.OWN_STAFF)
        .select_related("professional__person", "certificate", "process")
        .annotate(minutes_now=minutes_now(at))
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: SHOWN + 1])


def undertakings_of(*, workplace_id: int | None = None, person_id: int | None = None) -> list[Undertaking]:
    """The newest undertakings of a workplace, or of a person."""
    rows = Undertaking.objects.select_related("workplace__province", "person", "process", "ended_by")
    mine = Q(person_id=person_id) if workplace_id is None else Q(workplace_id=workplace_id)
    return list(rows.filter(mine).order_by("-pk")[:SHOWN])


def undertaking_seen(undertaking_id: int, *, workplace_id: int | None, person_id: int) -> Undertaking | None:
    """An undertaking of this workplace; with None, of this person."""
    mine = Q(person_id=person_id) if workplace_id is None else Q(workplace_id=workplace_id)
    return Undertaking.objects.filter(mine, pk=undertaking_id).select_related("workplace", "person").first()


def staff_contracts_of(person_id: int) -> list[StaffContract]:
    """A professional's own staff contracts, the newest first."""
    rows = StaffContract.objects.filter(professional__person_id=person_id).select_related("provider")
    return list(rows.order_by("-valid_from", "-pk")[:SHOWN])


def staff_contract_seen(staff_id: int, *, provider_id: int | None, person_id: int) -> StaffContract | None:
    """A staff contract of this provider; with None, of this person."""
    mine = Q(professional__person_id=person_id) if provider_id is None else Q(provider_id=provider_id)
    rows = StaffContract.objects.filter(mine, pk=staff_id).select_related("provider", "professional__person")
    return rows.first()


def managers_of(provider_id: int) -> list[Mandate]:
    """Who manages the provider or did, the newest first."""
    rows = Mandate.objects.filter(provider_id=provider_id).select_related("person", "provider")
    return list(rows.order_by("-valid_from", "-pk")[:SHOWN])


def managed_by(person_id: int) -> list[Mandate]:
    """The providers that a person manages or did, the newest first."""
    rows = Mandate.objects.filter(person_id=person_id, provider__isnull=False).select_related("person", "provider")
    return list(rows.order_by("-valid_from", "-pk")[:SHOWN])


def mandate_seen(mandate_id: int, *, provider_id: int | None, person_id: int) -> Mandate | None:
    """A responsible manager's mandate for this provider; with None, this person's own."""
    mine = Q(person_id=person_id, provider__isnull=False) if provider_id is None else Q(provider_id=provider_id)
    return Mandate.objects.filter(mine, pk=mandate_id).select_related("person", "provider").first()


def open_processes(code: int, **of: int) -> list[Process]:
    """Processes of a code that wait, of a workplace, provider or person, the oldest first; their people with them."""
    rows: QuerySet[Process] = Process.objects.filter(code=code, state=ProcessState.OPEN, **of)
    return list(rows.select_related("waits_for_person").order_by("pk")[:SHOWN])


def waiting_in_person(person_id: int) -> list[Process]:
    """What waits for a person in their own name and is no service contract, the oldest first."""
    rows = Process.objects.filter(
        state=ProcessState.OPEN, waits_for_person_id=person_id, waits_for=PartyKind.PERSON
    ).select_related("workplace", "provider", "created_by")
    return list(rows.order_by("due_on", "pk")[:SHOWN])


@dataclass(frozen=True, slots=True)
class Staffed:
    """A professional of a provider on a day, in minutes a month; `staff_id` is the staff contract that runs or comes.

    `free` is what a new offer may take, `usable` the same without the offers that wait.
    """

    professional_id: int
    person_id: int
    name: str
    name_sort: str
    certificates: tuple[Certificate, ...]
    staff_id: int
    minutes: int
    valid_from: date
    valid_to: date | None
    active: int
    pending: int
    blocked: int
    suspended: bool

    @property
    def free(self) -> int:
        """Minutes that nobody was promised; negative where more was promised than there is."""
        return self.minutes - self.active - self.blocked - self.pending


@dataclass(frozen=True, slots=True)
class StaffKey:
    """Where the next page begins: after this name and staff contract."""

    name_sort: str
    staff_id: int


_STAFF = """
WITH mine AS (
    SELECT staff.id AS staff_id, staff.professional_id, staff.minutes, staff.valid_from, staff.valid_to,
           professional.person_id, professional.suspended_on,
           person.given_name || ' ' || person.family_name AS name
    FROM registry_staffcontract AS staff
    JOIN registry_professional AS professional ON professional.id = staff.professional_id
    JOIN identity_person AS person ON person.id = professional.person_id
    WHERE staff.provider_id = %(provider)s AND (staff.valid_to IS NULL OR staff.valid_to >= %(day)s)
), named AS (
    SELECT mine.*, katip_sort_key(name) COLLATE "C" AS name_sort FROM mine
    WHERE %(search)s = '' OR katip_search_key(name) LIKE %(like)s
), paged AS (
    SELECT * FROM named
    WHERE %(after)s IS NULL OR ROW(name_sort, staff_id) > ROW(%(after)s COLLATE "C", %(after_id)s)
    ORDER BY name_sort, staff_id LIMIT %(limit)s
)
SELECT paged.professional_id, paged.person_id, paged.name, paged.name_sort, paged.staff_id, paged.minutes,
       paged.valid_from, paged.valid_to, paged.suspended_on,
       COALESCE(running.minutes, 0), COALESCE(waiting.minutes, 0), COALESCE(ended.listed, '[]')
FROM paged
LEFT JOIN LATERAL (
    SELECT sum(current.minutes) AS minutes
    FROM contracts_contract AS contract
    CROSS JOIN LATERAL (
        SELECT version.minutes FROM contracts_contractversion AS version
        WHERE version.contract_id = contract.id AND version.valid_from <= %(at)s
        ORDER BY version.valid_from DESC, version.no DESC LIMIT 1
    ) AS current
    WHERE contract.professional_id = paged.professional_id AND contract.provider_id = %(provider)s
      AND contract.state = 'active'
) AS running ON true
LEFT JOIN LATERAL (
    SELECT sum(contract.minutes) AS minutes FROM contracts_contract AS contract
    WHERE contract.professional_id = paged.professional_id AND contract.provider_id = %(provider)s
      AND contract.state IN ('awaiting_professional', 'awaiting_employer')
) AS waiting ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(last.minutes, (contract.active_from AT TIME ZONE 'Europe/Istanbul')::date,
                                       contract.ends_on, contract.end_reason)) AS listed
    FROM contracts_contract AS contract
    CROSS JOIN LATERAL (
        SELECT version.minutes FROM contracts_contractversion AS version WHERE version.contract_id = contract.id
        ORDER BY version.valid_from DESC, version.no DESC LIMIT 1
    ) AS last
    WHERE contract.professional_id = paged.professional_id AND contract.provider_id = %(provider)s
      AND contract.state = 'ended' AND contract.ends_on >= date_trunc('month', %(day)s::date)
) AS ended ON true
ORDER BY paged.name_sort, paged.staff_id
"""


def staff_of(
    provider_id: int, at: datetime, *, search: str = "", after: StaffKey | None = None, limit: int = SHOWN
) -> list[Staffed]:
    """The provider's staff contracts that run or come, by name, at most `limit` + 1; two statements.

    `search` is a part of the name in any Turkish spelling.
    """
    day = day_of(at)
    parameters: dict[str, Any] = {
        "provider": provider_id,
        "at": at,
        "day": day,
        "search": search,
        "like": f"%{like(fold(search))}%",
        "after": after.name_sort if after else None,
        "after_id": after.staff_id if after else 0,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAFF, parameters)
        rows = cursor.fetchall()
    certificates = _certificates({row[0] for row in rows})
    return [_staffed(row, certificates.get(row[0], ()), day) for row in rows]


def _certificates(professional_ids: Collection[int]) -> dict[int, tuple[Certificate, ...]]:
    found: dict[int, tuple[Certificate, ...]] = {}
    rows = Certificate.objects.filter(professional_id__in=professional_ids)
    for one in rows.order_by("profession", "certificate_class", "-valid_from"):
        found[one.professional_id] = (*found.get(one.professional_id, ()), one)
    return found


def _staffed(row: tuple[Any, ...], certificates: tuple[Certificate, ...], day: date) -> Staffed:
    (
        professional_id,
        person_id,
        name,
        name_sort,
        staff_id,
        minutes,
        since,
        until,
        suspended_on,
        active,
        pending,
        ended,
    ) = row
    blocks = blocks_of(ended if isinstance(ended, list) else json.loads(ended), day)
    return Staffed(
        professional_id=professional_id,
        person_id=person_id,
        name=name,
        name_sort=name_sort,
        certificates=certificates,
        staff_id=staff_id,
        minutes=minutes,
        valid_from=since,
        valid_to=until,
        active=active,
        pending=pending,
        blocked=sum(block.minutes for block in blocks),
        suspended=suspended_on is not None and suspended_on <= day,
    )


def staff_waiting(provider_id: int) -> list[Process]:
    """Staff contracts that wait for their professionals."""
    return open_processes(STAFF_CONTRACT, provider_id=provider_id)


def like(text: str) -> str:
    """`text` for LIKE, with its wildcards taken literally."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
