"""Lists over many contracts answer from an index: the plan of every list's query, read on 200 000 contracts.

Each tab, narrowed and sorted in every way, for a provider with thousands of contracts, a workplace and a professional.
No plan may read a large table from end to end, sort more than the owner's contracts or write to the disk.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from katip.contracts.capacity import Wanted, board_read
from katip.contracts.facts import facts_read
from katip.contracts.kinds.update import asked_of
from katip.contracts.lists import Asked, Order, Tab, contracts_listed, contracts_page, contracts_renumbered, tab_counts
from katip.contracts.models import Contract
from katip.core.actor import Actor, Capacity
from katip.core.usecase import acting_as
from katip.processes.models import PartyKind
from katip.rules import ContractState, HazardClass, Profession
from katip.web.contracts.asking import place_read, place_write
from tests.contracts.crowd import CONTRACTS, LARGE, LARGE_SHARE, crowd

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)
LARGE_TABLES = {
    "contracts_contract",
    "contracts_contractversion",
    "processes_process",
    "registry_workplace",
    "registry_headcount",
}
OWNERS = {
    "provider": Actor(1, Capacity.PROVIDER, LARGE),
    "workplace": Actor(1, Capacity.WORKPLACE, 7),
    "professional": Actor(11, Capacity.INDIVIDUAL),
}
OWNED = {"provider": CONTRACTS // LARGE_SHARE, "workplace": 20, "professional": 200}
"""about how many contracts each has: what a plan may read or sort, give or take an estimate"""
NARROWED = {
    "nothing": Asked(),
    "search": Asked(search="ğüş 7a"),
    "nobody": Asked(search="bulunmaz böyle bir ad"),
    "digits": Asked(search="0004242"),
    "profession": Asked(profession=Profession.SAFETY_SPECIALIST),
    "other profession": Asked(profession=Profession.OTHER_HEALTH_PERSONNEL),
    "state": Asked(state=ContractState.ENDED),
    "province": Asked(province=34),
    "district": Asked(province=34, district=500),
    "hazard": Asked(hazard=HazardClass.VERY_HAZARDOUS),
    "waits for": Asked(waits_for=PartyKind.EMPLOYER),
    "carried over": Asked(carried_over=True),
    "ending": Asked(ending=True),
}

MUCH = ("nothing", "search", "nobody", "hazard")
"""tried with every order, the others with the tab's own"""
SOME = dict.fromkeys(Tab, Order.NEWEST) | dict.fromkeys((Tab.WAITING, Tab.UPDATING), Order.URGENT)


@pytest.fixture(scope="module")
def crowded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The crowded database, for all tests of this file."""
    with django_db_blocker.unblock(), crowd():
        yield


class PlanReadError(Exception):
    """Carries the plan out of the statement that was to be carried out."""


def plan_of(work: Any, actor: Actor = OWNERS["provider"]) -> dict[str, Any]:
    """The plan, carried out for the actor, of the first statement on contracts that `work` sends."""

    def explain(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if "contracts_contract" not in sql:
            return execute(sql, parameters, many, context)
        execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, parameters, many, context)
        [(plan,)] = context["cursor"].fetchall()
        raise PlanReadError((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])

    with acting_as(actor), connection.execute_wrapper(explain), pytest.raises(PlanReadError) as read:
        work()
    plan: dict[str, Any] = read.value.args[0]
    return plan


def nodes(plan: dict[str, Any], *, within: bool = True) -> Iterator[dict[str, Any]]:
    """The nodes of a plan; `within` also those of what is asked for each row."""
    yield plan
    for child in plan.get("Plans", ()):
        if within or child.get("Parent Relationship") != "SubPlan":
            yield from nodes(child, within=within)


def faults(plan: dict[str, Any], owned: int) -> list[str]:
    """What is wrong with a plan, in words."""
    found = []
    for node in nodes(plan):
        kind, table = node["Node Type"], node.get("Relation Name", "")
        if table in LARGE_TABLES and kind == "Seq Scan":
            found.append(f"reads all of {table}")
        read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        if table in LARGE_TABLES and read > 4 * owned:
            found.append(f"reads {read:.0f} rows of {table}, the owner has {owned}")
        if node.get("Sort Space Type") == "Disk" or node.get("Temp Written Blocks"):
            found.append(f"{kind} spills to the disk")
    return found


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("tab", Tab)
def test_every_list_is_read_by_an_index(crowded: None, owner: str, tab: Tab) -> None:
    actor, wrong = OWNERS[owner], {}
    for name, order in (
        *((name, order) for name in MUCH for order in Order),
        *((name, SOME[tab]) for name in NARROWED),
    ):
        plan = plan_of(partial(contracts_page, actor, AT, tab, asked=NARROWED[name], order=order, limit=50), actor)
        if found := faults(plan, OWNED[owner]):
            wrong[f"{name}, {order}"] = found
    assert not wrong, json.dumps(wrong, indent=1)


@pytest.mark.parametrize("order", Order)
def test_a_page_far_down_is_read_like_the_first(crowded: None, order: Order) -> None:
    actor, after = OWNERS["provider"], None
    for _ in range(5):
        with acting_as(actor):
            rows = contracts_page(actor, AT, Tab.ALL, order=order, after=after, limit=50)
        after = place_read(place_write(rows[49], order), order)
    assert after is not None
    plan = plan_of(lambda: contracts_page(actor, AT, Tab.ALL, order=order, after=after, limit=50))
    assert faults(plan, OWNED["provider"]) == []


@pytest.mark.parametrize("tab", [Tab.RUNNING, Tab.SHORT, Tab.ALL])
@pytest.mark.parametrize("order", [Order.NEWEST, Order.OLDEST])
def test_the_newest_are_taken_from_the_index_without_sorting(crowded: None, tab: Tab, order: Order) -> None:
    plan = plan_of(lambda: contracts_page(OWNERS["provider"], AT, tab, order=order, limit=50))
    kinds = [node["Node Type"] for node in nodes(plan, within=False)]
    read = [node for node in nodes(plan) if node.get("Relation Name") == "contracts_contract"]
    assert "Sort" not in kinds
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in read) <= 4 * 51


@pytest.mark.parametrize("owner", OWNERS)
def test_counts_exports_and_renumbered_contracts_too(crowded: None, owner: str) -> None:
    actor = OWNERS[owner]
    plan = plan_of(lambda: tab_counts(actor))
    assert faults(plan, OWNED[owner]) == []
    if owner == "provider":
        plan = plan_of(lambda: contracts_renumbered(actor, AT, after=None, limit=50))
        assert faults(plan, OWNED[owner]) == []
        assert contracts_renumbered(actor, AT, after=None, limit=50)
    among = contracts_listed(actor, AT, Tab.RUNNING, NARROWED["search"])
    narrowed = Contract.objects.filter(pk__in=among.order_by().values("pk")).order_by("-pk")
    plan = plan_of(lambda: list(narrowed[:500]))
    assert faults(plan, OWNED[owner]) == []


def test_the_board_asks_for_certificates_by_their_professional(crowded: None) -> None:
    """Not for all of the country, each of which the policy would have to judge first."""
    plan = plan_of(lambda: board_read(OWNERS["provider"], AT, Wanted(), sort="bos", after=None, limit=50))
    read = [node for node in nodes(plan) if node.get("Relation Name") == "registry_certificate"]
    assert read
    assert all(node["Node Type"] != "Seq Scan" and node.get("Rows Removed by Filter", 0) < 10 for node in read)


def test_the_facts_of_an_approval_are_found_by_an_index(crowded: None) -> None:
    contracts = Contract.objects.filter(state=ContractState.ACTIVE).order_by("pk")
    for some in (contracts[:1], contracts[:50]):
        plan = plan_of(partial(facts_read, [asked_of(one) for one in some], AT))
        assert faults(plan, len(some) * (OWNED["professional"] + OWNED["workplace"])) == []
