"""Who looked at a person's data, by name and in which role: what the ids of a look stand for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from katip.audit.looks import After, looks_at
from katip.audit.models import Look
from katip.core.actor import Actor, Capacity
from katip.core.shown import unshown
from katip.core.usecase import whole_register
from katip.identity.models import Person
from katip.registry.models import Official, Provider, Workplace


@dataclass(frozen=True, slots=True)
class Looked:
    """One look: who (empty: nobody in person), acting for which organisation, or in which office."""

    look: Look
    name: str
    organisation: str
    office: Official | None


def own_looks(
    actor: Actor, *, since: datetime, until: datetime | None = None, after: After | None = None, limit: int
) -> list[Looked]:
    """Who looked at the actor, newest first, at most `limit` + 1; at most five statements, whatever the number.

    Reading this is no look at those who looked: they are named because of what they did.
    """
    looks = looks_at(actor.person, since=since, until=until, after=after, limit=limit)
    with whole_register("who looked at one's data is named to one, whoever they are"):
        return _named(looks)


def _named(looks: Sequence[Look]) -> list[Looked]:
    workplaces = _titles(Workplace.objects.values_list("pk", "title"), looks, Capacity.WORKPLACE)
    providers = _titles(Provider.objects.values_list("pk", "short_title"), looks, Capacity.PROVIDER)
    offices = Official.objects.select_related("province").in_bulk(_organisations(looks, Capacity.OFFICIAL))
    with unshown():
        people = Person.objects.in_bulk({look.actor_id for look in looks if look.actor_id is not None})
        names = {number: person.name for number, person in people.items()}
    titles = {Capacity.WORKPLACE: workplaces, Capacity.PROVIDER: providers}
    return [
        Looked(
            look,
            names.get(look.actor_id or 0, ""),
            titles.get(Capacity(look.capacity), {}).get(look.organisation_id or 0, ""),
            offices.get(look.organisation_id or 0) if look.capacity == Capacity.OFFICIAL else None,
        )
        for look in looks
    ]


def _organisations(looks: Sequence[Look], capacity: Capacity) -> set[int]:
    return {look.organisation_id for look in looks if look.capacity == capacity and look.organisation_id is not None}


def _titles(titles: QuerySet[Any, tuple[int, str]], looks: Sequence[Look], capacity: Capacity) -> dict[int, str]:
    """The titles of those whom the looks were made for; nothing is asked where there are none."""
    wanted = _organisations(looks, capacity)
    return dict(titles.filter(pk__in=wanted)) if wanted else {}
