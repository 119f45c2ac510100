"""What is sent and answered where contracts are offered."""

from datetime import date
from enum import IntEnum
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from katip.api.v1.schemas import Answered, Id, Minutes, RequirementOut, WorkplaceOut
from katip.contracts.models import AssignmentType
from katip.programs.services.offers import MOST_OFFERS
from katip.rules import ContractState

MOST_MINUTES = 100_000

_BY_NUMBER = {"sgk_number": {"type": "string"}, "workplace_id": {"type": "null"}}
_BY_ID = {"workplace_id": {"type": "integer"}, "sgk_number": {"type": "null"}}
_ONE_PLACE: dict[str, Any] = {
    "oneOf": [
        {"required": ["sgk_number"], "properties": _BY_NUMBER},
        {"required": ["workplace_id"], "properties": _BY_ID},
    ]
}


class ServiceCode(IntEnum):
    """What is offered."""

    SAFETY_SPECIALIST = 103
    WORKPLACE_PHYSICIAN = 140
    OTHER_HEALTH_PERSONNEL = 177


class OfferIn(Schema):
    """One offer. Name the workplace by exactly one of `sgk_number` and `workplace_id`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, json_schema_extra=_ONE_PLACE)

    code: ServiceCode
    """103 safety specialist, 140 workplace physician, 177 other health personnel"""
    sgk_number: Annotated[str, Field(pattern=r"^[0-9]{26}$")] | None = None
    """26 digits"""
    workplace_id: Id | None = None
    """of a workplace that the provider serves or has offered to"""
    professional_id: Id
    """of the provider's own staff"""
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] | None = None
    """minutes a month; null for the legal minimum, for full time a full month"""
    assignment_type: AssignmentType = AssignmentType.PART_TIME

    @model_validator(mode="after")
    def one_place(self) -> "OfferIn":
        """Exactly one of the two names the workplace."""
        if (self.sgk_number is None) == (self.workplace_id is None):
            raise PydanticCustomError("one_place", "exactly one of sgk_number and workplace_id")
        return self


class BatchIn(Schema):
    """Offers that are made together, all or none."""

    model_config = ConfigDict(extra="forbid")

    offers: Annotated[list[OfferIn], Field(min_length=1, max_length=MOST_OFFERS)]


class OfferOut(Answered):
    """An offer that was made; it now waits for the professional, afterwards for the employer."""

    contract_id: int
    process_id: int
    state: ContractState
    code: int
    workplace_id: int
    professional_id: int
    assignment_type: AssignmentType
    minutes: Minutes
    due_on: date | None
    page: str


class BatchOut(Answered):
    """The offers that were made, in the order in which they were sent."""

    offers: list[OfferOut]


class RefusalOut(Answered):
    """Why an offer would not be made."""

    code: str
    facts: dict[str, Any]
    citation: str | None


class OfferCheckOut(Answered):
    """What an offer would meet now; nothing is written for it. Minutes a month."""

    allowed: bool
    refusal: RefusalOut | None
    workplace: WorkplaceOut
    requirement: RequirementOut | None
    minimum_minutes: int | None
    """the least that a part-time contract must bring"""
    free_minutes: int | None
    """what the professional may still promise"""
