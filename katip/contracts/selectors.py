"""Reading contracts, for those who may see them. Every read is bounded; every read is filtered by who asks."""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from katip.contracts.models import Contract, ContractVersion
from katip.core.actor import Actor, Capacity
from katip.core.compiled import Compiled
from katip.processes.models import Decision, PartyKind, Step
from katip.rules import ContractState, HazardClass, Profession, Requirement, required_minutes

WAITING = (ContractState.AWAITING_PROFESSIONAL, ContractState.AWAITING_EMPLOYER)
COUNTED = 1_000
"""Tabs count no further: a larger number tells nobody more."""
_NO_DEADLINE = date(9999, 12, 31)


def contracts_told() -> QuerySet[Contract]:
    """Contracts with all that a list tells of them; whose, is the caller's to say."""
    related = "process", "certificate", "professional__person", "provider__province", "workplace__province"
    return Contract.objects.select_related(*related)


def contracts_of(actor: Actor) -> QuerySet[Contract]:
    """The contracts that the actor may see in the capacity chosen, with the minutes in force now or offered."""
    contracts = contracts_told()
    if actor.capacity == Capacity.WORKPLACE:
        contracts = contracts.filter(workplace_id=actor.organisation)
    elif actor.capacity == Capacity.PROVIDER:
        contracts = contracts.filter(provider_id=actor.organisation)
    else:
        contracts = contracts.filter(professional__person_id=actor.person)
    return contracts


def minutes_now(at: datetime) -> Coalesce:
    """The monthly minutes in force at `at`; before a contract is in force, those on offer."""
    current = ContractVersion.objects.filter(contract=OuterRef("pk"), valid_from__lte=at)
    return Coalesce(Subquery(current.order_by("-valid_from", "-no").values("minutes")[:1]), F("minutes"))


@dataclass(frozen=True, slots=True)
class After:
    """Where the next page begins: after the contract with this rank, last day (None: no deadline) and id."""

    rank: int
    due_on: date | None
    id: int


def waits_for(actor: Actor) -> Q:
    """Contracts whose step is the actor's to decide, in the capacity chosen."""
    if actor.capacity == Capacity.WORKPLACE:
        return Q(process__waits_for=PartyKind.EMPLOYER)
    if actor.capacity == Capacity.INDIVIDUAL:
        return Q(process__waits_for=PartyKind.PROFESSIONAL, process__waits_for_person_id=actor.person)
    return Q(pk__in=[])


def _ranked(actor: Actor, at: datetime, states: Collection[ContractState]) -> Any:
    """`rank` 0 waits for the actor, 1 for others; `last_day` makes "no deadline" the last of all."""
    return (
        contracts_of(actor)
        .filter(state__in=states)
        .annotate(
            minutes_now=minutes_now(at),
            rank=Case(When(waits_for(actor), then=Value(0)), default=Value(1)),
            last_day=Coalesce("process__due_on", Value(_NO_DEADLINE)),
        )
    )


def contract_list(
    actor: Actor, at: datetime, *, states: tuple[ContractState, ...], after: After | None, limit: int
) -> list[Contract]:
    """Contracts in these states, at most `limit` + 1 (one more tells that there is a next page).

    Waiting ones: those that wait for the actor first, by deadline. Others: the newest first.
    """
    contracts = _ranked(actor, at, states)
    if not set(states) <= set(WAITING):
        if after is not None:
            contracts = contracts.filter(pk__lt=after.id)
        return list(contracts.order_by("-pk")[: limit + 1])
    if after is not None:
        last_day = after.due_on or _NO_DEADLINE
        later = Q(last_day__gt=last_day) | Q(last_day=last_day, pk__gt=after.id)
        contracts = contracts.filter(Q(rank__gt=after.rank) | (Q(rank=after.rank) & later))
    return list(contracts.order_by("rank", "last_day", "pk")[: limit + 1])


def contracts_now(actor: Actor, at: datetime, *, limit: int) -> list[Contract]:
    """What a main screen speaks of: what waits for the actor by deadline, then the newest that are open or run."""
    return for_owner(actor, _now_told, limit).rows(owner=owner_of(actor), at=at)


def _now_told(actor: Actor, at: datetime, limit: int) -> QuerySet[Contract]:
    contracts = _ranked(actor, at, (*WAITING, ContractState.ACTIVE))
    mine_by_day = Case(When(rank=0, then=F("last_day")), default=Value(_NO_DEADLINE))
    told: QuerySet[Contract] = contracts.order_by("rank", mine_by_day, "-pk")[: limit + 1]
    return told


def owner_of(actor: Actor) -> int:
    """Whose contracts these are: the organisation's, or the person's own."""
    return actor.organisation if actor.capacity in {Capacity.WORKPLACE, Capacity.PROVIDER} else actor.person


def for_owner(actor: Actor, build: Callable[..., QuerySet[Any]], *shape: Hashable) -> Compiled[Any]:
    """What `build` makes of an actor in the same capacity, a moment and `shape`, compiled once: of `owner` and `at`."""
    return _for_owner(actor.capacity, build, shape)


@cache
def _for_owner(capacity: Capacity, build: Callable[..., QuerySet[Any]], shape: tuple[Hashable, ...]) -> Compiled[Any]:
    def made(owner: int, at: datetime) -> QuerySet[Any]:
        whole = capacity in {Capacity.WORKPLACE, Capacity.PROVIDER}
        return build(Actor(None, capacity, owner) if whole else Actor(owner, capacity), at, *shape)

    return Compiled(made, owner=int, at=datetime)


_COUNTS = """
SELECT wanted.state, count(*) FROM unnest(%s::text[]) AS wanted (state)
CROSS JOIN LATERAL (
    SELECT FROM contracts_contract AS contract
    WHERE contract.{column} = {owner} AND contract.state = wanted.state LIMIT %s
) AS found
GROUP BY wanted.state
"""


def state_counts(actor: Actor) -> dict[str, int]:
    """How many contracts the actor has in each state, counted to `COUNTED` a state; read from an index."""
    column, owner, given = {
        Capacity.WORKPLACE: ("workplace_id", "%s", actor.organisation_id),
        Capacity.PROVIDER: ("provider_id", "%s", actor.organisation_id),
    }.get(
        actor.capacity,
        ("professional_id", "(SELECT id FROM registry_professional WHERE person_id = %s)", actor.person_id),
    )
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(column=column, owner=owner), [list(ContractState), given, COUNTED])
        return dict(cursor.fetchall())


def steps_by_process(process_ids: Collection[int]) -> dict[int, list[Step]]:
    """The steps of several processes in order, each with its decision and who took it; one query."""
    found: dict[int, list[Step]] = {process_id: [] for process_id in process_ids}
    for step in Step.objects.filter(process_id__in=process_ids).select_related("decision__person").order_by("no"):
        found[step.process_id].append(step)
    return found


def steps_of(process_id: int) -> list[Step]:
    """The steps of a process in order, each with its decision and who took it."""
    return _STEPS.rows(process_id=process_id)


def _steps_told(process_id: int) -> QuerySet[Step]:
    return Step.objects.filter(process_id=process_id).select_related("decision__person", "person").order_by("no")


_STEPS = Compiled(_steps_told, process_id=int)


def decision_of(step: Step) -> Decision | None:
    """The step's decision, if it was taken."""
    return step.decision if hasattr(step, "decision") else None


@dataclass(frozen=True, slots=True)
class Duty:
    """What one profession owes a workplace, and what this register holds against it; minutes a month."""

    profession: Profession
    requirement: Requirement | None
    active: int
    pending: int
    full_time_active: int


def _minutes_told(actor: Actor, at: datetime) -> QuerySet[Any]:
    live = contracts_of(actor).select_related(None).filter(state__in=(*WAITING, ContractState.ACTIVE))
    told = live.annotate(minutes_now=minutes_now(at))
    return told.values_list("profession", "state", "assignment_type", "minutes_now")[:COUNTED]


def duties_of(actor: Actor, at: datetime, day: date, hazard: HazardClass | None, employees: int | None) -> list[Duty]:
    """Required, active and waiting minutes of the actor's workplace for each profession; one query."""
    rows = for_owner(actor, _minutes_told).rows(owner=owner_of(actor), at=at)
    full_time = {
        profession: sum(
            1 for row in rows if row[0] == profession and row[1] == ContractState.ACTIVE and row[2] == "full_time"
        )
        for profession in Profession
    }
    duties = []
    for profession in Profession:
        mine = [row for row in rows if row[0] == profession]
        requirement = None
        if hazard is not None and employees is not None:
            requirement = required_minutes(
                profession,
                hazard=hazard,
                employees=employees,
                as_of=day,
                full_time_physician=full_time[Profession.WORKPLACE_PHYSICIAN] > 0,
            )
        active = sum(row[3] for row in mine if row[1] == ContractState.ACTIVE and row[2] == "part_time")
        pending = sum(row[3] for row in mine if row[1] in WAITING and row[2] == "part_time")
        duties.append(Duty(profession, requirement, active, pending, full_time[profession]))
    return duties
