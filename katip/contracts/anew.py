"""Contracts that many acts in one go are chosen from: fallen offers to be made anew, running ones to be ended.

Reads only, each bounded, of what the actor may act on: a provider's own, or those of every workplace that the person
files for.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from katip.contracts.lists import NOTHING_ASKED, Asked, Tab, contracts_listed
from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING, contracts_of, contracts_told, minutes_now
from katip.core.actor import Actor, Capacity
from katip.registry.models import Mandate
from katip.registry.permissions import valid_on
from katip.rules import ContractState

FALLEN = (ContractState.LAPSED, ContractState.REJECTED, ContractState.WITHDRAWN)
"""over without ever having been in force"""
_LIVE = (*WAITING, ContractState.ACTIVE)


def offers_fallen(
    actor: Actor, at: datetime, *, asked: Asked = NOTHING_ASKED, after: int | None = None, limit: int
) -> list[Contract]:
    """The provider's offers that fell and that nothing took the place of, the newest first, at most `limit` + 1.

    Each has `minutes_now`. One is left out where it was offered anew, or where the same professional serves, or is
    asked to serve, the workplace as the same.
    """
    contracts = _unfollowed(contracts_listed(actor, at, Tab.ALL, asked)).annotate(minutes_now=minutes_now(at))
    return _page(contracts, after, limit)


def fallen_named(actor: Actor, contract_ids: Collection[int]) -> list[Contract]:
    """Of the named contracts, those that `offers_fallen` would show, the newest first."""
    return list(_unfollowed(contracts_of(actor).filter(pk__in=contract_ids)).order_by("-pk"))


def running(
    actor: Actor, at: datetime, *, asked: Asked = NOTHING_ASKED, after: int | None = None, limit: int
) -> list[Contract]:
    """Running contracts whose end was not announced yet, the newest first, at most `limit` + 1, with `minutes_now`.

    Of a person who acts for a workplace, those of all workplaces that they file for.
    """
    contracts = _running(actor, at, asked).annotate(minutes_now=minutes_now(at))
    return _page(contracts, after, limit)


def running_named(actor: Actor, at: datetime, contract_ids: Collection[int]) -> list[Contract]:
    """Of the named contracts, those that `running` would show, the newest first."""
    return list(_running(actor, at, NOTHING_ASKED).filter(pk__in=contract_ids).order_by("-pk"))


def _unfollowed(contracts: QuerySet[Contract]) -> QuerySet[Contract]:
    same: dict[str, Any] = {name: OuterRef(name) for name in ("workplace_id", "professional_id", "profession")}
    return contracts.filter(
        ~Exists(Contract.objects.filter(predecessor_id=OuterRef("pk"))),
        ~Exists(Contract.objects.filter(state__in=_LIVE, **same)),
        state__in=FALLEN,
    )


def _running(actor: Actor, at: datetime, asked: Asked) -> QuerySet[Contract]:
    if actor.capacity == Capacity.WORKPLACE:
        # Whichever workplace was chosen: the search and filters of one's own, over all mandates that hold now.
        held = Mandate.objects.filter(valid_on(at), person_id=actor.person, workplace_id__isnull=False)
        every = contracts_told().filter(workplace_id__in=held.values("workplace_id"))
        contracts = contracts_listed(actor, at, Tab.RUNNING, asked, among=every)
    else:
        contracts = contracts_listed(actor, at, Tab.RUNNING, asked)
    return contracts.filter(ends_on__isnull=True)


def _page(contracts: QuerySet[Contract], after: int | None, limit: int) -> list[Contract]:
    if after is not None:
        contracts = contracts.filter(pk__lt=after)
    return list(contracts.order_by("-pk")[: limit + 1])
