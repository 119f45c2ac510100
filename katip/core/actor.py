"""Who acts, in which capacity, and what shows that it was they."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Capacity(StrEnum):
    """In which quality a person acts."""

    INDIVIDUAL = "individual"
    WORKPLACE = "workplace"
    PROVIDER = "provider"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Proof:
    """The second step that stands behind an act: its method (`totp`, …) and when it was taken (UTC)."""

    method: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """One person acting for one organisation, or for nobody but themselves.

    `organisation_id` is a workplace's or a provider's id, according to `capacity`.
    The operator's own commands act without a person.
    """

    person_id: int | None
    capacity: Capacity = Capacity.INDIVIDUAL
    organisation_id: int | None = None
    proof: Proof | None = None


OPERATOR = Actor(person_id=None, capacity=Capacity.OPERATOR)
