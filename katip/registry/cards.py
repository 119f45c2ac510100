"""The cards that a person may declare on: one for each workplace that they file for."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from katip.core.clock import day_of
from katip.core.turkish import fold
from katip.registry.models import ContactDeclaration, Mandate, Workplace
from katip.registry.permissions import valid_on


@dataclass(frozen=True, slots=True)
class Card:
    """A workplace and when its contact was declared last, None where it never was."""

    workplace: Workplace
    declared_at: datetime | None


def cards_of(
    person_id: int, at: datetime, *, search: str = "", undeclared: bool = False, most: int
) -> tuple[list[Card], bool]:
    """The cards of the workplaces that the person files for now and that are open, by title: `most` of them at most.

    `search` is a part of the title in any Turkish spelling, or digits of the SGK number; `undeclared` leaves out those
    with a declaration. The second value tells whether there are more.
    """
    held = Mandate.objects.filter(valid_on(at), person_id=person_id, workplace_id__isnull=False)
    newest = ContactDeclaration.objects.filter(workplace=OuterRef("pk")).order_by("-no")
    workplaces = (
        Workplace.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day_of(at)))
        .filter(pk__in=held.values("workplace_id"))
        .annotate(declared_at=Subquery(newest.values("declared_at")[:1]))
        .select_related("district__province")
    )
    if undeclared:
        workplaces = workplaces.filter(declared_at__isnull=True)
    if search:
        workplaces = workplaces.filter(_found(search))
    found = list(workplaces.order_by("title_sort", "pk")[: most + 1])
    return [Card(one, one.declared_at) for one in found[:most]], len(found) > most


def _found(search: str) -> Q:
    digits = "".join(character for character in search if character.isdecimal())
    if digits and not any(character.isalpha() for character in search):
        return Q(sgk_number__contains=digits)
    return Q(title_search__contains=fold(search))
