"""Reading the registry, for those who may see it."""

from dataclasses import dataclass
from datetime import date

from katip.registry.models import ActivityHazard, ContactDeclaration, Headcount, Payment, Workplace
from katip.rules import HazardClass

MONTHS_SHOWN = 24
PAYMENTS_SHOWN = 24
DECLARATIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Hazard:
    """The hazard class in force, with the gazette that says so."""

    hazard_class: HazardClass
    source: str


def hazard_of(activity_code: str, day: date) -> Hazard | None:
    """The hazard class of a NACE code on a day, or None where no row covers it."""
    row = ActivityHazard.objects.filter(activity_id=activity_code, valid_from__lte=day).order_by("-valid_from").first()
    if row is None or (row.valid_to is not None and row.valid_to < day):
        return None
    return Hazard(HazardClass(row.hazard_class), row.source)


def headcounts_of(workplace: Workplace) -> list[Headcount]:
    """The newest 24 months, the oldest of them first."""
    return list(reversed(Headcount.objects.filter(workplace=workplace).order_by("-period")[:MONTHS_SHOWN]))


def payments_of(workplace: Workplace) -> list[Payment]:
    """The newest bank transactions, newest first."""
    return list(Payment.objects.filter(workplace=workplace).order_by("-paid_on", "-id")[:PAYMENTS_SHOWN])


def declarations_of(workplace: Workplace) -> list[ContactDeclaration]:
    """What was declared on the card, the newest first."""
    declared = ContactDeclaration.objects.filter(workplace=workplace)
    return list(declared.select_related("declared_by", "province", "district").order_by("-no")[:DECLARATIONS_SHOWN])
