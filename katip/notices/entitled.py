"""Whether who is about to be told may still know: a mandate may have ended while what it is about waited to leave."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from katip.core.actor import Capacity
from katip.notices.models import Delivery
from katip.registry.models import Mandate, Official
from katip.registry.permissions import HELD, valid_on

_Side = tuple[int | None, str, int | None]


def rows_entitled(rows: Sequence[Delivery], at: datetime) -> list[Delivery]:
    """Those whose person still speaks for the organisation or office that it concerns; at most two statements.

    What concerns somebody in their own name stays, and so does what goes to the addresses on a card.
    """
    named: dict[str, set[int]] = {str(one): set() for one in (Capacity.WORKPLACE, Capacity.PROVIDER, Capacity.OFFICIAL)}
    people = set()
    for row in rows:
        if row.person_id is not None and row.organisation_id is not None and row.capacity in named:
            named[row.capacity].add(row.organisation_id)
            people.add(row.person_id)
    if not people:
        return list(rows)
    held = _held(people, named, at)
    return [row for row in rows if row.person_id is None or row.capacity not in named or _side(row) in held]


def _side(row: Delivery) -> _Side:
    return row.person_id, row.capacity, row.organisation_id


def _held(people: set[int], named: dict[str, set[int]], at: datetime) -> set[_Side]:
    workplaces, providers, offices = named[Capacity.WORKPLACE], named[Capacity.PROVIDER], named[Capacity.OFFICIAL]
    held: set[_Side] = set()
    if workplaces or providers:
        among = Q(workplace__in=workplaces) | Q(provider__in=providers)
        for one in Mandate.objects.filter(valid_on(at), among, person__in=people):
            held.add((one.person_id, Capacity.WORKPLACE, one.workplace_id))
            held.add((one.person_id, Capacity.PROVIDER, one.provider_id))
    if offices:
        found = Official.objects.filter(HELD, pk__in=offices, person__in=people)
        held |= {(person, Capacity.OFFICIAL, office) for person, office in found.values_list("person_id", "pk")}
    return held
