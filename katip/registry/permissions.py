"""For whom a person may act: asked of mandates and offices, on the day of the act."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.compiled import Compiled
from katip.core.errors import PermissionRefusedError
from katip.registry.models import Mandate, Official, OfficialRole

HELD = Q(ended_on__isnull=True)
"""Offices that are held: one ends at once, never ahead."""


def valid_on(at: datetime) -> Q:
    """Rows whose `valid_from`…`valid_to` (both days included) hold at that moment in Turkey."""
    return holds_on(day_of(at))


def holds_on(day: date) -> Q:
    """The same for a day in Turkey."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def require_mandates(actor: Actor, workplace_ids: Collection[int], at: datetime) -> None:
    """Raise `PermissionRefusedError` unless the actor is e-Bildirge user of every workplace named, at `at`."""
    if mandates_held(actor, workplace_ids, at) != set(workplace_ids):
        raise PermissionRefusedError("mandate_ended")


def mandates_held(actor: Actor, workplace_ids: Collection[int], at: datetime) -> set[int]:
    """Of the workplaces named, those whose e-Bildirge user the actor is at `at`."""
    return set(_HELD_OF.rows(person_id=actor.person, workplace_ids=list(workplace_ids), day=day_of(at)))


def _held_of(person_id: int, workplace_ids: list[int], day: date) -> QuerySet[Any, Any]:
    mandates = Mandate.objects.filter(holds_on(day), person_id=person_id, workplace__pk__any=workplace_ids)
    return mandates.values_list("workplace_id", flat=True)


_HELD_OF: Compiled[int] = Compiled(_held_of, person_id=int, workplace_ids=list, day=date)


def require_provider_mandate(actor: Actor, provider_id: int, at: datetime) -> None:
    """Raise `PermissionRefusedError` unless the actor is responsible manager of the provider, at `at`."""
    if not manages(actor, provider_id, at):
        raise PermissionRefusedError("no_mandate")


def manages(actor: Actor, provider_id: int, at: datetime) -> bool:
    """Whether the actor is responsible manager of the provider at `at`."""
    return Mandate.objects.filter(valid_on(at), person_id=actor.person, provider_id=provider_id).exists()


def require_office(actor: Actor, *roles: OfficialRole) -> Official:
    """The office in which the actor acts, if it is one of these roles and still held; asked of the register now.

    Raises `PermissionRefusedError` `no_office` for anybody else.
    """
    if actor.capacity != Capacity.OFFICIAL:
        raise PermissionRefusedError("no_office")
    office = (
        Official.objects.filter(HELD, pk=actor.organisation, person_id=actor.person, role__in=roles)
        .select_related("province")
        .first()
    )
    if office is None:
        raise PermissionRefusedError("no_office")
    return office
