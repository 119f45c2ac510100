"""Whom the person chose to act for: kept in the session, checked against mandates and offices at every request."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from katip.core.actor import Actor, Capacity, Proof
from katip.core.clock import day_of
from katip.core.compiled import Compiled
from katip.registry.models import Mandate, Official, Provider, Workplace
from katip.registry.permissions import HELD, holds_on

_KEY = "acting_for"


@dataclass(frozen=True, slots=True)
class Chosen:
    """In which capacity, and for which organisation (None: in one's own name)."""

    capacity: Capacity
    workplace: Workplace | None = None
    provider: Provider | None = None
    office: Official | None = None

    def actor(self, person_id: int, proof: Proof | None) -> Actor:
        """The person as they act now."""
        organisation = self.workplace or self.provider or self.office
        return Actor(person_id, self.capacity, organisation.pk if organisation else None, proof)


def chosen_write(request: Any, capacity: Capacity, organisation_id: int | None = None) -> None:
    """Remember the choice for this session."""
    request.session[_KEY] = {"capacity": capacity, "id": organisation_id}


def chosen_read(request: Any) -> Chosen | None:
    """The choice, provided that its mandate or office holds at this moment; else None, and the person chooses anew."""
    kept = request.session.get(_KEY)
    if kept is None:
        return None
    capacity = Capacity(kept["capacity"])
    if capacity == Capacity.INDIVIDUAL:
        return Chosen(capacity)
    if capacity == Capacity.OFFICIAL:
        office = offices_of(request.user.pk).filter(pk=kept["id"]).first()
        return Chosen(capacity, office=office) if office else None
    mandates = _OF_WORKPLACE if capacity == Capacity.WORKPLACE else _OF_PROVIDER
    mandate = mandates.first(person_id=request.user.pk, organisation_id=kept["id"], day=day_of(request.at))
    if mandate is None:
        return None
    return Chosen(capacity, workplace=mandate.workplace, provider=mandate.provider)


def _of_workplace(person_id: int, organisation_id: int, day: date) -> QuerySet[Mandate]:
    held = Mandate.objects.filter(holds_on(day), person_id=person_id, workplace_id=organisation_id)
    return held.select_related("workplace__province", "workplace__is_provider")


def _of_provider(person_id: int, organisation_id: int, day: date) -> QuerySet[Mandate]:
    held = Mandate.objects.filter(holds_on(day), person_id=person_id, provider_id=organisation_id)
    return held.select_related("provider__province")


_OF_WORKPLACE = Compiled(_of_workplace, person_id=int, organisation_id=int, day=date)
_OF_PROVIDER = Compiled(_of_provider, person_id=int, organisation_id=int, day=date)


def offices_of(person_id: int) -> QuerySet[Official]:
    """The offices that a person holds; each person has few."""
    return Official.objects.filter(HELD, person_id=person_id).select_related("province").order_by("pk")
