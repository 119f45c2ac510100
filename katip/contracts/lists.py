"""The lists of contracts that people know: by tab, narrowed, searched, sorted, a page at a time.

Every read starts from the contracts of one workplace, provider or professional, by an index that leads with it, and
ends at a limit. Newest and oldest are read in the index's own order. By last day and by workplace the owner's contracts
are sorted in memory (the best `limit` are kept): their number is the owner's, never the register's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import In

from katip.contracts.models import Contract, DurationUpdate, Fitness
from katip.contracts.selectors import COUNTED, WAITING, contracts_of, for_owner, minutes_now, owner_of, waits_for
from katip.core.actor import Actor, Capacity
from katip.core.turkish import fold
from katip.processes.models import PartyKind
from katip.registry.models import ActivityHazard, Workplace
from katip.registry.permissions import valid_on
from katip.rules import ContractState, EndReason, HazardClass, Profession

DURATION_UPDATE = 9001
"""the process kind of `kinds.update`"""
_NO_DEADLINE = date(9999, 12, 31)


class Tab(StrEnum):
    """The lists that stand side by side."""

    RUNNING = "running"
    WAITING = "waiting"
    SHORT = "short"
    """running, and less than the law asks: they need an update"""
    UPDATING = "updating"
    """new minutes were proposed and wait for a decision"""
    ALL = "all"


class Order(StrEnum):
    """How a list is sorted."""

    URGENT = "urgent"
    """what waits for the actor first, each by its last day"""
    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    DUE_LAST = "due_last"
    PLACE = "place"
    """by the workplace's title, the Turkish way"""
    PLACE_BACK = "place_back"


KEYS: Mapping[Order, tuple[str, ...]] = {
    Order.URGENT: ("pk", "rank", "last_day"),
    Order.NEWEST: ("-pk",),
    Order.OLDEST: ("pk",),
    Order.DUE: ("pk", "last_day"),
    Order.DUE_LAST: ("-pk", "-last_day"),
    Order.PLACE: ("pk", "workplace__title_sort"),
    Order.PLACE_BACK: ("-pk", "-workplace__title_sort"),
}
"""What an order sorts by; the id, which makes it total, stands first here and last in the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What narrows a list; what is empty narrows nothing.

    `search` is a part of a title or of the professional's name in any Turkish spelling, or digits of an SGK number.
    `waits_for` is who decides next: of a contract that waits, or of its open update.
    """

    search: str = ""
    profession: Profession | None = None
    state: ContractState | None = None
    province: int | None = None
    district: int | None = None
    hazard: HazardClass | None = None
    waits_for: PartyKind | None = None
    carried_over: bool = False
    ending: bool = False


NOTHING_ASKED = Asked()


def contracts_listed(
    actor: Actor, at: datetime, tab: Tab, asked: Asked = NOTHING_ASKED, *, among: QuerySet[Contract] | None = None
) -> QuerySet[Contract]:
    """The contracts of a tab that the actor may see and that are asked for, in no order, with nothing computed.

    `among` are others than those of the capacity chosen, where the caller knows that the person may see them.
    """
    contracts = (contracts_of(actor) if among is None else among).filter(_tab(actor, tab))
    for condition in _conditions(at, tab, asked):
        contracts = contracts.filter(condition)
    if asked.search:
        contracts = contracts.filter(_found(actor, asked.search))
    return contracts


def contracts_page(
    actor: Actor,
    at: datetime,
    tab: Tab,
    *,
    asked: Asked = NOTHING_ASKED,
    order: Order = Order.NEWEST,
    after: tuple[Any, ...] | None = None,
    limit: int,
) -> list[Contract]:
    """Contracts of a list after the place `after` (the values of `KEYS`), at most `limit` + 1.

    Each has `minutes_now`, `rank` (0: waits for the actor), `last_day`, and of an open update `update_process`,
    `update_minutes`, `update_waits_for` and `update_due_on`.
    """
    if after is None and asked == NOTHING_ASKED and tab in _COMPILED and actor.capacity != Capacity.PROVIDER:
        return for_owner(actor, _first_page, tab, order, limit).rows(owner=owner_of(actor), at=at)
    told = _told(contracts_listed(actor, at, tab, asked), actor, at, tab)
    id_key, *keys = KEYS[order]
    if after is not None:
        id_value, *values = after
        told = told.filter(keyset_after([*keys, id_key], [*values, id_value]))
    return list(told.order_by(*keys, id_key)[: limit + 1])


_COMPILED = {Tab.WAITING, Tab.RUNNING, Tab.ALL}
"""lists whose first page is looked at most; of a provider, who may have very many, each is planned for itself"""


def _first_page(actor: Actor, at: datetime, tab: Tab, order: Order, limit: int) -> QuerySet[Any]:
    id_key, *keys = KEYS[order]
    return _told(contracts_listed(actor, at, tab), actor, at, tab).order_by(*keys, id_key)[: limit + 1]


def _told(contracts: QuerySet[Contract], actor: Actor, at: datetime, tab: Tab) -> QuerySet[Any]:
    """With all that `contracts_page` promises of each."""
    return contracts.annotate(
        minutes_now=minutes_now(at),
        rank=Case(When(waits_for(actor), then=Value(0)), default=Value(1)),
        open_update=FilteredRelation("updates", condition=Q(updates__is_open=True)),
        update_process=F("open_update__process_id"),
        update_minutes=F("open_update__minutes"),
        update_waits_for=F("open_update__process__waits_for"),
        update_due_on=F("open_update__process__due_on"),
        last_day=_last_day(tab),
    )


def contract_of_process(actor: Actor, process_id: int) -> Contract | None:
    """The actor's contract that this process agrees on, or whose minutes it updates."""
    own = Q(process_id=process_id)
    updated = Q(pk__in=DurationUpdate.objects.filter(process_id=process_id).values("contract_id"))
    return contracts_of(actor).filter(own | updated).first()


def _last_day(tab: Tab) -> Coalesce:
    """The day by which a contract's step, or its update's, must be decided; "no deadline" is the last of all."""
    step = "open_update__process__due_on" if tab == Tab.UPDATING else "process__due_on"
    return Coalesce(step, Value(_NO_DEADLINE))


def keyset_after(keys: list[str], values: list[Any]) -> Q:
    """Behind the row with these values: greater in the first key, or equal in it and behind by the others."""
    key, value = keys[0], values[0]
    name = key.removeprefix("-")
    further = Q(**{f"{name}__lt" if key != name else f"{name}__gt": value})
    if len(keys) == 1:
        return further
    # Said twice on purpose: the bound of the first key alone is what narrows the read.
    bound = Q(**{f"{name}__lte" if key != name else f"{name}__gte": value})
    return bound & (further | (Q(**{name: value}) & keyset_after(keys[1:], values[1:])))


def _tab(actor: Actor, tab: Tab) -> Q:
    if tab == Tab.WAITING:
        return Q(state__in=WAITING)
    if tab == Tab.RUNNING:
        return Q(state=ContractState.ACTIVE)
    if tab == Tab.SHORT:
        return Q(state=ContractState.ACTIVE, fit=Fitness.SHORT)
    if tab == Tab.UPDATING:
        return Q(pk__in=_updates(actor).values("contract_id"))
    return Q()


def _updates(actor: Actor) -> QuerySet[DurationUpdate]:
    """The open updates of the actor's side, found by their processes where there may be many."""
    updates = DurationUpdate.objects.filter(is_open=True)
    mine: dict[str, Any] = {"process__state": "open", "process__code": DURATION_UPDATE}
    if actor.capacity == Capacity.WORKPLACE:
        return updates.filter(process__workplace_id=actor.organisation, **mine)
    if actor.capacity == Capacity.PROVIDER:
        return updates.filter(process__provider_id=actor.organisation, **mine)
    return updates.filter(contract__professional__person_id=actor.person)


def _conditions(at: datetime, tab: Tab, asked: Asked) -> list[Q]:
    given: list[tuple[object, Q]] = [
        (asked.profession, Q(profession=asked.profession)),
        (asked.state, Q(state=asked.state)),
        (asked.province, Q(workplace__province_id=asked.province)),
        (asked.district, Q(workplace__district_id=asked.district)),
        (asked.hazard, _hazard(at, asked.hazard)),
        (asked.waits_for, _waits(tab, asked.waits_for)),
        (asked.carried_over, Q(carried_over=True)),
        (asked.ending, Q(state=ContractState.ACTIVE, ends_on__isnull=False)),
    ]
    return [condition for value, condition in given if value]


def _hazard(at: datetime, hazard: HazardClass | None) -> Q:
    """Workplaces whose activity is of this class on the day.

    The codes come as a list, and compared as an expression: a class has hundreds of them, and by their index a plan
    would read every workplace of the country that has one.
    """
    if hazard is None:
        return Q()
    newest = ActivityHazard.objects.filter(valid_on(at)).order_by("activity_id", "-valid_from").distinct("activity_id")
    codes = [code for code, found in newest.values_list("activity_id", "hazard_class") if found == hazard]
    return Q(In(Coalesce("workplace__activity_id", Value("")), codes)) if codes else Q(pk__in=[])


def _waits(tab: Tab, party: PartyKind | None) -> Q:
    if tab == Tab.UPDATING:
        return Q(updates__is_open=True, updates__process__waits_for=party)
    states = {
        PartyKind.PROFESSIONAL: ContractState.AWAITING_PROFESSIONAL,
        PartyKind.EMPLOYER: ContractState.AWAITING_EMPLOYER,
    }
    return Q(state=states[party]) if party in states else Q(pk__in=[])


def _found(actor: Actor, search: str) -> Q:
    key = fold(search)
    digits = "".join(character for character in search if character.isdecimal())
    found = Q(pk__in=[])
    if key:
        found = Q(professional__person__name_search__contains=key)
        if actor.capacity != Capacity.PROVIDER:
            found |= Q(provider__title_search__contains=key)
        if actor.capacity != Capacity.WORKPLACE:
            found |= Q(workplace__title_search__contains=key)
    if digits and not any(character.isalpha() for character in search):
        found |= Q(workplace__sgk_number__contains=digits)
    return found


_OWNED = {
    Capacity.WORKPLACE: ("workplace_id = %(owner)s", "process.workplace_id = %(owner)s"),
    Capacity.PROVIDER: ("provider_id = %(owner)s", "process.provider_id = %(owner)s"),
    Capacity.INDIVIDUAL: (
        "professional_id = (SELECT id FROM registry_professional WHERE person_id = %(owner)s)",
        "contract.professional_id = (SELECT id FROM registry_professional WHERE person_id = %(owner)s)",
    ),
}
_STATES = {
    Tab.RUNNING: "AND state = 'active'",
    Tab.WAITING: "AND state IN ('awaiting_professional', 'awaiting_employer')",
    Tab.SHORT: "AND state = 'active' AND fit = 'short'",
    Tab.ALL: "",
}
_COUNTED_STATE = (
    "SELECT '{tab}', count(*) FROM (SELECT FROM contracts_contract WHERE {mine} {states} LIMIT %(most)s) AS found"
)
_COUNTED_UPDATES = """
SELECT 'updating', count(*) FROM (
    SELECT FROM contracts_durationupdate AS update
    JOIN processes_process AS process ON process.id = update.process_id
    JOIN contracts_contract AS contract ON contract.id = update.contract_id
    WHERE update.is_open AND process.state = 'open' AND process.code = 9001 AND {mine} LIMIT %(most)s
) AS found
"""


_RENUMBERED = """
SELECT 'renumbered', count(*) FROM (
    SELECT FROM contracts_contract AS old
    WHERE old.{mine} AND old.state = 'ended' AND old.end_reason = 'workplace_closed'
      AND EXISTS (SELECT FROM registry_workplace AS successor WHERE successor.predecessor_id = old.workplace_id)
      AND NOT EXISTS (SELECT FROM contracts_contract AS anew WHERE anew.predecessor_id = old.id) LIMIT 1
) AS found
"""


_MONTHS = """
SELECT 'months', count(*) FROM (
    SELECT FROM processes_process AS process
    WHERE process.{mine} AND process.state = 'open' AND process.waits_for = 'provider' AND (process.code = 9006
      OR process.code = 9001 AND EXISTS (SELECT FROM contracts_durationupdate AS update
                                         WHERE update.process_id = process.id AND update.run IS NOT NULL))
    LIMIT %(most)s
) AS found
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many contracts each list has, to `COUNTED`; whether any is to be made anew (`contracts_renumbered`).

    `months` counts what months opened and waits for the provider.
    """

    tabs: Mapping[Tab, int]
    is_renumbered: bool
    months: int = 0


def tab_counts(actor: Actor) -> Counts:
    """Count the lists; one statement, read from indexes."""
    mine, mine_by_process = _OWNED[actor.capacity]
    parts = [_COUNTED_STATE.format(tab=tab, mine=mine, states=states) for tab, states in _STATES.items()]
    parts.append(_COUNTED_UPDATES.format(mine=mine_by_process))
    if actor.capacity == Capacity.PROVIDER:
        parts += [_RENUMBERED.format(mine=mine), _MONTHS.format(mine=mine)]
    owner = actor.person if actor.capacity == Capacity.INDIVIDUAL else actor.organisation
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"owner": owner, "most": COUNTED})
        counted = {str(name): int(count) for name, count in cursor.fetchall()}
    renumbered, months = counted.pop("renumbered", 0), counted.pop("months", 0)
    return Counts({Tab(name): count for name, count in counted.items()}, bool(renumbered), months)


def contracts_renumbered(actor: Actor, at: datetime, *, after: int | None, limit: int) -> list[Contract]:
    """The provider's contracts that ended with their workplace's old SGK number and were not made anew yet.

    The newest first, at most `limit` + 1; each with `minutes_now`, `new_title` and `new_sgk_number`.
    """
    successor = Workplace.objects.filter(predecessor_id=OuterRef("workplace_id")).order_by("pk")
    contracts = (
        contracts_of(actor)
        .filter(state=ContractState.ENDED, end_reason=EndReason.WORKPLACE_CLOSED)
        .filter(Exists(successor), ~Exists(Contract.objects.filter(predecessor_id=OuterRef("pk"))))
        .annotate(
            minutes_now=minutes_now(at),
            new_title=successor.values("title")[:1],
            new_sgk_number=successor.values("sgk_number")[:1],
        )
    )
    if after is not None:
        contracts = contracts.filter(pk__lt=after)
    return list(contracts.order_by("-pk")[: limit + 1])
