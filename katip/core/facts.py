"""Facts about the installation as a whole, written by its processes; each replaces the one of its name."""

from datetime import datetime

from katip.core.models import Fact


def fact_find(name: str) -> Fact | None:
    """The fact of this name, if it was ever told."""
    return Fact.objects.filter(name=name).first()


def fact_put(name: str, value: str, at: datetime) -> None:
    """Say what holds since `at`."""
    Fact.objects.bulk_create(
        [Fact(name=name, value=value, at=at)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["value", "at"],
    )


def fact_claim(name: str, value: str, at: datetime) -> str:
    """Say what holds unless something was said before; what holds now. Of many at once, one is first."""
    Fact.objects.bulk_create([Fact(name=name, value=value, at=at)], ignore_conflicts=True)
    return Fact.objects.get(name=name).value
