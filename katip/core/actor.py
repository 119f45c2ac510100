"""Who acts, in which capacity, and what shows that it was they."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from katip.core.errors import PermissionRefusedError


class Capacity(StrEnum):
    """In which quality a person acts."""

    INDIVIDUAL = "individual"
    WORKPLACE = "workplace"
    PROVIDER = "provider"
    OFFICIAL = "official"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Proof:
    """The second step that stands behind an act: its method (`totp`, …) and when it was taken (UTC)."""

    method: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Program:
    """An organisation's own program that acts by a token: the token's id, and what the token is good for."""

    id: int
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """One person acting for one organisation, or for nobody but themselves.

    `organisation_id` is a workplace's, a provider's or an office's id, according to `capacity`.
    The operator's own commands act without a person. A `program` acts in the name of the person who made its token, and
    never with a proof: what needs a second step is closed to it.
    """

    person_id: int | None
    capacity: Capacity = Capacity.INDIVIDUAL
    organisation_id: int | None = None
    proof: Proof | None = None
    program: Program | None = None

    @property
    def person(self) -> int:
        """The acting person's id. Raises `PermissionRefusedError` where a command acts without one."""
        if self.person_id is None:
            raise PermissionRefusedError("no_person")
        return self.person_id

    @property
    def organisation(self) -> int:
        """The id of the organisation or office acted for. Raises `PermissionRefusedError` in one's own name."""
        if self.organisation_id is None:
            raise PermissionRefusedError("no_organisation")
        return self.organisation_id


OPERATOR = Actor(person_id=None, capacity=Capacity.OPERATOR)
