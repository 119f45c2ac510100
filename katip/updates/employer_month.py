"""What the months did at an employer's workplace: how far they were told, and each contract that they touched."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from katip.contracts.models import MonthChange
from katip.core.actor import Actor, Capacity
from katip.core.compiled import Compiled
from katip.registry.models import Headcount, Workplace
from katip.updates.models import Feed, FeedState, MonthRun

CHANGES_SHOWN = 120
"""of one workplace: 24 months of five contracts"""


def told_until(workplace_id: int) -> date | None:
    """The first day of the newest month for which figures are known: of the whole country, or of this workplace.

    None before the first of either. Figures of a workplace hold until others are told, so every month up to here has
    some.
    """
    return _TOLD_UNTIL.first(workplace_id=workplace_id)


def _told_until(workplace_id: int) -> QuerySet[Any]:
    taken = Feed.objects.filter(state=FeedState.TAKEN, last_period__isnull=False).order_by("-last_period", "-pk")
    own = Headcount.objects.filter(workplace=OuterRef("pk")).order_by("-period")
    newest = Greatest(Subquery(taken.values("last_period")[:1]), Subquery(own.values("period")[:1]))
    return Workplace.objects.filter(pk=workplace_id, headcounts__isnull=False).values_list(newest, flat=True)[:1]


_TOLD_UNTIL = Compiled(_told_until, workplace_id=int)


def changes_here(actor: Actor, since: date) -> list[MonthChange]:
    """What months from `since` on did to the contracts of the actor's workplace, the newest first; nothing to others.

    Each with `period`, its month's first day, and its process. Found contract by contract: a month has no index by
    workplace.
    """
    if actor.capacity != Capacity.WORKPLACE:
        return []
    return _CHANGES.rows(workplace_id=actor.organisation, since=since)


def _changes(workplace_id: int, since: date) -> QuerySet[Any]:
    periods = MonthRun.objects.filter(pk=OuterRef("run"))
    found = (
        MonthChange.objects.filter(contract__workplace_id=workplace_id)
        .annotate(period=Subquery(periods.values("period")[:1]))
        .filter(period__gte=since)
        .select_related("process")
    )
    return found.order_by("-at", "-pk")[:CHANGES_SHOWN]


_CHANGES = Compiled(_changes, workplace_id=int, since=date)
